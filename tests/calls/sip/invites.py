"""SIP messages for tests, made up by us: 555-01xx numbers, example domains and addresses."""

from __future__ import annotations

from quivive.calls.sip.caller import Call, call_of
from quivive.calls.sip.message import Message, parse

FIELDS = {
    "Via": "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhds",
    "Max-Forwards": "70",
    "From": "<sip:+12155550100@example.com;user=phone>;tag=1928301774",
    "To": "<sip:+12155550199@example.net;user=phone>",
    "Call-ID": "a84b4c76e66710@192.0.2.7",
    "CSeq": "314159 INVITE",
    "Contact": "<sip:+12155550100@192.0.2.7:5060>",
    "Date": "Sun, 22 Nov 2026 12:00:00 GMT",
}
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    b"m=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    b"a=fmtp:101 0-16\r\na=ptime:20\r\n"
)


def invite(
    body: bytes = b"", *more: str, method: str = "INVITE", uri: str = "", **fields: str | None
) -> bytes:
    """A sound INVITE. `fields` replace or (None) remove one, '_' standing for '-'; `more` are whole lines."""
    held: dict[str, str | None] = dict(FIELDS) | {"CSeq": f"314159 {method}"}
    held |= {name.replace("_", "-"): value for name, value in fields.items()}
    if body:
        held.setdefault("Content-Type", "application/sdp")
    held.setdefault("Content-Length", str(len(body)))
    lines = [f"{name}: {value}" for name, value in held.items() if value is not None]
    head = "\r\n".join([f"{method} {uri or 'sip:+12155550199@example.net'} SIP/2.0", *lines, *more])
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def message(*args: object, **fields: str | None) -> Message:
    """`invite`, read."""
    return parse(invite(*args, **fields))  # type: ignore[arg-type]


def call(*args: object, **fields: str | None) -> Call:
    """`invite`, read as a call."""
    return call_of(message(*args, **fields))
