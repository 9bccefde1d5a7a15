"""How is a name written in plain Latin letters, as in the machine-readable lines of a passport?

ICAO Doc 9303 part 3, section 6, gives the letters that are not only a letter with a mark; marks are left out.
Names in other scripts are not transcribed: their bearers' passports say how they are written.
"""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {
        "ä": "ae", "Ä": "Ae", "ö": "oe", "Ö": "Oe", "ü": "ue", "Ü": "Ue", "ß": "ss", "ẞ": "SS",
        "å": "aa", "Å": "Aa", "æ": "ae", "Æ": "Ae", "ø": "oe", "Ø": "Oe", "œ": "oe", "Œ": "Oe",
        "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i",
        "ł": "l", "Ł": "L", "ŋ": "n", "Ŋ": "N", "ĸ": "q", "ŧ": "t", "Ŧ": "T", "ĳ": "ij", "Ĳ": "Ij",
        "’": "'", "ʼ": "'", "‘": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "\u00a0": " ",
    }
)  # fmt: skip


def plain_name(text: str) -> str:
    """The name in ASCII. Raises ValueError where letters are left that have no such form."""
    composed = unicodedata.normalize("NFC", text).translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(c))
    if not bare.isascii():
        left = next(char for char in bare if not char.isascii())
        raise ValueError(f"has letters with no plain Latin form ('{left}'): write it as the passport does")
    return bare
