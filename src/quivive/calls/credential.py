"""May the signer speak for this number, make these claims, at that time (RFC 8226 §8, §9; RFC 8224 §6.2)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quivive.calls.certificates.constraints import violations
from quivive.calls.numbers import canonical

if TYPE_CHECKING:
    from quivive.calls.signers import Signer
    from quivive.calls.verify import Call


def authority(signer: Signer, header: Any, claims: Any) -> list[str]:
    """Codes (refusals.yaml) where the certificate does not cover the number (RFC 8226 §9) or does not
    allow the claims (RFC 8226 §8, RFC 9118)."""
    certificate = signer.certificate
    codes = []
    scope = certificate.tn_auth_list if certificate else None
    if scope and not scope.by_provider_code:
        # a forwarder speaks for the number that it forwards from, not for the caller's (RFC 8946 §4.1)
        party = claims.get("div") if header.get("ppt") in ("div", "div-o") else claims.get("orig")
        number = party.get("tn") if isinstance(party, dict) else None
        if isinstance(number, str) and not scope.covers(canonical(number) or number):
            codes.append("certificate-number-not-covered")
    if certificate and certificate.constraints and violations(certificate.constraints, header, claims):
        codes.append("certificate-constraint")
    return codes


def date(iat: float, call: Call, at: float, signer: Signer, freshness: float) -> list[str]:
    """Codes where a token signed at `iat` is not of the call at `at` or of the certificate's time.

    All in Unix seconds; `freshness` in seconds either way.
    """
    codes = []
    if iat < at - freshness:
        codes.append("date-stale")
    elif iat > at + freshness:
        codes.append("date-future")
    if call.date is not None and abs(call.date - iat) > freshness:
        codes.append("date-header")
    certificate = signer.certificate
    if certificate and not certificate.not_before <= iat <= certificate.not_after:
        codes.append("date-outside-certificate")
    return codes
