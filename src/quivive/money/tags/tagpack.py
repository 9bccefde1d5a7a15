"""What does a TagPack or an ActorPack of GraphSense say, and how is one written?

Form: README_tagpacks.md and tagpack_schema.yaml of graphsense-tagpack-tool. Fields of the header that belong
to tags are inherited by every tag that does not say otherwise. A pack is kept as it was written, unknown
fields too, so that reading and writing change nothing; `problems` says where it departs from the
specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from quivive.errors import Unreadable
from quivive.money.tags.categories import CONCEPTS
from quivive.money.tags.listing import Actor, Fault, day
from quivive.money.tags.tag import LEVELS
from quivive.money.tags.yaml_reader import read_yaml

_HEADER = frozenset(str.split("title creator description owner is_public tags actors header"))
"""Fields of the pack itself; all others of the header are its tags'."""
TAG_FIELDS = frozenset(
    str.split(
        "label source currency network context confidence is_cluster_definer lastmod category abuse address "
        "tx_hash actor concepts tag_type"
    )
)
_ACTOR_FIELDS = frozenset(str.split("id uri label lastmod categories jurisdictions context aliases"))


@dataclass(frozen=True)
class Pack:
    """A TagPack or ActorPack as it stands in its file: the header, and its tags or actors.

    `lines` are the lines on which the entries begin, none for a pack that was not read.
    """

    header: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    actors: bool = False
    lines: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @property
    def title(self) -> str:
        """What the pack calls itself."""
        return str(self.fields().get("title") or "")

    def fields(self) -> dict[str, Any]:
        """The fields of the header; some packs put them into a mapping called `header`."""
        below = self.header.get("header")
        return dict(self.header) | (below if isinstance(below, dict) else {})

    def resolved(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each entry with what it inherits, and its line (0: unknown)."""
        inherited = {key: value for key, value in self.fields().items() if key not in _HEADER}
        lines = self.lines or (0,) * len(self.entries)
        for line, entry in zip(lines, self.entries, strict=True):
            yield line, inherited | dict(entry)


def read_pack(data: bytes, name: str) -> Pack:
    """The TagPack or ActorPack of a file. Raises Unreadable naming file and line, TooLarge."""
    document = read_yaml(data, name)
    value = document.value
    held = next((key for key in ("tags", "actors") if isinstance(value, dict) and key in value), None)
    if held is None:
        raise Unreadable(f"{name}: this is neither a TagPack (“tags”) nor an ActorPack (“actors”).")
    entries = value.pop(held)
    if not isinstance(entries, list):
        raise Unreadable(f"{name}: “{held}” is no list.")
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict):
            before = document.line(entries[position - 1]) if position else 0
            place = f"after line {before}" if before else f"entry {position + 1}"
            raise Unreadable(f"{name}, {place}: an entry of “{held}” is no mapping.")
    lines = tuple(document.line(entry) for entry in entries)
    return Pack(value, tuple(entries), held == "actors", lines)


def write_pack(pack: Pack) -> str:
    """The pack as YAML, in its own order."""
    import yaml

    held = "actors" if pack.actors else "tags"
    value = dict(pack.header) | {held: [dict(entry) for entry in pack.entries]}
    text: str = yaml.dump(
        value, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False
    )
    return text


def _dumper() -> Any:
    """Writes what stands twice twice: a pack holds no references."""
    import yaml

    class Plain(yaml.CSafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    return Plain


def problems(pack: Pack, name: str) -> tuple[Fault, ...]:
    """Where a pack departs from GraphSense's specification: what must be there, what is unknown, wrong."""
    lacking = [key for key in ("title", "creator") if not pack.fields().get(key)]
    found = [Fault(name, 0, f"the pack has no {key}") for key in lacking]
    check = _of_actor if pack.actors else _of_tag
    for line, entry in pack.resolved():
        found += [Fault(name, line, reason) for reason in check(entry)]
    return tuple(found)


def _of_tag(tag: Mapping[str, Any]) -> Iterator[str]:
    for fields in (("label",), ("source",), ("confidence",), ("currency", "network"), ("address", "tx_hash")):
        if not any(tag.get(each) for each in fields):
            yield f"the tag has no {' or '.join(fields)}"
    yield from _unknown(tag, TAG_FIELDS)
    if tag.get("confidence") and str(tag["confidence"]) not in LEVELS:
        yield f"“{tag['confidence']}” is no confidence that GraphSense knows"
    concepts = tag.get("concepts") or []
    if not isinstance(concepts, list):
        yield "“concepts” is no list"
        concepts = []
    for word in (tag.get("category"), tag.get("abuse"), *concepts):
        if word and str(word) not in CONCEPTS:
            yield f"“{word}” is no concept of the taxonomy"
    yield from _undated(tag)
    if "is_cluster_definer" in tag and not isinstance(tag["is_cluster_definer"], bool):
        yield "“is_cluster_definer” is neither true nor false"


def _of_actor(actor: Mapping[str, Any]) -> Iterator[str]:
    for each in ("id", "uri", "label", "lastmod", "categories"):
        if actor.get(each) is None:
            yield f"the actor has no {each}"
    yield from _unknown(actor, _ACTOR_FIELDS)
    yield from _undated(actor)
    categories = actor.get("categories") or ()
    if not isinstance(categories, (list, tuple)):
        yield "“categories” is no list"
        return
    for word in categories:
        if str(word) not in CONCEPTS:
            yield f"“{word}” is no concept of the taxonomy"


def _unknown(entry: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    for each in entry:
        if each not in known:
            yield f"the field “{str(each)[:40]}” is not in the specification"


def _undated(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry.get("lastmod") is not None and day(entry["lastmod"]) is None:
        yield f"“{str(entry['lastmod'])[:40]}” is no date"


def actors_of(pack: Pack) -> tuple[Actor, ...]:
    """The actors of an ActorPack; an entry without id or label says nothing and is left out."""
    return tuple(
        Actor(str(actor["id"]), str(actor["label"]), str(actor.get("uri") or ""),
              _words(actor.get("categories")), _words(actor.get("jurisdictions")))
        for _, actor in pack.resolved() if actor.get("id") and actor.get("label")
    )  # fmt: skip


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def last_change(pack: Pack) -> date | None:
    """The latest day that the pack or one of its entries states."""
    days = {day(entry.get("lastmod")) for entry in pack.entries} | {day(pack.fields().get("lastmod"))}
    return max((each for each in days if each), default=None)
