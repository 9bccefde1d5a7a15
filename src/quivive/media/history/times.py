"""Do the times that a file carries contradict each other, or the time of the examination?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from quivive.media.history.directories import Directories, Entry
from quivive.media.marks.carried import Text

ZONES = timedelta(hours=14)
"""No clock on land is further from UTC than +14 h (IANA time zone database: Kiritimati)."""
SLACK = timedelta(hours=24)
"""Clocks are set wrong, and programs write UTC for local time: less than this is no contradiction."""
_STAMP = re.compile(
    r"(\d{4})[-:/](\d\d)[-:/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_EXIF = {0x9003: ("DateTimeOriginal", 0x9011), 0x9004: ("DateTimeDigitized", 0x9012)}
_CREATED = ("DateTimeOriginal", "xmp:CreateDate", "photoshop:DateCreated")
_MODIFIED = ("DateTime", "xmp:ModifyDate", "tIME")
_XMP = {"xmp:createdate", "xmp:modifydate", "photoshop:datecreated"}

Role = Literal["created", "modified", "other"]


@dataclass(frozen=True)
class Stamp:
    """A time that stands in the file under `field`; `zoned`: with its offset, so that `at` is certain."""

    field: str
    at: datetime
    zoned: bool

    @property
    def shown(self) -> str:
        """Day and minute, as the file says it."""
        return self.at.strftime("%Y-%m-%d %H:%M") + (self.at.strftime(" UTC%z") if self.zoned else "")


@dataclass(frozen=True)
class Contradiction:
    """Two times that cannot both be right: 'order', 'place' (GPS) or 'future' (then `other` is None)."""

    kind: Literal["order", "place", "future"]
    stamp: Stamp
    other: Stamp | None = None


def stamps(found: Directories, texts: Sequence[Text], changed: str = "") -> tuple[Stamp, ...]:
    """All times of EXIF, GPS and XMP that read, and `changed`, that of a PNG's tIME chunk (in UTC)."""
    each = [_exif(found.picture, 0x0132, "DateTime", found.camera, 0x9010)]
    each += [_exif(found.camera, tag, name, found.camera, zone) for tag, (name, zone) in _EXIF.items()]
    each += [_gps(found.place)]
    each += [parse(text.key, text.value) for text in texts if text.key.lower() in _XMP]
    each += [parse("tIME", changed)]
    return tuple(stamp for stamp in each if stamp)


def parse(field: str, value: str, zone: str = "") -> Stamp | None:
    """A stamp out of '2026:11:22 10:00:00' (EXIF), '2026-11-22T10:00:00+01:00' (XMP); None if it is none.

    A day alone counts from its beginning. Years before 1990 are unset clocks.
    """
    match = _STAMP.match(value.strip())
    if not match or not 1990 <= int(match[1]) <= 9000:
        return None
    offset = _offset(match[7] or zone)
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        at = datetime(year, month, day, hour, minute, second, tzinfo=offset or UTC)
    except ValueError:
        return None
    return Stamp(field, at, offset is not None)


def contradictions(given: Sequence[Stamp], now: datetime) -> tuple[Contradiction, ...]:
    """At most one of each kind, the widest apart."""
    found = []
    created = [s for s in given if s.field in _CREATED]
    modified = [s for s in given if s.field in _MODIFIED]
    pairs = [(m, c) for m in modified for c in created if m.at + _room(m, c) < c.at]
    if pairs:
        found.append(Contradiction("order", *max(pairs, key=lambda pair: pair[1].at - pair[0].at)))
    place = next((s for s in given if s.field == "GPSTimeStamp"), None)
    taken = next((s for s in given if s.field == "DateTimeOriginal"), None)
    if place and taken and abs(place.at - taken.at) > _room(place, taken):
        found.append(Contradiction("place", place, taken))
    late = [s for s in given if s.at > now + SLACK + (timedelta(0) if s.zoned else ZONES)]
    if late:
        found.append(Contradiction("future", max(late, key=lambda stamp: stamp.at)))
    return tuple(found)


def _room(one: Stamp, other: Stamp) -> timedelta:
    """How far apart two stamps may be without contradicting each other."""
    return SLACK if one.zoned and other.zoned else SLACK + ZONES


def _exif(
    entries: Mapping[int, Entry], tag: int, name: str, zones: Mapping[int, Entry], zone: int
) -> Stamp | None:
    if tag not in entries:
        return None
    return parse(name, entries[tag].text, zones[zone].text if zone in zones else "")


def _gps(place: Mapping[int, Entry]) -> Stamp | None:
    """GPSDateStamp and GPSTimeStamp, which are UTC (CIPA DC-008 §4.6.6)."""
    if 0x1D not in place or 0x07 not in place or len(place[0x07].numbers) < 3:
        return None
    hour, minute, second = (int(number) for number in place[0x07].numbers[:3])
    return parse("GPSTimeStamp", f"{place[0x1D].text} {hour:02d}:{minute:02d}:{second:02d}Z")


def _offset(zone: str) -> timezone | None:
    if zone == "Z":
        return UTC
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)", zone.strip())
    if not match or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    away = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(away if match[1] == "+" else -away)
