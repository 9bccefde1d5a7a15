"""Which elements does a goAML report have, in which order? The table is structure.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_LINE = re.compile(
    r"(?P<mark>=?)(?P<element>[~\w@]+)(?P<needed>!?)(?P<many>\*?)(?:\[(?P<inner>\w+)\])?"
    r" (?P<kind>\w+)(?: (?P<most>\d+))?(?: as (?P<name>\w+))?"
)


@dataclass(frozen=True)
class Field:
    """One element: `name` in the input, `kind` of its value; `inner` names what a list holds.

    `element` None is asked for in the input only. In `element`, ~ is from_ or to_, @ is _my_client.
    """

    name: str
    element: str | None
    kind: str
    needed: bool
    many: bool
    inner: str | None
    most: int | None

    def tag(self, prefix: str, client: bool) -> str:
        """The element's name on one side of a transaction, or for a client."""
        return (self.element or "").replace("~", prefix).replace("@", "_my_client" if client else "")


@lru_cache(maxsize=1)
def structure() -> Mapping[str, tuple[Field, ...]]:
    """Part of a report → its fields in order."""
    import yaml

    text = (
        files("quivive.money.requests.suspicious_transaction").joinpath("structure.yaml").read_text("utf-8")
    )
    table: dict[str, list[str]] = yaml.safe_load(text)
    return {
        part: tuple(each for line in lines for each in _fields(line, table)) for part, lines in table.items()
    }


def _fields(line: str, table: Mapping[str, list[str]]) -> list[Field]:
    if line.startswith("+"):
        return [each for other in table[line[1:]] for each in _fields(other, table)]
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"structure.yaml: '{line}' does not read")
    name = found["name"] or found["element"].strip("~@")
    return [
        Field(
            name,
            None if found["mark"] else found["element"],
            found["kind"],
            bool(found["needed"]),
            bool(found["many"]),
            found["inner"],
            int(found["most"]) if found["most"] else None,
        )
    ]
