"""When was it? Moments of call records in SQL: Unix microseconds, UTC.

Read are ISO 8601 and its relatives that name the year first, with a zone or without, and Unix time in
seconds, milliseconds, microseconds or nanoseconds by its number of digits. 02/03/2026 is the 2nd of March
to some and the 3rd of February to others: such times need the format that a map gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from quivive.errors import UsageError

_DAY = 86_400
_DATE = r"(\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d|\d{8})"
_CLOCK = r"(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?|\d{6})"
_ZONE = r"(Z|z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?"
ISO = rf"^{_DATE}(?:[T _]|\s-\s)?{_CLOCK}\s*{_ZONE}$"
NAIVE = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?"
ZONED = NAIVE + r"(?:Z|[+-]\d\d(?::?\d\d)?)"
_EPOCH = r"^\d{9,10}(\.\d{1,9})?$|^\d{12,13}(\.\d+)?$|^\d{15,16}$|^\d{18,19}$"


@dataclass(frozen=True)
class Turn:
    """The offset of a zone changes at `instant`; all in microseconds."""

    instant: int
    before: int
    after: int


def zone(name: str) -> ZoneInfo:
    """The zone of that name ('Europe/Paris'). Raises UsageError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"--zone {name!r} is no time zone: write one such as Europe/Paris or UTC."
        ) from error


def instant_sql(text: str) -> str:
    """DuckDB: Unix time of digits in `text`, in microseconds, else null."""
    digits, number = f"length(split_part({text}, '.', 1))", f"try_cast({text} as decimal(28, 9))"
    return (
        f"case when not regexp_matches({text}, '{_EPOCH}') then null "
        f"when {digits} <= 10 then cast(round({number} * 1000000) as bigint) "
        f"when {digits} <= 13 then cast(round({number} * 1000) as bigint) "
        f"when length({text}) <= 16 then try_cast({text} as bigint) "
        f"else try_cast({text} as bigint) // 1000 end"
    )


def wall_sql(text: str, form: str | None = None) -> str:
    """DuckDB: what the clock showed, as microseconds since 1970 without regard to a zone, else null."""
    if form:
        return f"epoch_us(try_strptime({text}, {quoted(form)}))"
    day, clock = (f"regexp_extract({text}, '{ISO}', {group})" for group in (1, 2))
    day = f"regexp_replace({day}, '^(\\d{{4}})[-/]?(\\d\\d)[-/]?(\\d\\d)$', '\\1-\\2-\\3')"
    clock = f"replace(regexp_replace({clock}, '^(\\d\\d)(\\d\\d)(\\d\\d)$', '\\1:\\2:\\3'), ',', '.')"
    return f"epoch_us(try_cast({day} || ' ' || {clock} as timestamp))"


def offset_sql(text: str, form: str | None = None) -> str:
    """DuckDB: microseconds that the time's own zone is ahead of UTC, null where it names none."""
    if form:
        return "cast(0 as bigint)" if "%z" in form or "%Z" in form else "cast(null as bigint)"
    zoned = f"regexp_extract({text}, '{ISO}', 3)"
    rest = f"case when length({zoned}) > 3 then cast(right({zoned}, 2) as bigint) else 0 end"
    minutes = f"cast(substr({zoned}, 2, 2) as bigint) * 60 + {rest}"
    return (
        f"case when {zoned} = '' then null when {zoned} in ('Z', 'z', 'UTC', 'GMT') then 0 "
        f"when {zoned} like '-%' then -60000000 * ({minutes}) else 60000000 * ({minutes}) end"
    )


def turns(place: ZoneInfo, first: int, last: int) -> list[Turn]:
    """The changes of a zone's offset from `first` to `last` (microseconds) and a day around."""
    low = max(0, first // 1_000_000 - 172_800)
    high = min(4_102_444_800, last // 1_000_000 + 172_800)
    days = range(low, high, _DAY)
    changing = (day for day in days if _offset(place, day) != _offset(place, day + _DAY))
    return [_turn(place, day, day + _DAY) for day in changing]


def _turn(place: ZoneInfo, low: int, high: int) -> Turn:
    before, after = _offset(place, low), _offset(place, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
    return Turn(high * 1_000_000, before, after)


def _offset(place: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(place).utcoffset() or timedelta()
    return round(offset.total_seconds()) * 1_000_000


def ahead_sql(wall: str, place: ZoneInfo, changes: Sequence[Turn], first: int) -> str:
    """Microseconds that the zone is ahead of UTC at a wall time.

    Of two moments with one wall time the first counts; a wall time that a clock set forward jumped over is
    read by the clock before (PEP 495, fold 0).
    """
    offset = changes[0].before if changes else _offset(place, max(0, first // 1_000_000))
    if not changes:
        return str(offset)
    cases = " ".join(f"when {wall} < {t.instant + max(t.before, t.after)} then {t.before}" for t in changes)
    return f"case {cases} else {changes[-1].after} end"


def doubtful_sql(wall: str, changes: Sequence[Turn], twice: bool) -> str:
    """Whether a wall time came `twice`, or never."""
    spans = [(t.instant + t.after, t.instant + t.before) for t in changes if t.after < t.before]
    if not twice:
        spans = [(t.instant + t.before, t.instant + t.after) for t in changes if t.after > t.before]
    return " or ".join(f"{wall} >= {low} and {wall} < {high}" for low, high in spans) or "false"


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"
