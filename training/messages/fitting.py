"""How are the two views fitted, mixed and written?

Every corpus counts by the square root of its size, per class; both classes weigh the same in all. Settings
were chosen by leaving whole corpora out (NOTES.md). All of it is deterministic: no random initialisation,
one thread."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from texts import Message

from quivive.messages.features import BITS, letter_grams, shorten_keys, tokenise, word_grams
from quivive.messages.normalise import normalise
from quivive.messages.score import Embedder, Kernel, Lexical, Mix, Weights

Array = npt.NDArray[np.float64]
OWN_WEIGHT = 0.3
"""Our own texts against a public corpus of the same size: more makes hard cases better and plain ones
worse."""
C_LEXICAL, C_KERNEL, GAMMA = 10.0, 5.0, 1.0 / 384


@dataclass(frozen=True)
class Set:
    """Messages with their features: two sparse count matrices, embeddings and labels, row by row."""

    messages: Sequence[Message]
    words: sp.csr_matrix
    letters: sp.csr_matrix
    embeddings: Array
    labels: npt.NDArray[np.int64]

    def pick(self, rows: npt.NDArray[np.bool_]) -> Set:
        """The chosen rows."""
        at = np.flatnonzero(rows)
        return Set([self.messages[i] for i in at], self.words[at], self.letters[at], self.embeddings[at],
                   self.labels[at])  # fmt: skip


def prepare(messages: Sequence[Message], embed: Embedder) -> Set:
    """Features of messages; embeddings are kept in a cache outside the repository."""
    plain = [normalise(m.text).text for m in messages]
    tokens = [tokenise(text) for text in plain]
    return Set(
        messages,
        _counts([word_grams(t).places for t in tokens]),
        _counts([letter_grams(t).places for t in tokens]),
        _embeddings(plain, embed),
        np.array([m.label for m in messages]),
    )


def _counts(places: Sequence[npt.NDArray[np.int64]]) -> sp.csr_matrix:
    """Rows of 1 + ln(count) per place of the hash table."""
    columns, values, ends = [], [], [0]
    for row in places:
        at, counts = np.unique(row, return_counts=True)
        columns.append(at)
        values.append(1 + np.log(np.maximum(counts, 1)))
        ends.append(ends[-1] + len(at))
    return sp.csr_matrix(
        (np.concatenate(values), np.concatenate(columns), ends), shape=(len(places), 1 << BITS)
    )


def _embeddings(texts: Sequence[str], embed: Embedder) -> Array:
    """Embed each text once; files in $QUIVIVE_CACHE (else the system's temporary folder) save the time
    later."""
    folder = Path(os.environ.get("QUIVIVE_CACHE", tempfile.gettempdir())) / "quivive-embeddings"
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Array] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as stored:
            known.update(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    texts = [shorten_keys(text) for text in texts]
    keys = [hashlib.sha256(t[:500].encode("utf-8", "replace")).hexdigest() for t in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    todo = list(missing.items())
    for begin in range(0, len(todo), 500):
        part = {key: embed(text) for key, text in todo[begin : begin + 500]}
        known.update(part)
        name = hashlib.sha256("".join(part).encode()).hexdigest()[:16]
        np.savez(folder / f"{name}.npz", keys=np.array(list(part)), vectors=np.stack(list(part.values())))
        print(f"embedded {begin + len(part)} of {len(todo)}", flush=True)
    return np.stack([known[key] for key in keys]).astype(np.float64)


def join(sets: Sequence[Set]) -> Set:
    """Several sets as one."""
    return Set(
        [m for s in sets for m in s.messages],
        sp.vstack([s.words for s in sets]).tocsr(),
        sp.vstack([s.letters for s in sets]).tocsr(),
        np.concatenate([s.embeddings for s in sets]),
        np.concatenate([s.labels for s in sets]),
    )


def sample_weights(data: Set, gains: Mapping[str, float]) -> Array:
    """Square root of a corpus' size per class, times its gain; the classes balanced."""
    corpora = np.array([m.corpus for m in data.messages])
    weights = np.ones(len(corpora))
    for corpus in sorted(set(corpora)):
        for label in (0, 1):
            rows = (corpora == corpus) & (data.labels == label)
            if rows.any():
                weights[rows] = gains.get(corpus, 1.0) * rows.sum() ** -0.5
    for label in (0, 1):
        rows = data.labels == label
        weights[rows] *= len(weights) / 2 / weights[rows].sum()
    return weights


def fit_lexical(data: Set, weights: Array) -> Lexical:
    """TF-IDF of words and of letters, each scaled to length 1, and one logistic regression over both."""
    idfs = [_idf(view) for view in (data.words, data.letters)]
    design = sp.hstack(
        [_tfidf(v, idf) for v, idf in zip((data.words, data.letters), idfs, strict=True)]
    ).tocsr()
    model = LogisticRegression(C=C_LEXICAL, max_iter=300).fit(design, data.labels, sample_weight=weights)
    both = model.coef_[0]
    single = [np.float32(a) for a in (idfs[0], both[: 1 << BITS], idfs[1], both[1 << BITS :])]
    return Lexical(*[_half(a) for a in single], float(np.float32(model.intercept_[0])))


def _idf(view: sp.csr_matrix) -> Array:
    """ln((1+n)/(1+df)) + 1; what stands in one message only is left out."""
    df = np.bincount(view.indices, minlength=view.shape[1])
    idf = np.log((1 + view.shape[0]) / (1 + df)) + 1
    idf[df < 2] = 0
    return idf


def _tfidf(view: sp.csr_matrix, idf: npt.NDArray[np.floating]) -> sp.csr_matrix:
    scaled = (view @ sp.diags(idf.astype(np.float64))).tocsr()
    length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return (sp.diags(1 / np.where(length > 0, length, 1)) @ scaled).tocsr()


def fit_kernel(data: Set, weights: Array) -> Kernel:
    """A support vector machine on standardised embeddings; vectors are kept in 8 bits, as they ship."""
    mean = _half(data.embeddings.mean(axis=0))
    scale = _half(data.embeddings.std(axis=0) + 1e-6)
    model = SVC(C=C_KERNEL, gamma=GAMMA, cache_size=500)
    model.fit((data.embeddings - mean) / scale, data.labels, sample_weight=weights)
    step = _half(np.abs(model.support_vectors_).max(axis=0) / 127)
    vectors = (np.round(model.support_vectors_ / step).clip(-127, 127) * step).astype(np.float32)
    return Kernel(mean, scale, vectors, np.einsum("ij,ij->i", vectors, vectors), _half(model.dual_coef_[0]),
                  GAMMA, float(np.float32(model.intercept_[0])))  # fmt: skip


def _half(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Rounded to the 16 bits in which it ships."""
    return values.astype(np.float16).astype(np.float32)


def lexical_scores(model: Lexical, data: Set) -> Array:
    """Log odds of the lexical view, row by row."""
    words, letters = _tfidf(data.words, model.word_idf), _tfidf(data.letters, model.letter_idf)
    return words @ model.word_weight + letters @ model.letter_weight + model.intercept


def kernel_scores(model: Kernel, data: Set) -> Array:
    """Decision values of the embedding view, row by row."""
    x = ((data.embeddings - model.mean) / model.scale).astype(np.float32)
    scores = []
    for begin in range(0, len(x), 1000):
        part = x[begin : begin + 1000]
        distance = (
            model.squares[None] - 2 * part @ model.vectors.T + np.einsum("ij,ij->i", part, part)[:, None]
        )
        scores.append(np.exp(-model.gamma * distance) @ model.dual + model.intercept)
    return np.concatenate(scores).astype(np.float64)


# --- mixing ---


def fit_mix(lexical: Array, kernel: Array, labels: npt.NDArray[np.int64], share: float) -> tuple[Mix, Mix]:
    """Both views on one scale (distance of the class medians), `share` of it lexical, then on log odds.

    The scores must come from folds that the views were not fitted on. Returns the mix with and without
    embeddings."""
    units = []
    for scores in (lexical, kernel):
        low, high = np.median(scores[labels == 0]), np.median(scores[labels == 1])
        units.append((low, high - low))
    (a_low, a_unit), (b_low, b_unit) = units
    blended = share * (lexical - a_low) / a_unit + (1 - share) * (kernel - b_low) / b_unit
    slope, constant = _odds(blended, labels)
    a, b = slope * share / a_unit, slope * (1 - share) / b_unit
    alone_slope, alone_constant = _odds(lexical, labels)
    return (
        Mix(float(a), float(b), float(constant - a * a_low - b * b_low)),
        Mix(alone_slope, 0.0, alone_constant),
    )


def _odds(scores: Array, labels: npt.NDArray[np.int64]) -> tuple[float, float]:
    model = LogisticRegression(C=100.0, class_weight="balanced").fit(scores[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def mixed(mix: Mix, lexical: Array, kernel: Array) -> Array:
    """The score of both views."""
    return mix.lexical * lexical + mix.embedding * kernel + mix.constant


# --- writing ---


def write(weights: Weights, path: Path) -> None:
    """One .npz without pickles, the same bytes for the same weights."""
    lexical, kernel = weights.lexical, weights.kernel
    step = np.where((top := np.abs(kernel.vectors).max(axis=0)) > 0, top / 127, 1).astype(np.float16)
    arrays = {
        "word_idf": lexical.word_idf.astype(np.float16),
        "word_weight": lexical.word_weight.astype(np.float16),
        "letter_idf": lexical.letter_idf.astype(np.float16),
        "letter_weight": lexical.letter_weight.astype(np.float16),
        "mean": kernel.mean.astype(np.float16),
        "scale": kernel.scale.astype(np.float16),
        "step": step,
        "vectors": np.round(kernel.vectors / step.astype(np.float32)).clip(-127, 127).astype(np.int8),
        "dual": kernel.dual.astype(np.float16),
        "constants": np.array([lexical.intercept, kernel.gamma, kernel.intercept], np.float32),
        "mix": np.array([weights.mix.lexical, weights.mix.embedding, weights.mix.constant], np.float32),
        "alone": np.array(
            [weights.alone.lexical, weights.alone.embedding, weights.alone.constant], np.float32
        ),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # zip entries carry no clock: numpy writes 1980-01-01
