"""How is an exposure written as JSON (`quivive.exposure/1`)?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from quivive.money.exposure.nouns import ENDS, Entity, Exposure, Row, Side

if TYPE_CHECKING:
    from quivive.money.tags.tag import Tag

SCHEMA: Final = "quivive.exposure/1"


def as_dict(exposure: Exposure) -> dict[str, Any]:
    """Amounts are strings of whole numbers (they outgrow what JSON readers keep exactly), shares numbers."""
    return {
        "schema": SCHEMA,
        "chain": exposure.chain,
        "address": exposure.address,
        "asset": exposure.asset,
        "decimals": exposure.decimals,
        "seen": exposure.found,
        "addresses_looked_at_together": exposure.cluster,
        "ledger": {"tip_height": exposure.tip[0], "tip_hash": exposure.tip[1]} if exposure.tip else None,
        "method": "haircut; poison beside it as the upper bound",
        "limits": asdict(exposure.limits),
        "tags": [tag_as_dict(tag) for tag in exposure.tags],
        "tags_of_other_addresses_of_the_cluster": [tag_as_dict(tag) for tag in exposure.cluster_tags],
        "sides": [_side(side) for side in exposure.sides],
        "currency": exposure.currency,
        "rates": exposure.rates,
        "sources": list(exposure.sources),
        "list_dates": {name: day.isoformat() for name, day in sorted(exposure.list_dates.items())},
        "could_not_look": list(exposure.could_not_look),
    }


def tag_as_dict(tag: Tag) -> dict[str, Any]:
    """A tag with all that lets a reader weigh it."""
    return {
        "address": tag.address, "chain": tag.chain, "label": tag.label, "actor": tag.actor,
        "category": tag.category, "abuse": tag.abuse, "confidence": tag.confidence, "level": tag.level,
        "source": tag.source, "lastmod": tag.lastmod.isoformat() if tag.lastmod else None,
        "licence": tag.licence, "pack": tag.pack,
    }  # fmt: skip


def _side(side: Side) -> dict[str, Any]:
    return {
        "way": side.way, "total": str(side.total), "transactions": side.transactions, "fiat": side.fiat,
        "unattributed_direct_share": side.untagged, "attributed_share": side.attributed,
        "first_time": side.first_time, "last_time": side.last_time,
        "days_without_rate": list(side.days_without_rate), "rows": [_row(row) for row in side.rows],
    }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    return {
        "category": row.category, "attributed": row.attributed, "means": ENDS.get(row.category),
        "method": "heuristic" if row.by_cluster else "haircut" if row.indirect else "fact",
        "amount": str(row.amount), "share": row.share, "direct_share": row.direct,
        "indirect_share": row.indirect, "poison_amount": str(row.poison), "fiat": row.fiat,
        "hops": {"least": row.hops, "mean": row.mean_hops}, "by_cluster": row.by_cluster,
        "entities": [_entity(each) for each in row.entities], "entities_not_listed": row.more,
        "conflicts": list(row.conflicts), "stopped_by": dict(row.detail), "txids": list(row.examples),
    }  # fmt: skip


def _entity(each: Entity) -> dict[str, Any]:
    return {
        "address": each.address, "name": each.name, "amount": str(each.amount), "share": each.share,
        "hops": each.hops, "txids": list(each.txids),
        "txids_through_others": list(each.through), "by_cluster": each.by_cluster,
        "tags": [tag_as_dict(tag) for tag in each.tags],
    }  # fmt: skip
