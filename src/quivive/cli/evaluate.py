"""`quivive evaluate`: measure on a desk's own labelled cases, recalibrate, show drift."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from quivive import __version__
from quivive.cli.check import with_progress
from quivive.cli.common import workbench, write
from quivive.evaluate import Evaluation, Quality, Rate
from quivive.labelled import load


@click.command()
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of tables.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--recalibrate", "calibrations", type=click.Path(path_type=Path, dir_okay=False),
              help="Write calibrations for these cases; name the file in quivive.toml.")  # fmt: skip
@click.option("--against", type=click.Path(path_type=Path), help="An earlier --json result: show drift.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes.")
@click.option("--embeddings/--no-embeddings", default=None, help="Use the language model (default) or not.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Another quivive.toml.")
def evaluate(
    labelled: Path,
    as_json: bool,
    output: Path | None,
    calibrations: Path | None,
    against: Path | None,
    jobs: int | None,
    embeddings: bool | None,
    config_file: Path | None,
) -> None:
    """Measure all detectors on LABELLED cases.

    LABELLED is JSON lines or CSV with 'text' or 'path', 'label' (scam, legitimate), and where known
    'channel' and 'date'; or a folder with the subfolders scam/ and legitimate/.
    """
    from quivive import evaluate as measuring

    bench = workbench(config_file, jobs=jobs, embeddings=embeddings)
    cases = load(labelled)
    inputs = [case.given for case in cases]
    reports = with_progress(bench.check_many(inputs), len(inputs))
    found = measuring.outcomes(cases, reports)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    result = measuring.measure(found, at, __version__)
    changes = measuring.drift(result, measuring.from_json(_read(against))) if against else []
    text = measuring.to_json(result) if as_json else "\n".join(_tables(result, changes)) + "\n"
    write(text, output)
    if calibrations:
        fitted = measuring.recalibrate(found, f"{labelled.name}, {at[:10]}")
        write(
            json.dumps({key: asdict(value) for key, value in fitted.items()}, indent=2) + "\n", calibrations
        )
        told = ", ".join(fitted) or "none: every cell has fewer than 200 cases of a kind"
        click.echo(f"Calibrations written to {calibrations}: {told}.", err=True)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _tables(result: Evaluation, changes: Sequence[str]) -> Iterator[str]:
    yield f"{result.scams} scams, {result.legitimate} legitimate, {result.unscored} that nothing could score"
    yield "\nAttention                          scams  legitimate"
    yield from _rates(result.attention)
    yield "\nFindings                           scams  legitimate"
    yield from _rates(result.findings)
    yield "\nScore           scams  legit.    AUC  recall@1%  recall@5%    EER   Cllr  Cllr min"
    yield from (_quality(quality) for quality in result.scores)
    if result.periods:
        yield "\nOver time"
        yield from (_quality(quality) for quality in result.periods)
    if changes:
        yield "\nDrift since the earlier evaluation"
        yield from (f"  {change}" for change in changes)


def _rates(rates: Sequence[Rate]) -> Iterator[str]:
    for rate in rates:
        yield f"  {rate.code:30} {rate.scams:7.1%}  {rate.legitimate:9.2%}"


def _quality(q: Quality) -> str:
    cllr = f"{q.cllr:6.3f}" if q.cllr is not None else "     –"
    return (f"  {q.cell:12} {q.scams:6} {q.legitimate:7} {q.auc:6.3f} {q.recall_1:10.3f} {q.recall_5:10.3f} "
            f"{q.eer:6.3f} {cllr} {q.cllr_min:9.3f}")  # fmt: skip
