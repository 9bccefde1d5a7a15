"""How does a list of known pictures read: which hashes of which kind does it hold?

Read are plain lines ('d41d8…', also 'md5:d41d8…'), CSV with a header (columns named after the kinds, or
'signal_type' and 'signal' as ThreatExchange's tools write), and JSON: ThreatExchange's descriptors ('type':
'HASH_PDQ', 'indicator'), Hasher-Matcher-Actioner's signals, and Project VIC's and CAID's media ('MD5',
'SHA1', 'Hashes' with 'HashName' and 'HashValue'). PhotoDNA is licensed and is counted as not read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from quivive.errors import BadConfig

Kind = Literal["pdq", "md5", "sha1", "sha256"]
DIGITS: Mapping[str, int] = {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64}
MOST = 20_000_000
_HEX = re.compile(r"[0-9a-f]+")
_VALUE_KEYS = ("indicator", "hashvalue", "signal", "signal_value", "value", "hash")
_TYPE_KEYS = ("type", "hashname", "signal_type", "hash_type", "algorithm")


@dataclass(frozen=True)
class HashList:
    """Hashes in small letters by kind, in the order of the list; entries of no such kind are counted."""

    name: str
    values: Mapping[str, tuple[str, ...]]
    not_read: int = 0
    exact: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sets = {kind: frozenset(self.values.get(kind, ())) for kind in ("md5", "sha1", "sha256")}
        object.__setattr__(self, "exact", sets)

    @property
    def count(self) -> int:
        """Hashes of all kinds; 64 digits of which the list does not say what they are count once."""
        shared = set(self.values.get("pdq", ())) & self.exact["sha256"]
        return sum(len(values) for values in self.values.values()) - len(shared)


def read_list(data: bytes, name: str) -> HashList:
    """The hashes of a list. Raises BadConfig where it holds none that can be read."""
    text = data.decode("utf-8-sig", "replace")
    try:
        found = _json(json.loads(text)) if text.lstrip()[:1] in ("{", "[") else _lines(text)
        values: dict[str, dict[str, None]] = {}
        others = 0
        for number, (kind, value) in enumerate(found):
            if number >= MOST:
                raise BadConfig(f"{name} has more than {MOST} entries: split it.")
            kinds = _kinds(kind, value)
            others += not kinds
            for each in kinds:
                values.setdefault(each, {})[value.lower()] = None
    except (ValueError, RecursionError, csv.Error) as error:
        raise BadConfig(f"{name} does not read as a list of hashes: {error}.") from error
    if not values:
        raise BadConfig(f"{name} holds no PDQ, MD5, SHA-1 or SHA-256 hash.")
    return HashList(name, {kind: tuple(each) for kind, each in values.items()}, others)


def _kinds(said: str, value: str) -> tuple[str, ...]:
    """The kinds that a value counts as: the one that is said, else those of so many digits."""
    if not _HEX.fullmatch(value.lower()):
        return ()
    said = re.sub(r"[^a-z0-9]", "", said.lower()).removeprefix("hash").removeprefix("rawhash")
    if said in DIGITS:
        return (said,) if len(value) == DIGITS[said] else ()
    return () if said else tuple(kind for kind, digits in DIGITS.items() if digits == len(value))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """(kind or '', value) of plain lines or CSV."""
    first = text.partition("\n")[0].lower()
    columns = [each.strip().strip('"') for each in re.split("[,;\t]", first)]
    if {*columns} & {*DIGITS, *_VALUE_KEYS} and not _HEX.fullmatch(columns[0]):
        separator = max(",;\t", key=first.count)
        for row in csv.DictReader(io.StringIO(text), delimiter=separator):
            yield from _entry({key.strip().lower(): value for key, value in row.items()
                               if key and isinstance(value, str)})  # fmt: skip
        return
    for line in text.splitlines():
        word = re.split(r"[\s,;#]", line.strip(), maxsplit=1)[0]
        kind, colon, value = word.rpartition(":")
        if word:
            yield (kind, value) if colon else ("", word)


def _entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(kind, value) pairs of one row or object, whose keys are in small letters."""
    for kind in (*DIGITS, "photodna"):
        value = entry.get(kind)
        if isinstance(value, str) and value.strip():
            yield kind, value.strip()
    value = next((entry[key] for key in _VALUE_KEYS if isinstance(entry.get(key), str)), "")
    if value.strip():
        said = next((entry[key] for key in _TYPE_KEYS if isinstance(entry.get(key), str)), "")
        yield said.strip(), value.strip()


def _json(content: Any) -> Iterator[tuple[str, str]]:
    """(kind, value) pairs of all objects; strings in a list count by their digits."""
    left = [content]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield from _entry({str(key).lower(): value for key, value in each.items()})
            left += [value for value in each.values() if isinstance(value, dict | list)]
        elif isinstance(each, list):
            left += [value for value in each if isinstance(value, dict | list)]
            yield from (
                ("", value.strip()) for value in each if isinstance(value, str) and _HEX.fullmatch(value)
            )


def counts(found: HashList) -> str:
    """'3 pdq, 12 md5': what the list holds, in words."""
    by_kind = Counter({kind: len(values) for kind, values in found.values.items()})
    return ", ".join(f"{number} {kind}" for kind, number in sorted(by_kind.items()))
