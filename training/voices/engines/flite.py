"""Flite: unit selection and statistical (CLUSTERGEN) voices in English."""

from __future__ import annotations

import numpy as np

from engines.commands import program, wav
from engines.engine import Engine, Setting, Speak, Speech
from engines.texts import text

VOICES = ("slt", "rms", "awb", "kal16")


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("flite", "tts", 48, "Debian flite", "BSD-style (Carnegie Mellon)", load)


def load(setting: Setting) -> Speak:
    """Find the program; raise Missing where it is not installed."""
    flite = program("flite", "flite")

    def speak(number: int, rng: np.random.Generator) -> Speech:
        voice = VOICES[number % len(VOICES)]
        stretch = f"duration_stretch={rng.uniform(0.9, 1.15):.2f}"
        command = [flite, "-voice", voice, "--setf", stretch, "-t", text("en", rng), "-o", "{out}"]
        samples, rate = wav(command, "")
        return Speech(samples, rate, f"flite:{voice}", "en")

    return speak
