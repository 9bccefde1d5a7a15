"""Which moment does the Date header field name (RFC 3261 §20.17)?"""

from __future__ import annotations

from calendar import timegm
from datetime import datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def unix_time(value: bytes) -> float | None:
    """Seconds since 1970 of 'Sat, 13 Nov 2010 23:29:00 GMT'; None for any other form.

    The zone must be GMT: SIP knows no other, and a guess could make an old token look fresh.
    """
    words = value.decode("ascii", "replace").split()
    if len(words) != 6 or words[0][-1:] != "," or words[5] != "GMT":
        return None
    name, day, month, year, clock, _ = words
    hour, minute, second, *more = [*clock.split(":"), "", "", ""]
    digits = (day, year, hour, minute, second)
    if any(more) or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in digits):
        return None
    if month not in _MONTHS or len(day) > 2 or len(year) != 4:
        return None
    try:
        moment = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute),
                          min(int(second), 59))  # fmt: skip
    except ValueError:
        return None
    leap = 1 if int(second) == 60 else 0
    if int(second) > 60 or name[:-1] not in _DAYS:
        return None
    return float(timegm(moment.timetuple()) + leap)
