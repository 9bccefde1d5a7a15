"""How does a message in simple words become the standard's structure? The table is simple.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from quivive.money.requests.problems import Problem, pointer
from quivive.money.requests.reading import Document

At = tuple[str | int, ...]
_VASPS = {"originating_vasp": "originatingVASP", "beneficiary_vasp": "beneficiaryVASP"}
_PARTIES = {"originator": "originatorPersons", "beneficiary": "beneficiaryPersons"}
_TOP = (*_PARTIES, *_VASPS, "intermediaries", "transliteration")


def is_simple(document: Document) -> bool:
    """Whether a document is written in simple words."""
    if not isinstance(document, dict):
        return False
    parties = [party for name in _PARTIES if isinstance(party := document.get(name), dict)]
    return any(name in document for name in _VASPS) or any({"persons", "accounts"} & set(p) for p in parties)


def standard(document: Document, problems: list[Problem]) -> tuple[Document, Mapping[str, str]]:
    """The standard's structure, and for each place in it the place in the document."""
    assert isinstance(document, dict)
    writer = _Writer(problems)
    writer.strangers(document, _TOP, ())
    found: dict[str, Any] = {}
    for name, persons in _PARTIES.items():
        if (party := document.get(name)) is not None:
            found[name] = writer.party(party, (name,), persons)
    for name, vasp in _VASPS.items():
        writer.places[pointer(vasp)] = pointer(name)
        if (given := document.get(name)) is not None:
            found[vasp] = {vasp: writer.person(given, (name,), (vasp, vasp))}
    if path := document.get("intermediaries"):
        rows = path if isinstance(path, list) else [path]
        found["transferPath"] = {
            "transferPath": [writer.intermediary(row, number) for number, row in enumerate(rows)]
        }
    if scripts := document.get("transliteration"):
        found["payloadMetadata"] = {"transliterationMethod": scripts}
    return found, writer.places


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    import yaml

    text = files("quivive.money.requests.travel_rule").joinpath("simple.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


class _Writer:
    """Moves fields to their places; `places` leads back, for missing fields as well."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems, self.places = problems, dict[str, str]()

    def party(self, given: Document, at: At, persons: str) -> Document:
        """An originator or beneficiary."""
        self.places |= {
            pointer(*at): pointer(*at),
            pointer(*at, persons): pointer(*at, "persons"),
            pointer(*at, "accountNumber"): pointer(*at, "accounts"),
        }
        if not isinstance(given, dict):
            return given
        self.strangers(given, ("persons", "accounts"), at)
        rows = given.get("persons")
        listed = rows if isinstance(rows, list) else [] if rows is None else [rows]
        found: dict[str, Any] = {
            persons: [
                self.person(row, (*at, "persons", number), (*at, persons, number))
                for number, row in enumerate(listed)
            ]
        }
        if given.get("accounts") is not None:
            found["accountNumber"] = given["accounts"]
        return found

    def intermediary(self, given: Document, number: int) -> Document:
        """A provider that passes the transfer on."""
        to = ("transferPath", "transferPath", number)
        person = self.person(given, ("intermediaries", number), (*to, "intermediaryVASP"))
        return {"intermediaryVASP": person, "sequence": str(number)}

    def person(self, given: Document, at: At, to: At) -> Document:
        """A company where one is named, else a natural person."""
        self.places[pointer(*to)] = pointer(*at)
        if not isinstance(given, dict):
            return given
        legal = "company" in given or ("family_name" not in given and "registered_in" in given)
        kind, holder = ("company", "legalPerson") if legal else ("person", "naturalPerson")
        found = self._moved(kind, given, at, (*to, holder))
        name = "legalPersonNameIdentifierType" if legal else "nameIdentifierType"
        for names in found.get("name", {}).values():
            for number, each in enumerate(names):
                each[name] = "TRAD" if legal and number else "LEGL"
        return {holder: found}

    def strangers(self, given: Mapping[str, Document], known: Any, at: At) -> None:
        """Note fields that there are not."""
        for name in given.keys() - set(known):
            near = get_close_matches(name, list(known), 1)
            hint = f": did you mean {near[0]!r}?" if near else "."
            self.problems.append(Problem(pointer(*at, name), f"is no field here{hint}"))

    def _moved(self, kind: str, given: Mapping[str, Document], at: At, to: At) -> dict[str, Any]:
        table: Mapping[str, str] = _table()[kind]
        self.strangers(given, table, at)
        self.places[pointer(*to)] = pointer(*at)
        found: dict[str, Any] = {}
        for name, place in table.items():
            path = [int(step) if step.isdigit() else step for step in place.split("/")]
            self.places[pointer(*to, *path)] = pointer(*at, name)
            if (value := given.get(name)) is not None:
                _put(found, path, self._value(kind, name, value, (*at, name), (*to, *path)))
        if kind == "address":
            natural = "naturalPerson" in to
            found.setdefault("addressType", "HOME" if natural else "GEOG")
        return found

    def _value(self, kind: str, name: str, value: Document, at: At, to: At) -> Any:
        if name in ("address", "id") and isinstance(value, dict):
            return self._moved(name, value, at, to)
        words: Mapping[str, str] = _table()["words"].get(kind, {})
        return words.get(value, value) if name == "type" and isinstance(value, str) else value


def _put(found: dict[str, Any], path: list[str | int], value: Any) -> None:
    """Set a value below dicts and lists, which are made as needed."""
    here: Any = found
    for step, following in pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            here.extend({} for _ in range(step + 1 - len(here)))
            here = here[step]
        else:
            here = here.setdefault(step, empty)
    if isinstance(path[-1], int):
        here.append(value)
    else:
        here[path[-1]] = value
