"""Which output of these transactions of a ledger is probably their change?

Evidence for a reader, beside the clusters: it merges nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from quivive.errors import NotFound
from quivive.money.change import Rule, find_change
from quivive.money.coinjoin.of_ledger import coinjoins, refuse_accounts, script_types

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger


def change_of(ledger: Ledger, txids: Sequence[str]) -> list[dict[str, Any]]:
    """For each transaction: position, address and value (smallest unit) of the output, rules for and against.

    `position` None where no rule names an output or as many name another. The rules need the chain before it:
    memory is that of all inputs and outputs. NotFound for a transaction that the ledger does not hold.
    """
    refuse_accounts(ledger)
    numbers = [_number(ledger, txid) for txid in txids]
    flows = ledger.flows()
    spent, paid = (ledger.column("inputs", name).load() for name in ("address", "value"))
    found = find_change(
        np.asarray(flows.in_off), spent, paid, np.asarray(flows.out_off), np.asarray(flows.out_addr),
        np.asarray(flows.out_val), script_types(ledger), coinjoins(ledger).left_out(),
    )  # fmt: skip
    return [
        {
            "txid": txid,
            **_output(ledger, int(found.output[tx]), int(flows.out_off[tx])),
            "rules": _names(int(found.agree[tx])),
            "against": _names(int(found.against[tx])),
        }
        for txid, tx in zip(txids, numbers, strict=True)
    ]


def _number(ledger: Ledger, txid: str) -> int:
    number = ledger.transaction_id(txid)
    if number is None:
        raise NotFound(f"The ledger in {ledger.folder} does not hold the transaction {txid}.")
    return number


def _output(ledger: Ledger, output: int, first: int) -> dict[str, Any]:
    if output < 0:
        return {"position": None, "address": None, "value": None}
    address, value = (ledger.column("outputs", name)[output] for name in ("address", "value"))
    return {
        "position": output - first,
        "address": ledger.address(address) if address >= 0 else None,
        "value": value,
    }


def _names(bits: int) -> list[str]:
    return [(rule.name or "").lower() for rule in Rule if bits & rule]
