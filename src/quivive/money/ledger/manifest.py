"""Which files make up a ledger now?

`ledger.json` names them, and is replaced in one step: a file that it does not name is no part of the ledger,
so that a run that was killed leaves the ledger as the last step left it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from quivive.errors import NotFound, Unreadable

NAME: Final = "ledger.json"
FORMAT: Final = 1
BATCH: Final = 500_000
"""Transactions after which a segment is closed, at the end of a block."""


@dataclass(frozen=True)
class Segment:
    """Consecutive blocks: one Parquet file a table, `<table>/<number>.parquet`, with this many rows."""

    number: int
    first_height: int
    last_height: int
    last_hash: str
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Manifest:
    """What `ledger.json` says."""

    chain: str
    family: str
    batch: int = BATCH
    lacks: tuple[str, ...] = ()
    """Kinds of transfers that the source could not give ('internal')."""
    written: int = 0
    """The highest number of a segment ever written: numbers are not used again."""
    segments: tuple[Segment, ...] = ()

    @property
    def tip(self) -> tuple[int, bytes] | None:
        """Height and hash of the last block."""
        if not self.segments:
            return None
        return self.segments[-1].last_height, bytes.fromhex(self.segments[-1].last_hash)

    def count(self, table: str) -> int:
        """Rows of a table."""
        return sum(segment.rows[table] for segment in self.segments)

    def with_segments(self, segments: tuple[Segment, ...]) -> Manifest:
        """The same ledger with other segments."""
        written = max([self.written, *(s.number for s in segments)])
        return replace(self, segments=segments, written=written)


def read(folder: Path) -> Manifest:
    """The manifest of the ledger in a folder."""
    path = folder / NAME
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if found.pop("format") != FORMAT:
            raise Unreadable(f"{path} was written by another version of Quivive: ingest the ledger again.")
        segments = tuple(Segment(**segment) for segment in found.pop("segments"))
        return Manifest(**{**found, "lacks": tuple(found["lacks"]), "segments": segments})
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"There is no ledger in {folder}: make one by 'quivive money ingest'.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} does not read as the manifest of a ledger: {error}.") from error


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest; after this returns, a loss of power does not undo it."""
    path = folder / NAME
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, **asdict(manifest)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(folder)


def sync(path: Path) -> None:
    """Bring a file or a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
