from __future__ import annotations

import pytest

from quivive.errors import UsageError
from quivive.money.addresses import base58check, canonical_address, cash_address

CASH = "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"


@pytest.mark.parametrize(
    "spelling",
    [
        CASH,
        "bitcoincash:" + CASH,
        "BITCOINCASH:" + CASH.upper(),
        "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
        " " + CASH + "\n",
        cash_address("bitcoincash", 2, bytes.fromhex("76a04053bda0a88bda5177b86a15c3b29f559873")),
    ],
)
def test_every_spelling_of_a_cash_address_is_one(spelling: str) -> None:
    assert canonical_address(spelling, "bch") == CASH


def test_cash_and_legacy_script_addresses_are_one() -> None:
    assert canonical_address("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bch") == (
        "ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"
    )


@pytest.mark.parametrize(
    "wrong", [CASH[:-1] + "q", "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggv", "q", "", "bitcoincash:", "é" * 42]
)
def test_what_is_no_cash_address_stays_as_it_is(wrong: str) -> None:
    assert canonical_address(wrong, "bch") == wrong


def test_litecoins_old_script_addresses_are_todays() -> None:
    payload = bytes(range(20))
    assert canonical_address(base58check(b"\x05" + payload), "ltc") == base58check(b"\x32" + payload)
    assert canonical_address(base58check(b"\x32" + payload), "ltc") == base58check(b"\x32" + payload)
    assert canonical_address(base58check(b"\x30" + payload), "ltc") == base58check(b"\x30" + payload)
    # On Bitcoin the same spelling is a script's address of today.
    assert canonical_address(base58check(b"\x05" + payload), "btc") == base58check(b"\x05" + payload)


def test_bech32_is_lower_case_and_base58_keeps_its_letters() -> None:
    address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert canonical_address(address.upper(), "btc") == address
    assert (
        canonical_address("1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH", "btc") == "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
    )
    assert canonical_address("multisig:" + "ab" * 20, "btc") == "multisig:" + "ab" * 20


def test_account_addresses_have_one_letter_case() -> None:
    # EIP-55's first example.
    mixed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    assert canonical_address(mixed, "eth") == mixed.lower()
    assert canonical_address("0X" + mixed[2:].upper(), "eth") == mixed.lower()


def test_trons_two_spellings_are_one() -> None:
    body = "a614f803b6fd780986a42c78ec9c7f77e6ded13c"
    # TRON's documentation: the contract of Tether.
    for spelling in ("41" + body, "0x" + body, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"):
        assert canonical_address(spelling, "trx") == "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
    assert canonical_address("0xnothing", "trx") == "0xnothing"


def test_an_unknown_chain_is_named() -> None:
    with pytest.raises(UsageError, match=r"'dash' is no chain"):
        canonical_address("x", "dash")
