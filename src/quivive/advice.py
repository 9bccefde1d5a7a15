"""What is the next safe step? Chosen by the kinds of fraud that the findings speak for; texts are data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from quivive.model import Advice, Attention, Finding

MOST_TOPICS = 3
MOST_STEPS = 7
"""A frightened person reads no more."""


def advise(
    attention: Attention, findings: Sequence[Finding], language: str, country: str | None
) -> tuple[Advice, ...]:
    """The steps for what was found, most urgent first, each once; where to report comes last.

    'nothing-found' and 'could-not-look' get steps too: nothing found never reads as 'safe'.
    """
    if attention in ("nothing-found", "could-not-look"):
        return tuple(_step(code, attention, language) for code in _data()["attention"][attention])
    general: list[str] = _data()["topics"]["general"]
    steps: dict[str, Advice] = {}
    for topic in _topics(findings):
        for code in _data()["topics"][topic]:
            if len(steps) < MOST_STEPS - len(general):
                steps.setdefault(code, _step(code, topic, language))
    for code in general:
        steps.setdefault(code, _step(code, "general", language))
    report = _report_to(language, country)
    return (*steps.values(), *([report] if report else []))


def text_of(code: str, language: str, fallback: str) -> str:
    """The sentence of an advice code in a language; `fallback` for a code of another version."""
    if code.startswith("report-to/"):
        found = _report_to(language, code.partition("/")[2])
        return found.text if found else fallback
    texts = _data()["steps"].get(code)
    return _in(texts, language) if texts else fallback


def topics() -> frozenset[str]:
    """Kinds of fraud that advice exists for."""
    return frozenset(_data()["topics"])


def _topics(findings: Sequence[Finding]) -> list[str]:
    """Topics of the findings that call for attention; those that most findings speak for first."""
    counts: Counter[str] = Counter()
    for finding in findings:
        strength = {"fail": 3, "review": 1}.get(finding.kind, 0)
        for topic in finding.topics:
            counts[topic] += strength
    known = [topic for topic, count in counts.most_common() if count and topic in _data()["topics"]]
    return [topic for topic in known if topic != "general"][:MOST_TOPICS]


def _step(code: str, topic: str, language: str) -> Advice:
    return Advice(code, _in(_data()["steps"][code], language), topic)


def _report_to(language: str, country: str | None) -> Advice | None:
    place = _data()["report_to"].get((country or "").upper())
    if place is None:
        return None
    return Advice(f"report-to/{(country or '').upper()}", _in(place, language), "general")


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts["en"]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    import yaml

    text = resources.files("quivive").joinpath("advice.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return data
