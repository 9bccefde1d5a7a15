"""Small real detectors for tests of the worklist."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from quivive import pool
from quivive.errors import NotThere, Unreadable
from quivive.intake import derive
from quivive.model import (
    Context,
    Examination,
    Finding,
    Item,
    LikelihoodRatio,
    Observable,
    Source,
    Subject,
    Yield,
    finding,
)


class Plain:
    """A detector with nothing to say; the others change what they must."""

    name = "fake.plain"
    version = "1"
    accepts: frozenset[str] = frozenset({"text/plain"})
    online = False
    codes: Mapping[str, str] = {"fake/seen": "Seen {what}."}

    def sources(self) -> tuple[Source, ...]:
        """A dated source, so that reports can be asked for it."""
        return (Source("fake data", "2026-11-01", "00" * 32),)

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Find that there was something."""
        what = subject.name if isinstance(subject, Item) else subject.value
        yield finding(self, "fake/seen", "informational", subject, params={"what": what})


class Splitter(Plain):
    """Makes two items of every text that has a '|' in it."""

    name = "fake.splitter"

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """The halves, as derived items."""
        assert isinstance(subject, Item)
        left, bar, right = (subject.text or "").partition("|")
        if bar:
            yield derive(subject, "half", left, origin="half")
            yield derive(subject, "half", right, origin="half")


class Bottomless(Plain):
    """Derives a new item from every item, for ever."""

    name = "fake.bottomless"

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """One more."""
        assert isinstance(subject, Item)
        yield derive(subject, "more", f"{subject.text}x", origin="more")


class Last(Plain):
    """Says what the others of a subject did."""

    name = "fake.a-conclusion"
    codes: Mapping[str, str] = {"fake/sum": "{examined} found {found}."}

    def conclude(
        self,
        subject: Subject,
        examinations: Sequence[Examination],
        findings: Sequence[Finding],
        context: Context,
    ) -> Iterator[Finding]:
        """Who examined, and what was found."""
        params = {
            "examined": " ".join(f"{each.item}:{each.detector}" for each in examinations),
            "found": " ".join(each.code for each in findings),
        }
        yield finding(self, "fake/sum", "informational", subject, params=params)


class OfNoUse(Plain):
    """Looks for something that no text has."""

    name = "fake.of-no-use"

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Says so."""
        raise NotThere("A text has no sound.")


class Broken(Plain):
    """Fails as a hostile file makes a careless parser fail."""

    name = "fake.broken"

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """A finding, then a bug."""
        yield finding(self, "fake/seen", "review", subject, params={"what": "half of it"})
        raise ZeroDivisionError


class Blind(Plain):
    """Cannot read anything."""

    name = "fake.blind"

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Say why not."""
        raise Unreadable("It is too dark.")
        yield


class Numbers(Plain):
    """Finds one phone number, and examines phone numbers."""

    name = "fake.numbers"
    accepts = frozenset({"text/plain", "phone-number"})

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """The number of a text; a remark on a number."""
        if isinstance(subject, Item):
            yield Observable("phone-number", "+12025550123", subject.name)
        else:
            yield finding(self, "fake/seen", "informational", subject, params={"what": subject.value})


class Weighing(Plain):
    """Gives a weight of the value that stands in the text."""

    name = "fake.weighing"

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """A ratio for 'scam-message'."""
        assert isinstance(subject, Item)
        value = float(subject.text or 0)
        ratio = LikelihoodRatio("p", "a", value, value - 1, value + 1, (-3.0, 3.0), "some support", "made up")
        yield finding(self, "fake/seen", "open", subject, params={"what": "weight"}, score=value,
                      proposition="scam-message", weight=ratio)  # fmt: skip


def die_of_the_deadly(chunk):
    """Examine a chunk as the pool does, but end the process at an input named 'deadly'."""
    if any(given.name == "deadly" for given in chunk):
        os._exit(9)
    return [pool._check(given) for given in chunk]
