"""All spellings of an address meet under one key, and wrong ones are told."""

from __future__ import annotations

import pytest

from money import made_addresses as made
from quivive.errors import Unreadable
from quivive.money.tags import spelling


def test_ethereum_addresses_meet_in_any_letter_case() -> None:
    one = made.ethereum("a")
    spelled = (one, made.checksummed("a"), one.upper(), "0x" + one[2:].upper())
    assert len({spelling.key(each, "eth") for each in spelled}) == 1


def test_an_ethereum_address_has_one_key_on_all_evm_chains() -> None:
    chains = ("eth", "bsc", "arb", "polygon", "etc", "base", "eth-sepolia")
    assert len({spelling.key(made.ethereum("a"), chain) for chain in chains}) == 1


def test_a_wrong_letter_case_is_a_wrong_checksum() -> None:
    right = made.checksummed("a")
    place = next(i for i in range(2, 42) if right[i].isalpha())
    with pytest.raises(Unreadable, match="EIP-55"):
        spelling.key(right[:place] + right[place].swapcase() + right[place + 1 :], "eth")


def test_cash_and_legacy_spellings_of_bitcoin_cash_meet() -> None:
    bare = made.cash("a").removeprefix("bitcoincash:")
    spelled = (made.bitcoin("a"), made.cash("a"), bare, bare.upper())
    assert len({spelling.key(each, "bch") for each in spelled}) == 1


def test_bitcoin_and_its_forks_share_keys() -> None:
    assert spelling.key(made.bitcoin("a"), "btc") == spelling.key(made.cash("a"), "bch")
    assert spelling.key(made.bitcoin("a"), "btc") == spelling.key(made.bitcoin("a"), "bsv")


def test_bitcoin_and_litecoin_do_not_share_keys() -> None:
    assert spelling.key(made.script("a"), "btc") != spelling.key(made.script("a"), "ltc")


def test_old_and_new_script_addresses_of_litecoin_meet() -> None:
    assert spelling.key(made.script("a", 5), "ltc") == spelling.key(made.script("a", 0x32), "ltc")


@pytest.mark.parametrize(("version", "size"), [(0, 20), (0, 32), (1, 32)])
def test_bech32_meets_in_either_letter_case(version: int, size: int) -> None:
    address = made.segwit("a", version, size)
    assert spelling.key(address, "btc") == spelling.key(address.upper(), "btc")


def test_bech32_of_mixed_letter_case_is_refused() -> None:
    address = made.segwit("a")
    with pytest.raises(Unreadable):
        spelling.key(
            address[:-1] + address[-1].upper() if address[-1].isalpha() else "bC" + address[2:], "btc"
        )


def test_tron_meets_in_base58_and_hexadecimal() -> None:
    assert spelling.key(made.tron("a"), "trx") == spelling.key("41" + made.payload("a").hex(), "trx")


@pytest.mark.parametrize(
    ("address", "chain"),
    [(made.bitcoin("a"), "btc"), (made.segwit("a"), "btc"), (made.segwit("t", 1, 32), "btc"),
     (made.cash("a"), "bch"), (made.tron("a"), "trx"), (made.segwit("l", hrp="ltc"), "ltc")],
)  # fmt: skip
def test_a_wrong_checksum_is_told(address: str, chain: str) -> None:
    spelling.key(address, chain)
    with pytest.raises(Unreadable, match="checksum"):
        spelling.key(made.wrong(address), chain)


@pytest.mark.parametrize(
    ("address", "chain"),
    [(made.bitcoin("a"), "btc"), (made.script("b"), "btc"), (made.segwit("c", 1, 32), "btc"),
     (made.tron("d"), "trx"), (made.ethereum("e"), "eth"), (made.segwit("f", hrp="ltc"), "ltc"),
     (made.script("g", 0x32), "ltc")],
)  # fmt: skip
def test_the_usual_spelling_comes_back_out_of_the_key(address: str, chain: str) -> None:
    assert spelling.text(spelling.key(address, chain), chain) == address


def test_a_key_of_bitcoin_is_spelled_for_the_ledger_of_bitcoin_cash() -> None:
    bare = made.cash("a").removeprefix("bitcoincash:")
    assert spelling.text(spelling.key(made.bitcoin("a"), "btc"), "bch") == bare


def test_currencies_name_chains() -> None:
    codes = ("XBT", "BTC ", "bitcoin", "BEP20", "MATIC", "TRX")
    assert [spelling.chain_key(code) for code in codes] == ["btc", "btc", "btc", "bsc", "polygon", "trx"]


def test_a_token_of_many_chains_is_where_its_address_is() -> None:
    found = [
        spelling.chain_key("USDT", each) for each in (made.ethereum("a"), made.tron("a"), made.bitcoin("a"))
    ]
    assert found == ["eth", "trx", "btc"]


def test_the_reason_for_another_chain_names_both() -> None:
    reason = spelling.same_key("bsc", "eth")
    assert "Ethereum" in reason
    assert "BNB Smart Chain" in reason
    assert "contract" in reason
    assert spelling.same_key("eth", "eth") == ""


def test_bitcoins_witness_addresses_do_not_speak_of_bitcoin_cash() -> None:
    assert not spelling.speaks_of(spelling.key(made.segwit("a"), "btc"), "btc", "bch")
    assert spelling.speaks_of(spelling.key(made.bitcoin("a"), "btc"), "btc", "bch")
