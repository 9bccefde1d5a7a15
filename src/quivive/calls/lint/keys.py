"""Are version, serial number, key and signature algorithm those of ATIS-1000080 §6.4.1?"""

from __future__ import annotations

from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import Fields
from quivive.calls.lint.names import POLICY_1_4

ECDSA_SHA256, ECDSA_SHA384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"
EC_KEY = "1.2.840.10045.2.1"
P256, P384 = "1.2.840.10045.3.1.7", "1.3.132.0.34"
_SERIAL_BITS = 64


def version_3(fields: Fields) -> str | None:
    """The version is 3."""
    return None if fields.version == 3 else f"The certificate is of version {fields.version} instead of 3."


def positive_serial(fields: Fields) -> str | None:
    """The serial number is greater than zero."""
    return None if fields.serial > 0 else "The serial number is not greater than zero."


def long_serial(fields: Fields) -> str | None:
    """The serial number has 64 bits or more, counted from its first one bit."""
    bits = fields.serial.bit_length()
    return None if bits >= _SERIAL_BITS else f"The serial number has {bits} bits instead of {_SERIAL_BITS}."


def signed_with_sha256(fields: Fields) -> str | None:
    """ecdsa-with-SHA256; SHA384 for roots and under policy 1.4, whose §6.1.5 allows it."""
    if fields.signature == ECDSA_SHA256:
        return None
    if fields.signature == ECDSA_SHA384 and (POLICY_1_4 in fields.policies or fields.is_root):
        return None
    return f"The signature algorithm is {fields.signature} instead of ecdsa-with-SHA256."


def key_on_p256(fields: Fields) -> str | None:
    """An EC key on P-256; P-384 for CAs under policy 1.4, whose §6.1.5 allows it."""
    if fields.key_algorithm != EC_KEY:
        return f"The public key is of algorithm {fields.key_algorithm} instead of id-ecPublicKey."
    if fields.key_curve == P256:
        return None
    if fields.key_curve == P384 and fields.is_ca and POLICY_1_4 in fields.policies:
        return None
    return f"The public key lies on curve {fields.key_curve or '(unnamed)'} instead of P-256."


CHECKS: Checks = {
    "e_atis_version": version_3,
    "e_atis_version_ca": version_3,
    "e_atis_serial_number": positive_serial,
    "e_atis_serial_number_ca": positive_serial,
    "e_atis_serial_number_size": long_serial,
    "e_atis_serial_number_size_ca": long_serial,
    "e_atis_signature_algorithm": signed_with_sha256,
    "e_atis_signature_algorithm_ca": signed_with_sha256,
    "e_atis_subject_public_key": key_on_p256,
    "e_atis_subject_public_key_ca": key_on_p256,
}
