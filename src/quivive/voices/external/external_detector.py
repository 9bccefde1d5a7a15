"""What do the models of others that a desk has added say of this voice, as raw scores beside ours?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from quivive.errors import CouldNotLook
from quivive.model import Context, ExternalModel, Finding, Item, Source, Subject, Where, finding
from quivive.voices.external.contract import Listener
from quivive.voices.sound import Track, decode
from quivive.voices.speech import LEAST_SPEECH, net_seconds, only_speech, segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_CODES: Mapping[str, str] = {
    "external/raw-score": (
        "Raw score of {model}, a model of others: {score} (channel {channel} of {channels}; {least} to "
        "{highest} over {pieces} pieces; higher is more like a machine). No ratio: not calibrated. It does "
        "not change what Quivive says of the voice."
    ),
    "external/absent": (
        "{model}, a model of others that quivive.toml names, was not asked: its file is not on this machine. "
        "'quivive models fetch' or 'quivive models add' brings it."
    ),
    "external/failed": "{model}, a model of others, did not judge this voice. {why}",
}


class External:
    """Asks each model of `[[models]]`; none of its findings names a proposition or bears a weight."""

    name = "voices.external"
    version = "1"
    accepts = frozenset({"audio/*", "video/*"})
    online = False
    codes = _CODES

    def sources(self) -> tuple[Source, ...]:
        """None that ship: each finding names its model with licence and sha256."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Finding]:
        """A score of each model for each voice of 3 s or more; nothing where no model was added."""
        asked = [model for model in context.models if model.purpose == "synthetic-voice"]
        if not isinstance(subject, Item) or not asked:
            return
        for model in asked:
            if model.data is None:
                yield finding(self, "external/absent", "open", subject, params={"model": model.name})
        for track in decode(subject.data) if any(model.data is not None for model in asked) else ():
            spoken = segments(track.samples)
            if net_seconds(spoken) >= LEAST_SPEECH:
                speech = only_speech(track.samples, spoken)
                for model in asked:
                    if model.data is not None:
                        yield self._told(subject, track, speech, model)

    def _told(self, item: Item, track: Track, speech: Samples, model: ExternalModel) -> Finding:
        where = Where(part=f"channel {track.channel}") if track.channels > 1 else None
        try:
            raw = _listener(model).raw(speech)
        except CouldNotLook as error:
            params: dict[str, object] = {"model": model.name, "why": error}
            return finding(self, "external/failed", "open", item, params=params, where=where)
        params = {"model": model.name, "score": f"{raw.mean:.2f}", "least": f"{raw.least:.2f}",
                  "highest": f"{raw.highest:.2f}", "pieces": raw.pieces, "channel": track.channel,
                  "channels": track.channels}  # fmt: skip
        origin = ", ".join(filter(None, (model.name, model.date, model.licence, f"sha256 {model.sha256}")))
        references = (origin, model.card) if model.card else (origin,)
        return finding(self, "external/raw-score", "informational", item, params=params, where=where,
                       score=round(raw.mean, 4), references=references)  # fmt: skip


DETECTORS = (External,)


@lru_cache(maxsize=4)
def _listener(model: ExternalModel) -> Listener:
    return Listener(model, model.data or b"")
