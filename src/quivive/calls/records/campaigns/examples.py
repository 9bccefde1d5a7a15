"""Which calls show a campaign best?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quivive.calls.records.campaigns.draft import SHOWS, Draft, within
from quivive.calls.records.campaigns.source import CALLS, SIGNERS, WAYS, Source, table
from quivive.calls.records.columns import COLUMNS

MOST = 5
_SPAN = 600_000_000
"""Ten minutes: a burst is short."""


def examples(source: Source, drafts: Sequence[Draft]) -> list[tuple[dict[str, Any], ...]]:
    """Up to MOST calls of each draft, from the ten minutes that show it best: their filled columns."""
    found: list[list[dict[str, Any]]] = [[] for _ in drafts]
    if not drafts:
        return []
    numbers = [(place, number) for place, draft in enumerate(drafts) for number in draft.numbers]
    places = [(place, d.shows, *(d.place.get(name) for name in SIGNERS)) for place, d in enumerate(drafts)]
    kinds = {"campaign": "bigint", "shows": "varchar"} | dict.fromkeys(SIGNERS, "varchar")
    picked = table({"campaign": "bigint", "number": "bigint"}, numbers)
    chosen = source.ask(_sql(), picked=picked, places=table(kinds, places))
    columns = ", ".join(f"calls.{column.name} as {column.name}" for column in COLUMNS)
    whole = source.whole(
        f"select picked.campaign as campaign, {columns} from {{calls}} "
        "join picked on calls.record = picked.record "
        "order by picked.campaign, picked.place",
        picked=chosen,
    )
    for row in whole:
        found[row.pop("campaign")].append({name: value for name, value in row.items() if value is not None})
    return [tuple(each) for each in found]


def _sql() -> str:
    """Of the calls that show it, those in the ten minutes with most of them: borrowed numbers have a life."""
    shows = " or ".join(f"(places.shows = '{name}' and ({sql}))" for name, sql in SHOWS.items())
    return (
        "with theirs as (select picked.campaign as campaign, calls.record as record, calls.start as start, "
        f"calls.start - calls.start % {_SPAN} as span, case when {shows} then 1 else 0 end as shown "
        f"from {CALLS} calls join picked on calls.calling = picked.number "
        f"join {WAYS} ways on calls.way = ways.way join places on picked.campaign = places.campaign "
        f"where {within('places')}), "
        "spans as (select campaign, span, sum(shown) as often from theirs group by campaign, span), "
        "ranked as (select campaign, span, row_number() over "
        "(partition by campaign order by often desc, span) as rank from spans), "
        # As many spans as examples have them all; a campaign may have no call that shows it.
        f"near as (select theirs.*, rank from theirs join ranked on theirs.campaign = ranked.campaign "
        f"and theirs.span = ranked.span where rank <= {MOST}), "
        "placed as (select campaign, record, row_number() over "
        "(partition by campaign order by shown desc, rank, start, record) as place from near) "
        f"select campaign, record, cast(place as bigint) as place from placed where place <= {MOST} "
        "order by campaign, place"
    )
