"""Which numbers call on several trunks at once, as only a number can that several borrow?

A call that begins on one trunk while the number's last call on another has not ended. Companies have two
lines for safety; so it takes several such calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.profile import PARTIES
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, WAYS, numbers

KIND = "several-trunks"
NEEDS = ("calling", "trunk", "seconds")

_OVERLAPS = f"""
with lined as (
  select calls.calling as calling, trunk, start, called, answered, seconds,
    start + (coalesce(ring, 0) + coalesce(seconds, 0)) * cast(1000000 as bigint) as ends,
    lag(trunk) over (partition by calls.calling order by start, record) as before,
    lag(start + (coalesce(ring, 0) + coalesce(seconds, 0)) * cast(1000000 as bigint))
      over (partition by calls.calling order by start, record) as until
  from {CALLS} calls join picked on calls.calling = picked.number join {WAYS} ways on calls.way = ways.way
  where trunk is not null)
select calling, count(*) as calls, count(distinct trunk) as trunks,
  count(case when answered then 1 end) as answered,
  count(case when seconds >= {{long}} then 1 end) as long, count(distinct called) as called,
  count(case when before <> trunk and start < until then 1 end) as overlaps,
  min(start) as first, max(start) as last
from lined group by calling order by calling
"""


def candidates(scene: Scene) -> list[int]:
    """Numbers that come by so many trunks that it could be."""
    limits = scene.of(KIND)
    many = scene.source.rows(
        f"select calling from {PARTIES} parties join {WAYS} ways on parties.way = ways.way "
        "join picked on calling = picked.number where trunk is not null group by calling "
        f"having count(distinct trunk) >= {limits['trunks']} order by calling",
        picked=numbers(_possible(scene)),
    )
    return [row["calling"] for row in many]


def _possible(scene: Scene) -> list[int]:
    """Numbers that come enough ways, of trunk or signer."""
    limits = scene.of(KIND)
    return [
        row["calling"]
        for row in scene.profile.callers
        if row["calls"] >= limits["calls"]
        and row["ways"] >= limits["trunks"]
        and (_unwelcome(row, limits) or row["ways"] >= limits["at_once_trunks"])
    ]


def _unwelcome(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    return bool(
        row["answered"] * 100 <= row["calls"] * limits["answered_percent"]
        and row["long"] * 100 <= row["answered"] * limits["long_percent"]
    )


def find(scene: Scene) -> Iterator[Draft]:
    """Numbers on several trunks whose calls overlap across them."""
    limits = scene.of(KIND)
    suspect = candidates(scene)
    if not suspect:
        return
    sql = _OVERLAPS.replace("{long}", str(scene.of("sight")["long_seconds"]))
    for row in scene.source.rows(sql, picked=numbers(suspect)):
        if _is_borrowed(row, limits):
            yield _draft(row)


def _is_borrowed(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    if row["trunks"] < limits["trunks"] or row["overlaps"] < limits["overlaps"]:
        return False
    at_once = row["overlaps"] * 100 >= row["calls"] * limits["at_once_percent"]
    return bool(_unwelcome(row, limits) or (at_once and row["trunks"] >= limits["at_once_trunks"]))


def _draft(row: dict[str, Any]) -> Draft:
    figures = {name: row[name] for name in ("calls", "called", "trunks", "overlaps")}
    figures["overlaps_percent"] = percent(row["overlaps"], row["calls"])
    why = (
        f"This number made {plural(row['calls'], 'call')} on {plural(row['trunks'], 'trunk')}; "
        f"{plural(row['overlaps'], 'call')} began on one while a call on another had not ended."
    )
    number, calls = row["calling"], row["calls"]
    return Draft(
        KIND, f"calling={number}", (number,), calls, row["first"], row["last"], why, figures, "brief"
    )


DETECTOR = Detector(KIND, NEEDS, find)
