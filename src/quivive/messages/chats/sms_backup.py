"""Which text messages does a phone backup hold (SMS Backup & Restore for Android, CSV tables)?"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import islice

from quivive.errors import Unreadable
from quivive.intake import decode
from quivive.messages.chats.conversation import Conversation, Turn, from_epoch, from_iso, parties, text_item
from quivive.messages.mails.markup import tokens
from quivive.model import Context, Item, Source, Subject, Yield, finding

CONVERSATIONS = 100
MESSAGES = 50_000
LENGTH = 128 * 2**20

_SURROGATES = re.compile(
    r"&#(5(?:529[6-9]|5[3-9]\d\d|6(?:[0-2]\d\d|3[01]\d)));&#(5(?:6[3-9]\d\d|7[0-2]\d\d|73[0-3]\d|734[0-3]));"
)
"""The app writes signs beyond U+FFFF as two references, which XML forbids (XML 1.0 §4.1)."""
_ME = "me"
_OUT = frozenset({"2", "4", "5", "6"})
"""Types of messages that the owner sent or wrote (Android Telephony.TextBasedSmsColumns)."""
_COLUMNS = {
    "text": ("text", "body", "message", "content", "message text", "sms"),
    "sender": ("sender id", "sender", "from", "address", "number", "phone", "phone number", "sender name"),
    "partner": ("chat session", "conversation", "contact", "contact name", "thread"),
    "when": ("message date", "date", "time", "timestamp", "date time", "datetime", "received"),
    "direction": ("type", "direction", "folder"),
}


@dataclass(frozen=True)
class Message:
    """One text message: the other party's address, and whether the owner of the phone wrote it."""

    address: str
    contact: str
    own: bool
    at: datetime | None
    text: str


class SmsBackupDetector:
    """Opens backups of text messages: each correspondent becomes one conversation."""

    name = "messages.sms_backup"
    version = "1"
    accepts = frozenset({"application/x-sms-backup+xml", "text/x-sms-backup+csv"})
    online = False
    codes: Mapping[str, str] = {
        "sms/older-not-read": "The conversation is long: at least {turns} of its oldest messages "
        "were not examined.",
        "sms/not-all-read": "The backup holds more than {most} conversations; "
        "the {most} latest were examined.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield each conversation, latest first, and the number it is with; raise Unreadable if none."""
        if not isinstance(subject, Item):
            return
        text = decode(subject.data, LENGTH)
        messages = from_csv(text) if subject.media_type.endswith("csv") else from_xml(text)
        for number, conversation in enumerate(conversations(messages), 1):
            if number > CONVERSATIONS:
                yield finding(self, "sms/not-all-read", "open", subject, params={"most": CONVERSATIONS})
                return
            item, left_out = text_item(subject, conversation, context, kind="sms", channel="sms")
            yield item
            if left_out:
                yield finding(self, "sms/older-not-read", "open", subject, params={"turns": left_out})
            yield from parties(item, conversation, context.country)


def conversations(messages: Iterable[Message]) -> list[Conversation]:
    """One for each address, the latest first. A lone message stands without a speaker before it."""
    grouped: dict[str, list[Message]] = {}
    for count, message in enumerate(messages):
        if count >= MESSAGES:
            break
        grouped.setdefault(message.address, []).append(message)
    if not grouped:
        raise Unreadable("This backup holds no text message.")
    latest = sorted(grouped, key=lambda address: str(_last(grouped[address])), reverse=True)
    return [_conversation(address, grouped[address]) for address in latest]


def _last(messages: list[Message]) -> datetime | str:
    return max((message.at for message in messages if message.at), default="")


def _conversation(address: str, messages: list[Message]) -> Conversation:
    messages = sorted(messages, key=lambda message: str(message.at or ""))
    contact = next((message.contact for message in messages if message.contact), "")
    one_way = not any(message.own for message in messages)
    turns = tuple(
        Turn(_ME if message.own else "" if one_way else contact or address, message.at, message.text)
        for message in messages
    )
    return Conversation(
        contact or address, "SMS", turns, (address,) if any(map(str.isdigit, address)) else ()
    )


def from_xml(text: str) -> Iterator[Message]:
    """Messages of SMS Backup & Restore. No XML parser: no entity is expanded and nothing is loaded."""
    mms: dict[str, str] = {}
    for token in tokens(_SURROGATES.sub(_sign, text)):
        if token.tag == "sms":
            yield from _message(token.attributes, token.attributes.get("body", ""))
        elif token.tag == "mms":
            mms = token.attributes
        elif token.tag == "part" and token.attributes.get("ct", "").startswith("text/plain"):
            yield from _message(mms, token.attributes.get("text", ""))


def _sign(match: re.Match[str]) -> str:
    return (int(match[1]).to_bytes(2, "little") + int(match[2]).to_bytes(2, "little")).decode(
        "utf-16-le", "replace"
    )


def _message(attributes: Mapping[str, str], body: str) -> Iterator[Message]:
    contact = attributes.get("contact_name", "")
    if body.strip() and body != "null":
        yield Message(
            address=re.sub(r"(?<=\d)[ -](?=\d)", "", attributes.get("address", "").strip())[:100]
            or "unknown",
            contact="" if contact in ("(Unknown)", "null") else contact[:100],
            own=(attributes.get("type") or attributes.get("msg_box", "")) in _OUT,
            at=from_epoch(attributes.get("date"), 1000),
            text=body.strip(),
        )


def from_csv(text: str) -> Iterator[Message]:
    """Messages of a table whose first line names sender, text and date (iMazing and its like)."""
    csv.field_size_limit(10 * 2**20)
    table = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text))
    try:
        columns = _columns(next(table, []))
        cells = [
            {name: row[at].strip() for name, at in columns.items() if at < len(row)}
            for row in islice(table, MESSAGES)
        ]
    except csv.Error as error:
        raise Unreadable("This table of messages is damaged.") from error
    numbers = {
        cell.get("partner", ""): cell["sender"] for cell in cells if cell.get("sender") and not _own(cell)
    }
    yield from (_from_row(cell, numbers) for cell in cells if cell.get("text"))


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _columns(header: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    found = {
        role: names.index(name)
        for role, known in _COLUMNS.items()
        for name in reversed(known)
        if name in names
    }
    if "text" not in found:
        raise Unreadable("This table names no column of message texts in its first line.")
    return found


def _own(cell: Mapping[str, str]) -> bool:
    return cell.get("direction", "").lower() in ("outgoing", "sent", "out", "2", "gesendet", "enviado")


def _from_row(cell: Mapping[str, str], numbers: Mapping[str, str]) -> Message:
    """A row of the owner's names no sender: the number comes from the rows that it answers."""
    partner, when = cell.get("partner", ""), cell.get("when", "")
    sender = "" if _own(cell) else cell.get("sender", "")
    return Message(
        address=sender or numbers.get(partner, "") or partner or "unknown",
        contact=partner,
        own=_own(cell),
        at=from_epoch(when, 1000) if when.isdigit() else from_iso(when),
        text=cell["text"],
    )


DETECTORS = (SmsBackupDetector,)
