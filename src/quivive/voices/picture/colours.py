"""Which colour stands for which loudness? Light is quiet, dark is loud, equal steps look equal.

Made in OKLab (Ottosson 2020, 'A perceptual color space for image processing'), where distances are those the
eye sees: lightness falls in equal steps, so that a print in grey keeps the order, while the hue turns from
yellow by way of red to blue, which helps on a screen and misleads nobody who does not see colours.
"""

from __future__ import annotations

import math

Colour = tuple[int, int, int]

INK: Colour = (28, 32, 36)
PAPER: Colour = (255, 255, 255)
MACHINE: Colour = (176, 42, 18)
PERSON: Colour = (38, 92, 160)
BAND: Colour = (226, 226, 222)
"""'Cannot tell': a grey that text is still read on."""
_LIGHT, _DARK = 0.985, 0.22
_HUES = (105.0, -85.0)
"""Degrees of OKLab's hue circle, quiet and loud: yellow, then orange, red and violet, last blue."""
_CHROMA = 0.13


def scale(steps: int) -> tuple[Colour, ...]:
    """`steps` colours from quiet (nearly white) to loud (nearly black)."""
    return tuple(_step(number / (steps - 1)) for number in range(steps))


def _step(share: float) -> Colour:
    lightness = _LIGHT + (_DARK - _LIGHT) * share
    hue = math.radians(_HUES[0] + (_HUES[1] - _HUES[0]) * share)
    # neither white nor black leaves room for colour
    chroma = _CHROMA * math.sin(math.pi * min(max(share, 0.0), 1.0)) ** 0.7
    return from_oklab(lightness, chroma * math.cos(hue), chroma * math.sin(hue))


def from_oklab(lightness: float, a: float, b: float) -> Colour:
    """OKLab to sRGB of 8 bits; what no screen shows is cut to the nearest value of each channel."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _encoded(linear: float) -> int:
    """A linear channel as sRGB (IEC 61966-2-1) stores it, 0 to 255."""
    bounded = min(max(linear, 0.0), 1.0)
    curved = 12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055
    return round(255 * curved)
