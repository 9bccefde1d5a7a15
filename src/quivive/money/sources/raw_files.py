"""Where in a node's `blk*.dat` or `rev*.dat` does each record stand, and what are its bytes?

A record is the chain's magic, a size (little endian) and so many bytes. Nodes allocate files ahead, so that
zeros stand behind or between records. Bitcoin Core 28 and later obfuscate by a key of 8 bytes in `xor.dat`;
what was allocated ahead is zero on the disk all the same.
"""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from quivive.errors import TooLarge, Unreadable
from quivive.money.chains import CHAINS
from quivive.money.sources.wire import damaged

_STEP = 1 << 20
_UNPACKED = 256 << 20
"""What a compressed file may unpack to: a `blk*.dat` has 128 MiB."""


class RawFile:
    """A file of records; positions are those in the file (the unpacked one for `.bz2` and `.gz`).

    It is opened when it is read, and again after `close`: a node has thousands of them.
    """

    def __init__(self, path: Path, key: bytes = b"") -> None:
        self.name = path.name
        self._path, self._key = path, key if any(key) else b""
        self._open: BinaryIO | None = None
        self._packed = path.suffix in (".bz2", ".gz")
        self.size = self._file.seek(0, 2) if self._packed else path.stat().st_size

    @property
    def _file(self) -> BinaryIO:
        if self._open is None:
            self._open = BytesIO(_unpacked(self._path)) if self._packed else self._path.open("rb")
        return self._open

    def close(self) -> None:
        """Let go of the file; what was unpacked into memory stays."""
        if self._open is not None and not self._packed:
            self._open.close()
            self._open = None

    def read(self, offset: int, size: int) -> bytes:
        """So many bytes from there, fewer at the end of the file."""
        self._file.seek(offset)
        return self._clear(self._file.read(size), offset)

    def records(self, magic: bytes, tail: int = 0) -> Iterator[tuple[int, int]]:
        """Offset and size of each record's content; `tail` bytes more follow each. Raises Unreadable."""
        end = 0
        while (at := self._next(end, magic)) is not None:
            size = int.from_bytes(self.read(at + 4, 4), "little")
            left = self.size - at - 8
            if size + tail > left:
                what = (
                    f"the record that begins here has {size} bytes, {max(left, 0)} are left: it is cut short"
                )
                raise damaged(self.name, at, what)
            yield at + 8, size
            end = at + 8 + size + tail

    def _next(self, at: int, magic: bytes) -> int | None:
        """Where the next record begins, at this position or behind zeros; None at the end of the file."""
        if at >= self.size:
            return None
        if self.read(at, 4) == magic:
            return at
        behind = self._behind_zeros(at)
        if behind is None:
            return None
        # The obfuscated magic itself may begin with zeros.
        for start in range(behind, max(at, behind - 4), -1):
            if self.read(start, 4) == magic:
                return start
        raise damaged(self.name, behind, _stranger(self.read(behind, 4)))

    def _behind_zeros(self, at: int) -> int | None:
        while at < self.size:
            self._file.seek(at)
            chunk = self._file.read(_STEP)
            rest = chunk.lstrip(b"\0")
            if rest:
                return at + len(chunk) - len(rest)
            at += len(chunk)
        return None

    def _clear(self, data: bytes, offset: int) -> bytes:
        if not self._key or not data:
            return data
        turn = offset % len(self._key)
        mask = (self._key * (len(data) // len(self._key) + 2))[turn : turn + len(data)]
        return (int.from_bytes(data, "little") ^ int.from_bytes(mask, "little")).to_bytes(len(data), "little")


def read_key(folder: Path) -> bytes:
    """The key in the folder's `xor.dat`, empty without one. Raises Unreadable where it is not eight bytes."""
    path = folder / "xor.dat"
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        key = file.read(9)
    if len(key) != 8:
        raise Unreadable(f"{path.name}, byte 0: the key of the block files must have 8 bytes.")
    return key


def _unpacked(path: Path) -> bytes:
    try:
        with bz2.open(path) if path.suffix == ".bz2" else gzip.open(path) as file:
            data = file.read(_UNPACKED + 1)
    except (OSError, EOFError) as error:
        raise Unreadable(f"{path.name} is no whole {path.suffix} file: {error}.") from None
    if len(data) > _UNPACKED:
        raise TooLarge(f"{path.name} unpacks to more than {_UNPACKED >> 20} MiB; unpack it first.")
    return data


def _stranger(magic: bytes) -> str:
    others = [chain.name for chain in CHAINS.values() if chain.magic == magic]
    if others:
        return f"here begins a block of {' or '.join(others)}, the file's first is of another chain"
    return f"no block begins here: {magic.hex()} is not the chain's magic"
