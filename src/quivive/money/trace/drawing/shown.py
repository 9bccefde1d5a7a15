"""How are amounts, times, addresses and labels written so that nothing in them can do harm?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from quivive.money.trace.nouns import METHODS, Amount, Asset, Node, Reason, Stop, Taint, Trace
from quivive.money.trace.ways import weight

_LIVE = re.compile(r"(?i)\bhttp(s?)://")
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_EXACT = Context(prec=90, rounding=ROUND_HALF_EVEN)
REASONS: dict[Reason, tuple[str, str]] = {
    "service": ("■", "service"),
    "mixer": ("✖", "mixer"),
    "bridge": ("⇄", "bridge"),
    "swap": ("⇄", "swapped for another asset"),
    "coinjoin": ("✖", "CoinJoin"),
    "degree": ("…", "not followed: used by too many"),
    "value": ("…", "not followed: too small a share"),
    "depth": ("…", "not followed: depth limit"),
    "limit": ("…", "not followed: limit of places"),
    "unspent": ("○", "unspent"),
    "fee": ("·", "paid as fee"),
    "coinbase": ("●", "newly mined"),
    "unknown": ("?", "from before the ledger"),
}
"""A sign and words for each reason; the sign is never alone."""
BECAUSE: dict[Reason, str] = {
    "service": "paid to an attributed service",
    "mixer": "paid to a mixer",
    "bridge": "paid to a bridge",
    "swap": "swapped for another asset",
    "coinjoin": "spent in a CoinJoin",
    "degree": "address or transaction used by too many to follow",
    "value": "too small a share to follow",
    "depth": "the depth that was set",
    "limit": "the number of places that was set",
    "unspent": "unspent",
    "fee": "paid as fee",
    "coinbase": "newly mined",
    "unknown": "from before the ledger's first block",
}


def plain(text: str) -> str:
    """One line without characters that move a cursor or turn the reading direction; links are made dead."""
    safe = "".join(" " if c in "\n\t" else "�" if unicodedata.category(c) in _UNSAFE else c for c in text)
    return _LIVE.sub(r"hxxp\1://", safe)


def coins(amount: Amount, asset: Asset) -> str:
    """'1,234.5 BTC': exact for whole amounts; shares are rounded to the smallest unit."""
    return f"{number(amount, asset)} {plain(asset.symbol)}"


def brief(amount: Amount, asset: Asset) -> str:
    """An amount for pictures: four decimals, more only where nothing would be left."""
    value = float(amount) / 10**asset.decimals
    if value and abs(value) < 0.001:
        return number(amount, asset)
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def number(amount: Amount, asset: Asset) -> str:
    """The amount in coins without its unit, '0.00000001'."""
    whole = Decimal(amount) if isinstance(amount, int) else Decimal(amount).to_integral_value(context=_EXACT)
    text = f"{whole.scaleb(-asset.decimals, _EXACT):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def by_method(taint: Taint, asset: Asset) -> str:
    """'fifo 1.5 · haircut 1.25 · poison 3 BTC'."""
    parts = [f"{method} {number(taint[method], asset)}" for method in reversed(METHODS) if method in taint]
    return f"{' · '.join(parts)} {plain(asset.symbol)}"


def short(address: str | None) -> str:
    """An address that can still be told from others at a glance; in full where it is to be copied."""
    text = plain(address or "no address")
    return text if len(text) <= 22 else f"{text[:10]}…{text[-8:]}"


def cut(text: str, most: int = 28) -> str:
    """A name that fits into a picture."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def day(time: int | None) -> str:
    """The date, UTC."""
    return moment(time)[:10]


def moment(time: int | None) -> str:
    """Date and time, UTC; '' where none is known, or none that a calendar holds."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M") if time is not None else ""
    except (ValueError, OverflowError, OSError):
        return ""


def who(node: Node) -> str:
    """Whom the most confident tag names."""
    best = max(node.tags, key=lambda tag: tag.level, default=None)
    return plain(best.actor or best.label) if best else ""


def what(node: Node) -> str:
    """What the tags say it is: 'exchange', 'scam, sanction'."""
    return plain(", ".join(dict.fromkeys(term for tag in node.tags for term in tag.terms)))


def ended(stop: Stop, node: Node) -> str:
    """'■ exchange Example': sign, kind and name."""
    sign, words = REASONS[stop.reason]
    if stop.reason == "service":
        words = what(node) or words
    return " ".join(part for part in (sign, words, who(node)) if part)


def stops_of(trace: Trace) -> dict[str, Stop]:
    """The end of each place; where parts of its money ended apart, the largest with the sentences of all."""
    found: dict[str, list[Stop]] = {}
    for stop in sorted(trace.stops, key=lambda each: weight(each.taint), reverse=True):
        found.setdefault(stop.node, []).append(stop)
    return {
        node: replace(stops[0], detail=" ".join(dict.fromkeys(stop.detail for stop in stops)))
        for node, stops in found.items()
    }


def question(trace: Trace) -> str:
    """What the trace answers."""
    return "Where did the money go?" if trace.direction == "forward" else "Where did the money come from?"
