"""Which words does the English recogniser write down for a piece of speech, and how sure is it of each?

Moonshine tiny (27 million parameters, MIT; Jeffries et al., arXiv 2410.15608), whose three files lie in the
wheels of moonshine-voice up to 0.1.0. Only the files are used, by onnxruntime: no code of that package runs.
The decoder is greedy, so that the same sound always gives the same words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.errors import NotInstalled
from quivive.model import Source
from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Samples = NDArray[np.float32]

MOST_TOKENS_A_SECOND = 6.5
"""Faster than anybody speaks: a model that goes on has fallen into a loop (the makers' own limit)."""
LEAST_SECONDS = 0.2
_ENCODER, _DECODER, _TOKENS = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
_FILES = {
    _ENCODER: "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    _DECODER: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    _TOKENS: "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""sha256: with other weights the thresholds of language.py would not hold."""
_BEGIN, _END = 1, 2
_HEADS, _SIZE = 8, 36
_MISSING = (
    "What is said was not written down: the speech recogniser is not installed. Install quivive[words] to "
    "have spoken English written down."
)


@dataclass(frozen=True)
class Heard:
    """What was made of one piece of speech.

    `text` in English spelling, whatever language was spoken; `sureness`: natural logarithm of the
    probability of each token, the end included; `doubt`: entropy in nats at each; `ended`: False where the
    model did not come to an end.
    """

    text: str
    sureness: tuple[float, ...]
    doubt: tuple[float, ...]
    seconds: float
    ended: bool


class Recogniser:
    """Moonshine tiny on one thread."""

    def hear(self, samples: Samples) -> Heard:
        """The words of mono samples at RATE, best of 1 to 15 s; raises NotInstalled without the model."""
        import numpy as np

        seconds = len(samples) / RATE
        if seconds < LEAST_SECONDS:
            return Heard("", (), (), seconds, True)
        sound = np.ascontiguousarray(samples, np.float32)[None]
        mask = np.ones(sound.shape, np.int64)
        (states,) = self._encoder.run(None, {"input_values": sound, "attention_mask": mask})
        steps = list(self._steps(states, mask, int(seconds * MOST_TOKENS_A_SECOND) + 1))
        tokens, sureness, doubt = zip(*steps, strict=True)
        return Heard(self._spelt(tokens), sureness, doubt, seconds, tokens[-1] == _END)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The model by the digest of its weights; nothing where it is missing."""
        if folder() is None:
            return ()
        return (Source("Moonshine tiny, English", f"moonshine-voice {_version()}", _FILES[_ENCODER], "MIT",
                       model=True),)  # fmt: skip

    def _steps(self, states: Samples, mask: Any, most: int) -> Iterator[tuple[int, float, float]]:
        """Token, log probability and entropy, until the end or `most`; what was computed is kept."""
        import numpy as np

        taken = [each.name for each in self._decoder.get_inputs()]
        given = [each.name.replace("present", "past_key_values") for each in self._decoder.get_outputs()]
        nothing = np.zeros((1, _HEADS, 0, _SIZE), np.float32)
        past = {name: nothing for name in taken if name.startswith("past")}
        token = _BEGIN
        for number in range(most):
            fed = {"encoder_attention_mask": mask, "encoder_hidden_states": states,
                   "input_ids": np.array([[token]], np.int64),
                   "use_cache_branch": np.array([number > 0])}  # fmt: skip
            logits, *kept = self._decoder.run(None, fed | past)
            # The encoder's side does not change; the cached branch gives it back empty.
            past |= {n: k for n, k in zip(given[1:], kept, strict=True) if not number or ".decoder." in n}
            token, sure, doubt = _choice(logits[0, -1])
            yield token, sure, doubt
            if token == _END:
                return

    def _spelt(self, tokens: Sequence[int]) -> str:
        octets = b"".join(self._spellings[token] for token in tokens if token > _END)
        return " ".join(octets.decode("utf-8", "replace").replace("\u2581", " ").split())

    @cached_property
    def _spellings(self) -> tuple[bytes, ...]:
        return spellings(_file(_TOKENS))

    @cached_property
    def _encoder(self) -> InferenceSession:
        return _session(_file(_ENCODER))

    @cached_property
    def _decoder(self) -> InferenceSession:
        return _session(_file(_DECODER))


@lru_cache(maxsize=1)
def recogniser() -> Recogniser:
    """The one recogniser of this process: its weights take 70 MiB."""
    return Recogniser()


def folder() -> Path | None:
    """Where the installed model lies; None where it does not."""
    spec = find_spec("moonshine_voice")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        found = Path(place) / "assets" / "tiny-en"
        if all((found / name).is_file() for name in _FILES):
            return found
    return None


def spellings(data: bytes) -> tuple[bytes, ...]:
    """Octets of each token. Each stands behind its length: one octet, or from 128 on two, low one first."""
    found, at = [], 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = length - 128 + 128 * data[at], at + 1
        found.append(data[at : at + length])
        at += length
    return tuple(found)


def _choice(logits: Samples) -> tuple[int, float, float]:
    """The likeliest token, its log probability, and the entropy of all."""
    import numpy as np

    chances = logits - logits.max()
    chances = chances - np.log(np.exp(chances).sum())
    token = int(chances.argmax())
    return token, float(chances[token]), float(-(np.exp(chances) * chances).sum())


def _file(name: str) -> bytes:
    place = folder()
    if place is None:
        raise NotInstalled(_MISSING)
    data = (place / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != _FILES[name]:
        raise NotInstalled(
            "What is said was not written down: the recogniser's files are not those that Quivive was "
            "measured with. Install quivive[words] again."
        )
    return data


def _session(model: bytes) -> InferenceSession:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _version() -> str:
    try:
        return metadata.version("moonshine-voice")
    except metadata.PackageNotFoundError:
        return ""
