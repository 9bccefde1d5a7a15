"""What do the files of red flags say?

The flags are data: one file each in `rules/`, with its wording in several languages and the examples that
test it. To work on one flag, write `rules/<code>.yaml` and run only its tests:

    pytest tests/messages/test_rules.py -k gift-card-payment            one flag, all languages
    pytest tests/messages/test_rules.py -k gift-card-payment-tr         one flag in Turkish

How patterns read: RE2 syntax (linear time, no look-around) against the *folded* text: tricks undone, lower
case, accents dropped (Turkish dotless i too), traditional characters simplified, white space squeezed, and
each sentence on a line of its own, so that `.` and `{gap}` end with the sentence and `\\s` may cross into the
next. Patterns are folded alike: write `código`, `überweis` (which also matches `ueberweis`) or `Straße` as
usual; `\\b` and `\\w` then work on accented words. `{name}` inserts a fragment of `rules/vocabulary/`;
`{gap}` stands for up to six words in between within the sentence and `{far}` for up to fourteen across
sentences, both with the spaces around them. A hit whose sentence also matches `unless`, in any language, is
none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from quivive.errors import BadConfig
from quivive.messages.folding import Folding
from quivive.model import Kind

KINDS = ("fail", "review", "informational")
TOPICS = frozenset(
    {"investment", "crypto", "romance", "relative", "bank", "authority", "delivery", "account", "job",
     "prize", "refund", "recovery", "sextortion", "tech-support", "invoice", "marketplace", "loan", "charity",
     "money-mule", "payment", "general"}
)  # fmt: skip
READERS = ("en", "de", "es")
"""Languages in which every flag is named and explained."""


@dataclass(frozen=True)
class Wording:
    """How a flag sounds in one language; `positives` and `near_misses` are its tests."""

    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    positives: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One red flag: what it is called, why it matters, who says so and how it is worded."""

    code: str
    kind: Kind
    topics: tuple[str, ...]
    name: Mapping[str, str]
    explanation: Mapping[str, str]
    sources: tuple[str, ...]
    languages: Mapping[str, Wording]

    def sentence(self, language: str = "en") -> str:
        """Name and explanation in the reader's language, English where there is none."""
        return f"{self.name.get(language, self.name['en'])}: " + self.explanation.get(
            language, self.explanation["en"]
        )


@dataclass(frozen=True)
class Rulebook:
    """All rules in the order of their codes, the vocabulary by language, and the hash of all files."""

    rules: tuple[Rule, ...]
    vocabulary: Mapping[str, Mapping[str, str]]
    sha256: str


def read() -> Rulebook:
    """The rules and vocabulary that ship. Raises BadConfig naming file and place."""
    folder = files("quivive.messages") / "rules"
    rules, words = _texts(folder), _texts(folder / "vocabulary")
    digest = sha256("".join(text for _, text in rules + words).encode()).hexdigest()
    return Rulebook(
        tuple(read_rule(name, parse(name, text)) for name, text in rules), _vocabulary(words), digest
    )


def _texts(folder: Any) -> list[tuple[str, str]]:
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return [(f.name, f.read_text(encoding="utf-8")) for f in found]


_GAPS = {  # a clitic or punctuation, the words in between, then a quote or an elided article (l'argent)
    "gap": r"(?:-\w+)?[,:;)\"'-]{0,2}(?: [^ \n]+){0,6} (?:[\"'(]|\w{1,5}')?",
    "far": r"(?:-\w+)?[,:;.!?)\"'-]{0,3}(?:\s[^\s]+){0,14}\s(?:[\"'(]|\w{1,5}')?",
}
_GAPS_WITHOUT_SPACES = {"gap": r"[^\n]{0,12}", "far": r"[\s\S]{0,40}"}
_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_PIECE = re.compile(r"\\.|[^\\]+", re.DOTALL)


def ready(pattern: str, language: str, words: Mapping[str, str], table: Folding, place: str) -> str:
    """The pattern with its fragments filled in and folded like the text."""

    def fragment(found: re.Match[str]) -> str:
        try:
            return f"(?:{words[found[1]]})"
        except KeyError as error:
            raise BadConfig(f"No fragment {{{found[1]}}} in the vocabulary: {place}: {pattern}.") from error

    words = {**words, **(_GAPS_WITHOUT_SPACES if language == "zh" else _GAPS)}
    pattern = re.sub(r" ?(\{(?:gap|far)\}) ?", r"\1", pattern)
    for _ in range(4):
        pattern = _FRAGMENT.sub(fragment, pattern)
        if not _FRAGMENT.search(pattern):
            return _PIECE.sub(lambda piece: _fold_piece(piece[0], language, table), pattern)
    raise BadConfig(f"Vocabulary fragments refer to each other in a circle: {place}: {pattern}.")


_GERMAN = (("ä", "ae?"), ("ö", "oe?"), ("ü", "ue?"), ("ss", "ss?"), ("ß", "ss?"))


def _fold_piece(piece: str, language: str, table: Folding) -> str:
    """Fold a piece of a pattern; in German also allow ae, oe, ue for umlauts and one s for ß."""
    if piece.startswith("\\"):
        return piece
    if language == "de":
        piece = piece.lower()
        for letter, either in _GERMAN:
            piece = piece.replace(letter, either)
    return piece.translate(table)


def _vocabulary(texts: list[tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """Language → fragment → alternation, from `<language>.yaml` and `<language>_<theme>.yaml`."""
    merged: dict[str, dict[str, str]] = {}
    for name, text in texts:
        words = parse(f"vocabulary/{name}", text)
        own = merged.setdefault(name.removesuffix(".yaml").split("_")[0], {})
        twice = own.keys() & words.keys()
        if twice:
            raise BadConfig(f"vocabulary/{name} defines {sorted(twice)[0]} a second time.")
        own.update({word: str(words[word]) for word in words})
    return merged


def parse(name: str, text: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise BadConfig(f"rules/{name} is not YAML: {error}.") from error
    if not isinstance(value, dict):
        raise BadConfig(f"rules/{name} does not hold a mapping.")
    return value


def read_rule(name: str, value: dict[str, Any]) -> Rule:
    """A rule from its file. Raises BadConfig where a part is missing or of the wrong kind."""
    try:
        wordings = {
            language: Wording(**{part: _strings(texts) for part, texts in parts.items()})
            for language, parts in value["languages"].items()
        }
        rule = Rule(
            str(value["code"]), value["kind"], _strings(value["topics"]), dict(value["name"]),
            dict(value["explanation"]), _strings(value["sources"]), wordings,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadConfig(f"rules/{name}: missing, unknown or misplaced part: {error}.") from error
    wrong = (
        f"code must be {name.removesuffix('.yaml')}" if rule.code + ".yaml" != name
        else f"kind must be one of {', '.join(KINDS)}" if rule.kind not in KINDS
        else f"unknown topic in {', '.join(rule.topics)}" if not set(rule.topics) <= TOPICS
        else "name or explanation lacks en" if not ("en" in rule.name and "en" in rule.explanation)
        else None
    )  # fmt: skip
    if wrong:
        raise BadConfig(f"rules/{name}: {wrong}.")
    return rule


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise TypeError(f"expected a list of strings, not {str(value)[:60]!r}")
    return tuple(value)
