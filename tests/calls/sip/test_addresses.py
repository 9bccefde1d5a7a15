"""Addresses in header fields."""

from __future__ import annotations

import pytest

from quivive.calls.sip.addresses import parse_address, parse_uri


def test_a_sip_uri_is_read_into_its_parts():
    uri = parse_uri("sips:al%69ce:secret@EXAMPLE.org:5061;transport=TCP;lr?Subject=a")
    assert (uri.scheme, uri.user, uri.host, uri.port) == ("sips", "al%69ce", "example.org", 5061)
    assert dict(uri.parameters) == {"transport": "TCP", "lr": ""}
    assert (uri.headers, uri.name, uri.problems) == ("Subject=a", "alice@example.org", ())


def test_a_trunk_group_in_the_user_part_is_a_parameter():
    """RFC 4904: it was taken as part of the number by other tools."""
    address = parse_address(
        b"<sip:+12155550100;tgrp=tg-1;trunk-context=carrier.example@192.0.2.7;user=phone>;tag=1"
    )
    assert address.uri.user == "+12155550100"
    assert dict(address.uri.user_parameters) == {"tgrp": "tg-1", "trunk-context": "carrier.example"}
    assert (dict(address.uri.parameters), dict(address.parameters)) == ({"user": "phone"}, {"tag": "1"})
    assert address.problems == ()


def test_a_tel_uri_keeps_its_number_and_parameters():
    uri = parse_uri("tel:+1-215-555-0100;rn=+12155550199;npdi;phone-context=%2B1")
    assert uri.user == "+1-215-555-0100"
    assert dict(uri.parameters) == {"rn": "+12155550199", "npdi": "", "phone-context": "+1"}


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("sip:a@[2001:db8::7]:5060", "2001:db8::7", 5060),
        ("sip:[2001:DB8::7];lr", "2001:db8::7", None),
        ("sip:192.0.2.7", "192.0.2.7", None),
    ],
)
def test_hosts_may_be_addresses(text, host, port):
    uri = parse_uri(text)
    assert (uri.host, uri.port, uri.problems) == (host, port, ())


@pytest.mark.parametrize(
    ("value", "display", "user", "parameters"),
    [
        (b"<sip:a@example.com>;tag=1", "", "a", {"tag": "1"}),
        (b"sip:a@example.com;tag=1", "", "a", {"tag": "1"}),
        (b"Al Ice <sip:a@example.com>", "Al Ice", "a", {}),
        (b"caller<sip:a@example.com>;TAG=1", "caller", "a", {"tag": "1"}),
        (b'"A \\"B\\" <sip:x@example.net>" <sip:a@example.com>', 'A "B" <sip:x@example.net>', "a", {}),
        ("\u201cÄ\u201d <sip:a@example.com>".encode(), "\u201cÄ\u201d", "a", {}),
        (b'<sip:a@example.com> ; x = "y;z" ; x=2', "", "a", {"x": "y;z"}),
    ],
)
def test_display_name_uri_and_parameters(value, display, user, parameters):
    address = parse_address(value)
    assert (address.display, address.uri.user, dict(address.parameters)) == (display, user, parameters)


PROBLEMS = {
    "display-name-quote": b'"Al <sip:a@example.com>',
    "display-name": b"Bell, Al <sip:a@example.com>",
    "address-brackets": b'"Al" <sip:a@example.com',
    "uri-whitespace": b"< sip:a@example.com >",
    "uri-scheme-missing": b"a@example.com",
    "uri-scheme-unknown": b"<https://example.com>",
    "uri-host": b"<sip:a@>",
    "uri-escape": b"<sip:a%zz@example.com>",
    "uri-needs-brackets": b"sip:a@example.com?Route=x",
    "parameter-empty": b"<sip:a@example.com>;;tag=1",
}


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_is_named(code):
    problems = parse_address(PROBLEMS[code]).problems
    expected = {code, "display-name"} if code == "display-name" else {code}
    assert set(problems) == expected


@pytest.mark.parametrize("port", ["0x50", "65536", "99999999", "", "-1"])
def test_a_port_that_is_none_is_named(port):
    assert parse_uri(f"sip:a@example.com:{port}").problems == ("uri-host",)


def test_a_tag_cannot_smuggle_another_host():
    """Without brackets, parameters belong to the field, whatever '@' they hold."""
    address = parse_address(b"sip:alice;tag=x@evil.example")
    assert (address.uri.user, address.uri.host) == ("", "alice")


def test_a_number_without_host_is_still_a_number():
    """Some providers send 'sip:+12155550100;verstat=…' without a host."""
    uri = parse_uri("sip:+12155550100;verstat=TN-Validation-Passed")
    assert (uri.user, uri.parameters["verstat"], uri.problems) == (
        "+12155550100",
        "TN-Validation-Passed",
        ("uri-host",),
    )
