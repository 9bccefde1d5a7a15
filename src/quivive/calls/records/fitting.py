"""Can the values of a column be what its name says? A 'from' may hold a number, a name or a date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quivive.calls.records import times
from quivive.calls.records.normalising import number_of

_EMPTY = ("", "null", "\\n", "none", "-")
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?|\d{12,13}(\.\d+)?|\d{15,19}")
_ISO = re.compile(times.ISO)
_DAY = re.compile(r"\d{4}[-/]?\d\d[-/]?\d\d")
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?(\.\d+)?")
_LENGTH = re.compile(r"\d+(\.\d+)?|\d+:\d\d(:\d\d)?(\.\d+)?")


def fits(field: str, values: Sequence[str]) -> bool:
    """Whether the first values of a column can be of a field; an empty one can. 'moment': a whole time."""
    filled = [value.strip() for value in values if value.strip().lower() not in _EMPTY]
    if not filled:
        return field != "moment"
    if field in ("calling", "called"):
        return any(number_of(value, None) is not None for value in filled)
    if field == "sip_code":
        return any(re.search(r"\b[1-6]\d\d\b", value) for value in filled)
    return _share(field, filled) * 2 >= len(filled) if field in _FORMS else True


def _share(field: str, filled: Sequence[str]) -> int:
    return sum(any(_is(form, value) for form in _FORMS[field]) for value in filled)


def _is(form: str, value: str) -> bool:
    if form == "moment":
        return bool(_ISO.match(value) or _EPOCH.fullmatch(value))
    if form == "word":
        return not _is("moment", value)
    return bool({"day": _DAY, "clock": _CLOCK, "length": _LENGTH}[form].fullmatch(value))


_FORMS = {
    "start": ("moment", "day"), "answer": ("moment",), "end": ("moment",), "moment": ("moment",),
    "date": ("day",),
    "time": ("clock",), "seconds": ("length",), "duration": ("length",), "ring": ("length",),
    "answered": ("word",),
}  # fmt: skip
