import base64
import hashlib
import hmac

import pytest

from quivive.errors import UsageError
from quivive.voices.live.access import (
    Access,
    checked,
    holds_token,
    is_token,
    known_host,
    loopback,
    twilio_signed,
)

TOKEN = "correct horse battery"
ASKED = Access(token=TOKEN)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "value", ["Bearer " + TOKEN, "bearer " + TOKEN, basic("desk:" + TOKEN), basic(":" + TOKEN)]
)
def test_the_token_opens(value):
    assert holds_token(ASKED, {"Authorization": value})


@pytest.mark.parametrize(
    "value",
    ["", TOKEN, "Bearer", "Bearer ", "Bearer wrong", "Basic !!!", basic(TOKEN), basic("a:b"), "Basic /w=="],
)
def test_nothing_else_does(value):
    assert not holds_token(ASKED, {"Authorization": value})


def test_an_empty_token_is_never_the_token():
    assert not is_token(Access(twilio="x", public_url="wss://a.example"), "")


def test_without_a_token_nobody_is_asked_but_only_on_this_machine():
    assert holds_token(checked(Access(), "127.0.0.1"), {})
    for host in ("0.0.0.0", "192.0.2.1", "::", "desk.example"):
        with pytest.raises(UsageError, match="set a token"):
            checked(Access(), host)
        assert checked(ASKED, host) is ASKED


def test_a_short_token_is_refused():
    with pytest.raises(UsageError, match="too short"):
        checked(Access(token="1234"), "127.0.0.1")


def test_twilios_signature_needs_the_address_that_was_signed():
    with pytest.raises(UsageError, match="--public-url"):
        checked(Access(twilio="secret"), "127.0.0.1")


@pytest.mark.parametrize("signed", ["wss://desk.example/stream", "wss://desk.example/stream/"])
def test_twilios_signature_of_the_address_opens_a_stream(signed):
    access = Access(twilio="auth token", public_url="wss://desk.example/stream")
    digest = base64.b64encode(hmac.new(b"auth token", signed.encode(), hashlib.sha1).digest()).decode()
    assert twilio_signed(access, {"X-Twilio-Signature": digest})
    assert not twilio_signed(access, {"X-Twilio-Signature": digest[:-2] + "A="})
    assert not twilio_signed(access, {})
    assert not holds_token(access, {"X-Twilio-Signature": digest})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_these_addresses_are_this_machine(host):
    assert loopback(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "192.0.2.1:8765", "", "localhost.evil.example"]
)
def test_a_foreign_name_that_leads_here_is_refused_where_nobody_is_asked(host):
    assert not known_host(Access(), host)
    assert known_host(ASKED, host)


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "[::1]", "localhost"])
def test_the_names_of_this_machine_are_known(host):
    assert known_host(Access(), host)
