"""`quivive money screen`: is it on a sanctions list, on which version of it, and since when?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quivive.money.screening import Screening
    from quivive.money.tags.book import TagBook
    from quivive.money.tags.listing import Listing

FILE = click.Path(path_type=Path)
CHAIN = click.option("--chain", metavar="CHAIN", help="btc, bch, ltc, eth, trx, …; default: by its form.")
CONFIG = click.option("--config", "config_file", type=FILE, help="Settings instead of quivive.toml.")
_LONGEST = 10_000
"""Characters of one line of addresses."""


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS…]")
@click.option("--file", "file", type=FILE, help="Addresses, one a line, or JSON lines; - is standard input.")
@click.option("--list", "lists", multiple=True, metavar="[DATE=]PATH",
              help="Another sanctions list, or another version of one; can be repeated.")  # fmt: skip
@CHAIN
@click.option(
    "--ledger", type=FILE, help="Also ask whether the cluster of an address holds a sanctioned one."
)
@click.option("--labels", type=FILE, help="Clusters of that ledger; default: labels.parquet in it.")
@click.option("--json", "as_json", is_flag=True, help="The results as JSON, one list.")
@click.option("--jsonl", is_flag=True, help="The results as JSON, one a line, as they come.")
@click.option("--exit-zero", is_flag=True, help="Status 0 also where something is listed.")
@CONFIG
def screen(addresses: tuple[str, ...], file: Path | None, lists: tuple[str, ...], chain: str | None,
           ledger: Path | None, labels: Path | None, as_json: bool, jsonl: bool, exit_zero: bool,
           config_file: Path | None) -> None:  # fmt: skip
    """Is each ADDRESS on a sanctions list, on which version, and since when?

    Every answer names list and date. What is not found is 'not on the list of that date': that says nothing
    about who holds the address. With --ledger a sanctioned address in the same cluster is told as indirect.
    ADDRESS '-' reads addresses from standard input.

    Status: 1 something is listed, directly or indirectly, else 3 something could not be looked up, else 0.
    """
    from quivive.money import screening

    if not addresses and file is None:
        raise click.UsageError("Give an ADDRESS, or --file with addresses.")
    book = book_at_hand(config_file, ())
    for each in lists:
        book = book | sanctions_of(each)
    mates = _mates(ledger, labels, book)
    results = (
        screening.screen(address, book, on or chain, mates(address))
        for address, on in _addresses(addresses, file)
    )
    shown = _print(results, as_json, jsonl)
    status = 1 if shown & {"listed", "indirect"} else 3 if "could-not-look" in shown else 0
    sys.exit(0 if exit_zero else status)


def _print(results: Iterator[Screening], as_json: bool, jsonl: bool) -> set[str]:
    """Prints the results as they come (as JSON: together) and returns which there were."""
    kept: list[dict[str, Any]] = []
    shown: set[str] = set()
    for result in results:
        shown.add(result.result)
        if as_json:
            kept.append(result.as_dict())
        elif jsonl:
            click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        else:
            click.echo("\n".join(safe(line) for line in result.sentences()))
    if as_json:
        click.echo(json.dumps(kept, indent=2, ensure_ascii=False))
    return shown


def _addresses(given: tuple[str, ...], file: Path | None) -> Iterator[tuple[str, str | None]]:
    """Addresses with their chain where a line of JSON names it."""
    for each in given:
        if each == "-":
            yield from _lines(Path("-"))
        else:
            yield each, None
    if file is not None:
        yield from _lines(file)


def _lines(path: Path) -> Iterator[tuple[str, str | None]]:
    with _opened(path) as handle:
        while line := handle.readline(_LONGEST):
            word = line.strip()
            if word.startswith("{"):
                yield _from_json(word)
            elif word and not word.startswith("#"):
                yield word, None


def _opened(path: Path) -> Any:
    try:
        return click.open_file(str(path), encoding="utf-8", errors="replace")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _from_json(line: str) -> tuple[str, str | None]:
    """A line that does not read is an address that cannot be looked up: it is not passed over."""
    try:
        value = json.loads(line)
        chain = value.get("chain")
        return str(value["address"]), None if chain is None else str(chain).lower()
    except (ValueError, KeyError, AttributeError, RecursionError):
        return line, None


def _mates(ledger: Path | None, labels: Path | None, book: TagBook) -> Callable[[str], tuple[str, ...]]:
    if ledger is None:
        return lambda address: ()
    from quivive.money.ledger import Ledger
    from quivive.money.screening_clusters import sanctioned_mates

    file = labels or ledger / "labels.parquet"
    if not file.is_file():
        raise click.UsageError(
            f"{file} is not there: run 'quivive money cluster --ledger {ledger} --out {file}'."
        )
    return sanctioned_mates(Ledger.open(ledger), file, book)


def sanctions_of(spec: str) -> TagBook:
    """A sanctions list given as [DATE=]PATH."""
    from quivive.money.tags.book import TagBook
    from quivive.money.tags.lists import read_path

    head, _, rest = spec.partition("=")
    try:
        day, path = (date.fromisoformat(head), Path(rest)) if rest else (None, Path(spec))
    except ValueError:
        day, path = None, Path(spec)
    listing = read_path(path, day, "")
    tell_faults(listing)
    return TagBook.holding([replace(listing, version=replace(listing.version, kind="sanctions"))])


def tell_faults(listing: Listing) -> None:
    """What of a list was left out or read otherwise, on stderr."""
    for fault in listing.faults:
        click.echo(safe(str(fault)), err=True)


def book_at_hand(config_file: Path | None, files: tuple[Path, ...]) -> TagBook:
    """What ships, what the house added, and the files given."""
    from quivive import config
    from quivive.money.tags.book import TagBook

    settings = config.load(config_file)
    return TagBook.at_hand(settings.home, *settings.money.tags, *files)


def safe(text: str) -> str:
    """Text of strangers, harmless on a terminal."""
    from quivive.render.safe import plain

    return plain(text)
