"""How is a file of records opened, packed by gzip or not? Damage becomes Unreadable."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from quivive.errors import Unreadable, UsageError


def is_gzip(path: Path) -> bool:
    """By its first two bytes."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextmanager
def binary(path: Path) -> Iterator[IO[bytes]]:
    """The bytes, unpacked. Raises UsageError, Unreadable."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            yield cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"{path} is no whole gzip file.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def text(path: Path) -> Iterator[IO[str]]:
    """The text, unpacked; bytes that are not UTF-8 become a sign of that."""
    with binary(path) as file:
        yield io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
