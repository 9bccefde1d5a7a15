"""Was a look-alike address slipped into somebody's history of transfers?

Tsuchiya, Dong, Soska and Christin, 'Blockchain Address Poisoning' (USENIX Security 2025); Guan and Li,
'Characterizing Ethereum Address Poisoning Attack' (CCS 2024): the attacker makes an address that begins and
ends like one the victim pays, and sends the victim nothing, next to nothing, or a worthless token, so that it
stands in the history from which the victim copies. The papers describe these baits; the numbers below are
ours: three first and four last characters are what a shortened address shows at the least, and two addresses
agree in them by chance once in 268 million pairs (hexadecimal). Look-alikes of other places in the address
are not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from quivive.money.exposure.walk import Ints, Mass
from quivive.money.patterns.view import Seen

KIND: Final = "address-poisoning"
FIRST: Final = 3
LAST: Final = 4
DUST: Final = 0.01
"""A bait is at most this part of what the victim has sent to the address that is imitated."""
LISTED: Final = 20


@dataclass(frozen=True, eq=False)
class History:
    """Transfers in chain order: arrays of one length; `asset` -1 is the coin.

    `initiator` is who signed the transaction (-1: not known). `texts` are the addresses by number.
    """

    tx: Ints
    asset: Ints
    sender: Ints
    receiver: Ints
    value: Mass
    initiator: Ints
    texts: Sequence[str]


def address_poisoning(history: History, victims: Ints | None = None) -> list[Seen]:
    """Baits sent to victims (all, or these), and payments of a victim to the look-alike that followed."""
    group = _groups(history.texts)
    paid, met = _paid(history, group), _meetings(history, group)
    found = []
    for (victim, other), rows in sorted(met.items()):
        if victims is not None and victim not in victims:
            continue
        known = paid.get((victim, int(group[other])), {})
        seen = (
            _poisoned(history, victim, other, real, rows, known) for real in sorted(known) if real != other
        )
        found += [each for each in seen if each][:1]
    return found


def _poisoned(history: History, victim: int, other: int, real: int, rows: list[int],
              known: dict[int, list[int]]) -> Seen | None:  # fmt: skip
    """The look-alike `other` of `real` in a victim's history: None where it is no bait."""
    paid = known[real]
    if rows[0] < paid[0]:
        return None
    usual: dict[int, float] = {}
    for row in paid:
        asset = int(history.asset[row])
        usual[asset] = max(usual.get(asset, 0.0), float(history.value[row]))
    kinds = {row: _bait(history, row, victim, usual) for row in rows}
    baits = [row for row in rows if kinds[row]]
    if not baits or baits[0] != rows[0]:
        return None
    lost = [row for row in known.get(other, []) if row > baits[0] and not kinds[row]]
    why = _why(history, victim, other, real, {kinds[row] for row in baits}, len(baits), len(lost))
    txs = dict.fromkeys(int(history.tx[row]) for row in (paid[0], *baits[:LISTED], *lost[:LISTED]))
    return Seen(KIND, why, tuple(txs))


def _bait(history: History, row: int, victim: int, usual: dict[int, float]) -> str:
    """How this transfer is a bait, '' where it is none."""
    sent, asset = int(history.sender[row]) == victim, int(history.asset[row])
    if sent and (int(history.initiator[row]) == victim or asset < 0):
        return ""  # the victim's own doing: only a token's contract lets others write its name as sender
    if history.value[row] == 0:
        return "transfers of nothing"
    if asset in usual:
        small = history.value[row] <= DUST * usual[asset]
        return "tiny amounts" if small and int(history.receiver[row]) == victim else ""
    foreign = int(history.initiator[row]) not in (-1, victim)
    received = int(history.receiver[row]) == victim
    return (
        "a token in which the victim never paid that address" if asset >= 0 and (foreign or received) else ""
    )


def _why(history: History, victim: int, other: int, real: int, kinds: set[str], count: int, lost: int) -> str:
    told = " and ".join(sorted(kinds))
    after = f" Afterwards the victim paid the look-alike {lost} times." if lost else ""
    fake, imitated, payer = (history.texts[number] for number in (other, real, victim))
    return (
        f"{fake} looks like {imitated}, which {payer} had paid before, and came into its history by {count} "
        f"baits ({told}).{after}"
    )


def _paid(history: History, group: Ints) -> dict[tuple[int, int], dict[int, list[int]]]:
    """By payer and group of look-alikes, by receiver: transfers that the payer, as far as known, made."""
    own = (history.initiator < 0) | (history.initiator == history.sender)
    grouped = (history.receiver >= 0) & (history.sender >= 0) & (history.receiver != history.sender)
    chosen = np.flatnonzero((history.value > 0) & own & grouped & (group[history.receiver] >= 0))
    found: dict[tuple[int, int], dict[int, list[int]]] = {}
    for row in chosen.tolist():
        receiver = int(history.receiver[row])
        key = int(history.sender[row]), int(group[receiver])
        found.setdefault(key, {}).setdefault(receiver, []).append(row)
    return found


def _meetings(history: History, group: Ints) -> dict[tuple[int, int], list[int]]:
    """By (somebody, address that looks like another): all transfers between them, in order."""
    found: dict[tuple[int, int], list[int]] = {}
    both = (history.sender >= 0) & (history.receiver >= 0) & (history.receiver != history.sender)
    for victim, other in ((history.receiver, history.sender), (history.sender, history.receiver)):
        for row in np.flatnonzero(both & (group[other] >= 0)).tolist():
            found.setdefault((int(victim[row]), int(other[row])), []).append(row)
    return {pair: sorted(rows) for pair, rows in found.items()}


def _groups(texts: Sequence[str]) -> Ints:
    """Addresses that begin and end alike have one number, those that stand alone -1."""
    shown = np.array([_shown(text) for text in texts] or [""])
    _, group, count = np.unique(shown, return_inverse=True, return_counts=True)
    return np.where(count[group] > 1, group, -1).astype(np.int64)


def _shown(text: str) -> str:
    """First and last characters, without the two or one that all addresses of a chain begin with."""
    body = text[2:].lower() if text[:2].lower() == "0x" else text[1:]
    return body[:FIRST] + body[-LAST:]
