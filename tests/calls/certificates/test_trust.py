"""The roots that ship, and the user's own."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import yaml

from calls.certificates import write_trust
from calls.certificates.make import AT, authority, crl
from quivive.calls.certificates import path, trust

FOLDER = files("quivive.calls.certificates").joinpath("trust")


def test_every_shipped_root_is_a_self_signed_authority() -> None:
    roots = trust.shipped().roots
    assert len(roots) >= 6
    for root in roots:
        assert root.is_ca
        assert path.is_signed(root, root)
        assert root.not_after > AT


def test_every_shipped_authority_between_leads_to_a_shipped_root() -> None:
    store = trust.shipped()
    for each in store.intermediates:
        found = path.find(each, store.intermediates, store.roots, each.not_before)
        assert found.reasons == ()


def test_the_description_names_each_shipped_certificate() -> None:
    about = yaml.safe_load(FOLDER.joinpath("roots.yaml").read_text("utf-8"))
    store = trust.shipped()
    for kind, held in (("roots", store.roots), ("intermediates", store.intermediates)):
        assert [(row["name"], row["sha256"]) for row in about[kind]] == [
            (each.subject, each.sha256) for each in held
        ]
    assert "not from the list of approved STI-CAs" in about["what"]


def test_what_is_no_authority_is_left_out() -> None:
    about = yaml.safe_load(FOLDER.joinpath("roots.yaml").read_text("utf-8"))
    assert "it is no CA" in [row["why"] for row in about["left_out"]]
    shipped = {row["sha256"] for row in about["roots"]}
    assert not shipped & {row["sha256"] for row in about["left_out"]}


def test_the_source_says_name_date_and_digest() -> None:
    source = trust.shipped().source
    assert source.date == "2025-08-18"
    assert source.sha256 == hashlib.sha256(FOLDER.joinpath("roots.pem").read_bytes()).hexdigest()
    assert source.licence == "Apache-2.0"


def test_the_users_roots_replace_those_that_ship() -> None:
    root = authority()
    store = trust.read(root.pem)
    assert [each.der for each in store.roots] == [root.der]
    assert store.intermediates == ()
    assert store.source.sha256 == hashlib.sha256(root.pem).hexdigest()


def test_revocation_lists_can_be_added_to_the_roots_that_ship() -> None:
    store = trust.read(None, [crl(authority()), crl(authority("Other"))])
    assert store.roots == trust.shipped().roots
    assert len(store.crls) == 2


def test_real_leaf_certificates_lead_to_the_roots_that_ship(shared_data: Path) -> None:
    """In their first hour; the share, and the rest by reason, stands in the decision page."""
    store = trust.shipped()
    leaves = [each for each, _ in write_trust.seen(shared_data / "calls" / "sti-certs") if not each.is_ca]
    found = [path.find(each, store.intermediates, store.roots, each.not_before + 3600) for each in leaves]
    good = sum(not each.reasons for each in found)
    assert len(leaves) == 8873
    assert good == 7483
    assert {each.reasons for each in found if each.reasons} == {("certificate-unknown-issuer",)}
