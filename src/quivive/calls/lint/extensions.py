"""Are usage, policies and key identifiers those of ATIS-1000080 §6.4.1 and RFC 5280 §4.2?"""

from __future__ import annotations

from quivive.calls.certificates import der
from quivive.calls.lint import fields as field
from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import Fields
from quivive.calls.lint.names import POLICY_1_3, POLICY_1_4
from quivive.errors import Unreadable

SPECIFIED = frozenset(
    {
        field.KEY_USAGE,
        field.BASIC_CONSTRAINTS,
        field.POLICIES,
        field.SUBJECT_KEY_ID,
        field.AUTHORITY_KEY_ID,
        field.CRL_POINTS,
        field.TN_AUTH_LIST,
    }
)
"""The extensions that ATIS-1000080 §6.4.1 names; v005 forbids all others."""

_BIT_STRING, _KEY_ID = 0x03, 0x80
_DIGITAL_SIGNATURE, _CERT_SIGN, _CRL_SIGN = 0x80, 0x04, 0x02
_SHA1_BYTES = 20


# --- key usage ---


def critical_key_usage(fields: Fields) -> str | None:
    """Key Usage is there and critical."""
    found = fields.extension(field.KEY_USAGE)
    if not found:
        return "The Key Usage extension is not present."
    return None if found.critical else "The Key Usage extension is not critical."


def signs_only(fields: Fields) -> str | None:
    """An end entity's key may do digital signatures and nothing else."""
    if fields.extension(field.KEY_USAGE) and _usage(fields) != _DIGITAL_SIGNATURE:
        return "The Key Usage of an end entity is not digitalSignature alone."
    return None


def signs_certificates(fields: Fields) -> str | None:
    """A CA's key may sign certificates; before policy 1.4 also lists and data, under it nothing else."""
    if not fields.extension(field.KEY_USAGE):
        return None
    usage = _usage(fields)
    extra = 0 if POLICY_1_4 in fields.policies else _CRL_SIGN | _DIGITAL_SIGNATURE
    if usage & _CERT_SIGN and not usage & ~(_CERT_SIGN | extra):
        return None
    return "The Key Usage of a CA is not keyCertSign, or has more than the rules allow beside it."


def _usage(fields: Fields) -> int:
    """The usage bits of RFC 5280 §4.2.1.3 in one number, digitalSignature as the highest of eight."""
    found = fields.extension(field.KEY_USAGE)
    bits = found.value[3:] if found and found.value[:1] == bytes([_BIT_STRING]) else b""
    return bits[0] if len(bits) == 1 else int.from_bytes(bits, "little")


def shortest_key_usage(fields: Fields) -> str | None:
    """The bits of Key Usage are DER: no zero bit at the end (X.690 §11.2.2)."""
    found = fields.extension(field.KEY_USAGE)
    if not found or not found.value:
        return None
    if len(found.value) < 4 or not found.value[-1]:
        return "The bits of the Key Usage are not in their one DER form."
    declared, last = found.value[2], found.value[-1]
    zeros = (last & -last).bit_length() - 1
    if declared == zeros:
        return None
    return f"The Key Usage declares {declared} unused bits, but its last {zeros} bits are zero."


# --- basic constraints, policies ---


def critical_basic_constraints(fields: Fields) -> str | None:
    """Basic Constraints is there, critical and readable."""
    found = fields.extension(field.BASIC_CONSTRAINTS)
    if not found:
        return "The Basic Constraints extension is not present."
    if not found.critical:
        return "The Basic Constraints extension is not critical."
    return None if field.content(found.value) is not None else "The Basic Constraints do not read."


def has_policy(fields: Fields) -> str | None:
    """Certificate Policies is there, not critical, with one policy; roots are not asked."""
    found = fields.extension(field.POLICIES)
    if fields.is_root:
        return None
    if not found:
        return "The Certificate Policies extension is not present."
    if found.critical:
        return "The Certificate Policies extension is critical."
    count = len(fields.policies)
    return None if count == 1 else f"The Certificate Policies extension has {count} policies instead of one."


def shaken_policy(fields: Fields) -> str | None:
    """The one policy is a SHAKEN policy in force; roots are not asked."""
    if fields.is_root or (len(fields.policies) == 1 and fields.policies[0] in (POLICY_1_3, POLICY_1_4)):
        return None
    found = ", ".join(fields.policies) or "(none)"
    return f"The policy {found} is not one of {POLICY_1_3} and {POLICY_1_4}."


def root_without_policy(fields: Fields) -> str | None:
    """A root has no Certificate Policies."""
    if fields.is_root and fields.extension(field.POLICIES):
        return "The root has a Certificate Policies extension."
    return None


def only_specified(fields: Fields) -> str | None:
    """No extension beside those of ATIS-1000080."""
    others = [each.oid for each in fields.extensions if each.oid not in SPECIFIED]
    return f"Extensions that are not specified: {', '.join(others)}." if others else None


# --- key identifiers ---


def subject_key_id(fields: Fields) -> str | None:
    """Subject Key Identifier is there."""
    found = fields.extension(field.SUBJECT_KEY_ID)
    return None if found else "The Subject Key Identifier extension is not present."


def long_subject_key_id(fields: Fields) -> str | None:
    """Subject Key Identifier is as long as a SHA-1 hash."""
    found = fields.extension(field.SUBJECT_KEY_ID)
    if not found:
        return "The Subject Key Identifier extension is not present."
    size = len(_subject_key_id(fields))
    return None if size == _SHA1_BYTES else f"The Subject Key Identifier has {size} bytes instead of 20."


def _subject_key_id(fields: Fields) -> bytes:
    found = fields.extension(field.SUBJECT_KEY_ID)
    try:
        value = next(der.values(found.value), None) if found else None
    except Unreadable:
        return b""
    return value.content if value else b""


def authority_key_id(fields: Fields) -> str | None:
    """Authority Key Identifier is there; roots are not asked."""
    if fields.is_root or fields.extension(field.AUTHORITY_KEY_ID):
        return None
    return "The Authority Key Identifier extension is not present."


def authority_key_id_unless_self_signed(fields: Fields) -> str | None:
    """The same by RFC 5280 §4.2.1.1, which excuses what is signed with its own key."""
    if fields.self_signed or fields.extension(field.AUTHORITY_KEY_ID):
        return None
    return "The Authority Key Identifier extension is not present."


def authority_key_id_has_key(fields: Fields) -> str | None:
    """Authority Key Identifier holds a keyIdentifier, except in a root."""
    if fields.is_root or _authority_key_id(fields):
        return None
    return "There is no Authority Key Identifier with a keyIdentifier."


def root_names_itself(fields: Fields) -> str | None:
    """The Authority Key Identifier of a root, if any, is its own Subject Key Identifier."""
    if not fields.is_root or not fields.extension(field.AUTHORITY_KEY_ID):
        return None
    if _authority_key_id(fields) == _subject_key_id(fields):
        return None
    return "The Authority Key Identifier of the root is not its own Subject Key Identifier."


def _authority_key_id(fields: Fields) -> bytes:
    found = fields.extension(field.AUTHORITY_KEY_ID)
    parts = field.content(found.value) if found else None
    return next((part.content for part in parts or () if part.tag == _KEY_ID), b"")


CHECKS: Checks = {
    "e_atis_ext_certificate_policies": has_policy,
    "e_atis_ext_certificate_policies_ca": has_policy,
    "e_atis_ext_certificate_policies_root": root_without_policy,
    "e_shaken_certificate_policies_id": shaken_policy,
    "e_shaken_certificate_policies_id_ca": shaken_policy,
    "e_atis_ext_key_usage": critical_key_usage,
    "e_atis_ext_key_usage_ee": signs_only,
    "e_atis_ext_key_usage_ca": signs_certificates,
    "e_incorrect_ku_encoding": shortest_key_usage,
    "e_atis_ext_basic_constraints": critical_basic_constraints,
    "e_atis_ext_not_specified": only_specified,
    "e_atis_ext_not_specified_ca": only_specified,
    "e_atis_subject_key_identifier": subject_key_id,
    "e_atis_subject_key_identifier_ca": subject_key_id,
    "e_atis_subject_key_identifier_size": long_subject_key_id,
    "e_atis_subject_key_identifier_size_ca": long_subject_key_id,
    "w_ext_subject_key_identifier_missing_sub_cert": subject_key_id,
    "e_atis_ext_authority_key_identifier": authority_key_id,
    "e_atis_ext_authority_key_identifier_ca": authority_key_id,
    "e_atis_ext_authority_key_identifier_root": root_names_itself,
    "e_ext_authority_key_identifier_missing": authority_key_id_unless_self_signed,
    "e_ext_authority_key_identifier_no_key_identifier": authority_key_id_has_key,
}
