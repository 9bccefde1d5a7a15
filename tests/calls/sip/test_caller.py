"""Who calls whom, as the network asserts it."""

from __future__ import annotations

import pytest

from calls.sip.invites import call
from quivive.calls.sip.caller import call_of
from quivive.calls.sip.dates import unix_time
from quivive.calls.sip.message import parse


def test_the_parties_and_the_time_of_a_plain_call():
    got = call()
    assert (got.caller, got.source, got.callees) == ("12155550100", "From", ("12155550199",))
    assert (got.target, got.date, got.anonymous, got.verstat) == ("12155550199", 1795348800.0, False, None)
    assert (got.identities, got.bypass) == ((), False)


def test_the_asserted_tel_uri_goes_before_the_asserted_sip_uri_and_from():
    got = call(P_Asserted_Identity="<sip:+12155550101@example.com>, <tel:+12155550102>")
    assert (got.caller, got.source) == ("12155550102", "P-Asserted-Identity")


def test_the_asserted_sip_uri_goes_before_from():
    got = call(P_Asserted_Identity="<sip:+12155550101@example.com>")
    assert (got.caller, got.source) == ("12155550101", "P-Asserted-Identity")


def test_french_networks_take_from_first():
    message = parse(
        b"INVITE sip:a@example.com SIP/2.0\r\nFrom: <sip:+33123456789@example.com>\r\n"
        b"P-Asserted-Identity: <tel:+33198765432>\r\n\r\n"
    )
    assert call_of(message, order=("From", "P-Asserted-Identity")).caller == "33123456789"


def test_an_address_that_is_no_number_is_a_sip_address():
    got = call(From="<sip:Al%69ce:pw@EXAMPLE.com:5070;transport=tcp>;tag=1", To="<sips:b@[2001:DB8::7]>")
    assert (got.caller, got.callees) == ("sip:Alice@example.com", ("sips:b@[2001:db8::7]",))


def test_a_trunk_group_does_not_change_the_number():
    """RFC 4904 in the user part."""
    got = call(From="<sip:+12155550100;tgrp=tg-1;trunk-context=carrier.example@192.0.2.7;user=phone>;tag=1")
    assert got.caller == "12155550100"


# --- anonymous or missing callers ---


@pytest.mark.parametrize(
    "sender",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
        "<sip:Anonymous@Anonymous.Invalid:5060>;tag=1",
        "sip:anonymous@anonymous.invalid;tag=1",
        "<sip:restricted@example.com>;tag=1",
        '"Unavailable" <sip:unavailable@192.0.2.7>;tag=1',
        "<sip:%61nonymous@192.0.2.7>;tag=1",
        "<sip:anonymous;verstat=No-TN-Validation@anonymous.invalid>;tag=1",
        '"Restricted" <sip:192.0.2.7>;tag=1',
    ],
)
def test_an_anonymous_caller_is_nobody(sender):
    got = call(From=sender)
    assert (got.caller, got.source, got.anonymous) == (None, "", True)


def test_the_network_names_an_anonymous_caller():
    got = call(From="<sip:anonymous@anonymous.invalid>;tag=1", P_Asserted_Identity="<tel:+12155550100>")
    assert (got.caller, got.source, got.anonymous) == ("12155550100", "P-Asserted-Identity", True)


@pytest.mark.parametrize("privacy", ["id", "header;id", "user; critical", "ID"])
def test_privacy_hides_the_caller_from_the_called(privacy):
    got = call(P_Asserted_Identity="<tel:+12155550100>", Privacy=privacy)
    assert (got.caller, got.anonymous) == ("12155550100", True)


def test_privacy_none_hides_nobody():
    assert not call(Privacy="none").anonymous


def test_a_missing_from_is_no_caller_but_hides_nobody():
    got = call(From=None)
    assert (got.caller, got.source, got.anonymous) == (None, "", False)


def test_a_name_that_says_restricted_before_a_number_hides_nothing():
    assert not call(From='"Restricted" <sip:+12155550100@example.com>;tag=1').anonymous


# --- verstat ---


@pytest.mark.parametrize(
    "field",
    [
        "<tel:+12155550100;verstat=TN-Validation-Passed>",
        "<sip:+12155550100;verstat=TN-Validation-Passed@example.com;user=phone>",
        "<sip:+12155550100@example.com;verstat=TN-Validation-Passed>",
        "<sip:+12155550100@example.com>;verstat=TN-Validation-Passed",
        '<sip:+12155550100@example.com>;verstat="TN-Validation-Passed"',
        '<sip:+12155550100;verstat="TN-Validation-Passed"@example.com>',
        "<sip:+12155550100;VERSTAT=TN-Validation-Passed@example.com>",
        "<sip:+12155550100;tgrp=a;verstat=TN-Validation-Passed;trunk-context=b@example.com>",
        "<sip:+12155550100;verstat=TN-Validation-Passed>",
        "sip:+12155550100;verstat=TN-Validation-Passed@example.com",
    ],
)
@pytest.mark.parametrize("name", ["P_Asserted_Identity", "From"])
def test_verstat_is_found_wherever_it_stands(field, name):
    got = call(**{name: field})
    (verstat,) = got.verstats
    assert (got.verstat, verstat.outcome, verstat.source) == (
        "TN-Validation-Passed",
        "passed",
        name.replace("_", "-"),
    )
    assert got.caller == "12155550100"


@pytest.mark.parametrize(
    ("value", "outcome", "attestation"),
    [
        ("TN-Validation-Passed", "passed", ""),
        ("TN-Validation-Failed", "failed", ""),
        ("No-TN-Validation", "not-validated", ""),
        ("TN-Validation-Passed-A", "passed", "A"),
        ("TN-Validation-Passed-B", "passed", "B"),
        ("TN-Validation-Passed-C", "passed", "C"),
        ("TN-Validation-Passed-A-Diverted", "passed", "A"),
        ("TN-Validation-Passed-A-Passthrough", "passed", "A"),
        ("TN-Validation-Failed-C", "failed", "C"),
        ("tn-validation-passed", "passed", ""),
        ("TN-Verification-Failed", "failed", ""),
        ("TN-Validation-PassedX", "unknown", ""),
        ("verified", "unknown", ""),
    ],
)
def test_every_form_of_verstat_in_use_is_understood(value, outcome, attestation):
    (verstat,) = call(P_Asserted_Identity=f"<tel:+12155550100;verstat={value}>").verstats
    assert (verstat.value, verstat.outcome, verstat.attestation) == (value, outcome, attestation)


def test_verstat_in_a_field_of_its_own_is_found():
    assert call(X_Verstat='"TN-Validation-Passed-B"').verstat == "TN-Validation-Passed-B"


# --- signatures, forwarding, time ---


def test_identity_values_are_the_received_bytes():
    value = "eyJh.eyJi.c2ln;info=<https://certificates.example.org/a.pem>;alg=ES256;ppt=shaken"
    assert call(b"", f"y : {value}", f"Identity: {value}x").identities == (
        value.encode(),
        value.encode() + b"x",
    )


def test_p_identity_bypass_is_kept_with_its_token():
    got = call(P_Identity_Bypass="token-of-the-authority")
    assert (got.bypass, got.bypass_token) == (True, "token-of-the-authority")
    assert call(P_Identity_Bypass="").bypass


def test_forwarders_are_read_from_history_and_diversion():
    got = call(
        History_Info="<sip:+12155550111@example.com>;index=1, <sip:+12155550112@example.com>;index=1.1",
        Diversion="<tel:+12155550113>;reason=unconditional, <sip:+12155550112@example.com>",
    )
    assert got.diversions == ("12155550111", "12155550112", "12155550113")


@pytest.mark.parametrize(
    "value",
    [
        "Fri, 01 Jan 2010 16:00:00 EST",
        "Fri, 01 Jan 2010 16:00:00 +0000",
        "01 Jan 2010 16:00:00 GMT",
        "Fri, 32 Jan 2010 16:00:00 GMT",
        "Fri, 01 Jan 2010 25:00:00 GMT",
        "Fri, 01 Jan 0000 16:00:00 GMT",
        "Fri, 01 Jan 2010 16:00 GMT",
        "Fri, 01 Jan 2010 16:00:61 GMT",
        "2010-01-01T16:00:00Z",
        "",
        "Fri, \u0661 Jan 2010 16:00:00 GMT",
    ],
)
def test_a_date_in_another_form_is_no_date(value):
    assert call(Date=value).date is None


def test_dates_are_unix_seconds_leap_seconds_too():
    assert unix_time(b"Sat, 13 Nov 2010 23:29:00 GMT") == 1289690940.0
    assert unix_time(b"Sat, 31 Dec 2016 23:59:60 GMT") == 1483228800.0
