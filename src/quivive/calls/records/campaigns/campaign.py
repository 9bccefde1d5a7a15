"""What is a campaign? Calls that belong together, the abuse they show, and the figures that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("dialer", "wangiri", "number-rotation", "sim-box", "neighbour-spoofing", "several-trunks",
         "do-not-originate")  # fmt: skip


@dataclass(frozen=True)
class Campaign:
    """Calls of one `kind` under one `key`, such as 'spc=709J' or 'calling=12155550100'.

    `first` and `last` are the starts of the first and last call, Unix microseconds. `why` is a sentence for
    an analyst; `figures` are the numbers in it; `examples` are the columns of up to five of the calls.

    Its calls are those between `first` and `last` that show one of `numbers` and came in as `place` says:
    columns and their values, '' for none; other columns do not matter.
    """

    kind: str
    key: str
    calls: int
    first: int
    last: int
    why: str
    figures: Mapping[str, int | float]
    examples: tuple[Mapping[str, Any], ...]
    numbers: tuple[int, ...]
    place: Mapping[str, str]


@dataclass(frozen=True)
class NotLooked:
    """A kind that could not be looked for, and why: a column that the records do not have."""

    kind: str
    why: str
