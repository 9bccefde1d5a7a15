"""Which tags speak of private persons? They do not ship.

Whoever tags an address as a person's tells all the world what that person owns and pays, for ever. A desk may
read such packs itself, for a purpose; Quivive does not spread them. Firms, services, protocols, criminal
groups and what is on a sanctions list stay. No name stands here: what is left out is known by its pack, and
by whether a tag names somebody on the list of actors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from quivive.money.tags.listing import Actor, Listing
from quivive.money.tags.tag import Tag

WHOLE: Mapping[str, str] = MappingProxyType({
    "LockBit-Tattoo": "private persons who were paid for a tattoo",
    "Alt-Right tag pack": "persons by their political views (GDPR, Article 9)",
})  # fmt: skip
"""Packs left out whole, with the reason."""
MIXED: Mapping[str, str] = MappingProxyType({
    "EtherScan Label Word Cloud Tags": "labels that name neither a known actor nor an abuse: firms, projects "
    "and persons stand side by side there, donors and artists among them",
})  # fmt: skip
"""Packs of which only tags that name an actor or an abuse ship."""

_ABUSE = re.compile(r"(?i)fake_?phish|hacker|exploit|\b(?:hack|ponzi|scam|compromised)\b")
_TAIL = re.compile(r"[\s:]*(?:\d+|token|contract|exchange|hot wallet|deposit.*)$")
_SIGNS = re.compile(r"\W")


def without_persons(listing: Listing, actors: Iterable[Actor]) -> tuple[Listing, str]:
    """The list without tags that may name private persons, and what was left out ('' for nothing)."""
    name = listing.version.name.rpartition(" (")[0]
    if name in WHOLE:
        return _only(listing, ()), f"{name}: all {len(listing.tags)} tags ({WHOLE[name]})"
    if name not in MIXED:
        return listing, ""
    known = {_SIGNS.sub("", word.lower()) for actor in actors for word in (actor.label, actor.id)}
    kept = tuple(tag for tag in listing.tags if tag.actor or _ABUSE.search(tag.label) or _head(tag) in known)
    left = len(listing.tags) - len(kept)
    return _only(listing, kept), f"{name}: {left} of {len(listing.tags)} tags ({MIXED[name]})"


def _head(tag: Tag) -> str:
    """'Huobi 10' and 'Huobi: Hot Wallet' both begin with 'huobi'."""
    return _SIGNS.sub("", _TAIL.sub("", tag.label.split(":")[0].lower().strip()))


def _only(listing: Listing, tags: tuple[Tag, ...]) -> Listing:
    return replace(listing, tags=tags, version=replace(listing.version, entries=len(tags)))
