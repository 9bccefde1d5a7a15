"""What does each reason mean for the call, for SIP and for a person? The table is refusals.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from quivive.errors import BadConfig

Effect = Literal["refuse", "unknown", "note"]
_EFFECTS = ("refuse", "unknown", "note")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line of the table. `sip` and `verstat` are None where the reason sends none."""

    code: str
    effect: Effect
    sip: int | None
    verstat: str | None
    text: str
    reference: str


@dataclass(frozen=True)
class Table:
    """All reasons by code, and the SIP reason phrases by response code (RFC 8224 §6.2.2)."""

    refusals: Mapping[str, Refusal]
    phrases: Mapping[int, str]

    def __getitem__(self, code: str) -> Refusal:
        return self.refusals[code]


@lru_cache(maxsize=1)
def shipped() -> Table:
    """The table that ships."""
    text = files("quivive.calls").joinpath("refusals.yaml").read_text("utf-8")
    values = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    refusals = {
        code: Refusal(code=code, **{**values["defaults"], **entry}) for code, entry in values["codes"].items()
    }
    return Table(refusals, values["phrases"])


def changed(text: str, name: str) -> Table:
    """The shipped table with what a user's YAML changes of effect, sip and verstat. Raises BadConfig."""
    table = shipped()
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadConfig(f"{name} does not read as YAML: {error}.") from error
    changes = values.get("codes", {}) if isinstance(values, dict) else None
    if not isinstance(changes, dict):
        raise BadConfig(f"{name} holds no table 'codes'.")
    refusals = dict(table.refusals)
    for code, change in changes.items():
        if code not in refusals:
            raise BadConfig(f"{name}: there is no reason '{code}'.")
        refusals[code] = replace(refusals[code], **_change(change, f"{name}: {code}"))
    return Table(refusals, table.phrases)


def _change(change: Any, place: str) -> dict[str, Any]:
    if not isinstance(change, dict) or not set(change) <= {"effect", "sip", "verstat"}:
        raise BadConfig(f"{place}: only effect, sip and verstat can be changed.")
    if change.get("effect", "note") not in _EFFECTS:
        raise BadConfig(f"{place}: effect must be one of {', '.join(_EFFECTS)}.")
    if not isinstance(change.get("sip"), int | None) or not isinstance(change.get("verstat"), str | None):
        raise BadConfig(f"{place}: sip must be a number and verstat a text.")
    return change
