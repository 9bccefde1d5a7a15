"""Which program's camera does a text or a tag name as the device that a picture came from?

Only where the words stand as a device's name: behind 'label', 'device', 'camera' and the like, as in
chrome://webrtc-internals, logs of browsers and conference programs, and tags of recordings. Somebody who
writes of such a program in a sentence has not used it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

MOST_TEXT = 32 * 2**20
"""Characters of a text that are searched."""
_BEFORE = (
    r"(?:label|device(?:[ _-]?(?:name|label|info|id))?|friendly[ _-]?name"
    r"|camera(?:[ _-]?(?:name|label|device))?|video[ _-]?(?:input|source|device|capture(?:[ _-]?device)?|in)"
    r"|webcam|capture[ _-]?device|track[ _-]?label)"
)
_JOIN = r"""["'\\]{0,4}\s{0,4}(?:[:=]|->|=>|\bis\b|\bto\b)\s{0,4}["'\\\[({]{0,4}"""
_END = r"(?![\w])"
"""A name ends where a word does: 'ManyCameras' is none."""

Use = Literal["camera", "phone", "swap"]


@dataclass(frozen=True)
class Camera:
    """A program's camera: the name found, the program, what kind it is."""

    name: str
    program: str
    kind: Use


@dataclass(frozen=True)
class _Known:
    program: str
    kind: Use
    name: re.Pattern[str]


def in_text(text: str) -> Iterator[Camera]:
    """Each program once, where a text names its camera as a device."""
    seen = set()
    for match in _as_device().finditer(text[:MOST_TEXT]):
        for camera in in_tags([match["name"]]):
            if camera.program not in seen:
                seen.add(camera.program)
                yield camera


def in_tags(values: Iterable[str]) -> Iterator[Camera]:
    """Where a value is the name of a program's camera, and perhaps a number behind it."""
    for value in values:
        for known in _known():
            if match := known.name.match(value):
                yield Camera(match[0], known.program, known.kind)
                break


@lru_cache(maxsize=1)
def _known() -> tuple[_Known, ...]:
    import yaml

    text = files("quivive.media.video").joinpath("cameras.yaml").read_text("utf-8")
    rows = yaml.load(text, Loader=yaml.CSafeLoader)
    return tuple(_Known(row["program"], row["kind"], re.compile(rf"(?:{row['name']}){_END}")) for row in rows)


@lru_cache(maxsize=1)
def _as_device() -> re.Pattern[str]:
    names = "|".join(f"(?:{known.name.pattern})" for known in _known())
    return re.compile(rf"(?i:\b{_BEFORE}){_JOIN}(?P<name>{names})")
