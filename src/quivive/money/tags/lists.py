"""How do lists of others read: OFAC's addresses, ScamSniffer, Etherscan's labels, a desk's own tables?

The content decides what a file is; only OFAC's files, one a currency and nothing but addresses, are known by
their name (`sanctioned_addresses_XBT.txt`, as 0xB10C's program writes them from the list of the Treasury).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from quivive.errors import NotFound, TooLarge, Unreadable
from quivive.money.tags import spelling
from quivive.money.tags.etherscan import etherscan_rows
from quivive.money.tags.listing import Fault, Listing, ListKind, ListVersion, placed, rows_to_tags
from quivive.money.tags.tag import Tag
from quivive.money.tags.tagpack import Pack, actors_of, last_change, read_pack
from quivive.money.tags.yaml_reader import BYTES

OFAC_FILE = re.compile(r"sanctioned_addresses_([A-Z0-9]{2,8})\.txt")
OFAC = "OFAC sanctioned digital currency addresses"
OFAC_SOURCE = "OFAC Specially Designated Nationals List, features “Digital Currency Address”"
PUBLIC = "public domain (work of the US government)"
ROWS = 2_000_000


def read_ofac(files: Mapping[str, bytes], day: date | None) -> Listing:
    """One version of OFAC's addresses from the files of its currencies, name → content.

    The list is law: an entry whose form is wrong is kept as text and told. `sha256` is that of the lines
    'sha256 of file, two blanks, name' in the order of the names, as sha256sum prints them.
    """
    tags: list[Tag] = []
    faults: list[Fault] = []
    for name in sorted(files):
        currency = OFAC_FILE.fullmatch(name)
        if currency is None:
            raise Unreadable(f"{name}: OFAC's files are called sanctioned_addresses_CURRENCY.txt.")
        for line, address in _lines(files[name], name):
            tag, reason = _sanctioned(address, currency[1], day)
            tags.append(tag)
            faults += [Fault(name, line, reason)] if reason else []
    sums = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    digest = sha256(sums.encode()).hexdigest()
    version = ListVersion(OFAC, "sanctions", day, digest, PUBLIC, len(tags))
    return Listing(version, tuple(tags), (), tuple(faults))


def _sanctioned(address: str, currency: str, day: date | None) -> tuple[Tag, str]:
    chain = spelling.chain_key(currency, address)
    try:
        chain, reason = placed(address, chain)
    except Unreadable as error:
        reason = f"“{address[:10]}…” is kept as it stands, although {error}"
    tag = Tag(
        address, chain, f"OFAC sanctions ({currency})", None, None, "sanction", "authority_data", OFAC_SOURCE,
        day, PUBLIC, OFAC,
    )  # fmt: skip
    return tag, reason


def read_list(data: bytes, name: str, day: date | None = None, licence: str = "") -> Listing:
    """The tags of any other file: TagPack, ActorPack, ScamSniffer, Etherscan labels, CSV, JSON, YAML, lines.

    `day` and `licence` stand in where the file does not state its own. Raises Unreadable naming file and line
    where it is none of these, TooLarge.
    """
    if len(data) > BYTES:
        raise TooLarge(f"{name} is larger than {BYTES // 2**20} MiB.")
    if OFAC_FILE.fullmatch(name):
        return read_ofac({name: data}, day)
    start = data.lstrip()[:1]
    lower = name.lower()
    if lower.endswith(".json") or start == b"{" or (start == b"[" and not lower.endswith((".yaml", ".yml"))):
        found = _from_json(data, name, day, licence)
    elif lower.endswith(".csv"):
        found = _own(_csv_rows(data, name), data, name, day, licence)
    elif lower.endswith(".txt"):
        rows = ((line, {"address": each, "label": name}) for line, each in _lines(data, name))
        found = _own(rows, data, name, day, licence)
    else:
        found = _from_yaml(data, name, day, licence)
    if not found.tags and not found.actors:
        why = f" {found.faults[0]}" if found.faults else ""
        raise Unreadable(f"{name} holds no tag that reads.{why}")
    return found


def read_path(path: Path, day: date | None = None, licence: str = "") -> Listing:
    """The list of a file, or of a folder with OFAC's files. Raises NotFound, Unreadable, TooLarge."""
    try:
        if not path.is_dir():
            return read_list(_bounded(path), path.name.removesuffix(".gz"), day, licence)
        files = {
            each.name: _bounded(each) for each in sorted(path.iterdir()) if OFAC_FILE.fullmatch(each.name)
        }
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror}).") from error
    if not files:
        raise Unreadable(f"{path} holds none of OFAC's files (sanctioned_addresses_CURRENCY.txt).")
    return read_ofac(files, day)


def _bounded(path: Path) -> bytes:
    """What a file holds, unpacked where it is packed with gzip, and an octet more than may be."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as handle:
            return handle.read(BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"{path} does not unpack ({error}).") from error


def pack_listing(pack: Pack, data: bytes, name: str, day: date | None, licence: str) -> Listing:
    """What a pack says, as a list; transactions (`tx_hash`) are no addresses and are passed over."""
    title = f"{pack.title} ({Path(name).name})" if pack.title else name
    dated = last_change(pack) or day
    if pack.actors:
        return _listing(title, dated, data, licence, (), (), actors_of(pack))
    rows = ((line, entry) for line, entry in pack.resolved() if not (entry.get("tx_hash") and
                                                                      not entry.get("address")))  # fmt: skip
    tags, faults = rows_to_tags(rows, name, title, licence)
    return _listing(title, dated, data, licence, tags, faults)


def _listing(title: str, day: date | None, data: bytes, licence: str, tags: tuple[Tag, ...],
             faults: tuple[Fault, ...], actors: Any = (), kind: ListKind = "tags") -> Listing:  # fmt: skip
    version = ListVersion(title, kind, day, sha256(data).hexdigest(), licence, len(tags))
    return Listing(version, tags, tuple(actors), faults)


def _from_yaml(data: bytes, name: str, day: date | None, licence: str) -> Listing:
    return pack_listing(read_pack(data, name), data, name, day, licence)


def _from_json(data: bytes, name: str, day: date | None, licence: str) -> Listing:
    value = _json(data, name)
    if isinstance(value, dict) and isinstance(value.get("tags"), list):
        entries = tuple(each for each in value.pop("tags") if isinstance(each, dict))
        return _numbered(pack_listing(Pack(value, entries), data, name, day, licence), data)
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        rows: Iterable[tuple[int, Mapping[str, Any]]] = ((0, each) for each in value)
        return _numbered(_own(rows, data, name, day, licence), data)
    if isinstance(value, dict) and value and all(isinstance(each, dict) for each in value.values()):
        rows = ((0, each) for each in etherscan_rows(value))
        title, licence = "Etherscan labels", licence or "MIT (as collected); labels by Etherscan"
    elif isinstance(value, (list, dict)):
        rows = ((0, each) for each in _scamsniffer_rows(value))
        title, licence = f"ScamSniffer scam database ({name})", licence or "GPL-3.0"
    else:
        raise Unreadable(f"{name} is JSON of no form that is known here.")
    tags, faults = rows_to_tags(rows, name, title, licence)
    tags = tuple(replace(tag, lastmod=tag.lastmod or day) for tag in tags)
    return _numbered(_listing(title, day, data, licence, tags, faults), data)


def _scamsniffer_rows(value: list[Any] | dict[str, Any]) -> Iterator[dict[str, Any]]:
    """`address.json` lists addresses, `combined.json` addresses by the domain that used them."""
    if isinstance(value, list):
        by_domain: Iterable[tuple[str, Any]] = [("", value)]
    else:
        by_domain = value.items()
    for domain, addresses in by_domain:
        for address in addresses if isinstance(addresses, list) else ():
            yield {"address": address, "network": "eth", "abuse": "phishing",
                   "confidence": "trusted_provider",
                   "label": f"phishing on {domain}" if domain else "phishing",
                   "source": "scamsniffer/scam-database"}  # fmt: skip


def _own(rows: Iterable[tuple[int, Mapping[str, Any]]], data: bytes, name: str, day: date | None,
         licence: str) -> Listing:  # fmt: skip
    tags, faults = rows_to_tags(rows, name, name, licence)
    newest = max((tag.lastmod for tag in tags if tag.lastmod), default=None)
    return _listing(name, day or newest, data, licence, tags, faults)


def _csv_rows(data: bytes, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(_decoded(data, name), newline=""))
    fields = [field.strip().lower() for field in reader.fieldnames or ()]
    if "address" not in fields or "label" not in fields:
        raise Unreadable(f"{name}, line 1: a table of tags needs columns “address” and “label”.")
    reader.fieldnames = fields
    try:
        for row in reader:
            if row.get(None):
                raise Unreadable(f"{name}, line {reader.line_num}: there are more values than columns.")
            concepts = str(row.get("concepts") or "").replace(";", " ").split()
            yield reader.line_num, {**row, "concepts": concepts}
    except csv.Error as error:
        raise Unreadable(f"{name}, line {reader.line_num}: this is no table ({error}).") from error


def _lines(data: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Each line that is neither empty nor a comment (#), with its number."""
    for number, line in enumerate(_decoded(data, name).splitlines(), 1):
        word = line.strip()
        if word and not word.startswith("#"):
            yield number, word[:200]


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(f"{name}, line {line}: octet {error.start} is not UTF-8.") from error


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(_decoded(data, name))
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name}, line {error.lineno}: this is not JSON ({error.msg}).") from error
    except (RecursionError, ValueError) as error:
        raise Unreadable(
            f"{name}: this is no JSON to be read (nested too deep, a number too long)."
        ) from error


def _numbered(listing: Listing, data: bytes) -> Listing:
    """With lines for the faults of a JSON file, where the entry's first characters stand once."""

    def line(fault: Fault) -> int:
        quoted = re.match(r"“(.{1,10})", fault.reason)
        word = f'"{quoted[1]}'.encode() if quoted else b""
        return data[: data.find(word)].count(b"\n") + 1 if quoted and data.count(word) == 1 else fault.line

    return replace(listing, faults=tuple(replace(each, line=line(each)) for each in listing.faults))
