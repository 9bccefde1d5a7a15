"""Certificates made for tests: authorities, provider and delegate certificates, revocation lists.

root = authority("Test STI Root")
leaf = issue(root, spc="709J")
leaf.pem, leaf.key, leaf.key_pem
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""The noon on which the tests' clock stands still (tests/conftest.py)."""
AT = NOW.timestamp()
POLICY = x509.ObjectIdentifier("2.16.840.1.114569.1.1.1")
"""SHAKEN certificate policy 1.1 (ATIS-1000080)."""


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    x509: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.x509.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.x509.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key, PKCS #8, without a password."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A new key; P-256 unless told."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def authority(
    name: str = "Test STI Root",
    issuer: Made | None = None,
    *,
    path_length: int | None = None,
    days: tuple[float, float] = (-365, 3650),
    **more: Any,
) -> Made:
    """A CA: self-signed, or below `issuer`. `more` is what `issue` takes."""
    usage = more.pop("usage", ("key_cert_sign", "crl_sign"))
    return issue(issuer, name=name, ca=True, path_length=path_length, days=days, usage=usage, **more)


def issue(
    issuer: Made | None,
    *,
    name: str = "SHAKEN 709J",
    spc: str | Sequence[str] | None = None,
    numbers: Iterable[str] = (),
    ranges: Iterable[tuple[str, int]] = (),
    tn_auth_list: bytes | None = None,
    constraints: bytes | None = None,
    enhanced: bytes | None = None,
    ca: bool | None = False,
    path_length: int | None = None,
    usage: Sequence[str] | None = ("digital_signature",),
    days: tuple[float, float] = (-1, 30),
    key: Key | None = None,
    key_id: bytes | None = None,
    crl_issuer: x509.Name | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    serial: int | None = None,
    digest: hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | None = None,
) -> Made:
    """A certificate signed by `issuer`, by itself if None.

    `days`: not before and not after, from NOW. `key_id`: of the subject, instead of the hash of its key.
    `ca` None leaves basicConstraints out, `usage` None keyUsage;
    `tn_auth_list`, `constraints` (RFC 8226) and `enhanced` (RFC 9118) are DER, put in as they are.
    """
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = named(name)
    parent = issuer.x509.subject if issuer else subject
    signer = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder(issuer_name=parent, subject_name=subject, public_key=own.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(_key_id(key_id, own), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), False)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), True)
    if usage is not None:
        builder = builder.add_extension(_usage(usage), True)
    if crl_issuer is not None:
        builder = builder.add_extension(_crl_issuer(crl_issuer), False)
    spcs = [spc] if isinstance(spc, str) else list(spc or ())
    if tn_auth_list is None and (spcs or numbers or ranges):
        tn_auth_list = tn_auth_list_der(spcs, numbers, ranges)
    for oid, value in (("26", tn_auth_list), ("27", constraints), ("33", enhanced)):
        if value is not None:
            builder = builder.add_extension(_stir(oid, value), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Made(builder.sign(signer, digest or hashes.SHA256()), own)


def named(name: str) -> x509.Name:
    """The subject that `issue` gives a certificate of this common name."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Telecom"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def crl(
    signer: Made,
    revoked: Iterable[x509.Certificate] = (),
    *,
    indirect: bool = False,
    days: tuple[float, float | None] = (-1, 7),
    issuer_once: bool = False,
) -> bytes:
    """A revocation list, PEM. Indirect: each entry names its certificate's issuer, with `issuer_once` only
    where it changes (RFC 5280 §5.3.3)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(signer.x509.subject)
        .last_update(NOW + timedelta(days=days[0]))
        .next_update(NOW + timedelta(days=days[1] or 0))
    )
    if indirect:
        builder = builder.add_extension(_indirect(), True)
    last = signer.x509.subject
    for each in revoked:
        entry = x509.RevokedCertificateBuilder(each.serial_number, NOW - timedelta(days=2))
        if indirect and not (issuer_once and each.issuer == last):
            entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(each.issuer)]), True)
            last = each.issuer
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def chain(*certificates: Made) -> bytes:
    """PEM of several."""
    return b"".join(each.pem for each in certificates)


def tlv(tag: int, *contents: bytes) -> bytes:
    """A DER value."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def tn_auth_list_der(
    spcs: Iterable[str] = (), numbers: Iterable[str] = (), ranges: Iterable[tuple[str, int]] = ()
) -> bytes:
    """TNAuthorizationList (RFC 8226 §9, explicit tags)."""
    entries = [tlv(0xA0, tlv(0x16, code.encode())) for code in spcs]
    for start, count in ranges:
        size = count.to_bytes(count.bit_length() // 8 + 1, "big")
        entries.append(tlv(0xA1, tlv(0x30, tlv(0x16, start.encode()), tlv(0x02, size))))
    entries += [tlv(0xA2, tlv(0x16, number.encode())) for number in numbers]
    return tlv(0x30, *entries)


def constraints_der(
    must_include: Sequence[str] = (),
    permitted: Sequence[tuple[str, Sequence[str]]] = (),
    must_exclude: Sequence[str] = (),
) -> bytes:
    """(Enhanced)JWTClaimConstraints (RFC 8226 §8, RFC 9118 §3, explicit tags)."""
    parts = []
    if must_include:
        parts.append(tlv(0xA0, _names(must_include)))
    if permitted:
        values = [
            tlv(0x30, tlv(0x16, claim.encode()), tlv(0x30, *(tlv(0x0C, each.encode()) for each in allowed)))
            for claim, allowed in permitted
        ]
        parts.append(tlv(0xA1, tlv(0x30, *values)))
    if must_exclude:
        parts.append(tlv(0xA2, _names(must_exclude)))
    return tlv(0x30, *parts)


def _names(names: Sequence[str]) -> bytes:
    return tlv(0x30, *(tlv(0x16, name.encode()) for name in names))


def _stir(last: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.3.6.1.5.5.7.1.{last}"), value)


def _key_id(chosen: bytes | None, own: Key) -> x509.SubjectKeyIdentifier:
    if chosen is not None:
        return x509.SubjectKeyIdentifier(chosen)
    return x509.SubjectKeyIdentifier.from_public_key(own.public_key())


def _usage(bits: Sequence[str]) -> x509.KeyUsage:
    names = [
        *(
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
        ),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ]
    return x509.KeyUsage(**{name: name in bits for name in names})


def _crl_issuer(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier("https://sti-pa.example.org/crl")],
        relative_name=None,
        reasons=None,
        crl_issuer=[x509.DirectoryName(name)],
    )
    return x509.CRLDistributionPoints([point])


def _indirect() -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier("https://sti-pa.example.org/crl")],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=True,
        only_contains_attribute_certs=False,
    )
