"""Of which shapes is an address of a ledger a part?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from quivive.money.exposure import accounts, utxo
from quivive.money.exposure.tagged import Naming
from quivive.money.exposure.walk import Ints
from quivive.money.patterns.address_poisoning import LISTED, History, address_poisoning
from quivive.money.patterns.find import find
from quivive.money.patterns.round_trip import STARTS
from quivive.money.patterns.view import View
from quivive.money.trace.nouns import Pattern

if TYPE_CHECKING:
    from quivive.money.exposure.of_ledger import Beside
    from quivive.money.ledger import Ledger

HOPS: Final = 4
"""Transactions that money is followed through on all its ways, for what comes back."""
STEPS: Final = 200
"""Transactions that a chain is followed through, before and after the address's own."""
_FEW: Final = 2
"""Inputs, or outputs, of a link of a chain."""
MOST: Final = 5_000
"""Transactions looked at; a busy address has more, and a sentence says so."""


@dataclass(frozen=True)
class Around:
    """The shapes, and what could not be looked at."""

    patterns: tuple[Pattern, ...]
    could_not_look: tuple[str, ...]


def patterns_around(ledger: Ledger, address: str, named: Naming, beside: Beside) -> Around:
    """Shapes in which a transaction of the address (or of its cluster) takes part.

    `named`: which addresses the lists name, from `exposure.of_ledger.naming_of`.
    """
    from quivive.money.exposure.of_ledger import cluster_of_address

    number = ledger.address_id(address)
    if number is None:
        return Around((), ())
    own = cluster_of_address(number, beside.labels)
    if ledger.family == "utxo":
        return _utxo(ledger, own, named, beside)
    return _account(ledger, own)


def _utxo(ledger: Ledger, own: Ints, tagged: Naming, beside: Beside) -> Around:
    from quivive.money.exposure.of_ledger import chain_of

    chain = chain_of(ledger, beside)
    tx, position = ledger.outputs_to(own.tolist())
    mine = _own_transactions(chain, utxo.at(chain.out_off, tx) + position)
    txs, more = neighbours(chain, mine)
    view = part(chain, txs, np.asarray(ledger.times(txs)) if len(txs) else np.zeros(0, np.int64))
    places = set(_among(mine, txs).tolist())
    seen = [s for s in find(view, own, _mixers(view, tagged, places)) if places & set(s.txs)]
    names = ledger.txids(txs.tolist())
    patterns = tuple(Pattern(s.kind, s.why, tuple(names[tx] for tx in s.txs)) for s in seen)
    gaps = []
    if more:
        gaps.append(f"Patterns were looked for in {len(txs)} transactions at and near this address, not all.")
    if len(mine) > STARTS:
        gaps.append(f"Round trips were looked for after its first {STARTS} payments only.")
    return Around(patterns, tuple(gaps))


def _own_transactions(chain: utxo.Chain, outputs: Ints) -> Ints:
    spent = utxo.at(chain.spender, outputs)
    return np.unique(np.concatenate((utxo.transaction_of(chain, outputs), spent[spent >= 0])))


def neighbours(chain: utxo.Chain, own: Ints) -> tuple[Ints, bool]:
    """These transactions (sorted), those just before, those after within HOPS, and the chains they stand in.

    The first MOST of them, the nearest first, and whether there are more.
    """
    found, more = own[:MOST], len(own) > MOST
    edges = [_before(chain, found)]
    edge = found
    for _ in range(HOPS):
        edge = np.setdiff1d(_after(chain, edge), found)[:MOST]
        edges.append(edge)
    for fresh in [*_chain(chain, found, _through), *_chain(chain, found, _onward), *edges]:
        fresh = np.setdiff1d(fresh, found)
        more = more or len(found) + len(fresh) > MOST
        found = np.union1d(found, fresh[: MOST - len(found)]).astype(np.int64)
    return found, more


def _chain(chain: utxo.Chain, txs: Ints, step: Callable[[utxo.Chain, Ints], Ints]) -> Iterator[Ints]:
    """Transactions one by one along the largest sums."""
    seen = txs
    for _ in range(STEPS):
        txs = np.setdiff1d(step(chain, txs), seen)
        if not len(txs):
            return
        seen = np.union1d(seen, txs)
        yield txs


def _onward(chain: utxo.Chain, txs: Ints) -> Ints:
    """The spenders of the largest outputs of transactions that pay few."""
    starts = utxo.at(chain.out_off, txs)
    counts = utxo.at(chain.out_off, txs + 1) - starts
    origin, outputs = utxo.ragged(starts[counts <= _FEW], counts[counts <= _FEW])
    largest = _largest(origin, utxo.at(chain.out_val, outputs))
    spender = utxo.at(chain.spender, outputs[largest])
    return np.unique(spender[spender >= 0])


def _through(chain: utxo.Chain, txs: Ints) -> Ints:
    """The makers of the largest coins spent by transactions that spend few."""
    starts = utxo.at(chain.in_off, txs)
    counts = utxo.at(chain.in_off, txs + 1) - starts
    origin, inputs = utxo.ragged(starts[counts <= _FEW], counts[counts <= _FEW])
    prev, _, value, place = utxo.inputs_known(chain, inputs)
    largest = _largest(origin, np.nan_to_num(value))
    return np.unique(place[largest][prev[largest] >= 0])


def _largest(origin: Ints, value: np.ndarray) -> Ints:
    """The place of the largest value of each origin."""
    order = np.lexsort((value, origin))
    last = np.append(origin[order][1:] != origin[order][:-1], True) if len(order) else np.zeros(0, bool)
    places: Ints = order[last]
    return places


def _before(chain: utxo.Chain, txs: Ints) -> Ints:
    starts = utxo.at(chain.in_off, txs)
    prev = utxo.at(chain.in_prev, utxo.ragged(starts, utxo.at(chain.in_off, txs + 1) - starts)[1])
    return np.unique(utxo.transaction_of(chain, prev[prev >= 0]))


def _after(chain: utxo.Chain, txs: Ints) -> Ints:
    starts = utxo.at(chain.out_off, txs)
    spender = utxo.at(chain.spender, utxo.ragged(starts, utxo.at(chain.out_off, txs + 1) - starts)[1])
    return np.unique(spender[spender >= 0])


def part(chain: utxo.Chain, txs: Ints, times: Ints) -> View:
    """These transactions (sorted), all their inputs and outputs, numbered anew; addresses keep theirs."""
    in_starts, out_starts = utxo.at(chain.in_off, txs), utxo.at(chain.out_off, txs)
    in_counts, out_counts = (
        utxo.at(chain.in_off, txs + 1) - in_starts,
        utxo.at(chain.out_off, txs + 1) - out_starts,
    )
    inputs, outputs = utxo.ragged(in_starts, in_counts)[1], utxo.ragged(out_starts, out_counts)[1]
    prev, address, value, _ = utxo.inputs_known(chain, inputs)
    return View(
        np.concatenate((np.zeros(1, np.int64), np.cumsum(in_counts))), _among(prev, outputs), address,
        np.nan_to_num(value, nan=-1).astype(np.int64),
        np.concatenate((np.zeros(1, np.int64), np.cumsum(out_counts))), utxo.at(chain.out_addr, outputs),
        utxo.at(chain.out_val, outputs), _among(utxo.at(chain.spender, outputs), txs), times,
        np.isin(txs, np.asarray(chain.coinjoin, np.int64)),
    )  # fmt: skip


def _among(numbers: Ints, members: Ints) -> Ints:
    """Places of numbers in a sorted array, -1 for those that are not in it."""
    if not len(members):
        return np.full(len(numbers), -1, np.int64)
    place = np.minimum(np.searchsorted(members, numbers), len(members) - 1)
    return np.where(members[place] == numbers, place, -1).astype(np.int64)


def _mixers(view: View, tagged: Naming, places: set[int]) -> Ints:
    """Addresses of mixers in these transactions: lists are asked for no others."""
    from quivive.money.tags.categories import MIXERS

    near = np.array(sorted(places), np.int64)
    paying, paid = view.in_addr[np.isin(view.spent_by, near)], view.out_addr[np.isin(view.made_by, near)]
    addresses = np.union1d(paying, paid).astype(np.int64)
    addresses = addresses[addresses >= 0]
    codes = tagged.codes_of(addresses)
    mixing = [code for code, category in enumerate(tagged.categories) if category.name in MIXERS]
    return addresses[np.isin(codes, mixing)]


def _account(ledger: Ledger, own: Ints) -> Around:
    """Address poisoning in the history of these addresses."""
    from quivive.money.exposure.of_ledger import transfers

    book = transfers(ledger)
    numbers = accounts.of_addresses(book, own)
    more = len(numbers) > MOST * 4
    numbers = numbers[-MOST * 4 :]
    sender, receiver = utxo.at(book.sender, numbers), utxo.at(book.receiver, numbers)
    each, index = np.unique(np.concatenate((sender, receiver)), return_inverse=True)
    known = each >= 0
    texts = ["-" if not k else t for k, t in zip(known, _texts(ledger, each, known), strict=True)]
    place = np.where(known[index], index, -1)
    tx = utxo.at(book.tx, numbers)
    signed = _among(utxo.at(ledger.column("transactions", "sender"), tx), each)
    history = History(tx, utxo.at(book.asset, numbers), place[: len(numbers)], place[len(numbers) :],
                      utxo.at(book.value, numbers), signed, texts)  # fmt: skip
    seen = address_poisoning(history, _among(own, each))
    patterns = tuple(Pattern(s.kind, s.why, tuple(ledger.txids(s.txs))) for s in seen[: LISTED * 5])
    gaps = (f"Address poisoning was looked for in the latest {len(numbers)} transfers; there are more.",)
    return Around(patterns, gaps if more else ())


def _texts(ledger: Ledger, each: Ints, known: np.ndarray) -> list[str]:
    texts = iter(ledger.addresses(each[known].tolist()))
    return [next(texts) if k else "" for k in known]
