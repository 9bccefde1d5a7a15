"""What a recogniser may have heard, made up: sure English, words made up for another language, a loop."""

from __future__ import annotations

from quivive.voices.words.recogniser import Heard

SAID = "This is your bank. Please call us back on the number that we left for you today."
MADE_UP = "The mountain of sun, the sky of pills and swings, but a cavater of saddle."


def _heard(text: str, sure: float, doubt: float, seconds: float, ended: bool) -> Heard:
    tokens = max(len(text.split()), 1)
    return Heard(text, (sure,) * tokens, (doubt,) * tokens, seconds, ended)


def clear(text: str = SAID, seconds: float = 6.0, ended: bool = True) -> Heard:
    return _heard(text, -0.06, 0.2, seconds, ended)


def muddled(text: str = MADE_UP, seconds: float = 6.0) -> Heard:
    return _heard(text, -1.3, 3.0, seconds, True)


def loop(seconds: float = 8.0) -> Heard:
    return _heard("The first is the same as " * 12, -0.35, 0.8, seconds, True)
