"""Which number does each hash and each address of new blocks get?

Written once as plain SQL that DuckDB and Spark read alike. `addresses`, `transactions` and `outputs` are what
the ledger holds, `new_*` what was staged, `fresh_*` what was numbered before in the same batch; {tx},
{address} and {transfer} are the counts of what the ledger holds.
An address gets its number where it first appears: in the order of transactions, in each the spent outputs
that only the source knows before the outputs. Of two transactions with one id (BIP 30) the later is spent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ALL = {
    "all_addresses": """(select text, address from addresses
        union all select text, address from fresh_addresses)""",
    "all_transactions": """(select txid, tx from transactions
        union all select txid, tx from fresh_transactions)""",
    "all_outputs": """(select tx, position, address, value from outputs
        union all select tx, position, address, value from fresh_outputs)""",
}
_SEEN_UTXO = """
    select address as text, type, n, 4294967296 + position as place from new_outputs where address is not null
    union all
    select spent_address, spent_type, n, cast(position as bigint) from new_inputs
    where spent_address is not null"""
_SEEN_ACCOUNT = """
    select sender as text, 'account' as type, n, 0 as place from new_transactions where sender is not null
    union all
    select receiver, 'account', n, 1 from new_transactions where receiver is not null
    union all
    select sender, 'account', n, 2 + 3 * place from new_transfers where sender is not null
    union all
    select receiver, 'account', n, 3 + 3 * place from new_transfers where receiver is not null
    union all
    select asset, 'account', n, 4 + 3 * place from new_transfers where asset is not null"""


def new_addresses(seen: str) -> str:
    """Addresses not yet in the ledger, numbered; `n` is the transaction in which each appears first."""
    return f"""
    with seen as ({seen}),
    first as (
        select text, min_by(type, n * 8589934592 + place) as type, min(n * 8589934592 + place) as place,
               min(n) as n
        from seen group by text
    ),
    unknown as (
        select first.text, first.type, first.place, first.n
        from first left join addresses on first.text = addresses.text
        where addresses.address is null
    )
    select row_number() over (order by place) - 1 + {{address}} as address, text, type, n
    from unknown order by address"""  # noqa: S608


UTXO: Final = {
    "addresses": new_addresses(_SEEN_UTXO),
    "transactions": """
        select n + {tx} as tx, txid, height, coinbase from new_transactions order by tx""",
    "outputs": """
        select o.n + {tx} as tx, o.position, coalesce(a.address, -1) as address, o.value
        from new_outputs o left join {all_addresses} a on o.address = a.text
        order by tx, position""",
    "inputs": """
        with found as (
            select i.n, i.position, max(t.tx) as prev_tx
            from new_inputs i join {all_transactions} t on t.txid = i.prev_txid
            where t.tx < i.n + {tx}
            group by i.n, i.position
        )
        select i.n + {tx} as tx, i.position, coalesce(f.prev_tx, -1) as prev_tx, i.prev_position,
               coalesce(o.address, a.address, -1) as address, coalesce(o.value, i.spent_value, -1) as value
        from new_inputs i
        left join found f on f.n = i.n and f.position = i.position
        left join {all_outputs} o on o.tx = f.prev_tx and o.position = i.prev_position
        left join {all_addresses} a on a.text = i.spent_address
        order by tx, position""",
}
ACCOUNT: Final = {
    "addresses": new_addresses(_SEEN_ACCOUNT),
    "transactions": """
        select n + {tx} as tx, txid, height, coalesce(s.address, -1) as sender,
               coalesce(r.address, -1) as receiver, succeeded
        from new_transactions t
        left join {all_addresses} s on s.text = t.sender
        left join {all_addresses} r on r.text = t.receiver
        order by tx""",
    "transfers": """
        select row_number() over (order by t.n, t.place) - 1 + {transfer} as transfer,
               t.n + {tx} as tx, t.kind, coalesce(a.address, -1) as asset, coalesce(s.address, -1) as sender,
               coalesce(r.address, -1) as receiver, t.value, t.position
        from new_transfers t
        left join {all_addresses} a on a.text = t.asset
        left join {all_addresses} s on s.text = t.sender
        left join {all_addresses} r on r.text = t.receiver
        order by transfer""",
}
ORDER: Final = {
    "utxo": ("addresses", "transactions", "outputs", "inputs"),
    "account": ("addresses", "transactions", "transfers"),
}
QUERIES: Final = {"utxo": UTXO, "account": ACCOUNT}


def query(family: str, table: str, counts: Mapping[str, int]) -> str:
    """The query that numbers a table of this family; `counts` are the rows of the ledger's tables."""
    numbers = {"tx": counts["transactions"], "address": counts["addresses"]}
    return QUERIES[family][table].format(**_ALL, **numbers, transfer=counts.get("transfers", 0))
