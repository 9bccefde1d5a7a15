"""Does a pack's file say what a pack must say? Errors name file and key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from string import Formatter
from typing import Any

from quivive.calls.countries.pack import EXAMPLES, KINDS, Origin, Pack, Rule
from quivive.calls.countries.patterns import compile_pattern
from quivive.errors import BadConfig

NEVER = ".do-not-originate.txt"
"""Ending of the list, beside a pack, of numbers that never call: 'us.do-not-originate.txt'."""
TRUNKS = ("national", "international")
FIELDS = frozenset({"number", "callee", "country"})
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


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
        never_calling=numbers(name, never_calling),
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


def numbers(name: str, text: str) -> frozenset[str]:
    """The numbers of a do-not-originate list: '+' and separators are dropped, '#' begins a remark."""
    found = set()
    for line_number, line in enumerate(text.splitlines(), 1):
        entry = re.sub(r"[+ ()/-]", "", line.partition("#")[0]).strip()
        if entry and not re.fullmatch(r"[0-9]{2,15}\.?", entry, re.ASCII):
            beside = name.replace(".yaml", NEVER)
            raise BadConfig(f"{beside}: line {line_number} is no number: {line.strip()[:40]!r}.")
        if entry:
            found.add(entry)
    return frozenset(found)
