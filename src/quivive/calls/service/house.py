"""What does one answer of the service lean on: keys, trust, peers and what to do with each verdict?

A `House` never changes; a reload puts a new one in its place, so that a call sees the old or the new one
whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from math import inf
from typing import TYPE_CHECKING, Literal

from quivive.calls.signers import Signers
from quivive.calls.verify import Answer, Policy

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

Role = Literal["sign", "verify", "auto"]
Action = Literal["show", "route-on", "block", "block-analytics"]
"""show: 302 with the caller's number and its verstat; route-on: 404, the call goes on unchanged;
block: 603 Decline; block-analytics: '603+ Network Blocked' with its Reason header."""
Place = Literal["message", "contact"]
"""Where a 302 says what is added to the call: in header fields, or within the URI of its Contact."""


@dataclass(frozen=True)
class Credential:
    """What calls are signed with: the key, the address of its certificate, and the chain if at hand (PEM)."""

    key: EllipticCurvePrivateKey = field(repr=False)
    x5u: str
    chain: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Peer:
    """Who sends calls to the service: by address, and what is done for them.

    `role` auto: a call with an Identity is verified, one without is signed where `attest` is set, else
    verified (and found unsigned). `trunk` is the name that records carry.
    """

    name: str
    networks: tuple[IPv4Network | IPv6Network, ...]
    role: Role = "auto"
    attest: str | None = None
    origid: str | None = None
    credential: str = ""
    trunk: str = ""
    fields: Place = "message"


@dataclass(frozen=True)
class Contact:
    """Whom a blocked caller may ask, for the Reason header of '603+ Network Blocked' (ATIS-1000099)."""

    url: str = ""
    tel: str = ""
    email: str = ""


@dataclass(frozen=True)
class House:
    """Keys, trust and rules of one moment. `loaded` in Unix seconds."""

    signers: Signers
    policy: Policy
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    """By name; '' is the one used where none is named. Empty: nothing can be signed."""
    peers: tuple[Peer, ...] = ()
    actions: Mapping[Answer, Action] = field(
        default_factory=lambda: {"valid": "show", "invalid": "show", "could-not-look": "show"}
    )
    loaded: float = 0.0
    dates: Mapping[str, str] = field(default_factory=dict)
    """Name of each trust list → its date, for readiness and logs."""
    contact: Contact | None = None
    trust_until: float = inf
    """When the first revocation list runs out, Unix seconds."""
    only_peers: bool = True
    """Where peers are named, nobody else is served."""

    def peer(self, address: str) -> Peer | None:
        """The peer with that IP address; the first that fits."""
        here = _parsed(address)
        return next((each for each in self.peers if any(here in net for net in each.networks)), None)

    def knows(self, address: str) -> bool:
        """Whether a peer has that address; where none are named, everybody is known."""
        return not self.peers or self.peer(address) is not None

    def serves(self, address: str) -> bool:
        """Whether calls from that address are judged at all."""
        return not self.only_peers or self.knows(address)


@lru_cache(maxsize=1024)
def _parsed(address: str) -> IPv4Address | IPv6Address:
    return ip_address(address)  # the same few controllers ask for each call


class Live:
    """The house in force. Where `reload` fails the old one stays, and the error is raised."""

    def __init__(self, load: Callable[[], House]) -> None:
        self._load = load
        self._house = load()

    @property
    def house(self) -> House:
        """The one in force now; take it once per call."""
        return self._house

    def reload(self) -> House:
        """Read keys, trust and rules again. Raises what `load` raises."""
        self._house = self._load()
        return self._house
