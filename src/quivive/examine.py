"""How is a subject examined? One bounded worklist: items and observables in, one Report out."""

from __future__ import annotations

import importlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from quivive.errors import CouldNotLook, NotThere
from quivive.model import (
    Attention,
    Conclusion,
    Context,
    Detector,
    Examination,
    Finding,
    Item,
    Observable,
    Report,
    Source,
    Subject,
    Yield,
)

CHANNELS = ("messages", "calls", "voices", "media", "money")
STRONG, NOTABLE = 2.0, 1.0
"""log10 likelihood ratios from which a weight alone means `act` and `look`."""

Tell = Callable[[Detector, str], None]
"""Who hears of progress: the detector that begins, and the name of the item that it looks at."""


@dataclass(frozen=True)
class Missing:
    """A detector that could not be loaded, and the sentence that says what to install."""

    name: str
    reason: str


def discover() -> tuple[tuple[Detector, ...], tuple[Missing, ...]]:
    """All detectors of the channel packages, in the order of their names, and those that are missing.

    A channel module offers detectors in a tuple `DETECTORS` of classes without arguments.
    """
    found: list[Detector] = []
    missing: list[Missing] = []
    for module_name in _channel_modules():
        try:
            module = importlib.import_module(module_name)
            found += [make() for make in getattr(module, "DETECTORS", ())]
        except ImportError as error:
            missing.append(Missing(module_name.removeprefix("quivive."), f"{error}. Install quivive again."))
    return tuple(sorted(found, key=lambda d: d.name)), tuple(missing)


def _channel_modules() -> Iterator[str]:
    """Modules of the channels whose source has `DETECTORS`: others may be heavy, and are left alone."""
    root = Path(__file__).parent
    for channel in CHANNELS:
        for path in sorted((root / channel).rglob("*.py")):
            if "\nDETECTORS" in path.read_text("utf-8"):
                yield ".".join(("quivive", *path.relative_to(root).with_suffix("").parts))


@dataclass
class _Run:
    """State of one examination: what was found so far and what is still to be looked at."""

    context: Context
    deadline: float
    tell: Tell
    queue: deque[tuple[Subject, int]] = field(default_factory=deque)
    items: dict[str, Item] = field(default_factory=dict)
    contents: set[tuple[str, str, str | None]] = field(default_factory=set)
    observables: dict[tuple[str, str, str], Observable] = field(default_factory=dict)
    values: set[tuple[str, str]] = field(default_factory=set)
    examinations: list[Examination] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    not_reached: list[str] = field(default_factory=list)
    bytes: int = 0

    def add(self, subject: Subject, depth: int) -> None:
        """Queue a subject unless it was seen or lies beyond a limit."""
        if isinstance(subject, Item):
            self._add_item(subject, depth)
        else:
            self._add_observable(subject, depth)

    def _add_item(self, item: Item, depth: int) -> None:
        limits = self.context.limits
        key = (item.sha256, item.media_type, item.channel)
        if depth > 0 and key in self.contents:
            return
        reason = (
            f"deeper than {limits.depth} levels" if depth > limits.depth
            else f"more than {limits.items} items" if len(self.items) >= limits.items
            else f"more than {limits.bytes // 2**20} MiB in all" if self.bytes + item.size > limits.bytes
            else None
        )  # fmt: skip
        if reason:
            self.not_reached.append(f"{item.name}: {reason}")
            return
        item = replace(item, name=self._unique(item.name))
        if item.text is not None and len(item.text) >= limits.text:
            self.not_reached.append(f"{item.name}: text beyond {limits.text} characters")
        self.items[item.name] = item
        self.contents.add(key)
        self.bytes += item.size
        self.queue.append((item, depth))

    def _unique(self, name: str) -> str:
        number, unique = 2, name
        while unique in self.items:
            unique, number = f"{name} ({number})", number + 1
        return unique

    def _add_observable(self, observable: Observable, depth: int) -> None:
        if len(self.observables) >= self.context.limits.observables:
            note = f"{observable.item}: more than {self.context.limits.observables} observables"
            if note not in self.not_reached:
                self.not_reached.append(note)
            return
        self.observables.setdefault((observable.type, observable.value, observable.item), observable)
        if (observable.type, observable.value) not in self.values:
            self.values.add((observable.type, observable.value))
            self.queue.append((observable, depth))


def examine(
    root: Item,
    detectors: Sequence[Detector],
    context: Context,
    missing: Iterable[Missing] = (),
    seeds: Iterable[Observable] = (),
    keep: bool = False,
    tell: Tell = lambda detector, name: None,
) -> Report:
    """Examine `root` (and bare values given as `seeds`) with every detector that accepts what comes up.

    `keep` leaves the bytes of all items in the report. `tell` hears of each check before it is made: the
    detector and the item's name. Never raises for what is inside the evidence: a
    check that could not be made is in the report.
    """
    run = _Run(context, time.monotonic() + context.limits.seconds, tell)
    run.add(root, 0)
    for seed in seeds:
        run.add(seed, 0)
    while run.queue:
        subject, depth = run.queue.popleft()
        _examine_one(run, subject, depth, _in_turn(detectors, subject))
    run.examinations += [Examination(m.name, "", root.name, skipped=m.reason) for m in missing]
    return _report(root, run, keep)


def _in_turn(detectors: Sequence[Detector], subject: Subject) -> list[Detector]:
    """Those that accept the subject; who concludes from the others comes after them."""
    chosen = [detector for detector in detectors if accepts(detector, subject)]
    return sorted(chosen, key=lambda detector: isinstance(detector, Conclusion))


def accepts(detector: Detector, subject: Subject) -> bool:
    """Whether the detector takes this media type ('image/*' is a pattern) or observable type."""
    kind = subject.media_type if isinstance(subject, Item) else subject.type
    return any(fnmatchcase(kind, pattern) for pattern in detector.accepts)


def _examine_one(run: _Run, subject: Subject, depth: int, detectors: Sequence[Detector]) -> None:
    name = subject.name if isinstance(subject, Item) else subject.item
    if isinstance(subject, Item) and not detectors:
        why = f"No detector reads {subject.media_type}." if subject.size else "It is empty: nothing arrived."
        run.examinations.append(Examination("examine", "", name, skipped=why))
    for detector in detectors:
        if time.monotonic() > run.deadline:
            label = subject.name if isinstance(subject, Item) else f"{subject.type} {subject.value}"
            run.not_reached.append(f"{label}: {detector.name}: the time limit was reached")
            continue
        if detector.online and not run.context.online:
            continue
        _examine_with(run, detector, subject, depth, name)


def _examine_with(run: _Run, detector: Detector, subject: Subject, depth: int, name: str) -> None:
    started, given, skipped, called_for = time.monotonic(), [], None, True
    run.tell(detector, name)
    try:
        run.sources |= {source.name: source for source in detector.sources()}
        for result in _answers(run, detector, subject, name):
            if isinstance(result, Finding):
                result = replace(result, id=f"f{len(run.findings) + 1}")
                run.findings.append(result)
                given.append(result.id)
            else:
                run.add(result, depth + 1)
            if time.monotonic() > run.deadline:
                skipped = "The time limit was reached before this check ended."
                break
    except CouldNotLook as error:
        skipped, called_for = str(error), not isinstance(error, NotThere)
    except MemoryError:
        skipped = "This check needed more memory than there is."
    except Exception as error:  # a hostile file must not take the report down with it
        skipped = f"The check failed on this input ({type(error).__name__}); please report it as a bug."
    run.examinations.append(
        Examination(detector.name, detector.version, name, round(time.monotonic() - started, 3),
                    tuple(given), skipped, called_for)
    )  # fmt: skip


def _answers(run: _Run, detector: Detector, subject: Subject, name: str) -> Iterator[Yield]:
    if not isinstance(detector, Conclusion):
        return detector.examine(subject, run.context)
    made = [examination for examination in run.examinations if examination.item == name]
    given = {each for examination in made for each in examination.findings}
    found = [finding for finding in run.findings if finding.id in given]
    return detector.conclude(subject, made, found, run.context)


def _report(root: Item, run: _Run, keep: bool) -> Report:
    """What was found, in the order in which it was found, without the evidence's bytes unless asked."""
    return Report(
        name=root.name,
        attention=attention(run.findings, run.examinations),
        items=tuple(item if keep else replace(item, data=b"") for item in run.items.values()),
        examinations=tuple(run.examinations),
        findings=tuple(run.findings),
        observables=tuple(run.observables.values()),
        not_reached=tuple(run.not_reached),
        sources=tuple(run.sources[name] for name in sorted(run.sources)),
        examined_at=run.context.now.isoformat(timespec="seconds"),
    )


def attention(findings: Sequence[Finding], examinations: Sequence[Examination]) -> Attention:
    """The stated rules, first that holds:

    `act` a check failed (a known-bad value, a strong red flag, a forged sender), or a ratio of 100 or
    more, or review findings of three different codes; `look` any review finding or a ratio of 10 or more;
    `could-not-look` a check that the subject calls for could not be made; else `nothing-found`.
    """
    weights = [f.weight.log10 for f in findings if f.weight]
    strongest = max(weights, default=0.0)
    review = {f.code for f in findings if f.kind == "review"}
    if any(f.kind == "fail" for f in findings) or strongest >= STRONG or len(review) >= 3:
        return "act"
    if review or strongest >= NOTABLE:
        return "look"
    if any(e.skipped and e.called_for for e in examinations):
        return "could-not-look"
    return "nothing-found"
