"""How is a recording under an open licence made anew by a vocoder?

From its mel spectrogram, so that real and synthetic differ in the vocoder alone: same words, speaker, room.
Every second mel is blurred before, as the mel of an acoustic model is smooth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from channels import RATE, Samples, resample
from numpy.typing import NDArray

from engines.engine import Missing, Recording, Setting, Speak, Speech
from engines.mel import MelFormat, log_mel

SECONDS = 4.5
SMOOTHEST = 1.2
Vocoder = Callable[[NDArray[np.float32]], Samples]


def load(opened: Callable[[], tuple[Vocoder, MelFormat]], setting: Setting) -> Speak:
    """Open the vocoder; raise Missing where it is not installed or there is no recording."""
    if not setting.recordings:
        raise Missing("There are no open recordings to make anew.")
    vocoder, form = opened()
    turn = in_turn(setting.recordings)

    def speak(number: int, rng: np.random.Generator) -> Speech:
        original = turn[number % len(turn)]
        spoken = passage(original.load(), rng)
        mel = log_mel(resample(spoken, RATE, form.rate), form)
        if number % 2:
            mel = smoothed(mel, float(rng.uniform(0.4, SMOOTHEST)))
        return Speech(vocoder(mel), form.rate, original.speaker, original.language, original)

    return speak


def in_turn(recordings: tuple[Recording, ...]) -> list[Recording]:
    """The recordings so that the corpora take turns, within each in an order drawn once."""
    rng = np.random.default_rng(0)
    seen: dict[str, int] = {}
    ranked = []
    for index in rng.permutation(len(recordings)):
        corpus = recordings[index].corpus
        seen[corpus] = seen.get(corpus, 0) + 1
        ranked.append((seen[corpus], corpus, int(index)))
    return [recordings[index] for _, _, index in sorted(ranked)]


def passage(samples: Samples, rng: np.random.Generator) -> Samples:
    """SECONDS of the recording from a random place, all of it where it is shorter."""
    length = int(SECONDS * RATE)
    start = int(rng.integers(0, max(1, samples.size - length + 1)))
    return samples[start : start + length]


def smoothed(mel: NDArray[np.float32], frames: float) -> NDArray[np.float32]:
    """The mel blurred along time by a Gaussian of so many frames' deviation."""
    reach = np.arange(-4, 5)
    weights = np.exp(-0.5 * (reach / frames) ** 2)
    padded = np.pad(mel, ((0, 0), (4, 4)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 9, axis=1)
    return np.asarray(windows @ (weights / weights.sum()), np.float32)
