"""How good are the detectors on a desk's own labelled cases, and what do their scores mean there?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from quivive import evidence
from quivive.errors import UsageError
from quivive.labelled import Case
from quivive.model import MINIMUM_PER_CLASS, Calibration, Finding, Report

PROPOSITION = "scam-message"


@dataclass(frozen=True)
class Outcome:
    """What a report said of a case."""

    label: int
    attention: str
    codes: frozenset[str]
    cell: str
    score: float | None
    log10: float | None
    period: str


@dataclass(frozen=True)
class Rate:
    """Share of cases of each kind that a finding code or attention level speaks of."""

    code: str
    scams: float
    legitimate: float


@dataclass(frozen=True)
class Quality:
    """How a score does in one cell ('sms/en', or 'all'); Cllr is None where no ratios are given."""

    cell: str
    scams: int
    legitimate: int
    auc: float
    recall_1: float
    recall_5: float
    eer: float
    cllr: float | None
    cllr_min: float


@dataclass(frozen=True)
class Evaluation:
    """Everything measured on a set of labelled cases."""

    scams: int
    legitimate: int
    attention: tuple[Rate, ...]
    findings: tuple[Rate, ...]
    scores: tuple[Quality, ...]
    periods: tuple[Quality, ...]
    unscored: int
    at: str
    version: str


def outcomes(cases: Sequence[Case], reports: Iterable[Report]) -> list[Outcome]:
    """Pair each case with what its report said."""
    return [_outcome(case, report) for case, report in zip(cases, reports, strict=True)]


def measure(found: Sequence[Outcome], at: str, version: str) -> Evaluation:
    """Rates of every finding, and quality of the scores by cell and by period.

    Raises UsageError if one of the two kinds of case is missing.
    """
    labels = Counter(outcome.label for outcome in found)
    if not labels[1] or not labels[0]:
        raise UsageError("An evaluation needs both kinds: scams (label 1) and legitimate messages (label 0).")
    scored = [outcome for outcome in found if outcome.score is not None]
    return Evaluation(
        scams=labels[1],
        legitimate=labels[0],
        attention=_rates(found, lambda outcome: [outcome.attention]),
        findings=_rates(found, lambda outcome: outcome.codes),
        scores=_qualities(scored, lambda outcome: outcome.cell),
        periods=_qualities([o for o in scored if o.period], lambda outcome: outcome.period, total=False),
        unscored=len(found) - len(scored),
        at=at,
        version=version,
    )


def recalibrate(found: Sequence[Outcome], name: str) -> dict[str, Calibration]:
    """A calibration for every cell with enough cases of both kinds, keyed as `Context.calibrations`."""
    cells: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in found:
        if outcome.score is not None:
            cells[outcome.cell].append(outcome)
    return {
        f"{PROPOSITION}/{cell}": evidence.fit(
            [o.score or 0.0 for o in members], [o.label for o in members], name
        )
        for cell, members in sorted(cells.items())
        if min(sum(o.label == 1 for o in members), sum(o.label == 0 for o in members)) >= MINIMUM_PER_CLASS
    }


def drift(now: Evaluation, before: Evaluation) -> list[str]:
    """What changed since an earlier evaluation, in sentences, largest first."""
    old = {quality.cell: quality for quality in before.scores}
    changes: list[tuple[float, str]] = []
    for quality in now.scores:
        earlier = old.get(quality.cell)
        if earlier is None:
            continue
        for name in ("auc", "recall_1", "cllr"):
            a, b = getattr(earlier, name), getattr(quality, name)
            if a is not None and b is not None and abs(a - b) >= 0.01:
                changes.append((abs(a - b), f"{quality.cell}: {name} was {a:.3f}, is {b:.3f}"))
    return [sentence for _, sentence in sorted(changes, reverse=True)]


def to_json(evaluation: Evaluation) -> str:
    """The evaluation as JSON text, for keeping."""
    return json.dumps(asdict(evaluation), indent=2) + "\n"


def from_json(text: str) -> Evaluation:
    """An evaluation read back. Raises UsageError if the text is none."""
    try:
        value = json.loads(text)
        rates = {key: tuple(Rate(**r) for r in value[key]) for key in ("attention", "findings")}
        scores = {key: tuple(Quality(**q) for q in value[key]) for key in ("scores", "periods")}
        return Evaluation(**{**value, **rates, **scores})
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"This is no evaluation: {error}.") from error


def _outcome(case: Case, report: Report) -> Outcome:
    scored = [f for f in report.findings if f.proposition == PROPOSITION and f.score is not None]
    best = max(scored, key=lambda f: f.score or 0.0, default=None)
    weight = report.weight(PROPOSITION)
    return Outcome(
        label=case.label,
        attention=report.attention,
        codes=frozenset(f.code for f in report.findings if f.kind in ("fail", "review")),
        cell=_cell(best),
        score=report.score(PROPOSITION),
        log10=weight.log10 if weight else None,
        period=case.period,
    )


def _cell(finding: Finding | None) -> str:
    if finding is None:
        return ""
    cell = f"{finding.params.get('channel', 'any')}/{finding.params.get('language', 'und')}"
    # Scores without the language model lie on another scale: they are a cell of their own.
    return f"{cell}/words" if finding.params.get("embeddings") == "no" else cell


def _rates(found: Sequence[Outcome], codes: Callable[[Outcome], Iterable[str]]) -> tuple[Rate, ...]:
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    totals = Counter(outcome.label for outcome in found)
    for outcome in found:
        for code in codes(outcome):
            counts[code][outcome.label] += 1
    rates = [Rate(code, count[1] / totals[1], count[0] / totals[0]) for code, count in counts.items()]
    return tuple(sorted(rates, key=lambda rate: (-rate.scams, rate.code)))


def _qualities(
    scored: Sequence[Outcome], key: Callable[[Outcome], str], total: bool = True
) -> tuple[Quality, ...]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in scored:
        groups[key(outcome)].append(outcome)
    if total and len(groups) > 1:
        groups["all"] = list(scored)
    qualities = (_quality(cell, members) for cell, members in sorted(groups.items()))
    return tuple(quality for quality in qualities if quality is not None)


def _quality(cell: str, members: Sequence[Outcome]) -> Quality | None:
    scores, labels = [o.score or 0.0 for o in members], [o.label for o in members]
    positives, negatives = sum(labels), len(labels) - sum(labels)
    if not positives or not negatives:
        return None
    weighed = [o for o in members if o.log10 is not None]
    both = len({o.label for o in weighed}) == 2
    return Quality(
        cell=cell,
        scams=positives,
        legitimate=negatives,
        auc=evidence.auc(scores, labels),
        recall_1=evidence.recall_at(scores, labels, 0.01),
        recall_5=evidence.recall_at(scores, labels, 0.05),
        eer=evidence.eer(scores, labels),
        cllr=evidence.cllr([o.log10 or 0.0 for o in weighed], [o.label for o in weighed]) if both else None,
        cllr_min=evidence.cllr_min(scores, labels),
    )
