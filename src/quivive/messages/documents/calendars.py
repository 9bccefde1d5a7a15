"""What does this invitation or visiting card say, who sent it, and where does it lead?

Content lines of RFC 5545 (iCalendar) and RFC 6350 (vCard), read one by one: what is malformed is passed
over, since senders of lures are careless. Recurrence and alarms are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from quivive import observables
from quivive.errors import Unreadable
from quivive.intake import decode, derive
from quivive.model import Context, Item, Source, Subject, Where, Yield, finding

LINES = 20_000
EVENTS = 20
_TOLD = ("SUMMARY", "LOCATION", "DESCRIPTION", "X-ALT-DESC", "URL", "CONFERENCE", "COMMENT", "CONTACT",
         "FN", "ORG", "TITLE", "NOTE")  # fmt: skip
_PEOPLE = ("ORGANIZER", "EMAIL", "TEL", "URL", "CONFERENCE", "IMPP")
_LINE = re.compile(r'(?:[\w-]{1,40}\.)?([\w-]{1,40})((?:;(?:[^":]|"[^"]*")*)?):(.*)', re.DOTALL)
_NAME = re.compile(r';CN=(?:"([^"]*)"|([^";:]*))', re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True)
class Line:
    """One content line: NAME;PARAMETERS:value, the value unescaped."""

    name: str
    parameters: str
    value: str


class Calendars:
    """Reads calendar invitations and visiting cards."""

    name = "messages.calendars"
    version = "1"
    accepts = frozenset({"text/calendar", "text/vcard", "text/x-vcard"})
    online = False
    codes: Mapping[str, str] = {
        "document/invitation": "A calendar invitation from {organizer}: “{summary}”. Calendars often enter "
        "invitations by themselves; that it stands in yours does not mean that you or yours agreed to it.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the standards decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the words as a text item, and the addresses and numbers of who sent it."""
        if not isinstance(subject, Item):
            return
        lines = list(content_lines(decode(subject.data, context.limits.text)))
        if not any(line.name == "BEGIN" for line in lines):
            raise Unreadable("This is neither a calendar nor a visiting card.")
        organizer = next((line for line in lines if line.name == "ORGANIZER"), None)
        summary = next((line.value for line in lines if line.name == "SUMMARY"), "")
        if organizer:
            params = {"organizer": _shown(organizer), "summary": summary[:200]}
            yield finding(self, "document/invitation", "informational", subject, params=params)
        yield from self._text(subject, lines, context)
        yield from _values(subject, lines)

    def _text(self, item: Item, lines: list[Line], context: Context) -> Iterator[Item]:
        told = [line.value for line in lines if line.name in _TOLD and line.value.strip()]
        text = "\n".join(dict.fromkeys(_TAG.sub(" ", value) for value in told))
        if any(c.isalnum() for c in text):
            summary = next((line.value for line in lines if line.name in ("SUMMARY", "FN")), "")
            yield derive(item, "text", text, origin="text of the invitation", meta={"subject": summary[:200]},
                         limits=context.limits)  # fmt: skip


def content_lines(text: str) -> Iterator[Line]:
    """The content lines of a text; folded ones (RFC 5545 3.1) are joined, malformed ones passed over."""
    unfolded = re.sub(r"\n[ \t]", "", text)
    for raw in unfolded.split("\n", LINES)[:LINES]:
        match = _LINE.fullmatch(raw.strip("\r"))
        if match:
            yield Line(match[1].upper(), match[2], _unescaped(match[3]))


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value, flags=re.DOTALL)


def _shown(line: Line) -> str:
    name = _NAME.search(line.parameters)
    address = re.sub(r"^mailto:", "", line.value, flags=re.IGNORECASE)
    return f"{name[1] or name[2]} ({address})"[:200] if name else address[:200]


def _values(item: Item, lines: list[Line]) -> Iterator[Yield]:
    for line in [line for line in lines if line.name in _PEOPLE][:EVENTS]:
        value = re.sub(r"^(?:mailto|tel):", "", line.value.strip(), flags=re.IGNORECASE)
        found = observables.parse_value(value)
        if found:
            yield replace(found, item=item.name, where=Where(part=line.name, quote=value[:200]))


DETECTORS = (Calendars,)
