"""`quivive voices link`: which of these recordings hold the same voice?"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quivive.errors import CouldNotLook, UsageError

if TYPE_CHECKING:
    from quivive.model import Observable
    from quivive.voices.speakers.encoder import Encoder

MOST = 500
"""Recordings compared with each other in one run."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--purpose", required=True, metavar="TEXT", help="What for: a voice is biometric data.")
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    required=True,
    help="The wheel of Resemblyzer 0.1.4; our own model tells people apart too badly to link calls.",
)
@click.option("--json", "as_json", is_flag=True, help="Voices (as observables) and links as JSON.")
def link(files: tuple[Path, ...], purpose: str, model: Path, as_json: bool) -> None:
    """Which recordings hold the same voice, a person's or a machine's? A hint to compare cases, no proof.

    Each channel with enough speech is one voice. benchmarks/voices_speakers.py says how often links are
    right.
    """
    if len(files) > MOST:
        raise click.UsageError(f"At most {MOST} recordings at once.")
    found, unheard = _voices(files, purpose, encoder_of(model))
    pairs = _links(found)
    if as_json:
        rows = [{"item": each.item, "type": each.type, "value": each.value} for each in found]
        body = {"purpose": purpose, "voices": rows, "links": pairs, "not_compared": unheard}
        return click.echo(json.dumps(body, indent=2, ensure_ascii=False))
    for one, other, near in pairs:
        click.echo(f"{one} and {other}: like one voice (likeness {near:.2f}).")
    if not pairs:
        click.echo("No two of these recordings hold voices that are like enough to link.")
    for line in unheard:
        click.echo(line, err=True)


def encoder_of(model: Path | None) -> Encoder:
    """Ours, or that of a file the user named."""
    from quivive.voices.speakers import encoder, resemblyzer

    return resemblyzer.load(model) if model else encoder.shipped()


def _voices(files: tuple[Path, ...], purpose: str, encoder: Encoder) -> tuple[list[Observable], list[str]]:
    """Every voice, and what to say of the recordings that hold none; one bad file stops nothing."""
    from quivive import config, intake
    from quivive.voices.speakers import linking
    from quivive.voices.speakers.hearing import heard

    found, unheard = [], []
    for path in files:
        try:
            voices = [
                each for each in heard(intake.read_file(path, config.load().limits), encoder) if each.voice
            ]
        except CouldNotLook as error:
            unheard.append(f"{path.name}: {error}")
            continue
        for each in voices:
            part = f", channel {each.channel}" if each.channels > 1 else ""
            assert each.voice is not None
            found.append(linking.observable(each.voice, purpose, f"{path.name}{part}"))
        if not voices:
            unheard.append(f"{path.name}: insufficient speech.")
    if not found:
        raise UsageError("None of the recordings holds enough speech to compare.")
    return found, unheard


def _links(found: list[Observable]) -> list[tuple[str, str, float]]:
    """Pairs that are near enough, nearest first."""
    from quivive.voices.speakers import linking

    pairs = [
        (one.item, other.item, linking.nearness(one.value, other.value) or 0.0)
        for one, other in combinations(found, 2)
        if linking.linked(one.value, other.value)
    ]
    return sorted(pairs, key=lambda each: -each[2])
