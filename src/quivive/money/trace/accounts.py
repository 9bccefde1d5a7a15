"""How is a ledger of accounts traced, from what the user names to a whole trace?

A transfer whose amount the ledger cannot hold (39 digits) counts as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quivive import __version__
from quivive.errors import NotFound, UsageError
from quivive.money.trace.account_answer import AssetOf, trace_transfers
from quivive.money.trace.account_book import COIN, Hop, LedgerBook
from quivive.money.trace.nouns import METHODS, Asset, Direction, Limits, Method, Trace
from quivive.money.trace.of_ledger import TagsOf, coin
from quivive.money.trace.reading import Knowledge
from quivive.money.trace.seeds import address_number, parse, transaction_number

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger


def trace_accounts(
    ledger: Ledger,
    seeds: Sequence[str],
    *,
    asset: str | None = None,
    methods: Sequence[Method] = METHODS,
    direction: Direction = "forward",
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    tags_of: TagsOf = lambda address: (),
    sources: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda places, due: None,
    now: datetime | None = None,
) -> Trace:
    """Trace addresses (all that they received), transactions or transfers ('txid:position') of a ledger.

    `asset` keeps to one asset: a token's contract, or the chain's coin by its symbol. NotFound where the
    ledger does not have a seed, UsageError where nothing that they name holds any value.
    """
    book = LedgerBook(ledger)
    only = _asset_number(ledger, asset)
    chosen = [hop for seed in seeds for hop in _hops_of(ledger, book, seed)]
    hops = [hop for hop in chosen if only in (None, hop.asset)]
    if not hops:
        raise UsageError("The seeds name no transfer that moved any value: there is nothing to trace.")
    height, block = ledger.tip or (None, None)
    return trace_transfers(
        book,
        [hop.number for hop in hops],
        ledger,
        _known_assets(ledger),
        methods=methods,
        direction=direction,
        limits=limits,
        known=_knowledge(ledger, tags_of, limits),
        signers=lambda txs: ledger.column("transactions", "sender").take(list(txs)),
        progress=progress,
        chain=ledger.chain,
        tip_height=height,
        tip_hash=block.hex() if block else None,
        made_at=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        sources=tuple(sources),
        tool={"name": "quivive", "version": __version__},
    )


def _hops_of(ledger: Ledger, book: LedgerBook, seed: str) -> list[Hop]:
    """Transfers that a seed names, those that moved nothing and fees left out."""
    named = parse(seed)
    if named is None:
        hops = book.received_by(address_number(ledger, seed.strip()))
    else:
        inside = book.transfers_in(transaction_number(ledger, named[0]))
        hops = [hop for hop in inside if named[1] in (None, hop.position)]
    moving = [hop for hop in hops if hop.value and hop.kind != "fee" and hop.sender != hop.receiver]
    if not moving:
        raise UsageError(f"'{seed[:100]}' names no transfer that moved any value: there is nothing to trace.")
    return moving


def _asset_number(ledger: Ledger, asset: str | None) -> int | None:
    if asset is None:
        return None
    if asset.upper() == coin(ledger).symbol:
        return COIN
    number = ledger.address_id(asset)
    if number is None:
        raise NotFound(f"The ledger has not seen the token '{asset[:100]}'; name it by its contract.")
    return number


def _known_assets(ledger: Ledger) -> AssetOf:
    """The chain's coin, and tokens with a known issuer; others are told in their smallest unit."""
    from quivive.money.tags.issuers import token

    def asset_of(contract: str | None) -> Asset:
        if contract is None:
            return coin(ledger)
        known = token(contract, ledger.chain)
        if known is None:
            return Asset(contract, f"units of {contract[:6]}…{contract[-4:]}", 0)
        return Asset(contract, known.symbol, known.decimals, known.issuer)

    return asset_of


def _knowledge(ledger: Ledger, tags_of: TagsOf, limits: Limits) -> Knowledge:
    through = ledger.address_ids(limits.through) if limits.through else []
    return Knowledge(
        tags=lambda numbers: [tags_of(text) for text in ledger.addresses(numbers)],
        through=frozenset(number for number in through if number is not None),
    )
