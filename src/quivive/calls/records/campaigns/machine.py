"""Do calls look dialled by a machine that nobody waits for: few answers, and short ones?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quivive.calls.records.campaigns.draft import percent


def unwelcome(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    """Few calls are answered, nearly all of these end within a minute, and hardly any lasts two.

    Four answers are added to the answered, as Agresti and Coull do to bound a share that few calls tell.
    """
    answered, calls = row["answered"], row["calls"]
    few = (answered + 4) * 100 <= (calls + 4) * limits["answered_percent"]
    fewer = (answered + 4) * 100 <= (calls + 4) * limits["answered_by_few_percent"]
    brief, long = row["brief"] * 100, row["long"] * 100
    if fewer and brief >= answered * limits["brief_percent"] and long <= answered * limits["long_percent"]:
        return True
    return bool(few and brief >= answered * limits["all_brief_percent"] and long <= answered * 2)


def told(row: Mapping[str, Any]) -> str:
    """The figures that `unwelcome` weighs, in words."""
    answered, calls = row["answered"], row["calls"]
    if not answered:
        return "none was answered"
    brief = percent(row["brief"], answered)
    return f"{percent(answered, calls)} % were answered, and {brief} % of those ended within a minute"


def chosen(row: Mapping[str, Any]) -> str:
    """A sentence where numbers were chosen among those of others, by how their calls ended."""
    if row["share"] >= 100:
        return ""
    return (
        f" They are chosen among {row['among']:,} calls, of which about {row['share']} % are a machine's, "
        "by how each call ended; other people's may be among them."
    )
