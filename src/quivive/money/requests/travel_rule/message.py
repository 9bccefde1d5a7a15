"""Is this a whole Travel Rule message? Reads the standard's own structure in any of its spellings.

The result is in one set of names, those of IVMS101 of 2020; `forms.py` writes it as each version wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from quivive.money.requests.problems import Problem, Refused, pointer
from quivive.money.requests.reading import Document, unseen
from quivive.money.requests.travel_rule.elements import Element, elements
from quivive.money.requests.travel_rule.forms import LIMITS, Form
from quivive.money.requests.travel_rule.rules import faults, placeholder
from quivive.money.requests.travel_rule.simple import is_simple, standard
from quivive.money.requests.travel_rule.values import LATIN, written

At = tuple[str | int, ...]


@dataclass(frozen=True)
class Message:
    """A message that may be written. `notes` say what is still open in it."""

    content: Mapping[str, Any]
    notes: tuple[Problem, ...]


def message(document: Document, now: datetime, form: Form = "code") -> Message:
    """The message of a document, in the standard's structure or in the simpler one of `simple.yaml`.

    Raises Refused with all that is missing or wrong, each with its place in the document.
    """
    reader = _Reader(now, form)
    written_there = [*unseen(document)]
    places: Mapping[str, str] = {}
    if is_simple(document):
        document, places = standard(document, written_there)
    content = reader.part("message", document, ())
    _open(content, reader.notes)
    wrong = list(dict.fromkeys([*written_there, *(_place(each, places) for each in reader.problems)]))
    if wrong:
        count = "1 thing is" if len(wrong) == 1 else f"{len(wrong)} things are"
        raise Refused(f"The Travel Rule message is not written: {count} missing or wrong.", wrong)
    return Message(content, tuple(dict.fromkeys(_place(each, places) for each in reader.notes)))


class _Reader:
    """Walks the elements; keeps what is wrong and what is only open."""

    def __init__(self, now: datetime, form: Form) -> None:
        self.now, self.form = now, form
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def part(self, kind: str, document: Document, at: At) -> dict[str, Any]:
        """A part and all below it, in canonical names."""
        if kind == "path" and isinstance(document, list):
            document = {"transferPath": document}
        if not isinstance(document, dict):
            self._fault(at, "is not a table of elements")
            return {}
        known = {name: each for each in elements().parts[kind] for name in (each.name, *each.others)}
        found: dict[str, Any] = {}
        for name, value in document.items():
            if name not in known:
                near = get_close_matches(name, known, 1)
                self._fault(
                    (*at, name), f"is no element here{f': did you mean {near[0]!r}?' if near else ''}"
                )
            elif value is not None and value != []:
                self._take(found, known[name], value, (*at, name))
        self._missing(kind, found, document, at)
        if kind in ("originator", "beneficiary"):
            _lift(found)
        for below, text in faults(kind, found):
            self._fault((*at, *below), text)
        return {each.name: found[each.name] for each in elements().parts[kind] if each.name in found}

    def _take(self, found: dict[str, Any], element: Element, value: Document, at: At) -> None:
        if element.name in found:
            self._fault(at, f"stands there twice, under two names of {element.name}")
        elif element.many:
            rows = value if isinstance(value, list) else [value]
            found[element.name] = [self._one(element, row, (*at, n)) for n, row in enumerate(rows)]
        else:
            found[element.name] = self._one(element, value, at)

    def _one(self, element: Element, value: Document, at: At) -> Any:
        if element.kind in elements().parts:
            return self.part(element.kind, value, at)
        if not isinstance(value, str):
            self._fault(at, "is missing" if value is None else "is not a text or number")
            return ""
        try:
            result = written(element.kind, value.strip(), self.now)
        except ValueError as error:
            self._fault(at, str(error))
            return value
        self._text(element, value.strip(), at)
        return result

    def _text(self, element: Element, text: str, at: At) -> None:
        most = LIMITS[self.form].get(element.name, element.most)
        if not text:
            self._fault(at, "is empty")
        elif "\n" in text:
            self._fault(at, "goes over several lines")
        elif most is not None and len(text) > most:
            self._fault(
                at, f"is too long: {len(text)} characters, at most {most}; nothing is cut off for you"
            )
        elif element.kind in ("latin", "account") and not LATIN.fullmatch(text):
            said = "has other than Latin letters; the local spelling belongs into localNameIdentifier"
            # Some networks agree on local letters here; their schema allows them.
            (self.notes if self.form == "code" else self.problems).append(Problem(pointer(*at), said + "."))

    def _missing(self, kind: str, found: Mapping[str, Any], document: dict[str, Document], at: At) -> None:
        for each in elements().parts[kind]:
            in_persons = each.name == "accountNumber" and _accounts(found)
            if each.needed and each.name not in found and not in_persons:
                self._fault((*at, each.name), "is missing")

    def _fault(self, at: At, text: str) -> None:
        self.problems.append(Problem(pointer(*at), text if text.endswith(("?", ")")) else f"{text}."))


def _accounts(party: Mapping[str, Any]) -> list[str]:
    """Account numbers that stand with the persons, as 101.2023 has them."""
    persons = party.get("originatorPersons") or party.get("beneficiaryPersons") or []
    return [number for person in persons for number in person.get("accountNumber") or ()]


def _lift(party: dict[str, Any]) -> None:
    numbers = [*(party.get("accountNumber") or ()), *_accounts(party)]
    for person in party.get("originatorPersons") or party.get("beneficiaryPersons") or []:
        person.pop("accountNumber", None)
    if numbers:
        party["accountNumber"] = list(dict.fromkeys(numbers))


def _open(content: Mapping[str, Any], notes: list[Problem]) -> None:
    """What a first request may leave open."""
    if "beneficiaryVASP" not in content:
        notes.append(
            Problem("/beneficiaryVASP", "is not there yet: the answer of the receiving provider adds it.")
        )

    def look(part: Any, at: At) -> None:
        if isinstance(part, dict):
            if part.get("nationalIdentifierType") == "LEIX" and placeholder(
                part.get("nationalIdentifier", "")
            ):
                said = "is a placeholder: put the Legal Entity Identifier in before this is sent."
                notes.append(Problem(pointer(*at, "nationalIdentifier"), said))
            for name, value in part.items():
                look(value, (*at, name))
        elif isinstance(part, list):
            for number, value in enumerate(part):
                look(value, (*at, number))

    look(content, ())


def _place(problem: Problem, places: Mapping[str, str]) -> Problem:
    """The place in the simple document that a place in the standard's structure came from."""
    known = problem.place
    while known and known not in places:
        known = known.rpartition("/")[0]
    return Problem(places[known], problem.text) if known in places else problem
