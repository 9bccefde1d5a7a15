"""What could an exposure not look at?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quivive.money.exposure.nouns import Side

if TYPE_CHECKING:
    from quivive.money.ledger import Ledger


def gaps_of(
    ledger: Ledger,
    sides: Sequence[Side],
    *,
    found: bool,
    tagged: bool,
    rated: bool,
    valued: bool,
    clustered: bool,
    flagged: bool,
) -> tuple[str, ...]:
    """A sentence each: the ledger's ends, missing tags, rates, clusters, CoinJoin flags, limits reached."""
    said = [_ends(ledger)]
    if not found:
        said.append("The ledger has never seen this address: nothing can be said of its money.")
    if found and not tagged:
        said.append(f"No tag for chain '{ledger.chain}' names an address that the money came by: "
                    "every counterparty is unattributed.")  # fmt: skip
    if not rated:
        said.append("No rates were given: amounts have no value in money.")
    elif not valued:
        said.append("The list of rates does not say how many decimals this token has (column 'decimals'): "
                    "amounts have no value in money.")  # fmt: skip
    if not clustered:
        said.append("No clusters were given: only this one address was looked at, not others of its owner.")
    return (*said, *_of_family(ledger, flagged), *(sentence for side in sides for sentence in _of_side(side)))


def _of_family(ledger: Ledger, flagged: bool) -> list[str]:
    if ledger.family == "utxo":
        if flagged:
            return []
        return ["No CoinJoin flags were given: money was followed through CoinJoins as through any payment."]
    lacks = [f"The ledger lacks: {what}." for what in ledger.manifest.lacks]
    return [*lacks, "One asset was followed: what was swapped into another, or crossed a bridge, ends there."]


def _of_side(side: Side) -> list[str]:
    said = []
    if days := side.days_without_rate:
        said.append(f"No rate for {len(days)} of the days of {side.way} payments (the first: {days[0]}): "
                    "what moved then has no value in money.")  # fmt: skip
    for row in side.rows:
        if row.category == "cut off" and row.share > 0:
            why = ", ".join(f"{reason} {100 * share:.1f} %" for reason, share in sorted(row.detail.items()))
            said.append(
                f"{100 * row.share:.1f} % of the {side.way} money was not followed to its end ({why})."
            )
    return said


def _ends(ledger: Ledger) -> str:
    blocks = ledger.sql(
        "select min(height) as low, max(height) as high, max(time) as latest from blocks"
    ).to_pylist()[0]
    if blocks["high"] is None:
        return "The ledger is empty."
    day = datetime.fromtimestamp(blocks["latest"], UTC).date().isoformat()
    begins = "" if blocks["low"] == 0 else f" begins at height {blocks['low']} and"
    return f"The ledger{begins} ends at height {blocks['high']} on {day}: nothing outside it was seen."
