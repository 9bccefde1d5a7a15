"""Is this voice synthetic, as far as it can be told, and which passages say so?

Kind by these rules: `review` from the alarm threshold on and where a spliced passage was located; `open`
where nobody can tell; `informational` below the clear threshold, which is no proof of a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from quivive.model import Context, Figure, Finding, Item, Kind, Source, Subject, Where, Yield, finding
from quivive.voices import score
from quivive.voices.hearing import Heard, heard
from quivive.voices.judgement import PROPOSITION, Judgement, Verdict, desks, judge
from quivive.voices.picture import figure, timeline, times
from quivive.voices.speech import LEAST_SPEECH

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
                yield self._judged(subject, each, judge(each.track.samples, each.spoken))

    def _judged(self, item: Item, each: Heard, found: Judgement) -> Finding:
        code, kind = _VERDICTS[found.verdict]
        desk = desks()[found.condition or "wideband"]
        if found.verdict == "alarm" and found.score is not None and found.score < desk.alarm:
            code = "voice/synthetic-passages"
        track = each.track
        params = {
            "verbal": found.ratio.verbal if found.ratio else "",
            "net": f"{found.net:.1f}",
            "least": f"{LEAST_SPEECH:.0f}",
            "condition": found.condition or "wideband",
            "passages": times(found.passages),
            "channel": track.channel,
            "channels": track.channels,
        }
        return finding(
            self,
            code,
            kind,
            item,
            params=params,
            where=Where(part=f"channel {track.channel}") if track.channels > 1 else None,
            score=None if found.score is None else round(found.score, 6),
            proposition=PROPOSITION,
            weight=found.ratio,
            figures=(_picture(each, found),),
            topics=("cloned-voice",) if kind != "informational" else (),
        )


DETECTORS = (Synthetic,)


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
