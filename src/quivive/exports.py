"""Is this text a conversation that a program exported, or the transcript of a call?

Such text gets a media type of its own. So the reader of exports takes it apart, and what scores texts sees
the conversation once and never the raw file as well.
"""

from __future__ import annotations

import re

CHAT_LINE = re.compile(
    r"^[\u200e\u200f\ufeff ]*(?P<bracket>\[?)"
    r"(?P<first>\d{1,4})(?P<between> ?[./-] ?|[年년] ?)(?P<second>\d{1,2})(?: ?[./-] ?|[月월] ?)"
    r"(?P<third>\d{1,4})\.?[日일]?"
    r",?[ \u00a0\u202f]?(?P<before>[^\d\s\]:]{0,12})[ \u00a0\u202f]?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<seconds>\d{2}))?"
    r"(?:[ \u00a0\u202f]?(?P<after>[^\W\d_][^\d\]\n:-]{0,13}?))?"
    r"(?:\][ ]?|[ ]?[-–][ ]|,[ ])(?=\S)",
    re.MULTILINE,
)
"""The head of a message in a text export: WhatsApp on Android and iOS, Signal tools, KakaoTalk."""
PASTED_LINE = re.compile(
    r"^\[(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[ \u00a0\u202f]?(?P<after>[^\W\d_][^\d\],\n]{0,13}))?, "
    r"(?P<first>\d{1,4})(?P<between>[./-])(?P<second>\d{1,2})[./-](?P<third>\d{1,4})\] (?=\S)",
    re.MULTILINE,
)
"""The head of a message that was copied out of WhatsApp Web or Desktop."""
TELEGRAM_LINE = re.compile(
    r"^(?P<name>[^\n\[]{1,80}), "
    r"\[(?P<first>\d{1,4})(?P<between>[./-])(?P<second>\d{1,2})[./-](?P<third>\d{1,4})"
    r" (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<seconds>\d{2}))?(?: (?P<after>[AP]M))?\]:?[ ]?\n",
    re.MULTILINE,
)
"""The head of a message that was copied out of Telegram Desktop; the words follow on the next line."""
CHAT_LINES = (CHAT_LINE, PASTED_LINE, TELEGRAM_LINE)
IMESSAGE_HEAD = re.compile(
    r"^(?P<stamp>[A-Z][a-z]{2} \d{1,2}, \d{4}  ?\d{1,2}:\d{2}:\d{2} [AP]M)(?P<rest>(?: \([^\n]*\))?)[ ]*$",
    re.MULTILINE,
)
_JSON_SHAPES: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b'"messages"', b'"from_id"', b'"date'), "application/x-chat-export+json"),
    ((b'"messages"', b'"sender_name"', b'"timestamp_ms"'), "application/x-chat-export+json"),
    ((b'"envelope"', b'Message"', b'"timestamp"'), "application/x-chat-export+json"),
    ((b'"sender"', b'"body"', b'"date"'), "application/x-chat-export+json"),
    ((b'"segments"', b'"start"', b'"text"'), "application/x-transcript+json"),
)
_HTML_CHATS: tuple[tuple[bytes, ...], ...] = (
    (b'class="page_wrap', b'class="message '),
    (b'class="message"', b'class="sent '),
    (b'class="message"', b'class="received"'),
)
_SMS_COLUMNS = re.compile(rb"(?i)\b(?:sender|from|address|number|phone)\b.*\b(?:text|body|message|content)\b")
_SMS_DATES = re.compile(rb"(?i)\b(?:message )?(?:date|time|timestamp)\b")
ROLES = (
    r"caller|callee|called|receiver|recipient|agent|customer|client|operator|suspect|innocent|victim|scammer|"
    r"fraudster|bank|officer|support|representative|rep|host|interviewer|user|assistant|"
    r"speaker[ _]?(?:\d+|[a-d])|anrufer(?:in)?|angerufene[rn]?|kund(?:e|in)|opfer|täter(?:in)?|"
    r"berater(?:in)?|sprecher(?:in)? ?\d*|llamante|cliente|agente|víctima|estafador|operador(?:a)?|"
    r"hablante ?\d*|appelant|appelé|victime|escroc|conseiller|beller|klant|slachtoffer|chiamante|vittima|"
    r"truffatore|arayan|müşteri|来电者|客户|客服|诈骗者|受害者"
)
"""Words that stand for a party of a call at the start of a turn."""
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_STAMPED = rf"(?:[\[(]?{_TIME}[\])]?[ \t]*(?:-[ \t]*)?)?"
TURN = re.compile(
    rf"(?i)(?:^|(?<=[\n.!?…\"”。！？])[ \t\n]*){_STAMPED}\[?(?P<role>{ROLES})\]?"
    rf"(?:[ \t]*[(\[]?{_TIME}[)\]]?)?[ \t]*[:：]"
)
"""The head of a turn of a call, also in the middle of a line after the end of a sentence."""
NAMED_TURN = re.compile(rf"(?m)^{_STAMPED}(?P<name>[^\W\d_][\w .'’-]{{0,30}})[:：][ \t]+\S")
_SUBTITLE = re.compile(r"\d+[ \t]*\n\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}[ \t]+-->")


def _all_of_any(groups: tuple[tuple[bytes, ...], ...], start: bytes) -> bool:
    return any(all(mark in start for mark in marks) for marks in groups)


def json_export(start: bytes) -> str | None:
    """Media type of a chat export or transcript in JSON, else None."""
    return next((kind for marks, kind in _JSON_SHAPES if _all_of_any((marks,), start)), None)


def html_export(start: bytes) -> str | None:
    """Media type of a chat export in HTML, else None."""
    return "text/x-chat-export+html" if _all_of_any(_HTML_CHATS, start) else None


def text_export(start: bytes) -> str | None:
    """Text that a program wrote of a conversation: its own type, so that it is read turn by turn."""
    if start.startswith(b"WEBVTT"):
        return "text/vtt"
    text = start[:16384].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if _SUBTITLE.match(text):
        return "application/x-subrip"
    if any(line.match(text) and len(line.findall(text[:8192])) >= 2 for line in CHAT_LINES):
        return "text/x-chat-export"
    if IMESSAGE_HEAD.match(text):
        return "text/x-chat-export"
    first = start.partition(b"\n")[0][:2000]
    if b"," in first and _SMS_COLUMNS.search(first) and _SMS_DATES.search(first) and b"\n" in start:
        return "text/x-sms-backup+csv"
    return "text/x-transcript" if is_transcript(text) else None


def is_transcript(text: str) -> bool:
    """Whether text consists of the turns of a call: it opens with one, and two parties speak in turns.

    Roles ('Caller', 'Agent') need three turns anywhere; names need four lines, nearly all of them turns.
    """
    if TURN.match(text):
        roles = [role.lower() for role in TURN.findall(text)]
        return len(roles) >= 3 and len(set(roles)) >= 2
    if not NAMED_TURN.match(text):
        return False
    names = NAMED_TURN.findall(text)
    lines = sum(bool(line.strip()) for line in text.splitlines())
    speakers = set(names)
    often = all(names.count(name) >= 2 for name in speakers)
    return len(names) >= 4 and 2 <= len(speakers) <= 3 and often and len(names) * 10 >= lines * 9
