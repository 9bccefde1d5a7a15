"""Whose money has a wallet dealt with, by a ledger at hand?

Without the ledger of its chain nothing can be said, and that is said: a wallet that no list knows has not
been looked into. Shares are by haircut, a convention by which mixed money is divided, and prove no knowledge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook, NotThere
from quivive.model import Context, Finding, Kind, Observable, Source, Subject, Yield, finding
from quivive.money.attribution import book_of

if TYPE_CHECKING:
    from quivive.money.exposure import Exposure, Row
    from quivive.money.ledger import Ledger

ROWS = 4
"""Categories of one side that are told, the largest first."""
HOPS, BRANCHES = 4, 50_000
"""How far a check follows money: less than `quivive money exposure` does."""
_SHARES = (
    "{direct} directly, {indirect} through others (fewest steps: {hops}), divided by haircut, a convention."
)


class WalletExposure:
    """Follows the money of a wallet in a ledger of the desk to addresses that tags name. No score."""

    name = "money.exposure"
    version = "1"
    accepts = frozenset({"cryptocurrency-wallet"})
    online = False
    codes: Mapping[str, str] = {
        "exposure/received": "Of what {wallet} received, {share} came from {category}: " + _SHARES,
        "exposure/sent": "Of what {wallet} sent, {share} went to {category}: " + _SHARES,
        "exposure/cluster-sanctioned": "{wallet} is held to have the same owner as {other} (addresses spent "
        "together: a heuristic), which is on the sanctions list {list} of {date}.",
        "exposure/untagged": "{wallet} has moved money ({received} payments in, {sent} out), none of it "
        "within {limit} steps from or to an address that a tag names. That is no sign that it is harmless.",
        "exposure/unseen": "The ledger of {chain} up to block {block} has never seen {wallet}.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """None that ship: ledgers are the desk's, the tags are named by another check."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """What the largest parts of its money were; CouldNotLook without a ledger of its chain."""
        from quivive.money.tags import spelling

        if not isinstance(subject, Observable):
            return
        chain = spelling.chain_of(subject.value)
        if chain is None:
            raise NotThere(f"{subject.value} belongs to no chain whose ledger can be read here.")
        ledgers = [each for each in context.money.ledgers if _holds(each, subject.value, chain)]
        if not ledgers:
            raise CouldNotLook(
                "Where the money of this wallet came from and went to was not looked at: no ledger of "
                f"{spelling.name(chain)} is at hand. 'quivive money ingest' makes one, [money] names it."
            )
        for ledger in ledgers:
            yield from self._in(ledger, subject, context)

    def _in(self, ledger: Ledger, subject: Observable, context: Context) -> Iterator[Finding]:
        from quivive.money.exposure import Limits, exposure_of
        from quivive.money.exposure.of_ledger import beside_of
        from quivive.money.tags import spelling

        limits = Limits(hops=HOPS, branches=BRANCHES)
        found = exposure_of(ledger, subject.value, book_of(context), beside=beside_of(ledger), limits=limits)
        if not found.found:
            block = found.tip[0] if found.tip else "—"
            yield self._say(subject, "exposure/unseen", "informational",
                            {"chain": spelling.name(ledger.chain), "block": block})  # fmt: skip
            return
        yield from self._of_cluster(ledger, subject, context)
        yield from self._sides(subject, found)

    def _of_cluster(self, ledger: Ledger, subject: Observable, context: Context) -> Iterator[Finding]:
        """Sanctioned addresses in its cluster, where the ledger's clusters were written down."""
        from quivive.money.exposure.of_ledger import LABELS
        from quivive.money.screening import screen
        from quivive.money.screening_clusters import sanctioned_mates

        labels = ledger.folder / LABELS
        if not labels.is_file():
            return
        book = book_of(context)
        mates = sanctioned_mates(ledger, labels, book)(subject.value)[:ROWS]
        for hit in screen(subject.value, book, ledger.chain, mates).hits:
            if hit.member is not None:
                day = hit.version.date.isoformat() if hit.version.date else "—"
                params = {"other": hit.member, "list": hit.version.name, "date": day}
                yield self._say(subject, "exposure/cluster-sanctioned", "review", params)

    def _sides(self, subject: Observable, found: Exposure) -> Iterator[Finding]:
        told = False
        for way, code in (("incoming", "exposure/received"), ("outgoing", "exposure/sent")):
            side = next((each for each in found.sides if each.way == way), None)
            rows = [row for row in side.rows if row.attributed] if side else []
            rows.sort(key=lambda row: -row.share)
            for row in rows[:ROWS]:
                told = True
                yield self._say(subject, code, _kind(row), _row(row))
        if not told:
            payments = {each.way: each.transactions for each in found.sides}
            yield self._say(subject, "exposure/untagged", "informational", {
                "received": payments.get("incoming", 0), "sent": payments.get("outgoing", 0), "limit": HOPS,
            })  # fmt: skip

    def _say(self, subject: Observable, code: str, kind: Kind, params: Mapping[str, Any]) -> Finding:
        return finding(
            self, code, kind, subject, params={"wallet": subject.value, **params}, where=subject.where,
            observables=(subject,), topics=("crypto",) if kind == "review" else (),
        )  # fmt: skip


DETECTORS = (WalletExposure,)


def _holds(ledger: Ledger, address: str, chain: str) -> bool:
    """Whether the ledger's chain can know the address: its own, or one on which the same key opens it."""
    from quivive.errors import Unreadable
    from quivive.money.tags import spelling

    try:
        return spelling.speaks_of(spelling.key(address, chain), chain, ledger.chain)
    except Unreadable:
        return False


def _kind(row: Row) -> Kind:
    from quivive.money.tags import categories as kinds

    grave = kinds.ABUSES | kinds.MIXERS | kinds.FROZEN
    return "review" if row.category in grave else "informational"


def _row(row: Row) -> dict[str, str]:
    return {"category": row.category, "share": _percent(row.share), "direct": _percent(row.direct),
            "indirect": _percent(row.indirect), "hops": str(row.hops)}  # fmt: skip


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 or share == 0 else "<0.1%"
