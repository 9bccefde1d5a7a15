"""What does an input document (YAML or JSON) hold? Every value stays the text that was written.

YAML would turn the country NO into false, a case number 0412 into 266 and a date into an object. Here nothing
is guessed: leaves are text, an empty one is None. Repeated keys, aliases, deep nesting and characters that
cannot be seen (control, direction marks) are refused.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from quivive.errors import CouldNotLook, NotFound, UsageError
from quivive.intake import read_file
from quivive.model import Limits
from quivive.money.requests.problems import Problem, pointer

if TYPE_CHECKING:
    import yaml

Document: TypeAlias = "dict[str, Document] | list[Document] | str | None"

DEEPEST = 40
MOST_BYTES = 64 * 2**20
MOST_YAML = 2 * 2**20
"""Bytes; YAML is read slowly, and nobody types more than that."""
_EMPTY = ("", "~", "null", "Null", "NULL")
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def read(path: Path) -> Document:
    """The document in a file. Raises NotFound where there is none, UsageError where it does not read."""
    return parse(read_bytes(path), path.name)


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file that the user named."""
    try:
        return read_file(path, Limits(item_bytes=most))
    except CouldNotLook as error:
        raise NotFound(f"{path} cannot be read. {error}") from error


def parse(data: bytes, name: str) -> Document:
    """JSON where it begins like JSON, else YAML. Raises UsageError naming file and place."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8 text: byte {error.start} does not read.") from error
    return _json(text, name) if text.lstrip()[:1] in ("{", "[") else _yaml(text, name)


def unseen(document: Document, at: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Texts and keys with characters that no form can carry or that would deceive a reader."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _unseen(key, at)
            yield from unseen(value, (*at, key))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from unseen(value, (*at, number))
    elif document is not None:
        yield from _unseen(document, at)


def _unseen(text: str, at: tuple[str | int, ...]) -> Iterator[Problem]:
    if text.isascii() and text.isprintable():
        return
    for char in text:
        if char in _TURNS or (unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") and char not in "\n\t"):
            yield Problem(
                pointer(*at), f"holds a character that cannot be seen (U+{ord(char):04X}): take it out."
            )
            return


def _json(text: str, name: str) -> Document:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in found]
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key '{twice}' stands there twice")
        return dict(found)

    def refuse(_: str) -> None:
        raise ValueError("NaN and Infinity are no numbers of JSON")

    try:
        found = json.loads(
            text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=refuse
        )
        return _texts(found, 0)
    except RecursionError as error:
        raise UsageError(f"{name} is nested too deeply.") from error
    except ValueError as error:
        raise UsageError(f"{name} does not read as JSON: {error}.") from error


def _texts(value: Any, depth: int) -> Document:
    """JSON's true and false as text, so that both syntaxes give the same."""
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    if isinstance(value, dict):
        return {key: _texts(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each, depth + 1) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


def _yaml(text: str, name: str) -> Document:
    import yaml

    if len(text) > MOST_YAML:
        raise UsageError(f"{name} is too long for YAML ({len(text)} characters); write it as JSON.")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _bounded(yaml.parse(text, Loader=loader))
        node = yaml.compose(text, Loader=loader)
        return None if node is None else _plain(node)
    except yaml.YAMLError as error:
        raise UsageError(f"{name} does not read as YAML: {' '.join(str(error).split())}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} does not read: {error}.") from error


def _bounded(events: Iterator[yaml.Event]) -> None:
    """No aliases (a few lines of them can name gigabytes), no depth that the next step could not bear."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"aliases (*{event.anchor}) are not read here")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")


def _plain(node: yaml.Node) -> Document:
    import yaml

    if isinstance(node, yaml.MappingNode):
        found: dict[str, Document] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in found:
                raise ValueError(f"line {key.start_mark.line + 1}: a key stands there twice, or is no text")
            found[key.value] = _plain(value)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    quoted = getattr(node, "style", None) in ("'", '"', "|", ">")
    return None if node.value == "" or (not quoted and node.value in _EMPTY) else str(node.value)
