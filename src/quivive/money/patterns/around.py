"""Which shapes are there around an address of a ledger, within a few hops?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from quivive.money.exposure import accounts, utxo
from quivive.money.exposure.tagged import Naming
from quivive.money.exposure.walk import Ints
from quivive.money.patterns.address_poisoning import LISTED, History, address_poisoning
from quivive.money.patterns.find import find
from quivive.money.patterns.view import Seen, View
from quivive.money.trace.nouns import Pattern

if TYPE_CHECKING:
    from quivive.money.exposure.of_ledger import Beside
    from quivive.money.ledger import Ledger

HOPS: Final = 12
MOST: Final = 5_000
"""Transactions looked at; a busy address has more, and the sentence that goes with it says so."""


@dataclass(frozen=True)
class Around:
    """The shapes, and what could not be looked at."""

    patterns: tuple[Pattern, ...]
    could_not_look: tuple[str, ...]


def patterns_around(ledger: Ledger, address: str, named: Naming, beside: Beside) -> Around:
    """Shapes in which the address (or its cluster) takes part, or which its money takes within HOPS hops.

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
    txs, more = neighbours(chain, utxo.at(chain.out_off, tx) + position)
    view = part(chain, txs, np.asarray(ledger.times(txs)) if len(txs) else np.zeros(0, np.int64))
    seen = find(view, own, _mixers(view, tagged))
    names = ledger.txids(txs.tolist())
    patterns = tuple(Pattern(s.kind, s.why, tuple(names[tx] for tx in s.txs)) for s in _once(seen))
    gaps = (
        (f"Patterns were looked for in the nearest {len(txs)} transactions; there are more.",) if more else ()
    )
    return Around(patterns, gaps)


def neighbours(chain: utxo.Chain, outputs: Ints) -> tuple[Ints, bool]:
    """Transactions that made or spent these outputs, and those before and after them, the nearest first."""
    spent = utxo.at(chain.spender, outputs)
    edge = np.unique(np.concatenate((utxo.transaction_of(chain, outputs), spent[spent >= 0])))
    found, more = edge[:MOST], len(edge) > MOST
    for _ in range(HOPS):
        fresh = np.setdiff1d(np.concatenate(list(_beside(chain, edge))), found)
        more = more or len(found) + len(fresh) > MOST
        edge = fresh[: MOST - len(found)]
        if not len(edge):
            break
        found = np.union1d(found, edge)
    return found.astype(np.int64), more


def _beside(chain: utxo.Chain, txs: Ints) -> Iterable[Ints]:
    starts = utxo.at(chain.in_off, txs)
    prev = utxo.at(chain.in_prev, utxo.ragged(starts, utxo.at(chain.in_off, txs + 1) - starts)[1])
    yield utxo.transaction_of(chain, prev[prev >= 0])
    starts = utxo.at(chain.out_off, txs)
    spender = utxo.at(chain.spender, utxo.ragged(starts, utxo.at(chain.out_off, txs + 1) - starts)[1])
    yield spender[spender >= 0]


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


def _mixers(view: View, tagged: Naming) -> Ints:
    from quivive.money.tags.categories import MIXERS

    addresses = np.union1d(view.in_addr, view.out_addr)
    addresses = addresses[addresses >= 0].astype(np.int64)
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


def _once(seen: list[Seen]) -> list[Seen]:
    return list(dict.fromkeys(seen))
