"""Is the certificate of a call good at that time, and may it sign (RFC 8226, RFC 9060, ATIS-1000080)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quivive.calls.certificates import crl, path
from quivive.calls.certificates.certificate import Certificate
from quivive.calls.certificates.crl import State
from quivive.calls.certificates.trust import Trust

DAY = 86400.0


@dataclass(frozen=True)
class Chain:
    """The answer: `reasons` are the refusals' codes, none if all is well.

    `until`: Unix time up to which the answer holds, for caches. `path`: from the call's certificate to the
    root, or the certificate alone. `revocation` speaks of the call's certificate; a CA above it is refused
    where a list at hand names it, and a missing list for it is not remarked upon.
    """

    reasons: tuple[str, ...]
    until: float
    path: tuple[Certificate, ...]
    revocation: State


def check(chain: Sequence[Certificate], trust: Trust, at: float) -> Chain:
    """What stands against the first certificate of `chain` at Unix time `at`; the others may help.

    Codes, all SIP 437: certificate-unknown-issuer, -signature, -revoked, -expired, -not-yet-valid, -key,
    -usage, -critical-extension, -no-tn-authorisation, -scope, -constraint. Nothing is raised.
    """
    own, known = chain[0], [*chain[1:], *trust.intermediates]
    found = path.find(own, known, trust.roots, at)
    looked = [crl.check(each, trust.crls, known, trust.roots, at) for each in _looked_up(found)]
    revoked = ["certificate-revoked"] if any(each.revoked for each in looked) else []
    return Chain(
        tuple(dict.fromkeys([*found.reasons, *revoked, *_as_signer(own)])),
        _until(found.certificates, looked[0].until, at),
        found.certificates,
        looked[0].state,
    )


def _looked_up(found: path.Path) -> tuple[Certificate, ...]:
    """All but the root, which no list can take back; the certificate alone is looked up in any case."""
    return found.certificates[:-1] or found.certificates


def _as_signer(own: Certificate) -> list[str]:
    """Whether it may sign calls: an end entity with a P-256 key that may sign, and a list of numbers."""
    found = []
    if not own.signs_es256:
        found.append("certificate-key")  # RFC 8225 §4.2: ES256
    if own.is_ca or (own.key_usage is not None and "digitalSignature" not in own.key_usage):
        found.append("certificate-usage")  # ATIS-1000080: cA false, digitalSignature
    if own.tn_auth_list is None:
        found.append("certificate-no-tn-authorisation")  # RFC 8226 §9; one that does not read is none
    if "constraints" in own.malformed:
        found.append("certificate-constraint")  # unknown limits cannot be kept
    return found


def _until(certificates: Sequence[Certificate], list_due: float, at: float) -> float:
    """The next moment after `at` when a certificate begins or ends or a list is due; else a day later."""
    moments = [list_due, *(moment for each in certificates for moment in (each.not_before, each.not_after))]
    return min((moment for moment in moments if moment > at and moment != float("inf")), default=at + DAY)
