"""Whose key signed the call, and for whom may it speak (RFC 8224 §6.2 step 3)?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Protocol

from quivive.calls.certificates import chain as chains
from quivive.calls.certificates.certificate import Certificate, read_chain
from quivive.calls.x5u import Refused, refusal
from quivive.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from quivive.calls.certificates.trust import Trust

MOST = 4096
"""Signers that are remembered; a large network meets some thousand certificates a day."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and what its certificate allows. `codes` are what is wrong with certificate and chain.

    The judgement holds from `since` to `until` (Unix seconds). `key` is None if there is none at hand.
    """

    key: EllipticCurvePublicKey | None
    codes: tuple[str, ...] = ()
    certificate: Certificate | None = None
    since: float = -inf
    until: float = inf
    is_bounded: bool = False
    """Whether the certificate limits numbers or claims: without, there is nothing to compare."""


class Signers(Protocol):
    """Where verification gets its keys from."""

    given: bool
    """Whether the key was given by hand: then the address in the token has no say."""

    def at(self, x5u: str, time: float) -> Signer:
        """The signer behind an address, judged at a time (Unix seconds). Never raises."""
        ...


@dataclass(frozen=True)
class GivenKey:
    """One bare key, trusted because the user handed it over."""

    key: EllipticCurvePublicKey
    given = True

    def at(self, x5u: str, time: float) -> Signer:
        """The key, with the note that nothing stands behind it."""
        return Signer(self.key, ("key-given",))


@dataclass(frozen=True)
class GivenCertificate:
    """One chain, PEM or DER, that the user handed over; it is judged by the trusted roots all the same."""

    chain: bytes
    trust: Trust
    given = True

    def at(self, x5u: str, time: float) -> Signer:
        """The certificate's key and the judgement of its chain."""
        return judge(self.chain, self.trust, time)


class Certificates:
    """Chains by the address that names them: those at hand, then those that `fetch` brings.

    `fetch` returns a chain, the same object while it may be kept, or raises x5u.Refused; None: nothing is
    fetched. Judgements are remembered while they hold. Safe to use from several threads.
    """

    given = False

    def __init__(
        self,
        at_hand: Mapping[str, bytes],
        trust: Trust,
        fetch: Callable[[str, float], bytes] | None = None,
    ) -> None:
        self._at_hand = at_hand
        self._trust = trust
        self._fetch = fetch
        self._known: dict[str, tuple[bytes, Signer]] = {}
        self._lock = threading.Lock()

    def at(self, x5u: str, time: float) -> Signer:
        """The signer behind an address, judged at a time."""
        data = self._at_hand.get(x5u)
        if data is None:
            code = refusal(x5u)
            if code or self._fetch is None:
                return Signer(None, (code or "certificate-not-at-hand",))
            try:
                data = self._fetch(x5u, time)  # has a memory of its own, and forgets in time
            except Refused as error:
                return Signer(None, (error.code,))
        known = self._known.get(x5u)
        if known and known[0] is data and known[1].since <= time <= known[1].until:
            return known[1]
        return self._judged(x5u, data, time)

    def _judged(self, x5u: str, data: bytes, time: float) -> Signer:
        signer = judge(data, self._trust, time)
        with self._lock:
            if len(self._known) >= MOST:
                self._known.pop(next(iter(self._known)))
            self._known[x5u] = data, signer
        return signer


def judge(data: bytes, trust: Trust, time: float) -> Signer:
    """The signer whose chain this is (PEM or DER, own certificate and intermediates), judged at a time."""
    try:
        chain = read_chain(data)
    except Unreadable:
        return Signer(None, ("certificate-unreadable",))
    judged = chains.check(chain, trust, time)
    own = chain[0]
    notes = () if judged.revocation == "checked" else (judged.revocation,)
    key = own.public_key if own.signs_es256 else None
    bounded = own.constraints is not None or not (own.tn_auth_list and own.tn_auth_list.by_provider_code)
    return Signer(key, (*judged.reasons, *notes), own, time, judged.until, bounded)


def fetcher() -> Callable[[str, float], bytes]:
    """Fetches chains under the policy of calls.x5u and keeps them in memory while they may be kept."""
    from quivive.calls.x5u import Cache

    cache = Cache(_earliest_end)
    return lambda x5u, time: cache.get(x5u)


def _earliest_end(data: bytes) -> float:
    return min(each.not_after for each in read_chain(data))


def read_key(data: bytes) -> EllipticCurvePublicKey:
    """A P-256 public key: PEM, DER (RFC 5480) or the uncompressed point as hex. Raises UsageError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    text = data.strip()
    try:
        if len(text) in (66, 130) and not text.translate(None, b"0123456789abcdefABCDEF"):
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(text.decode()))
        load = serialization.load_pem_public_key if b"-----" in text else serialization.load_der_public_key
        key = load(text if b"-----" in text else data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError("The public key does not read: give PEM, DER or the point as hex.") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise UsageError("The public key is not on P-256, the only curve used for calls.")
    return key
