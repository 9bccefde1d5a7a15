"""What does every speech engine offer to `generate.py`?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from channels import Samples


class Missing(Exception):
    """An engine that is not here; the message says in one sentence how to install it."""


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
