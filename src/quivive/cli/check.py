"""`quivive check`: examine what a victim received."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from quivive.cli.common import colour, workbench, write
from quivive.examine import Tell
from quivive.intake import VALUE_TYPE, Input
from quivive.model import Channel, Detector, Report
from quivive.render.safe import plain
from quivive.workbench import Workbench


@click.command()
@click.argument("subjects", nargs=-1, metavar="PATH|VALUE…")
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A message, pasted. May be repeated.")
@click.option("--channel", type=click.Choice(["sms", "email", "chat", "call"]), help="How it came, if known.")
@click.option("--json", "form", flag_value="json", help="JSON, one object (an array for several inputs).")
@click.option("--jsonl", "form", flag_value="jsonl", help="JSON, one object a line, in input order.")
@click.option("--format", "form", type=click.Choice(["text", "html", "sarif", "csv", "json", "jsonl"]),
              default="text", help="Form of the result.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--lang", "language", help="Language of the report: en, de, es.")
@click.option("--country", help="Two-letter country: reads national numbers, names whom to report to.")
@click.option("--redact", is_flag=True, help="Mask personal data, to pass the report on.")
@click.option("--detector", "detectors", multiple=True, help="Only this detector, or all of this prefix.")
@click.option("--embeddings/--no-embeddings", default=None, help="Use the language model (default) or not.")
@click.option("--online/--offline", default=False, help="Allow look-ups that leave the machine: certificates "
              "of signed calls, from the address that the call names.")  # fmt: skip
@click.option("--extract", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Write what was found inside (sound of a call, attachments) and the pictures of findings "
              "to this folder.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes for several inputs.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Another quivive.toml.")
@click.option("-v", "verbose", count=True, help="Say why (-v) and where (-vv).")
def check(
    subjects: tuple[str, ...],
    texts: tuple[str, ...],
    channel: Channel | None,
    form: str,
    output: Path | None,
    language: str | None,
    country: str | None,
    redact: bool,
    detectors: tuple[str, ...],
    embeddings: bool | None,
    online: bool,
    extract: Path | None,
    jobs: int | None,
    exit_zero: bool,
    config_file: Path | None,
    verbose: int,
) -> int:
    """Examine files, folders, standard input (-), pasted text or values.

    A VALUE is a phone number, link, domain, email address, IBAN or wallet. Nothing is fetched.

    Exit status: 1 the report asks to act or to look closer; 3 a check that the subject calls for could
    not be made; 0 nothing found; 2 wrong use.
    """
    bench = workbench(config_file, language=language, country=country, embeddings=embeddings, jobs=jobs)
    inputs = [*_inputs(bench, subjects, channel), *_texts(texts, channel)]
    if not inputs:
        raise click.UsageError("Nothing to check: give a file, a folder, '-', a value, or --text.")
    if online:
        click.echo("Online: the servers that hold the certificates of signed calls will see this machine's "
                   "address.", err=True)  # fmt: skip
    options = {"detectors": list(detectors) or None, "online": online, "keep": extract is not None}
    reports = list(with_progress(_reports(bench, inputs, options), len(inputs)))
    if extract:
        reports = [write_items(report, extract) for report in reports]
    if redact:
        from quivive.render.redact import redact as mask

        reports = [mask(report, bench.settings.country) for report in reports]
    shown = bench.render(reports, form, bench.settings.language, verbose=verbose, colour=colour(output))
    write(shown, output)
    return 0 if exit_zero else status(reports)


def status(reports: Iterable[Report]) -> int:
    """1 if any report asks to act or look; else 3 if a check that was called for could not look; else 0."""
    listed = list(reports)
    if any(report.attention in ("act", "look") for report in listed):
        return 1
    missed = any(e.skipped and e.called_for for report in listed for e in report.examinations)
    return 3 if missed or any(report.not_reached for report in listed) else 0


def _inputs(bench: Workbench, subjects: Iterable[str], channel: Channel | None) -> Iterator[Input]:
    for subject in subjects:
        if subject == "-":
            yield Input("stdin", data=sys.stdin.buffer.read(), channel=channel)
        elif Path(subject).is_dir():
            yield from _walk(Path(subject), channel)
        else:
            yield bench.input(subject, channel=channel)


def _walk(folder: Path, channel: Channel | None) -> Iterator[Input]:
    """Regular files below a folder, by name; hidden ones and links are left out."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield Input(str(path.relative_to(folder)), path=path, channel=channel)


def _texts(texts: Iterable[str], channel: Channel | None) -> Iterator[Input]:
    for number, text in enumerate(texts, 1):
        data = text.encode("utf-8", "replace")
        yield Input(
            f"text-{number}" if number > 1 else "text", data=data, media_type="text/plain", channel=channel
        )


def _reports(bench: Workbench, inputs: list[Input], options: dict[str, Any]) -> Iterator[Report]:
    if len(inputs) == 1:
        with telling() as tell:
            report = bench.check_input(inputs[0], **options, tell=tell)
        yield report
    else:
        yield from bench.check_many(inputs, **options)


_ENDINGS = {
    "text/plain": ".txt", VALUE_TYPE: ".txt", "text/html": ".html", "message/rfc822": ".eml",
    "message/sip": ".sip", "application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg",
    "audio/x-wav": ".wav",
}  # fmt: skip
"""Of items that have no name of their own, so that the right program opens them."""


def write_items(report: Report, folder: Path) -> Report:
    """Write the items found inside, and the findings' pictures, to `folder`; gives the report without items.

    The first 12 digits of the sha256 open the name, so that no name in the evidence can choose the place
    or another file's name.
    """
    from quivive.render.pictures import files

    folder.mkdir(parents=True, exist_ok=True)
    for item in report.items[1:]:
        if item.data:
            plain = re.sub(r"[^\w.-]+", "_", item.name.rsplit("/", 1)[-1])[-80:].lstrip(".")
            ending = "" if "." in plain else _ENDINGS.get(item.media_type, "")
            target = folder / f"{item.sha256[:12]}-{plain or 'item'}{ending}"
            target.write_bytes(item.data)
            target.chmod(0o600)
            click.echo(f"wrote {target}", err=True)
    for name, data in files(report):
        target = folder / f"{report.items[0].sha256[:12]}-{name}"
        target.write_bytes(data)
        target.chmod(0o600)
        click.echo(f"wrote {target}", err=True)
    return replace(report, items=tuple(replace(item, data=b"") for item in report.items))


@contextmanager
def telling() -> Iterator[Tell]:
    """Says on a terminal which question is being asked of which item: reading a picture takes seconds."""
    if not sys.stderr.isatty():
        yield lambda detector, name: None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("…") as status:
        yield lambda detector, name: status.update(escape(plain(f"{name}: {question(detector)}")))


def question(detector: Detector) -> str:
    """What a detector asks, in words: the line that opens its module."""
    return (sys.modules[type(detector).__module__].__doc__ or detector.name).partition("\n")[0]


def with_progress(reports: Iterator[Report], total: int) -> Iterator[Report]:
    """Reports as they come, with a bar on a terminal where there are several."""
    if total == 1 or not sys.stderr.isatty():
        yield from reports
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(reports, total=total, description="Checking")
