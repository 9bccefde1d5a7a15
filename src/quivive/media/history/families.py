"""Whose way of writing pictures does this file follow: a camera's, a messenger's, a screen's, an editor's?

The table (families.yaml) says what programs write about themselves, how they name files and to which sizes
they scale, each with its source. What a file says of itself can be copied or typed in, so the answers read
'names', 'is named', 'has the size of'; never more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

Kind = Literal["editor", "tool", "screen", "messenger"]
By = Literal["mark", "program", "name", "size"]


@dataclass(frozen=True)
class Family:
    """Names of programs that write so, and by what that was told."""

    kind: Kind
    by: By
    names: tuple[str, ...]


@dataclass(frozen=True)
class Traits:
    """What the file shows: its form, what it says of its programs, its name, its size."""

    format: str
    size: tuple[int, int]
    file_name: str = ""
    programs: tuple[str, ...] = ()
    camera: str = ""
    facebook: bool = False
    photoshop: bool = False
    screenshot: bool = False
    """EXIF UserComment says 'Screenshot', as iOS and macOS write it."""
    bare: bool = False
    """Neither EXIF nor XMP nor IPTC nor text is in the file."""
    subsampling: str = ""
    quality: int = 0


def families(traits: Traits) -> tuple[Family, ...]:
    """All that apply, the surest first; () where the file follows no way in the table."""
    found = [*_marked(traits), *_programs(traits.programs), *_named(traits.file_name)]
    if not found:
        found = _sized(traits)
    return tuple(found)


def _marked(traits: Traits) -> list[Family]:
    found = []
    if traits.facebook:
        found.append(Family("messenger", "mark", ("Facebook", "Instagram")))
    if traits.screenshot:
        found.append(Family("screen", "mark", ("iOS", "macOS")))
    named = any(re.search("photoshop", each, re.IGNORECASE) for each in traits.programs)
    if traits.photoshop and not named:
        found.append(Family("editor", "mark", ("Adobe Photoshop",)))
    return found


def _programs(said: Sequence[str]) -> list[Family]:
    """One family for each program named, in the order of the table."""
    kinds: dict[str, Kind] = {}
    for each in said[:20]:
        row = next((r for r in _table()["programs"] if re.search(r["says"], each[:200], re.IGNORECASE)), None)
        if row:
            kinds.setdefault(row["name"], row["kind"])
    return [Family(kind, "program", (name,)) for name, kind in kinds.items()]


def _named(file_name: str) -> list[Family]:
    name = file_name.rpartition("/")[2]
    row = next((r for r in _table()["names"] if re.search(r["says"], name[:200], re.IGNORECASE)), None)
    return [Family(row["kind"], "name", (row["name"],))] if row else []


def _sized(traits: Traits) -> list[Family]:
    """By size alone: only for files without any data beside the picture."""
    if not traits.bare or traits.camera:
        return []
    if traits.format == "PNG" and traits.size in _screens():
        return [Family("screen", "size", ())]
    row = _table()["sizes"].get(max(traits.size))
    if traits.format == "JPEG" and row and traits.subsampling == "4:2:0" and 50 <= traits.quality <= 92:
        return [Family("messenger", "size", tuple(row["names"]))]
    return []


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    import yaml

    text = resources.files("quivive.media.history").joinpath("families.yaml").read_text("utf-8")
    table: Mapping[str, Any] = yaml.safe_load(text)
    return table


@lru_cache(maxsize=1)
def _screens() -> frozenset[tuple[int, int]]:
    """(width, height): telephones stand or lie, computers lie."""
    found = set()
    for kind, sizes in _table()["screens"].items():
        for size in sizes:
            short, long = (int(side) for side in size.split("x"))
            found |= {(long, short)} | ({(short, long)} if kind == "telephone" else set())
    return frozenset(found)
