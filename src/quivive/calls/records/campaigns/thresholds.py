"""From which figures on is traffic a campaign? They stand, dated and with reasons, in thresholds.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from quivive.errors import BadConfig

_FILE = "thresholds.yaml"


@dataclass(frozen=True)
class Thresholds:
    """Figures by kind of campaign and name; those of 'sight' belong to all kinds."""

    dated: date
    figures: Mapping[str, Mapping[str, int]]

    def of(self, kind: str) -> Mapping[str, int]:
        """The figures of one kind."""
        return self.figures[kind]


@cache
def shipped() -> Thresholds:
    """The thresholds that ship with Quivive."""
    content = (files("quivive.calls.records.campaigns") / _FILE).read_text("utf-8")
    dated, figures = _read(_FILE, content)
    return Thresholds(dated, figures)


def load(path: Path) -> Thresholds:
    """The user's thresholds; what the file leaves out is as shipped. Raises BadConfig naming the entry."""
    dated, own = _read(path.name, path.read_text("utf-8"))
    standard = shipped().figures
    for kind, figures in own.items():
        for name in figures:
            if name not in standard.get(kind, {}):
                raise BadConfig(f"{path.name}: there is no figure '{name}' of '{kind}'.")
    return Thresholds(dated, {kind: {**figures, **own.get(kind, {})} for kind, figures in standard.items()})


def _read(name: str, content: str) -> tuple[date, dict[str, dict[str, int]]]:
    import yaml

    try:
        whole: Any = yaml.safe_load(content)
        dated = whole.pop("dated")
        figures = {
            str(kind): {str(each): entry["is"] for each, entry in entries.items()}
            for kind, entries in whole.items()
        }
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise BadConfig(
            f"{name} does not read: it needs 'dated' and by kind entries {{is, because}}."
        ) from error
    if type(dated) is not date:
        raise BadConfig(f"{name}: 'dated' must be a day.")
    for kind, entries in figures.items():
        for each, value in entries.items():
            if type(value) is not int or value < 0:
                raise BadConfig(f"{name}: '{each}' of '{kind}' must be a whole number, not negative.")
    return dated, figures
