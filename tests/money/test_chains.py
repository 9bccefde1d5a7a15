from __future__ import annotations

import pytest

from quivive.errors import UsageError
from quivive.money.chains import CHAINS, find_chain


def test_every_key_names_its_chain() -> None:
    assert all(key == chain.key for key, chain in CHAINS.items())
    assert {"btc", "ltc", "bch", "eth", "trx"} <= set(CHAINS)


def test_chains_of_outputs_have_what_files_and_nodes_are_told_by() -> None:
    for chain in CHAINS.values():
        if chain.family == "utxo":
            assert len(chain.magic) == 4
            assert chain.genesis is not None
            assert len(chain.genesis) == 32
            assert chain.max_money > 0
            assert chain.hrp is None or chain.cashaddr is None


def test_account_chains_are_told_apart_by_their_number() -> None:
    numbers = [chain.chain_id for chain in CHAINS.values() if chain.family == "account"]
    assert None not in numbers
    assert len(set(numbers)) == len(numbers)


def test_only_bitcoin_and_its_fork_share_a_first_block() -> None:
    roots: dict[bytes | None, set[str]] = {}
    for chain in CHAINS.values():
        if chain.family == "utxo":
            roots.setdefault(chain.genesis, set()).add(chain.coin)
    assert {frozenset(coins) for coins in roots.values() if len(coins) > 1} == {frozenset({"BTC", "BCH"})}


def test_an_unknown_key_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'xmr' is no chain that I know; known are btc, "):
        find_chain("xmr")
