"""What does the message say once tricks meant for filters are undone, and where did each letter stand?

Senders hide words from filters: `v3r1fy`, `f r e e`, `PаyPal` with a Cyrillic а, zero-width characters,
`hxxp://`. `normalise` undoes these and keeps for every character of the result its offset in the original,
so that a finding can quote the message as it was received. Text in its own script (Turkish dotless ı,
Cyrillic, Greek, Chinese, Persian with its zero-width non-joiners) and ordinary codes, numbers and links
stay as they are.

Each step takes and gives a `_Draft` and is linear in the length of the text. Lookalikes follow the idea of
Unicode UTS #39 (mixed-script confusables), restricted to letters that fool the eye at reading size.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Normalised:
    """A text without its tricks; `offsets[i]` is where character i stood (or began) in the original."""

    text: str
    offsets: Sequence[int]
    tricks: frozenset[str]
    source_length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters start..end of the result stand in the original (half-open)."""
        if end <= start:
            at = self.offsets[start] if start < len(self.offsets) else self.source_length
            return at, at
        after = self.offsets[end] if end < len(self.offsets) else self.source_length
        return self.offsets[start], max(self.offsets[end - 1] + 1, after)


@dataclass(frozen=True)
class _Draft:
    text: str
    offsets: Sequence[int]
    tricks: frozenset[str]


def normalise(text: str) -> Normalised:
    """Undo obfuscation. `tricks` names what was undone: bidi, defanged, homoglyphs, leet, spacing,
    stacked-marks, styled-letters, zero-width. Never fails; time is linear in the length."""
    draft = _Draft(text, range(len(text)), frozenset())
    steps = (_refang, _join_spaced, _undo_leet)
    for step in steps if text.isascii() else (_plain_characters, _fold_homoglyphs, *steps):
        draft = step(draft)
    return Normalised(draft.text, draft.offsets, draft.tricks, len(text))


# start, end, replacement, and which characters of the draft its characters stand for (None: the first)
_Edit = tuple[int, int, str, Sequence[int] | None]


def _apply(draft: _Draft, edits: Iterator[_Edit], trick: Callable[[_Edit], str | None]) -> _Draft:
    """The draft with non-overlapping, ordered edits made."""
    pieces: list[str] = []
    offsets: list[int] = []
    tricks = set(draft.tricks)
    done = 0
    for edit in edits:
        start, end, new, stands_for = edit
        pieces.append(draft.text[done:start])
        offsets.extend(draft.offsets[done:start])
        pieces.append(new)
        at = [start] * len(new) if stands_for is None else stands_for
        offsets.extend(draft.offsets[i] for i in at)
        name = trick(edit)
        if name:
            tricks.add(name)
        done = end
    if not pieces:
        return draft
    pieces.append(draft.text[done:])
    offsets.extend(draft.offsets[done:])
    return _Draft("".join(pieces), offsets, frozenset(tricks))


# --- characters: invisible ones, stacked marks, styled alphabets ---

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f"
)
_MARK = "\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe00-\ufe0f"
_CLUSTER = re.compile(f"[{_INVISIBLE}]+|[^\\x00-\\x7f][{_MARK}]*|[\\x00-\\x7f][{_MARK}]+")
_MARKS = re.compile(f"[{_MARK}]")
_JOINERS = frozenset("\u200c\u200d")
_OVERRIDES = frozenset("\u202d\u202e")


def _plain_characters(draft: _Draft) -> _Draft:
    """NFKC character by character, invisible characters dropped, at most two marks kept on a letter."""
    found: dict[int, str] = {}

    def edits() -> Iterator[_Edit]:
        for match in _CLUSTER.finditer(draft.text):
            start, end = match.span()
            new, trick = _plain_cluster(draft.text, start, end)
            if trick:
                found[start] = trick
            if new != match.group():
                yield start, end, new, None

    return _apply(draft, edits(), lambda edit: found.get(edit[0]))


def _plain_cluster(text: str, start: int, end: int) -> tuple[str, str | None]:
    cluster = text[start:end]
    first = cluster[0]
    if unicodedata.category(first) == "Cf" or first in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0":
        return _plain_invisible(text, start, end)
    if "\uff01" <= first <= "\uffee" and not first.isalnum() and _beside_cjk(text, start, end):
        return cluster, None  # ，：！ are how Chinese and Japanese are punctuated
    marks = _MARKS.findall(cluster[1:])
    stacked = len(marks) > 2
    kept = first + "".join(m for m in marks[:2] if not "\ufe00" <= m <= "\ufe0f") if not stacked else first
    plain = unicodedata.normalize("NFKC", kept)
    if stacked:
        return plain, "stacked-marks"
    return plain, "styled-letters" if _is_styled(first) else None


def _plain_invisible(text: str, start: int, end: int) -> tuple[str, str | None]:
    """Joiners stay where a script needs them; what stands inside a word of other scripts is a trick."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    run = text[start:end]
    if set(run) <= _JOINERS and (_needs_joiner(before) or _needs_joiner(after)):
        return run, None
    if set(run) & _OVERRIDES:
        return "", "bidi"
    # A soft hyphen marks where a long word may break: ordinary typesetting.
    return "", "zero-width" if before.isalnum() and after.isalnum() and run != "\u00ad" else None


def _needs_joiner(char: str) -> bool:
    """Arabic, Syriac and Indic scripts write with joiners; emoji sequences too."""
    return (
        "\u0600" <= char <= "\u0fff"
        or "\u1000" <= char <= "\u109f"
        or "\u1780" <= char <= "\u17ff"
        or ("\u2190" <= char <= "\u2bff" or char >= "\U0001f000")
    )


def _beside_cjk(text: str, start: int, end: int) -> bool:
    return any("\u3000" <= char <= "\u9fff" for char in text[max(start - 1, 0) : start] + text[end : end + 1])


def _is_styled(char: str) -> bool:
    """Mathematical, circled, squared, small-capital and the like alphabets used as a font."""
    return (
        "\U0001d400" <= char <= "\U0001d7ff"
        or "\u24b6" <= char <= "\u24e9"
        or "\U0001f110" <= char <= "\U0001f189"
        or ("\uff21" <= char <= "\uff5a" and unicodedata.category(char) in ("Lu", "Ll"))
    )


# --- letters of another script that look the same ---

_CYRILLIC = dict(
    zip("АВЕЅІЈКМНОРСТУХҮԚԜаеѕіјорсуԁԛԝһхѵӏкмтнвгҽ", "ABESIJKMHOPCTYXYQWaesijopcydqwhxvlkmthbre", strict=True)
)
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΆΈΉΊΌαεικνορτυχωάέίόύ", "ABEZHIKMNOPTYXAEHIOaeikvoptuxwaeiou", strict=True))
_ARMENIAN = dict(zip("ՏՍՕԼսոօհցզյ", "SUOLunohgqj", strict=True))
_CHEROKEE = dict(zip("ᎪᎫᎬᎳᎷᎻᏀᏂᏃᏄᏚᏞᏟᏢᏦᏴᏔᎡᎢᎠ", "AJEWMHGhZGSLCPKBWRTD", strict=True))
_PHONETIC = dict(zip("ɑɡɩɪʏʀɴʟʙɢʜᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜱꜰ", "agiiyrnlbghacdejkmoptuvwzsf", strict=True))
_TO_LATIN = {**_CYRILLIC, **_GREEK, **_ARMENIAN, **_CHEROKEE, **_PHONETIC}
_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in reversed(_CYRILLIC.items())}
_LOOKALIKE = re.compile(f"[{''.join(_TO_LATIN)}]")
_WORD = re.compile(r"[^\W_]+")
_OWN_LETTER = re.compile("[\u0370-\u058f\u13a0-\u13ff]")


def _fold_homoglyphs(draft: _Draft) -> _Draft:
    """Fold lookalikes inside mixed-script words, and whole words of lookalikes in an otherwise Latin text."""
    if not _LOOKALIKE.search(draft.text):
        return draft
    foreign_text = any(letter not in _TO_LATIN for letter in _OWN_LETTER.findall(draft.text))

    def edits() -> Iterator[_Edit]:
        for match in _WORD.finditer(draft.text):
            word = match.group()
            new = word if word.isascii() else _fold_word(word, foreign_text)
            if new != word:
                yield match.start(), match.end(), new, range(match.start(), match.end())

    if not foreign_text and not re.search("[A-Za-z]", draft.text):
        return draft  # a lone 'сорт' is a word, not a trick
    return _apply(draft, edits(), lambda _: "homoglyphs")


def _fold_word(word: str, foreign_text: bool) -> str:
    foreign = [c for c in word if _OWN_LETTER.match(c) or c in _PHONETIC]
    latin = [c for c in word if c.isascii() and c.isalpha()]
    if not foreign:
        return word
    to_latin = all(c in _TO_LATIN for c in foreign)
    if not foreign_text:
        return "".join(_TO_LATIN.get(c, c) for c in word) if to_latin else word
    if latin and all(c in _TO_CYRILLIC for c in latin) and not to_latin:
        return "".join(_TO_CYRILLIC.get(c, c) for c in word)
    # in a Cyrillic or Greek text a suffix may follow a Latin name; a lookalike between Latin letters is
    # a trick
    enclosed = len(latin) > 1 and any(
        a.isascii() and b in _TO_LATIN and c.isascii()
        for a, b, c in zip(word, word[1:], word[2:], strict=False)
    )
    return "".join(_TO_LATIN.get(c, c) for c in word) if to_latin and enclosed else word


# --- links made unclickable ---

_DEFANGED = re.compile(
    r"(?P<scheme>\bh(?:xx|\*\*|tt|XX)ps?)(?P<colon>\[?:\]?)(?P<slashes>//|\[//\]|\[/\]\[/\])"
    r"|(?P<dot>(?<=[\w-])\s?(?:\[\s?(?:\.|dot)\s?\]|\(\s?(?:\.|dot)\s?\)|\{\s?(?:\.|dot)\s?\}|\s\.\s|\sdot\s)\s?(?=[\w-]{2}))"
    r"|(?P<at>(?<=[\w-])\s?(?:\[\s?(?:@|at)\s?\]|\(\s?at\s?\)|\{\s?at\s?\})\s?(?=\w))",
    re.IGNORECASE,
)
_BARE_DOT = re.compile(
    r"(?:com|net|org|info|biz|top|xyz|shop|site|club|live|app|io|ly"
    r"|me|co|cc|tk|ru|cn|in|uk|tr|de|fr|example)\b",
    re.IGNORECASE,
)


def _refang(draft: _Draft) -> _Draft:
    """hxxp → http, [.] and (dot) → '.', [at] → '@'; a dot between spaces only before a top-level domain."""

    def edits() -> Iterator[_Edit]:
        for match in _DEFANGED.finditer(draft.text):
            new = _refanged(draft.text, match)
            if new is not None and new != match.group():
                yield match.start(), match.end(), new, None

    return _apply(draft, edits(), lambda _: "defanged")


def _refanged(text: str, match: re.Match[str]) -> str | None:
    if match["scheme"]:
        return ("https" if match["scheme"].lower().endswith("s") else "http") + "://"
    if match["at"]:
        return "@"
    bracketed = any(c in match["dot"] for c in "[({")
    return "." if bracketed or _BARE_DOT.match(text, match.end()) else None


# --- l e t t e r s   a p a r t ---

_LETTER = r"[^\W_]"
_SPACED = re.compile(
    rf"(?<![\w@]){_LETTER}(?P<sep>[ ._*|~\-])(?:{_LETTER}|[$@!])"
    rf"(?:(?P=sep)(?:{_LETTER}|[$@!])(?!\w))+(?![\w])"
    rf"|(?<![\w@]){_LETTER}(?:(?:[ ]|[ ]{{2,4}}){_LETTER}(?!\w)){{5,}}"
)
_CJK = re.compile("(?<=[\u3400-\u9fff\u3040-\u30ff]) (?=[\u3400-\u9fff\u3040-\u30ff])")
_CJK_RUN = re.compile("[\u3400-\u9fff\u3040-\u30ff](?: [\u3400-\u9fff\u3040-\u30ff]){3,}")


def _join_spaced(draft: _Draft) -> _Draft:
    """`f r e e` and `f.r.e.e` joined from four letters on; wider gaps in such a run stay as word gaps."""

    def edits() -> Iterator[_Edit]:
        for match in _SPACED.finditer(draft.text):
            yield from _joined(match)

    def cjk() -> Iterator[_Edit]:
        for match in _CJK_RUN.finditer(draft.text):
            kept = [i for i in range(*match.span()) if draft.text[i] != " "]
            yield match.start(), match.end(), match.group().replace(" ", ""), kept

    joined = _apply(draft, edits(), lambda _: "spacing")
    if joined.text.isascii():
        return joined
    draft = joined
    return _apply(draft, cjk(), lambda _: "spacing")


def _joined(match: re.Match[str]) -> Iterator[_Edit]:
    run, start = match.group(), match.start()
    letters = [c for c in run if c.isalpha()]
    if len(letters) < 4 or len(letters) * 3 < len([c for c in run if c.isalnum()]) * 2:
        return  # initials, dates and numbers written with gaps
    kept: list[int] = []
    new: list[str] = []
    for i, char in enumerate(run):
        inner_gap = char in " ._*|~-" and (not new or new[-1] != " ")
        wide_gap = char == " " and (i + 1 < len(run) and run[i + 1] == " ")
        if inner_gap and not wide_gap:
            continue
        if char == " " and new and new[-1] == " ":
            continue
        new.append(char)
        kept.append(start + i)
    yield start, match.end(), "".join(new), kept


# --- d1g1ts for letters ---

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l"}
_L = "A-Za-z\u00c0-\u024f\u0370-\u04ff"
_TOKEN = re.compile(rf"(?<![{_L}\d_@$.:/?=&%#+\-])[{_L}\d@$][{_L}\d_@$!|]*+(?![@$:/=&%#]|\.[{_L}\d])")
_INSIDE = re.compile(rf"[{_L}][013457$]{{1,2}}(?=[{_L}])|(?<![{_L}])[{_L}]{{1,2}}@(?=[{_L}])")
_MIXED = re.compile(rf"[{_L}][\d@$]|[\d@$][{_L}]")


def _undo_leet(draft: _Draft) -> _Draft:
    """Digits and signs standing for letters inside words.

    A lone capital code stays; two tricked words in a text make those that begin or end so count too."""
    if not _MIXED.search(draft.text):
        return draft
    tokens = [m for m in _TOKEN.finditer(draft.text) if _MIXED.search(m.group())]
    certain = {m.start() for m in tokens if _is_leet(m.group(), shout=False)}
    likely = certain | {m.start() for m in tokens if _is_leet(m.group(), shout=True)}
    bold = len(likely) >= 2
    fold = {m.start() for m in tokens if m.start() in certain or (bold and _may_be_leet(m.group()))}

    def edits() -> Iterator[_Edit]:
        for match in tokens:
            if match.start() in fold:
                core = match.group().rstrip("!|")
                at = range(match.start(), match.start() + len(core))
                yield at.start, at.stop, _unleet(core), at

    return _apply(draft, edits(), lambda _: "leet")


def _is_leet(word: str, *, shout: bool) -> bool:
    """A digit between letters, in a lower-case or capitalised word of 3 letters or (shout) capitals of 4."""
    letters = [c for c in word if c.isalpha()]
    case = all(c.isupper() for c in letters) if shout else all(c.islower() for c in letters[1:])
    hexadecimal = all(c in "abcdefABCDEF" for c in letters)
    enough = len(letters) >= (4 if shout else 3)
    return (
        len(word) <= 24
        and enough
        and case
        and not hexadecimal
        and bool(_INSIDE.search(word))
        and _only_leet_digits(word)
    )


def _may_be_leet(word: str) -> bool:
    letters = sum(c.isalpha() for c in word)
    return letters * 2 >= len(word.rstrip("!|")) - 1 and letters >= 1 and _only_leet_digits(word)


def _only_leet_digits(word: str) -> bool:
    return all(c.isalpha() or c in _LEET for c in word) and not re.search(r"[013457]{3}", word)


def _unleet(word: str) -> str:
    shouting = sum(c.isupper() for c in word) > 1 and not any(c.islower() for c in word)
    plain = "".join(_LEET.get(c, c) for c in word.replace("11", "ll"))
    return plain.upper() if shouting else plain
