"""How does a report speak the reader's language? Sentences are data: sentences/<language>/*.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from quivive import advice
from quivive.errors import BadConfig, NotFound
from quivive.model import Finding, Report


def languages() -> tuple[str, ...]:
    """Languages that reports can be read in."""
    return tuple(sorted(entry.name for entry in _root().iterdir() if entry.is_dir()))


@lru_cache(maxsize=16)
def sentences(language: str) -> Mapping[str, str]:
    """Finding code → sentence with {params}. Raises NotFound for a language without a folder."""
    return _read(language, ui=False)


@lru_cache(maxsize=16)
def labels(language: str) -> Mapping[str, str]:
    """Words of the report itself (headings, attention levels, kinds); English where one is missing."""
    return {**_read("en", ui=True), **_read(language, ui=True)}


def translate(report: Report, language: str, found: Mapping[str, str]) -> Report:
    """The report in `language`; a sentence that has no translation stays in English."""
    known = languages()
    if language not in known:
        raise NotFound(f"There is no language '{language}'; there are {', '.join(known)}.")
    if language == report.language and language == "en":
        return report
    steps = tuple(replace(a, text=advice.text_of(a.code, language, a.text)) for a in report.advice)
    findings = tuple(replace(f, message=say(f, found)) for f in report.findings)
    return replace(report, language=language, findings=findings, advice=steps)


def say(finding: Finding, found: Mapping[str, str]) -> str:
    """A finding's sentence from a catalogue, else its own."""
    try:
        return found[finding.code].format(**finding.params)
    except (KeyError, IndexError, ValueError):
        return finding.message


def _root() -> Traversable:
    return resources.files("quivive.render").joinpath("sentences")


def _read(language: str, *, ui: bool) -> dict[str, str]:
    import yaml

    folder = _root().joinpath(language)
    if not language.isalnum() or not folder.is_dir():
        raise NotFound(f"There is no language '{language}'; there are {', '.join(languages())}.")
    merged: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if (file.name == "ui.yaml") == ui and file.name.endswith(".yaml"):
            content = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}
            if not isinstance(content, dict):
                raise BadConfig(f"sentences/{language}/{file.name} is not a table of code and sentence.")
            merged |= content
    return merged
