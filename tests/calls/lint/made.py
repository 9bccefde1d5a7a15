"""Certificates for linter tests: one that breaks no rule, and the same with one thing changed.

made()                                      # breaks nothing
made(names={"CN": "SHAKEN709J"})            # one fault
made(extensions={KEY_USAGE: (True, raw)})   # an extension's DER, as it is
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

KEY_USAGE, BASIC_CONSTRAINTS = "2.5.29.15", "2.5.29.19"
SUBJECT_KEY_ID, AUTHORITY_KEY_ID = "2.5.29.14", "2.5.29.35"
POLICIES, CRL_POINTS, TN_AUTH_LIST = "2.5.29.32", "2.5.29.31", "1.3.6.1.5.5.7.1.26"

START = datetime(2025, 3, 1, tzinfo=UTC)
LEAF = {"C": "US", "O": "Example Telecom", "CN": "SHAKEN 709J"}
CA = {"C": "US", "O": "Example Trust", "CN": "Example SHAKEN Intermediate CA"}
ROOT = {"C": "US", "O": "Example Trust", "CN": "Example SHAKEN Root CA"}
_ATTRIBUTES = {
    "C": "2.5.4.6",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "ST": "2.5.4.8",
    "CN": "2.5.4.3",
    "SN": "2.5.4.5",
    "email": "1.2.840.113549.1.9.1",
}

Name = Mapping[str, str] | Sequence[tuple[str, str]]


def tlv(tag: int, *contents: bytes) -> bytes:
    """One DER value."""
    body = b"".join(contents)
    size = len(body)
    head = bytes([size]) if size < 128 else bytes([0x80 | (octets := (size.bit_length() + 7) // 8)])
    return bytes([tag]) + head + (size.to_bytes(octets, "big") if size >= 128 else b"") + body


def oid(dotted: str) -> bytes:
    """The DER of an object identifier."""
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(dotted), None)]
    ).public_bytes()[4:]


def policies(*dotted: str) -> bytes:
    """The value of a Certificate Policies extension."""
    return tlv(0x30, *(tlv(0x30, oid(each)) for each in dotted))


def tn_auth_list(*spcs: str) -> bytes:
    """The value of a TNAuthList of service provider codes."""
    return tlv(0x30, *(tlv(0xA0, tlv(0x16, spc.encode())) for spc in spcs))


def crl_points(*urls: str, issuer: bool = True) -> bytes:
    """The value of a CRL Distribution Points extension, one point for each address."""
    country = tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.6"), tlv(0x13, b"US"))))
    of = tlv(0xA2, tlv(0xA4, country)) if issuer else b""
    return tlv(0x30, *(tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0x86, url.encode()))), of) for url in urls))


POLICY_1_3, POLICY_1_4 = policies("2.16.840.1.114569.1.1.3"), policies("2.16.840.1.114569.1.1.4")
SIGNS, SIGNS_CERTIFICATES = bytes.fromhex("03020780"), bytes.fromhex("03020204")
SOUND: dict[str, tuple[bool, bytes]] = {
    KEY_USAGE: (True, SIGNS),
    BASIC_CONSTRAINTS: (True, tlv(0x30)),
    SUBJECT_KEY_ID: (False, tlv(0x04, bytes(20))),
    AUTHORITY_KEY_ID: (False, tlv(0x30, tlv(0x80, bytes(20)))),
    POLICIES: (False, POLICY_1_4),
    CRL_POINTS: (False, crl_points("https://crl.example/list")),
    TN_AUTH_LIST: (False, tn_auth_list("709J")),
}
SOUND_CA: dict[str, tuple[bool, bytes] | None] = {
    KEY_USAGE: (True, SIGNS_CERTIFICATES),
    BASIC_CONSTRAINTS: (True, tlv(0x30, b"\x01\x01\xff")),
    TN_AUTH_LIST: None,
}
SOUND_ROOT: dict[str, tuple[bool, bytes] | None] = {
    **SOUND_CA,
    AUTHORITY_KEY_ID: None,
    POLICIES: None,
    CRL_POINTS: None,
}


@cache
def key(kind: str = "P-256") -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """One key of each kind; making RSA keys takes long."""
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if kind == "P-384" else ec.SECP256R1())


def made(
    names: Name = LEAF,
    *,
    extensions: Mapping[str, tuple[bool, bytes] | None] | None = None,
    issuer: Name = CA,
    serial: int = 0xF123_4567_89AB_CDEF,
    start: datetime = START,
    subject_key: str = "P-256",
    issuer_key: str = "P-256",
    hashed: hashes.HashAlgorithm | None = None,
) -> bytes:
    """DER of a certificate; `extensions` replaces those of SOUND, None drops one."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(names))
        .issuer_name(_name(issuer))
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .public_key(key(subject_key).public_key())
    )
    for dotted, given in {**SOUND, **(extensions or {})}.items():
        if given:
            critical, value = given
            raw = x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value)
            builder = builder.add_extension(raw, critical)
    signed = builder.sign(key(issuer_key), hashed or hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def _name(parts: Name) -> x509.Name:
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # overlong texts are on purpose
        return x509.Name(
            [
                x509.NameAttribute(x509.ObjectIdentifier(_ATTRIBUTES[kind]), text, _validate=False)
                for kind, text in pairs
            ]
        )


def version_1(der: bytes) -> bytes:
    """The same certificate without version and extensions (and so with a signature of something else)."""
    certificate = x509.load_der_x509_certificate(der)
    parts, rest = [], _content(certificate.tbs_certificate_bytes)
    while rest:
        value, rest = _cut(rest)
        parts.append(value)
    _, after = _cut(_content(der))
    return tlv(0x30, tlv(0x30, *parts[1:7]), after)


def _content(value: bytes) -> bytes:
    return value[2 + (value[1] & 0x7F if value[1] & 0x80 else 0) :]


def _cut(data: bytes) -> tuple[bytes, bytes]:
    long = data[1] & 0x7F if data[1] & 0x80 else 0
    size = int.from_bytes(data[2 : 2 + long], "big") if long else data[1]
    end = 2 + long + size
    return data[:end], data[end:]
