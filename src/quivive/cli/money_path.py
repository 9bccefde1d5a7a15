"""`quivive money path`: is there a way for money from here to there?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from quivive.cli.common import working
from quivive.cli.money_screen import CONFIG, book_at_hand
from quivive.cli.money_trace import LABELS, LEDGER, TAGS, limit


@click.command()
@click.argument("begin", metavar="FROM")
@click.argument("goal", metavar="TO")
@LEDGER
@click.option("--hops", type=click.IntRange(1, 64), default=8, show_default=True, help="Most transactions.")
@limit("--max-degree", int, 1, "Most inputs or outputs of a transaction gone through. Default 1000.")
@click.option("--max-transactions", type=click.IntRange(min=2), default=100_000, show_default=True,
              help="Most transactions that are looked at.")  # fmt: skip
@click.option("--through-services", is_flag=True, help="Also through what is attributed to services, where "
              "the money of many is one pool.")  # fmt: skip
@click.option("--no-clusters", is_flag=True, help="Only these very addresses, not their clusters.")
@TAGS
@LABELS
@click.option("--json", "as_json", is_flag=True, help="The paths as JSON (quivive.path/1).")
@CONFIG
def path(begin: str, goal: str, folder: Path, hops: int, max_degree: Any, max_transactions: int,
         through_services: bool, no_clusters: bool, lists: tuple[Path, ...], labels: Path | None,
         as_json: bool, config_file: Path | None) -> int:  # fmt: skip
    """Did money go from FROM to TO, and through which transactions?

    Both are an address (with clusters at hand: its whole cluster), a transaction id, or txid:position. Told
    are the shortest path and the one that can have carried most. CoinJoins are not gone through.

    Exit status: 0 there is a path, 1 there is none as far as was looked.
    """
    from quivive.money.ledger import Ledger
    from quivive.money.trace.between import path_between, to_json
    from quivive.money.trace.drawing.route import lines
    from quivive.money.trace.path import Reach
    from quivive.money.trace.utxo import labels_of

    ledger = Ledger.open(folder)
    if ledger.family != "utxo":
        raise click.UsageError("Paths are searched in ledgers of outputs; trace an account chain instead.")
    book = book_at_hand(config_file, lists)
    reach = Reach(hops, max_transactions, {"none": None, None: 1000}.get(max_degree, max_degree))
    with working("Searching"):
        found = path_between(
            ledger,
            begin,
            goal,
            reach,
            labels=None if no_clusters else labels or labels_of(ledger),
            tags_of=lambda address: book.of(address, ledger.chain),
            tagged=lambda: book.by_address(ledger.chain),
            through_services=through_services,
        )
    click.echo(json.dumps(to_json(found), indent=1) if as_json else "\n".join(lines(found)))
    return 0 if found.shortest else 1
