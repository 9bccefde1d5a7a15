"""What does a freeze request consist of? Amounts are whole coins (Decimal), times UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Kind = Literal["exchange", "issuer"]
UNKNOWN = "unknown"
"""The contract while the case file is checked that does not name it; never in a finished request."""


@dataclass(frozen=True)
class Addressee:
    """Who can freeze: an exchange, or the issuer of a token."""

    name: str
    kind: Kind
    contact: str | None = None


@dataclass(frozen=True)
class Officer:
    """Who asks, and how to reach them."""

    name: str
    role: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Authority:
    """For whom, under which number, by which law."""

    case_number: str
    name: str
    legal_basis: str
    officer: Officer
    opened: date | None = None
    reply_by: date | None = None
    summary: str | None = None
    confidential: bool = False


@dataclass(frozen=True)
class Victim:
    """Whose money it is. The name is here only where the case file says why the addressee needs it."""

    reference: str | None
    loss: str | None
    reported: date | None
    name: str | None
    name_because: str | None


@dataclass(frozen=True)
class Asset:
    """What is to be frozen; `contract` None is the chain's own coin.

    `frozen_by` is the function by which the token's issuer can freeze an address, where that is known.
    """

    chain: str
    chain_name: str
    symbol: str
    decimals: int
    contract: str | None
    frozen_by: str | None = None


@dataclass(frozen=True)
class Balance:
    """What lay at the address at a block, and who says so."""

    amount: Decimal
    height: int
    hash: str
    time: datetime
    source: str


@dataclass(frozen=True)
class Hop:
    """One payment of the trail. `traced` is what of it is traced, by the trace's strictest method."""

    txid: str
    position: int | None
    senders: tuple[str, ...]
    receiver: str | None
    value: Decimal
    symbol: str
    traced: Decimal | None = None
    time: datetime | None = None


@dataclass(frozen=True)
class Trail:
    """Every payment from the seeds to the address, in the order in which they can be followed."""

    hops: tuple[Hop, ...]
    traced: Decimal | None
    method: str | None = None
    methods: tuple[str, ...] = ()
    tip_height: str | None = None
    tip_hash: str | None = None
    made_at: str | None = None


@dataclass(frozen=True)
class FreezeRequest:
    """All of it, checked. `files` are names and SHA-256 sums of what it was made from."""

    authority: Authority
    addressee: Addressee
    victim: Victim
    asset: Asset
    address: str
    memo: str | None
    amount: Decimal
    balance: Balance
    trail: Trail
    made_at: datetime
    files: tuple[tuple[str, str], ...] = ()
