"""A look-alike character is put right only where a checksum vouches for it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.media.repair import LOOKALIKES, repaired

WALLET = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


@pytest.mark.parametrize(
    ("read", "right", "kind"),
    [
        ("to DE89 37O4 0044 0532 0130 00 now", "to DE89 3704 0044 0532 0130 00 now", "iban"),
        ("IBAN NL91 A8NA 0417 1643 00", "IBAN NL91 ABNA 0417 1643 00", "iban"),
        ("DE8937040044O532013000.", "DE89370400440532013000.", "iban"),
        ("card 4111 1111 111l 1111", "card 4111 1111 1111 1111", "payment-card"),
        (WALLET.replace("0c5", "Oc5"), WALLET, "cryptocurrency-wallet"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfna", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", None),
        ("1A1zPleP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "cryptocurrency-wallet"),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeO", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe0", None),
        ("call +44 77O0 900123 now", "call +44 7700 900123 now", "phone-number"),
    ],
)  # fmt: skip
def test_one_swap_that_passes_is_made_and_said(read: str, right: str, kind: str | None) -> None:
    text, repairs = repaired(read)
    if kind is None:
        assert (text, repairs) == (read, [])
    else:
        assert text == right
        assert [repair.type for repair in repairs] == [kind]
        assert repairs[0].read != repairs[0].value


@pytest.mark.parametrize(
    "text",
    [
        "DE89 37O4 OO44 0532 0130 00",
        "NL83 2291 kon niet worden bezorgd",
        "card 4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "order 88O42 of Monday, IO people came",
        "0x52908400098527886e0f7030069857d2e4169eeO",
        WALLET,
        "Internationalisierungsmassnahmenkatalog",
    ],
)
def test_what_no_single_swap_explains_stays_as_it_was_read(text: str) -> None:
    assert repaired(text) == (text, [])


def test_a_valid_value_is_left_alone() -> None:
    text = "NL91 ABNA 0417 1643 00 and +31 6 12345678"
    assert repaired(text) == (text, [])


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0OoDQ1lIi|5S8B2Z NLDEbc+-.xA", max_size=120))
def test_any_text_keeps_its_length_and_changes_only_lookalikes(text: str) -> None:
    after, repairs = repaired(text)
    assert len(after) == len(text)
    changed = [(a, b) for a, b in zip(text, after, strict=True) if a != b]
    assert len(changed) == len(repairs)
    assert all(any(a in group and b in group for group in LOOKALIKES) for a, b in changed)


@pytest.mark.parametrize("text", ["DE89 " * 6000, "1 " * 15000, "bc1" * 9000, "A1O0 BB" * 4000, "4" * 30000])
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    started = time.process_time()
    repaired(text)
    assert time.process_time() - started < 5
