"""Who wrote what when in an export of Telegram Desktop (result.json, messages.html)?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from quivive.errors import Unreadable
from quivive.messages.chats.conversation import (
    TURNS,
    Conversation,
    Turn,
    from_epoch,
    from_iso,
    rows,
    table,
    words,
)
from quivive.messages.mails.html import LENGTH
from quivive.messages.mails.markup import Token, tokens

_STAMP = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?")


def read_json(value: object) -> Iterator[Conversation]:
    """Each chat of the export. Raises Unreadable where there is none."""
    root = table(value)
    chats = [root] if "messages" in root else rows(table(root.get("chats")).get("list"))
    if not chats:
        raise Unreadable("This JSON holds no Telegram chat.")
    for chat in map(table, chats):
        turns: list[Turn] = []
        accounts: dict[str, None] = {}
        for message in map(table, rows(chat.get("messages"))[-TURNS:]):
            said = _json_text(message.get("text"))
            if words(message.get("from_id")):
                accounts[f"telegram:{words(message.get('from_id'))}"] = None
            if said.strip():
                when = from_epoch(message.get("date_unixtime")) or from_iso(message.get("date"))
                turns.append(Turn(words(message.get("from")) or "Telegram", when, said.strip()))
        if turns:
            yield Conversation(words(chat.get("name")), "Telegram", tuple(turns), tuple(accounts))


def _json_text(value: object) -> str:
    """Plain text, with the target of a link whose words hide it written behind them."""
    if isinstance(value, str):
        return value
    pieces = []
    for piece in rows(value):
        said, target = words(piece) or words(table(piece).get("text")), words(table(piece).get("href"))
        pieces.append(f"{said} ({target})" if target and target != said else said)
    return "".join(pieces)


def read_html(source: str) -> Conversation:
    """The chat of one messages.html. Raises Unreadable where it holds no message."""
    reader = _Reader()
    for token in tokens(source[:LENGTH]):
        reader.take(token)
    reader.finish()
    if not reader.turns:
        raise Unreadable("This page holds no Telegram message.")
    return Conversation(reader.title.strip(), "Telegram", tuple(reader.turns[-TURNS:]))


class _Reader:
    """Follows the classes that Telegram Desktop gives to the parts of a message."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.title = ""
        self.stack: list[str] = []
        self.speaker, self.when, self.said = "", "", ""
        self.link = ""

    def take(self, token: Token) -> None:
        if token.tag == "div":
            kinds = token.attributes.get("class", "").split()
            if "message" in kinds:
                self.finish()
            if "date" in kinds and not self.when:
                self.when = token.attributes.get("title", "")
            self.stack.append(
                next((kind for kind in ("from_name", "text", "forwarded") if kind in kinds), "")
            )
            if self.stack[-1] == "from_name" and "forwarded" not in self.stack and self.turns_open():
                self.speaker = ""
        elif token.tag == "/div" and self.stack:
            self.stack.pop()
        elif token.tag == "a":
            self.link = token.attributes.get("href", "")
        elif token.tag == "/a" and self._place() == "text":
            self.said += (
                f" ({self.link})" if self.link.startswith("http") and self.link not in self.said else ""
            )
        elif token.tag == "br" and self._place() == "text":
            self.said += "\n"
        elif not token.tag:
            self._write(token.text)

    def turns_open(self) -> bool:
        """Whether the message being read has said nothing yet."""
        return not self.said.strip()

    def finish(self) -> None:
        if self.said.strip() and self.speaker:
            self.turns.append(Turn(self.speaker.strip(), _time(self.when), self.said.strip()))
        elif self.said.strip() and not self.turns:
            self.title = self.said
        self.said = self.when = ""

    def _write(self, text: str) -> None:
        place = self._place()
        if place == "from_name" and "forwarded" not in self.stack:
            self.speaker += text
        elif place == "text":
            self.said += text

    def _place(self) -> str:
        return next((kind for kind in reversed(self.stack) if kind), "")


def _time(stamp: str) -> datetime | None:
    match = _STAMP.match(stamp)
    return from_iso(f"{match[3]}-{match[2]}-{match[1]}T{match[4]}{match[5] or ''}") if match else None
