"""What does every speech engine offer to `generate.py`?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from channels import Samples


class Missing(Exception):
    """An engine that is not here; the message says in one sentence how to install it."""


class Unspoken(Exception):
    """One utterance that an engine failed at or was too slow for; the others may succeed."""


@dataclass(frozen=True)
class Recording:
    """A real recording under an open licence: `load` gives it at 16 kHz."""

    path: str
    corpus: str
    speaker: str
    language: str
    licence: str
    load: Callable[[], Samples]


@dataclass(frozen=True)
class Setting:
    """What an engine may need: the folder with unpacked packages, and the recordings to make anew."""

    packages: Path
    recordings: tuple[Recording, ...] = ()


@dataclass(frozen=True)
class Speech:
    """One utterance as the engine gave it: mono, at its own rate in Hz; `original` for one made anew."""

    samples: Samples
    rate: int
    speaker: str
    language: str
    original: Recording | None = None


def other_throat(number: int, own: int, rng: np.random.Generator) -> float:
    """By how much an engine of one voice is raised: not before number `own`, then 0.84 to 1.19 times.

    What is spoken slower by the ratio and played faster by it has another pitch and a vocal tract of another
    length at the same tempo: another speaker.
    """
    return 1.0 if number < own else float(np.exp(rng.uniform(-0.17, 0.17)))


Speak = Callable[[int, np.random.Generator], Speech]
"""The utterance of a number; what the number does not decide is drawn from the generator."""


@dataclass(frozen=True)
class Engine:
    """A system that makes speech from text (`tts`) or makes recordings anew (`copy`).

    `load` gives the function that speaks, or raises Missing.
    """

    name: str
    kind: str
    clips: int
    source: str
    licence: str
    load: Callable[[Setting], Speak]
