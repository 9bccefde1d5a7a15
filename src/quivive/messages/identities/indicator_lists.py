"""How does a list of known-bad values read: STIX 2, MISP, CSV or plain lines, also packed?"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from quivive import observables
from quivive.errors import BadConfig
from quivive.messages.identities.indicators import TYPES, keys_of
from quivive.observables import refang

MOST = 5_000_000
"""Values of one list that are read."""
LONGEST = 512 * 2**20
"""Bytes of a list, unpacked."""
_PATTERN = re.compile(
    r"(?:domain-name|url|email-addr|ipv4-addr|ipv6-addr|phone-number|cryptocurrency-wallet|iban|user-account)"
    r"(?::|\.)[\w'.\[\]-]*(?:value|address|number|account_login)?'?\s*=\s*'((?:[^'\\]|\\.){1,2048})'"
)
_DATE = re.compile(r"(?i)(?:date|updated?|version|generated|modified)\D{0,20}(\d{4}-\d{2}-\d{2})")
_COLUMNS = tuple(str.split("value indicator ioc url domain host address email wallet phone number iban"))


@dataclass(frozen=True)
class IndicatorList:
    """Values known as bad, as keys of `keys_of`, and where they come from."""

    name: str
    date: str
    sha256: str
    values: frozenset[str]

    def learned(self) -> dict[str, str]:
        """Value → where it was learned, for `House.bad_values`."""
        where = f"{self.name} ({self.date})" if self.date else self.name
        return dict.fromkeys(self.values, where)


def read_list(data: bytes, name: str, date: str = "") -> IndicatorList:
    """Read a list of known-bad values in any of the forms above; `date` stands in where the file has none.

    Raises BadConfig naming the file when it is damaged, too large or holds no value.
    """
    digest = sha256(data).hexdigest()
    values: set[str] = set()
    dates: list[str] = []
    try:
        for member, raw in _unpacked(data, name):
            found, dated = _read(raw, member)
            values.update(key for value in found if (key := listed_key(value)))
            dates += [dated] if dated else []
            if len(values) > MOST:
                raise BadConfig(f"{name} holds more than {MOST} values.")
    except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, RecursionError) as error:
        raise BadConfig(f"{name} does not read as a list of indicators: {error}.") from error
    if not values:
        raise BadConfig(f"{name} holds no indicator that can be matched.")
    return IndicatorList(name, max(dates, default=date), digest, frozenset(values))


_SUFFIXES = frozenset({"txt", "csv", "json", "stix2", "stix", "list", "lst"})


def _unpacked(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the lists in a file: one, or those in a tar archive. Bounded by LONGEST."""
    if data[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            data = packed.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise BadConfig(f"{name} is larger than {LONGEST // 2**20} MiB when unpacked.")
    if data[257:262] != b"ustar":
        yield name, data
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            suffix = member.name.rpartition(".")[2].lower()
            file = archive.extractfile(member) if member.isfile() and suffix in _SUFFIXES else None
            if file:
                yield member.name, file.read(LONGEST)


def _read(raw: bytes, name: str) -> tuple[Iterator[str], str]:
    """The values of one list and its date."""
    text = raw.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in "{[" and text.strip():
        content = json.loads(text)
        return iter(tuple(_json_values(content))), _json_date(content)
    dated = _DATE.search(text[:2000])
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    if any(mark in first for mark in (",", ";", "\t")):
        return _csv_values(text), dated[1] if dated else ""
    return _line_values(text), dated[1] if dated else ""


def _json_values(content: Any) -> Iterator[str]:
    """STIX 2 indicators ('[domain-name:value = 'x']'), observed objects, MISP lists and attributes."""
    if isinstance(content, list):
        for entry in content:
            yield from [entry] if isinstance(entry, str) else _json_values(entry)
    elif isinstance(content, dict):
        if content.get("type") == "indicator":
            yield from (re.sub(r"\\(.)", r"\1", m) for m in _PATTERN.findall(str(content.get("pattern", ""))))
        elif content.get("type") in TYPES and isinstance(content.get("value"), str):
            yield content["value"]
        for key in ("objects", "list", "Attribute", "Event", "response", "values"):
            yield from _json_values(content.get(key, []))


def _json_date(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    version = re.fullmatch(r"(20\d{2})(\d{2})(\d{2})\d*", str(content.get("version", "")))
    if version:
        return "-".join(version.groups())
    objects = content.get("objects")
    stamps = (
        [str(o.get("modified") or o.get("created") or "") for o in objects if isinstance(o, dict)]
        if isinstance(objects, list)
        else [str(content.get("modified") or content.get("date") or "")]
    )
    return max((stamp[:10] for stamp in stamps if re.match(r"\d{4}-\d{2}-\d{2}", stamp)), default="")


def _csv_values(text: str) -> Iterator[str]:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    sample = text[:4000]
    delimiter = max(",;\t", key=sample.count)
    rows = csv.reader(lines, delimiter=delimiter)
    header = [cell.strip().strip('"').lower() for cell in next(rows, [])]
    column = next((header.index(name) for name in _COLUMNS if name in header), None)
    if column is None:
        yield from header[:1]
        column = 0
    for row in rows:
        if len(row) > column:
            yield row[column]


def _line_values(text: str) -> Iterator[str]:
    for line in text.splitlines():
        value = line.partition("#")[0].strip() if line.startswith("#") or " #" in line else line.strip()
        if value:
            # hosts files: '0.0.0.0 bad.example'
            yield value.split()[-1] if re.match(r"(?:0\.0\.0\.0|127\.0\.0\.1)\s", value) else value


def listed_key(value: str) -> str:
    """How a listed value is kept; '' for what no observable can equal."""
    value = refang(value.strip().strip('"').removeprefix("*.").removeprefix("||").removesuffix("^"))
    if (
        not 3 <= len(value) <= 2048
        or not value.isprintable()
        or (re.search(r"\s", value) and not re.match(r"\+|[A-Z]{2}\d\d", value))
    ):
        return ""
    found = observables.parse_value(value) if not value.isalnum() or value[:1] in "+13bL0" else None
    if found:
        return next(keys_of(found.type, found.value))
    return value.lower().rstrip("/")


def merge(lists: Iterable[IndicatorList]) -> dict[str, str]:
    """Value → where it was learned, over several lists; the first list that names a value is cited."""
    merged: dict[str, str] = {}
    for entry in lists:
        for value, where in entry.learned().items():
            merged.setdefault(value, where)
    return merged
