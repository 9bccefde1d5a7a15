"""Which captions and credits do IPTC-IIM records hold (IPTC IIM 4.2 §6), bare or in Photoshop's resources?"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.media.marks.carried import Text

MOST_RECORDS = 1_000
_IPTC_RESOURCE = 0x0404
_NAMES = {
    5: "ObjectName", 40: "SpecialInstructions", 65: "OriginatingProgram", 80: "By-line", 103: "JobID",
    105: "Headline", 110: "Credit", 115: "Source", 116: "CopyrightNotice", 120: "Caption",
}  # fmt: skip
"""Data sets of record 2."""


def read(block: bytes) -> Iterator[Text]:
    """Texts of the application record. Never raises."""
    if not block.startswith(b"8BIM"):
        yield from _records(block)
        return
    at = 0
    for _ in range(MOST_RECORDS):
        if block[at : at + 4] != b"8BIM":
            return
        kind, name = int.from_bytes(block[at + 4 : at + 6], "big"), (block[at + 6 : at + 7] or b"\0")[0]
        begin = at + 6 + (name + 2 & ~1)
        length = int.from_bytes(block[begin : begin + 4], "big")
        if kind == _IPTC_RESOURCE:
            yield from _records(block[begin + 4 : begin + 4 + length])
        at = begin + 4 + (length + 1 & ~1)


def _records(block: bytes) -> Iterator[Text]:
    at = 0
    for _ in range(MOST_RECORDS):
        if block[at : at + 1] != b"\x1c" or len(block) < at + 5:
            return
        record, data_set = block[at + 1], block[at + 2]
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        if length > 0x7FFF:  # an extended data set: none of those that matter here
            return
        if record == 2 and data_set in _NAMES:
            yield Text("IPTC", _NAMES[data_set], _words(block[at + 5 : at + 5 + length]))
        at += 5 + length


def _words(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
