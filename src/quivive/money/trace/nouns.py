"""What does a trace of money consist of?

Nodes are places where money lay: an output of a UTXO chain, or one asset at one address of an account
chain. Edges are the transactions that moved it. Amounts are whole numbers of the smallest unit (satoshi, wei,
a token's own), except under haircut, where the arithmetic is that of shares and amounts are floats.

The three methods differ in what they say of mixed money:
* poison: whatever came out of a transaction that tainted money went into is tainted, in full: an upper bound.
* haircut: every output carries the share of taint that all inputs together had.
* fifo: first in, first out; the outputs take the inputs' money in order (Clayton's case, 1816; Anderson and
  others, 'Bitcoin Redux', 2018), to the satoshi.
`wire.py` writes and reads all of this as JSON `quivive.trace/1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

Method = Literal["poison", "haircut", "fifo"]
METHODS: tuple[Method, ...] = ("poison", "haircut", "fifo")
Direction = Literal["forward", "backward"]
Amount = int | float
Taint = Mapping[Method, Amount]
"""Amount by method, in the smallest unit of the node's asset."""

Reason = Literal[
    "service",  # an attributed exchange, merchant, market …: money is pooled inside it
    "mixer",
    "bridge",
    "swap",  # account chains: what was paid came back as another asset
    "coinjoin",  # the transaction that spends it is a CoinJoin
    "degree",  # the transaction has too many inputs or outputs, or the address is used too often
    "value",  # too small a share of what was traced
    "depth",
    "limit",  # the most nodes were reached
    "unspent",  # it still lies there
    "fee",  # paid to miners or validators in full
    "coinbase",  # backward only: newly mined
    "unknown",  # backward only: from before the ledger's first block
]
ENDS: Mapping[str, str] = {
    "unspent": "unspent",
    "service": "at_services",
    "mixer": "at_services",
    "bridge": "at_services",
    "swap": "at_services",
    "fee": "fees",
}
"""Which total a stop counts towards; every other reason counts as 'elsewhere'."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Money that the trace begins with. On a UTXO chain, the whole output `txid`:`position`."""

    txid: str
    position: int
    address: str | None
    value: int
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """Money at one place. `depth` counts transactions from the nearest seed, `time` is in Unix seconds.

    `value` is all that lies there, `taint` what of it is traced. `asset` is a token's contract, None the
    chain's own coin. `spans` are the traced satoshis under fifo as half-open intervals within the output.
    `spent_by` is the transaction that spends it, whether or not the trace follows it there.
    """

    id: str
    txid: str
    position: int
    address: str | None
    value: int
    depth: int
    time: int | None
    taint: Taint
    cluster: int | None = None
    asset: str | None = None
    tags: tuple[Tag, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    spent_by: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """Traced money moved from node `source` to node `target` by `txid`, in the direction of the payment."""

    source: str
    target: str
    txid: str
    taint: Taint


@dataclass(frozen=True, slots=True)
class Stop:
    """The trace ended at this node: why, in one word and in a sentence, and how much of it ended there."""

    node: str
    reason: Reason
    detail: str
    taint: Taint


@dataclass(frozen=True, slots=True)
class Pattern:
    """A known shape of laundering, seen in these transactions: `kind` is a code, `why` a sentence."""

    kind: str
    why: str
    txids: tuple[str, ...]
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """Where the traced money is, by one method.

    Under fifo the four parts add up to `seed` exactly, under haircut to rounding; under poison they may
    exceed it. 'elsewhere' is where a limit stopped the trace, and backward all sources but services.
    """

    method: Method
    seed: Amount
    unspent: Amount
    at_services: Amount
    fees: Amount
    elsewhere: Amount
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class Stoppable:
    """Traced money that somebody can still hold; `holder` says who.

    `amount` is by the strictest method traced (fifo, else haircut, else poison), `value` is all that lies
    there, `txids` are the transactions from a seed to there.
    """

    address: str
    entity: str | None
    holder: Literal["exchange", "issuer", "service", "owner"]
    why: str
    amount: Amount
    value: int
    taint: Taint
    txids: tuple[str, ...]
    nodes: tuple[str, ...]
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """How amounts of an asset are written. `contract` None is the chain's own coin."""

    contract: str | None
    symbol: str
    decimals: int
    issuer: str | None = None
    """Who can freeze it at any address, if anybody can."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a trace goes. None is no limit.

    `min_share` is the least share of the seeds' value worth following, by the larger of fifo and haircut.
    `max_degree` is the most inputs or outputs of a transaction that is walked through, `max_reuse` the most
    outputs that an address may have received. Neither attribution nor reuse stops at addresses in `through`.
    """

    depth: int | None = 20
    max_nodes: int | None = 5000
    min_share: float | None = 0.001
    max_degree: int | None = 200
    max_reuse: int | None = 1000
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace, whole: what it began with, where it went, where and why it stopped."""

    chain: str
    tip_height: int | None
    tip_hash: str | None
    direction: Direction
    methods: tuple[Method, ...]
    made_at: str
    seeds: tuple[Seed, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    stops: tuple[Stop, ...]
    totals: tuple[Total, ...]
    assets: tuple[Asset, ...]
    limits: Limits = Limits()
    patterns: tuple[Pattern, ...] = ()
    stoppable: tuple[Stoppable, ...] = ()
    sources: tuple[str, ...] = ()
    """Names and dates of the tag lists that were asked."""
    lacks: tuple[str, ...] = ()
    """What the ledger does not have, because its source did not give it: money can have gone there unseen."""
    tool: Mapping[str, str] = field(default_factory=dict)

    def asset(self, contract: str | None) -> Asset:
        """The asset of a node; one not listed is written in its smallest unit."""
        known = (each for each in self.assets if each.contract == contract)
        return next(known, Asset(contract, contract or self.chain, 0))


def strictest(methods: tuple[Method, ...]) -> Method:
    """The method whose amounts claim least: fifo, else haircut, else poison."""
    return next(method for method in ("fifo", "haircut", "poison") if method in methods)
