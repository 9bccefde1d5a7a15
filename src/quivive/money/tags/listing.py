"""What is a list of tags: its name, version, licence, and what in it did not read? And a row of one?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from quivive.errors import Unreadable
from quivive.money.tags import spelling
from quivive.money.tags.tag import Tag

ListKind = Literal["sanctions", "tags"]
LONGEST = 300
"""Characters of a label or source that are kept."""
_PHISHING = re.compile(r"(?i)fake_phishing\d*$")
"""What Etherscan calls addresses that were used for phishing; packs take the label over without a concept."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of a list that was left out or read otherwise than it stands there; `line` 0: not known."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.reason}."


@dataclass(frozen=True, slots=True)
class Actor:
    """Whom tags name: an exchange, a mixer, a protocol (an entry of an ActorPack)."""

    id: str
    label: str
    uri: str = ""
    categories: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListVersion:
    """Which version of which list. `date` is what the list or its user states, None: undated.

    `kind` 'sanctions': being on it is a legal fact; 'tags': somebody says so. `entries` counts its tags.
    """

    name: str
    kind: ListKind
    date: date | None
    sha256: str
    licence: str
    entries: int

    def __str__(self) -> str:
        return f"{self.name}, {'version of ' + self.date.isoformat() if self.date else 'undated'}"


@dataclass(frozen=True, slots=True)
class Listing:
    """A version of a list with all that it says."""

    version: ListVersion
    tags: tuple[Tag, ...]
    actors: tuple[Actor, ...] = ()
    faults: tuple[Fault, ...] = ()


def placed(address: str, chain: str) -> tuple[str, str]:
    """The chain that an address belongs to, and '' or what had to be read otherwise.

    Raises Unreadable where it is an address of no chain that it can be meant for.
    """
    try:
        spelling.key(address, chain)
    except Unreadable:
        other = spelling.chain_of(address)
        if other is None or other == chain:
            raise
        return other, (
            f"{_short(address)} is listed for {spelling.name(chain)} and is an address of "
            f"{spelling.name(other)}; it is kept as that"
        )
    return chain, ""


def rows_to_tags(
    rows: Iterable[tuple[int, Mapping[str, Any]]], file: str, pack: str, licence: str
) -> tuple[tuple[Tag, ...], tuple[Fault, ...]]:
    """Tags of rows whose fields have GraphSense's names, each with its line; what does not read is told."""
    tags: list[Tag] = []
    faults: list[Fault] = []
    for line, row in rows:
        try:
            tag, note = row_to_tag(row, pack, licence)
        except Unreadable as error:
            faults.append(Fault(file, line, f"{_short(_text(row.get('address')))} is left out: {error}"))
            continue
        tags.append(tag)
        if note:
            faults.append(Fault(file, line, note))
    return tuple(tags), tuple(faults)


def row_to_tag(row: Mapping[str, Any], pack: str, licence: str) -> tuple[Tag, str]:
    """The tag of a row and what had to be read otherwise. Raises Unreadable."""
    address = _text(row.get("address"))
    code = _text(row.get("network") or row.get("chain") or row.get("currency"))
    chain, note = placed(address, spelling.chain_key(code, address))
    label = _text(row.get("label"))[:LONGEST]
    if not label:
        raise Unreadable("it has no label")
    concepts = row.get("concepts")
    abuse = _text(row.get("abuse")) or ("phishing" if _PHISHING.match(label) else "")
    return Tag(
        address, chain, label,
        actor=_text(row.get("actor")) or None,
        category=_text(row.get("category")) or None,
        abuse=abuse or None,
        confidence=_text(row.get("confidence")) or None,
        source=_text(row.get("source") or row.get("uri"))[:LONGEST],
        lastmod=day(row.get("lastmod") or row.get("date")),
        licence=_text(row.get("licence") or row.get("license")) or licence or None,
        pack=pack,
        concepts=tuple(_text(each) for each in concepts) if isinstance(concepts, list) else (),
        cluster=_true(row.get("is_cluster_definer")),
    ), note  # fmt: skip


def day(value: object) -> date | None:
    """The date of a field that holds a date, a time or text that begins with one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None


def _text(value: object) -> str:
    """The field as text that can be kept: JSON can hold halves of characters."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value).strip().encode("utf-8", "replace").decode()


def _true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "yes", "1"))


def _short(address: str) -> str:
    """Enough of an address to find it."""
    return f"“{address[:10]}…”" if len(address) > 11 else f"“{address}”"
