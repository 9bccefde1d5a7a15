"""What is said in this recording? Written down if it is English; for other languages no word is made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook
from quivive.intake import derive
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding
from quivive.voices.hearing import heard
from quivive.voices.sound import Track
from quivive.voices.speech import Segment, net_seconds
from quivive.voices.words.language import LEAST_SECONDS, judged, understood
from quivive.voices.words.pieces import cut_out, pieces
from quivive.voices.words.recogniser import Heard, recogniser

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MOST_SECONDS = 300.0
"""Seconds of speech of all channels together that are written down: some ten seconds' work."""

_CODES: Mapping[str, str] = {
    "words/english": (
        "A machine wrote down what is said (channel {channel} of {channels}, {speech} of speech): in "
        "English, by {model}. It may have misheard single words, names and numbers above all: listen to "
        "them before you rely on them."
    ),
    "words/not-english": (
        "What is said was not written down (channel {channel} of {channels}, {speech} of speech): it is not "
        "English, or too unclear to tell. The recogniser knows English only and would have made words up. "
        "Ask somebody who speaks the language to listen."
    ),
    "words/too-short": (
        "What is said was not written down (channel {channel} of {channels}): with {speech} of speech the "
        "language cannot be told. Listen to it."
    ),
    "words/left-out": (
        "{seconds} of the speech in channel {channel} of {channels} is marked […] in the text: it is not "
        "English, or could not be understood."
    ),
    "words/not-all": (
        "Only the first {heard} of the speech in channel {channel} of {channels} were written down; there "
        "are {speech} in all."
    ),
}


@dataclass(frozen=True)
class _Said:
    """What was made of one channel: `heard` piece by piece, of `seconds` of speech `reached` so many."""

    track: Track
    heard: tuple[Heard, ...]
    seconds: float
    reached: float


class Words:
    """Writes down spoken English, channel by channel; says so where it is another language.

    Limits: the recogniser knows English only, hears the first five minutes of speech and mishears names and
    numbers. Of other languages, each left out of the training, 99 % were refused and 97 % of English was let
    through (4 to 15 s, telephone included); of lists of single words about a tenth passes for English.
    """

    name = "voices.words"
    version = "1"
    accepts = frozenset({"audio/*", "video/*"})
    online = False
    codes = _CODES

    def sources(self) -> tuple[Source, ...]:
        """The recogniser."""
        return recogniser().sources

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """The words of each channel as a derived text; raises CouldNotLook where none were written down."""
        if not isinstance(subject, Item):
            return
        voices = [each for each in heard(subject.data) if each.spoken]
        refused = written = False
        for each in voices:
            said = _heard(each.track, each.spoken, MOST_SECONDS / len(voices))
            text = judged(said.heard)
            written, refused = written or bool(text), refused or not text
            yield from self._told(subject, said, text, context)
        if refused and not written:
            raise CouldNotLook(
                "What is said was not written down: it is not English, or too short or unclear to tell. "
                "The recogniser knows English only."
            )

    def _told(self, item: Item, said: _Said, text: str, context: Context) -> Iterator[Yield]:
        if not text:
            short = said.seconds < LEAST_SECONDS
            yield self._finding("words/too-short" if short else "words/not-english", item, said)
            return
        yield self._finding("words/english", item, said)
        lost = sum(each.seconds for each in said.heard if not understood(each))
        if lost:
            yield self._finding("words/left-out", item, said, seconds=_length(lost))
        if said.reached < said.seconds:
            yield self._finding("words/not-all", item, said, heard=_length(said.reached))
        yield _text(item, said, text, context)

    def _finding(self, code: str, item: Item, said: _Said, **more: object) -> Finding:
        track = said.track
        params = {"channel": track.channel, "channels": track.channels, "speech": _length(said.seconds),
                  "model": "Moonshine tiny"} | more  # fmt: skip
        where = Where(part=f"channel {track.channel}") if track.channels > 1 else None
        kind: Kind = "informational" if code == "words/english" else "open"
        return finding(self, code, kind, item, params=params, where=where)


def _heard(track: Track, spoken: Sequence[Segment], most: float) -> _Said:
    """The first `most` seconds of speech of a channel, piece by piece."""
    heard: list[Heard] = []
    reached = 0.0
    whole = net_seconds(tuple(spoken))
    for piece in pieces(track.samples, tuple(spoken)) if whole >= LEAST_SECONDS else ():
        if reached >= most:
            break
        reached += net_seconds(_within(spoken, piece))
        heard.append(recogniser().hear(cut_out(track.samples, piece)))
    return _Said(track, tuple(heard), whole, min(reached, whole))


def _within(spoken: Sequence[Segment], piece: Segment) -> tuple[Segment, ...]:
    cut = (Segment(max(each.start, piece.start), min(each.end, piece.end)) for each in spoken)
    return tuple(each for each in cut if each.end > each.start)


def _text(item: Item, said: _Said, text: str, context: Context) -> Item:
    """The words as an item of their own, which came as a call where nothing else is known."""
    name = f"words of channel {said.track.channel}" if said.track.channels > 1 else "words"
    meta = {"kind": "call", "written down by": "Moonshine tiny"}
    return derive(item, name, text, origin="words of the recording, written down by a machine",
                  channel=item.channel or "call", meta=meta, limits=context.limits)  # fmt: skip


def _length(seconds: float) -> str:
    """'4.2 s' or '3 min 05 s'."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


DETECTORS = (Words,)
