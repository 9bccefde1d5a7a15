"""Is a certificate good, and what exactly is wrong with it if not: one test for each refusal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from calls.certificates.make import AT, Made, authority, chain, constraints_der, crl, issue, key, tlv
from quivive.calls.certificates import path, trust
from quivive.calls.certificates.certificate import read_chain
from quivive.calls.certificates.chain import Chain, check
from quivive.errors import Unreadable

DAY = 86400
ROOT = authority()
CA = authority("Issuing CA", ROOT, path_length=0)
LEAF = issue(CA, spc="709J")


def judge(*served: Made, roots: bytes = ROOT.pem, crls: tuple[bytes, ...] = (), at: float = AT) -> Chain:
    return check(read_chain(chain(*served)), trust.read(roots, crls), at)


def reasons(*served: Made, roots: bytes = ROOT.pem, at: float = AT) -> tuple[str, ...]:
    return judge(*served, roots=roots, at=at).reasons


# What is good


def test_a_leaf_and_its_issuer_lead_to_the_root() -> None:
    found = judge(LEAF, CA)
    assert found.reasons == ()
    assert [each.der for each in found.path] == [LEAF.der, CA.der, ROOT.der]


@pytest.mark.parametrize("order", [(LEAF, CA, ROOT), (ROOT, CA, LEAF), (CA, LEAF), (CA, ROOT, LEAF)])
def test_the_order_in_which_a_server_sends_them_does_not_matter(order: tuple[Made, ...]) -> None:
    assert reasons(*order) == ()


def test_a_root_may_issue_by_itself() -> None:
    assert reasons(issue(ROOT, spc="709J")) == ()


def test_a_cross_signed_ca_leads_to_whichever_root_is_trusted() -> None:
    other = authority("Other Root")
    again = authority("Issuing CA", other, key=CA.key)
    assert reasons(LEAF, again, CA) == ()
    assert reasons(LEAF, CA, again, roots=other.pem) == ()
    assert reasons(LEAF, CA, roots=other.pem) == ("certificate-unknown-issuer",)


def test_of_two_paths_the_good_one_counts() -> None:
    """A renewed CA has the same name and key; servers send the old one for years."""
    old = authority("Issuing CA", ROOT, key=CA.key, days=(-800, -400))
    assert reasons(LEAF, old, CA) == ()
    assert reasons(LEAF, old) == ("certificate-expired",)


def test_names_are_compared_without_capitals_and_spaces() -> None:
    lower = authority("issuing  ca", ROOT, key=CA.key)
    assert reasons(LEAF, lower) == ()


def test_key_identifiers_are_hints_only() -> None:
    """A CA whose own key identifier is computed otherwise than its children's is still their issuer."""
    odd = b"counted otherwise"
    again = authority("Issuing CA", ROOT, key=CA.key, key_id=odd)
    assert reasons(LEAF, again) == ()


def test_rsa_authorities_may_vouch() -> None:
    root = authority("RSA Root", key=rsa.generate_private_key(65537, 2048))
    assert reasons(issue(root, spc="709J"), roots=root.pem) == ()


def test_a_leaf_without_key_usage_may_sign() -> None:
    """RFC 5280 §4.2.1.3: without the extension the key is not limited."""
    assert reasons(issue(CA, spc="709J", usage=None), CA) == ()


def test_self_issued_certificates_do_not_count_against_the_path_length() -> None:
    root = authority("Root", path_length=0)
    rollover = authority("Root", root)
    assert reasons(issue(rollover, spc="709J"), rollover, roots=root.pem) == ()


# What is refused, by code


def test_certificate_unknown_issuer() -> None:
    stranger = authority("Stranger")
    assert reasons(issue(stranger, spc="709J"), stranger) == ("certificate-unknown-issuer",)


def test_certificate_unknown_issuer_when_the_link_is_missing() -> None:
    assert reasons(LEAF) == ("certificate-unknown-issuer",)


def test_certificate_unknown_issuer_when_a_stranger_takes_the_name_of_a_root() -> None:
    impostor = authority("Test STI Root")
    assert reasons(issue(impostor, spc="709J"), impostor) == ("certificate-unknown-issuer",)


def test_certificate_unknown_issuer_when_the_caller_signs_itself() -> None:
    assert reasons(issue(None, spc="709J")) == ("certificate-unknown-issuer",)


def test_certificate_signature() -> None:
    damaged = bytearray(LEAF.der)
    damaged[-3] ^= 1
    found = check(read_chain(bytes(damaged)) + read_chain(CA.pem), trust.read(ROOT.pem), AT)
    assert found.reasons == ("certificate-signature",)


def test_certificate_signature_by_a_weak_hash() -> None:
    """SHA-224 stands for all that is below SHA-256: the library no longer makes SHA-1 signatures."""
    assert reasons(issue(CA, spc="709J", digest=hashes.SHA224()), CA) == ("certificate-signature",)
    assert reasons(issue(CA, spc="709J", digest=hashes.SHA384()), CA) == ()


def test_certificate_expired() -> None:
    assert reasons(LEAF, CA, at=AT + 31 * DAY) == ("certificate-expired",)


def test_certificate_expired_when_only_the_root_is() -> None:
    root = authority("Old Root", days=(-800, -1))
    assert reasons(issue(root, spc="709J"), roots=root.pem) == ("certificate-expired",)


def test_certificate_not_yet_valid() -> None:
    assert reasons(LEAF, CA, at=AT - 2 * DAY) == ("certificate-not-yet-valid",)


def test_the_first_and_the_last_second_are_valid() -> None:
    leaf = read_chain(LEAF.pem)[0]
    assert reasons(LEAF, CA, at=leaf.not_before) == ()
    assert reasons(LEAF, CA, at=leaf.not_after) == ()
    assert reasons(LEAF, CA, at=leaf.not_after + 1) == ("certificate-expired",)


def test_certificate_revoked() -> None:
    found = judge(LEAF, CA, crls=(crl(CA, [LEAF.x509]),))
    assert found.reasons == ("certificate-revoked",)


def test_certificate_revoked_when_the_authority_above_is() -> None:
    assert judge(LEAF, CA, crls=(crl(ROOT, [CA.x509]),)).reasons == ("certificate-revoked",)


def test_no_list_takes_back_a_root() -> None:
    """Whom to trust is the user's to say; a root's own word against itself is none."""
    assert judge(LEAF, CA, crls=(crl(ROOT, [ROOT.x509]),)).reasons == ()


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1()])
def test_certificate_key_on_another_curve(curve: ec.EllipticCurve) -> None:
    assert reasons(issue(CA, spc="709J", key=key(curve)), CA) == ("certificate-key",)


def test_certificate_key_of_another_kind() -> None:
    made = issue(CA, spc="709J", key=rsa.generate_private_key(65537, 2048))
    assert reasons(made, CA) == ("certificate-key",)


def test_certificate_usage_of_a_key_that_may_not_sign() -> None:
    made = issue(CA, spc="709J", usage=("key_agreement",))
    assert reasons(made, CA) == ("certificate-usage",)


def test_certificate_usage_of_an_authority_that_signs_calls() -> None:
    made = authority("Authority", ROOT, spc="709J", usage=("digital_signature", "key_cert_sign"))
    assert reasons(made) == ("certificate-usage",)


def test_certificate_usage_of_an_issuer_that_is_no_authority() -> None:
    leaf = issue(LEAF, spc="709J")
    found = check(read_chain(leaf.pem) + read_chain(LEAF.pem) + read_chain(CA.pem), trust.read(ROOT.pem), AT)
    assert found.reasons == ("certificate-usage",)


@pytest.mark.parametrize("more", [{"ca": None}, {"usage": ("crl_sign",)}])
def test_certificate_usage_of_an_authority_not_made_one(more: dict[str, Any]) -> None:
    between = issue(ROOT, **{"name": "Between", "ca": True, "usage": ("key_cert_sign",), **more})
    leaf = issue(between, spc="709J")
    found = check(read_chain(leaf.pem) + read_chain(between.pem), trust.read(ROOT.pem), AT)
    assert found.reasons == ("certificate-usage",)


def test_certificate_usage_of_a_path_longer_than_allowed() -> None:
    below = authority("Below", CA)
    assert reasons(issue(below, spc="709J"), below, CA) == ("certificate-usage",)


def test_certificate_critical_extension() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    assert reasons(issue(CA, spc="709J", extensions=[(unknown, True)]), CA) == (
        "certificate-critical-extension",
    )
    assert reasons(issue(CA, spc="709J", extensions=[(unknown, False)]), CA) == ()


def test_certificate_critical_extension_of_an_authority() -> None:
    """Name constraints are not worked out here, so whoever has them critical is refused (RFC 5280 §4.2)."""
    limits = x509.NameConstraints([x509.DNSName("example.org")], None)
    limited = authority("Limited", ROOT, extensions=[(limits, True)])
    assert reasons(issue(limited, spc="709J"), limited) == ("certificate-critical-extension",)


def test_certificate_no_tn_authorisation() -> None:
    assert reasons(issue(CA), CA) == ("certificate-no-tn-authorisation",)


def test_certificate_no_tn_authorisation_when_the_list_does_not_read() -> None:
    made = issue(CA, tn_auth_list=tlv(0x30, tlv(0x13, b"709J")))
    assert reasons(made, CA) == ("certificate-no-tn-authorisation",)


def test_certificate_constraint_that_does_not_read() -> None:
    assert reasons(issue(CA, spc="709J", enhanced=b"\x30\x00"), CA) == ("certificate-constraint",)
    assert reasons(issue(CA, spc="709J", enhanced=constraints_der(["attest"])), CA) == ()


# Delegation (RFC 9060)


def provider(**scope: Any) -> Made:
    """A provider's certificate that may delegate."""
    return authority("Provider", ROOT, **scope)


def test_a_delegate_within_the_scope_of_its_parent_is_good() -> None:
    parent = provider(ranges=[("12155550100", 100)])
    assert reasons(issue(parent, numbers=["12155550107"]), parent) == ()


def test_a_delegate_below_a_provider_code_is_good() -> None:
    parent = provider(spc="709J")
    assert reasons(issue(parent, numbers=["12155550107"]), parent) == ()


@pytest.mark.parametrize("scope", [{"numbers": ["12155550200"]}, {"spc": "709J"}])
def test_certificate_scope_of_a_delegate_that_claims_more(scope: dict[str, Any]) -> None:
    parent = provider(ranges=[("12155550100", 100)])
    assert reasons(issue(parent, **scope), parent) == ("certificate-scope",)


def test_certificate_scope_of_a_parent_that_claims_more_than_its_own() -> None:
    grand = provider(ranges=[("12155550100", 100)])
    parent = authority("Delegate", grand, ranges=[("12155550100", 200)])
    assert reasons(issue(parent, numbers=["12155550107"]), parent, grand) == ("certificate-scope",)


def test_certificate_scope_is_kept_across_a_parent_without_a_list() -> None:
    grand = provider(ranges=[("12155550100", 100)])
    parent = authority("Delegate", grand)
    assert reasons(issue(parent, numbers=["12155550107"]), parent, grand) == ()
    assert reasons(issue(parent, numbers=["12155550200"]), parent, grand) == ("certificate-scope",)


def test_certificate_scope_of_a_delegate_without_a_list() -> None:
    parent = provider(spc="709J")
    assert reasons(issue(parent), parent) == ("certificate-scope", "certificate-no-tn-authorisation")


def test_certificate_scope_of_a_parent_whose_list_does_not_read() -> None:
    parent = provider(tn_auth_list=b"\x30\x00")
    assert reasons(issue(parent, spc="709J"), parent) == ("certificate-scope",)


# How long the answer holds


def test_the_answer_holds_until_the_certificate_ends() -> None:
    assert judge(LEAF, CA).until == read_chain(LEAF.pem)[0].not_after


def test_the_answer_holds_until_the_revocation_list_is_due() -> None:
    assert judge(LEAF, CA, crls=(crl(CA),)).until == AT + 7 * DAY


def test_a_refusal_holds_until_the_certificate_begins() -> None:
    early = judge(LEAF, CA, at=AT - 5 * DAY)
    assert early.until == read_chain(LEAF.pem)[0].not_before


def test_an_answer_that_no_date_ends_holds_for_a_day() -> None:
    late = AT + 9000 * DAY
    assert judge(LEAF, CA, at=late).until == late + DAY


def test_several_faults_are_all_said() -> None:
    made = issue(CA, usage=("key_agreement",), days=(-20, -10))
    assert set(reasons(made, CA)) == {
        "certificate-expired",
        "certificate-usage",
        "certificate-no-tn-authorisation",
    }


# Hostile chains


def test_many_authorities_of_one_name_are_searched_in_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One key and name for all, so that each vouches for each: 30 to the 7th paths, none to a root."""
    checked = []
    is_signed = path.is_signed
    monkeypatch.setattr(path, "is_signed", lambda *pair: checked.append(pair) or is_signed(*pair))
    own = key()
    served = read_chain(chain(issue(same_name := authority("Loop", key=own), spc="709J"), same_name))
    served += tuple(each for _ in range(30) for each in read_chain(authority("Loop", key=own).pem))
    start = time.perf_counter()
    assert check(served, trust.read(ROOT.pem), AT).reasons == ("certificate-unknown-issuer",)
    assert time.perf_counter() - start < 1
    assert len(checked) <= path.MAX_SIGNATURES


def test_two_authorities_that_vouch_for_each_other_lead_nowhere() -> None:
    one, two = key(), key()
    left = authority("Left", authority("Right", key=two), key=one)
    right = authority("Right", authority("Left", key=one), key=two)
    assert reasons(issue(left, spc="709J"), left, right) == ("certificate-unknown-issuer",)


def test_a_path_longer_than_eight_is_not_followed() -> None:
    cas = [authority("CA 0", ROOT)]
    for number in range(1, 8):
        cas.append(authority(f"CA {number}", cas[-1]))
    assert reasons(issue(cas[5], spc="709J"), *cas) == ()
    assert reasons(issue(cas[7], spc="709J"), *cas) == ("certificate-unknown-issuer",)


# Certificates of others


@pytest.fixture
def asterisk(shared_data: Path) -> Path:
    return shared_data / "calls" / "asterisk-keys"


@pytest.mark.parametrize("name", ["SPAST1", "SPAST2"])
def test_the_test_certificates_of_asterisk_are_good(asterisk: Path, name: str) -> None:
    served = read_chain((asterisk / name / f"{name}-cert.pem").read_bytes())
    store = trust.read((asterisk / "astdev-ca.crt").read_bytes())
    assert check(served, store, AT).reasons == ()
    assert check(served, trust.shipped(), AT).reasons == ("certificate-unknown-issuer",)


def test_the_expired_authority_of_asterisk_vouches_for_nobody(asterisk: Path) -> None:
    served = read_chain((asterisk / "SPAST1-caexp" / "SPAST1-caexp-cert.pem").read_bytes())
    store = trust.read((asterisk / "astdev-ca-expired.crt").read_bytes())
    during = served[0].not_before + DAY
    assert check(served, store, during).reasons == (
        "certificate-expired",
        "certificate-no-tn-authorisation",  # it holds text where DER must be
    )


def test_the_certificate_of_libstirshaken_has_an_address_for_a_list(shared_data: Path) -> None:
    folder = shared_data / "calls" / "libstirshaken-ref" / "test" / "ref"
    served = read_chain((folder / "sp" / "sp.pem").read_bytes())
    store = trust.read((folder / "ca" / "ca.pem").read_bytes())
    assert check(served, store, AT).reasons == ("certificate-no-tn-authorisation",)
    wrong = read_chain((folder / "sp" / "wrongsp.pem").read_bytes())
    assert "certificate-unknown-issuer" in check(wrong, store, AT).reasons


def test_a_file_of_roots_that_holds_none_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        trust.read(b"no roots here")
