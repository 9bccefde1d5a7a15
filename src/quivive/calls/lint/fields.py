"""What does a certificate say, field by field (RFC 5280 §4.1), before anyone judges it?

Read from the DER itself: general X.509 libraries refuse some of the certificates that are in use, hide
how a value was encoded, and a linter is asked about exactly those. Only the frame must be sound; what an
extension holds is read by the check that asks for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from quivive.calls.certificates import der
from quivive.errors import Unreadable

KEY_USAGE, BASIC_CONSTRAINTS = "2.5.29.15", "2.5.29.19"
SUBJECT_KEY_ID, AUTHORITY_KEY_ID = "2.5.29.14", "2.5.29.35"
POLICIES, CRL_POINTS = "2.5.29.32", "2.5.29.31"
TN_AUTH_LIST = "1.3.6.1.5.5.7.1.26"

COMMON_NAME, SERIAL_NUMBER, COUNTRY = "2.5.4.3", "2.5.4.5", "2.5.4.6"
LOCALITY, STATE, ORGANISATION = "2.5.4.7", "2.5.4.8", "2.5.4.10"
EMAIL = "1.2.840.113549.1.9.1"

LARGEST = 256 * 1024
"""Bytes of one certificate, many times those of the largest in use."""

_OID, _BOOLEAN, _UTC_TIME, _GENERALISED_TIME = 0x06, 0x01, 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_ENCODINGS = {0x0C: "utf-8", 0x14: "latin-1", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
"""UTF8String, TeletexString, UniversalString, BMPString; every other string type is read as ASCII."""


@dataclass(frozen=True)
class Extension:
    """One extension: its OID, whether it is critical, and the DER inside its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True)
class Fields:
    """The fields of one certificate. Names are (attribute OID, text) in the order in which they stand."""

    der: bytes
    version: int
    serial: int
    signature: str
    issuer: tuple[tuple[str, str], ...]
    subject: tuple[tuple[str, str], ...]
    self_issued: bool
    not_before: datetime
    not_after: datetime
    key_algorithm: str
    key_curve: str
    """OID of the named curve, '' for other keys."""
    extensions: tuple[Extension, ...]

    @cached_property
    def by_oid(self) -> dict[str, Extension]:
        """The extensions by OID, the last where one OID stands twice."""
        return {extension.oid: extension for extension in self.extensions}

    def extension(self, oid: str) -> Extension | None:
        """The extension of this OID, if it is there."""
        return self.by_oid.get(oid)

    def subject_values(self, oid: str) -> list[str]:
        """All values of one attribute of the subject's name."""
        return [text for kind, text in self.subject if kind == oid]

    @cached_property
    def common_name(self) -> str:
        """The subject's last common name, '' without one."""
        return (self.subject_values(COMMON_NAME) or [""])[-1]

    @cached_property
    def is_ca(self) -> bool:
        """Whether the basic constraints make it a CA's certificate."""
        found = self.extension(BASIC_CONSTRAINTS)
        parts = content(found.value) if found else None
        return bool(parts) and parts[0].tag == _BOOLEAN and parts[0].content != b"\x00"  # type: ignore[index]

    @cached_property
    def self_signed(self) -> bool:
        """Whether it is issued under its own name and signed with its own key."""
        return self.self_issued and _signed_by_itself(self.der)

    @property
    def is_root(self) -> bool:
        """Whether it is a CA's and self-signed."""
        return self.is_ca and self.self_signed

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """The OIDs of its certificate policies; none where the extension lacks or does not read."""
        found = self.extension(POLICIES)
        return _policies(found.value) if found else ()


def content(data: bytes) -> list[der.Value] | None:
    """What the one SEQUENCE in `data` holds; None if `data` is something else."""
    try:
        return list(der.values(der.only(data, der.SEQUENCE).content))
    except Unreadable:
        return None


def read(data: bytes) -> Fields:
    """The fields of a DER certificate; raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(f"This is too long for a certificate: {len(data)} bytes.")
    outer = _sequence(der.only(data, der.SEQUENCE), least=3)
    parts = _sequence(outer[0], least=6)
    version = 1
    if parts[0].tag == _VERSION:
        version = _integer(next(der.values(parts[0].content), None)) + 1
        parts = parts[1:]
    serial, _, issuer, validity, subject, key = _first(parts, 6)
    starts, ends = _first(_sequence(validity, least=2), 2)
    algorithm = _sequence(_sequence(key, least=2)[0], least=1)
    return Fields(
        der=data,
        version=version,
        serial=_integer(serial),
        signature=_oid(_sequence(outer[1], least=1)[0]),
        issuer=_name(issuer),
        subject=_name(subject),
        self_issued=issuer.content == subject.content,
        not_before=_time(starts),
        not_after=_time(ends),
        key_algorithm=_oid(algorithm[0]),
        key_curve=_oid(algorithm[1]) if len(algorithm) > 1 and algorithm[1].tag == _OID else "",
        extensions=_extensions(parts[6:]),
    )


def _sequence(value: der.Value, least: int) -> list[der.Value]:
    parts = list(der.values(value.content)) if value.tag == der.SEQUENCE else []
    if len(parts) < least:
        raise Unreadable("The certificate lacks fields that every certificate has (RFC 5280 §4.1).")
    return parts


def _first(parts: Sequence[der.Value], count: int) -> Sequence[der.Value]:
    if len(parts) < count:
        raise Unreadable("The certificate lacks fields that every certificate has (RFC 5280 §4.1).")
    return parts[:count]


def _integer(value: der.Value | None) -> int:
    """A signed INTEGER of any size: serial numbers of zero and below are for the checks to say."""
    if value is None or value.tag != der.INTEGER or not 1 <= len(value.content) <= 256:
        raise Unreadable("The certificate has no number where its version or serial number must stand.")
    return int.from_bytes(value.content, "big", signed=True)


def _oid(value: der.Value) -> str:
    if value.tag != _OID:
        raise Unreadable("The certificate has no object identifier where one must stand.")
    return oid(value.content)


@lru_cache(maxsize=512)
def oid(octets: bytes) -> str:
    """The dotted form of an object identifier's content (X.690 §8.19); raises Unreadable."""
    if not octets or len(octets) > 128 or octets[-1] & 0x80:
        raise Unreadable("An object identifier of the certificate does not read.")
    arcs, arc = [], 0
    for octet in octets:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _name(value: der.Value) -> tuple[tuple[str, str], ...]:
    """The attributes of a distinguished name (RFC 5280 §4.1.2.4)."""
    if value.tag != der.SEQUENCE:
        raise Unreadable("The certificate has no name where issuer or subject must stand.")
    found = []
    for group in der.values(value.content):
        for attribute in der.values(group.content):
            kind, text = _first(_sequence(attribute, least=2), 2)
            found.append((_oid(kind), string(text)))
    return tuple(found)


def string(value: der.Value) -> str:
    """The text of a string value; what its type forbids is replaced."""
    return value.content.decode(_ENCODINGS.get(value.tag, "ascii"), "replace")


def _time(value: der.Value) -> datetime:
    """UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5); raises Unreadable."""
    text = value.content.decode("ascii", "replace")
    form = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERALISED_TIME: "%Y%m%d%H%M%SZ"}.get(value.tag, "")
    digits = text[:-1]
    if not (form and text.endswith("Z") and digits.isdigit() and len(digits) in (10, 12, 14)):
        raise Unreadable("The certificate's dates do not read.")
    if value.tag == _UTC_TIME:
        digits = ("20" if digits < "50" else "19") + digits
    try:
        return datetime(
            *(int(digits[:4]), int(digits[4:6]), int(digits[6:8])),
            *(int(digits[8:10]), int(digits[10:12]), int(digits[12:14] or 0)),
            tzinfo=UTC,
        )
    except ValueError as error:
        raise Unreadable("The certificate's dates do not read.") from error


def _extensions(rest: Sequence[der.Value]) -> tuple[Extension, ...]:
    """The extensions, which stand in [3] behind the fields that all versions have."""
    for value in rest:
        if value.tag == _EXTENSIONS:
            each = _sequence(der.only(value.content, der.SEQUENCE), least=0)
            return tuple(_extension(_sequence(one, least=2)) for one in each)
    return ()


def _extension(parts: Sequence[der.Value]) -> Extension:
    critical = len(parts) > 2 and parts[1].tag == _BOOLEAN and parts[1].content != b"\x00"
    return Extension(_oid(parts[0]), critical, parts[-1].content)


def _policies(data: bytes) -> tuple[str, ...]:
    try:
        return tuple(_oid(_sequence(policy, least=1)[0]) for policy in content(data) or ())
    except Unreadable:
        return ()


def _signed_by_itself(data: bytes) -> bool:
    """Whether the certificate's own key verifies its signature; False where the library cannot tell."""
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers and encodings that the checks speak of themselves
            certificate = x509.load_der_x509_certificate(data)
            certificate.verify_directly_issued_by(certificate)
    except Exception:  # the library raises much on damaged certificates, and none of it says 'yes'
        return False
    return True
