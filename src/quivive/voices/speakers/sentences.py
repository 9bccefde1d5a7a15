"""What does an analyst say about two voices? Findings in plain words, never 'it is the person'."""

from __future__ import annotations

from collections.abc import Mapping

from quivive.model import Finding, Kind, LikelihoodRatio, Where
from quivive.voices.speakers.beside import sentence
from quivive.voices.speakers.compare import PROPOSITION, likeness, weight
from quivive.voices.speakers.hearing import Heard, Voice
from quivive.voices.speech import LEAST_SPEECH

DETECTOR = "voices.speakers"
NOTABLE = 1.0
"""log10 ratio from which, either way, a word is said."""
CODES: Mapping[str, str] = {
    "speakers/like": (
        "The voice is like {name}'s; a clone would be too. {verbal} that one person speaks in both rather "
        "than two. {synthetic}"
    ),
    "speakers/unlike": (
        "The voice is unlike {name}'s. {verbal}, that two people speak; a bad line or a disguised voice can "
        "do that too. {synthetic}"
    ),
    "speakers/unclear": (
        "Whether the voice is {name}'s cannot be told from these recordings ({verbal}). {synthetic} Ask what "
        "only the person knows, or call back on a number you already know."
    ),
    "speakers/not-validated": (
        "How like the voice is to {name}'s was measured, but too few such pairs were ever tried to say what "
        "that is worth. {synthetic}"
    ),
    "speakers/insufficient": (
        "Insufficient speech: {speech:.1f} s in the recording, {least:.0f} s are needed. It was not compared "
        "with {name}'s voice. {synthetic}"
    ),
}


def compared(item: str, one: Heard, name: str, other: Voice, judged: Finding | None) -> Finding:
    """One channel of a recording against a voice; `judged` is its finding on `synthetic-voice`, if any."""
    if one.voice is None:
        return insufficient(item, one, name, judged)
    found = weight(one.voice, other)
    code, kind = _verdict(found)
    return _finding(item, one, code, kind, name, judged, found, likeness(one.voice, other))


def insufficient(item: str, one: Heard, name: str, judged: Finding | None) -> Finding:
    """Too little speech: no ratio, no score."""
    return _finding(item, one, "speakers/insufficient", "open", name, judged, None, None)


def _verdict(found: LikelihoodRatio | None) -> tuple[str, Kind]:
    if found is None:
        return "speakers/not-validated", "open"
    if found.log10 >= NOTABLE:
        return "speakers/like", "informational"
    return ("speakers/unlike", "review") if found.log10 <= -NOTABLE else ("speakers/unclear", "open")


def _finding(
    item: str, one: Heard, code: str, kind: Kind, name: str, judged: Finding | None,
    found: LikelihoodRatio | None, score: float | None,
) -> Finding:  # fmt: skip
    verbal = found.verbal[:1].upper() + found.verbal[1:] if found else ""
    params = {"name": name, "verbal": verbal, "synthetic": sentence(judged)}
    message = CODES[code].format(**params, speech=one.seconds, least=LEAST_SPEECH)
    where = Where(part=f"channel {one.channel}") if one.channels > 1 else None
    return Finding(DETECTOR, code, kind, message, item, where, score, PROPOSITION, found,
                   params={**params, "speech": f"{one.seconds:.1f}"})  # fmt: skip
