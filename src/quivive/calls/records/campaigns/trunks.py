"""Which numbers call on several trunks at once, as only a number can that several borrow?

A call that begins on one trunk while the number's last call on another has not ended. Companies have two
lines for safety; so it takes several such calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.scene import Scene
from quivive.calls.records.campaigns.source import table

KIND = "several-trunks"
NEEDS = ("calling", "trunk", "seconds")

_OVERLAPS = """
with lined as (
  select calls.calling as calling, trunk, start, called,
    start + (coalesce(ring, 0) + coalesce(seconds, 0)) * cast(1000000 as bigint) as ends,
    lag(trunk) over (partition by calls.calling order by start, record) as before,
    lag(start + (coalesce(ring, 0) + coalesce(seconds, 0)) * cast(1000000 as bigint))
      over (partition by calls.calling order by start, record) as until
  from {calls} join picked on calls.calling = picked.number where trunk is not null)
select calling, count(*) as calls, count(distinct trunk) as trunks, count(distinct called) as called,
  count(case when before <> trunk and start < until then 1 end) as overlaps, min(start) as first, max(start) as last
from lined group by calling order by calling
"""


def find(scene: Scene) -> Iterator[Draft]:
    """Numbers on several trunks whose calls overlap across them."""
    limits = scene.of(KIND)
    numbers = sorted(row["calling"] for row in scene.profile.callers
                     if row["spread"] and row["calls"] >= limits["calls"])  # fmt: skip
    if not numbers:
        return
    rows = scene.source.ask(_OVERLAPS, picked=table({"number": "bigint"}, [(each,) for each in numbers]))
    for row in rows.to_pylist():
        if row["trunks"] >= limits["trunks"] and row["overlaps"] >= limits["overlaps"]:
            yield _draft(row)


def _draft(row: dict[str, Any]) -> Draft:
    figures = {name: row[name] for name in ("calls", "called", "trunks", "overlaps")}
    figures["overlaps_percent"] = percent(row["overlaps"], row["calls"])
    why = (
        f"This number made {plural(row['calls'], 'call')} on {plural(row['trunks'], 'trunk')}; "
        f"{plural(row['overlaps'], 'call')} began on one while a call on another had not ended."
    )
    return Draft(KIND, f"calling={row['calling']}", (row["calling"],), row["calls"], row["first"], row["last"],
                 why, figures)  # fmt: skip
