"""Which mails does a mailbox file hold (RFC 4155, with the '>From ' quoting of mboxrd)?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from quivive.errors import Unreadable
from quivive.intake import derive
from quivive.model import Context, Item, Source, Subject, Yield, finding

MAILS = 200
"""Mails of one mailbox that are examined."""

_START = re.compile(rb"(?:\A|(?<=\n))From [^\r\n]*\r?\n(?=[!-9;-~]+[ \t]*:|>?From )")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


class MboxDetector:
    """Opens mailbox files: every mail becomes an item of its own."""

    name = "messages.mbox"
    version = "1"
    accepts = frozenset({"application/mbox"})
    online = False
    codes: Mapping[str, str] = {
        "mbox/not-all-read": "The mailbox holds more than {most} mails; the first {most} were examined.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield each mail; raise Unreadable where there is none."""
        if not isinstance(subject, Item):
            return
        number = 0
        for number, mail in enumerate(mails(subject.data), 1):
            if number > MAILS:
                yield finding(self, "mbox/not-all-read", "open", subject, params={"most": MAILS})
                return
            name, origin = f"mail {number}", "mail in the mailbox"
            yield derive(subject, name, mail, "message/rfc822", origin=origin, channel="email",
                         limits=context.limits)  # fmt: skip
        if number == 0:
            raise Unreadable("This is no mailbox: no line 'From …' is followed by a mail.")


def mails(data: bytes) -> Iterator[bytes]:
    """The mails of a mailbox in order, their '>From ' lines unquoted."""
    start = -1
    for match in _START.finditer(data):
        if start >= 0:
            yield _unquote(data[start : match.start()])
        start = match.end()
    if start >= 0:
        yield _unquote(data[start:])


def _unquote(mail: bytes) -> bytes:
    return _QUOTED.sub(rb"\1", mail) if b">From " in mail else mail


DETECTORS = (MboxDetector,)
