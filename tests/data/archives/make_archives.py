"""Makes the archives of the tests, honest and not. Their contents are harmless words.

python tests/data/archives/make_archives.py FOLDER     writes them, to look at
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

NOTE = b"Your parcel is held. Call +44 7700 900123 or see https://parcel.example/fee today.\n"
PROGRAM = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"\0" * 200
"""The marks of a Windows program and nothing that could run."""
SHORTCUT = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + b"\0" * 60


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def locked(files: dict[str, bytes], password: str) -> bytes:
    """A zip locked with WinZip AES."""
    import pyzipper

    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def legacy_locked(name: str, data: bytes, password: str) -> bytes:
    """A zip of one file locked with ZipCrypto (APPNOTE 6.1), which the standard library only reads."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = ~zlib.crc32(bytes([byte]), ~keys[0] & 0xFFFFFFFF) & 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = ~zlib.crc32(bytes([keys[1] >> 24]), ~keys[2] & 0xFFFFFFFF) & 0xFFFFFFFF

    def encrypt(byte: int) -> int:
        temp = keys[2] | 2
        stream = ((temp * (temp ^ 1)) >> 8) & 0xFF
        update(byte)
        return byte ^ stream

    for byte in password.encode():
        update(byte)
    crc = zlib.crc32(data)
    body = bytes(encrypt(byte) for byte in bytes(11) + bytes([crc >> 24]) + data)
    common = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0x21, crc, len(body), len(data), len(name), 0)
    local = b"PK\x03\x04" + common + name.encode() + body
    central = (
        b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    )
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def tarred(files: dict[str, bytes], link: str = "") -> bytes:
    """A pax tar, with a symbolic link to `link` if one is given."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo("shortcut")
            info.type, info.linkname = tarfile.SYMTYPE, link
            archive.addfile(info)
    return buffer.getvalue()


def bomb(megabytes: int = 300) -> bytes:
    """A zip of zeros."""
    return zipped({"zeros": bytes(megabytes * 2**20)})


def nested(depth: int = 12) -> bytes:
    """A zip in a zip in a zip …, a note at the bottom."""
    data = zipped({"note.txt": NOTE})
    for level in range(depth):
        data = zipped({f"level{level}.zip": data})
    return data


def overlapping(copies: int = 40) -> bytes:
    """Many directory entries for one stored file (after Fifield, 'A better zip bomb', 2019)."""
    whole = zipped({"a": bytes(2**20)})
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry = whole[start:end]
    entries = b"".join(entry[:46] + f"{i:d}"[:1].encode() + entry[47:] for i in range(copies))
    return (
        whole[:start]
        + entries
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, copies, copies, len(entries), start, 0)
    )


def quine_like() -> bytes:
    """Gzip in gzip, deeper than any limit."""
    data = NOTE
    for _ in range(40):
        data = gzip.compress(data, mtime=0)
    return data


ARCHIVES = {
    "note.zip": lambda: zipped({"note.txt": NOTE}),
    "program.zip": lambda: zipped({"Invoice.pdf.exe": PROGRAM}),
    "locked.zip": lambda: locked({"note.txt": NOTE}, "Rechnung2024"),
    "note.tar.gz": lambda: gzip.compress(tarred({"note.txt": NOTE}), mtime=0),
    "note.tar.bz2": lambda: bz2.compress(tarred({"note.txt": NOTE})),
    "note.tar.xz": lambda: lzma.compress(tarred({"note.txt": NOTE})),
    "bomb.zip": bomb,
    "nested.zip": nested,
    "overlapping.zip": overlapping,
    "nested.gz": quine_like,
}


if __name__ == "__main__":
    for file, make in ARCHIVES.items():
        Path(sys.argv[1], file).write_bytes(make())
