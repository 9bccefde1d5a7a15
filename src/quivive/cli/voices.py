"""`quivive voices`: whose voice is it? Enrol voices with consent, compare recordings with them."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.voices_link import encoder_of, link
from quivive.cli.voices_listen import listen
from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.model import Finding
    from quivive.voices.speakers.encoder import Encoder
    from quivive.voices.speakers.enrolled import Consent
    from quivive.voices.speakers.hearing import Heard, Voice

_FILE = click.Path(path_type=Path)
_FOLDER = click.option(
    "--folder", type=_FILE, help="Where voices are kept. Default: 'voices' in Quivive's home."
)


_MODEL = click.option(
    "--model", type=_FILE, help="The wheel of Resemblyzer 0.1.4, which tells people apart better than ours."
)


@click.group()
def voices() -> None:
    """Is it the person it claims to be? Enrol voices, compare recordings, listen to calls."""


voices.add_command(link)
voices.add_command(listen)


@voices.command()
@click.argument("name", required=False)
@click.argument("files", nargs=-1, type=_FILE, metavar="FILE…")
@click.option("--consent", metavar="TEXT", help="How the person allowed it ('signed form of …').")
@click.option("--consent-by", metavar="WHO", help="Who allowed it, if not the person (a guardian).")
@click.option("--consent-on", metavar="DATE", help="When (ISO 8601). Default: now.")
@click.option("--channel", type=int, help="The channel that the person speaks on, counted from 1.")
@click.option("--forget", metavar="NAME", help="Remove an enrolled voice for good.")
@click.option("--list", "show", is_flag=True, help="Names of the enrolled voices.")
@_MODEL
@_FOLDER
def enroll(
    name: str | None, files: tuple[Path, ...], folder: Path | None, model: Path | None, **options: Any
) -> None:
    """Keep the voice of NAME, as numbers, to compare recordings with. No sound is kept.

    Refused without --consent: a voice is biometric data. Several FILEs make the comparison surer.
    """
    from quivive.voices.speakers import enrolled

    kept = _folder(folder)
    if options["show"]:
        return click.echo("\n".join(enrolled.names(kept)))
    if options["forget"]:
        enrolled.forget(kept, options["forget"])
        return click.echo(f"The voice '{options['forget']}' was removed.")
    if not name or not files:
        raise click.UsageError("Name the person and at least one recording, or say --forget NAME or --list.")
    consent = _consent(name, options)
    encoder = encoder_of(model)
    found = [_the_voice(path, options["channel"], encoder) for path in files]
    person = enrolled.enroll(kept, name, found, [_bytes(path) for path in files], consent)
    click.echo(f"Kept the voice of '{person.name}' from {person.voice.seconds:.1f} s of speech in {kept}. "
               "A voice that matches it may still be a clone.")  # fmt: skip


@voices.command()
@click.argument("file", type=_FILE)
@click.argument("other", metavar="NAME|FILE")
@click.option("--channel", type=int, help="Compare this channel only, counted from 1.")
@click.option("--json", "as_json", is_flag=True, help="The comparison as JSON.")
@click.option("--config", "config_file", type=_FILE, help="Another quivive.toml.")
@_MODEL
@_FOLDER
def compare(
    file: Path, other: str, channel: int | None, as_json: bool, model: Path | None, **places: Path | None
) -> None:
    """Is the voice in FILE like that of NAME (enrolled) or of another FILE?

    Says beside it whether the voice is synthetic, as far as that was judged: a clone is like the person too.
    Each channel is compared by itself. Status: 1 a voice is unlike, 3 none could be compared, else 0.
    """
    from quivive.voices.speakers import beside, sentences

    encoder = encoder_of(model)
    name, voice = _against(other, _folder(places["folder"]), encoder)
    channels = _channels(file, channel, encoder)
    judged = _judged(file, places["config_file"])
    found = [
        sentences.compared(file.name, each, name, voice, beside.synthetic(judged, each.channel))
        for each in channels
    ]
    rows = [_row(each, judged, one.channel) for each, one in zip(found, channels, strict=True)]
    click.echo(json.dumps(rows, indent=2, ensure_ascii=False) if as_json else _text(found))
    sys.exit(_status(found))


def _folder(given: Path | None) -> Path:
    from quivive import config

    return given or config.load().home / "voices"


def _consent(name: str, options: dict[str, Any]) -> Consent:
    from quivive.voices.speakers.enrolled import Consent

    if not (options["consent"] or "").strip():
        raise click.UsageError(
            "A voice is biometric data: say how the person allowed this, with --consent TEXT."
        )
    when = options["consent_on"] or datetime.now(UTC).isoformat(timespec="seconds")
    try:
        datetime.fromisoformat(when)
    except ValueError as error:
        raise click.UsageError(f"'{when}' is no date; write 2026-11-22.") from error
    return Consent(options["consent_by"] or name, options["consent"], when, getpass.getuser())


def _channels(path: Path, channel: int | None, encoder: Encoder) -> list[Heard]:
    from quivive.voices.speakers.hearing import heard

    found = [each for each in heard(_bytes(path), encoder) if channel in (None, each.channel)]
    if not found:
        raise UsageError(f"{path} has no channel {channel} with a voice of its own.")
    return found


def _the_voice(path: Path, channel: int | None, encoder: Encoder) -> Voice:
    """The one voice of a recording that is to stand for a person. Raises UsageError for none or several."""
    found = _channels(path, channel, encoder)
    voices = [each.voice for each in found if each.voice is not None]
    if not voices:
        longest = max(each.seconds for each in found)
        raise UsageError(f"{path}: insufficient speech ({longest:.1f} s; 3 s are needed).")
    if len(voices) > 1:
        raise UsageError(f"{path} has {len(voices)} channels with voices: name the person's with --channel.")
    return voices[0]


def _against(other: str, folder: Path, encoder: Encoder) -> tuple[str, Voice]:
    """Name and voice of what is compared with: a file if there is one, else an enrolled person."""
    from quivive.voices.speakers import enrolled

    path = Path(other)
    if path.is_file():
        return path.name, _the_voice(path, None, encoder)
    kept = enrolled.load(folder, other)
    return kept.name, kept.voice


def _judged(file: Path, config_file: Path | None) -> tuple[Finding, ...]:
    """What the detectors of voices say of the file: `synthetic-voice` stands beside every comparison."""
    from quivive.cli.common import workbench

    return workbench(config_file).check(file, detectors=["voices"]).findings


def _bytes(path: Path) -> bytes:
    from quivive import config, intake

    try:
        return intake.read_file(path, config.load().limits)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _row(finding: Finding, judged: tuple[Finding, ...], channel: int) -> dict[str, Any]:
    from dataclasses import asdict

    from quivive.voices.speakers import beside

    other = beside.synthetic(judged, channel)
    return {
        "item": finding.item,
        "channel": channel,
        "code": finding.code,
        "kind": finding.kind,
        "message": finding.message,
        "same-speaker": {
            "score": finding.score,
            "weight": asdict(finding.weight) if finding.weight else None,
        },
        "synthetic-voice": {
            "message": beside.sentence(other),
            "score": other.score if other else None,
            "weight": asdict(other.weight) if other and other.weight else None,
        },
    }


def _text(found: list[Finding]) -> str:
    from textwrap import fill

    from quivive.render.safe import plain
    from quivive.render.text import WIDTH

    lines = []
    for each in found:
        part = f" ({each.where.part})" if each.where else ""
        lines.append(fill(plain(f"{each.item}{part}: {each.message}"), WIDTH, subsequent_indent="  "))
        if each.weight:
            lines.append(f"  {_numbers(each)}")
    return "\n".join(lines)


def _numbers(finding: Finding) -> str:
    weight = finding.weight
    assert weight is not None
    return (
        f"log10 likelihood ratio {weight.log10:+.2f} (95 %: {weight.low:+.2f} to {weight.high:+.2f}; data "
        f"supports {weight.bounds[0]:+.2f} to {weight.bounds[1]:+.2f})"
    )


def _status(found: list[Finding]) -> int:
    if any(each.kind == "review" for each in found):
        return 1
    return 0 if any(each.weight for each in found) else 3
