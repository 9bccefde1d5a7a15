"""How do newer lists replace those that ship?

    python -m quivive.money.tags.refresh ofac/ tagpacks.tar.xz --date 2026-11-22

SOURCES are folders, archives or files: OFAC's addresses (sanctioned_addresses_*.txt) and GraphSense's
TagPacks and ActorPacks with the LICENSE that stands beside them. Fetching them is the reader's business,
because Quivive opens no connection. What is not free to be passed on is refused, tags that may name private
persons are left out. The file of tags and `lists.yaml`, which says what is in it, are replaced when all has
been read; the licences of the sources stand beside them.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from quivive.errors import Error, TooLarge, Unreadable
from quivive.money.tags.book import SHIPPED
from quivive.money.tags.listing import Fault, Listing
from quivive.money.tags.lists import OFAC_FILE, read_list, read_ofac
from quivive.money.tags.persons import without_persons
from quivive.money.tags.shelf import Shelf

UNPACKED = 256 * 2**20
"""Octets of one source, unpacked."""
FREE = ("MIT License", "Apache License", "CC0", "Creative Commons Zero")
"""How a licence begins that lets lists be passed on inside this program."""


@dataclass(frozen=True)
class Refreshed:
    """What ships now, what was left out and why, and what did not read."""

    listings: tuple[Listing, ...]
    left_out: tuple[str, ...]
    faults: tuple[Fault, ...]
    licences: Mapping[str, bytes]
    """Text of the licence by the source that it came with."""


def gather(sources: Sequence[Path], day: date) -> Refreshed:
    """Reads the sources, which were fetched on `day`. Raises Unreadable, TooLarge."""
    listings: list[Listing] = []
    licences: dict[str, bytes] = {}
    for source in sources:
        files = dict(_files(source))
        listings += _listings(files, source.name, day)
        licences |= {source.name.partition(".")[0]: text for text in _licences(files)}
    actors = [actor for listing in listings for actor in listing.actors]
    parted = [without_persons(listing, actors) for listing in listings]
    kept = tuple(listing for listing, _ in parted if listing.tags or listing.actors)
    if not kept:
        raise Unreadable("The sources hold no list.")
    faults = tuple(fault for listing in kept for fault in listing.faults)
    return Refreshed(kept, tuple(note for _, note in parted if note), faults, licences)


def _listings(files: Mapping[str, bytes], source: str, day: date) -> Iterator[Listing]:
    ofac = {Path(name).name: data for name, data in files.items() if OFAC_FILE.fullmatch(Path(name).name)}
    if ofac:
        yield read_ofac(ofac, day)
    packs = {name: data for name, data in sorted(files.items()) if name.endswith((".yaml", ".yml"))}
    if packs:
        licence = _licence(files, source)
        yield from (read_list(data, name, day, licence) for name, data in packs.items())


def _licence(files: Mapping[str, bytes], source: str) -> str:
    texts = _licences(files)
    first = texts[0].decode("utf-8", "replace").strip().splitlines()[0].strip() if texts else ""
    if len(texts) != 1 or not first.startswith(FREE):
        raise Unreadable(f"{source}: beside the packs stands no licence that lets them be passed on.")
    return first.removesuffix(" License")


def _licences(files: Mapping[str, bytes]) -> list[bytes]:
    return [data for name, data in files.items() if Path(name).name.startswith(("LICENSE", "LICENCE"))]


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, an archive, or the file alone; names below the source."""
    if source.is_dir():
        for path in sorted(each for each in source.rglob("*") if each.is_file()):
            yield path.relative_to(source).as_posix(), path.read_bytes()
        return
    if not source.name.endswith((".tar.xz", ".tar.gz", ".tgz", ".tar")):
        yield source.name, source.read_bytes()
        return
    total = 0
    with tarfile.open(fileobj=io.BytesIO(source.read_bytes())) as archive:
        for member in archive:
            handle = archive.extractfile(member) if member.isfile() else None
            if handle is None:
                continue
            total += member.size
            if total > UNPACKED:
                raise TooLarge(f"{source.name} unpacks to more than {UNPACKED // 2**20} MiB.")
            yield member.name, handle.read(member.size)


def refresh(folder: Path, sources: Sequence[Path], day: date) -> Refreshed:
    """Writes the file of tags and `lists.yaml` into `folder`. Raises Unreadable; then nothing is changed."""
    found = gather(sources, day)
    new = folder / (SHIPPED + ".new")
    new.unlink(missing_ok=True)
    try:
        Shelf.write(new, found.listings, compact=True)
        about = _about(found, day, new)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    new.replace(folder / SHIPPED)
    (folder / "lists.yaml").write_text(about, "utf-8")
    for name, text in found.licences.items():
        (folder / f"LICENSE.{name}").write_bytes(text)
    return found


def _about(found: Refreshed, day: date, new: Path) -> str:
    import yaml

    lists = [_entry(listing) for listing in found.listings]
    value: dict[str, Any] = {
        "date": day.isoformat(),
        "sha256": sha256(new.read_bytes()).hexdigest(),
        "tags": sum(listing.version.entries for listing in found.listings),
        "left_out_for_privacy": list(found.left_out),
        "lists": lists,
    }
    head = "# What stands in " + SHIPPED + ": written by quivive.money.tags.refresh, not by hand.\n"
    return head + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)


def _entry(listing: Listing) -> dict[str, Any]:
    version = listing.version
    entry: dict[str, Any] = {
        "name": version.name, "kind": version.kind,
        "date": version.date.isoformat() if version.date else None,
        "sha256": version.sha256, "licence": version.licence, "tags": version.entries,
    }  # fmt: skip
    return entry | ({"actors": len(listing.actors)} if listing.actors else {})


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]),
              help="When they were fetched.")  # fmt: skip
@click.option("--folder", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="Where to write; default: this package.")  # fmt: skip
def main(sources: tuple[Path, ...], day: datetime, folder: Path | None) -> None:
    """Replace the lists that ship by those in SOURCES."""
    folder = folder or Path(__file__).parent / "data"
    try:
        found = refresh(folder, sources, day.date())
    except (Error, OSError, tarfile.TarError) as error:
        raise click.ClickException(str(error)) from error
    for note in (*found.left_out, *map(str, found.faults)):
        click.echo(note, err=True)
    tags = sum(listing.version.entries for listing in found.listings)
    size = (folder / SHIPPED).stat().st_size / 1e6
    click.echo(f"{len(found.listings)} lists with {tags} tags, {size:.1f} MB.")


if __name__ == "__main__":
    main()
