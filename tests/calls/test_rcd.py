"""Do names and cards agree with their signed digests (RFC 9795 §6)?"""

from __future__ import annotations

import base64
import hashlib

import pytest

from calls.signed import claims, codes, identity, judged
from quivive.calls import rcd

CARD = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Bank"]]]
DATA = {"nam": "Q Branch Spy Gadgets", "apn": "12025550100", "jcd": CARD}


def test_the_digest_of_a_name_is_that_of_the_rfcs_example():
    # RFC 9795 §6.1: the digest of "Q Branch Spy Gadgets", quotes included
    assert rcd.digest(DATA["nam"]) == "sha256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY="


def test_digests_that_agree_give_no_fault():
    assert rcd.faults(DATA, {f"/{name}": rcd.digest(value) for name, value in DATA.items()}) == []


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_each_algorithm_of_the_rfc_is_known(algorithm):
    assert rcd.faults(DATA, {"/nam": rcd.digest(DATA["nam"], algorithm)}) == []


@pytest.mark.parametrize("pointer", ["/nam", "/jcd", "/jcd/1/1/3"])
def test_a_changed_element_is_refused(pointer):
    assert rcd.faults(DATA, {pointer: rcd.digest("Another Name")}) == ["rcdi-mismatch"]


def test_an_element_inside_a_card_is_found_by_its_pointer():
    assert rcd.faults(DATA, {"/jcd/1/1/3": rcd.digest("Example Bank")}) == []


@pytest.mark.parametrize(
    "digest", ["md5-AAAA", "sha256", "sha256-!!", 7, None, "sha256-" + "A" * 43], ids=repr
)
def test_a_digest_that_does_not_read_is_refused(digest):
    assert rcd.faults(DATA, {"/nam": digest}) == ["claim-rcdi"]


@pytest.mark.parametrize("pointer", ["nam", "/jcd/x", "/jcd/999999999999"])
def test_a_pointer_that_is_none_is_refused(pointer):
    assert rcd.faults(DATA, {pointer: rcd.digest("x")}) == ["claim-rcdi"]


@pytest.mark.parametrize("pointer", ["/icn", "/jcd/99", "/nam/deeper"])
def test_a_digest_of_something_that_is_not_there_is_refused(pointer):
    assert rcd.faults(DATA, {pointer: rcd.digest("x")}) == ["rcdi-mismatch"]


def test_pictures_behind_links_are_not_fetched_and_it_is_said():
    data = DATA | {"icn": "https://example.org/logo.png"}
    assert rcd.faults(data, {"/icn": rcd.digest("picture")}) == ["rcdi-not-at-hand"]


def test_the_draft_form_without_quotes_matches_with_a_note():
    plain = "sha256-" + base64.b64encode(hashlib.sha256(DATA["nam"].encode()).digest()).decode()
    assert rcd.faults(DATA, {"/nam": plain}) == ["rcdi-draft"]
    assert rcd.faults(DATA, rcd.digest(DATA)) == ["rcdi-draft"]


def test_a_changed_name_makes_a_validly_signed_token_invalid():
    said = claims(rcd=DATA, rcdi={"/nam": rcd.digest("Another Name")})
    verdict = judged(identity(said))
    assert (verdict.signature, verdict.sip_code, codes(verdict)) == ("valid", 438, ["rcdi-mismatch"])


def test_digests_are_checked_also_where_the_origid_is_only_noted():
    said = claims(origid="ref", rcd=DATA, rcdi={"/nam": rcd.digest("Another Name")})
    assert codes(judged(identity(said))) == ["rcdi-mismatch"]
