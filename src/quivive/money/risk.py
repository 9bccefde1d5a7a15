"""What speaks against an address, reason by reason, and how much does each count?

The total is the sum of the reasons that are listed, and nothing else. The points stand in a table that the
user may replace (`risk_rules.yaml`). A reason says by which method it is known: `fact` (a list, or a
transaction with a listed address), `haircut` and `poison` (conventions by which mixed money is divided),
`heuristic` (clusters, patterns, tags that are guesses themselves). No reasons is no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from quivive.money.exposure.nouns import Entity, Exposure, Row, Side
from quivive.money.exposure.tagged import exact_terms
from quivive.money.risk_rules import Rule, Rules

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag
    from quivive.money.trace.nouns import Pattern

Method = Literal["fact", "haircut", "poison", "heuristic"]
SCHEMA: Final = "quivive.risk/1"
SCALE: Final = (
    "Points put cases in order by the table named here; they are no probability and have no maximum."
)
_TOLD: Final = 3
"""Tags that a sentence tells; the others stand beside it."""
_GUESS: Final = 10
"""Confidence at or below which a tag is itself a guess: GraphSense's 'heuristic' and 'unknown'."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that counts. `least` is the share from which the rule gives these points."""

    rule: str
    points: int
    method: Method
    sentence: str
    category: str
    way: str
    share: float | None = None
    least: float | None = None
    amount: int | None = None
    hops: int | None = None
    txids: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    list_date: date | None = None
    """The latest date of a list behind it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """All reasons, the weightiest first, and what could not be looked at."""

    chain: str
    address: str
    reasons: tuple[Reason, ...]
    could_not_look: tuple[str, ...]
    rules: Rules
    verdict: str
    sources: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """The sum of the reasons' points."""
        return sum(reason.points for reason in self.reasons)


def assess(exposure: Exposure, rules: Rules, patterns: Iterable[Pattern] | None = None,
           more_gaps: Sequence[str] = ()) -> Statement:  # fmt: skip
    """The reasons that these rules give. `patterns` None: nobody looked for any, which is then said.

    `more_gaps` are sentences on what the search for patterns could not look at.
    """
    found = [*_of_tags(exposure, "address", rules), *_of_tags(exposure, "cluster", rules)]
    found += [*_of_sides(exposure, rules), *_of_patterns(patterns or (), rules)]
    found.sort(key=lambda r: (-r.points, r.rule, r.category, r.way, r.method, r.txids, r.sentence))
    gaps = (*exposure.could_not_look, *more_gaps)
    if patterns is None:
        gaps += ("No patterns were looked for.",)
    return Statement(exposure.chain, exposure.address, tuple(found), gaps, rules,
                     _verdict(exposure, found), exposure.sources)  # fmt: skip


def _of_tags(exposure: Exposure, way: str, rules: Rules) -> Iterator[Reason]:
    """Of the address itself ('address'), or of others of its cluster ('cluster'), which is a heuristic."""
    by_rule: dict[tuple[str, str], tuple[Rule, list[Tag]]] = {}
    for tag in exposure.tags if way == "address" else exposure.cluster_tags:
        for term in exact_terms(tag):
            if rule := rules.find(way, None, term):
                by_rule.setdefault((rule.id, term), (rule, []))[1].append(tag)
    for (_, term), (rule, said) in sorted(by_rule.items(), key=lambda item: item[0]):
        points, least = rule.steps[-1][1], rule.steps[-1][0]
        told = sorted({_said(tag, exposure.list_dates) for tag in said})
        more = f"; and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
        method: Method = "heuristic" if way == "cluster" or _guessed(said) else "fact"
        sentence = f"{_capital(rule.why)}: {term} ({'; '.join(told[:_TOLD])}{more})."
        yield Reason(rule.id, points, method, sentence, term, way, least=least, tags=tuple(said),
                     list_date=_dated(said, exposure.list_dates))  # fmt: skip


def _of_sides(exposure: Exposure, rules: Rules) -> Iterator[Reason]:
    for side in exposure.sides:
        for row in side.rows:
            if row.attributed:
                poisoned = row.poison / side.total if side.total and row.indirect > 0 else 0.0
                for how, share in (("direct", row.direct), ("indirect", row.indirect), ("poison", poisoned)):
                    if reason := _of_row(side, row, how, share, rules, exposure):
                        yield reason


def _of_row(side: Side, row: Row, how: str, share: float, rules: Rules, exposure: Exposure) -> Reason | None:
    clustered = exposure.cluster > 1
    rule = rules.find(side.way, how, row.category)
    step = rule.step(share) if rule else None
    if rule is None or step is None:
        return None
    entities = [each for each in row.entities if (each.hops == 1 if how == "direct" else _is_far(each, how))]
    tags = tuple(dict.fromkeys(tag for each in entities for tag in each.tags))
    known: dict[str, Method] = {"direct": "fact", "indirect": "haircut", "poison": "poison"}
    guessed = row.by_cluster or clustered or (bool(tags) and _guessed(tags))
    moved = "received" if side.way == "incoming" else "sent"
    amount = row.poison if how == "poison" else round(share * side.total)
    sentence = (
        f"{_capital(rule.why)}: {row.category}, {100 * share:.2f} % of what it {moved}{_far(row, how)}."
    )
    if row.by_cluster:
        sentence += " The tag is of another address of the counterparty's cluster."
    if clustered:
        sentence += " The payments are those of the whole cluster, not of this address alone."
    return Reason(
        rule.id, step[1], "heuristic" if guessed else known[how], sentence, row.category, side.way, share,
        step[0], amount, 1 if how == "direct" else max(row.hops, 2),
        tuple(dict.fromkeys(txid for each in entities for txid in _way(each, how))), tags,
        _dated(tags, exposure.list_dates),
    )  # fmt: skip


def _is_far(each: Entity, how: str) -> bool:
    return how == "poison" or each.hops > 1 or bool(each.through)


def _way(each: Entity, how: str) -> tuple[str, ...]:
    return each.txids if how == "direct" or not each.through else each.through


def _of_patterns(patterns: Iterable[Pattern], rules: Rules) -> Iterator[Reason]:
    """One reason a rule, however often its shapes were seen: a guess repeated is still one guess."""
    seen: dict[str, tuple[Rule, list[Pattern]]] = {}
    for each in patterns:
        if rule := rules.find("pattern", None, each.kind):
            seen.setdefault(rule.id, (rule, []))[1].append(each)
    for rule, found in seen.values():
        kinds = sorted({each.kind for each in found})
        first = min(found, key=lambda each: (each.kind, each.txids, each.why))
        more = f" And {len(found) - 1} more such shapes." if len(found) > 1 else ""
        yield Reason(
            rule.id, rule.steps[-1][1], "heuristic", f"{_capital(rule.why)}. {first.why}{more}",
            ", ".join(kinds), "pattern", least=rule.steps[-1][0],
            txids=tuple(dict.fromkeys(txid for each in sorted(found, key=lambda p: (p.kind, p.txids))
                                      for txid in each.txids)),
        )  # fmt: skip


def _verdict(exposure: Exposure, reasons: Sequence[Reason]) -> str:
    if not exposure.found and not reasons:
        return "Could not look: the ledger has never seen this address. Nothing is known for or against it."
    if reasons:
        facts = sum(reason.method == "fact" for reason in reasons)
        guesses = sum(reason.method == "heuristic" for reason in reasons)
        told = [f"facts: {facts}", f"reckoned: {len(reasons) - facts - guesses}", f"guesses: {guesses}"]
        return f"Reasons against it: {len(reasons)} ({', '.join(told)})."
    named = ", ".join(
        f"{100 * side.attributed:.0f} % of what was {_WAYS[side.way]}" for side in exposure.sides
    )
    return (f"Nothing is known against it. That does not make it safe: tags name {named or 'nothing of it'}, "
            "and of the rest nothing is known.")  # fmt: skip


_WAYS: Final = {"incoming": "received", "outgoing": "sent"}


def as_dict(statement: Statement) -> dict[str, Any]:
    """As JSON `quivive.risk/1`, from which `recount` gets the total again."""
    return {
        "schema": SCHEMA, "chain": statement.chain, "address": statement.address,
        "total": statement.total, "scale": SCALE, "verdict": statement.verdict,
        "rules": {"name": statement.rules.name, "version": statement.rules.version,
                  "dated": statement.rules.dated, "sha256": statement.rules.sha256},
        "reasons": [_reason(reason) for reason in statement.reasons],
        "could_not_look": list(statement.could_not_look), "sources": list(statement.sources),
    }  # fmt: skip


def recount(written: dict[str, Any]) -> int:
    """The total from a statement's JSON alone. BadReport where it is not the sum of its reasons."""
    from quivive.errors import BadReport

    try:
        total = sum(int(reason["points"]) for reason in written["reasons"])
        said = int(written["total"])
        low = [reason["rule"] for reason in written["reasons"]
               if reason["share"] is not None and reason["share"] < reason["least_share"]]  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BadReport(f"This is no risk statement of schema {SCHEMA}: {error!r}.") from error
    if total != said or low:
        raise BadReport(f"The reasons add up to {total} and the total says {said}; below their step: {low}.")
    return total


def _reason(reason: Reason) -> dict[str, Any]:
    from quivive.money.exposure.wire import tag_as_dict

    return {
        "rule": reason.rule, "points": reason.points, "method": reason.method, "sentence": reason.sentence,
        "category": reason.category, "way": reason.way, "share": reason.share, "least_share": reason.least,
        "amount": None if reason.amount is None else str(reason.amount), "hops": reason.hops,
        "txids": list(reason.txids), "tags": [tag_as_dict(tag) for tag in reason.tags],
        "list_date": reason.list_date.isoformat() if reason.list_date else None,
    }  # fmt: skip


def _said(tag: Tag, dates: Mapping[str, date]) -> str:
    by, day = tag.pack or tag.source or "an unnamed list", tag.lastmod or dates.get(tag.pack)
    when = day.isoformat() if day else "undated"
    return f"{tag.label}, by {by}, {tag.confidence or 'confidence unstated'}, {when}"


def _dated(tags: Sequence[Tag], dates: Mapping[str, date]) -> date | None:
    """The date of the latest list among those that the tags stand in; a tag's own where its list has none."""
    days = [dates.get(tag.pack) or tag.lastmod for tag in tags]
    return max((day for day in days if day), default=None)


def _guessed(tags: Sequence[Tag]) -> bool:
    """Whether every tag behind it is itself no more than a guess."""
    return all(tag.level <= _GUESS for tag in tags)


def _far(row: Row, how: str) -> str:
    if how == "direct":
        return ""
    return f", {max(row.hops, 2)} transactions away or more"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
