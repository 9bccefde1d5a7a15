"""What is said of this address, by all lists at hand: those that ship, a house's own, files given?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from itertools import combinations
from pathlib import Path

from quivive.errors import Unreadable
from quivive.money.tags import spelling
from quivive.money.tags.categories import ABUSES, FROZEN, agree
from quivive.money.tags.listing import Actor, Listing, ListVersion
from quivive.money.tags.lists import read_path
from quivive.money.tags.shelf import Shelf
from quivive.money.tags.tag import Conflict, Tag

SHIPPED = "shipped.sqlite"
HOUSE = Path("money") / "tags.sqlite"
"""Below the home of Quivive: where `quivive money tags add` keeps lists."""
COMPARED = 50
"""Tags of one address that are held against each other."""


class TagBook:
    """Looks addresses up in several shelves of lists.

    Of several versions of a list, only the newest says what is so; the older ones say since when.
    """

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = tuple(shelves)
        self._versions = [shelf.versions() for shelf in self._shelves]
        self._newest = _newest(version for held in self._versions for version in held.values())

    @classmethod
    def load(cls, *paths: Path) -> TagBook:
        """A book of files: TagPacks and all other lists that `lists.read_list` knows, and files of tags.

        Raises NotFound, Unreadable.
        """
        shelves = [Shelf.open(path) for path in paths if path.suffix == ".sqlite"]
        read = [read_path(path) for path in paths if path.suffix != ".sqlite"]
        return cls([*shelves, Shelf.in_memory(read)] if read else shelves)

    @classmethod
    def holding(cls, listings: Iterable[Listing]) -> TagBook:
        """A book of lists that were read already."""
        return cls([Shelf.in_memory(listings)])

    @classmethod
    def shipped(cls) -> TagBook:
        """A book of the lists in the package; `lists` says of which dates they are."""
        return cls([Shelf.open(Path(str(files("quivive.money.tags").joinpath("data", SHIPPED))))])

    @classmethod
    def at_hand(cls, home: Path, *paths: Path) -> TagBook:
        """What ships, what the house added below `home`, and the files given."""
        own = [home / HOUSE] if (home / HOUSE).is_file() else []
        return cls.shipped() | cls.load(*own, *paths)

    def __or__(self, other: TagBook) -> TagBook:
        """Both books as one."""
        return TagBook(self._shelves + other._shelves)

    def lists(self) -> tuple[ListVersion, ...]:
        """The newest version of every list."""
        return tuple(self._newest.values())

    def versions(self, name: str) -> tuple[ListVersion, ...]:
        """All versions of a list, the oldest first, undated ones before."""
        found = {v for held in self._versions for v in held.values() if v.name == name}
        return tuple(sorted(found, key=_age))

    def of(self, address: str, chain: str | None = None) -> tuple[Tag, ...]:
        """Tags of an address in any spelling, the surest first; () for none and for what is no address.

        `chain` None: the chain that the address itself speaks of. Tags for other chains on which the same key
        opens the same address are among them: `spelling.same_key` gives the reason.
        """
        return tuple(tag for version, tag in self.entries(address, chain) if self._is_newest(version))

    def entries(self, address: str, chain: str | None = None) -> tuple[tuple[ListVersion, Tag], ...]:
        """As `of`, with the version of the list of each, older versions too."""
        key = _key(address, chain)
        found = [
            (versions[number], self._explained(tag))
            for shelf, versions in zip(self._shelves, self._versions, strict=True)
            for number, tag in (shelf.of(key) if key else ())
        ]
        unique = dict.fromkeys(found)
        return tuple(sorted(unique, key=lambda each: (-each[1].level, each[1].pack, each[1].label)))

    def conflicts(self, address: str, chain: str | None = None) -> tuple[Conflict, ...]:
        """Where the tags of an address do not agree: different actors, or kinds of service, or abuses."""
        return conflicts_of(self.of(address, chain))

    def actor(self, name: str) -> Actor | None:
        """Whom a tag names; a house's own entry goes before one that ships."""
        found = (shelf.actor(name) for shelf in reversed(self._shelves))
        return next((each for each in found if each), None)

    def all(self, kind: str = "", chain: str = "") -> Iterator[tuple[bytes, Tag]]:
        """Every tag of the newest lists (of that kind; that speak of `chain`) with its key."""
        for shelf, versions in zip(self._shelves, self._versions, strict=True):
            wanted = {
                number for number, version in versions.items()
                if self._is_newest(version) and kind in ("", version.kind)
            }  # fmt: skip
            yield from ((key, self._explained(tag)) for key, tag in shelf.all(wanted, chain))

    def by_address(self, chain: str) -> dict[str, tuple[Tag, ...]]:
        """Every tag that speaks of addresses of a chain, by their spelling in a ledger of that chain."""
        found: dict[str, tuple[Tag, ...]] = {}
        for key, tag in self.all(chain=chain):
            address = spelling.text(key, chain)
            found[address] = (*found.get(address, ()), tag)
        return found

    def _is_newest(self, version: ListVersion) -> bool:
        return self._newest[version.name] == version

    def _explained(self, tag: Tag) -> Tag:
        """A tag that names an actor and nothing else says what the actor is said to be."""
        actor = self.actor(tag.actor) if tag.actor and not tag.terms else None
        return replace(tag, concepts=actor.categories) if actor else tag


def conflicts_of(tags: Sequence[Tag]) -> tuple[Conflict, ...]:
    """Fields in which tags of one address contradict each other; a broader word for the same is none."""
    found = (
        _conflict("actor", [(tag, (tag.actor,) if tag.actor else ()) for tag in tags]),
        _conflict("category", [(tag, _terms(tag, abuse=False)) for tag in tags]),
        _conflict("abuse", [(tag, _terms(tag, abuse=True)) for tag in tags]),
    )
    return tuple(each for each in found if each)


def _terms(tag: Tag, *, abuse: bool) -> tuple[str, ...]:
    return tuple(term for term in tag.terms if (term in ABUSES) is abuse and term not in FROZEN)


def _conflict(field: str, said: Sequence[tuple[Tag, tuple[str, ...]]]) -> Conflict | None:
    speaking = [(tag, values) for tag, values in said if values][:COMPARED]
    if all(agree(one, two) for (_, one), (_, two) in combinations(speaking, 2)):
        return None
    values = dict.fromkeys(value for _, each in speaking for value in each)
    return Conflict(field, tuple(values), tuple(tag for tag, _ in speaking))


def _newest(versions: Iterable[ListVersion]) -> dict[str, ListVersion]:
    """Of each list the version with the latest date; of the same date the one that was added last."""
    found: dict[str, ListVersion] = {}
    for version in versions:
        if version.name not in found or _age(found[version.name])[0] <= _age(version)[0]:
            found[version.name] = version
    return found


def _age(version: ListVersion) -> tuple[date, str]:
    return (version.date or date.min, version.sha256)


def _key(address: str, chain: str | None) -> bytes | None:
    """None for what is no address; of what has no known form only the very text meets."""
    address = address.strip()
    chain = chain or spelling.chain_of(address)
    try:
        if chain is not None:
            return spelling.key(address, chain)
    except Unreadable:
        pass
    return spelling.raw_key(address) if spelling.is_plain(address) else None
