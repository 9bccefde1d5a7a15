"""Which certificates lead from this one to a root, and does each vouch for the one before (RFC 5280 §6.1)?

Own code, since a refusal must say which rule was broken: the X.509 verifier of `cryptography` gives one text
for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quivive.calls.certificates.certificate import Certificate

MAX_LENGTH = 8
MAX_SIGNATURES = 128
MAX_STEPS = 512
"""Of one search: a hostile server can send many certificates of one name."""
STRONG = frozenset({"sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"})
"""Hashes of signatures that count; RFC 8226 §5 asks for SHA-256."""


@dataclass(frozen=True)
class Path:
    """Certificates from the call's own to the root, and the codes of the rules that they break."""

    certificates: tuple[Certificate, ...]
    reasons: tuple[str, ...]


def find(own: Certificate, others: Iterable[Certificate], roots: Sequence[Certificate], at: float) -> Path:
    """The path to a root that breaks the fewest rules at Unix time `at`.

    Without any: the certificate alone, with 'certificate-unknown-issuer'.
    """
    search = _Search(_distinct([*roots, *others]), frozenset(root.sha256 for root in roots))
    best: Path | None = None
    for found in search.paths((own,)):
        path = Path(found, search.faults(found, at))
        if best is None or len(path.reasons) < len(best.reasons):
            best = path
        if not path.reasons:
            break
    return best or Path((own,), ("certificate-unknown-issuer", *_own_faults((own,), at)))


class _Search:
    """One walk over the certificates at hand; remembers the signatures that it checked."""

    def __init__(self, pool: list[Certificate], roots: frozenset[str]) -> None:
        self._pool = pool
        self._roots = roots
        self._signed: dict[tuple[str, str], bool] = {}
        self._steps = 0

    def paths(self, so_far: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        """Every way to a root by name, the likeliest first; a key identifier is a hint, no proof."""
        last, self._steps = so_far[-1], self._steps + 1
        if last.sha256 in self._roots:
            yield so_far
            return
        known = {each.sha256 for each in so_far}
        issuers = [
            each for each in self._pool if each.subject_name == last.issuer_name and each.sha256 not in known
        ]
        issuers.sort(key=lambda each: each.key_id != last.issuer_key_id)
        for issuer in issuers if len(so_far) < MAX_LENGTH and self._steps < MAX_STEPS else ():
            if self._may_be_issuer(last, issuer):
                yield from self.paths((*so_far, issuer))

    def _may_be_issuer(self, child: Certificate, issuer: Certificate) -> bool:
        """Not one that only bears the name: neither the signature nor the key identifier is its."""
        other_key = child.issuer_key_id and issuer.key_id and child.issuer_key_id != issuer.key_id
        return self.signed(child, issuer) or not other_key

    def signed(self, child: Certificate, issuer: Certificate) -> bool:
        """Whether the issuer's key signed the child; False too once too many were checked."""
        pair = (child.sha256, issuer.sha256)
        if pair not in self._signed and len(self._signed) < MAX_SIGNATURES:
            self._signed[pair] = is_signed(child, issuer)
        return self._signed.get(pair, False)

    def faults(self, path: tuple[Certificate, ...], at: float) -> tuple[str, ...]:
        """Codes of what is wrong with the path, each once."""
        found = [
            "certificate-signature" for child, issuer in pairwise(path) if not self.signed(child, issuer)
        ]
        found += _own_faults(path, at)
        found += ["certificate-usage" for place in range(1, len(path)) if not _may_issue(path, place)]
        found += ["certificate-scope" for place in range(1, len(path)) if not _within_scope(path, place)]
        return tuple(dict.fromkeys(found))


def _own_faults(path: Sequence[Certificate], at: float) -> list[str]:
    """What each certificate shows by itself; the root's dates count too (an expired CA vouches no more)."""
    found = ["certificate-expired" for each in path if at > each.not_after]
    found += ["certificate-not-yet-valid" for each in path if at < each.not_before]
    found += ["certificate-critical-extension" for each in path if each.not_understood]
    return found


def _may_issue(path: Sequence[Certificate], place: int) -> bool:
    """Whether it is a CA with the key usage for it and enough path length (RFC 5280 §6.1.4 k to n)."""
    issuer = path[place]
    below = sum(each.subject_name != each.issuer_name for each in path[1:place])
    return (
        issuer.is_ca
        and (issuer.key_usage is None or "keyCertSign" in issuer.key_usage)
        and (issuer.path_length is None or below <= issuer.path_length)
    )


def _within_scope(path: Sequence[Certificate], place: int) -> bool:
    """Whether an issuer with a TNAuthList encloses what it delegates to the next below (RFC 9060 §4).

    CAs of SHAKEN have no such list and may vouch for all. A delegate without one has no scope of its own,
    and what stands below it must fit the nearest list above.
    """
    issuer = path[place]
    if "tn-auth-list" in issuer.malformed:
        return False
    if issuer.tn_auth_list is None:
        return True
    below = [each.tn_auth_list for each in path[:place] if each.tn_auth_list is not None]
    return bool(below) and issuer.tn_auth_list.encloses(below[-1])


def is_signed(child: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's key made the child's signature (ECDSA or RSA, SHA-2 or SHA-3); names aside."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PSS, PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        hashed, key = child.x509.signature_hash_algorithm, issuer.x509.public_key()
        how = child.x509.signature_algorithm_parameters
        signature, signed = child.x509.signature, child.x509.tbs_certificate_bytes
        if hashed is None or hashed.name not in STRONG:
            return False
        if isinstance(key, EllipticCurvePublicKey) and isinstance(how, ECDSA):
            key.verify(signature, signed, how)
        elif isinstance(key, RSAPublicKey) and isinstance(how, PSS | PKCS1v15):
            key.verify(signature, signed, how, hashed)
        else:
            return False
    except Exception:  # a wrong signature, a key the library refuses: whatever it is, it vouches for nothing
        return False
    return True


def _distinct(certificates: Iterable[Certificate]) -> list[Certificate]:
    return list({each.sha256: each for each in certificates}.values())
