"""Do calls look dialled by a machine that nobody waits for: few answers, and short ones?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quivive.calls.records.campaigns.draft import percent


def unwelcome(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    """Few calls are answered, nearly all of these end within a minute, and hardly any lasts two."""
    answered: int = row["answered"]
    return bool(
        answered * 100 <= row["calls"] * limits["answered_percent"]
        and row["brief"] * 100 >= answered * limits["brief_percent"]
        and row["long"] * 100 <= answered * limits["long_percent"]
    )


def told(row: Mapping[str, Any]) -> str:
    """The figures that `unwelcome` weighs, in words."""
    answered, calls = row["answered"], row["calls"]
    if not answered:
        return "none was answered"
    brief = percent(row["brief"], answered)
    return f"{percent(answered, calls)} % were answered, and {brief} % of those ended within a minute"
