"""What was said in an exported chat, and who are the parties?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from quivive.errors import Unreadable
from quivive.exports import IMESSAGE_HEAD
from quivive.intake import decode
from quivive.messages.chats import facebook, imessage, signal, telegram, whatsapp
from quivive.messages.chats.conversation import (
    Conversation,
    json_lines,
    load_json,
    parties,
    table,
    text_item,
)
from quivive.model import Context, Item, Source, Subject, Yield, finding

CONVERSATIONS = 50
"""Conversations of one export that are examined."""
LENGTH = 16 * 2**20
"""Characters of a text export that are read, from its end: the most recent."""


class ChatDetector:
    """Opens chat exports of WhatsApp, Telegram, Signal, iMessage, Facebook and Instagram."""

    name = "messages.chats"
    version = "1"
    accepts = frozenset({"text/x-chat-export", "text/x-chat-export+html", "application/x-chat-export+json"})
    online = False
    codes: Mapping[str, str] = {
        "chat/older-not-read": "The conversation is long: at least {turns} of its oldest messages "
        "were not examined.",
        "chat/not-all-read": "The export holds more than {most} conversations; {most} were examined.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield each conversation as a text, and its parties; raise Unreadable where there is none."""
        if not isinstance(subject, Item):
            return
        for number, conversation in enumerate(read(subject.media_type, subject.data), 1):
            if number > CONVERSATIONS:
                yield finding(self, "chat/not-all-read", "open", subject, params={"most": CONVERSATIONS})
                return
            item, left_out = text_item(subject, conversation, context, kind="chat", channel="chat")
            yield item
            if left_out:
                yield finding(self, "chat/older-not-read", "open", subject, params={"turns": left_out})
            yield from parties(item, conversation, context.country)


def read(media_type: str, data: bytes) -> Iterable[Conversation]:
    """The conversations of an export of one of the three media types. Raises Unreadable or TooLarge."""
    if media_type == "application/x-chat-export+json":
        return _read_json(data)
    if media_type == "text/x-chat-export+html":
        page, telegram_page = decode(data, LENGTH), b'class="page_wrap' in data[:65536]
        return [telegram.read_html(page) if telegram_page else imessage.read_html(page)]
    text = decode(data if data[:1] in (b"\xff", b"\xfe") else data[-LENGTH:], LENGTH)
    return [imessage.read(text) if IMESSAGE_HEAD.match(text.lstrip("\ufeff")) else whatsapp.read(text)]


def _read_json(data: bytes) -> Iterable[Conversation]:
    start = data[:65536]
    if b'"envelope"' in start or (b'"sender"' in start and b'"body"' in start):
        return signal.read(json_lines(data))
    value = load_json(data)
    if b'"sender_name"' in start:
        return [facebook.read(value)]
    if "messages" in table(value) or "chats" in table(value):
        return telegram.read_json(value)
    raise Unreadable("This JSON is no chat export that Quivive knows.")


DETECTORS = (ChatDetector,)
