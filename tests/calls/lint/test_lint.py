"""Each rule of the linter: the sound certificate passes, the one with that fault gets that code."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes

from calls.lint import made as m
from calls.lint.made import made
from quivive.calls.lint import codes, explain, lint
from quivive.calls.lint.linter import _CURRENT, first_edition
from quivive.errors import Unreadable

UNDER_1_3 = {m.POLICIES: (False, m.POLICY_1_3)}
BEFORE = datetime(2023, 7, 6, tzinfo=UTC)
FIRST_DAYS = datetime(2023, 11, 22, tzinfo=UTC)
HTTP = "https://crl.example/list"


def found(der, tested=None):
    return {finding.code for finding in lint(der, tested)}


def ca(names=m.CA, extensions=None, **more):
    return made(names, extensions={**m.SOUND_CA, **(extensions or {})}, issuer=m.ROOT, **more)


def root(names=m.ROOT, extensions=None, **more):
    return made(names, extensions={**m.SOUND_ROOT, **(extensions or {})}, issuer=names, **more)


def leaf_with(oid, value, critical=False):
    return made(extensions={oid: (critical, value)})


@pytest.mark.parametrize("sound", [made, ca, root])
def test_a_sound_certificate_has_no_findings(sound):
    assert found(sound()) == set()


def without(oid):
    return made(extensions={oid: None})


CP = "e_atis_ext_certificate_policies"
KU = "e_atis_ext_key_usage"
CRL = "e_atis_ext_crl_distribution"
SPC = "e_atis_tn_auth_list"
LEAF_FAULTS = {
    "common name glues the code on": (
        made({**m.LEAF, "CN": "SHAKEN709J"}),
        {"e_atis_subject_cn", "e_atis_subject_cn_spc"},
    ),
    "common name has words between": (
        made({**m.LEAF, "CN": "SHAKEN Example 709J"}),
        {"e_atis_subject_cn_spc"},
    ),
    "common name has a longer code": (made({**m.LEAF, "CN": "SHAKEN 709JJ"}), {"e_atis_subject_cn_spc"}),
    "no organisation": (made({"C": "US", "CN": "SHAKEN 709J"}), {"e_atis_subject_o_required"}),
    "no country": (
        made({"O": "Example", "CN": "SHAKEN 709J"}),
        {"e_atis_subject_dn", "e_atis_subject_c_iso", "e_atis_subject_c_us"},
    ),
    "two countries": (
        made([("C", "US"), ("C", "CA"), ("O", "Example"), ("CN", "SHAKEN 709J")]),
        {"e_atis_subject_dn", "e_atis_subject_c_iso", "e_atis_subject_c_us"},
    ),
    "another country": (made({**m.LEAF, "C": "CA"}), {"e_atis_subject_c_us"}),
    "policy 1.3 without serialNumber": (leaf_with(m.POLICIES, m.POLICY_1_3), {"e_us_cp_subject_sn_shall"}),
    "policy 1.3 with serialNumber": (
        made({**m.LEAF, "SN": "1"}, extensions=UNDER_1_3),
        set(),
    ),
    "policy 1.1": (
        leaf_with(m.POLICIES, m.policies("2.16.840.1.114569.1.1.1")),
        {"e_shaken_certificate_policies_id"},
    ),
    "no policy": (without(m.POLICIES), {CP, "e_shaken_certificate_policies_id"}),
    "critical policy": (leaf_with(m.POLICIES, m.POLICY_1_4, critical=True), {CP}),
    "two policies": (
        leaf_with(m.POLICIES, m.policies("2.16.840.1.114569.1.1.3", "2.16.840.1.114569.1.1.4")),
        {CP, "e_shaken_certificate_policies_id", "e_us_cp_subject_sn_shall"},
    ),
    "serial number of 63 bits": (made(serial=2**63 - 1), {"e_atis_serial_number_size"}),
    "serial number of 64 bits": (made(serial=2**63), set()),
    "signed with SHA-384": (made(hashed=hashes.SHA384()), set()),
    "signed with SHA-384 under 1.3": (
        made({**m.LEAF, "SN": "1"}, extensions=UNDER_1_3, hashed=hashes.SHA384()),
        {"e_atis_signature_algorithm"},
    ),
    "signed with RSA": (made(issuer_key="RSA"), {"e_atis_signature_algorithm"}),
    "RSA key": (made(subject_key="RSA"), {"e_atis_subject_public_key"}),
    "384-bit key": (made(subject_key="P-384"), {"e_atis_subject_public_key"}),
    "no key usage": (without(m.KEY_USAGE), {KU}),
    "key usage not critical": (leaf_with(m.KEY_USAGE, m.SIGNS), {KU}),
    "key also enciphers": (leaf_with(m.KEY_USAGE, bytes.fromhex("030205a0"), True), {f"{KU}_ee"}),
    "key usage of two bytes": (leaf_with(m.KEY_USAGE, bytes.fromhex("0303078080"), True), {f"{KU}_ee"}),
    "unused bits miscounted": (
        leaf_with(m.KEY_USAGE, bytes.fromhex("03020080"), True),
        {"e_incorrect_ku_encoding"},
    ),
    "key usage without a bit": (
        leaf_with(m.KEY_USAGE, bytes.fromhex("03020700"), True),
        {"e_incorrect_ku_encoding", f"{KU}_ee"},
    ),
    "no basic constraints": (without(m.BASIC_CONSTRAINTS), {"e_atis_ext_basic_constraints"}),
    "basic constraints not critical": (
        leaf_with(m.BASIC_CONSTRAINTS, m.tlv(0x30)),
        {"e_atis_ext_basic_constraints"},
    ),
    "no revocation list": (without(m.CRL_POINTS), {CRL}),
    "two revocation lists": (leaf_with(m.CRL_POINTS, m.crl_points(HTTP, HTTP)), {CRL}),
    "a list by LDAP": (leaf_with(m.CRL_POINTS, m.crl_points("ldap://crl.example/")), {CRL}),
    "a list without issuer": (
        leaf_with(m.CRL_POINTS, m.crl_points(HTTP, issuer=False)),
        {f"{CRL}_struct"},
    ),
    "a list without issuer under 1.3": (
        made(
            {**m.LEAF, "SN": "1"},
            extensions={
                m.POLICIES: (False, m.POLICY_1_3),
                m.CRL_POINTS: (False, m.crl_points(HTTP, issuer=False)),
            },
        ),
        set(),
    ),
    "lists that do not read": (leaf_with(m.CRL_POINTS, b"\x30\x03\x30\x05\x00"), {CRL, f"{CRL}_struct"}),
    "an extension too many": (leaf_with("1.3.6.1.5.5.7.1.1", m.tlv(0x30)), {"e_atis_ext_not_specified"}),
    "no TNAuthList": (without(m.TN_AUTH_LIST), {SPC, f"{SPC}_spc_format", "e_atis_subject_cn_spc"}),
    "critical TNAuthList": (leaf_with(m.TN_AUTH_LIST, m.tn_auth_list("709J"), True), {SPC}),
    "two codes": (
        leaf_with(m.TN_AUTH_LIST, m.tn_auth_list("709J", "710J")),
        {SPC, f"{SPC}_spc_format", "e_atis_subject_cn_spc"},
    ),
    "a number instead of a code": (
        leaf_with(m.TN_AUTH_LIST, m.tlv(0x30, m.tlv(0xA2, m.tlv(0x16, b"12155550100")))),
        {SPC, f"{SPC}_spc_format", "e_atis_subject_cn_spc"},
    ),
    "a list cut short": (
        leaf_with(m.TN_AUTH_LIST, m.tn_auth_list("709J")[:-1]),
        {SPC, f"{SPC}_spc_format", "e_atis_subject_cn_spc"},
    ),
    "code in small letters": (
        made({**m.LEAF, "CN": "SHAKEN 709j"}, extensions={m.TN_AUTH_LIST: (False, m.tn_auth_list("709j"))}),
        {f"{SPC}_spc_format"},
    ),
    "no subject key identifier": (
        without(m.SUBJECT_KEY_ID),
        {
            "e_atis_subject_key_identifier",
            "e_atis_subject_key_identifier_size",
            "w_ext_subject_key_identifier_missing_sub_cert",
        },
    ),
    "a short subject key identifier": (
        leaf_with(m.SUBJECT_KEY_ID, m.tlv(0x04, bytes(8))),
        {"e_atis_subject_key_identifier_size"},
    ),
    "no authority key identifier": (
        without(m.AUTHORITY_KEY_ID),
        {
            "e_atis_ext_authority_key_identifier",
            "e_ext_authority_key_identifier_missing",
            "e_ext_authority_key_identifier_no_key_identifier",
        },
    ),
    "an empty authority key identifier": (
        leaf_with(m.AUTHORITY_KEY_ID, m.tlv(0x30)),
        {"e_ext_authority_key_identifier_no_key_identifier"},
    ),
}


@pytest.mark.parametrize("fault", LEAF_FAULTS)
def test_a_fault_of_a_providers_certificate_gets_its_codes_and_no_others(fault):
    der, expected = LEAF_FAULTS[fault]
    assert found(der) == expected


CA_FAULTS = {
    "name without SHAKEN": (ca({**m.CA, "CN": "Example CA"}), {"e_atis_subject_cn_ca"}),
    "no country": (
        ca({"O": "Example", "CN": "SHAKEN CA"}),
        {"e_atis_subject_dn_ca", "e_atis_subject_c_iso_ca", "e_atis_subject_c_us_ca"},
    ),
    "no organisation": (ca({"C": "US", "CN": "SHAKEN CA"}), {"e_atis_subject_o_required_ca"}),
    "short serial number": (ca(serial=77), {"e_atis_serial_number_size_ca"}),
    "384-bit key under 1.4": (ca(subject_key="P-384"), set()),
    "RSA key": (ca(subject_key="RSA"), {"e_atis_subject_public_key_ca"}),
    "signed with RSA": (ca(issuer_key="RSA"), {"e_atis_signature_algorithm_ca"}),
    "no policy": (
        ca(extensions={m.POLICIES: None}),
        {f"{CP}_ca", "e_shaken_certificate_policies_id_ca"},
    ),
    "signs more than certificates": (
        ca(extensions={m.KEY_USAGE: (True, bytes.fromhex("03020186"))}),
        {f"{KU}_ca"},
    ),
    "no revocation list": (ca(extensions={m.CRL_POINTS: None}), {f"{CRL}_ca"}),
    "a list without issuer": (
        ca(extensions={m.CRL_POINTS: (False, m.crl_points(HTTP, issuer=False))}),
        {f"{CRL}_struct_ca"},
    ),
    "a TNAuthList": (ca(extensions={m.TN_AUTH_LIST: m.SOUND[m.TN_AUTH_LIST]}), {f"{SPC}_ca"}),
    "an extension too many": (
        ca(extensions={"1.3.6.1.5.5.7.1.1": (False, m.tlv(0x30))}),
        {"e_atis_ext_not_specified_ca"},
    ),
    "no key identifiers": (
        ca(extensions={m.SUBJECT_KEY_ID: None, m.AUTHORITY_KEY_ID: None}),
        {
            "e_atis_subject_key_identifier_ca",
            "e_atis_subject_key_identifier_size_ca",
            "e_atis_ext_authority_key_identifier_ca",
            "e_ext_authority_key_identifier_missing",
            "e_ext_authority_key_identifier_no_key_identifier",
        },
    ),
    "root without ROOT": (root({**m.ROOT, "CN": "Example SHAKEN CA"}), {"e_atis_subject_cn_root"}),
    "root with a policy": (root(extensions={m.POLICIES: (False, m.POLICY_1_4)}), {f"{CP}_root"}),
    "root with a revocation list": (
        root(extensions={m.CRL_POINTS: m.SOUND[m.CRL_POINTS]}),
        {f"{CRL}_root"},
    ),
    "root that names another key": (
        root(extensions={m.AUTHORITY_KEY_ID: (False, m.tlv(0x30, m.tlv(0x80, b"x" * 20)))}),
        {"e_atis_ext_authority_key_identifier_root"},
    ),
    "root signed with SHA-384": (root(hashed=hashes.SHA384()), set()),
}


@pytest.mark.parametrize("fault", CA_FAULTS)
def test_a_fault_of_a_cas_certificate_gets_its_codes_and_no_others(fault):
    der, expected = CA_FAULTS[fault]
    assert found(der) == expected


def test_a_certificate_of_version_1_lacks_all_extensions():
    got = found(m.version_1(made()))
    assert {"e_atis_version", KU, SPC, CP, CRL} <= got
    assert not {"e_atis_subject_cn", "e_atis_subject_dn", "e_atis_serial_number_size"} & got


def test_a_serial_number_of_zero_and_below_is_a_fault():
    # No library writes such a number: it is put into the DER of one that has 64 bits.
    der = made()
    at = der.index((0xF123456789ABCDEF).to_bytes(8, "big"))
    for octets in (bytes(9), b"\xf1" + bytes(8)):
        got = found(der[: at - 1] + octets + der[at + 8 :])
        assert {"e_atis_serial_number"} <= got


def test_a_name_like_its_issuers_does_not_make_a_root():
    # Issued under its own name, but with another key: still asked for what roots are excused from.
    der = made(m.CA, extensions={**m.SOUND_CA, m.CRL_POINTS: None}, issuer=m.CA, subject_key="P-384")
    assert found(der) == {f"{CRL}_ca"}


NO_POLICY = {"extensions": {m.POLICIES: None}}


@pytest.mark.parametrize(
    ("code", "day", "der"),
    [
        ("e_atis_serial_number_size", datetime(2023, 3, 12, tzinfo=UTC), {"serial": 77}),
        ("e_atis_subject_cn_spc", datetime(2022, 1, 16, tzinfo=UTC), {"names": {**m.LEAF, "CN": "SHAKEN"}}),
        ("e_atis_subject_cn", datetime(2020, 12, 3, tzinfo=UTC), {"names": {**m.LEAF, "CN": "709J"}}),
        ("e_atis_ext_certificate_policies", datetime(2020, 12, 3, tzinfo=UTC), NO_POLICY),
        ("e_shaken_certificate_policies_id", datetime(2022, 1, 10, tzinfo=UTC), NO_POLICY),
    ],
)
def test_a_certificate_older_than_a_rule_is_not_asked_for_it(code, day, der):
    assert code in found(made(start=day, **der))
    assert code not in found(made(start=day.replace(day=day.day - 1), **der))


FIRST_EDITION_FAULTS = {
    "nothing at all": (made({**m.LEAF, "SN": "1"}, extensions=UNDER_1_3), set()),
    "no serialNumber": (leaf_with(m.POLICIES, m.POLICY_1_3), {"e_us_cp_subject_sn"}),
    "policy 1.4, which it did not know": (made({**m.LEAF, "SN": "1"}), {"e_atis_certificate_policies"}),
    "more in the common name": (
        made({**m.LEAF, "SN": "1", "CN": "Example SHAKEN 709J"}, extensions=UNDER_1_3),
        {"e_us_cp_ambiguous_identifier"},
    ),
    "unit and email in the name": (
        made(
            {**m.LEAF, "SN": "1", "ST": "TX", "OU": "Voice", "email": "voice@example.org"},
            extensions=UNDER_1_3,
        ),
        {"w_shaken_subject_rdn_unknown", "w_cp_1_3_subject_email"},
    ),
    "nothing right": (
        made(
            {"CN": "Example"},
            issuer={"CN": "Example CA"},
            serial=77,
            subject_key="RSA",
            issuer_key="RSA",
            extensions={
                m.KEY_USAGE: None,
                m.BASIC_CONSTRAINTS: None,
                m.SUBJECT_KEY_ID: None,
                m.AUTHORITY_KEY_ID: None,
                m.CRL_POINTS: None,
                m.TN_AUTH_LIST: None,
                m.POLICIES: (True, m.POLICY_1_3),
                "1.3.6.1.5.5.7.1.1": (False, m.tlv(0x30)),
            },
        ),
        {
            "e_us_cp_subject_sn",
            "e_us_cp_ambiguous_identifier",
            "e_atis_subject_cn",
            "e_atis_subject",
            "e_atis_issuer_dn",
            "e_atis_serial_number",
            "e_atis_signature_algorithm",
            "e_atis_subject_public_key",
            "n_atis_certificate_policy_critical",
            "e_atis_key_usage",
            "e_atis_basic_constraints",
            "e_atis_crl_distribution",
            "e_atis_extension_unknown",
            "e_atis_tn_auth_list",
            "e_atis_subject_key_identifier",
            "w_ext_subject_key_identifier_missing_sub_cert",
            "e_ext_authority_key_identifier_missing",
            "e_ext_authority_key_identifier_no_key_identifier",
        },
    ),
}


@pytest.mark.parametrize("fault", FIRST_EDITION_FAULTS)
def test_who_says_when_it_was_tested_gets_the_codes_of_that_time(fault):
    der, expected = FIRST_EDITION_FAULTS[fault]
    assert found(der, BEFORE) == expected


def test_in_its_first_days_todays_edition_counted_bytes_of_the_serial_number():
    assert "e_atis_serial_number_size" not in found(made(serial=2**57), FIRST_DAYS)
    assert "e_atis_serial_number_size" in found(made(serial=2**55), FIRST_DAYS)


@pytest.mark.parametrize(("edition", "checks"), [("current", _CURRENT), ("first", first_edition.CHECKS)])
def test_every_check_has_a_code_with_meaning_and_clause_and_the_other_way_round(edition, checks):
    assert set(codes(edition)) == set(checks)
    levels = {"e": "error", "w": "warn", "n": "notice"}
    for code, entry in codes(edition).items():
        assert entry.level == levels[code[0]]
        assert entry.means.endswith(".")
        assert entry.clause
        assert entry.source
    assert set(first_edition.FIRST_DAYS) <= set(_CURRENT)


def test_an_explanation_prefers_todays_meaning():
    assert "word SHAKEN" in explain("e_atis_subject_cn").means
    assert explain("e_us_cp_subject_sn").clause.startswith("US SHAKEN CP")
    with pytest.raises(KeyError):
        explain("e_nonsense")


def test_findings_say_what_stands_there():
    (finding,) = lint(made({**m.LEAF, "CN": "SHAKEN Example 709J"}))
    assert finding.level == "error"
    assert "'SHAKEN Example 709J'" in finding.details


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"0" * 40, b"\x30\x80\x00\x00", made()[:-1], made() + b"\x00", b"\x30\x00" * 9, bytes(9)],
)
def test_what_is_no_certificate_is_unreadable(data):
    with pytest.raises(Unreadable):
        lint(data)
