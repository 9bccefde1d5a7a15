"""Is this address on a sanctions list, on which version of it, and since when?

What is found is a fact of a dated list. What is not found is 'not on the list of DATE' and nothing more: a
list holds the addresses that an authority knew and published, a sanctioned person can have any number of
others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quivive.errors import Unreadable
from quivive.money.tags import spelling
from quivive.money.tags.book import TagBook
from quivive.money.tags.listing import ListVersion
from quivive.money.tags.tag import Tag

SCHEMA = "quivive.screening/1"


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry of a sanctions list that speaks of an address.

    `member` is the other address of the same cluster that is listed, None where the address itself is.
    `same_key` is '' or why an entry for another chain speaks of it. Of the versions at hand, `since` is the
    first from which on it is listed, `not_on` the last before that without it.
    """

    tag: Tag
    version: ListVersion
    member: str | None = None
    same_key: str = ""
    since: ListVersion | None = None
    not_on: ListVersion | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """What the newest sanctions lists at hand say of an address; `fault`: why it could not be looked up.

    `delisted` are versions of lists that had it, with a newer version at hand that has it no more.
    """

    address: str
    chain: str
    lists: tuple[ListVersion, ...]
    hits: tuple[Hit, ...] = ()
    delisted: tuple[tuple[ListVersion, ListVersion], ...] = ()
    fault: str = ""

    @property
    def result(self) -> str:
        """'listed', 'indirect' (another address of its cluster is), 'not-listed', 'could-not-look'."""
        if self.fault:
            return "could-not-look"
        if any(hit.member is None for hit in self.hits):
            return "listed"
        return "indirect" if self.hits else "not-listed"

    def sentences(self) -> tuple[str, ...]:
        """The result in words, with name and date of each list."""
        if self.fault:
            return (f"{self.address}: could not look: {self.fault}.",)
        said = [_of_hit(self.address, hit) for hit in self.hits]
        listed = {hit.version.name for hit in self.hits if hit.member is None}
        said += [_not_on(self.address, version) for version in self.lists if version.name not in listed]
        said += [f"It stood on {_named(had)} and is no longer on that of {_day(now)}."
                 for had, now in self.delisted]  # fmt: skip
        return tuple(said)

    def as_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "schema": SCHEMA, "address": self.address, "chain": self.chain, "result": self.result,
            "says": list(self.sentences()), "lists": [_version(each) for each in self.lists],
            "hits": [_hit(each) for each in self.hits],
            "delisted": [{"was_on": _version(had), "not_on": _version(now)} for had, now in self.delisted],
            "fault": self.fault or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed between two versions of a list: entries added and removed, whatever their spelling."""

    old: ListVersion
    new: ListVersion
    added: tuple[Tag, ...]
    removed: tuple[Tag, ...]


def screen(address: str, book: TagBook, chain: str | None = None,
           cluster: Iterable[str] = ()) -> Screening:  # fmt: skip
    """What the book's sanctions lists say of an address (`chain` None: the one that it speaks of by itself).

    `cluster`: other addresses that are held to have the same owner, in any spelling; that they have is a
    heuristic, and a hit among them is told as indirect.
    """
    address = address.strip()
    on = chain or spelling.chain_of(address)
    lists = tuple(version for version in book.lists() if version.kind == "sanctions")
    if not lists:
        return Screening(address, on or "", (), fault="there is no sanctions list at hand")
    fault = _fault(address, on, book)
    if fault:
        return Screening(address, on or "", lists, fault=fault)
    newest = set(lists)
    entries = [(v, t) for v, t in book.entries(address, on) if v.kind == "sanctions"]
    hits = [_found(book, v, t, on or t.chain, entries) for v, t in entries if v in newest]
    hits += _of_cluster(cluster, address, on, book, newest)
    return Screening(address, on or "", lists, tuple(hits), _delisted(entries, lists))


def compare(old: TagBook, new: TagBook) -> tuple[Delta, ...]:
    """For each sanctions list that both books hold: what the second has and the first had not, and back."""
    before, after = (_entries(book) for book in (old, new))
    return tuple(
        Delta(before[name][0], after[name][0], _only_in(after[name][1], before[name][1]),
              _only_in(before[name][1], after[name][1]))
        for name in before if name in after
    )  # fmt: skip


def sanctioned_in(book: TagBook, chain: str) -> dict[str, tuple[Tag, ...]]:
    """Addresses of the newest sanctions lists as a ledger of the chain spells them."""
    found: dict[str, tuple[Tag, ...]] = {}
    for key, tag in book.all("sanctions", chain):
        address = spelling.text(key, chain)
        found[address] = (*found.get(address, ()), tag)
    return found


def _fault(address: str, chain: str | None, book: TagBook) -> str:
    """Why an address cannot be looked up; '' where it can. A list can have it in a form not known here."""
    if book.entries(address, chain):
        return ""
    if chain is None:
        return "this is the address of no chain that is known here, or its checksum is wrong"
    try:
        spelling.key(address, chain)
    except Unreadable as error:
        return str(error)
    return ""


def _found(book: TagBook, version: ListVersion, tag: Tag, chain: str,
           entries: Iterable[tuple[ListVersion, Tag]]) -> Hit:  # fmt: skip
    """With since when: over the versions of the list that are at hand, in the order of their dates."""
    with_it = {v for v, t in entries if v.name == version.name}
    since: ListVersion | None = None
    not_on: ListVersion | None = None
    for each in book.versions(version.name):
        if each not in with_it:
            since, not_on = None, each
        elif since is None:
            since = each
    return Hit(tag, version, None, spelling.same_key(chain, tag.chain), since, not_on)


def _of_cluster(members: Iterable[str], address: str, chain: str | None, book: TagBook,
                newest: set[ListVersion]) -> list[Hit]:  # fmt: skip
    return [
        Hit(tag, version, member, spelling.same_key(chain or tag.chain, tag.chain))
        for member in members if member != address
        for version, tag in book.entries(member, chain) if version in newest
    ]  # fmt: skip


def _delisted(
    entries: Iterable[tuple[ListVersion, Tag]], lists: Iterable[ListVersion]
) -> tuple[tuple[ListVersion, ListVersion], ...]:
    """The last version that had the address, of lists whose newest version has it no more."""
    last: dict[str, ListVersion] = {}
    for version, _ in entries:
        had = last.get(version.name)
        if had is None or (version.date or date.min) > (had.date or date.min):
            last[version.name] = version
    return tuple((last[now.name], now) for now in lists if now.name in last and last[now.name] != now)


def _entries(book: TagBook) -> dict[str, tuple[ListVersion, dict[bytes, Tag]]]:
    versions = {version.name: version for version in book.lists() if version.kind == "sanctions"}
    found: dict[str, tuple[ListVersion, dict[bytes, Tag]]] = {name: (v, {}) for name, v in versions.items()}
    for key, tag in book.all("sanctions"):
        found[tag.pack][1].setdefault(key, tag)
    return found


def _only_in(these: Mapping[bytes, Tag], those: Mapping[bytes, Tag]) -> tuple[Tag, ...]:
    return tuple(
        sorted((these[key] for key in these.keys() - those.keys()), key=lambda t: (t.chain, t.address))
    )


# --- words ---


def _of_hit(address: str, hit: Hit) -> str:
    if hit.member is not None:
        return (f"{address} itself is not listed; {hit.member}, of the same cluster (a heuristic: addresses "
                f"spent together), is on {_named(hit.version)}.")  # fmt: skip
    why = f" ({hit.same_key})" if hit.same_key else ""
    since = ""
    if hit.since and hit.not_on:
        since = f" Listed since the version of {_day(hit.since)}; not on that of {_day(hit.not_on)}."
    return f"{address} is on {_named(hit.version)}: {hit.tag.label}{why}.{since}"


def _not_on(address: str, version: ListVersion) -> str:
    return (f"{address} is not on {_named(version)} ({version.entries} addresses). That says nothing about "
            "who holds it.")  # fmt: skip


def _named(version: ListVersion) -> str:
    return f"{version.name} of {_day(version)}"


def _day(version: ListVersion) -> str:
    return version.date.isoformat() if version.date else "an unknown date"


def _version(version: ListVersion) -> dict[str, Any]:
    return {"name": version.name, "date": version.date.isoformat() if version.date else None,
            "sha256": version.sha256, "licence": version.licence, "entries": version.entries}  # fmt: skip


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "list": hit.version.name, "date": hit.version.date.isoformat() if hit.version.date else None,
        "sha256": hit.version.sha256, "listed_as": hit.tag.address, "chain": hit.tag.chain,
        "label": hit.tag.label, "source": hit.tag.source, "same_key": hit.same_key or None,
        "indirect_by": hit.member,
        "since": _version(hit.since) if hit.since and hit.not_on else None,
        "not_on": _version(hit.not_on) if hit.since and hit.not_on else None,
    }  # fmt: skip
