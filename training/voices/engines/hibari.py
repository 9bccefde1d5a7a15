"""hibari: a small student of Kokoro's voice 'heart' with a pulse-and-noise vocoder of its own, English only.

One voice is in the package. Its tempo varies, and from clip OWN on pitch and vocal tract too."""

from __future__ import annotations

import numpy as np

from engines.engine import Engine, Missing, Setting, Speak, Speech, other_throat
from engines.texts import text

OWN = 150


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("hibari", "tts", 250, "PyPI hibari-tts", "Apache-2.0", load)


def load(setting: Setting) -> Speak:
    """Open the model in the package; raise Missing where it is not installed."""
    try:
        from hibari import Hibari
    except ImportError as error:
        raise Missing("hibari is not installed: pip install hibari-tts.") from error
    voice = Hibari()

    def speak(number: int, rng: np.random.Generator) -> Speech:
        said, pace, raised = text("en", rng), rng.uniform(0.8, 1.25), other_throat(number, OWN, rng)
        samples = voice(said, speed=float(pace / raised), seed=number)
        return Speech(samples, round(voice.sample_rate * raised), f"hibari:heart*{raised:.2f}", "en")

    return speak
