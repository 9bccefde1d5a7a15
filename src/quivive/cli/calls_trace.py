"""`quivive calls trace`: where did a reported call come from, provider by provider?"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from quivive.cli.common import working
from quivive.errors import UsageError

_FILE = click.Path(path_type=Path)
_PCAP = (".pcap", ".pcapng", ".cap")


@click.command()
@click.option("--called", help="The number that was called, E.164 with or without plus.")
@click.option("--calling", help="The caller that was shown; 'anonymous' if none was. Leave out if unknown.")
@click.option("--at", "moment", help="When, with zone: ISO 8601 or Unix seconds.")
@click.option("--tolerance", type=click.FloatRange(0, 86400), default=60.0, show_default=True,
              help="By how many seconds the reported time may be wrong.")  # fmt: skip
@click.option("--skew", type=click.FloatRange(0, 3600), default=90.0, show_default=True,
              help="By how many seconds a provider's clock may be wrong.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0), help="How long they spoke, if the report says so.")
@click.option("--call-id", help="SIP Call-ID at the called party's provider, if known.")
@click.option(
    "--provider", "given", multiple=True, metavar="NAME=FILE[,FILE…]",
    help="A provider's records, captures or answer; may be repeated. 'NAME=' handed in nothing.",
)  # fmt: skip
@click.option(
    "--providers", "folder", type=_FILE, metavar="FOLDER",
    help="A folder: each file or folder in it is a provider by its name; peers.json or peers.csv says whose "
    "trunks are whose.",
)  # fmt: skip
@click.option(
    "--peers", multiple=True, metavar="NAME=TRUNK,…|FILE",
    help="Which trunk, address, network or spc:CODE is which provider; PROVIDER/TRUNK for one that only "
    "PROVIDER calls so.",
)  # fmt: skip
@click.option("--first", metavar="NAME", help="The provider of the called party. Default: by the records.")
@click.option(
    "--map", "columns", multiple=True, metavar="FIELD=COLUMN,…",
    help="Which column is what, where names do not tell: start, called, calling, seconds, trunk, egress, …",
)  # fmt: skip
@click.option("--zone", help="Zone of times without one, such as Europe/Paris. Default: UTC.")
@click.option("--json", "as_json", is_flag=True, help="The traceback as JSON.")
def trace(
    called: str | None,
    calling: str | None,
    moment: str | None,
    given: tuple[str, ...],
    folder: Path | None,
    peers: tuple[str, ...],
    first: str | None,
    columns: tuple[str, ...],
    zone: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Follow a reported call through providers' records to where it began.

    Files are CSV, JSON, JSON lines, Parquet, packet captures, and the records of Asterisk, FreeSWITCH and
    Kamailio. Clocks that differ are compared by the calls that two providers both recorded. Where several
    calls fit alike the hop is called ambiguous; a provider that is silent is a gap, also when a later one
    shows the call. Without --called: which legs in the captures are one call.

    Status: 0 traced to where the call began, 1 something is open, 3 no provider shows the call.
    """
    from quivive.calls.traceback import sources

    files, told = sources.folder(folder) if folder else ({}, [])
    for text in given:
        name, paths = _provider(text)
        files.setdefault(name, []).extend(paths)
    if not files:
        raise click.UsageError("Name records with --provider NAME=FILE or --providers FOLDER.")
    if called is None:
        _legs(files, as_json)
        return
    if moment is None:
        raise click.UsageError("Say with --at when the call was, such as 2026-11-22T12:00:00+01:00.")
    query = _query(called, calling, _moment(moment), options)
    with working("reading records"):
        read = sources.read(files, query, _columns(columns), _zone(zone), options["skew"])
    found, book = _traced(query, read, [*told, *peers], first, options["skew"])
    from quivive.cli import calls_trace_text as shown

    text = (
        json.dumps(shown.as_json(found, read, book), indent=2)
        if as_json
        else shown.as_text(found, read, book)
    )
    click.echo(text)
    sys.exit(
        0 if found.complete else 1 if any(hop.state in ("found", "ambiguous") for hop in found.hops) else 3
    )


def _traced(query: Any, read: Any, told: list[str], first: str | None, skew: float) -> Any:
    from quivive.calls.traceback import peers
    from quivive.calls.traceback.way import trace as traced

    book = peers.read(told, [each.name for each in read])
    with working("following the call"):
        return traced(query, read, book, time.time(), skew, first), book


def _provider(text: str) -> tuple[str, list[Path]]:
    name, equals, files = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(
            f"--provider {text!r}: write NAME=FILE, or 'NAME=' for one who handed in nothing."
        )
    whole = Path(files.strip())
    if not files.strip():
        return name.strip(), []
    paths = [whole] if whole.exists() else [Path(part.strip()) for part in files.split(",") if part.strip()]
    found: list[Path] = []
    for path in paths:
        found += sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    return name.strip(), found


def _query(called: str, calling: str | None, at: float, options: Mapping[str, Any]) -> Any:
    from quivive.calls import numbers
    from quivive.calls.traceback.hops import Query

    number = numbers.canonical(called)
    if number is None:
        raise UsageError(f"--called {called!r} is no telephone number.")
    shown = (numbers.canonical(calling) or calling) if calling else None
    return Query(number, shown, at, options["tolerance"], options["call_id"], options["seconds"])


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--at {text!r} is no time: give 2026-11-22T12:00:00+01:00 or Unix seconds."
        ) from error
    if moment.tzinfo is None:
        raise UsageError(f"--at {text!r} has no zone: add Z for UTC, or such as +01:00.")
    return moment.timestamp()


def _zone(name: str | None) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"There is no zone {name!r}: write such as Europe/Paris.") from error


def _columns(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        for part in text.split(","):
            name, equals, column = part.partition("=")
            if not equals:
                raise click.UsageError(f"--map {text!r}: write FIELD=COLUMN.")
            found[name.strip()] = column.strip()
    return found


def _legs(files: Mapping[str, list[Path]], as_json: bool) -> None:
    """Without a reported call: what the captures show."""
    from quivive.calls.traceback import legs
    from quivive.cli import calls_trace_text as shown

    others = [path.name for paths in files.values() for path in paths if path.suffix.lower() not in _PCAP]
    if others:
        raise click.UsageError(f"Name the reported call with --called and --at: {others[0]} is no capture.")
    held = [leg for name, paths in files.items() for path in paths for leg in legs.read(path, name)]
    calls = legs.join(held)
    click.echo(json.dumps(shown.legs_json(calls), indent=2) if as_json else shown.legs_text(calls))
    sys.exit(0 if calls else 3)
