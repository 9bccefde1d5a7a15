"""Open JTalk: the Japanese hidden Markov voice mei (MMDAgent project, CC BY 3.0), shifted and stretched."""

from __future__ import annotations

import numpy as np

from engines.engine import Engine, Missing, Setting, Speak, Speech
from engines.texts import text


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("open-jtalk", "tts", 48, "PyPI pyopenjtalk-plus", "MIT/BSD; voice CC BY 3.0 (mei)", load)


def load(setting: Setting) -> Speak:
    """Open the voice in the package; raise Missing where it is not installed."""
    try:
        import pyopenjtalk
    except ImportError as error:
        raise Missing("Open JTalk is not installed: pip install pyopenjtalk-plus.") from error

    def speak(number: int, rng: np.random.Generator) -> Speech:
        pace, tone = float(rng.uniform(0.85, 1.2)), float(rng.uniform(-3.0, 3.0))
        samples, rate = pyopenjtalk.tts(text("ja", rng), speed=pace, half_tone=tone)
        return Speech(np.asarray(samples / 32_768, np.float32), int(rate), "openjtalk:mei", "ja")

    return speak
