"""Who wrote what when in a text or HTML export of imessage-exporter?"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from quivive.errors import Unreadable
from quivive.exports import IMESSAGE_HEAD
from quivive.messages.chats.conversation import TURNS, Conversation, Turn
from quivive.messages.mails.html import LENGTH
from quivive.messages.mails.markup import Token, tokens

_NOTES = re.compile(r"^(?:Tapbacks:|This message responded to|Sent with |/|~/|attachments/|    )")


def read(text: str) -> Conversation:
    """One conversation: head line, sender, words. Raises Unreadable where there is none."""
    heads = list(IMESSAGE_HEAD.finditer(text))[-TURNS:]
    ends = [head.start() for head in heads[1:]] + [len(text)]
    turns = []
    for head, end in zip(heads, ends, strict=False):
        block = text[head.end() : end].strip("\n").split("\n")
        said = "\n".join(line for line in block[1:] if not _NOTES.match(line)).strip()
        if said and block[0].strip():
            turns.append(Turn(block[0].strip()[:80], _time(head["stamp"]), said))
    if not turns:
        raise Unreadable("This is no export of iMessage: no time is followed by a sender and words.")
    return Conversation("", "iMessage", tuple(turns))


def read_html(source: str) -> Conversation:
    """The conversation of an HTML export. Raises Unreadable where it holds no message."""
    reader = _Reader()
    for token in tokens(source[:LENGTH]):
        reader.take(token)
    reader.finish()
    if not reader.turns:
        raise Unreadable("This page holds no iMessage.")
    return Conversation("", "iMessage", tuple(reader.turns[-TURNS:]))


class _Reader:
    """Gathers the text under the classes 'timestamp', 'sender' and 'bubble' of each message."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.stack: list[tuple[str, str]] = []
        self.parts = {"timestamp": "", "sender": "", "bubble": ""}

    def take(self, token: Token) -> None:
        if token.tag in ("div", "span"):
            kinds = token.attributes.get("class", "").split()
            if "message" in kinds:
                self.finish()
            above = self.stack[-1][1] if self.stack else ""
            self.stack.append((token.tag, next((kind for kind in self.parts if kind in kinds), above)))
        elif token.tag in ("/div", "/span") and self.stack and self.stack[-1][0] == token.tag[1:]:
            self.stack.pop()
        elif not token.tag and self.stack and self.stack[-1][1]:
            self.parts[self.stack[-1][1]] += token.text

    def finish(self) -> None:
        said, sender = self.parts["bubble"].strip(), self.parts["sender"].strip()
        if said and sender:
            self.turns.append(Turn(sender[:80], _time(self.parts["timestamp"].strip()), said))
        self.parts = dict.fromkeys(self.parts, "")


def _time(stamp: str) -> datetime | None:
    head = IMESSAGE_HEAD.match(re.sub(r"[\u202f\u00a0]", " ", stamp))
    if head is None:
        return None
    try:
        when = datetime.strptime(re.sub(r" +", " ", head["stamp"]), "%b %d, %Y %I:%M:%S %p")
    except ValueError:
        return None
    return when.replace(tzinfo=UTC)
