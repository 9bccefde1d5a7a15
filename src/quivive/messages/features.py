"""Which n-grams does a message hold, and which words made them?

Links, addresses and numbers become classes first, so that a model learns that a short code was named, never
which: those are what differ between corpora and decades. Words and letters are then hashed in numpy;
everything is linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

BITS = 18
"""Each of the two hash tables has 2**BITS places."""
LONGEST = 12_000
"""Characters of a message that are looked at; the rest of a long mail seldom changes what it is."""

_ENDINGS = (
    "com|net|org|info|biz|top|xyz|shop|site|online|club|live|app|io|ly|me|co|cc|tk|ru|cn|in|uk|tr|de|fr|nl|es|it"
    "|pl|br|us|eu|ai|to|gl|gd|im|vip|icu|cyou|example|test"
)
_STOP = r"[^\s<>\"'）】]"
_LINK = (
    rf"(?:https?://|www\.){_STOP}+|(?<![@\w.-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_ENDINGS})\b(?:/{_STOP}*)?"
)
_BEFORE = r"[£$€₹₺¥₦₽₩฿]|\b(?:rs|inr|usd|eur|gbp|tl|us|aed|kr|zl|rm|kes|ksh)\b\.?"
_AFTER = r"[£$€₹₺¥₦₽₩฿元円]|(?:usd|eur|euros?|gbp|tl|inr|usdt|btc|zl|kr|rupees|dollars|pounds|lira)\b"
_LETTERS = r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f])+"
_KEY = r"(?<!\w)(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{20,}(?!\w)"
_KEYS = re.compile(_KEY, re.IGNORECASE)
_TOKEN = re.compile(
    rf"(?P<link>{_LINK})"
    rf"|(?P<key>{_KEY})"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*)"
    rf"|(?P<money>(?:{_BEFORE})\s?\d[\d.,]*[km]?\b|\d[\d.,]*+\s?(?:{_AFTER}))"
    r"|(?P<number>\+?\d(?:[\d,.:/()\-]|(?<=\d) (?=\d))*\d%?|\d%?)"
    rf"|(?P<word>{_LETTERS}(?:['’](?:[^\W\d_])+)?)"
    r"|(?P<mark>[!?*%&#=~|]+|\.{2,})"
)
LINK, MAIL, PHONE, CODE, NUMBER, MONEY, PERCENT, DATE = "\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008"
KEY = "\ue009"
"""A wallet, a transaction, an account: letters and digits that mean nothing, and must not read as words."""


@dataclass(frozen=True)
class Tokens:
    """A message as tokens: folded text, the span of each in the text that was tokenised, and its class."""

    texts: Sequence[str]
    spans: Sequence[tuple[int, int]]
    kinds: Sequence[str]


class _Fold(dict[int, str]):
    """Lower case without marks, one character for one (Turkish ı and İ become i, é becomes e)."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in "ıİ":
            folded = "i"
        elif code < 0x250 or 0x1E00 <= code < 0x1F00:
            folded = unicodedata.normalize("NFD", char)[0].lower()[0]
        else:
            folded = char.lower() if len(char.lower()) == 1 else char
        self[code] = folded
        return folded


_FOLD = _Fold()


def fold(text: str) -> str:
    """Lower case, no accents, same length."""
    return text.translate(_FOLD)


def tokenise(text: str) -> Tokens:
    """Split the (normalised) text; links, addresses and numbers become one-character classes."""
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    kinds: list[str] = []
    for match in _TOKEN.finditer(fold(text[:LONGEST])):
        kind = match.lastgroup or "word"
        texts.append(_class_of(kind, match.group()))
        spans.append(match.span())
        kinds.append(kind)
    return Tokens(texts, spans, kinds)


def shorten_keys(text: str) -> str:
    """The text with wallets, transactions and accounts cut to the four characters that tell their kind."""
    return _KEYS.sub(lambda match: match.group()[:4], text)


def _class_of(kind: str, text: str) -> str:
    if kind == "word":
        return text[:40]
    if kind == "number":
        return _number_class(text)
    if kind == "mark":
        return text[:3]
    return {"link": LINK, "key": KEY, "mail": MAIL, "money": MONEY}[kind]


def _number_class(text: str) -> str:
    """A telephone number, a code of 4-6 digits, a percentage, a date or time, or a number with its size."""
    digits = sum(c.isdigit() for c in text)
    if text.endswith("%"):
        return PERCENT
    if re.fullmatch(r"\d{1,4}[/.:-]\d{1,2}(?:[/.:-]\d{1,4})?", text):
        return DATE
    if digits >= 7:
        return PHONE
    if text.isdigit() and 4 <= digits <= 6:
        return CODE + str(digits)
    return NUMBER + ("1" if digits == 1 else "2" if digits == 2 else "3")


# --- hashed n-grams ---


@dataclass(frozen=True)
class Grams:
    """Places in the hash table of every n-gram, with repeats; the first and last token each one covers."""

    places: Ints
    first: Ints
    last: Ints


def word_grams(tokens: Tokens) -> Grams:
    """Single tokens and neighbouring pairs."""
    import numpy as np

    codes = np.array([zlib.crc32(t.encode("utf-8", "replace")) for t in tokens.texts], dtype=np.uint64)
    at = np.arange(len(codes), dtype=np.int64)
    pairs = (codes[:-1] * np.uint64(0x9E3779B97F4A7C15)) ^ (codes[1:] * np.uint64(0xC2B2AE3D27D4EB4F))
    places = _place(np.concatenate([codes, pairs]))
    return Grams(places, np.concatenate([at, at[:-1]]), np.concatenate([at, at[1:]]))


def letter_grams(tokens: Tokens, sizes: Sequence[int] = (2, 3, 4, 5)) -> Grams:
    """Runs of letters inside a token and over its edges; none reaches over a whole gap into two tokens."""
    import numpy as np

    joined = " " + " ".join(tokens.texts) + " "
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    gap = (codes == 32).astype(np.int64)
    token = np.minimum(np.cumsum(gap) - 1, max(len(tokens.texts) - 1, 0))
    gaps = np.concatenate([[0], np.cumsum(gap)])
    places, first = [], []
    for size in sizes:
        count = len(codes) - size + 1
        if count <= 0:
            continue
        rolling = np.zeros(count, dtype=np.uint64)
        for i in range(size):
            rolling = rolling * np.uint64(0x100000001B3) + codes[i : i + count]
        inner = gaps[size - 1 : size - 1 + count] - gaps[1 : 1 + count]
        keep = inner == 0
        keep &= ~((gap[:count] == 1) & (gap[size - 1 :] == 1) & (size == 2))
        places.append(_place(rolling[keep] + np.uint64(size)))
        first.append(token[:count][keep] + 0)
    if not places:
        empty = np.zeros(0, dtype=np.int64)
        return Grams(empty, empty, empty)
    at = np.concatenate(first)
    return Grams(np.concatenate(places), at, at)


def _place(codes: npt.NDArray[np.uint64]) -> Ints:
    """Mix the bits (the finaliser of splitmix64) and keep BITS of them."""
    import numpy as np

    mixed = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)
