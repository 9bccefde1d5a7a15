"""`quivive models`: which models does the workbench use, and which of others may it use beside them?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quivive.cli.common import workbench
from quivive.errors import NotFound

if TYPE_CHECKING:
    from quivive.model import ExternalModel
    from quivive.workbench import Workbench

_CONFIG = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Another quivive.toml."
)


@dataclass(frozen=True)
class Model:
    """A model as it is listed.

    `purpose`: the question that it helps to answer, or the proposition of `[[models]]`; `used_by`: detectors;
    `size` in bytes, None where it is not known; `card`: where its data, error rates and limits are described;
    `source`: where one of others comes from, '' for those that ship; `here`: whether its file is at hand.
    """

    name: str
    purpose: str
    used_by: tuple[str, ...]
    version: str
    licence: str
    sha256: str
    size: int | None
    card: str
    source: str
    here: bool


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@_CONFIG
@click.pass_context
def models(context: click.Context, as_json: bool, config_file: Path | None) -> None:
    """List all models in use: what for, licence, checksum, size, card; fetch those of others.

    Models of others are named in quivive.toml ([[models]]) and give raw scores beside our own, which never
    change a verdict. Nothing is fetched but by `quivive models fetch`.
    """
    if context.invoked_subcommand:
        if as_json or config_file:
            raise click.UsageError("Give --json and --config after the command that they belong to.")
        return
    listed = listing(workbench(config_file))
    if as_json:
        click.echo(json.dumps([asdict(model) for model in listed], indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(_text(model) for model in listed))


@models.command()
@click.argument("name")
@_CONFIG
def fetch(name: str, config_file: Path | None) -> None:
    """Download the model NAME of quivive.toml; it is kept only if its sha256 is the one named there."""
    from quivive.render.safe import plain
    from quivive.voices.external import store

    bench = workbench(config_file)
    model = _named(bench, name)
    seen = "" if model.url.startswith("file:") else ": that server sees this machine's address"
    click.echo(plain(f"Fetching {model.name} ({model.licence}) from {model.url}{seen}."), err=True)
    kept = store.fetch(bench.settings.home, model, _progress)
    _accept(bench, model, kept)


@models.command()
@click.argument("file", type=click.Path(path_type=Path))
@_CONFIG
def add(file: Path, config_file: Path | None) -> None:
    """Keep FILE, brought to a machine without network, as the model of quivive.toml that it is (sha256)."""
    from quivive.voices.external import store

    bench = workbench(config_file)
    model, kept = store.add(bench.settings.home, bench.settings.models, file)
    _accept(bench, model, kept)


@models.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pictures", type=click.Path(path_type=Path))
@click.option("--description", required=True, type=click.Path(path_type=Path), metavar="FILE.toml",
              help="What the model takes and gives, and what it was trained on.")  # fmt: skip
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False),
              metavar="CARD.json", help="Where the card is written.")  # fmt: skip
def measure(model: Path, pictures: Path, description: Path, output: Path) -> int:
    """Measure MODEL, which tells synthetic pictures from real ones, against the bar; write its card.

    PICTURES is a folder of collections that it was not trained on: a folder each, with the folders 'real' and
    'synthetic' in it ('real' alone shows false alarms). Exit status: 1 it does not reach the bar.
    """
    from quivive.cli.model_measure import measured

    told, passes = measured(model, pictures, description, output)
    click.echo(told)
    return 0 if passes else 1


@models.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("card", type=click.Path(path_type=Path))
def verify(model: Path, card: Path) -> int:
    """Say whether MODEL, by the CARD that 'quivive models measure' wrote, reaches the bar for pictures.

    Exit status: 1 it does not; the sentence says where.
    """
    from quivive.cli.model_measure import verified

    told, passes = verified(model, card)
    click.echo(told)
    return 0 if passes else 1


def listing(bench: Workbench) -> list[Model]:
    """Models that detectors name, by name, then those of `[[models]]` in their order."""
    return _shipped(bench) + [_external(bench.settings.home, model) for model in bench.settings.models]


def _shipped(bench: Workbench) -> list[Model]:
    from quivive.cli.model_files import described

    found: dict[str, Model] = {}
    for detector in bench.detectors():
        question = (sys.modules[type(detector).__module__].__doc__ or "").partition("\n")[0]
        for source in detector.sources():
            if not source.model:
                continue
            size, card = described(source.name, source.sha256)
            before = found[source.name].used_by if source.name in found else ()
            found[source.name] = Model(
                source.name, question, (*before, detector.name), source.date, source.licence, source.sha256,
                size, card, "", size is not None,
            )  # fmt: skip
    return [found[name] for name in sorted(found, key=str.casefold)]


def _external(home: Path, model: ExternalModel) -> Model:
    from quivive.voices.external import store

    file = store.place(home, model)
    size = file.stat().st_size if file.is_file() else None
    return Model(model.name, model.purpose, (), model.date, model.licence, model.sha256, size, model.card,
                 model.url, size is not None)  # fmt: skip


def _named(bench: Workbench, name: str) -> ExternalModel:
    from difflib import get_close_matches

    known = {model.name: model for model in bench.settings.models}
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = (
            f"Did you mean '{near[0]}'?" if near else "[[models]] in quivive.toml names those that there are."
        )
        raise NotFound(f"There is no model '{name}' to fetch. {hint}")
    return known[name]


def _accept(bench: Workbench, model: ExternalModel, kept: Path) -> None:
    """Say that the model is here once it was seen to keep the contract; else it goes again."""
    from quivive.errors import Unreadable
    from quivive.voices.external.contract import Listener

    try:
        Listener(model, kept.read_bytes())
    except Unreadable:
        kept.unlink()
        raise
    click.echo(f"{model.name} is here and keeps the contract: {kept}")


def _progress(size: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{size / 1e6:.0f} MB\r", nl=False, err=True)


def _text(model: Model) -> str:
    from quivive.render.safe import plain

    rows = {
        "for": model.purpose + (f" ({', '.join(model.used_by)})" if model.used_by else ""),
        "version": model.version,
        "licence": model.licence,
        "size": f"{model.size / 1e6:.1f} MB" if model.size is not None else "",
        "sha256": model.sha256,
        "card": model.card,
        "from": model.source,
        "here": "" if model.here else f"no: quivive models fetch '{model.name}'" if model.source else "no",
    }
    lines = [f"  {key:8} {plain(value)}" for key, value in rows.items() if value]
    return "\n".join([plain(model.name), *lines])
