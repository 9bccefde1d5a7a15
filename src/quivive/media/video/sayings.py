"""What do a video's own words mean: who made it, when, where, and do they agree with one another?

Words in a file are easily written and easily removed: each is told as what the file says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

from quivive.media.video.container import Container, Tags
from quivive.model import Kind

_MAKERS = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer", "\u00a9mak")
_MODELS = ("com.apple.quicktime.model", "com.android.model", "model", "\u00a9mod")
_SYSTEMS = (("com.apple.quicktime.software", ""), ("com.android.version", "Android "))
_PLACES = ("location", "com.apple.quicktime.location.iso6709", "xyz", "gps")
_TIMES = ("com.apple.quicktime.creationdate", "creation_time", "date")
_KINDS = ("camera", "editor", "library", "screen", "messenger")
_NO_TIME = 2000
"""Years before are what a clock shows that was never set (QuickTime counts from 1904)."""
_DAY = timedelta(days=1)
_DIFFERENT, _SHARE = 1.0, 0.1
"""Seconds, and share of the longer, by which picture and sound may differ: encoders pad."""


@dataclass(frozen=True)
class Saying:
    """A finding to be: code, kind and the values of its sentence."""

    code: str
    kind: Kind
    params: Mapping[str, object]


@dataclass(frozen=True)
class Program:
    """What one program or device writes: the pattern of a field's name and of its value."""

    name: str
    kind: str
    field: re.Pattern[str]
    value: re.Pattern[str]
    source: str


def sayings(said: Container, name: str, now: datetime) -> Iterator[Saying]:
    """What the container says, with what contradicts it; `name` is the file's."""
    yield _shape(said)
    camera = _camera(said.tags)
    named = programs(said, name)
    cameras = [camera] if camera else named["camera"]
    if cameras:
        yield Saying("video/camera", "informational", {"camera": " / ".join(cameras)})
    for kind in _KINDS[1:]:
        if named[kind]:
            yield Saying(f"video/{kind}", "informational", {"program": " / ".join(named[kind])})
    if not cameras and not named["editor"] and not named["library"]:
        yield Saying("video/no-origin", "informational", {})
    yield from _times(said, now)
    if any(place in tag for tag, _ in said.every() for place in _PLACES):
        yield Saying("video/place", "informational", {})
    yield from _lengths(said)
    if said.pieces > 1:
        yield Saying("video/joined", "informational", {"pieces": said.pieces})


def _shape(said: Container) -> Saying:
    codecs = {kind: [one.codec for one in said.tracks if one.kind == kind] for kind in ("video", "audio")}
    seconds = said.lengths("video") or said.seconds
    params = {
        "seconds": length(seconds) if seconds else "?",
        "size": f"{said.width}×{said.height}",
        "rate": f"{said.rate:.4g}" if 0 < said.rate <= 1000 else "?",
        "pictures": ", ".join(codecs["video"][:2]) or "–",
        "sound": ", ".join(codecs["audio"][:2]) or "–",
    }
    return Saying("video/shape", "informational", params)


def _camera(tags: Tags) -> str:
    """'Apple iPhone 15, 18.1' as the file has it, '' where it names none."""
    found = dict(tags)
    maker = next((found[tag] for tag in _MAKERS if tag in found), "")
    model = next((found[tag] for tag in _MODELS if tag in found), "")
    if not (maker or model):
        return ""
    system = next((before + found[tag] for tag, before in _SYSTEMS if tag in found), "")
    named = model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()
    return f"{named}, {system}" if system else named


def programs(said: Container, name: str) -> Mapping[str, list[str]]:
    """Kind → names of the programs and devices whose marks the file bears."""
    fields = [("file name", name), *(("box", box) for box in sorted(said.boxes)), *said.every()]
    found: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for program in _programs():
        if program.name not in found[program.kind] and any(_bears(program, *each) for each in fields):
            found[program.kind].append(program.name)
    return found


def _bears(program: Program, field: str, value: str) -> bool:
    own = field in ("file name", "box")
    if own != (program.field.pattern in ("file name", "box")):
        return False
    return bool(program.field.fullmatch(field) and program.value.search(value))


@lru_cache(maxsize=1)
def _programs() -> tuple[Program, ...]:
    import yaml

    text = files("quivive.media.video").joinpath("programs.yaml").read_text("utf-8")
    return tuple(
        Program(row["name"], row["kind"], re.compile(row["field"]), re.compile(row["value"]), row["source"])
        for row in yaml.load(text, Loader=yaml.CSafeLoader)
    )


def _times(said: Container, now: datetime) -> Iterator[Saying]:
    times = sorted({time for tag, value in said.every() if tag in _TIMES and (time := _time(value))})
    if not times:
        return
    shown = [time.strftime("%Y-%m-%d %H:%M UTC") for time in (times[0], times[-1])]
    yield Saying("video/made-at", "informational", {"time": shown[0]})
    if times[-1] > now + _DAY:
        yield Saying("video/made-later", "review", {"time": shown[1]})
    if times[-1] - times[0] > _DAY:
        # Telephones that shorten or pass on a film keep one time and write the other anew: no alarm.
        yield Saying("video/times-differ", "informational", {"first": shown[0], "last": shown[1]})


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text.strip())
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time if time.year >= _NO_TIME else None


def _lengths(said: Container) -> Iterator[Saying]:
    pictures, sound = said.lengths("video"), said.lengths("audio")
    if not any(one.kind == "audio" for one in said.tracks):
        yield Saying("video/no-sound", "informational", {})
    elif pictures and sound and abs(pictures - sound) > max(_DIFFERENT, _SHARE * max(pictures, sound)):
        params = {"pictures": length(pictures), "sound": length(sound)}
        yield Saying("video/lengths-differ", "review", params)


def length(seconds: float) -> str:
    """'4.2 s' or '3 min 05 s'."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
