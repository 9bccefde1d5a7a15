"""Is the certificate on a revocation list, direct or indirect (RFC 5280 §5 and §6.3, ATIS-1000080)?

The STI-PA keeps one indirect list for all STI-CAs: it is signed by another than who issued the certificates
on it, and its entries name that issuer.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from quivive.calls.certificates import certificate, path, pem
from quivive.calls.certificates.certificate import Certificate
from quivive.calls.certificates.names import Name, comparable
from quivive.errors import Unreadable

if TYPE_CHECKING:
    from cryptography import x509

MAX_BYTES = 2**24
MAX_LISTS = 16
State: TypeAlias = Literal["checked", "crl-not-at-hand", "crl-expired", "crl-signature"]
"""'crl-signature': there is a list, but no one trusted signed it, so it counts for nothing."""

_UNDERSTOOD = frozenset(
    {
        "2.5.29.20",  # cRLNumber
        "2.5.29.28",  # issuingDistributionPoint
        "2.5.29.35",  # authorityKeyIdentifier
    }
)
_UNDERSTOOD_OF_ENTRIES = frozenset(
    {
        "2.5.29.21",  # cRLReason
        "2.5.29.24",  # invalidityDate
        "2.5.29.29",  # certificateIssuer
    }
)


@dataclass(frozen=True)
class Crl:
    """One revocation list. Times are Unix seconds; `revoked` gives the time for (issuer, serial number)."""

    sha256: str
    issuer: str
    issuer_name: Name = field(repr=False)
    this_update: float
    next_update: float
    """Infinity if the list names none."""
    indirect: bool
    usable: bool
    """False: a critical part is not understood (RFC 5280 §5.2), or it is a list of changes."""
    only: frozenset[str]
    """What it is limited to: 'user', 'ca', 'attribute', 'reasons'."""
    revoked: Mapping[tuple[Name, int], float] = field(repr=False)
    x509: x509.CertificateRevocationList = field(repr=False, compare=False)
    given: tuple[Certificate, ...] = field(default=(), repr=False)
    """Certificates in the same file: whoever gives the list says thereby who may sign it."""


@dataclass(frozen=True)
class Revocation:
    """What the lists at hand say; `until` is when a fresh list is due."""

    state: State
    revoked: bool = False
    until: float = float("inf")


def read(data: bytes) -> tuple[Crl, ...]:
    """The lists of PEM (certificates of their signers may stand beside them) or DER; raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"A revocation list of more than {MAX_BYTES // 2**20} MiB is not read.")
    found = pem.crls(data)
    if not 1 <= len(found) <= MAX_LISTS:
        raise Unreadable(f"There must be 1 to {MAX_LISTS} revocation lists in the file.")
    beside = pem.certificates(data) if pem.is_pem(data) else []
    given = tuple(certificate.read(each) for each in beside[: certificate.MAX_CERTIFICATES])
    return tuple(_read(each, given) for each in found)


def check(
    own: Certificate,
    lists: Iterable[Crl],
    known: Sequence[Certificate],
    roots: Sequence[Certificate],
    at: float,
) -> Revocation:
    """Whether any list says that the certificate was revoked by Unix time `at`.

    `known`: certificates that may have signed a list or lead from its signer to a root.
    """
    mine = [each for each in lists if _is_about(each, own)]
    trusted = [each for each in mine if _is_trusted(each, known, roots, at)]
    since = [each.revoked[own.issuer_name, own.serial] for each in trusted if _names(each, own)]
    if any(moment <= at for moment in since):
        return Revocation("checked", revoked=True)
    answering = [each for each in trusted if _answers(each, own)]
    due = max((each.next_update for each in answering), default=0.0)
    if at <= due:
        return Revocation("checked", until=min([due, *since]))
    if answering:
        return Revocation("crl-expired")
    return Revocation("crl-signature" if mine and not trusted else "crl-not-at-hand")


def _names(found: Crl, own: Certificate) -> bool:
    return (own.issuer_name, own.serial) in found.revoked


def _is_about(found: Crl, own: Certificate) -> bool:
    """RFC 5280 §6.3.3 b. A certificate that names no signer of its list may stand on any indirect one: a
    third of the STI certificates leave cRLIssuer out and still point to the list of the STI-PA."""
    if not found.usable or ("user" if own.is_ca else "ca") in found.only or "attribute" in found.only:
        return False
    if found.indirect:
        return not own.crl_issuers or found.issuer_name in own.crl_issuers
    return found.issuer_name == own.issuer_name


def _answers(found: Crl, own: Certificate) -> bool:
    """Whether absence from it means anything: all reasons, and not issued after the certificate ran out."""
    return "reasons" not in found.only and found.this_update <= own.not_after


def _is_trusted(found: Crl, known: Sequence[Certificate], roots: Sequence[Certificate], at: float) -> bool:
    signers = [each for each in (*found.given, *roots, *known) if each.subject_name == found.issuer_name]
    return any(
        _has_signed(each, found) and (each in found.given or not path.find(each, known, roots, at).reasons)
        for each in signers[: path.MAX_LENGTH]
    )


def _has_signed(signer: Certificate, found: Crl) -> bool:
    """RFC 5280 §6.3.3 f and g: by a key that may sign lists."""
    if signer.key_usage is not None and "cRLSign" not in signer.key_usage:
        return False
    hashed = found.x509.signature_hash_algorithm
    try:
        key = signer.x509.public_key()
        strong = hashed is not None and hashed.name in path.STRONG
        return strong and found.x509.is_signature_valid(key)  # type: ignore[arg-type]
    except Exception:  # a key of a kind that signs no lists: it vouches for nothing
        return False


def _read(der: bytes, given: tuple[Certificate, ...]) -> Crl:
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _list(x509.load_der_x509_crl(der), hashlib.sha256(der).hexdigest(), given)
    except Exception as error:  # the library's own set of exceptions is open, and grows
        raise Unreadable(f"The revocation list does not read: {type(error).__name__}.") from error


def _list(found: x509.CertificateRevocationList, sha256: str, given: tuple[Certificate, ...]) -> Crl:
    issuer = comparable(found.issuer)
    indirect, only = _scope(found)
    critical = {each.oid.dotted_string for each in found.extensions if each.critical}
    revoked, all_read = _entries(found, issuer)
    due = found.next_update_utc
    return Crl(
        sha256=sha256,
        issuer=found.issuer.rfc4514_string(),
        issuer_name=issuer,
        this_update=found.last_update_utc.timestamp(),
        next_update=due.timestamp() if due else float("inf"),
        indirect=indirect,
        usable=critical <= _UNDERSTOOD and all_read,
        only=only,
        revoked=revoked,
        x509=found,
        given=given,
    )


def _scope(found: x509.CertificateRevocationList) -> tuple[bool, frozenset[str]]:
    from cryptography import x509

    points = [e.value for e in found.extensions if isinstance(e.value, x509.IssuingDistributionPoint)]
    if not points:
        return False, frozenset()
    point = points[0]
    limits = {
        "user": point.only_contains_user_certs,
        "ca": point.only_contains_ca_certs,
        "attribute": point.only_contains_attribute_certs,
        "reasons": point.only_some_reasons is not None,
    }
    return point.indirect_crl, frozenset(name for name, is_set in limits.items() if is_set)


def _entries(
    found: x509.CertificateRevocationList, issuer: Name
) -> tuple[dict[tuple[Name, int], float], bool]:
    """Who is revoked since when. An entry's issuer is that of the one before (RFC 5280 §5.3.3)."""
    from cryptography import x509

    revoked: dict[tuple[Name, int], float] = {}
    all_read = True
    for entry in found:
        lifted = False
        for each in entry.extensions:
            if isinstance(each.value, x509.CertificateIssuer):
                names = each.value.get_values_for_type(x509.DirectoryName)
                issuer = comparable(names[0]) if names else ()
            lifted |= isinstance(each.value, x509.CRLReason) and (
                each.value.reason is x509.ReasonFlags.remove_from_crl
            )
            all_read &= not each.critical or each.oid.dotted_string in _UNDERSTOOD_OF_ENTRIES
        if not lifted:
            revoked[issuer, entry.serial_number] = entry.revocation_date_utc.timestamp()
    return revoked, all_read
