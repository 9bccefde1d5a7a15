"""Writes render/sentences/{de,es}/flag.yaml from the rules: run it when a flag is renamed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import yaml

from quivive.messages import rules

LANGUAGES = ("de", "es")


def file_of(language: str) -> Path:
    """Where the renderers read the flags' sentences in `language`."""
    return Path(str(files("quivive.render") / "sentences" / language / "flag.yaml"))


def content_of(language: str) -> str:
    """The file as it should be."""
    heading = "# Written by tests/messages/write_flag_sentences.py from the rules; do not edit.\n"
    return heading + yaml.safe_dump(
        rules.sentences(language), allow_unicode=True, width=10_000, sort_keys=True
    )


if __name__ == "__main__":
    for language in LANGUAGES:
        file_of(language).write_text(content_of(language), encoding="utf-8")
