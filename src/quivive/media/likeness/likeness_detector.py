"""Is this picture, or a changed copy of it, one that the desk knows; and what should others compare it by?

Stolen profile pictures are mirrored, cropped, framed and sent on. A picture's PDQ hashes (whole, inside its
border, around each face) stay near those of such copies, so cases link, and a list of known pictures meets
them. What it misses: crops of pictures without a face, faces below a twentieth of the picture, captions and
stickers over much of it, and plain pictures (quality below 50 links nothing). Near is not proven: `quivive
media compare A B` lays two pictures over each other. Error rates: benchmarks/results/media_likeness.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from quivive.apart import apart
from quivive.media import pictures
from quivive.media.likeness.pdq import ORIENTATIONS
from quivive.media.likeness.views import NEAR, View, read
from quivive.model import Context, Finding, Item, Observable, Source, Subject, Where, Yield, finding

SECONDS = 3.0
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class _Close:
    listed: str
    distance: int
    view: View
    orientation: str


class PictureLikeness:
    """PDQ hashes of a picture, its inside and its faces, as observables; looks them up in the house's lists.

    A listed value of 64 hexadecimal digits counts as the SHA-256 of a file and as a PDQ hash.
    """

    name = "media.likeness"
    version = "1"
    accepts = pictures.TYPES
    online = False
    codes: Mapping[str, str] = {
        "match/known-picture": "This file is on your list of known pictures ({source}).",
        "match/close-picture": "The picture is close to one on your list ({source}): {distance} of 256 "
        "bits of their hashes differ ({place}; {orientation}). Pictures so close are nearly always copies of "
        "one another, but nothing else was compared: lay the two side by side.",
    }

    def sources(self) -> tuple[Source, ...]:
        """The networks that find faces."""
        return tuple(
            Source(
                f"BlazeFace, {use}", "2021-03-19", sha256(_model(file)).hexdigest(), "Apache-2.0", model=True
            )
            for use, file in (("whole picture", "far.onnx"), ("close look", "near.onnx"))
        )

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """The hashes of each frame as observables, and a finding where a list has the file or a close one."""
        if not isinstance(subject, Item):
            return
        bad = context.house.bad_values
        if subject.sha256 in bad:
            yield finding(self, "match/known-picture", "fail", subject,
                          params={"source": bad[subject.sha256] or "your own list"})  # fmt: skip
        frames, fault = apart(read, subject.data, subject.media_type, seconds=SECONDS)
        seen: dict[str, View] = {}
        for view in (view for frame in frames for view in frame):
            seen.setdefault(view.pdq, view)
        for value, view in seen.items():
            yield Observable("pdq", value, item=subject.name, where=Where(part=view.place), match="near")
        best = _closest(list(seen.values()), bad) if subject.sha256 not in bad else None
        if best:
            yield self._say(subject, best, bad[best.listed])
        if fault:
            raise fault

    def _say(self, item: Item, close: _Close, source: str) -> Finding:
        seen = Observable("pdq", close.view.pdq, item=item.name, match="near")
        return finding(
            self, "match/close-picture", "review", item, where=Where(part=close.view.place),
            observables=(seen,),
            params={"source": source or "your own list", "distance": close.distance,
                    "place": close.view.place, "orientation": close.orientation},
        )  # fmt: skip


def _closest(views: list[View], bad: Mapping[str, str]) -> _Close | None:
    """The listed hash nearest to any view in any orientation, if it is near."""
    from quivive.media.likeness.hash_index import packed, scan

    listed = [value for value in bad if len(value) == 64 and _HASH.fullmatch(value)]
    if not listed or not views:
        return None
    words = packed(listed)
    found = [
        (away, place, view, orientation)
        for view in views
        for orientation, value in zip(ORIENTATIONS, view.hashes, strict=True)
        for away, place in scan(words, value, NEAR)[:1]
    ]
    if not found:
        return None
    away, place, view, orientation = min(found, key=lambda each: each[:2])
    return _Close(listed[place], away, view, orientation)


def _model(file: str) -> bytes:
    return files("quivive.media.likeness.faces").joinpath(file).read_bytes()


DETECTORS = (PictureLikeness,)
