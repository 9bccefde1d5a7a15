"""What does the video's container say of itself: form, lengths, tags? Called in the child (`apart`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quivive.intake import clean_name
from quivive.media.video.boxes import boxes, pieces
from quivive.media.video.opening import form

if TYPE_CHECKING:
    from av.container.input import InputContainer

MOST_TAGS, MOST_TRACKS, LONGEST_VALUE = 100, 32, 400
LONGEST = 100 * 3600.0
"""Seconds: a longer announced length is no length."""
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d(?:\.\d+)?)")

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Track:
    """A stream: 'video', 'audio' …; FFmpeg's name of its coding; announced seconds; its tags."""

    kind: str
    codec: str
    seconds: float | None
    tags: Tags


@dataclass(frozen=True)
class Container:
    """What the file says of itself. `pieces`: parts joined by an edit list; `boxes`: names of MP4 boxes."""

    form: str
    seconds: float | None
    width: int
    height: int
    rate: float
    tags: Tags
    tracks: tuple[Track, ...]
    pieces: int = 0
    boxes: frozenset[str] = frozenset()

    def lengths(self, kind: str) -> float | None:
        """Announced seconds of the longest track of a kind, None where none is announced."""
        return max((one.seconds for one in self.tracks if one.kind == kind and one.seconds), default=None)

    def every(self) -> Tags:
        """The tags of the file and of its tracks."""
        return self.tags + tuple(tag for track in self.tracks for tag in track.tags)


def container(file: InputContainer, data: bytes, media_type: str) -> Container:
    """Reads no picture and no sound."""
    found = boxes(data) if form(media_type) == "mov" else ()
    video = file.streams.video[0] if file.streams.video else None
    context = video.codec_context if video else None
    return Container(
        form=media_type,
        seconds=_plausible(file.duration / 1_000_000 if file.duration else None),
        width=context.width if context else 0,
        height=context.height if context else 0,
        rate=float(video.average_rate or 0) if video else 0.0,
        tags=_tags(file.metadata),
        tracks=tuple(_track(one) for one in list(file.streams)[:MOST_TRACKS]),
        pieces=pieces(data, found),
        boxes=frozenset(box.name for box in found),
    )


def _track(stream: Any) -> Track:
    tags = _tags(stream.metadata)
    seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    codec = stream.codec_context.name if getattr(stream, "codec_context", None) else ""
    return Track(stream.type, codec, _plausible(seconds or _clock(dict(tags).get("duration", ""))), tags)


def _tags(found: dict[str, str]) -> Tags:
    """Lower-case names; values without control characters, cut to a readable length."""
    listed = list(found.items())[:MOST_TAGS]
    return tuple((clean_name(name).lower(), _tidy(value)) for name, value in listed if value.strip())


def _tidy(value: str) -> str:
    return "".join(c if c.isprintable() else " " for c in value[:LONGEST_VALUE]).strip()


def _clock(text: str) -> float | None:
    """Matroska writes the length of a track as a tag, '00:00:04.309'."""
    match = _CLOCK.match(text)
    return sum(float(part) * 60**i for i, part in enumerate(reversed(match.groups()))) if match else None


def _plausible(seconds: float | None) -> float | None:
    return seconds if seconds is not None and 0 < seconds < LONGEST else None
