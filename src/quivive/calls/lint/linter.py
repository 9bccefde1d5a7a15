"""Which rules for STI certificates does this one break?

The codes are those of the public SHAKEN linter, which applies a rule only to certificates that became
valid after the rule was published. That linter changed its rules in November 2023: those of today are
applied unless it is said that the certificate was `tested` before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal

from quivive.calls.lint import crl, extensions, first_edition, keys, names, tn_auth_list
from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import Fields, read
from quivive.calls.lint.inputs import one

Level = Literal["error", "warn", "notice"]
Edition = Literal["current", "first"]

CURRENT_SINCE = datetime(2023, 11, 20, tzinfo=UTC)
"""From this day on the recorded findings bear today's codes."""
_COUNTS_BITS_SINCE = datetime(2023, 11, 24, tzinfo=UTC)

_CURRENT: Checks = {
    **names.CHECKS,
    **keys.CHECKS,
    **extensions.CHECKS,
    **crl.CHECKS,
    **tn_auth_list.CHECKS,
}


@dataclass(frozen=True)
class Code:
    """One line of codes.yaml: what a code means, which text sets the duty, whom it binds, since when."""

    code: str
    level: Level
    source: str
    applies: Literal["leaf", "ca", "any"]
    since: date | None
    clause: str
    means: str

    def binds(self, fields: Fields) -> bool:
        """Whether the certificate is of the kind and the age that the duty is for."""
        if self.applies != "any" and (self.applies == "ca") != fields.is_ca:
            return False
        return self.since is None or fields.not_before.date() >= self.since


@dataclass(frozen=True)
class LintFinding:
    """A duty that the certificate breaks; `details` says in words what stands there instead."""

    code: str
    level: Level
    details: str


def lint(certificate: bytes, tested: datetime | None = None) -> tuple[LintFinding, ...]:
    """What is wrong with one certificate, DER, base64 DER or PEM (the first of several).

    `tested` (aware): judge by the rules that the public linter had at that time; None: by today's.
    Raises Unreadable, and nothing else, where the bytes are no certificate.
    """
    return judge(read(one(certificate)), tested)


def judge(fields: Fields, tested: datetime | None = None) -> tuple[LintFinding, ...]:
    """What is wrong with a certificate that was read."""
    edition, checks = _in_force(tested)
    found = []
    for code, entry in codes(edition).items():
        details = checks[code](fields) if entry.binds(fields) else None
        if details:
            found.append(LintFinding(code, entry.level, details))
    return tuple(found)


def _in_force(tested: datetime | None) -> tuple[Edition, Checks]:
    """The edition of a time, and its checks."""
    if tested is None or tested >= _COUNTS_BITS_SINCE:
        return "current", _CURRENT
    if tested >= CURRENT_SINCE:
        return "current", {**_CURRENT, **first_edition.FIRST_DAYS}
    return "first", first_edition.CHECKS


@lru_cache(maxsize=2)
def codes(edition: Edition = "current") -> Mapping[str, Code]:
    """Every code of an edition of the linter, with its meaning and clause."""
    return {code: Code(code, **entry) for code, entry in _table()[edition].items()}


def explain(code: str) -> Code:
    """What a code of either edition means, today's meaning first; raises KeyError for another."""
    return codes().get(code) or codes("first")[code]


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    from importlib.resources import files

    import yaml

    text = files("quivive.calls.lint").joinpath("codes.yaml").read_text("utf-8")
    table: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return table
