"""How is everything that is missing or wrong in a request said at once, with its place?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quivive.errors import UsageError

MOST = 100
"""Problems that are spelled out; the rest is counted."""


@dataclass(frozen=True)
class Problem:
    """One fault: `place` is a JSON pointer (RFC 6901) into the input, '' for the whole."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


class Refused(UsageError):
    """The request is not written; `problems` holds every reason, the message spells them out."""

    def __init__(self, what: str, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(f"{what}\n{lines(self.problems)}")


def lines(problems: Sequence[Problem]) -> str:
    """The problems as a list, one a line, without characters that could move a cursor."""
    shown = [f"  - {_visible(str(problem))}" for problem in problems[:MOST]]
    if len(problems) > MOST:
        shown.append(f"  - and {len(problems) - MOST} more")
    return "\n".join(shown)


def pointer(*parts: str | int) -> str:
    """A JSON pointer from its parts; slashes and tildes in them are escaped (RFC 6901 §3)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _visible(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)
