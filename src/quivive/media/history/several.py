"""Which further pictures does a JPEG's multi-picture index name (CIPA DC-007)?"""

from __future__ import annotations

from quivive.media.history import directories

MOST_PICTURES = 64
_ENTRIES = 0xB002
"""The tag whose value is sixteen octets a picture: attributes, size, offset, two dependants (§5.2.3.3)."""


def extents(header_at: int, index: bytes, size: int) -> tuple[tuple[int, int], ...]:
    """(begin, end) in the file of each picture but the first, as far as they lie within `size` octets.

    Offsets count from the index's TIFF header, which stands at `header_at` in the file.
    """
    order = directories.byte_order(index)
    if order is None:
        return ()
    entries, _ = directories.directory(index, int.from_bytes(index[4:8], order), order)
    raw = entries[_ENTRIES].raw if _ENTRIES in entries else b""
    found = []
    for at in range(0, min(len(raw), 16 * MOST_PICTURES) - 15, 16):
        length = int.from_bytes(raw[at + 4 : at + 8], order)
        offset = int.from_bytes(raw[at + 8 : at + 12], order)
        if offset and length and header_at + offset + length <= size:
            found.append((header_at + offset, header_at + offset + length))
    return tuple(sorted(found))
