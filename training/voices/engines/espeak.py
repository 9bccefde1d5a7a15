"""eSpeak NG: a formant synthesiser, in many languages; its variants are further voices."""

from __future__ import annotations

import numpy as np

from engines.commands import program, wav
from engines.engine import Engine, Setting, Speak, Speech
from engines.texts import text

VOICES = {
    "en-gb": "en",
    "en-us": "en",
    "de": "de",
    "es": "es",
    "fr": "fr",
    "it": "it",
    "pt-br": "pt",
    "hi": "hi",
}
VARIANTS = ("", "+m3", "+m7", "+f2", "+f4", "+klatt2", "+klatt4", "+Annie")


def engine() -> Engine:
    """The engine as `generate.py` runs it."""
    return Engine("espeak-ng", "tts", 48, "Debian espeak-ng", "GPL-3.0-or-later (program)", load)


def load(setting: Setting) -> Speak:
    """Find the program; raise Missing where it is not installed."""
    espeak = program("espeak-ng", "espeak-ng")

    def speak(number: int, rng: np.random.Generator) -> Speech:
        voice = sorted(VOICES)[number % len(VOICES)] + str(rng.choice(VARIANTS))
        manner = ["-s", str(rng.integers(140, 190)), "-p", str(rng.integers(30, 65))]
        language = VOICES[voice.partition("+")[0]]
        samples, rate = wav([espeak, "-v", voice, *manner, "-w", "{out}", "--stdin"], text(language, rng))
        return Speech(samples, rate, f"espeak:{voice}", language)

    return speak
