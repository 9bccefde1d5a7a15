"""`quivive money cluster | merged | change | relations`: who belongs together, who paid whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.common import check_writable, counted, working

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger

_PATH = click.Path(path_type=Path)
_LEDGER = click.option("--ledger", "folder", required=True, type=_PATH, metavar="DIR", help="The ledger.")
_JSON = click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")


@click.command()
@_LEDGER
@click.option("--with-coinjoin", is_flag=True, help="CoinJoins merge too: their many owners become one.")
@click.option("--out", type=_PATH, metavar="FILE", help="Labels as Parquet: address, cluster (int64); the "
              "addresses' strings stand beside it in FILE's name with .addresses.parquet.")  # fmt: skip
@_JSON
def cluster(folder: Path, with_coinjoin: bool, out: Path | None, as_json: bool) -> None:
    """Which addresses have one owner, by common input ownership? A heuristic, never proof.

    A cluster is named by the smallest number of its addresses. CoinJoins merge nothing unless asked, nor do
    transactions of many equal outputs from many addresses.
    """
    from quivive.money.clusters import clusters, write_labels
    from quivive.money.coinjoin.of_ledger import coinjoins
    from quivive.money.ledger import Ledger

    ledger = Ledger.open(folder)
    if out:
        check_writable(out)
    with working("Clustering"):
        found = clusters(ledger, with_coinjoin)
        joint = coinjoins(ledger)
        summary = {
            **_clusters(found, ledger),
            "coinjoins": joint.count(),
            "doubtful": int((joint.doubtful & ~joint.left_out()).sum()),
            "coinjoins_merge": with_coinjoin,
        }
        if out:
            strings = write_labels(ledger, found, out)
            summary |= {"labels": str(out), "addresses_file": str(strings)}
    if as_json:
        click.echo(json.dumps(summary, indent=1))
        return
    _say_clusters(summary)


@click.command()
@click.argument("one")
@click.argument("other")
@_LEDGER
@click.option("--with-coinjoin", is_flag=True, help="CoinJoins merge too.")
@_JSON
def merged(one: str, other: str, folder: Path, with_coinjoin: bool, as_json: bool) -> int:
    """Which transactions put the addresses ONE and OTHER into one cluster?

    Exit status: 0 they are in one cluster, 1 they are not.
    """
    from quivive.money.clusters import evidence
    from quivive.money.ledger import Ledger

    ledger = Ledger.open(folder)
    chain = evidence(ledger, one, other, with_coinjoin)
    if as_json:
        click.echo(json.dumps({"merged": chain is not None, "steps": chain or []}, indent=1))
    elif chain is None:
        click.echo(f"Nothing in this ledger puts {one} and {other} into one cluster.")
    else:
        for step in chain:
            click.echo(f"{step['txid']} spent from {step['source']} and {step['target']} ({step['date']})")
    return 0 if chain is not None else 1


@click.command()
@click.argument("txids", nargs=-1, required=True, metavar="TXID…")
@_LEDGER
@_JSON
def change(txids: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Which output of these transactions is probably their change?

    Rules of thumb, told one by one; they merge no clusters.
    """
    from quivive.money.change_of_ledger import change_of
    from quivive.money.ledger import Ledger

    with working("Looking for change"):
        found = change_of(Ledger.open(folder), txids)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for each in found:
        _say_change(each)


@click.command()
@_LEDGER
@click.option("--labels", type=_PATH, metavar="FILE", help="Clusters, as `money cluster --out` wrote them.")
@click.option("--out", required=True, type=_PATH, metavar="FILE", help="Parquet: source, target, asset, "
              "transactions, value, first_tx, last_tx.")  # fmt: skip
@click.option("--engine", "engine_name", type=click.Choice(["duckdb", "spark"]), default="duckdb",
              show_default=True, help="What joins the tables.")  # fmt: skip
def relations(folder: Path, labels: Path | None, out: Path, engine_name: str) -> None:
    """Who paid whom in all, one row for each two parties (addresses, or clusters with --labels).

    In a payment of several senders each output comes from each by its share of the inputs: an estimate.
    """
    import pyarrow.parquet as pq

    from quivive.engines import engine
    from quivive.money.ledger import Ledger
    from quivive.money.relations import NO_LABELS
    from quivive.money.relations import relations as add_up

    ledger = Ledger.open(folder)
    check_writable(out)
    if labels:
        _check_labels(labels)
    with working("Adding up payments"):
        rows = add_up(ledger, [labels] if labels else NO_LABELS, engine(engine_name))
    pq.write_table(rows, out, compression="zstd")
    click.echo(f"{counted(rows.num_rows, 'relation')} in {out}.")


def _check_labels(file: Path) -> None:
    """Refuse what is no file of clusters before a query does, in words of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        columns = pq.read_schema(file).names
    except (OSError, pa.ArrowInvalid) as error:
        raise click.UsageError(f"{file} does not read as a file of clusters.") from error
    if not {"address", "cluster"} <= set(columns):
        raise click.UsageError(f"{file} is no file of clusters: it has no columns address and cluster.")


def _say_change(found: dict[str, Any]) -> None:
    against = f"; {', '.join(found['against'])} against it" if found["against"] else ""
    if found["position"] is None:
        click.echo(f"{found['txid']}: no output is told apart as change{against}.")
        return
    click.echo(
        f"{found['txid']}: output {found['position']} to {found['address']} ({found['value']:,}), "
        f"by {', '.join(found['rules'])}{against}."
    )


def _clusters(found: Any, ledger: Ledger) -> dict[str, Any]:
    import numpy as np

    addresses = ledger.counts["addresses"]
    sizes = np.zeros(max(addresses, 1), np.uint32)
    for batch in found.batches(addresses):
        np.add.at(sizes, np.asarray(batch.column("cluster")), 1)
    return {
        "addresses": addresses,
        "clusters": int((sizes > 0).sum()),
        "clusters_of_several": int((sizes > 1).sum()),
        "largest": int(sizes.max()),
        "tip_height": ledger.tip[0] if ledger.tip else None,
    }


def _say_clusters(summary: dict[str, Any]) -> None:
    several = summary["clusters_of_several"]
    click.echo(
        f"{counted(summary['addresses'], 'address')} in {counted(summary['clusters'], 'cluster')}; "
        f"{several:,} of them {'has' if several == 1 else 'have'} several addresses, "
        f"the largest {summary['largest']:,}."
    )
    seen = {name: n for name, n in summary["coinjoins"].items() if n}
    named = ", ".join(f"{n:,} {name}" for name, n in seen.items()) or "none"
    merge = "they merged too" if summary["coinjoins_merge"] else "they merged nothing"
    doubtful = counted(summary["doubtful"], "doubtful one")
    click.echo(f"CoinJoins and entries into mixers by their form: {named}; {doubtful}; {merge}.")
    click.echo(
        "Common input ownership is a heuristic: it says who probably belongs together, it proves nothing."
    )
    if "labels" in summary:
        click.echo(f"Labels in {summary['labels']}, address strings in {summary['addresses_file']}.")
