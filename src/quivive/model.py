"""What are the nouns? Frozen dataclasses only; this module imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

Kind = Literal["fail", "pass", "review", "open", "informational", "notApplicable"]
"""SARIF 2.1.0 result kinds (§3.27.9): `open` reads 'cannot tell'."""

Attention = Literal["act", "look", "nothing-found", "could-not-look"]
Channel = Literal["sms", "email", "chat", "call"]


@dataclass(frozen=True)
class Item:
    """One piece of evidence (ISO 21043 'item').

    `name` is unique in a report and is what findings and derived items refer to. `text` is set for
    text items: what detectors read and what `Where` offsets count in (Unicode code points).
    """

    name: str
    media_type: str
    sha256: str
    size: int
    data: bytes = field(default=b"", repr=False, compare=False)
    text: str | None = field(default=None, repr=False)
    parent: str | None = None
    origin: str = ""
    """How it came out of its parent, in words: 'attachment', 'text of the picture', 'QR code'."""
    channel: Channel | None = None
    received_at: datetime | None = None
    hints: tuple[str, ...] = field(default=(), repr=False)
    """Words near the item that may open it: passwords named in the mail that carried an archive."""
    meta: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the reader learned on the way and later detectors need (subject, sender, turn, page)."""


@dataclass(frozen=True)
class Where:
    """A place in an item: characters [start, end) of its text, or a named part (a header, a page)."""

    start: int | None = None
    end: int | None = None
    quote: str = ""
    part: str = ""


@dataclass(frozen=True)
class Observable:
    """A typed, normalised value that others may have seen (STIX 2.1 SCO, MISP attribute)."""

    type: str
    value: str
    item: str = ""
    where: Where | None = None
    match: Literal["exact", "near"] = "exact"


@dataclass(frozen=True)
class LikelihoodRatio:
    """Weight of evidence for `proposition` against `alternative`, as log10 (ENFSI 2015).

    `low` and `high` are the 95 % interval; `bounds` is what the calibration data can support (ELUB,
    Vergeer et al. 2016). `verbal` is the ENFSI word for it; `calibration` names the data set used.
    """

    proposition: str
    alternative: str
    log10: float
    low: float
    high: float
    bounds: tuple[float, float]
    verbal: str
    calibration: str


MINIMUM_PER_CLASS = 200
"""Validated messages a class below which no ratio is given."""


@dataclass(frozen=True)
class Calibration:
    """log10 LR = slope · score + intercept, with the covariance of both and the bounds of the data.

    `covariance` holds (var slope, cov, var intercept); `counts` the messages (proposition, alternative)
    that it was validated on; `name` the data set and date.
    """

    name: str
    slope: float
    intercept: float
    covariance: tuple[float, float, float]
    bounds: tuple[float, float]
    counts: tuple[int, int]

    @property
    def validated(self) -> bool:
        """Whether each class has enough real messages for a ratio to be given."""
        return min(self.counts) >= MINIMUM_PER_CLASS


@dataclass(frozen=True)
class Figure:
    """A picture or table that belongs to a finding; `text` says the same in words."""

    media_type: str
    data: str
    text: str


@dataclass(frozen=True)
class Finding:
    """One observation in plain words.

    `code` is stable and machine-readable ('identity/lookalike-domain'); `message` is `code`'s English
    sentence filled with `params`, so that a renderer can say it in another language years later.
    `topics` name the kinds of fraud it speaks for ('delivery', 'investment'): advice is chosen by them.
    """

    detector: str
    code: str
    kind: Kind
    message: str
    item: str = ""
    where: Where | None = None
    score: float | None = None
    proposition: str = ""
    weight: LikelihoodRatio | None = None
    observables: tuple[Observable, ...] = ()
    figures: tuple[Figure, ...] = ()
    references: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True)
class Source:
    """Dated data or a model that a detector leaned on."""

    name: str
    date: str
    sha256: str
    licence: str = ""
    model: bool = False


@dataclass(frozen=True)
class Examination:
    """One detector's run on one item or observable: its findings, or why it could not look."""

    detector: str
    version: str
    item: str
    seconds: float = 0.0
    findings: tuple[str, ...] = ()
    skipped: str | None = None
    called_for: bool = True
    """False: the check would help but its absence does not mean that the subject went unexamined."""


@dataclass(frozen=True)
class Advice:
    """A next safe step; `code` names it in every language."""

    code: str
    text: str
    topic: str = ""


@dataclass(frozen=True)
class Report:
    """All examinations of one input and of what was derived from it; every export reads it."""

    name: str
    attention: Attention
    items: tuple[Item, ...]
    examinations: tuple[Examination, ...]
    findings: tuple[Finding, ...]
    observables: tuple[Observable, ...]
    advice: tuple[Advice, ...] = ()
    not_reached: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    examined_at: str = ""
    language: str = "en"
    tool: Mapping[str, str] = field(default_factory=dict)

    def score(self, proposition: str) -> float | None:
        """Highest raw score given for a proposition ('scam-message'), None if nothing could score it."""
        best = self._strongest(proposition)
        return best.score if best else None

    def weight(self, proposition: str) -> LikelihoodRatio | None:
        """The likelihood ratio of the item that `score` speaks of; None where not validated."""
        best = self._strongest(proposition)
        return best.weight if best else None

    def _strongest(self, proposition: str) -> Finding | None:
        scored = [f for f in self.findings if f.proposition == proposition and f.score is not None]
        return max(scored, key=lambda f: f.score or 0.0, default=None)


@dataclass(frozen=True)
class Limits:
    """Bounds of one examination. What lies beyond them is named in `Report.not_reached`."""

    depth: int = 8
    items: int = 500
    observables: int = 500
    bytes: int = 512 * 2**20
    """Sum over all items of a report."""
    item_bytes: int = 128 * 2**20
    text: int = 200_000
    """Characters of one text that detectors read."""
    seconds: float = 120.0


@dataclass(frozen=True)
class House:
    """A desk's own lists (`quivive.toml`): what is theirs, what they trust, what they know as bad."""

    own_domains: frozenset[str] = frozenset()
    own_numbers: frozenset[str] = frozenset()
    good_senders: frozenset[str] = frozenset()
    bad_values: Mapping[str, str] = field(default_factory=dict)
    """Value → where and when it was learned."""
    dkim_keys: Mapping[str, str] = field(default_factory=dict)
    """DKIM keys at hand, 'selector._domainkey.example.org' → TXT record: nothing is looked up."""


@dataclass(frozen=True)
class CallTrust:
    """What calls are judged by (`[calls]` of quivive.toml)."""

    certificates: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """STI certificate chains at hand, PEM or DER, by the x5u address that names them: none is fetched."""
    roots: tuple[bytes, ...] | None = field(default=None, repr=False)
    """STI roots to trust, PEM; None: those that ship with Quivive."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    """Revocation lists at hand, PEM or DER."""
    trunks: Mapping[str, str] = field(default_factory=dict)
    """Network ('203.0.113.0/24') or trunk group → 'national', 'international' or a country ('FR')."""
    packs: Mapping[str, str] = field(default_factory=dict, repr=False)
    """A desk's own country packs and do-not-originate lists: file name → content."""
    refusals: str = field(default="", repr=False)
    """A desk's own table of SIP codes and verstat values, YAML as in calls/refusals.yaml; '': none."""


@dataclass(frozen=True)
class MoneyTrust:
    """What wallets are held against (`[money]` of quivive.toml)."""

    ledgers: tuple[Any, ...] = field(default=(), repr=False)
    """Opened `money.ledger.Ledger`s; without the ledger of its chain a wallet's exposure is not looked at."""
    tags: Any = field(default=None, repr=False)
    """A desk's own `money.tags.book.TagBook`; None: only the tags that ship with Quivive."""


@dataclass(frozen=True)
class ExternalModel:
    """`[[models]]`: a model of others, read by the ONNX contract (docs/guides/models.md).

    It takes float32[1, n] at `rate`, n = `seconds` of sound, and gives logits; `machine` and `person` are
    the columns of its output number `output` that speak for either.
    """

    name: str
    url: str
    sha256: str
    licence: str
    rate: int
    seconds: float
    purpose: str = "synthetic-voice"
    output: int = 0
    machine: int | None = None
    person: int | None = None
    date: str = ""
    card: str = ""
    data: bytes | None = field(default=None, repr=False, compare=False)
    """The ONNX file; None where it was not fetched."""

    @property
    def samples(self) -> int:
        """n of the input."""
        return round(self.rate * self.seconds)


@dataclass(frozen=True)
class Context:
    """What a detector may lean on besides its subject."""

    now: datetime
    limits: Limits = Limits()
    house: House = House()
    country: str | None = None
    """ISO 3166-1 alpha-2 of the desk: reads national phone numbers, picks whom to report to."""
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    """A desk's own, by 'scam-message/<channel>/<language>' ('…/words' without embeddings); they go first."""
    embeddings: bool = True
    online: bool = False
    calls: CallTrust = CallTrust()
    money: MoneyTrust = MoneyTrust()
    models: tuple[ExternalModel, ...] = ()
    """Models of others (`[[models]]` of quivive.toml): raw scores beside our own."""


Subject: TypeAlias = Item | Observable
Yield: TypeAlias = Finding | Item | Observable


class Detector(Protocol):
    """Examines a subject. Pure: same subject and context, same findings; no network, clock or disk."""

    name: str
    version: str
    accepts: frozenset[str]
    """Media types ('text/plain', 'image/*') and observable types ('url')."""
    online: bool

    @property
    def codes(self) -> Mapping[str, str]:
        """Every finding code this detector can give, with its English sentence (str.format fields)."""
        ...

    def sources(self) -> tuple[Source, ...]:
        """Dated data and models used; their dates stand in the report."""
        ...

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield findings, derived items and observables; raise CouldNotLook with the reason."""
        ...


@runtime_checkable
class Conclusion(Detector, Protocol):
    """A detector that is asked after the others of a subject: what do their answers amount to?

    It is asked by `conclude`, not by `examine`.
    """

    def conclude(
        self,
        subject: Subject,
        examinations: Sequence[Examination],
        findings: Sequence[Finding],
        context: Context,
    ) -> Iterator[Finding]:
        """Yield findings; what is given are the examinations of this subject so far and their findings."""
        ...


def finding(
    detector: Detector,
    code: str,
    kind: Kind,
    subject: Subject,
    *,
    params: Mapping[str, object] | None = None,
    where: Where | None = None,
    score: float | None = None,
    proposition: str = "",
    weight: LikelihoodRatio | None = None,
    observables: tuple[Observable, ...] = (),
    figures: tuple[Figure, ...] = (),
    references: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
) -> Finding:
    """A finding whose message is the detector's own sentence for `code`, filled with `params`."""
    filled = {key: str(value) for key, value in (params or {}).items()}
    return Finding(
        detector=detector.name,
        code=code,
        kind=kind,
        message=detector.codes[code].format(**filled),
        item=subject.name if isinstance(subject, Item) else subject.item,
        where=where or (Where(part=subject.value) if isinstance(subject, Observable) else None),
        score=score,
        proposition=proposition,
        weight=weight,
        observables=observables,
        figures=figures,
        references=references,
        params=filled,
        topics=topics,
    )
