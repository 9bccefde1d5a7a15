"""Who wrote what when in the text of a chat that WhatsApp, Signal tools or KakaoTalk wrote, or in a
stretch copied out of WhatsApp Web or Telegram Desktop?
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from quivive.errors import Unreadable
from quivive.exports import CHAT_LINES, TELEGRAM_LINE
from quivive.messages.chats.conversation import TURNS, Conversation, Turn

_NAMED = re.compile(r"[\u200e\u200f]?(?:<(?P<nick>[^<>\n]{1,80})> |(?P<name>[^:\n]{1,80}?) ?[:：](?: |\n|$))")
_NOT_WORDS = re.compile(r"\s*(?:\u200e|<[^<>\n]{1,80}>\s*$|\S{1,80} \([^()\n]{1,40}\)\s*$)")
"""Notes of the program in place of a message: '<Media omitted>', 'IMG-1.jpg (file attached)'."""
_AFTERNOON = re.compile(
    r"(?i)^(?:p\.? ?m\.?|下午|午後|오후|晚上|م|μ\.?μ\.?|nm\.?|ip\.?|odp\.?|du|chiều|ch|หลังเที่ยง)"
)
_MORNING = re.compile(
    r"(?i)^(?:a\.? ?m\.?|上午|午前|오전|凌晨|早上|ص|π\.?μ\.?|fm\.?|ap\.?|dop\.?|de|sáng|sa|ก่อนเที่ยง)"
)


def read(text: str) -> Conversation:
    """One conversation. Raises Unreadable where no line opens with date, time and a name."""
    line = next((line for line in CHAT_LINES if line.search(text[:65536])), CHAT_LINES[0])
    heads = list(line.finditer(text))[-TURNS:]
    ends = [head.start() for head in heads[1:]] + [len(text)]
    order = _date_order(heads)
    turns = []
    for head, end in zip(heads, ends, strict=False):
        turn = _turn(head, text[head.end() : end].strip("\n"), order)
        if turn:
            turns.append(turn)
    if not turns:
        raise Unreadable("This is no chat export: no line opens with date, time and a name.")
    signal = any(text.startswith("<", head.end()) and _NAMED.match(text, head.end()) for head in heads[:20])
    platform = "Telegram" if line is TELEGRAM_LINE else "Signal" if signal else "WhatsApp"
    return Conversation("", platform, tuple(turns))


def _turn(head: re.Match[str], body: str, order: str) -> Turn | None:
    """None for lines in which nobody speaks: system notes and media that are not in the export."""
    name = head.groupdict().get("name")
    named = _NAMED.match(body)
    if not name and (named is None or body.startswith("***")):
        return None
    said = body if name or named is None else body[named.end() :]
    if not said.strip() or _NOT_WORDS.match(said):
        return None
    speaker = name or (named and (named["nick"] or named["name"])) or ""
    return Turn(speaker.strip("\u200e\u200f\u202a\u202c \u00a0~"), _time(head, order), said.strip())


def _date_order(heads: Sequence[re.Match[str]]) -> str:
    """'ymd', 'dmy' or 'mdy': by length, by numbers over 12, by which order lets time go forward."""
    if not heads or len(heads[0]["first"]) == 4:
        return "ymd"
    if any(int(head["first"]) > 12 for head in heads):
        return "dmy"
    if any(int(head["second"]) > 12 for head in heads):
        return "mdy"
    steps = {order: sum(_backwards(heads, order)) for order in ("dmy", "mdy")}
    if steps["dmy"] != steps["mdy"]:
        return min(steps, key=lambda order: steps[order])
    american = heads[0]["between"] == "/" and (heads[0]["after"] or "").strip() in ("AM", "PM")
    return "mdy" if american else "dmy"


def _backwards(heads: Sequence[re.Match[str]], order: str) -> Iterator[bool]:
    times = [time for head in heads if (time := _time(head, order))]
    yield from (later < earlier for earlier, later in pairwise(times))


def _time(head: re.Match[str], order: str) -> datetime | None:
    """The time on the phone's clock, taken for UTC: the export does not say the zone."""
    parts = dict(zip(order, (head["first"], head["second"], head["third"]), strict=True))
    year = int(parts["y"]) + (2000 if int(parts["y"]) < 100 else 0)
    given = head.groupdict()
    mark = given.get("after") or given.get("before") or ""
    mark = mark.strip().replace("\u202f", " ").replace("\u00a0", " ")
    hour = int(head["hour"])
    if _AFTERNOON.match(mark) and hour < 12:
        hour += 12
    elif _MORNING.match(mark) and hour == 12:
        hour = 0
    try:
        return datetime(year, int(parts["m"]), int(parts["d"]), hour, int(head["minute"]),
                        int(given.get("seconds") or 0), tzinfo=UTC)  # fmt: skip
    except ValueError:
        return None
