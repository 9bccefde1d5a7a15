"""Who paid whom, in all, and how much of it came from or went to which category?

Table work, written once as SQL that DuckDB and Spark answer alike; to the unit, since each payment is rounded
before it is added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.engines import Engine, Relation
    from quivive.money.ledger import Ledger

_UTXO: Final = """
    paid as (
        select i.tx, coalesce(l.cluster, i.address) as source, sum(i.value) as value
        from inputs i left join labels l on l.address = i.address
        where i.value >= 0
        group by i.tx, coalesce(l.cluster, i.address)
    ),
    taken as (select tx, sum(value) as value from paid group by tx),
    got as (
        select o.tx, coalesce(l.cluster, o.address) as target, sum(o.value) as value
        from outputs o left join labels l on l.address = o.address
        group by o.tx, coalesce(l.cluster, o.address)
    ),
    payments as (
        select p.source, g.target, p.tx, cast(-1 as bigint) as asset,
               cast(round(cast(g.value as double) * cast(p.value as double) / cast(t.value as double))
                    as decimal(38, 0)) as value
        from paid p
        join taken t on t.tx = p.tx
        join got g on g.tx = p.tx
        where t.value > 0
    )"""
_ACCOUNT: Final = """
    payments as (
        select coalesce(s.cluster, t.sender) as source, coalesce(r.cluster, t.receiver) as target,
               t.tx, t.asset, t.value
        from transfers t
        left join labels s on s.address = t.sender
        left join labels r on r.address = t.receiver
        where t.kind <> 'fee' and t.value is not null
    )"""
_RELATIONS: Final = """
    select source, target, asset, count(distinct tx) as transactions,
           cast(sum(value) as decimal(38, 0)) as value, min(tx) as first_tx, max(tx) as last_tx
    from payments
    where source <> target
    group by source, target, asset
    order by source, target, asset"""
_EXPOSURES: Final = """
    select r.cluster, r.direction, r.asset, c.category, cast(sum(r.transactions) as bigint) as transactions,
           cast(sum(r.value) as decimal(38, 0)) as value
    from (
        select target as cluster, 'from' as direction, asset, source as other, transactions, value
        from relations
        union all
        select source, 'to', asset, target, transactions, value from relations
    ) r
    join categories c on c.cluster = r.other
    group by r.cluster, r.direction, r.asset, c.category
    order by r.cluster, r.direction, r.asset, c.category"""
NO_LABELS: Final = pa.schema([("address", pa.int64()), ("cluster", pa.int64())]).empty_table()


def relations(ledger: Ledger, labels: Relation = NO_LABELS, engine: Engine | None = None) -> pa.Table:
    """One row for each two parties of which one paid the other: source, target, asset, transactions, value,
    first_tx, last_tx.

    Parties are clusters (`labels`: address, cluster) or addresses without one; -1 is an output that pays no
    address, or who mined or minted. In a transaction of several senders each output comes from each by its
    share of the inputs, as in GraphSense's estimated values: an estimate, not a fact. Inputs of unknown value
    are left out. Fees and change to the sender are no relation.
    """
    payments = _UTXO if ledger.family == "utxo" else _ACCOUNT
    return ledger.sql(f"with {payments} {_RELATIONS}", engine=engine, labels=labels)


def exposures(
    ledger: Ledger, found: pa.Table, categories: Mapping[int, str], engine: Engine | None = None
) -> pa.Table:
    """What each party took from and paid to others by their category, one step away.

    `found` is what `relations` gave, `categories` the category of a party. Columns: cluster, direction
    ('from' or 'to'), asset, category, transactions, value.
    """
    if not categories:
        raise UsageError("No category is given: there is no exposure to add up.")
    named = pa.table(
        {"cluster": pa.array(categories.keys(), pa.int64()), "category": list(categories.values())}
    )
    return ledger.sql(_EXPOSURES, engine=engine, relations=found, categories=named)
