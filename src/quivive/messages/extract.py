"""Which observables stand in this text? (tricks such as homoglyphs and 'hxxp' undone first)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from quivive import observables
from quivive.intake import VALUE_TYPE
from quivive.messages.normalise import normalise
from quivive.model import Context, Item, Source, Subject, Where, Yield


class TextObservables:
    """Finds phone numbers, links, addresses, IBANs, cards and wallets, with their places in the text."""

    name = "messages.observables"
    version = "1"
    accepts = frozenset({"text/plain", VALUE_TYPE})
    online = False
    codes: Mapping[str, str] = {}

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: forms and checksums decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield every observable of a text item, placed in the text as it was received."""
        if not isinstance(subject, Item) or subject.text is None:
            return
        text = subject.text[: context.limits.text]
        normal = normalise(text)
        for found in observables.find(normal.text, context.country):
            where = found.where
            if where and where.start is not None and where.end is not None:
                start, end = normal.offsets[where.start], normal.offsets[where.end - 1] + 1
                where = Where(start, end, text[start:end])
            yield replace(found, item=subject.name, where=where)


DETECTORS = (TextObservables,)
