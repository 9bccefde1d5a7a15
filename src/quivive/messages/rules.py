"""Which red flags of fraud does a text raise?

The flags are data: see `rulebook.py`.

All languages are tried on every text: scams mix them, and short texts defeat language guessers. RE2's
`FilteredRE2` finds in one pass which patterns have all their required words, so only those few are run. One
filter a language: the states of a single one, or of an RE2 set of all patterns, outgrow RE2's memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any

from quivive.errors import BadConfig, TooLarge
from quivive.messages import rulebook
from quivive.messages.folding import Folded, Folding, fold
from quivive.messages.normalise import Normalised, normalise
from quivive.messages.rulebook import Rule, Rulebook, ready
from quivive.model import Context, Finding, Item, Source, Subject, Where, finding

RULES_DATE = "2026-11-22"
LONGEST = 60_000
"""Characters of a text that are searched: what a person reads stands before that."""
MOST_HITS = 50
"""Hits of one flag that are counted."""


@dataclass(frozen=True)
class Match:
    """A flag raised: its first hit at characters [start, end) of the original, and how many hits in all."""

    rule: Rule
    language: str
    start: int
    end: int
    hits: int


def all_rules() -> tuple[Rule, ...]:
    """Every flag, in the order of the codes. Raises BadConfig naming file and place."""
    return _library().rules


def languages() -> frozenset[str]:
    """Languages in which at least one flag is worded."""
    return frozenset(language for rule in all_rules() for language in rule.languages)


def sentences(language: str) -> dict[str, str]:
    """Finding code → sentence in the reader's language, for the renderers' `flag.yaml`."""
    own = {f"flag/{rule.code}": _literal(rule.sentence(language)) for rule in all_rules()}
    return {**own, "flag/obfuscation": _OBFUSCATION[language]}


def match(text: str) -> tuple[Match, ...]:
    """The flags that `text` raises, in the order of their first hits; bounded by LONGEST characters."""
    return _match(normalise(text[:LONGEST]))


class _Codes(Mapping[str, str]):
    """Every flag's code and English sentence; the rules are read when the first is asked for."""

    @cached_property
    def _sentences(self) -> Mapping[str, str]:
        return sentences("en")

    def __getitem__(self, code: str) -> str:
        return self._sentences[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


class RedFlags:
    """Wording that fraud has and honest messages hardly ever have."""

    name = "messages.flags"
    version = "1"
    accepts = frozenset({"text/plain"})
    online = False

    def __init__(self) -> None:
        self.codes: Mapping[str, str] = _Codes()

    def sources(self) -> tuple[Source, ...]:
        return (Source("red flag rules", RULES_DATE, _library().sha256, "Apache-2.0"),)

    def examine(self, subject: Subject, context: Context) -> Iterator[Finding]:
        if not isinstance(subject, Item) or not subject.text:
            return
        text = subject.text[:LONGEST]
        plain = normalise(text)
        yield from self._obfuscation(subject, text, plain)
        for hit in _match(plain):
            yield finding(
                self,
                f"flag/{hit.rule.code}",
                hit.rule.kind,
                subject,
                params={"hits": hit.hits, "language": hit.language},
                where=Where(hit.start, hit.end, text[hit.start : hit.end]),
                references=hit.rule.sources,
                topics=hit.rule.topics,
            )
        if len(subject.text) > LONGEST:
            raise TooLarge(f"Only the first {LONGEST} characters were searched for red flags.")

    def _obfuscation(self, item: Item, text: str, plain: Normalised) -> Iterator[Finding]:
        tricks = plain.tricks - {"defanged"}  # analysts defang links as well as senders do
        if tricks:
            start, end = _tricked_word(text, plain)
            yield finding(
                self,
                "flag/obfuscation",
                "review",
                item,
                params={"tricks": ", ".join(sorted(tricks))},
                where=Where(start, end, text[start:end]),
                topics=("general",),
            )


DETECTORS = (RedFlags,)

_OBFUSCATION = {
    "en": "Disguised writing: words are written so that filters do not recognise them ({tricks}). "
    "Honest senders have nothing to hide from a spam filter.",
    "de": "Getarnte Schrift: Wörter sind so geschrieben, dass Filter sie nicht erkennen ({tricks}). "
    "Ehrliche Absender haben vor einem Spamfilter nichts zu verbergen.",
    "es": "Escritura disfrazada: hay palabras escritas para que los filtros no las reconozcan ({tricks}). "
    "Un remitente honrado no tiene nada que ocultar a un filtro.",
}


def _literal(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")


def _tricked_word(text: str, plain: Normalised) -> tuple[int, int]:
    """The first place where the normalised text differs from the original, widened to the word."""
    at = next(
        (
            i
            for i, (char, offset) in enumerate(zip(plain.text, plain.offsets, strict=True))
            if char != text[offset] or (i and offset > plain.offsets[i - 1] + 1)
        ),
        0,
    )
    start = plain.text.rfind(" ", 0, at) + 1
    end = min(n for n in (plain.text.find(" ", at + 1), start + 60, len(plain.text)) if n > at)
    return plain.span(start, end)


# --- matching ---


@dataclass(frozen=True)
class _Language:
    """One language's patterns, compiled; `owners[i]` is the rule of pattern number i."""

    code: str
    patterns: Any
    owners: tuple[Rule, ...]


@dataclass(frozen=True)
class _Library:
    """All flags, compiled; `unless` holds the exceptions of a rule in all languages."""

    rules: tuple[Rule, ...]
    sha256: str
    languages: tuple[_Language, ...]
    unless: Mapping[str, Any]
    table: Folding = field(default_factory=Folding)


_Hit = tuple[int, int, str]
"""Byte span in the folded text, language."""


def _match(plain: Normalised) -> tuple[Match, ...]:
    library = _library()
    folded = fold(plain.text, library.table)
    raw = folded.text.encode("utf-8", "replace")
    hits: dict[str, list[_Hit]] = {}
    for language in library.languages:
        for number in language.patterns.Match(raw, True) or ():
            rule = language.owners[number]
            found = hits.setdefault(rule.code, [])
            spans = _spans(
                language.patterns.re(number), library.unless.get(rule.code), raw, MOST_HITS - len(found)
            )
            found += [(start, end, language.code) for start, end in spans]
    by_code = {rule.code: rule for rule in library.rules}
    matches = [_as_match(by_code[code], found, raw, folded, plain) for code, found in hits.items() if found]
    return tuple(sorted(matches, key=lambda m: (m.start, m.rule.code)))


def _spans(pattern: Any, unless: Any, raw: bytes, most: int) -> Iterator[tuple[int, int]]:
    """Byte spans where `pattern` holds and no exception does; at most `most` are tried."""
    at = 0
    for _ in range(most):
        hit = pattern.search(raw, at)
        if not hit:
            return
        start, end = hit.span()
        if not (unless and unless.search(_sentence(raw, start, end))):
            yield start, end
        at = max(end, start + 1)


def _sentence(raw: bytes, start: int, end: int, reach: int = 400) -> bytes:
    """The line or lines of a hit, at most `reach` bytes to either side."""
    low = max(raw.rfind(b"\n", max(start - reach, 0), start) + 1, start - reach, 0)
    high = raw.find(b"\n", end, end + reach)
    return raw[low : high if high >= 0 else end + reach]


def _as_match(rule: Rule, found: list[_Hit], raw: bytes, folded: Folded, plain: Normalised) -> Match:
    """The earliest and longest hit, in characters of the original. Overlapping hits count once."""
    ordered = sorted(found, key=lambda hit: (hit[0], -hit[1]))
    count, reached = 0, -1
    for start, end, _ in ordered:
        count += start >= reached
        reached = max(reached, end)
    start, end, language = ordered[0]
    low = len(raw[:start].decode("utf-8", "ignore"))
    high = low + len(raw[start:end].decode("utf-8", "ignore"))
    first, last = folded.offsets[low], folded.offsets[high - 1] + 1
    return Match(rule, language, *plain.span(*_whole_words(plain.text, first, last)), count)


def _whole_words(text: str, start: int, end: int, reach: int = 30) -> tuple[int, int]:
    """The span widened to the ends of its words: a quote that stops inside a word or link reads badly."""
    while (
        end < len(text) and reach and text[end - 1].isalnum() and text[end].isalnum() and text[end].isascii()
    ):
        end, reach = end + 1, reach - 1
    while start and reach and text[start].isalnum() and text[start - 1].isalnum() and text[start].isascii():
        start, reach = start - 1, reach - 1
    return start, end


@lru_cache(maxsize=1)
def _library() -> _Library:
    """All rules that ship, read and compiled once a process."""
    return compile_rules(rulebook.read())


def compile_rules(book: Rulebook) -> _Library:
    """The rules ready for matching. Raises BadConfig naming a pattern that does not read."""
    import re2

    table = Folding()
    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.max_mem = 2 << 20  # a pattern; thousands of them share the memory
    exceptions: dict[str, list[str]] = {}
    compiled: list[_Language] = []
    for language in sorted({language for rule in book.rules for language in rule.languages}):
        fill = partial(ready, language=language, words=book.vocabulary.get(language, {}), table=table)
        patterns, owners = re2.Filter(), []
        for rule in (rule for rule in book.rules if language in rule.languages):
            place, wording = f"{rule.code}.yaml, {language}", rule.languages[language]
            for pattern in wording.patterns:
                _add(re2, patterns, fill(pattern, place=place), options, f"{place}: {pattern}")
                owners.append(rule)
            exceptions.setdefault(rule.code, []).extend(fill(p, place=place) for p in wording.unless)
        patterns.Compile()
        compiled.append(_Language(language, patterns, tuple(owners)))
    unless = {
        code: _add(re2, re2.Filter(), "|".join(some), options, f"{code}.yaml, unless")
        for code, some in exceptions.items()
        if some
    }
    return _Library(book.rules, book.sha256, tuple(compiled), unless, table)


def _add(re2: Any, patterns: Any, pattern: str, options: Any, place: str) -> Any:
    """Add a pattern to the filter; gives it compiled."""
    try:
        compiled = patterns.re(patterns.Add(pattern.encode(), options))
    except re2.error as error:
        raise BadConfig(f"A red flag's pattern does not read: {place}.") from error
    if compiled.search(b""):
        raise BadConfig(f"A red flag's pattern matches empty text: {place}.")
    return compiled
