"""Which calls show a campaign best?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quivive.calls.records.campaigns.draft import SHOWS, Draft
from quivive.calls.records.campaigns.profile import SIGNERS
from quivive.calls.records.campaigns.source import Source, table
from quivive.calls.records.columns import COLUMNS

MOST = 5


def examples(source: Source, drafts: Sequence[Draft]) -> list[tuple[dict[str, Any], ...]]:
    """Up to MOST calls of each draft, those that show it first, then by time: their columns that are filled."""
    found: list[list[dict[str, Any]]] = [[] for _ in drafts]
    rows = [
        (place, number, draft.shows, *(draft.place.get(name) for name in SIGNERS))
        for place, draft in enumerate(drafts)
        for number in draft.numbers
    ]
    if not rows:
        return []
    kinds = {"campaign": "bigint", "number": "bigint", "shows": "varchar"} | dict.fromkeys(SIGNERS, "varchar")
    for row in source.rows(_sql(), picked=table(kinds, rows)):
        found[row.pop("campaign")].append({name: value for name, value in row.items() if value is not None})
    return [tuple(each) for each in found]


def _sql() -> str:
    shown = " ".join(f"when picked.shows = '{name}' and ({sql}) then 0" for name, sql in SHOWS.items())
    within = " and ".join(f"(picked.{name} is null or picked.{name} = calls.{name})" for name in SIGNERS)
    columns = ", ".join(f"calls.{column.name} as {column.name}" for column in COLUMNS)
    return (
        f"with shown as (select picked.campaign as campaign, {columns}, row_number() over (partition by "
        f"picked.campaign order by case {shown} else 1 end, calls.start, calls.record) as place "
        f"from {{calls}} join picked on calls.calling = picked.number where {within}) "
        f"select campaign, {', '.join(column.name for column in COLUMNS)} from shown where place <= {MOST} "
        "order by campaign, place"
    )
