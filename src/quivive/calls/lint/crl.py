"""Does the certificate say where it may be revoked (CRL Distribution Points, RFC 5280 §4.2.1.13)?

SHAKEN has one list for all issuers, kept by the STI-PA: so the entry must also name that list's issuer
(an indirect CRL, RFC 5280 §5.2.5; ATIS-1000080 §6.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.calls.certificates import der
from quivive.calls.lint import fields as field
from quivive.calls.lint.checks import Checks
from quivive.calls.lint.fields import Fields
from quivive.calls.lint.names import POLICY_1_4
from quivive.errors import Unreadable

_POINT, _FULL_NAME, _CRL_ISSUER, _URI = 0xA0, 0xA0, 0xA2, 0x86


def one_address(fields: Fields) -> str | None:
    """There is one HTTP address; roots are not asked."""
    found = fields.extension(field.CRL_POINTS)
    if fields.is_root:
        return None
    if not found:
        return "The CRL Distribution Points extension is not present."
    addresses = list(_addresses(found.value))
    if len(addresses) != 1:
        return f"The CRL Distribution Points have {len(addresses)} addresses instead of one."
    return None if addresses[0].startswith(b"http") else "The address of the CRL is no HTTP address."


def names_its_issuer(fields: Fields) -> str | None:
    """The first entry has a distributionPoint, then a cRLIssuer.

    Silent where the extension lacks, which is another code's matter, and under policies before 1.4: the
    linter asks for a cRLIssuer only of those who took on 1.4.
    """
    found = fields.extension(field.CRL_POINTS)
    if not found or POLICY_1_4 not in fields.policies or fields.is_root:
        return None
    points = field.content(found.value)
    try:
        parts = list(der.values(points[0].content)) if points else []
    except Unreadable:
        parts = []
    if not parts or parts[0].tag != _POINT:
        return "The first CRL distribution point does not read."
    if len(parts) > 1 and parts[1].tag == _CRL_ISSUER:
        return None
    return "The CRL distribution point has no cRLIssuer."


def root_without(fields: Fields) -> str | None:
    """A root has none."""
    if fields.is_root and fields.extension(field.CRL_POINTS):
        return "The root has a CRL Distribution Points extension."
    return None


def _addresses(data: bytes) -> Iterator[bytes]:
    """The URIs of all distribution points; what does not read is skipped."""
    for point in field.content(data) or ():
        try:
            for name in der.values(point.content):
                if name.tag == _POINT:
                    for full in der.values(name.content):
                        names = der.values(full.content) if full.tag == _FULL_NAME else ()
                        yield from (each.content for each in names if each.tag == _URI)
        except Unreadable:
            continue


CHECKS: Checks = {
    "e_atis_ext_crl_distribution": one_address,
    "e_atis_ext_crl_distribution_ca": one_address,
    "e_atis_ext_crl_distribution_struct": names_its_issuer,
    "e_atis_ext_crl_distribution_struct_ca": names_its_issuer,
    "e_atis_ext_crl_distribution_root": root_without,
}
