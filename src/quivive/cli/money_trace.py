"""`quivive money trace`: where did the money go?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.money_screen import CONFIG, FILE, book_at_hand

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.trace.nouns import Limits, Trace

LEDGER = click.option("--ledger", "folder", required=True, type=FILE, metavar="DIR", help="The ledger.")
TAGS = click.option("--tags", "lists", type=FILE, multiple=True, metavar="FILE",
                     help="Also ask this list of tags; can be repeated.")  # fmt: skip
LABELS = click.option("--labels", type=FILE, metavar="FILE",
                       help="Clusters of that ledger; default: labels.parquet in it.")  # fmt: skip
_LARGEST = 2**28
"""Octets of a trace or a file of seeds that are read."""


def limit(
    name: str, kind: type[int] | type[float], least: float, words: str, most: float = inf
) -> Callable[[Any], Any]:
    """An option that is a number or 'none', no limit; None where it is not given."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
        if value is None or value == "none":
            return value
        try:
            number = kind(value)
        except ValueError:
            raise click.BadParameter(f"'{value}' is neither a number nor 'none'.") from None
        if not least <= number <= most:
            upto = f" to {most:g}" if most < inf else " on"
            raise click.BadParameter(f"{value} is not allowed: from {least:g}{upto}, or 'none'.")
        return number

    return click.option(name, callback=read, metavar="N|none", help=words)


@click.command()
@click.argument("seeds", nargs=-1, metavar="SEED…")
@LEDGER
@click.option("--method", type=click.Choice(["fifo", "haircut", "poison", "all"]), default="all",
              show_default=True, help="How mixed money is told apart; all stand side by side.")  # fmt: skip
@click.option("--backward", is_flag=True, help="Where did it come from, instead of where did it go.")
@limit("--depth", int, 0, "Transactions from the seed. Default 20.")
@limit("--max-nodes", int, 1, "Places that are held. Default 5000.")
@limit("--min-share", float, 0, "Least share of the seeds' value that is followed, by the larger of fifo "
        "and haircut. Default 0.001.", most=1)  # fmt: skip
@limit("--max-degree", int, 1, "Most inputs or outputs of a transaction. Default 200.")
@limit("--max-reuse", int, 1, "Most outputs that an address received. Default 1000.")
@click.option("--through", multiple=True, metavar="ADDRESS", help="Do not stop at this address, whatever its "
              "tags say; can be repeated.")  # fmt: skip
@click.option("--seeds", "seed_file", type=FILE, metavar="FILE", help="Seeds from CSV: the first column, or "
              "columns txid and position; - is standard input.")  # fmt: skip
@click.option("--resume", type=FILE, metavar="TRACE.json", help="Go on with an earlier trace, with the "
              "limits given here in the place of its own.")  # fmt: skip
@click.option("--asset", metavar="TOKEN", help="Only this asset (account chains): a token's contract, or the "
              "coin by its symbol.")  # fmt: skip
@TAGS
@LABELS
@click.option(
    "--json", "as_json", is_flag=True, help="The trace as JSON (quivive.trace/1) on standard output."
)
@click.option("--html", type=FILE, metavar="FILE", help="A page with picture and table.")
@click.option("--graphml", type=FILE, metavar="FILE", help="The graph for other programs.")
@click.option("--csv", "table", type=FILE, metavar="FILE", help="A table with a row for each place.")
@CONFIG
def trace(seeds: tuple[str, ...], folder: Path, method: str, backward: bool,
          seed_file: Path | None, resume: Path | None, asset: str | None, lists: tuple[Path, ...],
          labels: Path | None, as_json: bool, html: Path | None, graphml: Path | None, table: Path | None,
          config_file: Path | None, **limits: Any) -> None:  # fmt: skip
    """Where did the money go from each SEED, and where can it still be stopped?

    SEED is an address, a transaction id, or txid:position. The trace stops at attributed services, mixers and
    bridges, at CoinJoins, and at the limits; it says where and why. fifo, haircut and poison are three rules
    for money that was mixed, none of them proof.

    --resume walks again from the seeds of the earlier trace, since what lies at a place depends on all that
    came there before: the result is that of one trace with these limits.

    Of --html, --graphml and --csv each may be '-', standard output.
    """
    from quivive.money.ledger import Ledger
    from quivive.money.trace.nouns import METHODS

    earlier = _read_trace(resume) if resume else None
    _check_calls(seeds, seed_file, earlier)
    ledger = Ledger.open(folder)
    book = book_at_hand(config_file, lists)
    ask: dict[str, Any] = {
        "methods": METHODS if method == "all" else tuple(m for m in METHODS if m == method),
        "direction": "backward" if backward else "forward",
        "limits": _limits(earlier.limits if earlier else None, limits),
        "tags_of": lambda address: book.of(address, ledger.chain),
        "sources": [str(version) for version in book.lists()],
    }
    if ledger.family == "utxo":
        ask |= {"labels": labels, "tagged": lambda: book.by_address(ledger.chain)}
    elif labels:
        raise click.UsageError("An account chain has no clusters: leave out --labels.")
    if asset is not None:
        ask |= _asset(ledger, asset)
    found = _again(ledger, earlier, ask) if earlier else _trace(ledger, _seeds(seeds, seed_file), ask)
    if earlier:
        _say_difference(earlier, found)
    _write(found, as_json, {"html": html, "graphml": graphml, "csv": table})


def _asset(ledger: Ledger, asset: str) -> dict[str, Any]:
    if ledger.family == "utxo":
        raise click.UsageError("This ledger has no tokens: leave out --asset.")
    return {"asset": asset}


def _check_calls(seeds: Sequence[str], seed_file: Path | None, earlier: Trace | None) -> None:
    """Seeds come from one place, and an earlier trace keeps its methods and direction."""
    from click.core import ParameterSource

    if earlier is None and not seeds and seed_file is None:
        raise click.UsageError("Give a SEED, --seeds with a file of them, or --resume with an earlier trace.")
    if earlier is None:
        return
    source = click.get_current_context().get_parameter_source
    given = [name for name in ("method", "backward") if source(name) != ParameterSource.DEFAULT]
    if seeds or seed_file or given:
        raise click.UsageError("An earlier trace keeps its seeds, method and direction: give only limits.")


def _limits(earlier: Limits | None, given: dict[str, Any]) -> Limits:
    """The limits of the earlier trace, or the usual ones, with those given in their place."""
    from quivive.money.trace.nouns import Limits

    through = given.pop("through")
    said = {name: None if value == "none" else value for name, value in given.items() if value is not None}
    base = earlier or Limits()
    return replace(base, **said, through=tuple(dict.fromkeys((*base.through, *through))))


def _seeds(given: Sequence[str], file: Path | None) -> list[str]:
    from quivive.money.trace.seeds import read_file

    read = read_file(_text(file), file.name) if file else []
    return list(dict.fromkeys((*given, *read)))


def _read_trace(file: Path) -> Trace:
    from quivive.money.trace import wire

    return wire.loads(_text(file))


def _text(file: Path) -> str:
    try:
        with click.open_file(str(file), "rb") as handle:
            data: bytes = handle.read(_LARGEST + 1)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from error
    if len(data) > _LARGEST:
        raise click.UsageError(f"{file} is larger than {_LARGEST >> 20} MiB.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is no UTF-8 text (byte {error.start}).") from error


def _again(ledger: Ledger, earlier: Trace, ask: dict[str, Any]) -> Trace:
    from quivive.money.trace.utxo import same_chain, seeds_again

    same_chain(earlier, ledger)
    kept = {"methods": earlier.methods, "direction": earlier.direction}
    return _trace(ledger, seeds_again(earlier), {**ask, **kept})


def _trace(ledger: Ledger, seeds: Sequence[str], ask: dict[str, Any]) -> Trace:
    """The trace with its patterns."""
    from quivive.money.patterns.of_trace import patterns_of_trace
    from quivive.money.trace.accounts import trace_accounts
    from quivive.money.trace.utxo import trace_utxo

    follow: Callable[..., Trace] = trace_utxo if ledger.family == "utxo" else trace_accounts
    with _progress("Tracing", ask["limits"].max_nodes) as tell:
        found = follow(ledger, seeds, progress=tell, **ask)
    patterns = patterns_of_trace(found) if ledger.family == "utxo" else found.patterns
    return replace(found, patterns=patterns, lacks=tuple(ledger.manifest.lacks))


def _say_difference(earlier: Trace, found: Trace) -> None:
    """What going on has changed, on stderr."""
    reasons = ("value", "depth", "limit", "degree")
    before = {stop.node for stop in earlier.stops if stop.reason in reasons}
    after = {stop.node for stop in found.stops}
    click.echo(
        f"{len(before - after)} of {len(before)} places where limits stopped the earlier trace are passed "
        f"now; {len(found.nodes):,} places instead of {len(earlier.nodes):,}.",
        err=True,
    )


def _write(found: Trace, as_json: bool, files: dict[str, Path | None]) -> None:
    from quivive.cli.common import colour, write
    from quivive.money.trace import wire
    from quivive.money.trace.drawing import graphml, html, table, terminal

    forms: dict[str, Callable[[Trace], str]] = {
        "html": html.render,
        "graphml": graphml.render,
        "csv": table.render,
    }
    for name, file in files.items():
        if file is not None:
            write(forms[name](found), None if str(file) == "-" else file)
            if str(file) != "-":
                click.echo(f"Written: {file}", err=True)
    if as_json:
        write(wire.dumps(found, indent=1) + "\n", None)
    elif not any(files.values()):
        width = max(shutil.get_terminal_size((110, 24)).columns, 60)
        write(terminal.render(found, colour(None), width), None)


@contextmanager
def _progress(what: str, most: int | None) -> Iterator[Callable[[int, int], None]]:
    """Places held, on a terminal after a second; silence elsewhere."""
    from time import monotonic

    if not sys.stderr.isatty():
        yield lambda places, due: None
        return
    from rich.console import Console
    from rich.status import Status

    begun = monotonic()
    status = Status(f"{what} …", console=Console(stderr=True))
    shown = [begun]

    def tell(places: int, due: int) -> None:
        now = monotonic()
        if now - begun > 1 and now - shown[0] > 0.1:
            shown[0] = now
            of = f" of at most {most:,}" if most else ""
            status.update(f"{what}: {places:,} places{of}, {due:,} transactions due")
            status.start()

    try:
        yield tell
    finally:
        status.stop()
