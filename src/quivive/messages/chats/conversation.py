"""How does a conversation become one text that detectors read, and who are its parties?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from quivive.errors import TooLarge, Unreadable
from quivive.intake import derive
from quivive.model import Channel, Context, Item, Observable, Where
from quivive.observables import parse_value

TURNS = 100_000
"""Messages of one conversation that are read."""
JSON_BYTES = 64 * 2**20
PARTIES = 200
"""Names of one conversation that are read as numbers or addresses."""
_PARTY_TYPES = frozenset({"phone-number", "email-addr", "user-account"})


@dataclass(frozen=True)
class Turn:
    """What one party said at one time; `start` is where its words begin in the rendered text."""

    speaker: str
    at: datetime | None
    text: str
    start: int = 0


@dataclass(frozen=True)
class Conversation:
    """Turns in their order. `accounts` are identifiers of the parties besides their names."""

    title: str
    platform: str
    turns: tuple[Turn, ...]
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """The text of a conversation, its turns placed in it, and how many older turns did not fit."""

    text: str
    turns: tuple[Turn, ...]
    left_out: int


def render(turns: tuple[Turn, ...], most: int) -> Rendered:
    """Lines 'speaker: words'; where they exceed `most` characters the most recent turns are kept."""
    kept: list[Turn] = []
    size = 0
    for turn in reversed(turns):
        line = len(turn.speaker) + 2 * bool(turn.speaker) + len(turn.text) + 1
        if size + line > most + 1 and kept:
            break
        size += line
        kept.append(turn)
    kept.reverse()
    lines, placed, position = [], [], 0
    for turn in kept:
        head = f"{turn.speaker}: " if turn.speaker else ""
        lines.append(head + turn.text)
        placed.append(replace(turn, start=position + len(head)))
        position += len(head) + len(turn.text) + 1
    return Rendered("\n".join(lines)[:most], tuple(placed), len(turns) - len(kept))


def text_item(
    item: Item, conversation: Conversation, context: Context, *, kind: str, channel: Channel
) -> tuple[Item, int]:
    """The item that holds the whole conversation, and how many older turns were left out of it."""
    rendered = render(conversation.turns, context.limits.text)
    times = [turn.at for turn in rendered.turns if turn.at]
    speakers = Counter(turn.speaker for turn in rendered.turns if turn.speaker)
    meta = {
        "kind": kind,
        "platform": conversation.platform,
        "title": conversation.title[:500],
        "speakers": "\n".join(name for name, _ in speakers.most_common(50)),
        "turns": str(len(rendered.turns)),
        "first": min(times).isoformat() if times else "",
        "last": max(times).isoformat() if times else "",
    }
    name = conversation.title or "conversation"
    derived = derive(
        item, name, rendered.text, origin=kind, channel=channel, meta=meta, limits=context.limits
    )
    received = max(times) if times else item.received_at
    return replace(derived, received_at=received), rendered.left_out


def parties(item: Item, conversation: Conversation, country: str | None) -> Iterator[Observable]:
    """Numbers, addresses and handles under which the parties write."""
    names = sorted({turn.speaker for turn in conversation.turns} | {conversation.title})
    seen: set[tuple[str, str]] = set()
    for name in [*names[:PARTIES], *conversation.accounts[:PARTIES]]:
        telling = any(c.isdigit() or c == "@" for c in name)
        found = parse_value(name[:200], country) if telling else None
        if name in conversation.accounts:
            found = found or Observable("user-account", name)
        if found and found.type in _PARTY_TYPES and (found.type, found.value) not in seen:
            seen.add((found.type, found.value))
            yield replace(found, item=item.name, where=Where(part="party", quote=name[:200]))


def load_json(data: bytes) -> object:
    """JSON from hostile bytes. Raises TooLarge beyond `JSON_BYTES`, Unreadable where it is none."""
    if len(data) > JSON_BYTES:
        raise TooLarge(f"The export is larger than {JSON_BYTES // 2**20} MiB; export one conversation alone.")
    try:
        return json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("The export is no valid JSON: it is damaged or cut off.") from error


def json_lines(data: bytes) -> Iterator[dict[str, object]]:
    """Objects of a JSON Lines file; lines that are none are passed over."""
    if len(data) > JSON_BYTES:
        raise TooLarge(f"The export is larger than {JSON_BYTES // 2**20} MiB; export one conversation alone.")
    for line in data.decode("utf-8-sig", "replace").splitlines():
        try:
            value = json.loads(line) if line.lstrip().startswith("{") else None
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def table(value: object) -> dict[str, object]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[object]:
    """`value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """`value` if it is a JSON string, else ''."""
    return value if isinstance(value, str) else ""


def from_epoch(value: object, per_second: int = 1) -> datetime | None:
    """Time of a Unix timestamp in seconds, or in milliseconds with `per_second` 1000."""
    try:
        return datetime.fromtimestamp(float(str(value)[:20]) / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def from_iso(value: object) -> datetime | None:
    """Time of an ISO 8601 string; without a zone it is taken for UTC, which no export tells."""
    try:
        when = datetime.fromisoformat(words(value)[:40].replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
