"""What does a YAML file of strangers hold, and on which line? Bounded, and fast enough for large packs.

Built on libyaml's events: its own way from events to objects is slow, follows references that blow up
('billion laughs') and falls over deep nesting. Here depth, nodes and size have limits, references to anything
but plain values are refused, and every mapping in a list remembers its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from quivive.errors import TooLarge, Unreadable

BYTES = 64 * 2**20
DEPTH = 24
NODES = 4_000_000


@dataclass
class _Reader:
    name: str
    nodes: int = 0
    lines: dict[int, int] = field(default_factory=dict)
    anchors: dict[str, Any] = field(default_factory=dict)
    """Anchors of plain values; None stands for a list or mapping."""


@dataclass(frozen=True)
class Document:
    """The one document of a file; `line` is that of a mapping of it, by identity."""

    value: Any
    lines: Mapping[int, int] = field(repr=False)

    def line(self, mapping: Mapping[str, Any]) -> int:
        """The line, from 1, on which the mapping began; 0 for one that did not come from the file."""
        return self.lines.get(id(mapping), 0)


def read_yaml(data: bytes, name: str) -> Document:
    """The file's only document.

    Raises TooLarge beyond a limit, Unreadable with name and line for what is not YAML or has a key twice.
    """
    if len(data) > BYTES:
        raise TooLarge(f"{name} is larger than {BYTES // 2**20} MiB.")
    reader = _Reader(name)
    try:
        # Strings only: the tags by which YAML makes objects are not heeded.
        events = yaml.parse(data, Loader=yaml.CSafeLoader)
        value = _document(reader, events)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Unreadable(f"{name}, line {line}: this is not YAML ({error.problem}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Unreadable(f"{name}: this is not YAML ({str(error).splitlines()[0]}).") from error
    return Document(value, reader.lines)


def _document(reader: _Reader, events: Iterator[yaml.Event]) -> Any:
    value: Any = None
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _wrong(reader, event, "a second document begins; one a file is read")
            value = _node(reader, next(events), events, 0)
    return value


def _node(reader: _Reader, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
    reader.nodes += 1
    if reader.nodes > NODES or depth > DEPTH:
        what = f"more than {NODES} values" if reader.nodes > NODES else f"deeper than {DEPTH} levels"
        raise TooLarge(f"{reader.name}, line {_line(event)}: {what}.")
    if isinstance(event, yaml.ScalarEvent):
        value = _scalar(event)
        if event.anchor:
            reader.anchors[event.anchor] = (value,)
        return value
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in reader.anchors:
            raise _wrong(reader, event, "a reference (*) to a list, a mapping or to nothing is not followed")
        return reader.anchors[event.anchor][0]
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(reader, events, depth)
    return _mapping(reader, event, events, depth)


def _sequence(reader: _Reader, events: Iterator[yaml.Event], depth: int) -> list[Any]:
    found: list[Any] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        found.append(_node(reader, event, events, depth + 1))
    return found


def _mapping(reader: _Reader, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise _wrong(reader, event, "a name of a field is expected")
        key = event.value
        if key in found:
            raise _wrong(reader, event, f"the field “{key[:60]}” stands here twice")
        found[key] = _node(reader, next(events), events, depth + 1)
    reader.lines[id(found)] = _line(start)
    return found


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Text, or what YAML 1.1 makes of a plain word: a number, a date, true, nothing.

    A plain 0x… of 40 digits is an address, whatever YAML would make of it.
    """
    text = event.value
    if not event.implicit[0] or (text[:2] == "0x" and len(text) > 20):
        return text
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], ())
    tag = next((tag for tag, pattern in resolvers if pattern.match(text)), None)
    if tag is None or not tag.endswith(("bool", "int", "float", "null", "timestamp")):
        return text
    construct = yaml.SafeLoader.yaml_constructors[tag]
    try:
        return construct(yaml.SafeLoader(""), yaml.ScalarNode(tag, text))
    except ValueError:  # 2022-13-45 looks like a date
        return text


def _wrong(reader: _Reader, event: yaml.Event, what: str) -> Unreadable:
    return Unreadable(f"{reader.name}, line {_line(event)}: {what}.")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
