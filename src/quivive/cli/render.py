"""`quivive render`: an old report, drawn again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from quivive.cli.common import colour, workbench, write


@click.command()
@click.argument("report", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--format", "form", type=click.Choice(["text", "html", "sarif", "csv", "json", "jsonl"]),
              default="text", help="Form of the result.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--lang", "language", help="Language of the report: en, de, es.")
@click.option("--redact", is_flag=True, help="Mask personal data, to pass the report on.")
@click.option("-v", "verbose", count=True, help="Say why (-v) and where (-vv).")
def render(
    report: Path, form: str, output: Path | None, language: str | None, redact: bool, verbose: int
) -> None:
    """Draw REPORT (JSON or JSON lines of `quivive check`) in another form or language."""
    from quivive import codec
    from quivive.render.redact import redact as mask

    text = sys.stdin.read() if str(report) == "-" else _read(report)
    reports = codec.loads_all(text)
    bench = workbench(None)
    if redact:
        reports = [mask(one, bench.settings.country) for one in reports]
    write(bench.render(reports, form, language, verbose=verbose, colour=colour(output)), output)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} cannot be read as a report: {error}.") from error
