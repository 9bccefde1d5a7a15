"""How is a call told: as JSON for webhook, log and page, and in words?

What was not found is never said to be safe: until enough was heard, and where the score says neither, the
words say that nobody can tell yet, and what to do instead.
"""

from __future__ import annotations

from typing import Any

from quivive.voices.live.call import Call
from quivive.voices.live.direction import Sounds
from quivive.voices.speech import LEAST_SPEECH

SCHEMA = "quivive-live/1"
MOST_WINDOWS = 120
"""Windows of the timeline that are told: the last ones."""
_MUCH_LOST = 0.1
"""Share of the sound that is missing from which it is said."""
_NOW = {
    "insufficient": "Cannot tell yet: {speech:.1f} s of speech so far, at least {least:.0f} s are needed.",
    "cannot-tell": "Cannot tell: the voice speaks neither for a machine nor for a person. Call back on a "
    "number you already know, or ask what only the person knows.",
    "alarm": "The voice speaks for a machine. Agree to nothing in this call: hang up and call back on a "
    "number you already know.",
    "clear": "Nothing that speaks for a machine was found so far. That is no proof of a person: before money "
    "or a secret leaves, call back on a number you already know.",
}
_END = {
    "insufficient": "Cannot tell: only {speech:.1f} s of speech in the whole call, at least {least:.0f} s "
    "are needed.",
    "clear": "Nothing that speaks for a machine was found in the call. That is no proof of a person: before "
    "money or a secret leaves, call back on a number you already know.",
}
_ALARMED = " At {at} the alarm was raised; what came later does not take it back."


def words(sounds: Sounds, alarmed: float | None) -> str:
    """What an analyst can read aloud of one direction."""
    judged = sounds.judgement
    texts = {**_NOW, **(_END if sounds.final else {})}
    said = texts[judged.verdict].format(speech=judged.net, least=LEAST_SPEECH)
    if alarmed is not None and judged.verdict != "alarm":
        said += _ALARMED.format(at=clock(alarmed))
    if sounds.lost > _MUCH_LOST * max(sounds.heard, 1.0):
        said += f" {sounds.lost:.1f} s of the sound never arrived: the score is less sure than it looks."
    if sounds.cut:
        said += f" Only the first {sounds.heard / 60:.0f} minutes were heard."
    return said


def news(call: Call, whole: bool = False) -> dict[str, Any]:
    """A call as JSON; `whole`: with all of its timeline."""
    return {
        "schema": SCHEMA,
        "id": call.names.id,
        "source": call.names.source,
        "stream": call.names.stream,
        "call": call.names.call,
        "began": call.began.isoformat(timespec="milliseconds"),
        "state": "ended" if call.final else "listening",
        "reason": call.ended,
        "directions": {track: _direction(call, track, whole) for track in sorted(call.sounds)},
    }


def _direction(call: Call, track: str, whole: bool) -> dict[str, Any]:
    sounds = call.sounds[track]
    judged, alarmed = sounds.judgement, call.alarms.get(track)
    clear, alarm = call.scoring.thresholds(judged.condition)
    shown = judged.windows if whole else judged.windows[-MOST_WINDOWS:]
    return {
        "verdict": judged.verdict,
        "words": words(sounds, alarmed),
        "final": sounds.final,
        "score": _rounded(judged.score),
        "log10_lr": _rounded(judged.ratio.log10) if judged.ratio else None,
        "verbal": judged.ratio.verbal if judged.ratio else None,
        "clear_until": _rounded(clear),
        "alarm_from": _rounded(alarm),
        "channel": judged.condition,
        "alarm_first_at": alarmed,
        "speech": round(judged.net, 2),
        "heard": round(sounds.heard, 2),
        "lost": round(sounds.lost, 2),
        "late_frames": sounds.late,
        "cut": sounds.cut,
        "timeline": [[round(w.start, 2), round(w.end, 2), _rounded(w.score)] for w in shown],
        "passages": [[round(p.start, 2), round(p.end, 2), _rounded(p.score)] for p in judged.passages],
    }


def clock(seconds: float) -> str:
    """'02:05' into the call."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
