"""What do the engines say?

Our own sentences, one a line, in sentences/<language>.txt: bank, delivery, family, small talk, news,
prose."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "sentences"
WIDE = ("ja", "zh")
"""Languages whose writing needs about a third of the characters."""


@cache
def sentences(language: str) -> tuple[str, ...]:
    """All sentences in a language, by its two letters."""
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line)


def text(language: str, rng: np.random.Generator, characters: int = 75) -> str:
    """One sentence, or two where the first is shorter than `characters`: some 4 to 12 seconds."""
    wanted = characters // 3 if language in WIDE else characters
    first, second = rng.choice(len(sentences(language)), 2, replace=False)
    said = sentences(language)[int(first)]
    if len(said) >= wanted:
        return said
    return f"{said}{'' if language in WIDE else ' '}{sentences(language)[int(second)]}"
