"""How many points does which reason count? Reads `risk_rules.yaml`, or a table of the user's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from quivive.errors import BadConfig, NotFound, TooLarge, Unreadable

SHIPPED: Final = Path(__file__).with_name("risk_rules.yaml")
_WAYS: Final = ("address", "cluster", "incoming", "outgoing", "pattern")
_HOW: Final = ("direct", "indirect", "poison")
_MOST_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class Rule:
    """`steps` are (least share, points), the highest share first."""

    id: str
    way: str
    how: str | None
    about: frozenset[str]
    steps: tuple[tuple[float, int], ...]
    why: str

    def step(self, share: float) -> tuple[float, int] | None:
        """The first step that a share above nothing reaches."""
        return next((step for step in self.steps if share > 0 and share >= step[0]), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """A table of rules, named and dated so that a statement can say by which it was made."""

    name: str
    version: str
    dated: str
    sha256: str
    rules: tuple[Rule, ...]

    def find(self, way: str, how: str | None, concept: str) -> Rule | None:
        """The first rule about this concept or a broader one (of a pattern: about its kind)."""
        from quivive.money.tags.categories import line

        names = {concept} if way == "pattern" else set(line(concept))
        return next((r for r in self.rules if r.way == way and r.how == how and names & r.about), None)


def read_rules(path: Path = SHIPPED) -> Rules:
    """The table in a file; BadConfig names the rule that does not read."""
    from quivive.money.tags.yaml_reader import read_yaml

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read as a table of risk rules: {error.strerror}.") from error
    try:
        if len(raw) > _MOST_BYTES:
            raise BadConfig(f"{path} is larger than 1 MiB: that is no table of risk rules.")
        found = read_yaml(raw, path.name).value
    except (Unreadable, TooLarge) as error:
        raise BadConfig(f"{path} is no table of risk rules. {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("rules"), list):
        raise BadConfig(f"{path} has no list 'rules'.")
    rules = tuple(_rule(each, f"{path.name}, rule {n}") for n, each in enumerate(found["rules"], 1))
    if len({rule.id for rule in rules}) < len(rules):
        raise BadConfig(f"{path.name}: two rules have the same id.")
    name, version, dated = (str(found.get(key, "unstated")) for key in ("name", "version", "dated"))
    return Rules(name, version, dated, hashlib.sha256(raw).hexdigest(), rules)


def _rule(raw: Any, place: str) -> Rule:
    if not isinstance(raw, Mapping):
        raise BadConfig(f"{place} is no mapping.")
    way, how = raw.get("way"), raw.get("how")
    if way not in _WAYS or (how not in _HOW if way in ("incoming", "outgoing") else how is not None):
        raise BadConfig(
            f"{place}: 'way' is one of {', '.join(_WAYS)}; payments have a 'how': {', '.join(_HOW)}."
        )
    about = raw.get("kinds" if way == "pattern" else "concepts")
    if not isinstance(about, list) or not all(isinstance(each, str) for each in about):
        raise BadConfig(f"{place} has no list of {'kinds' if way == 'pattern' else 'concepts'}.")
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("why"), str):
        raise BadConfig(f"{place} needs an 'id' and a 'why' in words.")
    return Rule(raw["id"], way, how, frozenset(about), _steps(raw.get("steps"), place), raw["why"])


def _steps(raw: Any, place: str) -> tuple[tuple[float, int], ...]:
    try:
        steps = tuple((float(share), points) for share, points in raw)
    except (TypeError, ValueError) as error:
        raise BadConfig(f"{place}: 'steps' are pairs of the least share (0 to 1) and points.") from error
    fine = all(0 <= share <= 1 and type(points) is int and 0 < points <= 1000 for share, points in steps)
    if not steps or not fine or list(steps) != sorted(steps, reverse=True):
        raise BadConfig(f"{place}: steps go from the highest share down, points are whole, 1 to 1000.")
    return steps
