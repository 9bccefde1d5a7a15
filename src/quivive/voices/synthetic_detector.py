"""Is this voice synthetic, as far as it can be told, and which passages say so?

Kind by these rules: `review` from the alarm threshold on and where a spliced passage was located; `open`
where nobody can tell; `informational` below the clear threshold, which is no proof of a person. Where two
people clearly take turns on a channel, each is judged by what that person says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from quivive.model import Context, Figure, Finding, Item, Kind, Source, Subject, Where, Yield, finding
from quivive.voices import score
from quivive.voices.hearing import Heard, heard
from quivive.voices.judgement import PROPOSITION, Judgement, Verdict, desks, judge
from quivive.voices.picture import figure, timeline, times
from quivive.voices.sound import Track
from quivive.voices.speech import LEAST_SPEECH, Segment, net_seconds
from quivive.voices.turns import voices

_CODES: Mapping[str, str] = {
    "voice/synthetic": (
        "The voice sounds synthetic ({verbal} that it is; channel {channel} of {channels}, {condition}, "
        "{net} s of speech). Treat it as a machine's until the person is reached another way."
    ),
    "voice/synthetic-passages": (
        "Passages of this recording stand out as synthetic: {passages} (channel {channel} of {channels}, "
        "{condition}). They may have been put in."
    ),
    "voice/cannot-tell": (
        "Nobody can tell from the sound whether this voice is synthetic ({verbal}; channel {channel} of "
        "{channels}, {condition}). Call back on the number you know; ask for the family passphrase or for "
        "what only the person knows."
    ),
    "voice/nothing-synthetic": (
        "Nothing in the sound speaks for a synthetic voice ({verbal}; channel {channel} of {channels}, "
        "{condition}). That does not prove that a person spoke: good clones sound like this too."
    ),
    "voice/insufficient-speech": (
        "Insufficient speech to judge the voice: {net} s of at least {least} s (channel {channel} of "
        "{channels})."
    ),
    "voice/two-voices": (
        "Two voices take turns on channel {channel} of {channels}: the first voice (1) for {first_net} s, at "
        "{first}; the second voice (2) for {second_net} s, at {second}. Each is judged apart. Voices are "
        "told apart only where they differ much; of one person's recordings about one in twenty is taken for "
        "two, and which passage is whose may be wrong here and there."
    ),
    "voice/one-of-two-synthetic": (
        "Voice {voice} of two sounds synthetic ({verbal} that it is; at {turns}, {net} s of speech; channel "
        "{channel} of {channels}, {condition}). Treat it as a machine's until the person is reached another "
        "way."
    ),
    "voice/one-of-two-synthetic-passages": (
        "Passages of voice {voice} of two stand out as synthetic: {passages} (channel {channel} of "
        "{channels}, {condition}). They may have been put in."
    ),
    "voice/one-of-two-cannot-tell": (
        "Nobody can tell from the sound whether voice {voice} of two is synthetic ({verbal}; at {turns}, "
        "{net} s of speech; channel {channel} of {channels}, {condition}). Call back on the number you know; "
        "ask for the family passphrase or for what only the person knows."
    ),
    "voice/one-of-two-nothing-synthetic": (
        "Nothing in the sound speaks for voice {voice} of two being synthetic ({verbal}; at {turns}, {net} s "
        "of speech; channel {channel} of {channels}, {condition}). That does not prove that a person spoke: "
        "good clones sound like this too."
    ),
}
_VERDICTS: Mapping[Verdict, tuple[str, Kind]] = {
    "alarm": ("voice/synthetic", "review"),
    "cannot-tell": ("voice/cannot-tell", "open"),
    "clear": ("voice/nothing-synthetic", "informational"),
    "insufficient": ("voice/insufficient-speech", "open"),
}


_FILES: Mapping[str, str] = {
    "layers.onnx": "layers",
    "head.npz": "line",
    "calibration.json": "calibration",
}
_PAUSE, _MOST_TIMES = 1.0, 6
"""Seconds up to which a pause lies within a turn, and turns that are named."""
_LICENCE = "Apache-2.0, begun from Distill-MOS (MIT)"


class Synthetic:
    """Judges every voice of a recording: synthetic or not, with what weight, and where."""

    name = "voices.synthetic"
    version = "1"
    accepts = frozenset({"audio/*", "video/*"})
    online = False
    codes = _CODES

    def sources(self) -> tuple[Source, ...]:
        """The model, by the hash of its files."""
        return _model()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """One finding a channel in which somebody speaks. Raises Unreadable where there is no sound."""
        if not isinstance(subject, Item):
            return
        for each in heard(subject.data):
            if each.spoken:
                yield from self._channel(subject, each)

    def _channel(self, item: Item, each: Heard) -> Iterator[Finding]:
        """One finding for one voice; for two who take turns who speaks when, then one for each."""
        samples = each.track.samples
        both = voices(samples, each.spoken)
        if len(both) == 1:
            yield self._judged(item, each, judge(samples, each.spoken))
            return
        yield self._two(item, each.track, both)
        for number, spoken in enumerate(both, start=1):
            yield self._judged(item, each, judge(samples, spoken), number)

    def _two(self, item: Item, track: Track, both: Sequence[tuple[Segment, ...]]) -> Finding:
        first, second = both
        params = {
            "first": _some_times(first),
            "first_net": f"{net_seconds(first):.1f}",
            "second": _some_times(second),
            "second_net": f"{net_seconds(second):.1f}",
            "channel": track.channel,
            "channels": track.channels,
        }
        return finding(self, "voice/two-voices", "informational", item, params=params, where=_where(track))

    def _judged(self, item: Item, each: Heard, found: Judgement, voice: int = 0) -> Finding:
        """What is said of a channel's only voice, or of `voice` 1 or 2 of it."""
        code, kind = _VERDICTS[found.verdict]
        desk = desks()[found.condition or "wideband"]
        if found.verdict == "alarm" and found.score is not None and found.score < desk.alarm:
            code = "voice/synthetic-passages"
        track = each.track
        params: dict[str, object] = {
            "verbal": found.ratio.verbal if found.ratio else "",
            "net": f"{found.net:.1f}",
            "least": f"{LEAST_SPEECH:.0f}",
            "condition": found.condition or "wideband",
            "passages": times(found.passages),
            "channel": track.channel,
            "channels": track.channels,
        }
        if voice:
            code = code.replace("voice/", "voice/one-of-two-")
            params |= {"voice": voice, "turns": _some_times(found.spoken)}
        return finding(
            self,
            code,
            kind,
            item,
            params=params,
            where=_where(track),
            score=None if found.score is None else round(found.score, 6),
            proposition=PROPOSITION,
            weight=found.ratio,
            figures=(_picture(each, found),),
            topics=("cloned-voice",) if kind != "informational" else (),
        )


DETECTORS = (Synthetic,)


def _where(track: Track) -> Where | None:
    return Where(part=f"channel {track.channel}") if track.channels > 1 else None


def _some_times(spoken: Sequence[Segment]) -> str:
    """When a voice is heard, its turns joined over short pauses; of many only the first."""
    said: list[Segment] = []
    for each in spoken:
        if said and each.start - said[-1].end < _PAUSE:
            said[-1] = Segment(said[-1].start, each.end)
        else:
            said.append(each)
    return times(said[:_MOST_TIMES]) + (f" … (+{len(said) - _MOST_TIMES})" if len(said) > _MOST_TIMES else "")


def _picture(each: Heard, found: Judgement) -> Figure:
    desk = desks()[found.condition or "wideband"]
    shown = timeline(found.windows, found.spoken, found.passages, alarm=desk.alarm, clear=desk.clear)
    return figure(each.track.samples, shown)


@lru_cache(maxsize=1)
def _model() -> tuple[Source, ...]:
    read = {name: (score.MODEL / name).read_bytes() for name in _FILES}
    date: str = json.loads(read["calibration.json"])["date"]
    return tuple(
        Source(f"synthetic voice, {what}", date, hashlib.sha256(read[name]).hexdigest(), _LICENCE,
               model=name != "calibration.json")
        for name, what in _FILES.items()
    )  # fmt: skip
