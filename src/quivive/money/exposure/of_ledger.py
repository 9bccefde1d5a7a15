"""With whose money has an address of a ledger dealt, by these tags?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quivive.money.exposure import accounts, utxo
from quivive.money.exposure.gaps import gaps_of
from quivive.money.exposure.nouns import Exposure, Limits, Side, Way
from quivive.money.exposure.rows import Names, Payments, side
from quivive.money.exposure.tagged import Asked, Naming, tagged
from quivive.money.exposure.valued import Valued
from quivive.money.exposure.walk import Ints, Mass, Reached, walk

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger
    from quivive.money.rates import Rates
    from quivive.money.tags.book import TagBook

BOTH: tuple[Way, ...] = ("incoming", "outgoing")
LABELS = "labels.parquet"
COINJOINS = "coinjoins.parquet"
"""Where `quivive money cluster` leaves what it found, in a ledger's folder."""


@dataclass(frozen=True)
class Beside:
    """What may lie beside a ledger: each address's cluster, transactions held to be CoinJoins (sorted)."""

    labels: Ints | None = None
    coinjoin: Ints | None = None


def exposure_of(
    ledger: Ledger,
    address: str,
    tags: TagBook,
    *,
    ways: Sequence[Way] = BOTH,
    rates: Rates | None = None,
    beside: Beside | None = None,
    asset: str | None = None,
    limits: Limits | None = None,
    named: Naming | None = None,
) -> Exposure:
    """The exposure of an address, or of its cluster where `beside` has labels.

    `asset` is a token's contract on an account chain; None is the chain's own coin. `named` is what
    `naming_of` gave, where several addresses are looked at. An address that the ledger has not seen gives an
    exposure with `found` False. Raises UsageError for an asset that the ledger does not know.
    """
    limits, beside = limits or Limits(), beside or Beside()
    number = ledger.address_id(address)
    book = named or naming_of(ledger, tags, beside.labels)
    own = cluster_of_address(number, beside.labels)
    find = _sides_utxo if ledger.family == "utxo" else _sides_account
    known = _asset(ledger, asset)
    valued = Valued(ledger, rates, asset)
    sides = find(ledger, own, ways, book, beside, limits, valued, known) if number is not None else ()
    said = tags.of(address, ledger.chain)
    gaps = gaps_of(ledger, sides, found=number is not None, tagged=book.any, rated=rates is not None,
                   valued=valued.wanted, clustered=beside.labels is not None,
                   flagged=beside.coinjoin is not None)  # fmt: skip
    return Exposure(
        ledger.chain, ledger.address(number) if number is not None else address, asset, valued.decimals,
        len(own), sides, tuple(said), limits, gaps, _lists(tags),
        rates.currency if rates else None, rates.name if rates else None, _tip(ledger),
        book.among(own[own != number]) if len(own) > 1 else (),
        {version.name: version.date for version in tags.lists() if version.date}, number is not None,
    )  # fmt: skip


def beside_of(
    ledger: Ledger, labels: Path | None = None, *, cluster: bool = False, judge: bool = False
) -> Beside:
    """What lies beside a ledger, as asked: clusters from a file (or `cluster`: those of the ledger),
    CoinJoins.

    Files that `quivive money cluster` left in the ledger's folder are used. Where there are none, clusters,
    and with `judge` CoinJoins too, are worked out now, which reads the whole ledger.
    """
    if ledger.family != "utxo":
        return Beside()
    joined = ledger.folder / COINJOINS
    flagged = np.unique(_column(joined, "tx")) if joined.is_file() else None
    if judge and flagged is None:
        from quivive.money.coinjoin.of_ledger import coinjoins

        flagged = np.flatnonzero(coinjoins(ledger).left_out()).astype(np.int64)
    if labels is None and not cluster:
        return Beside(None, flagged)
    file = labels or ledger.folder / LABELS
    if labels or file.is_file():
        return Beside(_column(file, "cluster"), flagged)
    from quivive.money.clusters import clusters

    return Beside(clusters(ledger).labels(ledger.counts["addresses"]), flagged)


def _column(path: Path, name: str) -> Ints:
    import pyarrow.parquet as pq

    from quivive.errors import NotFound, Unreadable

    try:
        return np.asarray(pq.read_table(path, columns=[name])[name].to_numpy(), np.int64)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.") from error
    except (OSError, ValueError, KeyError) as error:
        raise Unreadable(
            f"{path} does not read as 'quivive money cluster' writes it: {str(error).rstrip('.')}."
        ) from error


def _lists(tags: TagBook) -> tuple[str, ...]:
    """The lists that were asked, those of sanctions first."""
    versions = sorted(tags.lists(), key=lambda version: (version.kind != "sanctions", version.name))
    return tuple(str(version) for version in versions)


def naming_of(ledger: Ledger, tags: TagBook, labels: Ints | None) -> Naming:
    """Which addresses of the ledger the lists name; with labels, clusters too: then all tags are read."""
    if labels is None:
        return Asked(ledger.addresses, lambda text: tags.of(text, ledger.chain))
    said = tags.by_address(ledger.chain)
    ids = ledger.address_ids(list(said)) if said else []
    named = {number: each for number, each in zip(ids, said.values(), strict=True) if number is not None}
    return tagged(named, labels)


def chain_of(ledger: Ledger, beside: Beside) -> utxo.Chain:
    """A ledger's arrays, read where they are asked for."""
    flows = ledger.flows()
    joined = beside.coinjoin if beside.coinjoin is not None else np.zeros(0, np.int64)
    return utxo.Chain(
        flows.in_off, flows.in_prev, flows.out_off, flows.out_addr, flows.out_val, flows.spender,
        ledger.column("inputs", "address"), ledger.column("inputs", "value"), joined,
    )  # fmt: skip


def cluster_of_address(number: int | None, labels: Ints | None) -> Ints:
    """All addresses of the cluster, sorted; the address alone where no labels reach it."""
    if number is None:
        return np.zeros(0, np.int64)
    if labels is None or number >= len(labels):
        return np.array([number], np.int64)
    return np.flatnonzero(labels == labels[number]).astype(np.int64)


def _asset(ledger: Ledger, asset: str | None) -> int:
    from quivive.errors import UsageError

    if asset is None:
        return -1
    if ledger.family == "utxo":
        raise UsageError("This ledger has no tokens: leave out --asset.")
    number = ledger.address_id(asset)
    if number is None:
        raise UsageError(f"The ledger has no transfer of the token {asset}.")
    return number


def _sides_utxo(ledger: Ledger, own: Ints, ways: Sequence[Way], book: Naming, beside: Beside, limits: Limits,
                valued: Valued, _asset: int) -> tuple[Side, ...]:  # fmt: skip
    chain = chain_of(ledger, beside)
    tx, position = ledger.outputs_to(own.tolist())
    txs, change = utxo.net(chain, utxo.at(chain.out_off, tx) + position)
    names = Names(ledger.addresses, ledger.txids)

    def one(way: Way) -> Side:
        chosen = change > 0 if way == "incoming" else change < 0
        paid = valued.payments(txs[chosen], np.abs(change[chosen]).tolist())
        reached = walk_utxo(chain, paid, own, book, limits, way)
        return side(way, paid, reached, book, names, valued.wanted)

    return tuple(_with_days(valued, one, way) for way in ways)


def walk_utxo(
    chain: utxo.Chain, paid: Payments, own: Ints, book: Naming, limits: Limits, way: Way
) -> Reached:
    """Where the money of these payments came from or went to."""
    expand, cost = (utxo.backward, utxo.inputs_of) if way == "incoming" else (utxo.forward, utxo.outputs_of)
    return walk(
        expand(chain, paid.txs, paid.mass, own), len(paid.txs), lambda txs, mass: expand(chain, txs, mass),
        lambda txs: cost(chain, txs), book.codes_of, own, limits,
    )  # fmt: skip


def walk_account(book: accounts.Transfers, numbers: Ints, mass: Mass, own: Ints, tags: Naming, limits: Limits,
                 way: Way, asset: int) -> Reached:  # fmt: skip
    """`walk_utxo` of transfers of an account chain."""
    back = way == "incoming"
    first = (accounts.senders if back else accounts.receivers)(book, numbers, mass)
    expand = accounts.backward if back else accounts.forward
    cost = accounts.received_before if back else accounts.sent_after
    return walk(
        first, len(numbers), lambda places, m: expand(book, places, m, asset, limits.degree),
        lambda places: np.minimum(cost(book, places), limits.degree), tags.codes_of, own, limits,
    )  # fmt: skip


def _sides_account(ledger: Ledger, own: Ints, ways: Sequence[Way], book: Naming, beside: Beside, limits:
Limits, valued: Valued, asset: int) -> tuple[Side, ...]:  # fmt: skip
    moved = transfers(ledger)
    incoming, outgoing = accounts.subject(moved, own, asset)
    names = Names(ledger.addresses, ledger.txids)

    def one(way: Way) -> Side:
        numbers = incoming if way == "incoming" else outgoing
        exact = [int(value) for value in ledger.column("transfers", "value").take(numbers.tolist())]
        paid = valued.payments(utxo.at(moved.tx, numbers), exact)
        reached = walk_account(moved, numbers, paid.mass, own, book, limits, way, asset)
        return side(way, paid, reached, book, names, valued.wanted)

    return tuple(_with_days(valued, one, way) for way in ways)


def _with_days(valued: Valued, one: Callable[[Way], Side], way: Way) -> Side:
    valued.missing.clear()
    found = one(way)
    return replace(found, days_without_rate=tuple(sorted(valued.missing)))


class _Read:
    """A column of another type than int64, as arrays; what a token claims beyond 38 digits counts as 0."""

    def __init__(self, column: Any, convert: Callable[[Any], Any], dtype: type) -> None:
        self._column, self._convert, self._dtype = column, convert, dtype

    def __getitem__(self, rows: Ints) -> Any:
        values = [self._convert(value) for value in self._column.take(rows.tolist())]
        return np.array(values, self._dtype)


def transfers(ledger: Ledger) -> accounts.Transfers:
    """An account ledger's transfers as arrays that are read where they are asked for."""
    index = ledger.postings()
    tx, asset, sender, receiver, value, kind = (
        ledger.column("transfers", name) for name in ("tx", "asset", "sender", "receiver", "value", "kind")
    )
    return accounts.Transfers(
        index.sent_off, index.sent, index.received_off, index.received, tx, asset, sender, receiver,
        _Read(value, lambda v: float(v or 0), float), _Read(kind, lambda k: k == "fee", bool),
    )  # fmt: skip


def _tip(ledger: Ledger) -> tuple[int, str] | None:
    return (ledger.tip[0], ledger.tip[1].hex()) if ledger.tip else None
