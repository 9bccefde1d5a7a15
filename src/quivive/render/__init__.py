"""How is a report shown? One module per form; each reads Reports and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quivive.errors import NotFound
from quivive.model import Report

FORMS = ("text", "html", "json", "jsonl", "sarif", "csv")


def render(
    reports: Sequence[Report], form: str, language: str, sentences: Mapping[str, str], **options: Any
) -> str:
    """Reports in one of FORMS; `sentences` maps finding codes to the reader's language.

    Options: `verbose` (0-2) and `colour` for text. Raises NotFound for an unknown form.
    """
    from quivive.render.lang import translate

    if form not in FORMS:
        raise NotFound(f"There is no format '{form}'; there are {', '.join(FORMS)}.")
    translated = [translate(report, language, sentences) for report in reports]
    if form in ("json", "jsonl"):
        return _json(translated, form)
    if form == "text":
        from quivive.render import text

        return text.render(translated, language, options.get("verbose", 0), options.get("colour", False))
    if form == "html":
        from quivive.render import html

        return html.render(translated, language)
    if form == "sarif":
        from quivive.render import sarif

        return sarif.render(translated)
    from quivive.render import csv

    return csv.render(translated)


def _json(reports: Sequence[Report], form: str) -> str:
    from quivive import codec

    if form == "jsonl":
        return "".join(codec.dumps(report) + "\n" for report in reports)
    if len(reports) == 1:
        return codec.dumps(reports[0], indent=2) + "\n"
    return "[\n" + ",\n".join(codec.dumps(report, indent=2) for report in reports) + "\n]\n"
