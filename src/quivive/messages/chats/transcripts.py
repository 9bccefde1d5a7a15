"""What was said in a call, from its transcript (turns, WebVTT, SubRip, recogniser output in JSON)?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from quivive.errors import Unreadable
from quivive.exports import NAMED_TURN, TURN
from quivive.intake import decode, derive
from quivive.messages.chats.conversation import (
    TURNS,
    Conversation,
    Turn,
    load_json,
    render,
    rows,
    table,
    words,
)
from quivive.model import Context, Item, Source, Subject, Yield, finding

LENGTH = 8 * 2**20

_CUE = re.compile(
    r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]+-->[ \t]+(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[^\n]*\n"
)
_VOICE = re.compile(r"<v(?:\.[\w.]*)?[ \t]+([^>\n]{1,80})>")
_MARK = re.compile(r"<[^<>\n]{0,200}>")
_SPEAKS = re.compile(r"(?:\[([\w -]{1,40})\]:?|([^\W\d_][\w .'’-]{0,30}):)[ \t]+(?=\S)")


class TranscriptDetector:
    """Opens transcripts of calls as one text with turns."""

    name = "messages.transcripts"
    version = "1"
    accepts = frozenset(
        {"text/x-transcript", "text/vtt", "application/x-subrip", "application/x-transcript+json"}
    )
    online = False
    codes: Mapping[str, str] = {
        "transcript/older-not-read": "The call is long: at least {turns} of its first turns "
        "were not examined.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the words of the call as one text; raise Unreadable where there are none."""
        if not isinstance(subject, Item):
            return
        if subject.media_type == "text/x-transcript":
            text = decode(subject.data, context.limits.text)
            speakers, left_out = _speakers(text), 0
        else:
            call = read(subject.media_type, subject.data)
            rendered = render(call.turns, context.limits.text)
            text, left_out = rendered.text, rendered.left_out
            speakers = list(dict.fromkeys(turn.speaker for turn in rendered.turns if turn.speaker))
        meta = {"kind": "call", "speakers": "\n".join(speakers[:50])}
        channel = subject.channel or "call"
        yield derive(subject, "text", text, origin="call", channel=channel, meta=meta, limits=context.limits)
        if left_out:
            yield finding(self, "transcript/older-not-read", "open", subject, params={"turns": left_out})


def _speakers(text: str) -> list[str]:
    """Parties of a transcript that is kept as it stands, so that quotes point into the original."""
    names = [match["role"] for match in TURN.finditer(text)]
    names = names or [match["name"] for match in NAMED_TURN.finditer(text)]
    return list(dict.fromkeys(names))


def read(media_type: str, data: bytes) -> Conversation:
    """Turns of a transcript in WebVTT, SubRip or JSON. Raises Unreadable where there are none."""
    if media_type == "application/x-transcript+json":
        turns = tuple(_json_turns(load_json(data)))
    else:
        turns = tuple(_cues(decode(data[: LENGTH * 4], LENGTH)))
    if not turns:
        raise Unreadable("This transcript holds no words.")
    return Conversation("", "call", _joined(turns))


def _cues(text: str) -> Iterator[Turn]:
    """Cues of WebVTT (W3C) or SubRip: a time line, then words until an empty line."""
    position = 0
    while (cue := _CUE.search(text, position)) is not None:
        end = text.find("\n\n", cue.end())
        position = end if end >= 0 else len(text)
        payload = text[cue.end() : position]
        voice = _VOICE.search(payload)
        said = " ".join(_MARK.sub("", payload).split())
        speaks = None if voice else _SPEAKS.match(said)
        speaker = voice[1] if voice else (speaks[1] or speaks[2]) if speaks else ""
        said = said[speaks.end() :] if speaks else said
        if said:
            yield Turn(speaker.strip(), None, said)


def _json_turns(value: object) -> Iterator[Turn]:
    """Segments of Whisper, WhisperX and their like: `text`, sometimes `speaker`."""
    segments = rows(table(value).get("segments")) or rows(value)
    for segment in map(table, segments[:TURNS]):
        said = words(segment.get("text")).strip()
        if said:
            yield Turn(words(segment.get("speaker"))[:80], None, said)


def _joined(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Neighbouring pieces of one speaker as one turn: recognisers cut at pauses."""
    joined: list[tuple[str, list[str]]] = []
    for turn in turns[:TURNS]:
        if joined and joined[-1][0] == turn.speaker:
            joined[-1][1].append(turn.text)
        else:
            joined.append((turn.speaker, [turn.text]))
    return tuple(Turn(speaker, None, " ".join(said)) for speaker, said in joined)


DETECTORS = (TranscriptDetector,)
