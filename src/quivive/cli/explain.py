"""`quivive explain`: what a detector does, why it matters, its limits and sources."""

from __future__ import annotations

import inspect

import click

from quivive.cli.common import workbench


@click.command()
@click.argument("detector", required=False)
@click.option("--lang", "language", default="en", help="Language of the sentences: en, de, es.")
def explain(detector: str | None, language: str) -> None:
    """Explain DETECTOR (or, as 'detector:code' and 'code', one kind of finding); without it, list all."""
    bench = workbench(None)
    if detector is None:
        for known in bench.detectors():
            click.echo(f"{known.name:24} {_first_line(known)}")
        for missing in bench.missing():
            click.echo(f"{missing.name:24} not available: {missing.reason}")
        return
    found = bench.explain(detector)
    sentences = bench.sentences(language)
    click.echo(f"{found.name} {found.version}\n\n{inspect.getdoc(inspect.getmodule(type(found)))}\n")
    click.echo(f"{inspect.getdoc(type(found)) or ''}\n\nReads: {', '.join(sorted(found.accepts))}")
    if found.codes:
        click.echo("\nIt can find:")
    for code, sentence in sorted(found.codes.items()):
        click.echo(f"  {code}\n      {sentences.get(code, sentence)}")
    for source in found.sources():
        click.echo(f"\nLeans on: {source.name}, {source.date}, {source.licence}, sha256 {source.sha256}")


def _first_line(detector: object) -> str:
    module = inspect.getmodule(type(detector))
    return (inspect.getdoc(module) or "").partition("\n")[0]
