"""What is a model of synthetic pictures worth, in a table that a researcher can read aloud?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quivive import __version__
from quivive.errors import NotFound, UsageError
from quivive.intake import read_file

if TYPE_CHECKING:
    from quivive.media.score.card import Card
    from quivive.media.score.measure import Worth

_PASSED = "It reaches the bar."
_HEAD = f"  {'':12}{'AUC':>7}{'Cllr':>7}{'false alarms':>14}{'recall':>9}"


def measured(model: Path, pictures: Path, description: Path, output: Path) -> tuple[str, bool]:
    """The figures as text, and whether they reach the bar; the card is written to `output`."""
    from quivive.media.score import card, contract, measure

    scorer = contract.Scorer(contract.description(_text(description)), read_file(model))
    when = f"{datetime.now(UTC).date().isoformat()}, quivive {__version__}"
    scores = measure.read(scorer, pictures, _progress)
    _progress("")
    found = card.card(scorer, scores, when)
    try:
        output.write_text(card.write(found), "utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    missed = list(card.misses(found))
    end = ["It does not reach the bar:", *(f"  {each}" for each in missed)] if missed else [_PASSED]
    return "\n".join([*_table(found), *end]), not missed


def verified(model: Path, path: Path) -> tuple[str, bool]:
    """What the card says of the model, and whether it reaches the bar."""
    from quivive.media.score import card

    if not path.is_file():
        raise NotFound(f"There is no card {path}: 'quivive models measure' measures a model and writes one.")
    try:
        scorer, _ = card.load(read_file(model), _text(path))
    except card.Refused as error:
        return str(error), False
    return f"{scorer.told.name}: {_PASSED}", True


def _text(path: Path) -> str:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    return read_file(path).decode("utf-8", "replace")


def _table(found: Card) -> Iterator[str]:
    from quivive.render.safe import plain

    for each in found.collections:
        left = f", {each.left_out} left out" if each.left_out else ""
        yield f"{plain(each.name)}: {each.real} real, {each.synthetic} synthetic{left}"
        yield _HEAD
        yield from (_row(condition, worth) for condition, worth in each.worth.items())
        yield f"  sign kept through five re-encodings: {each.stable:.1%}"


def _row(condition: str, worth: Worth) -> str:
    auc, cllr = (f"{v:.2f}" if v is not None else "-" for v in (worth.auc, worth.cllr))
    recall = f"{worth.recall:.1%}" if worth.recall is not None else "-"
    return f"  {condition:12}{auc:>7}{cllr:>7}{worth.false_alarms:>14.1%}{recall:>9}"


def _progress(name: str) -> None:
    if sys.stderr.isatty():
        from quivive.render.safe import plain

        click.echo(f"\r{plain(name)[:70]:70}\r", nl=False, err=True)
