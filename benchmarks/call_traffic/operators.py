"""Who hands calls over, on which trunks, and how do they sign?

Operator 0 keeps the records (fixed and mobile); then the others of the country by size, then gateways abroad.
A `Signature` is what one signed call carries: service provider code, certificate address, origination
identifier.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import numpy as np

from call_traffic.numbering import Array

DOMESTIC = 44
"""Operators that hand calls over, large to small; a national operator has dozens of interconnections."""
GATEWAYS = 4
"""Carriers that bring calls from abroad."""
HOME_SHARE = 0.35
"""The share of a large operator in its country."""
UNSIGNED_OPERATORS = 0.25
"""Part of operators whose calls arrive without a signature: TransNexus' monthly figures for the United States
have had some 40 % of calls signed at termination, most of the loss being at TDM hops; here large ones
sign."""


@dataclass(frozen=True)
class Signature:
    """What a signed call carries."""

    spc: str
    certificate: str
    origid: str


@dataclass(frozen=True)
class Operator:
    """Trunks by name, signatures by place in `Network.signatures`, how much is signed and how (A, B, C)."""

    spc: str
    trunks: tuple[int, ...]
    signatures: tuple[int, ...]
    signed: float
    attests: tuple[float, float, float]


@dataclass
class Network:
    """All operators; campaigns and customers add signatures and trunks while a day is being planned."""

    operators: list[Operator] = field(default_factory=list)
    trunks: list[str] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    shares: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def gateways(self) -> Array:
        """Places of the carriers that bring calls from abroad."""
        return np.arange(1 + DOMESTIC, 1 + DOMESTIC + GATEWAYS)

    def trunk(self, name: str) -> int:
        """Add a trunk."""
        self.trunks.append(name)
        return len(self.trunks) - 1

    def signature(self, rng: np.random.Generator, operator: int, certificate: str = "") -> int:
        """Add a signature of an operator with an origination identifier of its own."""
        spc = self.operators[operator].spc
        kept = [s.certificate for s in self.signatures if s.spc == spc]
        chosen = certificate or kept[int(rng.integers(len(kept)))]
        self.signatures.append(Signature(spc, chosen, str(uuid.UUID(bytes=rng.bytes(16), version=4))))
        return len(self.signatures) - 1


def network(rng: np.random.Generator) -> Network:
    """The operators of the country and the gateways; shares of numbers fall as 1 / rank (Zipf)."""
    made = Network()
    codes = rng.permutation(9000)[: 1 + DOMESTIC + GATEWAYS] + 1000
    sizes = 1 / np.arange(1, DOMESTIC + 1)
    made.shares = np.concatenate([[HOME_SHARE], (1 - HOME_SHARE) * sizes / sizes.sum()])
    for place, code in enumerate(codes):
        made.operators.append(_operator(rng, made, place, str(code)))
    return made


def _operator(rng: np.random.Generator, made: Network, place: int, spc: str) -> Operator:
    cities = ("atl", "chi", "dal", "den", "lax", "mia", "nyc", "sea")
    home, abroad = place == 0, place > DOMESTIC
    count = 6 if home else int(rng.integers(1, 4)) if place > 8 else int(rng.integers(2, 7))
    name = "acc" if home else "ix"
    trunks = tuple(made.trunk(f"{name}-{rng.choice(cities)}-{len(made.trunks):03d}") for _ in range(count))
    first = len(made.signatures)
    for _ in range(1 if place > 20 else int(rng.integers(1, 4))):
        address = f"https://certificates.op{spc}.example/{rng.bytes(4).hex()}.crt"
        for _ in range(1 if place > 20 else int(rng.integers(2, 9))):
            origid = str(uuid.UUID(bytes=rng.bytes(16), version=4))
            made.signatures.append(Signature(spc, address, origid))
    unsigned = not home and place > 3 and rng.random() < UNSIGNED_OPERATORS
    signed = 0.3 if abroad else 0.0 if unsigned else float(rng.uniform(0.8, 0.99))
    attests = (0.0, 0.0, 1.0) if abroad else (0.97, 0.02, 0.01) if place < 12 else (0.7, 0.2, 0.1)
    return Operator(spc, trunks, tuple(range(first, len(made.signatures))), signed, attests)
