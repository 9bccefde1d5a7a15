"""What does a CoinJoin detector look at, and what does it say?"""

from __future__ import annotations

from dataclasses import dataclass

PROTOCOLS = ("none", "wasabi1", "wasabi2", "joinmarket", "whirlpool", "whirlpool_tx0", "equal_output")
"""A protocol's code in columns is its place here.

'whirlpool_tx0' is one owner's entry into a mixer and no CoinJoin; 'equal_output' has the form of a joint
transaction of no known protocol.
"""
NONE, WASABI1, WASABI2, JOINMARKET, WHIRLPOOL, WHIRLPOOL_TX0, EQUAL_OUTPUT = range(7)

TYPES = (
    "pubkey",
    "pubkeyhash",
    "scripthash",
    "witness_v0_keyhash",
    "witness_v0_scripthash",
    "witness_v1_taproot",
    "multisig",
    "nulldata",
    "nonstandard",
    "witness_unknown",
    "anchor",
)
"""A script type's code in columns is its place here; names as in `money.scripts`, -1 is unknown."""
P2PK, P2PKH, P2SH, P2WPKH, P2WSH, P2TR, MULTISIG, NULLDATA, NONSTANDARD, WITNESS_UNKNOWN, ANCHOR = range(11)

COORDINATORS = (
    "bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew",
    "bc1qa24tsgchvuxsaccp8vrnkfd85hrcpafg20kmjw",
)
"""Where Wasabi 1's coordinator took its fees until the end of 2019 (Dumplings)."""


@dataclass(frozen=True, slots=True)
class Coin:
    """An output, or what an input spends; None is what the source does not say.

    `value` in satoshi, `type` one of TYPES, `owner` what tells addresses apart, the address if it has one.
    """

    value: int | None
    type: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One transaction to judge; a coinbase has no inputs. `time` in Unix seconds, None where unknown."""

    txid: str
    inputs: tuple[Coin, ...]
    outputs: tuple[Coin, ...]
    time: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a transaction looks like; `confidence` is 0 for 'none', else how sure, below 1 always.

    The confidences are the authors' grades, ordered but not calibrated to error rates: 0.5 and more has a
    protocol's own marks, less is a form that other payments can have too.
    """

    txid: str
    protocol: str
    confidence: float
    equal_value: int | None
    equal_outputs: int
    participants: int | None
    reasons: tuple[str, ...]

    @property
    def coinjoin(self) -> bool:
        """Whether it looks like several owners' joint transaction; the entry into a mixer is not."""
        return self.protocol not in ("none", "whirlpool_tx0")
