"""What do the rules say of a number on a call?

Pure: the same circumstances and packs, the same judgements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from quivive.calls.countries import plan
from quivive.calls.countries.pack import Pack, Rule
from quivive.calls.countries.packs_in_force import shipped
from quivive.calls.countries.plan import Number, number_of
from quivive.model import Kind

UNKNOWN: Mapping[str, str] = {
    "unknown-trunk": "Whether {number} may show on this call depends on whether the call came from abroad, "
    "which is not known here ({source}).",
    "unknown-authentication": "Whether {number} may show on this call depends on whether a network vouches "
    "for it, which is not known here ({source}).",
    "unknown-roaming": "The call came from abroad and shows the mobile number {number}. That is right if its "
    "owner is travelling and forged if not; which of the two cannot be told here ({source}).",
}


@dataclass(frozen=True)
class Circumstances:
    """A number on a call, and what is known of the call.

    `caller` and `callee`: '+' and digits, digits, or a tel or sip URI. `trunk`: how the call came in:
    'national', 'international', or the country it came from ('FR'). `authenticated`: whether a network
    vouches for the number by a valid signature. `at`: Unix seconds. `country`: where the call arrived;
    by default the callee's country.
    """

    caller: str | None
    callee: str | None = None
    trunk: str | None = None
    authenticated: bool | None = None
    roaming: bool | None = None
    at: float | None = None
    country: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What one rule says; `sentence` is a template for `params`, `references` whoever says so."""

    rule: str
    kind: Kind
    sentence: str
    source: str
    params: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence, filled in."""
        return self.sentence.format(**self.params)


def judge(circumstances: Circumstances, packs: Sequence[Pack] | None = None) -> tuple[Judgement, ...]:
    """What the rules of `packs` (the shipped ones by default) and of numbering at large say, worst first.

    A caller that is no number (anonymous, a SIP address) is not judged: the answer is empty.
    """
    packs = shipped() if packs is None else packs
    callee = number_of(circumstances.callee, circumstances.country)
    arrival = _arrival(circumstances, callee)
    caller = number_of(circumstances.caller, arrival)
    if caller is None:
        return ()
    params = {"number": caller.shown, "callee": callee.shown if callee else ""}
    decided, undecided = _by_countries(circumstances, packs, caller.written, arrival, params)
    covered = {name for rule, _ in decided for name in rule.covers}
    facts = plan.Facts(caller, callee, arrival, _abroad(circumstances.trunk, arrival),
                       circumstances.authenticated, packs)  # fmt: skip
    params = {**params, "country": plan.country_name(caller.country)}
    general = [
        Judgement(name, kind, plan.SENTENCES[name], plan.SOURCES[name], params, (plan.SOURCES[name],))
        for name, kind in plan.findings(facts)
        if name not in covered
    ]
    found = [judgement for _, judgement in decided] + general + undecided
    return tuple(sorted(found, key=lambda judgement: _ORDER.index(judgement.kind)))


_ORDER = ("fail", "review", "open", "informational")


def _arrival(circumstances: Circumstances, callee: Number | None) -> str | None:
    """The country the call arrives in: as told, the callee's, or None."""
    if circumstances.country:
        return circumstances.country.upper()
    return callee.country if callee else None


def _by_countries(
    circumstances: Circumstances,
    packs: Sequence[Pack],
    written: str,
    arrival: str | None,
    params: Mapping[str, str],
) -> tuple[list[tuple[Rule, Judgement]], list[Judgement]]:
    """The country rules that hold, and one 'cannot tell' for each thing that some rules lack."""
    decided: list[tuple[Rule, Judgement]] = []
    undecided: dict[str, list[Rule]] = {}
    for pack in packs:
        for rule in pack.rules:
            if not rule.matches(written) or not (rule.wherever or arrival == pack.country):
                continue
            answer = outcome(rule, circumstances, arrival)
            if answer is True:
                filled = {**params, "country": pack.name}
                decided.append(
                    (rule, Judgement(rule.id, rule.kind, rule.sentence, rule.source, filled, _said(rule)))
                )
            elif isinstance(answer, str):
                undecided.setdefault(answer, []).append(rule)
    return decided, [_cannot_tell(lacking, rules, params) for lacking, rules in undecided.items()]


def _cannot_tell(lacking: str, rules: Sequence[Rule], params: Mapping[str, str]) -> Judgement:
    source = "; ".join(dict.fromkeys(rule.source for rule in rules))
    references = tuple(dict.fromkeys(reference for rule in rules for reference in _said(rule)))
    return Judgement(lacking, "open", UNKNOWN[lacking], source, {**params, "source": source}, references)


def _said(rule: Rule) -> tuple[str, ...]:
    return tuple(f"{origin} {origin.url}".strip() for origin in rule.origins)


def outcome(rule: Rule, circumstances: Circumstances, arrival: str | None) -> bool | str:
    """Whether a rule that speaks of the number holds on this call, or the name of what it lacks to decide."""
    answers = list(_conditions(rule, circumstances, arrival))
    if any(answer is False for answer in answers):
        return False
    return next((answer for answer in answers if isinstance(answer, str)), True)


def _conditions(rule: Rule, circumstances: Circumstances, arrival: str | None) -> Iterator[bool | str]:
    """True, False, or what is unknown, for each condition of a rule."""
    if rule.since and circumstances.at is not None:
        yield datetime.fromtimestamp(circumstances.at, UTC).date() >= rule.since
    if rule.trunk:
        abroad = _abroad(circumstances.trunk, arrival)
        both = len(set(rule.trunk)) > 1
        wanted = "international" in rule.trunk
        yield "unknown-trunk" if abroad is None else both or abroad == wanted
    if rule.authenticated is not None:
        known = circumstances.authenticated
        yield "unknown-authentication" if known is None else known == rule.authenticated
    if rule.roaming == "unproven":
        yield circumstances.roaming is not True
    elif rule.roaming is not None:
        yield "unknown-roaming" if circumstances.roaming is None else circumstances.roaming == rule.roaming


def _abroad(trunk: str | None, arrival: str | None) -> bool | None:
    """Whether the call came from abroad, as the label of its trunk tells; None if it does not."""
    if trunk in ("national", "international"):
        return trunk == "international"
    return trunk.upper() != arrival if trunk and arrival else None


def describe(
    number: str,
    callee: str | None = None,
    trunk: str | None = None,
    *,
    authenticated: bool | None = None,
    roaming: bool | None = None,
    at: float | None = None,
    country: str | None = None,
    packs: Sequence[Pack] | None = None,
) -> dict[str, Any]:
    """A number on a call in plain values, for a command line or an API.

    {"number", "country", "judgements": [{"rule", "kind", "text", "source"}, …]}; `number` is None where the
    text is no number.
    """
    circumstances = Circumstances(number, callee, trunk, authenticated, roaming, at, country)
    known = number_of(number, _arrival(circumstances, number_of(callee, country)))
    return {
        "number": known.shown if known else None,
        "country": known.country if known else None,
        "judgements": [
            {"rule": found.rule, "kind": found.kind, "text": found.text, "source": found.source}
            for found in judge(circumstances, packs)
        ],
    }
