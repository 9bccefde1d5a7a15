"""Does an unbroken trail lead from the seeds to the address to freeze?

The trail of the case file, payment by payment; that of a trace is read in `trace_trail.py`. Where the chain
of payments breaks, the place is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from quivive.money.chains import Chain
from quivive.money.requests import checks
from quivive.money.requests.form import Form, text
from quivive.money.requests.freeze.nouns import Asset, Hop, Trail

MOST_HOPS = 2000


def from_case(form: Form, chain: Chain, asset: Asset, target: str | None, now: datetime) -> Trail | None:
    """The trail as the case file lists it under `trail`, in the order of the payments."""
    rows = list(form.rows("trail"))
    if not rows:
        form.fault(
            "is missing: list every payment from the seed to the address to freeze (txid, from, to, value), "
            "or give a trace with --trace", "trail",
        )  # fmt: skip
        return None
    if len(rows) > MOST_HOPS:
        form.fault(f"has more than {MOST_HOPS} payments", "trail")
        return None
    hops = [_hop(row, chain, asset, now) for row in rows]
    seeds = form.texts("seeds", lambda value: checks.address(value, chain))
    seeds += [first.senders[0] for first in hops[:1] if first and not seeds]
    _follow(hops, rows, {_key(seed) for seed in seeds})
    if target is not None:
        _arrive(form, hops, rows, seeds, target)
    whole = [hop for hop in hops if hop]
    return Trail(tuple(whole), None) if len(whole) == len(hops) else None


def _hop(row: Form, chain: Chain, asset: Asset, now: datetime) -> Hop | None:
    def address(value: str) -> str:
        return checks.address(value, chain)

    txid = row.need("txid", lambda value: checks.txid(value, chain))
    sender, receiver = row.need("from", address), row.need("to", address)
    value = row.need("value", lambda given: checks.amount(given, asset.decimals))
    time = row.may("time", lambda given: checks.moment(given, now))
    position = row.may("position", lambda given: checks.whole(given, 2**32))
    row.may("note", text(500))
    row.close()
    if txid is None or sender is None or receiver is None or value is None:
        return None
    return Hop(txid, position, (sender,), receiver, value, asset.symbol, None, time)


def _follow(hops: list[Hop | None], rows: list[Form], seeds: set[str]) -> None:
    """Each payment's sender is a seed, or was paid by a payment before it, and not later."""
    paid: dict[str, datetime | None] = {}
    for number, (hop, row) in enumerate(zip(hops, rows, strict=True)):
        if hop is None:
            continue
        sender, receiver = _key(hop.senders[0]), _key(hop.receiver)
        if seeds and sender not in seeds and sender not in paid:
            before = f"/trail/{number - 1}" if number else "the seed"
            row.fault(f"there is a gap before this payment: nothing in the trail pays {hop.senders[0]}; "
                      f"the payment between {before} and this one is missing")  # fmt: skip
        earlier = paid.get(sender)
        if hop.time and earlier and hop.time < earlier:
            row.fault(f"is earlier than the payment to {hop.senders[0]} that it passes on", "time")
        if paid.get(receiver) is None:
            paid[receiver] = hop.time


def _arrive(form: Form, hops: list[Hop | None], rows: list[Form], seeds: list[str], target: str) -> None:
    """The payments lead to the address, all of them, and do not begin there."""
    whole = [hop for hop in hops if hop]
    if any(checks.same(seed, target) for seed in seeds):
        form.fault("begins at the address to freeze itself", "trail")
    if whole and not any(checks.same(hop.receiver, target) for hop in whole):
        form.fault(f"does not reach the address to freeze: it ends at {whole[-1].receiver}; the payment to "
                   f"{target} is missing", "trail")  # fmt: skip
        return
    leads = ways_back({_key(target)}, [(_key(hop.senders[0]), _key(hop.receiver)) for hop in whole])
    for hop, row in zip(hops, rows, strict=True):
        if hop and _key(hop.receiver) not in leads:
            row.fault(f"leads to {hop.receiver}, and from there not to the address to freeze: take it out or "
                      "add the payments that are missing")  # fmt: skip


def ways_back(ends: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    """All from which an end can be reached, the ends among them."""
    before: Mapping[str, list[str]] = defaultdict(list)
    for source, target in edges:
        before[target].append(source)
    found, todo = set(ends), list(ends)
    while todo:
        for source in before[todo.pop()]:
            if source not in found:
                found.add(source)
                todo.append(source)
    return found


def _key(address: str | None) -> str:
    from quivive.wallets import canonical

    return canonical(address) if address else ""
