"""Which parts of a SIP message are examined by themselves: texts, messages within, files?"""

from __future__ import annotations

from collections.abc import Iterator

from quivive.calls.sip import bodies
from quivive.calls.sip.bodies import Part
from quivive.calls.sip.message import Message, is_start_line
from quivive.intake import derive
from quivive.model import Item, Limits

SIP_TYPES = frozenset({"message/sip", "message/sipfrag"})
_SIGNALLING = (
    "application/sdp", "application/isup", "application/qsig", "application/dtmf", "application/vq-rtcpxr",
    "application/broadsoft", "application/csta", "application/trickle", "application/rs-metadata",
    "application/simple-message-summary", "application/vnd.3gpp", "application/vnd.etsi",
)  # fmt: skip
"""Kinds that speak to machines; the session description is read by `sdp`."""


def items(item: Item, message: Message, limits: Limits) -> Iterator[Item]:
    """The parts of a message's body and the message that hides behind it."""
    for number, part in enumerate(bodies.parts(message), 1):
        if part.data.strip() and not _is_signalling(part):
            yield _item(item, message, part, number, limits)
    if is_second(message):
        yield derive(item, "second-message.sip", message.extra.lstrip(b"\r\n"), "message/sip",
                     origin="second message of the datagram", channel="call", limits=limits)  # fmt: skip


def is_second(message: Message) -> bool:
    """Whether what follows the body begins like a SIP message."""
    return is_start_line(message.extra.lstrip(b"\r\n").partition(b"\n")[0])


def _is_signalling(part: Part) -> bool:
    named = part.media_type.startswith(_SIGNALLING) or part.media_type.endswith("+xml")
    return named or (not part.media_type and part.data.lstrip().startswith(b"v=0"))


def _item(item: Item, message: Message, part: Part, number: int, limits: Limits) -> Item:
    if part.media_type in SIP_TYPES:
        return derive(item, f"part-{number}.sip", part.data, "message/sip", origin="SIP message within",
                      channel="call", limits=limits)  # fmt: skip
    if part.media_type in ("text/plain", "") and b"\x00" not in part.data:
        return derive(item, f"part-{number}.txt", part.data, "text/plain", origin="text in the SIP message",
                      channel="sms" if message.method == "MESSAGE" else "call", limits=limits)  # fmt: skip
    return derive(item, f"part-{number}", part.data, origin="part of the SIP message", limits=limits)
