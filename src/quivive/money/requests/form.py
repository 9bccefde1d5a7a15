"""Which fields does a part of an input document have, and what is wrong with them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import TypeVar

from quivive.money.requests.problems import Problem, pointer
from quivive.money.requests.reading import Document

Value = TypeVar("Value")


class Form:
    """One table of the input: asks for fields, notes what is missing, wrong or not asked for."""

    def __init__(
        self, document: Document, at: tuple[str | int, ...], problems: list[Problem], needed: bool = True
    ) -> None:
        """A table that is `needed` and absent has every needed field missing, each by its name."""
        self.at, self.problems, self._asked = at, problems, set[str]()
        self.needed = needed or document is not None
        self.fields: dict[str, Document] = document if isinstance(document, dict) else {}
        if document is not None and not isinstance(document, dict):
            self.fault("is not a table of fields and values")

    def fault(self, text: str, *at: str | int) -> None:
        """Note a problem at a place below this table."""
        self.problems.append(
            Problem(pointer(*self.at, *at), text if text.endswith((".", "?")) else text + ".")
        )

    def need(self, name: str, read: Callable[[str], Value], hint: str = "") -> Value | None:
        """A field that must be there; `hint` ends the sentence when it is not."""
        if self._value(name) is None and self.needed:
            self.fault(f"is missing{': ' + hint if hint else ''}", name)
        return self.may(name, read)

    def may(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """A field that may be there."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault("is not a text or number", name)
            return None
        try:
            return read(value)
        except ValueError as error:
            self.fault(str(error), name)
            return None

    def table(self, name: str, needed: bool = True) -> Form:
        """A table below this one."""
        return Form(self._value(name), (*self.at, name), self.problems, needed)

    def rows(self, name: str) -> Iterator[Form]:
        """The tables of a list below this one; nothing where there is no list."""
        value = self._value(name)
        if value is not None and not isinstance(value, list):
            self.fault("is not a list", name)
        for number, row in enumerate(value if isinstance(value, list) else ()):
            yield Form(row, (*self.at, name, number), self.problems)

    def texts(self, name: str, read: Callable[[str], Value]) -> list[Value]:
        """The values of a list of texts; one text is a list of one."""
        value = self._value(name)
        found = list[Value]()
        for number, each in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
            try:
                found.append(read(each if isinstance(each, str) else ""))
            except ValueError as error:
                self.fault(str(error), name, number)
        return found

    def close(self) -> None:
        """Note every field that nothing asked for: most are slips of the pen."""
        for name in self.fields.keys() - self._asked:
            near = get_close_matches(name, self._asked, 1)
            self.fault(f"is no field of this form{f': did you mean {near[0]!r}?' if near else ''}", name)

    def _value(self, name: str) -> Document:
        self._asked.add(name)
        return self.fields.get(name)


def text(most: int) -> Callable[[str], str]:
    """Reads a text of at most so many characters, without blanks at its ends."""

    def read(value: str) -> str:
        found = value.strip()
        if not found:
            raise ValueError("is empty")
        if len(found) > most:
            raise ValueError(f"is too long: {len(found)} characters, at most {most}")
        return found

    return read


def one_of(*known: str) -> Callable[[str], str]:
    """Reads one of these words."""

    def read(value: str) -> str:
        if value.strip() not in known:
            raise ValueError(f"is '{value}', but must be one of: {', '.join(known)}")
        return value.strip()

    return read
