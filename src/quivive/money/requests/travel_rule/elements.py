"""Which elements does an IVMS101 message have? The table is elements.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_LINE = re.compile(r"(\w+)(!?)(\*?) (\w+)(?: (\d+))?(?: \(([\w ]+)\))?")


@dataclass(frozen=True)
class Element:
    """One element; `others` are its names in other versions of the standard."""

    name: str
    needed: bool
    many: bool
    kind: str
    most: int | None
    others: tuple[str, ...]


@dataclass(frozen=True)
class Elements:
    """Part → its elements; kind of code → the codes."""

    parts: Mapping[str, tuple[Element, ...]]
    codes: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def elements() -> Elements:
    """The whole table."""
    import yaml

    text = files("quivive.money.requests.travel_rule").joinpath("elements.yaml").read_text("utf-8")
    table = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - gives text only
    codes = {kind: tuple(line.split()) for kind, line in table.pop("codes").items()}
    return Elements({part: tuple(map(_element, lines)) for part, lines in table.items()}, codes)


def _element(line: str) -> Element:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"elements.yaml: '{line}' does not read")
    name, needed, many, kind, most, others = found.groups()
    return Element(
        name, bool(needed), bool(many), kind, int(most) if most else None, tuple((others or "").split())
    )
