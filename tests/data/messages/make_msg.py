"""Writes Outlook messages (.msg) of our own making: a minimal compound file writer (MS-CFB) and properties.

Run `python tests/data/messages/make_msg.py` in the repository root to write them again.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

Tree: TypeAlias = Mapping[str, "bytes | Tree"]
"""A storage: name → stream bytes or another storage."""

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SECTOR, MINI, CUTOFF = 512, 64, 4096
HERE = Path(__file__).parent


def compound_file(root: Tree) -> bytes:
    """A version 3 compound file; siblings hang in a right-leaning chain, which readers accept."""
    entries: list[dict[str, object]] = []
    _enter(entries, "Root Entry", root, 5)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini_fat: list[int] = []
    mini = b""
    for entry in entries:
        data = entry.get("data")
        if isinstance(data, bytes) and data:
            if len(data) < CUTOFF:
                entry["start"] = len(mini_fat)
                count = -(-len(data) // MINI)
                mini_fat += [len(mini_fat) + i + 1 for i in range(count - 1)] + [END]
                mini += data.ljust(count * MINI, b"\0")
            else:
                entry["start"] = _place(sectors, fat, data)
    entries[0]["start"] = _place(sectors, fat, mini) if mini else END
    entries[0]["data"] = mini
    mini_fat_bytes = b"".join(struct.pack("<I", link) for link in mini_fat)
    mini_fat_start = _place(
        sectors, fat, mini_fat_bytes.ljust(-(-len(mini_fat_bytes) // SECTOR) * SECTOR, b"\xff")
    )
    directory = b"".join(map(_entry, entries))
    directory_start = _place(sectors, fat, directory)
    return _with_fat(sectors, fat, directory_start, mini_fat_start, -(-len(mini_fat_bytes) // SECTOR))


def _enter(entries: list[dict[str, object]], name: str, value: bytes | Tree, kind: int) -> int:
    number = len(entries)
    entry: dict[str, object] = {"name": name, "kind": kind, "child": FREE, "right": FREE, "start": 0}
    entries.append(entry)
    if isinstance(value, bytes):
        entry["data"] = value
        return number
    before: int | None = None
    for child_name, child in sorted(value.items(), key=lambda pair: (len(pair[0]), pair[0].upper())):
        child_number = _enter(entries, child_name, child, 2 if isinstance(child, bytes) else 1)
        if before is None:
            entry["child"] = child_number
        else:
            entries[before]["right"] = child_number
        before = child_number
    return number


def _place(sectors: list[bytes], fat: list[int], data: bytes) -> int:
    start = len(sectors)
    pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)] or [
        bytes(SECTOR)
    ]
    sectors += pieces
    fat += [start + i + 1 for i in range(len(pieces) - 1)] + [END]
    return start


def _entry(entry: dict[str, object]) -> bytes:
    name = str(entry["name"]).encode("utf-16-le") + b"\0\0"
    data = entry.get("data") or b""
    assert isinstance(data, bytes)
    return struct.pack(
        "<64sHBBIII16sIQQIQ", name, len(name), entry["kind"], 1, FREE, entry["right"], entry["child"],
        b"", 0, 0, 0, entry["start"], len(data),
    )  # fmt: skip


def _with_fat(sectors: list[bytes], fat: list[int], directory: int, mini_fat: int, mini_count: int) -> bytes:
    count = 1
    while (len(fat) + count) * 4 > count * SECTOR:
        count += 1
    first = len(sectors)
    links = fat + [FAT] * count
    links += [FREE] * (count * SECTOR // 4 - len(links))
    raw = b"".join(struct.pack("<I", link) for link in links)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, count, directory, 0, CUTOFF, mini_fat, mini_count, END, 0,
    )  # fmt: skip
    difat = [first + i for i in range(count)] + [FREE] * (109 - count)
    header += b"".join(struct.pack("<I", link) for link in difat)
    return header + b"".join(sectors) + raw


def properties(head: int, fixed: Mapping[int, tuple[int, int]] | None = None) -> bytes:
    """A property stream: `head` bytes of header, then identifier → (type, value)."""
    entries = (
        struct.pack("<HHIQ", kind, identifier, 6, value)
        for identifier, (kind, value) in (fixed or {}).items()
    )
    return bytes(head) + b"".join(entries)


def strings(**named: str) -> dict[str, bytes]:
    """Unicode string properties: p0037="Hello" → the stream __substg1.0_0037001F."""
    return {f"__substg1.0_{key[1:]}001F": value.encode("utf-16-le") for key, value in named.items()}


def attachment(name: str, data: bytes, media_type: str = "") -> Tree:
    """An attachment by value."""
    return {
        "__properties_version1.0": properties(8),
        "__substg1.0_37010102": data,
        **strings(p3707=name, p370E=media_type),
    }


PROGRAM = b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(40)
"""The head of a Windows program and nothing else."""
SENT = {0x0039: (0x40, 133_444_872_000_000_000), 0x3FFD: (3, 1252)}
INVOICE = {
    "__properties_version1.0": properties(32, SENT),
    "__recip_version1.0_#00000000": {
        "__properties_version1.0": properties(8),
        **strings(p3001="Ana Buyer", p39FE="ana@shop.example"),
    },
    "__attach_version1.0_#00000000": attachment("invoice.pdf.exe", PROGRAM),
    "__attach_version1.0_#00000001": {
        "__properties_version1.0": properties(8),
        **strings(p3707="Earlier mail"),
        "__substg1.0_3701000D": {
            "__properties_version1.0": properties(24, SENT),
            **strings(p0037="Our new account", p1000="Please pay to the new account.", p0C1A="Supplier",
                      p5D01="billing@supplier.example"),
        },
    },
    **strings(p0037="Invoice 4711 – überfällig", p1000="Please pay today.\r\nThe password is Krokus77.",
              p0C1A="Supplier Ltd", p5D01="billing@supp1ier.example"),
}  # fmt: skip
WRAPPED_HTML = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Caf\'e9 closes, {\*\htmltag84 <a href=\"https://pay.example.org/x\">}"
    rb"\htmlrtf {\field{\*\fldinst HYPERLINK}}\htmlrtf0 click here{\*\htmltag92 </a>}\htmlrtf }\htmlrtf0"
    rb"{\*\htmltag72 </p>}}"
)


def uncompressed(rtf: bytes) -> bytes:
    """PidTagRtfCompressed that stores instead of compressing ('MELA')."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def compressed(rtf: bytes) -> bytes:
    """PidTagRtfCompressed made of literals only ('LZFu'), eight to a control byte, then the end mark."""
    preset = 207
    out, pieces = b"", [rtf[at : at + 1] for at in range(len(rtf))]
    end = struct.pack(">H", ((preset + len(rtf)) % 4096) << 4)
    for at in range(0, len(pieces) + 1, 8):
        group = pieces[at : at + 8]
        control = 0 if len(group) == 8 else 1 << len(group)
        out += bytes([control]) + b"".join(group) + (b"" if len(group) == 8 else end)
    return struct.pack("<IIII", len(out) + 12, len(rtf), 0x75465A4C, 0) + out


def with_rtf(stream: bytes) -> Tree:
    """A message whose only body is RTF."""
    return {
        "__properties_version1.0": properties(32, SENT),
        "__substg1.0_10090102": stream,
        **strings(p0037="RTF only", p0C1A="Bank", p5D01="info@bank.example"),
    }


FILES = {
    "invoice.msg": INVOICE,
    "html_in_rtf.msg": with_rtf(uncompressed(WRAPPED_HTML)),
    "rtf_only.msg": with_rtf(compressed(rb"{\rtf1\ansi Your parcel waits.\par Pay the fee now.}")),
    "no_message.msg": {"__properties_version1.0": properties(32), "Other": b"nothing here"},
}


def main() -> None:
    """Write all files beside this script."""
    for name, tree in FILES.items():
        (HERE / name).write_bytes(compound_file(tree))
    (HERE / "cut_off.msg").write_bytes(compound_file(INVOICE)[:1700])


if __name__ == "__main__":
    main()
