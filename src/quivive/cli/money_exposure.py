"""`quivive money exposure`: with whose money has an address dealt, and what speaks against it?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from quivive.money.exposure.nouns import Way

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("address")
@click.option("--ledger", "folder", required=True, type=_FILE, metavar="DIR", help="The ledger.")
@click.option("--rates", "rates_file", type=_FILE, metavar="FILE",
              help="CSV with the columns date and price: amounts get a value on their day.")  # fmt: skip
@click.option("--tags", "files", type=_FILE, multiple=True, help="Also ask this list; can be repeated.")
@click.option("--backward", is_flag=True, help="Only what came in.")
@click.option("--forward", is_flag=True, help="Only what went out.")
@click.option("--cluster", "clustered", is_flag=True,
              help="Look at all addresses that probably have the same owner, and use tags of counterparties' "
              "clusters: a heuristic. Labels of the ledger, else worked out now.")  # fmt: skip
@click.option("--labels", type=_FILE, metavar="FILE", help="Clusters, as 'money cluster --out' writes them.")
@click.option("--asset", metavar="CONTRACT", help="A token (account chains); default: the chain's coin.")
@click.option("--hops", type=click.IntRange(1, 50), default=8, show_default=True,
              help="Transactions that money is followed through.")  # fmt: skip
@click.option("--rules", type=_FILE, metavar="FILE", help="Another table of the points that reasons count.")
@click.option("--json", "as_json", is_flag=True, help="All of it as JSON.")
@click.option("--exit-zero", is_flag=True, help="Status 0 also where something speaks against it.")
@click.option("--config", "config_file", type=_FILE, help="Settings instead of quivive.toml.")
def exposure(address: str, folder: Path, rates_file: Path | None, files: tuple[Path, ...], backward: bool,
             forward: bool, clustered: bool, labels: Path | None, asset: str | None, hops: int,
             rules: Path | None, as_json: bool, exit_zero: bool,
             config_file: Path | None) -> None:  # fmt: skip
    """With whose money has ADDRESS dealt, and what speaks against it?

    Each row of the tables is a category of tagged addresses: those that dealt with ADDRESS themselves
    (direct), and those whose money came or went through untagged hands (indirect). Indirect shares are by
    haircut: of a transaction's money everybody who paid in holds a share. 'Touched' is the upper bound, by
    poison. What was not followed to its end has rows of its own; all shares add up to 100 %.

    The points are the sum of the reasons listed, by a table of ours that --rules replaces; they are no
    probability. No reasons is not 'safe'.

    Status: 1 something speaks against it, else 3 the ledger has never seen it, else 0; 2 wrong use.
    """
    from quivive.cli.money_screen import book_at_hand
    from quivive.money.exposure import Limits, exposure_of
    from quivive.money.exposure.of_ledger import BOTH, beside_of, naming_of
    from quivive.money.ledger import Ledger
    from quivive.money.patterns.around import patterns_around
    from quivive.money.rates import read_rates
    from quivive.money.risk import assess
    from quivive.money.risk_rules import SHIPPED, read_rules

    ways: tuple[Way, ...] = BOTH if forward == backward else ("outgoing",) if forward else ("incoming",)
    table, rates = read_rules(rules or SHIPPED), read_rates(rates_file) if rates_file else None
    ledger, book = Ledger.open(folder), book_at_hand(config_file, files)
    beside = beside_of(ledger, labels, cluster=clustered, judge=True)
    named = naming_of(ledger, book, beside.labels)
    found = exposure_of(ledger, address, book, ways=ways, rates=rates, beside=beside, asset=asset,
                        limits=Limits(hops=hops), named=named)  # fmt: skip
    around = patterns_around(ledger, address, named, beside)
    statement = assess(found, table, around.patterns, around.could_not_look)
    if as_json:
        click.echo(json.dumps(_as_dict(found, statement, around.patterns), indent=1))
    else:
        from quivive.cli.money_exposure_text import as_text

        click.echo(as_text(found, statement, around.patterns), nl=False)
    sys.exit(0 if exit_zero else 1 if statement.reasons else 0 if found.found else 3)


def _as_dict(found: Any, statement: Any, patterns: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from quivive.money.exposure.wire import as_dict as exposure_as_dict
    from quivive.money.risk import as_dict as risk_as_dict

    return {
        **exposure_as_dict(found),
        "patterns": [asdict(each) for each in patterns],
        "risk": risk_as_dict(statement),
    }
