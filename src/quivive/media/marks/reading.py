"""Which marks does this file carry? The pure function that runs in the child process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from quivive.media.marks import (
    a1111,
    comfyui,
    containers,
    fooocus,
    invokeai,
    json_settings,
    labels,
    novelai,
    stealth,
    vendors,
)
from quivive.media.marks.carried import Camera, Mark, Reading, Text

STEALTH = "mark/stealth"
MOST_MARKS = 20
MOST_WORDS = 2_000
"""Characters of one of its texts that a mark keeps."""
_FAMILIES = (a1111, comfyui, fooocus, invokeai, json_settings, novelai, vendors, labels)
_EXPOSURES = ("exposuretime", "fnumber", "photographicsensitivity", "isospeedratings", "focallength")
_FILLED = re.compile(r"\s*(?:prompt|workflow|\w{1,40})\s*:\s*[{\[\"]|\s*[{\[]", re.IGNORECASE)
"""What generators put where the camera's name belongs."""


def read(data: bytes, media_type: str) -> Reading:
    """Marks, labels and what else of the file they are compared with.

    Raises Unreadable where it is no picture, film or sound of the known containers.
    """
    carried = containers.read(data, media_type)
    marks = _merged([mark for family in _FAMILIES for mark in family.read(carried.texts)], carried.texts)
    captured = next((dict(mark.details)["term"] for mark in marks if mark.code == labels.CAPTURED), "")
    return Reading(tuple(marks), _camera(carried.texts), captured, carried.size, carried.unread)


def _merged(marks: Sequence[Mark], texts: Sequence[Text]) -> list[Mark]:
    """Without those of A1111 that are Fooocus' second scheme; hidden texts that nobody knows are told too."""
    of_fooocus = {place for mark in marks if mark.code == fooocus.CODE for place in mark.places}
    kept = [mark for mark in marks if not (mark.code == a1111.CODE and of_fooocus & {*mark.places})]
    known = {place for mark in kept for place in mark.places}
    unknown = [text for text in texts if text.place in stealth.PLACES and text.label not in known]
    kept += [
        Mark(STEALTH, "stealth pnginfo", (text.label,), details=(("text", text.value),)) for text in unknown
    ]
    return [_small(mark) for mark in kept[:MOST_MARKS]]


def _small(mark: Mark) -> Mark:
    """With the beginnings of its texts: what goes back to the parent is never large."""
    told = mark.settings
    texts = {
        name: getattr(told, name)[:MOST_WORDS]
        for name in ("prompt", "model", "sampler", "program", "excerpt")
    }
    nodes = tuple(node[:MOST_WORDS] for node in told.nodes)
    details = tuple((key, value[:MOST_WORDS]) for key, value in mark.details)
    return replace(mark, whose=mark.whose[:MOST_WORDS], places=mark.places[:8], details=details,
                   settings=replace(told, **texts, nodes=nodes))  # fmt: skip


def _camera(texts: Sequence[Text]) -> Camera | None:
    """A camera's name together with an exposure value; ImageMagick keeps both as PNG texts 'exif:Make'."""
    values = {text.name: text.value for text in reversed(texts) if _of_a_camera(text)}
    name = " ".join(values[key].strip() for key in ("make", "model") if values.get(key, "").strip())
    exposure = next((f"{key}: {values[key]}" for key in _EXPOSURES if values.get(key)), "")
    written_over = any(_FILLED.match(values.get(key, "")) for key in ("make", "model"))
    generated = any("EXIF Make" in mark.places or mark.whose == vendors.FLUX for mark in vendors.read(texts))
    if not name or not exposure or written_over or generated:
        return None
    return Camera(name[:80], exposure[:60])


def _of_a_camera(text: Text) -> bool:
    return text.place in ("EXIF", "XMP") or (text.place == "PNG" and text.key.lower().startswith("exif:"))
