"""What is inside this archive? Members one by one, in memory, within hard limits; nothing is written.

Read: zip (APPNOTE 6.3.10; ZipCrypto and WinZip AES), tar (POSIX ustar and pax, GNU long names), gzip
(RFC 1952), bzip2 and xz. Links, devices and folders are left out. Each reader stops at the first limit.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from quivive.errors import CouldNotLook, TooLarge, Unreadable

if TYPE_CHECKING:
    from pyzipper import AESZipFile, ZipInfo

RATIO = 200
"""Bytes out for each byte in above which, from RATIO_FROM on, it is a bomb (deflate ends at 1032)."""
RATIO_FROM = 8 * 2**20
USUAL_PASSWORDS = ("infected", "password", "1234", "12345", "123456", "0000", "malware")
"""'infected' locks samples by custom; the others lock much of what swindlers send."""
_CHUNK = 2**16
_LOCAL_HEADER = 30
_ENTRIES = 50_000
_XZ_MEMORY = 128 * 2**20


@dataclass(frozen=True)
class Bounds:
    """How much may come out of one archive: files, bytes of one, bytes in all."""

    files: int = 200
    file_bytes: int = 64 * 2**20
    bytes: int = 256 * 2**20


@dataclass(frozen=True)
class Member:
    """One file of an archive: its name as written there and its bytes, or why they were not read."""

    name: str
    data: bytes = b""
    skipped: str = ""
    password: str = ""


class _Decompressor(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


def members(
    data: bytes, media_type: str, name: str, passwords: Sequence[str], bounds: Bounds
) -> Iterator[Member]:
    """The files of an archive. Raises Unreadable (damaged, locked, no reader) or TooLarge (a bomb)."""
    try:
        if media_type == "application/zip":
            yield from _zip(data, passwords, bounds)
        elif media_type == "application/x-tar":
            yield from _tar(data, bounds)
        elif media_type in _STREAMS:
            yield _stream(data, media_type, name, bounds)
        else:
            raise Unreadable(f"There is no reader here for archives of the kind {media_type}.")
    except CouldNotLook:
        raise
    except MemoryError as error:
        raise TooLarge("The archive needs more memory than there is.") from error
    except Exception as error:  # readers fail on hostile bytes in every way there is
        raise Unreadable(f"The archive is damaged ({type(error).__name__}).") from error


def _zip(data: bytes, passwords: Sequence[str], bounds: Bounds) -> Iterator[Member]:
    from pyzipper import AESZipFile

    if data.count(b"PK\x01\x02") > _ENTRIES:
        raise TooLarge(f"The archive lists more than {_ENTRIES} files.")
    with AESZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _refuse_overlaps(infos)
        locked = [info for info in infos if info.flag_bits & 1]
        password = _password(archive, locked, passwords) if locked else ""
        total = 0
        for info in infos[: bounds.files]:
            member = _zip_member(archive, info, password, min(bounds.file_bytes, bounds.bytes - total))
            total += len(member.data)
            yield member
        if len(infos) > bounds.files:
            yield Member("", skipped=f"{len(infos) - bounds.files} further files")


def _zip_member(archive: AESZipFile, info: ZipInfo, password: str | None, most: int) -> Member:
    name = _zip_name(info)
    if info.flag_bits & 1 and password is None:
        return Member(name, skipped="locked")
    if info.external_attr >> 28 == 0xA:  # a symbolic link by its Unix mode
        return Member(name, skipped="a link")
    try:
        data = _zip_bytes(archive, info, (password or "").encode(), most)
    except NotImplementedError:
        return Member(name, skipped="packed by a method that is not read")
    return Member(name, data, password=(password or "") if info.flag_bits & 1 else "")


def _zip_bytes(archive: AESZipFile, info: ZipInfo, password: bytes, most: int) -> bytes:
    if info.compress_type not in (0, 8):  # stored, deflate: the others unpack without a bound on memory
        raise NotImplementedError
    with archive.open(info, pwd=password or None) as file:
        return bounded(lambda: file.read(_CHUNK), info.compress_size, most)


def bounded(read: Callable[[], bytes], packed: int, most: int) -> bytes:
    """All that `read` gives; raises TooLarge at `most` bytes or at a bomb's ratio."""
    parts, size = [], 0
    while part := read():
        size += len(part)
        if size > most:
            raise TooLarge("The archive unpacks to more than the limit; it may be a bomb.")
        if size > RATIO_FROM and size > RATIO * max(packed, 1):
            raise TooLarge(f"The archive unpacks to over {RATIO} times its size: it is a bomb.")
        parts.append(part)
    return b"".join(parts)


def _refuse_overlaps(infos: Sequence[ZipInfo]) -> None:
    """Files that share bytes are a bomb's trick (Fifield 2019); honest archives have none."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise TooLarge("Files in the archive overlap: it is a bomb.")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _password(archive: AESZipFile, locked: Sequence[ZipInfo], passwords: Sequence[str]) -> str | None:
    """The first password that opens the smallest locked file whole (its checksum decides)."""
    smallest = min(locked, key=lambda info: (info.compress_size, info.filename))
    if smallest.compress_size > 16 * 2**20:
        smallest = locked[0]
    candidates = dict.fromkeys([*passwords[:32], *USUAL_PASSWORDS])
    return next((password for password in candidates if _opens(archive, smallest, password)), None)


def _opens(archive: AESZipFile, info: ZipInfo, password: str) -> bool:
    try:
        _zip_bytes(archive, info, password.encode(), Bounds.file_bytes)
    except TooLarge:
        return True
    except Exception:  # a wrong password shows in a dozen ways: check bytes, zlib, CRC, HMAC
        return False
    return True


def _zip_name(info: ZipInfo) -> str:
    """The name; many packers write UTF-8 without saying so (APPNOTE 4.4.4, bit 11)."""
    if info.flag_bits & 0x800:
        return str(info.orig_filename)
    try:
        return str(info.orig_filename).encode("cp437").decode("utf-8")
    except UnicodeError:
        return str(info.orig_filename)


def _tar(data: bytes, bounds: Bounds) -> Iterator[Member]:
    """Headers of 512 bytes, each followed by its file; pax and GNU records name the next file."""
    place, count, total, long_name = 0, 0, 0, ""
    while place + 512 <= len(data) and data[place] and count < bounds.files:
        head = data[place : place + 512]
        size, kind = _tar_number(head[124:136]), head[156:157]
        body = data[place + 512 : place + 512 + size]
        if len(body) < size:
            raise Unreadable("The archive ends within a file.")
        place += 512 + (size + 511) // 512 * 512
        if kind in (b"L", b"x"):
            long_name = _tar_long_name(kind, body) or long_name
        elif kind in (b"0", b"\0", b"7"):
            total += size
            if size > bounds.file_bytes or total > bounds.bytes:
                raise TooLarge("The archive holds more than the limit.")
            count += 1
            yield Member(long_name or _tar_name(head), body)
            long_name = ""
        else:
            long_name = ""
    if count >= bounds.files:
        yield Member("", skipped="further files")


def _tar_number(field: bytes) -> int:
    if field[0] & 0x80:
        number = int.from_bytes(field, "big") & ((1 << 88) - 1)
    else:
        number = int(field.strip(b" \0") or b"0", 8)
    if number < 0:
        raise Unreadable("The archive's sizes make no sense.")
    return number


def _tar_name(head: bytes) -> str:
    name, prefix = head[:100].rstrip(b"\0"), head[345:500].rstrip(b"\0")
    joined = prefix + b"/" + name if prefix and head[257:262] == b"ustar" else name
    return joined.split(b"\0")[0].decode("utf-8", "replace")


def _tar_long_name(kind: bytes, body: bytes) -> str:
    if kind == b"L":
        return body[:4096].rstrip(b"\0").decode("utf-8", "replace")
    found = re.search(rb"(?:^|\n)\d+ path=([^\n]{1,4096})\n", body[:65536])
    return found[1].decode("utf-8", "replace") if found else ""


_STREAMS: dict[str, tuple[Callable[[], Any], str]] = {
    "application/gzip": (lambda: _Zlib(), ".gz"),
    "application/x-bzip2": (bz2.BZ2Decompressor, ".bz2"),
    "application/x-xz": (lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), ".xz"),
}


def _stream(data: bytes, media_type: str, name: str, bounds: Bounds) -> Member:
    """The one file of a gzip, bzip2 or xz stream; concatenated streams count as one."""
    make, suffix = _STREAMS[media_type]
    pieces = _pieces(data, make)
    out = bounded(lambda: next(pieces, b""), len(data), bounds.file_bytes)
    base = name.rsplit("/", 1)[-1]
    if base.lower().endswith((".tgz", ".tbz2", ".txz")):
        return Member(base.rsplit(".", 1)[0] + ".tar", out)
    return Member(base[: -len(suffix)] if base.lower().endswith(suffix) else "unpacked", out)


def _pieces(data: bytes, make: Callable[[], _Decompressor]) -> Iterator[bytes]:
    while data:
        decompressor = make()
        feed, data = data, b""
        while not decompressor.eof:
            piece = decompressor.decompress(feed, _CHUNK)
            feed = b""
            if piece:
                yield piece
            elif not decompressor.eof:
                raise Unreadable("The archive ends too early.")
        data = decompressor.unused_data.lstrip(b"\0")


class _Zlib:
    """zlib's decompressor with the manners of bz2's: it keeps what it has not yet unpacked."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
