"""`quivive money`: where did it go, whose is it, where can it still be stopped?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.common import counted, lazy_group

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger

_PATH = click.Path(path_type=Path)
_LEDGER = click.option("--ledger", "folder", required=True, type=_PATH, metavar="DIR", help="The ledger.")
_JSON = click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
_ELSEWHERE = {
    "cluster": "money_clusters",
    "merged": "money_clusters",
    "change": "money_clusters",
    "relations": "money_clusters",
    "tags": "money_tags",
    "screen": "money_screen",
    "coinjoin": "money_coinjoin",
    "request": "money_request",
    "trace": "money_trace",
    "path": "money_path",
    "exposure": "money_exposure",
}
"""Commands of this group that stand in other modules."""


@click.group(cls=lazy_group(_ELSEWHERE))
def money() -> None:
    """Where did the money go, whose is it, and where can it still be stopped?

    Works on a ledger on this machine, made by `ingest` from your own node or files. No outside service is
    asked.
    """


@money.command()
@click.argument("source", metavar="SOURCE")
@_LEDGER
@click.option("--chain", help="btc, ltc, bch, doge, eth, trx, btc-regtest …; else what the source says.")
@click.option("--batch", type=click.IntRange(min=1), metavar="N",
              help="Transactions a step (new ledgers): more is faster on a long chain and takes more memory: "
              "some 400 bytes each. Default 500,000.")  # fmt: skip
@click.option("--engine", "engine_name", type=click.Choice(["duckdb", "spark"]), default="duckdb",
              show_default=True, help="What joins the tables.")  # fmt: skip
@_JSON
def ingest(
    source: str, folder: Path, chain: str | None, batch: int | None, engine_name: str, as_json: bool
) -> None:
    """Bring the ledger in DIR to the last block of SOURCE.

    SOURCE is a node's URL (http://127.0.0.1:8332), a blk*.dat file or the folder of them, a raw block, or a
    file or folder of bitcoin-etl or ethereum-etl. A node's user and password come from $QUIVIVE_RPC_AUTH
    (user:password), from the cookie file that $QUIVIVE_RPC_COOKIE names, or from the URL. A run that was
    interrupted goes on where it was; blocks that the source's chain no longer has are taken away. Of input
    that does not read nothing is kept.
    """
    from quivive.engines import engine
    from quivive.money.ingest import ingest as follow
    from quivive.money.ledger.manifest import BATCH
    from quivive.money.sources import open_source

    opened = open_source(source, chain)
    work = engine(engine_name)
    with _progress("Reading blocks") as tell:
        ledger = follow(opened, folder, batch=batch or BATCH, engine=work, tell=tell)
    summary = _summary(ledger)
    if as_json:
        click.echo(json.dumps(summary, indent=1))
        return
    _say_ledger(folder, summary)


def _summary(ledger: Ledger) -> dict[str, Any]:
    height, last = ledger.tip or (None, None)
    return {
        "chain": ledger.chain,
        "tip_height": height,
        "tip_hash": last.hex() if last else None,
        "rows": ledger.counts,
        "lacks": list(ledger.manifest.lacks),
    }


def _say_ledger(folder: Path, summary: dict[str, Any]) -> None:
    if summary["tip_height"] is None:
        click.echo(f"The ledger in {folder} is empty: the source has no blocks.")
        return
    rows = ", ".join(counted(n, table.removesuffix("es" if "ress" in table else "s"))
                     for table, n in summary["rows"].items())  # fmt: skip
    click.echo(f"{summary['chain']} up to block {summary['tip_height']:,} ({summary['tip_hash']})")
    click.echo(f"{rows} in {folder}")
    if summary["lacks"]:
        click.echo(f"Not in this ledger, because the source does not give it: {', '.join(summary['lacks'])}.")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of blocks on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda height, tip: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda height, tip: bar.update(task, completed=height, total=tip)
