"""What does a certificate of a call say (RFC 5280, RFC 8226)?

`cryptography` reads it. That library parses some parts only when asked, so everything is asked for here,
once: whoever holds a Certificate meets no surprise later.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quivive.calls.certificates import constraints as claim_constraints
from quivive.calls.certificates import pem
from quivive.calls.certificates import tn_auth_list as numbers
from quivive.calls.certificates.constraints import Constraints
from quivive.calls.certificates.names import Name, comparable
from quivive.calls.certificates.tn_auth_list import TnAuthList
from quivive.errors import Unreadable

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

MAX_BYTES = 2**18
MAX_CERTIFICATES = 32
"""Of one chain; a list of roots may be longer."""

UNDERSTOOD = frozenset(
    {
        "2.5.29.14",  # subjectKeyIdentifier
        "2.5.29.15",  # keyUsage
        "2.5.29.19",  # basicConstraints
        "2.5.29.31",  # cRLDistributionPoints
        "2.5.29.32",  # certificatePolicies: recorded, none is demanded
        "2.5.29.35",  # authorityKeyIdentifier
        "2.5.29.37",  # extendedKeyUsage: RFC 8226 gives it no meaning, so it is no bar
        numbers.OID,
        claim_constraints.OID,
        claim_constraints.ENHANCED_OID,
    }
)
"""Extensions that may be critical: they are acted on or, as noted, known to be without effect here."""


@dataclass(frozen=True)
class Certificate:
    """One certificate, wholly read. Times are Unix seconds; names are RFC 4514 strings for people."""

    der: bytes = field(repr=False)
    sha256: str
    not_before: float
    not_after: float
    subject: str
    issuer: str
    public_key: EllipticCurvePublicKey | None = field(repr=False, compare=False)
    """None if the key is not on an elliptic curve, or on one that the library does not know."""
    tn_auth_list: TnAuthList | None
    constraints: Constraints | None
    is_ca: bool
    path_length: int | None
    key_usage: frozenset[str] | None
    """Names of RFC 5280 §4.2.1.3 ('digitalSignature', 'keyCertSign', 'cRLSign'); None: no such extension."""
    key_id: bytes | None
    issuer_key_id: bytes | None
    policies: tuple[str, ...]
    crl_issuers: tuple[Name, ...] = field(repr=False)
    """Who signs the revocation list if not the issuer (cRLDistributionPoints; ATIS-1000080: the STI-PA)."""
    not_understood: tuple[str, ...]
    """OIDs of critical extensions that are not understood: RFC 5280 §4.2 says to refuse."""
    malformed: tuple[str, ...]
    """STIR extensions that do not read: 'tn-auth-list', 'constraints'."""
    serial: int
    subject_name: Name = field(repr=False)
    issuer_name: Name = field(repr=False)
    x509: x509.Certificate = field(repr=False, compare=False)

    @property
    def signs_es256(self) -> bool:
        """Whether the key is on P-256, the one curve of ES256 (RFC 8225 §4.2, RFC 8226 §5)."""
        return self.public_key is not None and self.public_key.curve.name == "secp256r1"


def read_chain(data: bytes) -> tuple[Certificate, ...]:
    """The certificates of PEM (with any text around), DER or base64 of DER; the call's own comes first.

    The first that is no CA is the one that signs calls, since servers send chains in any order; the rest
    keep theirs. Raises Unreadable, also past 256 KiB or 32 certificates.
    """
    chain = read_all(data, MAX_CERTIFICATES)
    own = next((each for each in chain if not each.is_ca), chain[0])
    return (own, *(each for each in chain if each is not own))


def read_all(data: bytes, limit: int, max_bytes: int = MAX_BYTES) -> tuple[Certificate, ...]:
    """The certificates in the order in which they stand; raises Unreadable."""
    if len(data) > max_bytes:
        raise Unreadable(f"A certificate file of more than {max_bytes // 1024} KiB is not read.")
    ders = pem.certificates(data)
    if len(ders) > limit:
        raise Unreadable(f"A file with more than {limit} certificates is not read.")
    if not ders:
        raise Unreadable("There is no certificate in the file.")
    return tuple(read(each) for each in ders)


def read(der: bytes) -> Certificate:
    """One DER certificate, all of it; raises Unreadable whatever is wrong with it."""
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(x509.load_der_x509_certificate(der), der)
    except Unreadable:
        raise
    except Exception as error:  # the library's own set of exceptions is open, and grows
        raise Unreadable(f"The certificate does not read: {type(error).__name__}.") from error


def _read(found: x509.Certificate, der: bytes) -> Certificate:
    from cryptography import x509

    def extension(kind: type[Any]) -> Any:
        held = [each.value for each in found.extensions if isinstance(each.value, kind)]
        return held[0] if held else None

    basic = extension(x509.BasicConstraints)
    key_id, issuer_key = extension(x509.SubjectKeyIdentifier), extension(x509.AuthorityKeyIdentifier)
    raw = {each.oid.dotted_string: each for each in found.extensions}
    tn_list, claims, malformed = _stir(raw)
    _touch(found)
    return Certificate(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        not_before=found.not_valid_before_utc.timestamp(),
        not_after=found.not_valid_after_utc.timestamp(),
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        public_key=_key(found),
        tn_auth_list=tn_list,
        constraints=claims,
        is_ca=bool(basic and basic.ca),
        path_length=basic.path_length if basic else None,
        key_usage=_usage(extension(x509.KeyUsage)),
        key_id=key_id.digest if key_id else None,
        issuer_key_id=issuer_key.key_identifier if issuer_key else None,
        policies=_policies(extension(x509.CertificatePolicies)),
        crl_issuers=_crl_issuers(extension(x509.CRLDistributionPoints)),
        not_understood=tuple(oid for oid, each in raw.items() if each.critical and oid not in UNDERSTOOD),
        malformed=malformed,
        serial=found.serial_number,
        subject_name=comparable(found.subject),
        issuer_name=comparable(found.issuer),
        x509=found,
    )


def _touch(found: x509.Certificate) -> None:
    """Parse what later steps ask for, so that it fails here or never."""
    _ = found.signature, found.signature_algorithm_oid, found.tbs_certificate_bytes, found.version


def _key(found: x509.Certificate) -> EllipticCurvePublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    try:
        key = found.public_key()
    except UnsupportedAlgorithm:
        return None
    return key if isinstance(key, EllipticCurvePublicKey) else None


def _stir(
    raw: dict[str, x509.Extension[x509.ExtensionType]],
) -> tuple[TnAuthList | None, Constraints | None, tuple[str, ...]]:
    malformed: list[str] = []

    def part(oid: str, name: str, read: Callable[[bytes], Any]) -> Any:
        if oid not in raw:
            return None
        try:
            return read(raw[oid].value.public_bytes())
        except Unreadable:
            malformed.append(name)
            return None

    tn_list = part(numbers.OID, "tn-auth-list", numbers.read)
    plain = part(claim_constraints.OID, "constraints", claim_constraints.read)
    enhanced = part(claim_constraints.ENHANCED_OID, "constraints", claim_constraints.read_enhanced)
    both = plain + enhanced if plain and enhanced else plain or enhanced
    return tn_list, both, tuple(dict.fromkeys(malformed))


def _usage(usage: x509.KeyUsage | None) -> frozenset[str] | None:
    if usage is None:
        return None
    bits = {
        "digitalSignature": usage.digital_signature,
        "nonRepudiation": usage.content_commitment,
        "keyEncipherment": usage.key_encipherment,
        "dataEncipherment": usage.data_encipherment,
        "keyAgreement": usage.key_agreement,
        "keyCertSign": usage.key_cert_sign,
        "cRLSign": usage.crl_sign,
    }
    return frozenset(name for name, is_set in bits.items() if is_set)


def _policies(policies: x509.CertificatePolicies | None) -> tuple[str, ...]:
    return tuple(each.policy_identifier.dotted_string for each in policies or ())


def _crl_issuers(points: x509.CRLDistributionPoints | None) -> tuple[Name, ...]:
    from cryptography import x509

    general = [name for point in points or () for name in point.crl_issuer or ()]
    return tuple(comparable(name.value) for name in general if isinstance(name, x509.DirectoryName))
