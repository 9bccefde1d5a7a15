"""Make the shipped scam score: `python training/messages/train.py [FOLDER]`.

Reads the training corpora (../shared/data or $QUIVIVE_DATA) and texts/, fits the two sets of weights,
calibrates on scores of corpora that the calibrated score was not trained on, and writes short.npz, long.npz
and calibration.json into FOLDER (default: the package). Same data and library versions, same bytes. Needs
the extra `train`; some 15 minutes on two cores, most of it embeddings, which are cached."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import numpy.typing as npt
from calibrating import cell
from fitting import (
    OWN_WEIGHT,
    Array,
    Set,
    fit_kernel,
    fit_lexical,
    fit_mix,
    kernel_scores,
    lexical_scores,
    mixed,
    prepare,
    sample_weights,
    write,
)
from texts import Message

from quivive.messages.score import HERE, Embedder, Weights

FOLDS = 4
SHARE_OF_WORDS = {"short": 0.5, "long": 0.25}
GAINS: Mapping[str, Mapping[str, float]] = {
    "short": {"own": OWN_WEIGHT, "own-mail": 0.1, "sms_uci_mt_hi_de_fr": 0.3, "email_spamassassin": 0.1},
    "long": {
        "own": 0.5,
        "own-mail": 1.0,
        "sms_uci_mt_hi_de_fr": 0.2,
        "sms_uci_en": 1.0,
        "calls_bothbosu": 0.3,
    },
}


@dataclass(frozen=True)
class Material:
    """What one set of weights is trained on and which corpora of it can validate it."""

    name: str
    data: Set
    validates: Sequence[str]


def material(name: str, embed: Embedder) -> Material:
    """`short` learns from text messages and chats, `long` from mails and transcripts besides."""
    uci, beyond = corpora.sms_english()
    own = [corpora.rename(m, "own-mail") if m.channel in ("email", "call") else m for m in corpora.own()]
    rows: list[Message] = [*uci, *beyond, *corpora.translated(), *own]
    if name == "short":
        rows = [m for m in rows if m.corpus != "own-mail"]
        validates = ["sms_uci_en", "sms_mishra_soni"]
    else:
        rows += corpora.mail() + corpora.calls()
        validates = ["email_spamassassin"]
    rows += corpora.without_links(m for m in rows if m.corpus in ("own", "own-mail", *corpora.SMS_EN))
    return Material(name, prepare(rows, embed), validates)


@dataclass(frozen=True)
class Views:
    """Scores of both views for some rows."""

    lexical: Array
    kernel: Array


def score_rows(train: Set, test: Set, gains: Mapping[str, float]) -> Views:
    """Fit on one set, score another."""
    weights = sample_weights(train, gains)
    return Views(
        lexical_scores(fit_lexical(train, weights), test), kernel_scores(fit_kernel(train, weights), test)
    )


def cross_fitted(data: Set, folds: npt.NDArray[np.int64], gains: Mapping[str, float]) -> Views:
    """Scores of every row by a model that saw none of its fold."""
    lexical, kernel = np.zeros(len(folds)), np.zeros(len(folds))
    for fold in sorted(set(folds.tolist())):
        held = folds == fold
        views = score_rows(data.pick(~held), data.pick(held), gains)
        lexical[held], kernel[held] = views.lexical, views.kernel
    return Views(lexical, kernel)


def by_group(data: Set) -> npt.NDArray[np.int64]:
    """Folds in which near-duplicates and copies of a template stay together."""
    return np.array([zlib.crc32(m.group.encode()) % FOLDS for m in data.messages])


def by_corpus(data: Set, validates: Sequence[str]) -> npt.NDArray[np.int64]:
    """Each validating corpus is a fold; all else is never held out (-1)."""
    return np.array([validates.index(m.corpus) if m.corpus in validates else -1 for m in data.messages])


def fit(material: Material) -> tuple[Weights, Views]:
    """The weights fitted on everything, mixed on group folds of the public corpora."""
    gains, data = GAINS[material.name], material.data
    held = cross_fitted(data, by_group(data), gains)
    public = np.array(
        [m.corpus in material.validates and not m.id.endswith("/no-link") for m in data.messages]
    )
    mix, alone = fit_mix(
        held.lexical[public], held.kernel[public], data.labels[public], SHARE_OF_WORDS[material.name]
    )
    weights = sample_weights(data, gains)
    return Weights(fit_lexical(data, weights), fit_kernel(data, weights), mix, alone), held


def out_of_corpus(material: Material) -> Views:
    """Scores of the validating corpora by models that never saw that corpus, nor its machine translations."""
    data = material.data
    folds = by_corpus(data, material.validates)
    lexical, kernel = np.zeros(len(folds)), np.zeros(len(folds))
    for number, corpus in enumerate(material.validates):
        related = {corpus} | ({"sms_uci_mt_hi_de_fr"} if corpus == "sms_uci_en" else set())
        train = np.array([m.corpus not in related for m in data.messages])
        held = folds == number
        views = score_rows(data.pick(train), data.pick(held), GAINS[material.name])
        lexical[held], kernel[held] = views.lexical, views.kernel
    return Views(lexical, kernel)


def validation(material: Material, held: Views, outside: Views) -> tuple[Set, Views]:
    """Public messages with scores to calibrate on: half by models that never saw their corpus, half by
    models that never saw their group of near-duplicates. A new corpus lies between the two: another origin
    than any we have, but of kinds that all of ours together have shown."""
    data = material.data
    keep = np.array([m.corpus in material.validates and not m.id.endswith("/no-link") for m in data.messages])
    strict = np.array([zlib.crc32(f"calibrate {m.group}".encode()) % 2 == 0 for m in data.messages])
    lexical = np.where(strict, outside.lexical, held.lexical)[keep]
    return data.pick(keep), Views(lexical, np.where(strict, outside.kernel, held.kernel)[keep])


def costs(material: Material, weights: Weights, held: Views, outside: Views) -> list[dict[str, Any]]:
    """Calibration cells of a set of weights: with embeddings and without."""
    data, views = validation(material, held, outside)
    channel = {"short": "sms", "long": "email"}[material.name]
    name = f"{' + '.join(material.validates)}: half left out by corpus, half by group, 2026-11-22"
    cells = []
    for embeddings, mix in ((True, weights.mix), (False, weights.alone)):
        scores = mixed(mix, views.lexical, views.kernel)
        cells.append(cell(channel, "en", embeddings, scores, data.labels, name))
        print(cells[-1], flush=True)
    return cells


def main(folder: Path) -> None:
    """Train, calibrate, write."""
    embed = Embedder()
    cells: list[dict[str, Any]] = []
    for name in ("short", "long"):
        stuff = material(name, embed)
        print(name, len(stuff.data.labels), "messages", flush=True)
        weights, held = fit(stuff)
        write(weights, folder / f"{name}.npz")
        cells += costs(stuff, weights, held, out_of_corpus(stuff))
    card = {
        "version": "1", "date": "2026-11-22", "cells": cells,
        "data": {corpus: corpora.sha256(corpus) for corpus in corpora.TRAINED_ON},
    }  # fmt: skip
    (folder / "calibration.json").write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
