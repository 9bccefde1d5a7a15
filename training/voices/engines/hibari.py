"""hibari: a small student of Kokoro's voice 'heart' with a pulse-and-noise vocoder of its own, English only.

One voice is in the package. Its tempo is varied when it speaks; its pitch is not touched."""

from __future__ import annotations

import numpy as np

from engines.engine import Engine, Missing, Setting, Speak, Speech
from engines.texts import text


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("hibari", "tts", 150, "PyPI hibari-tts", "Apache-2.0", load)


def load(setting: Setting) -> Speak:
    """Open the model in the package; raise Missing where it is not installed."""
    try:
        from hibari import Hibari
    except ImportError as error:
        raise Missing("hibari is not installed: pip install hibari-tts.") from error
    voice = Hibari()

    def speak(number: int, rng: np.random.Generator) -> Speech:
        said = voice(text("en", rng), speed=float(rng.uniform(0.8, 1.25)), seed=number)
        return Speech(said, voice.sample_rate, "hibari:heart", "en")

    return speak
