"""`quivive money tags`: whose address is it, who says so, and which lists are at hand?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.money_screen import (
    CHAIN,
    CONFIG,
    FILE,
    book_at_hand,
    safe,
    sanctions_of,
    tell_faults,
)

if TYPE_CHECKING:
    from quivive.money.screening import Delta
    from quivive.money.tags.book import TagBook
    from quivive.money.tags.listing import Listing, ListVersion
    from quivive.money.tags.tag import Tag

_DATE = click.DateTime(["%Y-%m-%d"])


@click.group()
def tags() -> None:
    """Who is said to own an address? Lists at hand are asked; nothing is fetched or sent."""


@tags.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option("--date", "day", type=_DATE, help="Date of the list, where the file does not state one.")
@click.option("--licence", default="", help="Licence, where the file does not state one.")
@click.option("--sanctions", is_flag=True, help="Sanctions lists: being on one is a legal fact.")
@CONFIG
def add(files: tuple[Path, ...], day: datetime | None, licence: str, sanctions: bool,
        config_file: Path | None) -> None:  # fmt: skip
    """Keep lists of tags for this house; they are asked from then on, beside those that ship.

    FILE is a TagPack or ActorPack of GraphSense (YAML), an address list of ScamSniffer, labels of Etherscan
    (JSON), a table with the columns address and label (CSV; more: network, actor, category, abuse,
    confidence, source, lastmod), or the same as JSON. A folder with OFAC's sanctioned_addresses_*.txt is one
    list. Older versions of a list are kept: they say since when something was on it.

    What is wrong in a list is told on stderr with file and line; the rest is kept. Status: 3 a file could not
    be read, else 0.
    """
    from quivive.money.tags.shelf import Shelf

    listings, unread = _read(files, day.date() if day else None, licence)
    if sanctions:
        listings = [replace(each, version=replace(each.version, kind="sanctions")) for each in listings]
    path = _home(config_file)
    path.parent.mkdir(parents=True, exist_ok=True)
    Shelf.write(path, listings)
    for listing in listings:
        tell_faults(listing)
        entries = f"{listing.version.entries} tags" if listing.tags else f"{len(listing.actors)} actors"
        click.echo(safe(f"{listing.version}: {entries} kept, {len(listing.faults)} not as they stand."))
    sys.exit(3 if unread else 0)


@tags.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.option("--tags", "files", type=FILE, multiple=True, help="Also ask this list; can be repeated.")
@CHAIN
@click.option("--json", "as_json", is_flag=True, help="The tags as JSON.")
@CONFIG
def show(addresses: tuple[str, ...], files: tuple[Path, ...], chain: str | None, as_json: bool,
         config_file: Path | None) -> None:  # fmt: skip
    """What is said of each ADDRESS, by whom, how sure, and where that is contradicted.

    The surest tag comes first; nothing is merged. No tag means that none of these lists knows the address.
    """
    book = book_at_hand(config_file, files)
    found = [_told(book, address, chain) for address in addresses]
    if as_json:
        value = {"addresses": found, "lists": [_version(each) for each in book.lists()]}
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
        return
    for told in found:
        click.echo("\n".join(safe(line) for line in _as_lines(told, book)))


@tags.command("lists")
@click.option("--json", "as_json", is_flag=True, help="The lists as JSON.")
@CONFIG
def lists_(as_json: bool, config_file: Path | None) -> None:
    """Which lists are asked: date, number of tags, licence, sha256."""
    versions = book_at_hand(config_file, ()).lists()
    if as_json:
        click.echo(json.dumps([_version(each) for each in versions], indent=2, ensure_ascii=False))
        return
    for each in versions:
        click.echo(safe(f"{each} · {each.entries} tags · {each.licence or 'no licence stated'} · "
                          f"{each.sha256[:12]}"))  # fmt: skip


@tags.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="The changes as JSON.")
def delta(old: Path, new: Path, as_json: bool) -> None:
    """What was added to and removed from a sanctions list between two versions (folders of OFAC's files).

    `DATE=FOLDER` gives a version its date.
    """
    from quivive.money.screening import compare

    changes = [_delta(each) for each in compare(sanctions_of(str(old)), sanctions_of(str(new)))]
    if as_json:
        click.echo(json.dumps(changes, indent=2, ensure_ascii=False))
        return
    for change in changes:
        head = f"{change['list']}, {change['old'] or 'undated'} → {change['new'] or 'undated'}"
        click.echo(safe(f"{head}: {len(change['added'])} added, {len(change['removed'])} removed."))
        for sign, key in (("+", "added"), ("-", "removed")):
            for each in change[key]:
                click.echo(safe(f"{sign} {each['address']} ({each['chain']}, {each['label']})"))


def _read(files: tuple[Path, ...], day: date | None, licence: str) -> tuple[list[Listing], bool]:
    """The lists of all files, OFAC's files of a folder as one; and whether one could not be read."""
    from quivive.errors import Error
    from quivive.money.tags.lists import read_path

    listings, unread = [], False
    for path in files:
        try:
            listings.append(read_path(path, day, licence))
        except Error as error:
            unread = True
            click.echo(safe(str(error)), err=True)
    return listings, unread


def _home(config_file: Path | None) -> Path:
    from quivive import config
    from quivive.money.tags.book import HOUSE

    return config.load(config_file).home / HOUSE


def _told(book: TagBook, address: str, chain: str | None) -> dict[str, Any]:
    from quivive.money.tags import spelling

    found, on = book.of(address, chain), chain or spelling.chain_of(address)
    return {
        "address": address, "chain": on, "tags": [_tag(book, each, on or each.chain) for each in found],
        "conflicts": [
            {"field": each.field, "values": list(each.values)} for each in book.conflicts(address, on)
        ],
    }  # fmt: skip


def _tag(book: TagBook, tag: Tag, chain: str) -> dict[str, Any]:
    from quivive.money.tags import spelling

    actor = book.actor(tag.actor) if tag.actor else None
    return asdict(tag) | {
        "lastmod": tag.lastmod.isoformat() if tag.lastmod else None, "level": tag.level,
        "actor_label": actor.label if actor else None, "actor_uri": actor.uri if actor else None,
        "jurisdictions": list(actor.jurisdictions) if actor else [],
        "same_key": spelling.same_key(chain, tag.chain) or None,
    }  # fmt: skip


def _as_lines(told: dict[str, Any], book: TagBook) -> Iterator[str]:
    if not told["tags"]:
        versions = book.lists()
        entries = sum(each.entries for each in versions)
        form = "" if told["chain"] else "it has no form of an address that I know, look for a mistake; "
        known = f"no tag among {entries:,} in {len(versions)} lists"
        yield f"{told['address']}: {form}{known}. That says nothing about who holds it."
        return
    yield f"{told['address']}"
    for tag in told["tags"]:
        terms = [each for each in (tag["category"], tag["abuse"], *tag["concepts"]) if each]
        kind = ", ".join(dict.fromkeys(terms))
        who = f" ({tag['actor_label'] or tag['actor']})" if tag["actor"] else ""
        sure = f"confidence {tag['level']} ({tag['confidence'] or 'not stated'})"
        said = (tag["label"] + who, kind, sure, tag["lastmod"] or "undated", tag["pack"])
        yield "  " + " · ".join(each for each in said if each)
        if tag["same_key"]:
            yield f"    {tag['same_key']}"
        yield f"    source: {tag['source'] or 'not stated'} · licence: {tag['licence'] or 'not stated'}"
    for conflict in told["conflicts"]:
        yield f"  The tags do not agree ({conflict['field']}): {' / '.join(conflict['values'])}."


def _version(version: ListVersion) -> dict[str, Any]:
    return asdict(version) | {"date": version.date.isoformat() if version.date else None}


def _delta(change: Delta) -> dict[str, Any]:
    def brief(tag: Tag) -> dict[str, str]:
        return {"address": tag.address, "chain": tag.chain, "label": tag.label}

    return {
        "list": change.new.name,
        "old": change.old.date.isoformat() if change.old.date else None, "old_sha256": change.old.sha256,
        "new": change.new.date.isoformat() if change.new.date else None, "new_sha256": change.new.sha256,
        "added": [brief(tag) for tag in change.added], "removed": [brief(tag) for tag in change.removed],
    }  # fmt: skip
