"""The text of a code says what a telephone would do with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.media.payloads import parse


@pytest.mark.parametrize(
    ("text", "kind", "observable", "said"),
    [
        ("tel:+442079460958", "call", ("phone-number", "+442079460958"), "+442079460958"),
        ("SMSTO:+447700900123:YES pay", "message", ("phone-number", "+447700900123"), "YES pay"),
        ("sms:+447700900123?body=send%20code", "message", ("phone-number", "+447700900123"), "send code"),
        ("mailto:help@example.org?body=hi", "message", ("email-addr", "help@example.org"), "hi"),
        ("MATMSG:TO:help@example.org;BODY:hello;;", "message", ("email-addr", "help@example.org"), "hello"),
        ("WIFI:T:WPA;S:Free\\;Airport;P:secret;;", "wifi", None, "Free;Airport"),
        ("bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=0.1", "crypto-payment",
         ("cryptocurrency-wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), "Bitcoin"),
        ("ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@1?value=1", "crypto-payment",
         ("cryptocurrency-wallet", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), "Ethereum"),
        ("BEGIN:VCARD\nFN:A\nEND:VCARD", "contact", None, None),
        ("someapp://open?x=1", "app", None, "someapp"),
    ],
)  # fmt: skip
def test_it_says_what_the_code_is_for(
    text: str, kind: str, observable: tuple[str, str] | None, said: str | None
) -> None:
    payload = parse(text)
    assert payload is not None
    assert payload.kind == kind
    assert [(o.type, o.value) for o in payload.observables] == ([observable] if observable else [])
    assert said is None or said in payload.params.values()


@pytest.mark.parametrize(
    "text", ["https://example.org/", "HTTP://EXAMPLE.ORG", "just words: here", "BCD\n1", "", ":"]
)
def test_links_and_plain_text_have_no_meaning_of_their_own(text: str) -> None:
    assert parse(text) is None


def test_a_password_of_a_network_is_not_repeated() -> None:
    payload = parse("WIFI:T:WPA;S:Cafe;P:secret;;")
    assert payload is not None
    assert "secret" not in str(payload)


@given(
    st.text(max_size=300),
    st.sampled_from(["BCD\n", "WIFI:", "tel:", "sms:", "mailto:", "bitcoin:", "BEGIN:VCARD", ""]),
)
def test_any_text_parses_or_does_not(text: str, start: str) -> None:
    payload = parse(start + text)
    assert payload is None or all(len(value) <= 141 for value in payload.params.values())
