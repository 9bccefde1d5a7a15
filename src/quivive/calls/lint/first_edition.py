"""Which checks did the linter make until November 2023, that it later dropped, renamed or changed?

They count only for a certificate that is said to have been tested by then (`lint(…, tested=…)`).
"""

from __future__ import annotations

from quivive.calls.lint import crl, extensions, keys, names, tn_auth_list
from quivive.calls.lint import fields as field
from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import Fields

_POLICY_1_3_SINCE = "2022-01-10"
_NAME_PARTS = frozenset(
    {
        field.COMMON_NAME,
        field.COUNTRY,
        field.ORGANISATION,
        field.LOCALITY,
        field.STATE,
        field.SERIAL_NUMBER,
    }
)
_SERIAL_BYTES = 8


def one_serial_number(fields: Fields) -> str | None:
    """The subject has one serialNumber, whatever the policy."""
    count = len(fields.subject_values(field.SERIAL_NUMBER))
    return None if count == 1 else f"The subject has {count} serialNumber attributes instead of one."


def policy_of_its_day(fields: Fields) -> str | None:
    """One policy, from 2022-01-10 on version 1.3: the edition did not know 1.4."""
    if len(fields.policies) != 1:
        return f"The certificate has {len(fields.policies)} policies instead of one."
    if fields.not_before.date().isoformat() <= _POLICY_1_3_SINCE or fields.policies[0] == names.POLICY_1_3:
        return None
    return f"The policy {fields.policies[0]} is not {names.POLICY_1_3}."


def nothing_but_shaken_and_spc(fields: Fields) -> str | None:
    """The CN is exactly 'SHAKEN', a space and the SPC."""
    spc, problem = tn_auth_list.spc(fields)
    if problem:
        return problem
    return None if fields.common_name == f"SHAKEN {spc}" else f"The common name is not 'SHAKEN {spc}'."


def contains_shaken_and_spc(fields: Fields) -> str | None:
    """The CN has 'SHAKEN', a space and the SPC somewhere, even as part of longer words."""
    spc, problem = tn_auth_list.spc(fields)
    if problem:
        return problem
    return None if f"SHAKEN {spc}" in fields.common_name else f"The common name lacks 'SHAKEN {spc}'."


def unusual_name_parts(fields: Fields) -> str | None:
    """The subject has no other attributes than C, ST, L, O, CN and serialNumber."""
    others = [kind for kind, _ in fields.subject if kind not in _NAME_PARTS]
    return f"The subject has further attributes: {', '.join(others)}." if others else None


def unusual_name_parts_of_ca(fields: Fields) -> str | None:
    """The subject of a CA has no other attributes than C, ST, L, O and CN."""
    allowed = _NAME_PARTS - {field.SERIAL_NUMBER}
    others = [kind for kind, _ in fields.subject if kind not in allowed]
    return f"The subject has further attributes: {', '.join(others)}." if others else None


def no_email(fields: Fields) -> str | None:
    """The subject has no email address."""
    return "The subject has an email address." if fields.subject_values(field.EMAIL) else None


def three_subject_parts(fields: Fields) -> str | None:
    """The subject has C, CN and O."""
    return _lacks(fields.subject, "subject")


def three_issuer_parts(fields: Fields) -> str | None:
    """The issuer has C, CN and O."""
    return _lacks(fields.issuer, "issuer")


def _lacks(name: tuple[tuple[str, str], ...], which: str) -> str | None:
    kinds = {kind for kind, _ in name}
    if {field.COUNTRY, field.COMMON_NAME, field.ORGANISATION} <= kinds:
        return None
    return f"The {which} lacks country, common name or organisation."


def serial_of_eight_bytes(fields: Fields) -> str | None:
    """The serial number is positive and fills eight bytes."""
    if fields.serial > 0 and (fields.serial.bit_length() + 7) // 8 >= _SERIAL_BYTES:
        return None
    return "The serial number is not a positive number of eight bytes or more."


def uncritical_policy(fields: Fields) -> str | None:
    """Certificate Policies, if there, is not critical."""
    found = fields.extension(field.POLICIES)
    return "The Certificate Policies extension is critical." if found and found.critical else None


def signs_only_critically(fields: Fields) -> str | None:
    """Key Usage is there, critical, and digitalSignature alone."""
    return extensions.critical_key_usage(fields) or extensions.signs_only(fields)


CHECKS: Checks = {
    "e_us_cp_subject_sn": one_serial_number,
    "e_us_cp_ambiguous_identifier": nothing_but_shaken_and_spc,
    "e_atis_subject_cn": contains_shaken_and_spc,
    "e_atis_subject": three_subject_parts,
    "e_atis_issuer_dn": three_issuer_parts,
    "w_shaken_subject_rdn_unknown": unusual_name_parts,
    "w_shaken_ca_subject_rdn_unknown": unusual_name_parts_of_ca,
    "w_cp_1_3_subject_email": no_email,
    "e_atis_serial_number": serial_of_eight_bytes,
    "e_atis_signature_algorithm": keys.signed_with_sha256,
    "e_atis_subject_public_key": keys.key_on_p256,
    "e_atis_certificate_policies": policy_of_its_day,
    "n_atis_certificate_policy_critical": uncritical_policy,
    "e_atis_key_usage": signs_only_critically,
    "e_incorrect_ku_encoding": extensions.shortest_key_usage,
    "e_atis_basic_constraints": extensions.critical_basic_constraints,
    "e_atis_crl_distribution": crl.one_address,
    "e_atis_extension_unknown": extensions.only_specified,
    "e_atis_tn_auth_list": tn_auth_list.present,
    "e_atis_subject_key_identifier": extensions.subject_key_id,
    "w_ext_subject_key_identifier_missing_sub_cert": extensions.subject_key_id,
    "e_ext_authority_key_identifier_missing": extensions.authority_key_id_unless_self_signed,
    "e_ext_authority_key_identifier_no_key_identifier": extensions.authority_key_id_has_key,
}

FIRST_DAYS: Checks = {
    "e_atis_serial_number_size": serial_of_eight_bytes,
    "e_atis_serial_number_size_ca": serial_of_eight_bytes,
}
"""What differed in the first days of today's edition: it counted whole bytes instead of bits."""
