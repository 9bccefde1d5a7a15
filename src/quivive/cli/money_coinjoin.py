"""`quivive money coinjoin`: which of these transactions did several owners sign together?"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quivive.money.coinjoin.nouns import Verdict
    from quivive.money.coinjoin.reading import Unread

_FILE = click.Path(path_type=Path, allow_dash=True)
_NAMES = {
    "wasabi1": "a Wasabi 1 CoinJoin",
    "wasabi2": "a Wasabi 2 CoinJoin",
    "joinmarket": "a JoinMarket CoinJoin",
    "whirlpool": "a Whirlpool mix",
    "whirlpool_tx0": "an entry into Whirlpool (one owner, no CoinJoin)",
    "equal_output": "perhaps a joint transaction, of no known protocol",
    "none": "no CoinJoin of a known form",
}


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="TXFILE…")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="One JSON object per transaction and line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document with all transactions.")
@click.option("-o", "--output", type=_FILE, help="Write the result here instead of to standard output.")
def coinjoin(files: tuple[Path, ...], as_jsonl: bool, as_json: bool, output: Path | None) -> None:
    """Which transactions look like CoinJoins, of which protocol, how sure, and why?

    TXFILE holds transactions: JSON of a node (getrawtransaction, getblock) or of an explorer (mempool.space,
    esplora), one, an array, or one per line; lines of Dumplings; or raw hex. '-' is standard input, folders
    are walked. Each transaction is judged from itself alone; what needs the inputs' values says so.

    Confidence is a grade between 0 and 1, not an error rate: from 0.5 up a protocol's own marks are there.
    What cannot be read is named with file and line and stops nothing. Status: 3 if something could not be
    read, else 0; 2 wrong use.
    """
    if as_json and as_jsonl:
        raise click.UsageError("--json and --jsonl exclude each other.")
    counts: Counter[str] = Counter()
    lines = _lines(_judged(_paths(files)), counts, as_json, as_jsonl)
    if output is None or str(output) == "-":
        for line in lines:
            sys.stdout.write(line)
        sys.stdout.flush()
    else:
        _to_file(lines, output)
    _summary(counts)
    sys.exit(3 if counts["unread"] else 0)


def _paths(given: tuple[Path, ...]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        else:
            yield path


def _judged(paths: Iterator[Path]) -> Iterator[Verdict | Unread]:
    """Every transaction's verdict in order; one bad file or line stops nothing."""
    from quivive.errors import Unreadable
    from quivive.money.coinjoin.detect import detect
    from quivive.money.coinjoin.reading import Unread, read

    for path in paths:
        name = "standard input" if str(path) == "-" else str(path)
        try:
            with click.open_file(str(path), "rb") as stream:
                for each in read(stream, name):
                    yield each if isinstance(each, Unread) else detect(each)
        except OSError as error:
            yield Unread(name, 0, f"cannot be opened: {error.strerror}.")
        except Unreadable as error:
            yield Unread(name, 0, str(error))


def _lines(
    judged: Iterator[Verdict | Unread], counts: Counter[str], as_json: bool, as_jsonl: bool
) -> Iterator[str]:
    """The output as it grows; counts protocols and what could not be read, and names the latter on stderr."""
    from quivive.money.coinjoin.nouns import Verdict

    if as_json:
        yield '{"schema": "quivive.coinjoins/1", "transactions": ['
    separator = ""
    for each in judged:
        if not isinstance(each, Verdict):
            counts["unread"] += 1
            where = f"{each.name}, line {each.line}" if each.line else each.name
            click.echo(f"{where}: {each.fault}", err=True)
        else:
            counts[each.protocol] += 1
        if as_json or as_jsonl:
            yield separator + json.dumps(_plain(each), ensure_ascii=False)
            separator = ",\n" if as_json else "\n"
        elif isinstance(each, Verdict):
            yield _text(each)
    yield "]}\n" if as_json else "\n" if as_jsonl and separator else ""


def _plain(each: Verdict | Unread) -> dict[str, Any]:
    from quivive.money.coinjoin.nouns import Verdict

    if isinstance(each, Verdict):
        return {**asdict(each), "coinjoin": each.coinjoin}
    return {"file": each.name, "line": each.line, "error": each.fault}


def _text(verdict: Verdict) -> str:
    head = f"{verdict.txid}  {_NAMES[verdict.protocol]}"
    if verdict.protocol != "none":
        head += f", confidence {verdict.confidence:.2f}"
    if verdict.coinjoin and verdict.participants:
        head += f", some {verdict.participants} participants"
    return "\n".join([head, *(f"    {reason}" for reason in verdict.reasons)]) + "\n"


def _to_file(lines: Iterator[str], output: Path) -> None:
    try:
        with output.open("w", encoding="utf-8") as stream:
            stream.writelines(lines)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from error


def _summary(counts: Counter[str]) -> None:
    total = sum(count for name, count in counts.items() if name != "unread")
    parts = [f"{counts[name]} {name}" for name in _NAMES if counts[name]]
    if counts["unread"]:
        parts.append(f"{counts['unread']} could not be read")
    click.echo(f"{total} transactions: {', '.join(parts) or 'none'}.", err=True)
