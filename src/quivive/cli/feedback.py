"""`quivive feedback`: this finding was wrong, or this was missed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from quivive.cli.common import workbench


@click.command()
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--wrong", metavar="FINDING", help="This finding (id f3 or its code) was wrong.")
@click.option("--right", metavar="FINDING", help="This finding was right.")
@click.option("--missed", metavar="WHAT", help="What was missed: a finding code, or a few words.")
@click.option("--note", default="", help="A remark for whoever reads the feedback.")
@click.option("--keep-text", is_flag=True, help="Keep the message's text too (personal data!).")
def feedback(
    report: Path, wrong: str | None, right: str | None, missed: str | None, note: str, keep_text: bool
) -> None:
    """Note what was wrong, right or missed in REPORT (JSON of `quivive check`). It stays on this machine."""
    from quivive import codec
    from quivive import feedback as kept

    given = [(verdict, value) for verdict, value in
             (("wrong", wrong), ("right", right), ("missed", missed)) if value]  # fmt: skip
    if len(given) != 1:
        raise click.UsageError("Say one thing: --wrong FINDING, --right FINDING or --missed WHAT.")
    verdict, finding = given[0]
    try:
        reports = codec.loads_all(report.read_text("utf-8"))
    except OSError as error:
        raise click.UsageError(f"{report} cannot be read: {error.strerror}.") from error
    if len(reports) != 1:
        raise click.UsageError(f"{report} holds {len(reports)} reports; feedback is about one.")
    line = kept.record(reports[0], verdict, finding=finding, note=note, at=datetime.now(UTC),  # type: ignore[arg-type]
                       keep_text=keep_text)  # fmt: skip
    path = kept.append(workbench(None).settings.home, line)
    click.echo(f"Noted in {path}.", err=True)
