"""Who wrote what when in a message file of a Facebook or Instagram data download (message_1.json)?"""

from __future__ import annotations

from quivive.errors import Unreadable
from quivive.messages.chats.conversation import TURNS, Conversation, Turn, from_epoch, rows, table, words


def read(value: object) -> Conversation:
    """The conversation of the file, oldest turn first. Raises Unreadable where there is none."""
    root = table(value)
    turns = []
    for message in map(table, rows(root.get("messages"))[:TURNS]):
        said = _repair(words(message.get("content")))
        if said.strip():
            when = from_epoch(message.get("timestamp_ms"), 1000)
            turns.append(Turn(_repair(words(message.get("sender_name"))) or "unknown", when, said.strip()))
    if not turns:
        raise Unreadable("This JSON holds no Facebook or Instagram message.")
    if turns[0].at and turns[-1].at and turns[0].at > turns[-1].at:
        turns.reverse()
    return Conversation(_repair(words(root.get("title"))), "Facebook", tuple(turns))


def _repair(text: str) -> str:
    """These files write each UTF-8 byte as a character of its own (Latin-1)."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
