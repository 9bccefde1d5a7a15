"""Who wrote what when in JSON lines of signal-cli or of exporters of Signal Desktop?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quivive.errors import Unreadable
from quivive.messages.chats.conversation import TURNS, Conversation, Turn, from_epoch, from_iso, table, words


def read(lines: Iterable[dict[str, object]]) -> Iterator[Conversation]:
    """A conversation for each partner (signal-cli) or one in all. Raises Unreadable where there is none."""
    conversations: dict[str, list[Turn]] = {}
    accounts: dict[str, dict[str, None]] = {}
    for line in lines:
        envelope = table(line.get("envelope"))
        partner, turn = _from_envelope(line, envelope) if envelope else ("", _from_desktop(line))
        if not turn:
            continue
        turns = conversations.setdefault(partner, [])
        if len(turns) < TURNS:
            turns.append(turn)
        for key in ("sourceNumber", "source"):
            if words(envelope.get(key)):
                accounts.setdefault(partner, {})[words(envelope.get(key))] = None
                break
    if not conversations:
        raise Unreadable("These JSON lines hold no Signal message.")
    for partner, turns in conversations.items():
        yield Conversation(partner, "Signal", tuple(turns), tuple(accounts.get(partner, ())))


def _from_envelope(line: dict[str, object], envelope: dict[str, object]) -> tuple[str, Turn | None]:
    """Partner and turn of what signal-cli received, or of what its owner sent from another device."""
    data = table(envelope.get("dataMessage"))
    sent = table(table(envelope.get("syncMessage")).get("sentMessage"))
    message = data or sent
    group = words(table(message.get("groupInfo")).get("groupId"))
    name = (
        words(envelope.get("sourceName"))
        or words(envelope.get("sourceNumber"))
        or words(envelope.get("source"))
    )
    partner = group or (words(sent.get("destination")) if sent else name)
    said = words(message.get("message"))
    when = from_epoch(message.get("timestamp") or envelope.get("timestamp"), 1000)
    return partner, Turn(name or words(line.get("account")), when, said.strip()) if said.strip() else None


def _from_desktop(line: dict[str, object]) -> Turn | None:
    said = words(line.get("body"))
    when = from_iso(line.get("date")) or from_epoch(line.get("date"), 1000)
    return Turn(words(line.get("sender")) or "Signal", when, said.strip()) if said.strip() else None
