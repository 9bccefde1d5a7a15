"""What `quivive check` says of a certificate file."""

import base64
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from calls.lint import made as m
from calls.lint.made import made
from quivive.calls.lint.lint_detector import Linter
from quivive.errors import Unreadable
from quivive.model import Context, Item

NOON = Context(now=datetime(2026, 11, 22, 12, tzinfo=UTC))


def findings(data):
    item = Item("c.pem", "application/x-x509-cert", sha256(data).hexdigest(), len(data), data)
    return list(Linter().examine(item, NOON))


def test_it_says_who_may_sign_calls_and_until_when():
    (seen,) = findings(made())
    assert seen.code == "sti-certificate/seen"
    assert seen.kind == "informational"
    assert seen.message == (
        "This certificate lets Example Telecom, SHAKEN 709J (service provider code 709J) sign calls from "
        "2025-03-01 to 2025-03-31. It was issued by Example Trust, Example SHAKEN Intermediate CA."
    )


def test_each_broken_rule_is_explained_with_its_clause():
    _, broken = findings(made(serial=77))
    assert broken.code == "sti-certificate/lint"
    assert broken.kind == "review"
    assert broken.params["code"] == "e_atis_serial_number_size"
    assert broken.references == ("ATIS-1000080.v005 §6.4.1.1",)
    assert "shorter than 64 bits" in broken.message
    assert "no sign of a forgery" in broken.message
    assert broken.where.quote == "The serial number has 7 bits instead of 64."


def test_a_warning_asks_nobody_to_look():
    kinds = {
        found.params.get("code"): found.kind for found in findings(made(extensions={m.SUBJECT_KEY_ID: None}))
    }
    assert kinds["w_ext_subject_key_identifier_missing_sub_cert"] == "informational"
    assert kinds["e_atis_subject_key_identifier"] == "review"


def test_faults_of_form_alone_ask_to_look_and_not_to_act():
    bad = made({"CN": "Example"}, serial=77, extensions={m.POLICIES: None, m.CRL_POINTS: None})
    assert {found.code for found in findings(bad) if found.kind == "review"} == {"sti-certificate/lint"}


def test_a_list_without_one_code_is_said():
    seen, *_ = findings(made(extensions={m.TN_AUTH_LIST: (False, m.tn_auth_list("709J", "710J"))}))
    assert seen.code == "sti-certificate/seen-without-code"


def test_another_certificate_is_named_and_not_judged():
    (other,) = findings(made({"CN": "www.example.org"}, extensions={m.TN_AUTH_LIST: None}))
    assert other.code == "sti-certificate/other"
    assert "www.example.org" in other.message


def test_a_chain_says_of_which_certificate_it_speaks():
    ca = made(m.CA, extensions=m.SOUND_CA, issuer=m.ROOT)
    blocks = (
        b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % base64.encodebytes(der)
        for der in (made(serial=77), ca)
    )
    got = [(found.code, found.where.part) for found in findings(b"".join(blocks))]
    assert got == [
        ("sti-certificate/seen", "certificate 1"),
        ("sti-certificate/lint", "certificate 1"),
        ("sti-certificate/other", "certificate 2"),
    ]


def test_what_does_not_read_could_not_be_looked_at():
    with pytest.raises(Unreadable):
        findings(b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")


def test_the_table_of_codes_is_a_dated_source():
    (source,) = Linter().sources()
    assert source.date == "2025-08-18"
