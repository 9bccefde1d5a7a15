"""Which of these files are known pictures, found without showing, keeping or copying any of them?

A file is hashed; where it is a picture or video, its pixels live in the child process until its PDQ hashes
are made, and nothing of it is written. What comes out are the file's place and hashes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from quivive.apart import apart
from quivive.errors import CouldNotLook
from quivive.intake import read_file, take
from quivive.media import pictures
from quivive.media.likeness.hash_index import HashIndex, index, near, packed, scan
from quivive.media.likeness.hash_list import HashList
from quivive.media.likeness.pdq import ORIENTATIONS, turned
from quivive.media.likeness.views import WORTH, View, read
from quivive.media.video import vpdq
from quivive.media.video.opening import FORMATS
from quivive.model import Item, Limits
from quivive.sniff import sniff

SECONDS = 8.0
INDEXED = 20_000
"""PDQ hashes from which on an index pays: below, all are compared."""


@dataclass(frozen=True)
class Match:
    """A file that a list knows. `confirmed`: its octets are the same; else its PDQ hash is close."""

    path: str
    sha256: str
    kind: str
    listed: str
    distance: int = 0
    quality: int | None = None
    place: str = ""
    orientation: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether a cryptographic hash matched; a PDQ hash is close, no more."""
        return self.kind != "pdq"


@dataclass(frozen=True)
class Checked:
    """One file: its matches, the nearest for each kind; and why its picture could not be looked at, if so."""

    path: str
    size: int
    sha256: str
    matches: tuple[Match, ...] = ()
    fault: str = ""


class Matcher:
    """Holds a list ready to be asked: `most` is the distance up to which PDQ hashes are close."""

    def __init__(self, known: HashList, most: int) -> None:
        self.known = known
        self.most = most
        self._words = packed(known.values.get("pdq", ()))
        self._index: HashIndex | None = index(self._words) if len(self._words) >= INDEXED else None

    def check(self, path: Path, name: str, limits: Limits = Limits()) -> Checked:
        """What the list knows of one file; a file that cannot be read is a `fault`."""
        try:
            size, digests = _digests(path)
        except OSError as error:
            return Checked(name, 0, "", (), f"It cannot be read: {error.strerror or error}.")
        exact = tuple(
            Match(name, digests["sha256"], kind, digests[kind])
            for kind, values in self.known.exact.items()
            if digests[kind] in values
        )
        try:
            close = self._close(path, name, limits) if len(self._words) else ()
        except (CouldNotLook, OSError) as error:
            return Checked(name, size, digests["sha256"], exact, str(error))
        return Checked(name, size, digests["sha256"], exact + close)

    def _close(self, path: Path, name: str, limits: Limits) -> tuple[Match, ...]:
        """The listed PDQ hash nearest to any part of a picture or second of a video, if it is near."""
        with path.open("rb") as file:
            kind = sniff(file.read(4096), name)
        looked = _of_picture if kind in pictures.TYPES else _of_video if kind in FORMATS else None
        if not looked:
            return ()
        item = take(read_file(path, limits), name, kind, limits=limits)
        found = [
            (away, place, view, orientation)
            for view in looked(item)
            for orientation, value in zip(ORIENTATIONS, view.hashes, strict=True)
            for away, place in self._near(value)[:1]
        ]
        if not found:
            return ()
        away, place, view, orientation = min(found, key=lambda each: each[:2])
        listed = self.known.values["pdq"][place]
        return (Match(name, item.sha256, "pdq", listed, away, view.quality, view.place, orientation),)

    def _near(self, value: str) -> list[tuple[int, int]]:
        if self._index:
            return near(self._index, value, self.most)
        return scan(self._words, value, self.most)


def _of_picture(item: Item) -> list[View]:
    frames, fault = pictures.looks(read, item, SECONDS)
    if fault and not frames:
        raise fault
    return [view for frame in frames for view in frame]


def _of_video(item: Item) -> list[View]:
    """A picture for each second; its other orientations are those that follow from its hash."""
    frames = apart(vpdq.hashes, item.data, item.media_type, seconds=vpdq.SECONDS + SECONDS)
    return [View(f"{frame.seconds:.0f} s from the start", turned(frame.pdq), frame.quality)
            for frame in frames if frame.quality >= WORTH]  # fmt: skip


def _digests(path: Path) -> tuple[int, dict[str, str]]:
    """(octets, hexadecimal digest by kind) of a regular file, read piece by piece."""
    if not path.is_file():
        raise OSError("it is not a file, or is gone")
    hashers = {kind: hashlib.new(kind, usedforsecurity=False) for kind in ("md5", "sha1", "sha256")}
    size = 0
    with path.open("rb") as file:
        while piece := file.read(2**20):
            size += len(piece)
            for hasher in hashers.values():
                hasher.update(piece)
    return size, {kind: hasher.hexdigest() for kind, hasher in hashers.items()}


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """Files named or below a folder, in order; links to elsewhere are not followed."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            found = (Path(folder) / name for name in sorted(names))
            yield from (each for each in found if each.is_file() and not each.is_symlink())
