"""Which calls between neighbours are too seldom answered, and too short, to be neighbours' calls?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quivive.calls.records.campaigns.machine import unwelcome
from quivive.calls.records.campaigns.profile import SIGNERS

SPANS = (False, True)
"""All the time, then hour by hour: a short burst is lost among the other calls of a day."""
LEVELS: tuple[tuple[str, ...], ...] = (("origid",), SIGNERS, ("certificate",), ("spc",), ("trunk",), ())
"""Groups, the narrowest first; the last is all calls, for records that do not say who signed."""


@dataclass(frozen=True)
class Suspects:
    """The suspect groups (whether of one hour, level, values), and the cells that lie in one of them."""

    groups: set[tuple[bool, tuple[str, ...], tuple[Any, ...]]]
    cells: pa.Table


def suspects(cells: pa.Table, limits: Mapping[str, int]) -> Suspects:
    """The suspect groups, and the cells that lie in one of them."""
    names = ("calls", "answered", "brief", "long")
    cells = cells.append_column("all", pa.array([0] * len(cells), pa.int64()))
    cells = cells.append_column("cell", pa.array(range(len(cells)), pa.int64()))
    suspect: set[Any] = set()
    within: set[int] = set()
    for span in SPANS:
        for level in LEVELS:
            keys = [*level, "hour" if span else "all"]
            groups = cells.group_by(keys).aggregate([(name, "sum") for name in names])
            groups = groups.filter(pc.greater_equal(groups["calls_sum"], limits["calls"]))
            rows = [
                row
                for row in groups.to_pylist()
                if (len(level) != 1 or row[level[0]])
                and _is_suspect({name: row[f"{name}_sum"] for name in names}, limits)
            ]
            suspect |= {(span, level, tuple(row[key] for key in keys)) for row in rows}
            if rows:
                chosen = pa.table({key: pa.array([r[key] for r in rows], cells[key].type) for key in keys})
                within |= set(cells.join(chosen, keys, join_type="left semi")["cell"].to_pylist())
    return Suspects(suspect, cells.take(pa.array(sorted(within), pa.int64())))


def _is_suspect(row: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    return row["calls"] >= limits["calls"] and (unwelcome(row, limits) or is_mixed(row, limits))


def is_mixed(row: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    """Whether some real neighbours are among the callers."""
    answered = (row["answered"] + 4) * 100
    enough = (
        row["calls"] >= limits["mixed_calls"]
        and answered <= (row["calls"] + 4) * limits["mixed_answered_percent"]
    )
    brief = row["brief"] * 100 >= row["answered"] * limits["mixed_brief_percent"]
    talk = row["long"] * 100 <= row["answered"] * limits["mixed_long_percent"]
    many = (
        row["calls"] >= limits["many_calls"]
        and answered <= (row["calls"] + 4) * limits["many_answered_percent"]
    )
    return (enough and brief and talk) or (
        many and row["long"] * 100 <= row["answered"] * limits["many_long_percent"]
    )
