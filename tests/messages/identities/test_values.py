"""Does a bare value get a true and useful sentence?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.identity_helpers import codes, context, findings, value
from quivive.messages.identities.values import Values, scheme
from quivive.model import Observable, Where

DETECTOR = Values()


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("+12025550143", "value/phone-fictional", "nobody has it"),
        ("+442079460958", "value/phone-fictional", "nobody has it"),
        ("+19005551234", "value/phone-premium", "premium"),
        ("+33899000000", "value/phone-premium", "France"),
        ("+12005550199", "value/phone-fictional", "films"),
        ("+499001234", "value/phone-unassigned", "does not exist"),
        ("+998900000000", "value/phone-number", "Uzbekistan"),
        ("+88213300000", "value/phone-international", "no country"),
    ],
)
def test_a_number_is_said_to_be_what_its_plan_says(number: str, code: str, words: str) -> None:
    (found,) = findings(DETECTOR, value(number, "phone-number"))
    assert found.code == code
    assert words in found.message


def test_digits_in_running_text_that_no_plan_knows_are_no_alarm() -> None:
    bare = findings(DETECTOR, Observable("phone-number", "+499001234"))
    in_text = findings(DETECTOR, Observable("phone-number", "+499001234", where=Where(3, 14, "+499001234")))
    assert codes(bare, "review") == codes(in_text, "informational") == {"value/phone-unassigned"}


def test_an_own_number_is_said_to_be_forgeable() -> None:
    given_house = context(own_numbers=frozenset({"+12025550143"}))
    found = findings(DETECTOR, value("+12025550143", "phone-number"), given_house)
    assert "value/phone-own" in codes(found)


@pytest.mark.parametrize(
    ("iban", "code"),
    [
        ("DE89370400440532013000", "value/iban"),  # the register's own example
        ("GB29NWBK60161331926819", "value/iban"),
        ("DE23999999990000000000", "value/iban-unknown-bank"),
    ],
)
def test_an_iban_names_country_and_bank(iban: str, code: str) -> None:
    found = findings(DETECTOR, Observable("iban", iban))
    assert codes(found) == {code}


@pytest.mark.parametrize(
    ("digits", "name"),
    [
        ("4111111111111111", "Visa"), ("5555555555554444", "Mastercard"), ("2223003122003222", "Mastercard"),
        ("378282246310005", "American Express"), ("6011111111111117", "Discover"),
        ("3530111333300000", "JCB"),
        ("30569309025904", "Diners Club"), ("6200000000000005", "UnionPay"), ("9999999999999995", "payment"),
    ],
)  # fmt: skip
def test_a_card_number_tells_its_scheme(digits: str, name: str) -> None:
    assert scheme(digits) == name


def test_a_card_number_is_not_repeated() -> None:
    (found,) = findings(DETECTOR, Observable("payment-card", "4111111111111111"))
    assert "4111" not in found.message


def test_a_wallet_names_its_chain() -> None:
    address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"  # the example of BIP 173's authors
    (found,) = findings(DETECTOR, Observable("cryptocurrency-wallet", address))
    assert "Bitcoin" in found.message


def test_nothing_here_ever_fails_or_passes() -> None:
    """A form proves nothing about who stands behind it."""
    for text in ("+12025550143", "+19005551234", "+499001234"):
        assert not codes(findings(DETECTOR, value(text, "phone-number")), "fail", "pass")


@given(st.sampled_from(sorted(DETECTOR.accepts)), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_value_breaks_it(type_: str, text: str) -> None:
    for found in findings(DETECTOR, Observable(type_, text)):
        assert found.code in DETECTOR.codes
