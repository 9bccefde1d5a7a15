"""Which transfers did one block of an EVM chain make?

The same answer, whoever told the pieces (a node or an ethereum-etl export). Choices made here:
* Within a transaction the fee comes first (the EVM takes it before anything runs), then the native value, the
  internal transfers in the order of the calls, the tokens in the order of the logs.
* The fee goes whole from the sender to nobody. What part of it is burnt (EIP-1559) and what part the block's
  producer got is not told apart, so producers' balances lack their tips.
* A failed transaction moves its fee only. A failed call takes the calls within it along.
* CALLCODE and DELEGATECALL run foreign code at the caller's own address: they move nothing. Zero native
  value is no transfer; zero tokens are one, since address poisoning consists of them.
* Rewards, withdrawals (EIP-4895) and genesis balances belong to no transaction: they are the last
  transaction of their block, whose id is the block's hash, or where that is not known (zeros) its height.
* Amounts are exact up to 2**256 - 1; a ledger whose column holds less says so itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from quivive.errors import Unreadable
from quivive.money.blocks import AccountTransaction, Block, Transfer, TransferKind

CALLS = {"call", "create", "create2", "suicide", "selfdestruct"}
"""Kinds of call that move their value; the others run code only."""
_OUTSIDE: Mapping[str, TransferKind] = {"reward": "reward", "genesis": "genesis", "daofork": "internal"}
PLAIN_GAS = 21_000
"""What a plain transfer uses (Yellow Paper, appendix G)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction as signed; `gas` is its limit, `price` in wei, `receiver` None creates a contract."""

    txid: bytes
    index: int
    sender: str | None
    receiver: str | None
    value: int
    gas: int | None = None
    price: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What its receipt says. `succeeded` None: receipts before Byzantium (2017) do not say.

    `extra` is what was paid besides gas, in wei: blobs (EIP-4844), data on the chain below a rollup.
    """

    txid: bytes
    index: int
    succeeded: bool | None
    gas_used: int | None
    price: int | None
    extra: int = 0
    created: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a transaction made; `path` is empty for its own: () < (0,) < (0, 0) < (1,) …"""

    txid: bytes | None
    index: int
    path: tuple[int, ...]
    kind: str
    sender: str | None
    receiver: str | None
    value: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A token transfer; `position` is the log's number within the block."""

    txid: bytes
    position: int
    asset: str
    sender: str | None
    receiver: str | None
    value: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """All that is known of one block; `withdrawals` are (address, wei). Parts a source lacks are empty."""

    height: int
    hash: bytes
    previous: bytes
    time: int
    sent: Sequence[Sent] = ()
    outcomes: Sequence[Outcome] = ()
    calls: Sequence[Call] = ()
    events: Sequence[Event] = ()
    withdrawals: Sequence[tuple[str, int]] = ()


@dataclass
class _Parts:
    """What belongs to one transaction."""

    sent: Sent | None = None
    outcome: Outcome | None = None
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def block(pieces: Pieces) -> Block:
    """The block with its transactions in chain order; `Unreadable` where pieces contradict each other."""
    parts = _by_transaction(pieces)
    ordered = sorted(parts.items(), key=lambda item: _order(item[1]))
    transactions = [_transaction(txid, each) for txid, each in ordered]
    if outside := _numbered(_outside(pieces)):
        own = pieces.hash if any(pieces.hash) else pieces.height.to_bytes(32, "big")
        transactions.append(AccountTransaction(own, None, None, True, outside))
    return Block(pieces.height, pieces.hash, pieces.previous, pieces.time, tuple(transactions))


def _by_transaction(pieces: Pieces) -> dict[bytes, _Parts]:
    parts: dict[bytes, _Parts] = {}
    for sent in pieces.sent:
        _once(parts.setdefault(sent.txid, _Parts()), "sent", sent, pieces.height)
    for outcome in pieces.outcomes:
        _once(parts.setdefault(outcome.txid, _Parts()), "outcome", outcome, pieces.height)
    for call in pieces.calls:
        if call.txid is not None:
            parts.setdefault(call.txid, _Parts()).calls.append(call)
    for event in pieces.events:
        parts.setdefault(event.txid, _Parts()).events.append(event)
    _check_logs(pieces)
    return parts


def _once(parts: _Parts, name: str, piece: Sent | Outcome, height: int) -> None:
    if getattr(parts, name) is not None:
        raise Unreadable(f"Block {height} holds transaction 0x{piece.txid.hex()} twice.")
    setattr(parts, name, piece)


def _check_logs(pieces: Pieces) -> None:
    seen: set[int] = set()
    for event in pieces.events:
        if event.position in seen:
            raise Unreadable(f"Block {pieces.height} holds log {event.position} twice.")
        seen.add(event.position)


def _order(parts: _Parts) -> tuple[int, int]:
    """By index in the block; transactions known by their logs alone come after, in the order of the logs."""
    known = parts.sent or parts.outcome or next(iter(parts.calls), None)
    return (0, known.index) if known else (1, min(event.position for event in parts.events))


def _transaction(txid: bytes, parts: _Parts) -> AccountTransaction:
    calls = _ordered(txid, parts.calls)
    root = calls[0] if calls and not calls[0].path else None
    sender, receiver, value = _envelope(parts, root)
    succeeded = _succeeded(parts, root)
    moves: list[Transfer | None] = [_fee(parts, sender)]
    if succeeded:
        moves += [_move("native", None, sender, receiver, value)]
        moves += [_move("internal", None, c.sender, c.receiver, c.value) for c in _effective(calls)]
        events = sorted(parts.events, key=lambda event: event.position)
        moves += [Transfer("token", e.asset, e.sender, e.receiver, e.value, 0) for e in events]
    return AccountTransaction(txid, sender, receiver, succeeded, _numbered(moves))


def _envelope(parts: _Parts, root: Call | None) -> tuple[str | None, str | None, int]:
    """Sender, receiver and native value: as signed, else as the transaction's own call says."""
    created = parts.outcome.created if parts.outcome else None
    if parts.sent is None:
        return (root.sender, root.receiver or created, root.value) if root else (None, created, 0)
    traced = root.receiver if root else None
    return parts.sent.sender, parts.sent.receiver or created or traced, parts.sent.value


def _succeeded(parts: _Parts, root: Call | None) -> bool:
    """By the receipt; before Byzantium by the trace, without one by whether all gas was used up."""
    outcome, sent = parts.outcome, parts.sent
    if outcome is not None and outcome.succeeded is not None:
        return outcome.succeeded
    if root is not None:
        return not root.failed
    if outcome is None or sent is None or sent.gas is None or parts.events:
        return True
    return outcome.gas_used != sent.gas or sent.gas == PLAIN_GAS


def _fee(parts: _Parts, sender: str | None) -> Transfer | None:
    outcome = parts.outcome
    if outcome is None or sender is None:
        return None
    price = outcome.price if outcome.price is not None else parts.sent and parts.sent.price
    return _move("fee", None, sender, None, (outcome.gas_used or 0) * (price or 0) + outcome.extra)


def _ordered(txid: bytes, calls: Sequence[Call]) -> list[Call]:
    ordered = sorted(calls, key=lambda call: call.path)
    for one, other in pairwise(ordered):
        if one.path == other.path:
            raise Unreadable(f"Two traces of transaction 0x{txid.hex()} have one place, {list(one.path)}.")
    return ordered


def _effective(calls: Sequence[Call]) -> Iterator[Call]:
    """Calls that moved their value: below the transaction's own, of a moving kind, in no failed call."""
    failed: tuple[int, ...] | None = None
    for call in calls:
        if failed is not None and call.path[: len(failed)] == failed:
            continue
        if call.failed:
            failed = call.path
        elif call.path and call.kind in CALLS:
            yield call


def _outside(pieces: Pieces) -> Iterator[Transfer | None]:
    for call in pieces.calls:
        if call.txid is None and call.kind in _OUTSIDE:
            yield _move(_OUTSIDE[call.kind], None, call.sender, call.receiver, call.value)
    for receiver, value in pieces.withdrawals:
        yield _move("withdrawal", None, None, receiver, value)


def _move(
    kind: TransferKind, asset: str | None, sender: str | None, receiver: str | None, value: int
) -> Transfer | None:
    return Transfer(kind, asset, sender, receiver, value, 0) if value else None


def _numbered(moves: Sequence[Transfer | None] | Iterator[Transfer | None]) -> tuple[Transfer, ...]:
    """Leaves out what moved nothing and numbers the rest."""
    kept = (move for move in moves if move is not None)
    return tuple(
        Transfer(move.kind, move.asset, move.sender, move.receiver, move.value, position)
        for position, move in enumerate(kept)
    )
