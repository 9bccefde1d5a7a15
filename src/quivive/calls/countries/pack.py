"""What do the packs of country rules say?

A pack is one YAML file, named for its country (`de.yaml`):

    country: DE                 ISO 3166-1 alpha-2
    name: Germany
    calling_code: 49
    date: 2026-11-22            when the pack was last gone through
    neighbour: 6                national digits that neighbours share (all but the last 4 if absent)
    rules:
      - id: de-from-abroad      letters, digits, hyphens; begins with the file's name; the code is caller/<id>
        kind: fail              fail, review or informational
        sentence: "…"           what a victim is told; {number}, {callee} and {country} are filled in
        sources:                who says so; checked: whether the text was at hand when this was written
          - {document: "TKG", section: "§ 120 (4)", date: 2021-12-01, url: "…", checked: true}
        caller: ["+49."]        patterns of calling numbers (see patterns.py)
        unless: ["+49 15."]     patterns that are spared
        wherever: true          holds wherever the call arrives; else only in the country
        trunk: [international]  the ways in on which it holds: national, international
        authenticated: false    holds if no network vouches for the number
        roaming: false          holds if the caller is known not to roam; 'unproven': unless known to roam
        since: 2022-12-01       in force from this day
        covers: [unassigned]    general rules that say less than this one and are then left out
        examples:               its tests: positives, near_misses, open (something unknown would decide)
          positives: [{caller: "+49…", callee: "+49…", trunk: international}]

Numbers that never call stand beside the pack, one a line, in `de.do-not-originate.txt`; a line that ends
with a dot stands for all that begin so. None ships: such lists are for networks, not for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter
from typing import Any

from quivive.calls.countries.patterns import compile_pattern
from quivive.errors import BadConfig
from quivive.model import Kind

KINDS = ("fail", "review", "informational")
TRUNKS = ("national", "international")
FIELDS = frozenset({"number", "callee", "country"})
EXAMPLES = ("positives", "near_misses", "open")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


NEVER = ".do-not-originate.txt"
"""Ending of the list, beside a pack, of numbers that never call: 'us.do-not-originate.txt'."""


@dataclass(frozen=True)
class Origin:
    """Who says so: a statute or a regulator's document."""

    document: str
    section: str
    date: date
    checked: bool
    url: str = ""

    def __str__(self) -> str:
        return f"{self.document}, {self.section}" if self.section else self.document


@dataclass(frozen=True)
class Rule:
    """One rule of a country; `examples` are its tests, by the names in EXAMPLES."""

    id: str
    kind: Kind
    sentence: str
    origins: tuple[Origin, ...]
    caller: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    wherever: bool
    trunk: tuple[str, ...]
    authenticated: bool | None
    roaming: bool | str | None
    since: date | None
    covers: tuple[str, ...]
    examples: Mapping[str, tuple[Mapping[str, Any], ...]]

    def matches(self, written: str) -> bool:
        """Whether the rule speaks of a calling number: '+' and digits in full, bare digits if short."""
        if any(pattern.fullmatch(written) for pattern in self.unless):
            return False
        return any(pattern.fullmatch(written) for pattern in self.caller)

    @property
    def source(self) -> str:
        """The first origin in words, as the report quotes it."""
        return str(self.origins[0])


@dataclass(frozen=True)
class Pack:
    """The rules of one country, and the numbers that never call."""

    country: str
    name: str
    calling_code: int
    date: date
    neighbour: int | None
    rules: tuple[Rule, ...]
    never_calling: frozenset[str]
    """Digits, with a dot at the end where all that begin so are meant."""
    sha256: str

    def never_calls(self, digits: str) -> bool:
        """Whether a number is on the country's do-not-originate list."""
        starts = (f"{digits[:end]}." for end in range(1, len(digits)))
        return digits in self.never_calling or any(start in self.never_calling for start in starts)


@cache
def shipped() -> tuple[Pack, ...]:
    """The packs that ship with Quivive, in the order of their countries."""
    return read(files("quivive.calls.countries") / "packs")


def load(folder: Path | None = None) -> tuple[Pack, ...]:
    """The shipped packs, with those of a folder of the user's in place of them or beside them.

    Raises BadConfig naming file and key.
    """
    return beside_shipped(read(folder)) if folder else shipped()


def beside_shipped(own: tuple[Pack, ...]) -> tuple[Pack, ...]:
    """The shipped packs, with the user's in place of them or beside them. Raises BadConfig."""
    replaced = {pack.country for pack in own}
    packs = tuple(pack for pack in shipped() if pack.country not in replaced) + own
    _refuse_twice(packs)
    return packs


def from_texts(texts: Mapping[str, str]) -> tuple[Pack, ...]:
    """The packs among a folder's files, by name and content. Raises BadConfig naming file and key."""
    names = sorted(name for name in texts if name.endswith(".yaml"))
    lists = {name: texts.get(f"{name.removesuffix('.yaml')}{NEVER}", "") for name in names}
    packs = tuple(read_pack(name, texts[name], lists[name]) for name in names)
    alone = [n for n in texts if n.endswith(NEVER) and f"{n.removesuffix(NEVER)}.yaml" not in texts]
    packs += tuple(_with_list(name, texts[name]) for name in sorted(alone))
    _refuse_twice(packs)
    return packs


def _with_list(name: str, text: str) -> Pack:
    """The shipped pack of the country that a list without a pack of its own is named for."""
    country = name.removesuffix(NEVER).upper()
    for pack in shipped():
        if pack.country == country:
            return replace(pack, never_calling=pack.never_calling | _numbers(name, text))
    raise BadConfig(f"{name}: no pack {country.lower()}.yaml lies beside it, and none ships.")


def read(folder: Path | Traversable) -> tuple[Pack, ...]:
    """The packs of a folder. Raises BadConfig naming file and key."""
    try:
        texts = {f.name: f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith((".yaml", NEVER))}
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"The country packs in {folder} do not read: {error}.") from error
    return from_texts(texts)


def _refuse_twice(packs: Sequence[Pack]) -> None:
    seen: dict[str, str] = {}
    for pack in packs:
        for name in (pack.country, *(rule.id for rule in pack.rules)):
            if name in seen:
                raise BadConfig(f"Country packs {seen[name]} and {pack.name} both define '{name}'.")
            seen[name] = pack.name


# --- one file ---


def read_pack(name: str, text: str, never_calling: str = "") -> Pack:
    """A pack from its file's name and text. Raises BadConfig naming file and key."""
    top = _Table(name, "", _yaml(name, text))
    top.only("country", "name", "calling_code", "date", "neighbour", "rules")
    country = top.take("country", str)
    if f"{country.lower()}.yaml" != name:
        top.fail("country", f"is {country!r}, so the file must be named {country.lower()}.yaml")
    rules = tuple(
        _rule(_Table(name, f"rules[{number}].", rule), country)
        for number, rule in enumerate(top.take("rules", list))
    )
    return Pack(
        country=country,
        name=top.take("name", str),
        calling_code=top.take("calling_code", int),
        date=top.take("date", date),
        neighbour=top.take("neighbour", int, None),
        rules=rules,
        never_calling=_numbers(name, never_calling),
        sha256=sha256((text + never_calling).encode()).hexdigest(),
    )


def _yaml(name: str, text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadConfig(f"{name} is not YAML: {error}.") from error


class _Table:
    """A mapping of a pack that knows where it stands, so that what is wrong can be named."""

    def __init__(self, file: str, place: str, value: Any) -> None:
        self.file, self.place = file, place
        if not isinstance(value, dict):
            raise BadConfig(f"{file}: {place.rstrip('.') or 'the file'} must be a mapping.")
        self.value: dict[Any, Any] = value

    def fail(self, key: str, problem: str) -> None:
        raise BadConfig(f"{self.file}: {self.place}{key} {problem}.")

    def only(self, *known: str) -> None:
        for key in self.value:
            if key not in known:
                self.fail(str(key), f"is unknown; known are {', '.join(known)}")

    def take(self, key: str, kind: type, *default: Any) -> Any:
        if key not in self.value:
            if not default:
                self.fail(key, "is missing")
            return default[0]
        value = self.value[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fail(key, f"must be {kind.__name__}, not {str(value)[:60]!r}")
        return value

    def one_of(self, key: str, choices: Sequence[Any], *default: Any) -> Any:
        value = self.take(key, object, *default)
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            self.fail(key, f"must be one of {', '.join(map(str, choices))}")
        return value

    def each(self, key: str, convert: Callable[[Any], Any], *default: Any) -> tuple[Any, ...]:
        found = []
        for number, entry in enumerate(self.take(key, list, *default)):
            try:
                found.append(convert(entry))
            except (TypeError, ValueError, AttributeError) as error:
                self.fail(f"{key}[{number}]", f"does not read: {error}")
        return tuple(found)


def _rule(table: _Table, country: str) -> Rule:
    table.only("id", "kind", "sentence", "sources", "caller", "unless", "wherever", "trunk", "authenticated",
               "roaming", "since", "covers", "examples")  # fmt: skip
    identity, sentence = table.take("id", str), table.take("sentence", str)
    if not (_ID.fullmatch(identity) and identity.startswith(f"{country.lower()}-")):
        table.fail("id", f"must be {country.lower()}- and words of lower-case letters with hyphens")
    _check_sentence(table, sentence)
    origins = tuple(
        _origin(_Table(table.file, f"{table.place}sources[{number}].", source))
        for number, source in enumerate(table.take("sources", list))
    )
    if not origins:
        table.fail("sources", "must name who says so")
    return Rule(
        id=identity,
        kind=table.one_of("kind", KINDS),
        sentence=sentence,
        origins=origins,
        caller=table.each("caller", compile_pattern),
        unless=table.each("unless", compile_pattern, []),
        wherever=table.take("wherever", bool, False),
        trunk=table.each("trunk", _trunk, []),
        authenticated=table.one_of("authenticated", (False, None), None),
        roaming=table.one_of("roaming", (False, "unproven", None), None),
        since=table.take("since", date, None),
        covers=table.each("covers", _text, []),
        examples=_examples(_Table(table.file, f"{table.place}examples.", table.take("examples", dict))),
    )


def _check_sentence(table: _Table, sentence: str) -> None:
    try:
        fields = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError as error:
        table.fail("sentence", f"does not read: {error}")
    if not fields <= FIELDS:
        table.fail("sentence", f"may use only {', '.join(f'{{{field}}}' for field in sorted(FIELDS))}")


def _origin(table: _Table) -> Origin:
    table.only("document", "section", "date", "checked", "url")
    return Origin(
        document=table.take("document", str),
        section=table.take("section", str, ""),
        date=table.take("date", date),
        checked=table.take("checked", bool),
        url=table.take("url", str, ""),
    )


def _examples(table: _Table) -> dict[str, tuple[Mapping[str, Any], ...]]:
    table.only(*EXAMPLES)
    examples = {}
    for part in EXAMPLES:
        rows = table.take(part, list, [])
        for number, row in enumerate(rows):
            place = f"{table.place}{part}[{number}]."
            _Table(table.file, place, row).only(
                "caller", "callee", "trunk", "authenticated", "roaming", "country", "at"
            )
        examples[part] = tuple(rows)
    for part in ("positives", "near_misses"):
        if not examples[part]:
            table.fail(part, "must hold an example")
    return examples


def _trunk(value: Any) -> str:
    if value not in TRUNKS:
        raise ValueError(f"{value!r} is neither national nor international")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _numbers(name: str, text: str) -> frozenset[str]:
    """The numbers of a do-not-originate list: '+' and separators are dropped, '#' begins a remark."""
    found = set()
    for line_number, line in enumerate(text.splitlines(), 1):
        entry = re.sub(r"[+ ()/-]", "", line.partition("#")[0]).strip()
        if entry and not re.fullmatch(r"[0-9]{2,15}\.?", entry, re.ASCII):
            beside = name.replace(".yaml", ".do-not-originate.txt")
            raise BadConfig(f"{beside}: line {line_number} is no number: {line.strip()[:40]!r}.")
        if entry:
            found.add(entry)
    return frozenset(found)
