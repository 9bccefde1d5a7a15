"""How does a recording look: its spectrogram, and below it, moment by moment, machine or person?

Drawn with Pillow on white, WIDTH pixels wide, so that it is read on a screen and in a grey print: the sides
differ by place (machine above, person below), mark (number, letter) and pattern, not by colour alone.
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from quivive.model import Figure
from quivive.voices.picture import spectrogram
from quivive.voices.picture.caption import LABELS, caption, clock, ticks
from quivive.voices.picture.colours import BAND, INK, MACHINE, PAPER, PERSON, Colour, scale
from quivive.voices.picture.timeline import Passage, Timeline, steps
from quivive.voices.sound import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import BaseImageFont

    Samples = NDArray[np.float32]

WIDTH, HEIGHT = 900, 530
LEFT, RIGHT = 96, 886
"""Columns of pixels between which time runs."""
_BRACKETS = {"machine": 20, "person": 42}
"""Rows of the lines that carry the marks: each side has its own, since windows of both overlap."""
_TOP, _BOTTOM = 50, 290
"""Rows of the spectrogram."""
_SPOKEN = 300, 312
"""Rows of the strip that shows where somebody speaks."""
_SCORES = 322, 490
_THIRD = (_SCORES[1] - _SCORES[0]) // 3
_STEPS = 48
"""Levels of loudness that are told apart: fewer make a smaller file, more are not seen."""
_SIZE = 15
_GRID: Colour = (150, 150, 146)
_CROWDED = 250
"""Windows from which the line is drawn thin."""
_TINT = 110
"""Of 255: how much colour a hatching line has."""


def figure(samples: Samples, shown: Timeline, language: str = "en") -> Figure:
    """The picture and its caption as they belong to a finding."""
    data = base64.b64encode(picture(samples, shown, language)).decode("ascii")
    return Figure("image/png", data, caption(shown, len(samples) / RATE, language))


def picture(samples: Samples, shown: Timeline, language: str = "en") -> bytes:
    """PNG of mono samples float32[n] at 16 kHz and their timeline; less than 200 kB, whatever the length."""
    from PIL import Image, ImageDraw

    seconds = max(len(samples) / RATE, 1e-3)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    image.paste(_sound(samples), (LEFT, _TOP))
    draw = ImageDraw.Draw(image)
    words = LABELS.get(language, LABELS["en"])
    _frequencies(draw)
    _scores(draw, words)
    for span in shown.spoken:
        draw.rectangle((_x(span.start, seconds), _SPOKEN[0], _x(span.end, seconds), _SPOKEN[1]), fill=INK)
    _label(draw, words["speech"], sum(_SPOKEN) / 2)
    for passage in shown.passages:
        _passage(image, draw, passage, seconds)
    _line(draw, shown, seconds)
    _time(draw, seconds, words)
    return _png(image)


def _sound(samples: Samples) -> Image:
    """The spectrogram alone, in the colours of `scale`."""
    import numpy as np
    from PIL import Image

    levels = spectrogram.levels(samples, RIGHT - LEFT, _BOTTOM - _TOP)
    colours = np.array(scale(_STEPS), np.uint8)
    return Image.fromarray(colours[np.rint(levels * (_STEPS - 1)).astype(int)])


def _x(second: float, seconds: float) -> int:
    return round(LEFT + (RIGHT - LEFT - 1) * min(max(second / seconds, 0.0), 1.0))


def _label(draw: ImageDraw, text: str, middle: float, fill: Colour = INK) -> None:
    """Words left of the drawing, on a line with what they name."""
    draw.text((LEFT - 9, middle), text, fill=fill, font=_font(), anchor="rm")


def _font() -> BaseImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(_SIZE)


def _frequencies(draw: ImageDraw) -> None:
    for kilohertz in (0.25, 0.5, 1, 2, 4, 8):
        row = _TOP + spectrogram.place(kilohertz * 1000, _BOTTOM - _TOP - 1)
        draw.line((LEFT - 5, row, LEFT - 1, row), fill=INK)
        _label(draw, f"{kilohertz:g} kHz", row)
    draw.rectangle((LEFT - 1, _TOP - 1, RIGHT, _BOTTOM), outline=INK)


def _scores(draw: ImageDraw, words: dict[str, str]) -> None:
    """Three strips of the same height: machine, cannot tell, person."""
    top = _SCORES[0]
    draw.rectangle((LEFT, top + _THIRD, RIGHT - 1, top + 2 * _THIRD), fill=BAND)
    for row in (top + _THIRD, top + 2 * _THIRD):
        draw.line((LEFT, row, RIGHT - 1, row), fill=_GRID)
    for number, (name, colour) in enumerate((("machine", MACHINE), ("band", INK), ("person", PERSON))):
        _label(draw, words[name], top + _THIRD * (number + 0.5), colour)


def _line(draw: ImageDraw, shown: Timeline, seconds: float) -> None:
    """The score along time, broken where nothing was judged."""
    width = 3 if len(shown.windows) < _CROWDED else 1
    last: tuple[float, int] | None = None
    for step in steps(shown.windows):
        row, left, right = _height(step.score, shown), _x(step.start, seconds), _x(step.end, seconds)
        if last and last[0] >= step.start:
            draw.line((left, last[1], left, row), fill=INK, width=width)
        draw.line((left, row, right, row), fill=INK, width=width)
        last = step.end, row
    draw.rectangle((LEFT - 1, _SCORES[0] - 1, RIGHT, _SCORES[1] + 1), outline=INK)


def _height(score: float, shown: Timeline) -> int:
    """Row of a score. The thresholds lie at the thirds; within each third it is linear."""
    scores = [window.score for window in shown.windows] or [0.0]
    low, high = min(scores), max(scores)
    clear = shown.clear if shown.clear is not None else low
    alarm = max(shown.alarm if shown.alarm is not None else high, clear)
    band = max(alarm - clear, 1e-9)
    share = (
        1 + (score - alarm) / max(high - alarm, band) if score > alarm
        else (score - clear) / max(clear - low, band) if score < clear
        else (score - clear) / band
    )  # fmt: skip
    top, bottom = _SCORES
    return round(bottom - 4 - (bottom - top - 8) * (share + 1) / 3)


def _passage(image: Image, draw: ImageDraw, passage: Passage, seconds: float) -> None:
    """A bracket above the spectrogram with the mark, and the same stretch hatched in the side's strip."""
    left = _x(passage.start, seconds)
    right = max(_x(passage.end, seconds), left + 3)
    colour, row = (MACHINE if passage.side == "machine" else PERSON), _BRACKETS[passage.side]
    draw.line((left, row, right, row), fill=colour, width=5 if passage.sure else 2)
    draw.text(((left + right) / 2, row - 4), passage.mark, fill=colour, font=_font(), anchor="mb")
    for x in (left, right):
        draw.line((x, row, x, _TOP - 1), fill=colour, width=2)
        for at in range(_TOP, _BOTTOM, 8):  # light and dark by turns: seen on any loudness
            draw.line((x, at, x, at + 3), fill=colour)
            draw.line((x, at + 4, x, at + 7), fill=PAPER)
    top = (
        _SCORES[0] + (_THIRD * 2 if passage.side == "person" else 0) if passage.sure else _SCORES[0] + _THIRD
    )
    _hatch(image, (left, top, right, top + _THIRD), colour, passage)


def _hatch(image: Image, box: tuple[int, int, int, int], colour: Colour, passage: Passage) -> None:
    """Slanted lines, a machine's falling and a person's rising; close ones where the passage is sure."""
    import numpy as np
    from PIL import Image as images

    rows, columns = np.indices((box[3] - box[1], box[2] - box[0]))
    slant = columns - rows if passage.side == "machine" else columns + rows
    lines = slant % (6 if passage.sure else 14) < 2
    image.paste(colour, box, images.fromarray(np.where(lines, _TINT, 0).astype(np.uint8)))


def _time(draw: ImageDraw, seconds: float, words: dict[str, str]) -> None:
    row = _SCORES[1]
    _label(draw, words["time"], row + 15)
    for moment in ticks(seconds):
        x = _x(moment, seconds)
        draw.line((x, row + 1, x, row + 6), fill=INK)
        side = "l" if x < LEFT + 20 else "r" if x > RIGHT - 20 else "m"
        draw.text((x, row + 9), clock(moment).removesuffix(".0"), fill=INK, font=_font(), anchor=f"{side}t")


def _png(image: Image) -> bytes:
    """With a palette: a quarter of the size, and of the colours drawn only the softened edges change."""
    import numpy as np
    from PIL import Image as images

    pixels = np.asarray(image).astype(np.int64)
    found, places = np.unique(pixels @ (65536, 256, 1), return_inverse=True)
    palette = np.array(_palette(), np.int64)
    apart = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)[:, None] - palette
    nearest = (apart**2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    reduced = images.fromarray(nearest[places].reshape(pixels.shape[:2]), "L")
    reduced.putpalette(palette.astype(np.uint8).tobytes())
    out = io.BytesIO()
    reduced.save(out, "PNG", optimize=True)
    return out.getvalue()


def _palette() -> list[Colour]:
    """The colours named, and those between each of them and white, for softened edges and hatching."""
    between = [
        _mixed(colour, PAPER, part) for colour in (INK, MACHINE, PERSON) for part in range(15, 255, 10)
    ]
    hatched = [_mixed(colour, BAND, _TINT) for colour in (MACHINE, PERSON)]
    return [INK, PAPER, BAND, MACHINE, PERSON, _GRID, *scale(_STEPS), *between, *hatched]


def _mixed(colour: Colour, ground: Colour, part: int) -> Colour:
    red, green, blue = (
        round(g + (c - g) * part / 255) for c, g in zip(colour, ground, strict=True)
    )  # fmt: skip
    return red, green, blue
