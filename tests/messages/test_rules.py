"""Does every red flag catch its examples, spare what comes close, and quote the message as received?"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import pytest
import yaml

from quivive.errors import BadConfig
from quivive.intake import take
from quivive.messages import rules
from quivive.messages.rulebook import READERS, TOPICS, Rule, Rulebook, parse, read_rule
from quivive.messages.rules import RedFlags, all_rules, compile_rules, match
from quivive.model import Context, Finding

CONTEXT = Context(now=datetime(2026, 1, 2, tzinfo=UTC))
EXPECTED_LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "tr", "zh"}


def examine(text: str) -> list[Finding]:
    return list(RedFlags().examine(take(text.encode(), "m.txt", "text/plain"), CONTEXT))


@cache
def raised(text: str) -> frozenset[str]:
    return frozenset(hit.rule.code for hit in match(text))


def _examples(part: str) -> list[object]:
    return list(_each_example(part))


def _each_example(part: str) -> Iterator[object]:
    for rule in all_rules():
        for language, wording in rule.languages.items():
            for number, text in enumerate(getattr(wording, part), 1):
                yield pytest.param(rule, text, id=f"{rule.code}-{language}-{number}")


each_rule = pytest.mark.parametrize("rule", [pytest.param(r, id=r.code) for r in all_rules()])


@pytest.mark.parametrize(("rule", "text"), _examples("positives"))
def test_it_raises_the_flag(rule: Rule, text: str) -> None:
    assert rule.code in raised(text), text


@pytest.mark.parametrize(("rule", "text"), _examples("near_misses"))
def test_it_spares_what_comes_close(rule: Rule, text: str) -> None:
    hits = [text[m.start : m.end] for m in match(text) if m.rule.code == rule.code]
    assert not hits, text


@each_rule
def test_each_language_has_three_examples_and_three_near_misses(rule: Rule) -> None:
    for language, wording in rule.languages.items():
        assert len(set(wording.positives)) >= 3, language
        assert len(set(wording.near_misses)) >= 3, language
        assert wording.patterns, language


@each_rule
def test_each_flag_speaks_at_least_eight_languages(rule: Rule) -> None:
    assert len(rule.languages) >= 8
    assert rule.languages.keys() <= EXPECTED_LANGUAGES


@each_rule
def test_each_flag_is_named_explained_and_sourced(rule: Rule) -> None:
    for language in READERS:
        assert rule.name[language].strip()
        assert rule.explanation[language].strip().endswith((".", "!"))
    assert rule.topics
    assert set(rule.topics) <= TOPICS
    assert rule.sources
    assert all(re.search(r"https?://\S+\.\S+", s) for s in rule.sources)


@each_rule
def test_examples_are_worded_apart_from_the_patterns(rule: Rule) -> None:
    for wording in rule.languages.values():
        plain = [re.sub(r"[^\w ]", "", pattern).casefold() for pattern in wording.patterns]
        for text in wording.positives:
            for run in _runs(text):
                assert not any(run in pattern for pattern in plain), run


def _runs(text: str) -> Iterator[str]:
    """Runs of five words, or of eight characters where words are not spaced."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < len(text) / 12:
        letters = "".join(words)
        yield from (letters[i : i + 8] for i in range(len(letters) - 7))
    yield from (" ".join(words[i : i + 5]) for i in range(len(words) - 4))


def test_there_are_at_least_forty_flags() -> None:
    assert len(all_rules()) >= 40


def test_every_language_of_the_house_is_spoken() -> None:
    assert rules.languages() == EXPECTED_LANGUAGES


SCAM = "Hello. You must buy Apple gift cards and send me the codes today, it is for the CEO."


def test_a_finding_quotes_the_message_as_received() -> None:
    disguised = "Hello 👋.\n\nYou must  buy Apple g\u200bift c\u0430rds\nand send me the codes today."
    flags = {f.code: f for f in examine(disguised)}
    where = flags["flag/gift-card-payment"].where
    assert where
    assert where.start is not None
    assert disguised[where.start : where.end] == where.quote
    assert "g\u200bift c\u0430rds" in where.quote


def test_disguised_writing_is_itself_a_flag_and_quoted() -> None:
    [flag] = [f for f in examine("Please v3r1fy your acc0unt now") if f.code == "flag/obfuscation"]
    assert flag.kind == "review"
    assert "leet" in flag.message
    assert flag.where
    assert flag.where.quote == "v3r1fy"
    assert not [f for f in examine("Please verify your account now") if f.code == "flag/obfuscation"]


def test_a_finding_carries_sentence_topics_and_sources_of_its_rule() -> None:
    [flag] = [f for f in examine(SCAM) if f.code == "flag/gift-card-payment"]
    [rule] = [r for r in all_rules() if r.code == "gift-card-payment"]
    assert flag.message == f"{rule.name['en']}: {rule.explanation['en']}"
    assert flag.topics == rule.topics
    assert flag.references == rule.sources
    assert flag.kind == rule.kind


@pytest.mark.parametrize("language", ["de", "es"])
def test_renderers_know_the_sentences_of_the_rules(language: str) -> None:
    written = files("quivive.render") / "sentences" / language / "flag.yaml"
    told = yaml.safe_load(written.read_text(encoding="utf-8"))
    assert told == rules.sentences(language), "run python tests/messages/write_flag_sentences.py"


def test_repeated_hits_are_one_finding_that_counts_them() -> None:
    [flag] = [f for f in examine((SCAM + "\n\n") * 3) if f.code == "flag/gift-card-payment"]
    assert flag.params["hits"] == "3"


def test_an_empty_or_harmless_text_raises_nothing() -> None:
    assert examine("") == []
    assert examine("See you at seven, bring the salad!") == []


def test_capitals_accents_and_umlauts_do_not_matter() -> None:
    text = "Bitte kaufen Sie Gutscheinkarten für den Chef und schicken Sie mir die Codes"
    plain = text.replace("ü", "ue")
    assert {"gift-card-payment"} <= raised(text) & raised(plain) & raised(text.upper())


def test_traditional_characters_match_simplified_patterns() -> None:
    assert "gift-card-payment" in raised("請購買禮品卡並把卡號發給我")


def _words_of_patterns() -> str:
    """Every word that a pattern requires: all prefilters fire at once."""
    words = (re.findall(r"\w{3,}", p) for r in all_rules() for w in r.languages.values() for p in w.patterns)
    return " ".join(word for some in words for word in some)


@pytest.mark.parametrize(
    "unit",
    ["buy gift card ", "a", " ", "\n", "pay me ", "!? ", "买礼品卡", "\U0001f600", "\ud800", "{gap}"],
)
def test_hostile_repetition_takes_bounded_time(unit: str) -> None:
    began = time.perf_counter()
    match(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - began < 10


def test_a_text_of_all_trigger_words_takes_bounded_time() -> None:
    began = time.perf_counter()
    match(_words_of_patterns() * 20)
    assert time.perf_counter() - began < 30


def _bad(value: dict[str, object], **change: object) -> dict[str, object]:
    return {**value, **change}


GOOD: dict[str, object] = {
    "code": "x", "kind": "fail", "topics": ["payment"], "name": {"en": "X"}, "explanation": {"en": "Why."},
    "sources": ["https://example.org"], "languages": {"en": {"patterns": ["pay {gap} now"]}},
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"code": "y"},
        {"kind": "maybe"},
        {"topics": ["weather"]},
        {"topics": "payment"},
        {"name": {"de": "X"}},
        {"languages": {"en": {"patterns": "pay"}}},
        {"languages": {"en": {"pattern": ["pay"]}}},
        {"languages": []},
    ],
)
def test_a_wrong_rule_file_is_named(change: dict[str, object]) -> None:
    assert read_rule("x.yaml", dict(GOOD)).code == "x"
    with pytest.raises(BadConfig, match=r"x\.yaml"):
        read_rule("x.yaml", _bad(GOOD, **change))


@pytest.mark.parametrize("pattern", ["(pay", "{nosuchword} now", "(?=pay)", "(?:pay)?", "{loop}"])
def test_a_wrong_pattern_is_named_with_its_place(pattern: str) -> None:
    rule = read_rule("x.yaml", _bad(GOOD, languages={"en": {"patterns": [pattern]}}))
    with pytest.raises(BadConfig, match=r"x\.yaml, en"):
        compile_rules(Rulebook((rule,), {"en": {"loop": "{loop}"}}, ""))


def test_a_file_that_is_no_yaml_is_named() -> None:
    with pytest.raises(BadConfig, match=r"rules/x\.yaml"):
        parse("x.yaml", "a: [")
    with pytest.raises(BadConfig, match=r"rules/x\.yaml"):
        parse("x.yaml", "- a")
