"""Revocation lists, direct and indirect."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from calls.certificates.make import AT, NOW, Made, authority, chain, crl, issue
from quivive.calls.certificates import crl as lists
from quivive.calls.certificates import trust
from quivive.calls.certificates.certificate import read_chain
from quivive.calls.certificates.chain import Chain, check
from quivive.errors import Unreadable

DAY = 86400
ROOT = authority()
CA, OTHER = authority("Issuing CA", ROOT), authority("Another CA", ROOT)
STI_PA = issue(None, name="STI-PA CRL", usage=("crl_sign",))
"""Signs the indirect list; no CA, and no root vouches for it."""
LEAF = issue(CA, spc="709J", crl_issuer=STI_PA.x509.subject)
STRANGE = issue(OTHER, spc="709K", crl_issuer=STI_PA.x509.subject)
PLAIN = issue(CA, spc="709J")


def judge(leaf: Made, *crls: bytes, at: float = AT, roots: bytes = ROOT.pem) -> Chain:
    return check(read_chain(chain(leaf, CA, OTHER)), trust.read(roots, crls), at)


def indirect(*revoked: Made, **more: Any) -> bytes:
    """The list of the STI-PA, with its signer's certificate beside it."""
    made = crl(STI_PA, [each.x509 for each in revoked], indirect=True, **more)
    return STI_PA.pem + made


def test_without_a_list_revocation_is_not_known() -> None:
    assert judge(PLAIN).revocation == "crl-not-at-hand"


def test_a_direct_list_clears_who_is_not_on_it() -> None:
    found = judge(PLAIN, crl(CA, [STRANGE.x509]))
    assert (found.reasons, found.revocation) == ((), "checked")


def test_a_direct_list_of_another_authority_says_nothing() -> None:
    assert judge(PLAIN, crl(OTHER)).revocation == "crl-not-at-hand"


def test_a_direct_list_revokes_only_its_issuers_certificates() -> None:
    """Serial numbers are unique to an issuer: the same number of another CA is another certificate."""
    twin = x509.RevokedCertificateBuilder(PLAIN.x509.serial_number, NOW - timedelta(days=2)).build()
    assert judge(PLAIN, signed(OTHER, twin)).reasons == ()
    assert judge(PLAIN, signed(CA, twin)).reasons == ("certificate-revoked",)


def test_the_indirect_list_revokes_certificates_of_any_authority() -> None:
    assert judge(LEAF, indirect(LEAF)).reasons == ("certificate-revoked",)
    assert judge(STRANGE, indirect(LEAF, STRANGE)).reasons == ("certificate-revoked",)


def test_the_indirect_list_clears_who_is_not_on_it() -> None:
    found = judge(LEAF, indirect(STRANGE))
    assert (found.reasons, found.revocation) == ((), "checked")


def test_the_indirect_list_also_covers_certificates_that_do_not_name_its_signer() -> None:
    """A third of the STI certificates leave cRLIssuer out."""
    assert judge(PLAIN, indirect(PLAIN)).reasons == ("certificate-revoked",)
    assert judge(PLAIN, indirect()).revocation == "checked"


def test_a_certificate_that_names_another_signer_is_not_on_this_list() -> None:
    elsewhere = issue(CA, spc="709J", crl_issuer=ROOT.x509.subject)
    assert judge(elsewhere, indirect()).revocation == "crl-not-at-hand"


def test_an_entry_without_an_issuer_has_that_of_the_entry_before() -> None:
    """RFC 5280 §5.3.3."""
    second = issue(CA, spc="709L")
    data = indirect(STRANGE, LEAF, second, issuer_once=True)
    assert data.count(b"-----BEGIN X509 CRL-----") == 1
    for each in (LEAF, second, STRANGE):
        assert judge(each, data).reasons == ("certificate-revoked",)


def test_the_first_entries_without_an_issuer_are_the_list_signers() -> None:
    entry = x509.RevokedCertificateBuilder(LEAF.x509.serial_number, NOW - timedelta(days=2)).build()
    assert judge(LEAF, STI_PA.pem + signed(STI_PA, entry, indirect=True)).reasons == ()


def test_a_list_that_does_not_say_indirect_speaks_of_its_issuer_only() -> None:
    entry = (
        x509.RevokedCertificateBuilder(LEAF.x509.serial_number, NOW - timedelta(days=2))
        .add_extension(x509.CertificateIssuer([x509.DirectoryName(CA.x509.subject)]), True)
        .build()
    )
    assert judge(LEAF, STI_PA.pem + signed(STI_PA, entry)).revocation == "crl-not-at-hand"


def test_a_list_whose_signer_nobody_knows_counts_for_nothing() -> None:
    found = judge(LEAF, crl(STI_PA, [LEAF.x509], indirect=True))
    assert (found.reasons, found.revocation) == ((), "crl-signature")


def test_a_signer_below_a_trusted_root_is_trusted() -> None:
    signer = issue(ROOT, name="STI-PA CRL", usage=("crl_sign",))
    data = crl(signer, [LEAF.x509], indirect=True)
    found = check(read_chain(chain(LEAF, CA, signer)), trust.read(ROOT.pem, (data,)), AT)
    assert found.reasons == ("certificate-revoked",)


def test_a_signer_below_a_root_that_the_call_itself_brings_is_not_trusted() -> None:
    stranger = authority("Stranger")
    signer = issue(stranger, name="STI-PA CRL", usage=("crl_sign",))
    data = crl(signer, [LEAF.x509], indirect=True)
    found = check(read_chain(chain(LEAF, CA, signer, stranger)), trust.read(ROOT.pem, (data,)), AT)
    assert (found.reasons, found.revocation) == ((), "crl-signature")


def test_a_list_signed_over_a_weak_hash_counts_for_nothing() -> None:
    assert judge(PLAIN, signed(CA, digest=hashes.SHA224())).revocation == "crl-signature"
    assert judge(PLAIN, signed(CA, digest=hashes.SHA384())).revocation == "checked"


def test_a_signer_among_the_trusted_roots_is_trusted() -> None:
    data = crl(STI_PA, [LEAF.x509], indirect=True)
    assert judge(LEAF, data, roots=ROOT.pem + STI_PA.pem).reasons == ("certificate-revoked",)


def test_a_signer_whose_key_may_not_sign_lists_is_refused() -> None:
    signer = issue(None, name="STI-PA CRL", usage=("digital_signature",))
    data = signer.pem + crl(signer, [LEAF.x509], indirect=True)
    assert judge(LEAF, data).revocation == "crl-signature"


def test_a_list_signed_by_another_key_of_the_same_name_counts_for_nothing() -> None:
    impostor = issue(None, name="STI-PA CRL", usage=("crl_sign",))
    data = STI_PA.pem + crl(impostor, [LEAF.x509], indirect=True)
    assert judge(LEAF, data).revocation == "crl-signature"


def test_a_list_past_its_date_clears_nobody_but_still_revokes() -> None:
    """Revocation is for good (holds apart), so what an old list says against one remains true."""
    old = crl(CA, [PLAIN.x509], days=(-9, -1))
    assert judge(PLAIN, old).reasons == ("certificate-revoked",)
    assert judge(PLAIN, crl(CA, days=(-9, -1))).revocation == "crl-expired"


def test_of_two_lists_the_fresh_one_clears() -> None:
    found = judge(PLAIN, crl(CA, days=(-9, -1)), crl(CA))
    assert (found.revocation, found.until) == ("checked", AT + 7 * DAY)


def test_a_call_before_the_revocation_was_signed_in_good_faith() -> None:
    """Entries are two days old in these tests; the certificate began a day before them."""
    leaf = issue(CA, spc="709J", days=(-5, 30))
    data = crl(CA, [leaf.x509])
    before = judge(leaf, data, at=AT - 3 * DAY)
    assert (before.reasons, before.until) == ((), AT - 2 * DAY)
    assert judge(leaf, data, at=AT - 2 * DAY).reasons == ("certificate-revoked",)


def test_a_list_made_after_the_certificate_ended_does_not_clear_it() -> None:
    """Ended certificates leave the list, so absence then means nothing."""
    ended = issue(CA, spc="709J", days=(-9, -5))
    assert judge(ended, crl(CA), at=AT - 6 * DAY).revocation == "crl-not-at-hand"


def test_a_certificate_taken_off_hold_is_not_revoked() -> None:
    entry = (
        x509.RevokedCertificateBuilder(PLAIN.x509.serial_number, NOW - timedelta(days=2))
        .add_extension(x509.CRLReason(x509.ReasonFlags.remove_from_crl), False)
        .build()
    )
    assert judge(PLAIN, signed(CA, entry)).reasons == ()


@pytest.mark.parametrize("limit", ["only_contains_ca_certs", "only_contains_attribute_certs"])
def test_a_list_of_other_kinds_of_certificates_says_nothing(limit: str) -> None:
    assert judge(PLAIN, signed(CA, limits={limit: True})).revocation == "crl-not-at-hand"


def test_a_list_of_some_reasons_revokes_but_does_not_clear() -> None:
    reasons = {"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}
    assert judge(PLAIN, signed(CA, limits=reasons)).revocation == "crl-not-at-hand"
    entry = x509.RevokedCertificateBuilder(PLAIN.x509.serial_number, NOW - timedelta(days=2)).build()
    assert judge(PLAIN, signed(CA, entry, limits=reasons)).reasons == ("certificate-revoked",)


def test_a_list_of_changes_is_not_used() -> None:
    delta = x509.DeltaCRLIndicator(1)
    assert judge(PLAIN, signed(CA, extensions=[(delta, True)])).revocation == "crl-not-at-hand"


def test_a_list_with_a_critical_part_not_understood_is_not_used() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    assert judge(PLAIN, signed(CA, extensions=[(unknown, True)])).revocation == "crl-not-at-hand"
    assert judge(PLAIN, signed(CA, extensions=[(unknown, False)])).revocation == "checked"
    entry = x509.RevokedCertificateBuilder(7, NOW - timedelta(days=2)).add_extension(unknown, True).build()
    assert judge(PLAIN, signed(CA, entry)).revocation == "crl-not-at-hand"


@pytest.mark.parametrize(
    "data",
    [b"", b"no list", ROOT.pem, b"\x30\x80", crl(CA)[:-60] + b"\n-----END X509 CRL-----\n", crl(CA) * 17],
)
def test_what_is_no_revocation_list_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        lists.read(data)


def test_damaged_lists_are_unreadable_or_read_and_nothing_else() -> None:
    pem = crl(STI_PA, [LEAF.x509, STRANGE.x509], indirect=True)
    full = x509.load_pem_x509_crl(pem).public_bytes(serialization.Encoding.DER)
    readable = 0
    for place in range(len(full)):
        for change in (0x01, 0x80, 0xFF):
            damaged = full[:place] + bytes([full[place] ^ change]) + full[place + 1 :]
            try:
                found = lists.read(damaged)
            except Unreadable:
                continue
            readable += 1
            assert judge_read(found) in ("checked", "crl-not-at-hand", "crl-expired", "crl-signature")
    assert readable > 0


def judge_read(found: tuple[lists.Crl, ...]) -> str:
    leaf, signer = read_chain(LEAF.pem)[0], read_chain(STI_PA.pem)[0]
    return lists.check(leaf, found, [signer], [], AT).state


def test_a_long_list_reads_in_time() -> None:
    entries = [
        x509.RevokedCertificateBuilder(number, NOW - timedelta(days=2)).build() for number in range(1, 20_001)
    ]
    data = signed(CA, *entries)
    start = time.perf_counter()
    assert len(lists.read(data)[0].revoked) == 20_000
    assert time.perf_counter() - start < 2


def signed(
    signer: Made,
    *entries: x509.RevokedCertificate,
    indirect: bool = False,
    limits: dict[str, Any] | None = None,
    extensions: list[tuple[x509.ExtensionType, bool]] | None = None,
    digest: hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | None = None,
) -> bytes:
    """A list of these very entries."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(signer.x509.subject)
        .last_update(NOW - timedelta(days=1))
        .next_update(NOW + timedelta(days=7))
    )
    if indirect or limits:
        point: dict[str, Any] = {
            "full_name": None,
            "relative_name": None,
            "only_contains_user_certs": False,
            "only_contains_ca_certs": False,
            "only_some_reasons": None,
            "indirect_crl": indirect,
            "only_contains_attribute_certs": False,
            **(limits or {}),
        }
        builder = builder.add_extension(x509.IssuingDistributionPoint(**point), True)
    for extension, critical in extensions or ():
        builder = builder.add_extension(extension, critical)
    for entry in entries:
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(signer.key, digest or hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
