"""Which disguises does a message wear in the robustness table?

Written apart from quivive.messages.normalise, from what senders do, so that the table can fail.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from texts import Message

_HOMOGLYPHS = str.maketrans("aceiopsxyABCEHKMOPTX", "асеіорѕхуАВСЕНКМОРТХ")
_LEET = str.maketrans("aeiost", "4310$7")
_PLAIN_LEET = str.maketrans("aeio", "4310")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|info|co|uk|in|tr|example|top|xyz)\b\S*"
)


def _outside_links(text: str, change: Callable[[str], str]) -> str:
    """Change what is no link: a link that was changed leads elsewhere."""
    pieces, done = [], 0
    for match in _LINK.finditer(text):
        pieces += [change(text[done : match.start()]), match.group()]
        done = match.end()
    return "".join([*pieces, change(text[done:])])


def homoglyphs(text: str) -> str:
    """Every Latin letter that has a Cyrillic double, replaced by it."""
    return _outside_links(text, lambda part: part.translate(_HOMOGLYPHS))


def some_homoglyphs(text: str) -> str:
    """Every other one."""
    draw = random.Random(text)
    return _outside_links(
        text, lambda part: "".join(c.translate(_HOMOGLYPHS) if draw.random() < 0.5 else c for c in part)
    )


def leet(text: str) -> str:
    """a e i o as digits."""
    return _outside_links(text, lambda part: part.translate(_PLAIN_LEET))


def heavy_leet(text: str) -> str:
    """s and t besides, s as a dollar sign."""
    return _outside_links(text, lambda part: part.translate(_LEET))


def zero_width(text: str) -> str:
    """A zero-width space after every other letter."""
    return _outside_links(text, lambda part: re.sub(r"(\w\w)(?=\w)", "\\1\u200b", part))


def spacing(text: str) -> str:
    """Half the words of four letters and more, and half the Chinese, written with gaps."""
    draw = random.Random(text)

    def apart(match: re.Match[str]) -> str:
        return " ".join(match.group()) if draw.random() < 0.5 else match.group()

    return _outside_links(text, lambda part: re.sub(r"[^\W\d_]{4,}", apart, part))


def dotted(text: str) -> str:
    """The same with dots."""
    draw = random.Random(text)

    def apart(match: re.Match[str]) -> str:
        return ".".join(match.group()) if draw.random() < 0.5 else match.group()

    return _outside_links(text, lambda part: re.sub(r"[^\W\d_]{4,}", apart, part))


def defanged(text: str) -> str:
    """Links made unclickable."""
    return _LINK.sub(lambda m: m.group().replace("http", "hxxp").replace(".", "[.]"), text)


def no_links(text: str) -> str:
    """Links taken out."""
    return _LINK.sub("", text)


ATTACKS: dict[str, Callable[[str], str]] = {
    "homoglyphs": homoglyphs,
    "homoglyphs, every other letter": some_homoglyphs,
    "leet (a e i o)": leet,
    "leet (a e i o s t)": heavy_leet,
    "zero-width": zero_width,
    "spacing": spacing,
    "dots": dotted,
    "defanged links": defanged,
    "links removed": no_links,
}


def changed(message: Message, change: Callable[[str], str]) -> Message:
    """The message with its text changed."""
    return Message(f"{message.id}/x", change(message.text), message.label, message.lang, message.channel,
                   message.kind, message.corpus, message.group)  # fmt: skip
