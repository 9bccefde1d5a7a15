"""How are lists of tags kept so that one address is found among hundreds of thousands in a millisecond?

A SQLite file: the key of an address (`spelling.key`), and what is said of it. What is said stands once for
all addresses of which it is said (one label for tens of thousands of a mine's addresses).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from quivive.errors import Unreadable
from quivive.money.tags import spelling
from quivive.money.tags.listing import Actor, Listing, ListVersion
from quivive.money.tags.tag import Tag

FORM = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS list (id INTEGER PRIMARY KEY, name TEXT, kind TEXT, date TEXT, sha256 TEXT,
  licence TEXT, entries INTEGER);
CREATE TABLE IF NOT EXISTS said (id INTEGER PRIMARY KEY, list INTEGER, chain TEXT, label TEXT, actor TEXT,
  category TEXT, abuse TEXT, confidence TEXT, source TEXT, lastmod TEXT, licence TEXT, concepts TEXT,
  cluster INTEGER);
CREATE TABLE IF NOT EXISTS tag (key BLOB, said INTEGER, address TEXT, PRIMARY KEY (key, said)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS actor (id TEXT PRIMARY KEY, label TEXT, uri TEXT, categories TEXT,
  jurisdictions TEXT) WITHOUT ROWID;
"""
_SAID = ("SELECT said.id, chain, label, actor, category, abuse, confidence, source, lastmod, said.licence, "
         "concepts, cluster, list.name, list.id FROM said JOIN list ON list.id = said.list ")  # fmt: skip


class Shelf:
    """An open file of lists, or one in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def in_memory(cls, listings: Iterable[Listing]) -> Shelf:
        """A shelf that is gone with the program."""
        shelf = cls(sqlite3.connect(":memory:", check_same_thread=False))
        shelf.add(listings)
        return shelf

    @classmethod
    def open(cls, path: Path) -> Shelf:
        """A shelf that is only read. Raises Unreadable."""
        try:
            database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True,
                                       check_same_thread=False)  # fmt: skip
            form = database.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise Unreadable(f"{path} is no file of tags ({error}).") from error
        if form != FORM:
            raise Unreadable(f"{path} is a file of tags of form {form}; this version reads form {FORM}.")
        return cls(database)

    @classmethod
    def write(cls, path: Path, listings: Iterable[Listing], *, compact: bool = False) -> None:
        """Adds lists to the file, which is made where there is none; all of them or, on an error, none.

        `compact` gives back the room of what was removed.
        """
        database = sqlite3.connect(path)
        try:
            cls(database).add(listings)
            if compact:
                database.execute("VACUUM")
        finally:
            database.close()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def add(self, listings: Iterable[Listing]) -> None:
        """A list whose very bytes are here already takes its own place; other versions of it stay."""
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version = {FORM}")
        with self._db:
            for listing in listings:
                self._remove(listing.version)
                self._add(listing)

    def _remove(self, version: ListVersion) -> None:
        same = (version.name, version.sha256)
        found = self._db.execute("SELECT id FROM list WHERE name = ? AND sha256 = ?", same).fetchall()
        for (number,) in found:
            self._db.execute("DELETE FROM tag WHERE said IN (SELECT id FROM said WHERE list = ?)", (number,))
            self._db.execute("DELETE FROM said WHERE list = ?", (number,))
            self._db.execute("DELETE FROM list WHERE id = ?", (number,))

    def _add(self, listing: Listing) -> None:
        version = listing.version
        row = (
            version.name,
            version.kind,
            _iso(version.date),
            version.sha256,
            version.licence,
            version.entries,
        )
        made = self._db.execute(
            "INSERT INTO list (name, kind, date, sha256, licence, entries) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        number = made.lastrowid
        said: dict[tuple[object, ...], int] = {}
        for tag in listing.tags:
            day, concepts = _iso(tag.lastmod), " ".join(tag.concepts)
            what = (number, tag.chain, tag.label, tag.actor, tag.category, tag.abuse, tag.confidence,
                    tag.source, day, tag.licence, concepts, tag.cluster)  # fmt: skip
            if what not in said:
                said[what] = self._say(what)
            self._tag(tag, said[what])
        self._db.executemany(
            "INSERT OR REPLACE INTO actor VALUES (?, ?, ?, ?, ?)",
            (
                (a.id, a.label, a.uri, " ".join(a.categories), " ".join(a.jurisdictions))
                for a in listing.actors
            ),
        )

    def _say(self, what: tuple[object, ...]) -> int:
        made = self._db.execute(
            "INSERT INTO said (list, chain, label, actor, category, abuse, confidence, source, lastmod, "
            "licence, concepts, cluster) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", what)  # fmt: skip
        return int(made.lastrowid or 0)

    def _tag(self, tag: Tag, said: int) -> None:
        try:
            key = spelling.key(tag.address, tag.chain)
        except Unreadable:  # an entry of a sanctions list that has no known form
            key = spelling.raw_key(tag.address)
        spelled = None if spelling.text(key, tag.chain) == tag.address else tag.address
        self._db.execute("INSERT OR IGNORE INTO tag VALUES (?, ?, ?)", (key, said, spelled))

    def versions(self) -> dict[int, ListVersion]:
        """Every list here by its number."""
        rows = self._db.execute("SELECT id, name, kind, date, sha256, licence, entries FROM list ORDER BY id")
        return {
            number: ListVersion(
                name, kind, date.fromisoformat(day) if day else None, digest, licence, entries
            )
            for number, name, kind, day, digest, licence, entries in rows
        }

    def of(self, key: bytes) -> Iterator[tuple[int, Tag]]:
        """Tags of a key, each with the number of its list."""
        found = self._db.execute("SELECT address, said FROM tag WHERE key = ?", (key,)).fetchall()
        for address, what in found:
            row = self._db.execute(_SAID + "WHERE said.id = ?", (what,)).fetchone()
            yield row[-1], _tag(key, address, _said(row))

    def all(self, numbers: Collection[int], chain: str = "") -> Iterator[tuple[bytes, Tag]]:
        """Every tag of these lists with its key; of those that speak of `chain`, if one is named."""
        said = {row[0]: _said(row) for row in self._db.execute(_SAID) if row[-1] in numbers}
        for key, address, what in self._db.execute("SELECT key, address, said FROM tag"):
            if what in said and (not chain or spelling.speaks_of(key, said[what][0], chain)):
                yield key, _tag(key, address, said[what])

    def actor(self, name: str) -> Actor | None:
        """The actor of that id."""
        row = self._db.execute("SELECT * FROM actor WHERE id = ?", (name,)).fetchone()
        return Actor(row[0], row[1], row[2], tuple(row[3].split()), tuple(row[4].split())) if row else None


def _said(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The fields of a Tag after its address."""
    (
        _,
        chain,
        label,
        actor,
        category,
        abuse,
        confidence,
        source,
        lastmod,
        licence,
        concepts,
        cluster,
        pack,
        _,
    ) = row
    day = date.fromisoformat(lastmod) if lastmod else None
    words = tuple(concepts.split())
    return chain, label, actor, category, abuse, confidence, source, day, licence, pack, words, bool(cluster)


def _tag(key: bytes, address: str | None, said: tuple[Any, ...]) -> Tag:
    return Tag(address or spelling.text(key, said[0]), *said)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
