"""Does a mailbox give each of its mails, and no line of a mail as another mail?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.errors import Unreadable
from quivive.intake import take
from quivive.messages.mails import mail
from quivive.messages.mails.mbox import MAILS, MboxDetector, mails
from quivive.model import Context, Finding, Item

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
LINE = b"From a@b.example Tue Nov  3 10:00:00 2026\n"


def test_each_mail_becomes_an_item() -> None:
    box = (
        LINE
        + b"From: a@b.example\nSubject: one\n\nHi\n\n"
        + LINE
        + b"From: c@d.example\nSubject: two\n\nHo\n"
    )
    item = take(box, "old.mbox")
    assert item.media_type == "application/mbox"
    found = [r for r in MboxDetector().examine(item, NOW) if isinstance(r, Item)]
    assert [mail.parse(r.data).subject for r in found] == ["one", "two"]
    assert {r.media_type for r in found} == {"message/rfc822"}


def test_a_quoted_from_line_stays_in_its_mail() -> None:
    box = LINE + b"Subject: one\n\n>From here on it is easy.\n>>From there too.\nFrom now on, pay.\n"
    (only,) = mails(box)
    assert mail.parse(only).body_text.split("\n")[:3] == [
        "From here on it is easy.",
        ">From there too.",
        "From now on, pay.",
    ]


def test_a_large_mailbox_says_what_was_not_read() -> None:
    box = (LINE + b"Subject: s\n\nHi\n\n") * (MAILS + 1)
    results = list(MboxDetector().examine(take(box, "big.mbox"), NOW))
    assert sum(isinstance(r, Item) for r in results) == MAILS
    assert [r.code for r in results if isinstance(r, Finding)] == ["mbox/not-all-read"]


def test_what_is_no_mailbox_is_refused() -> None:
    with pytest.raises(Unreadable):
        list(MboxDetector().examine(take(b"From me to you", "x.mbox", "application/mbox"), NOW))


@given(st.binary(max_size=500))
def test_any_bytes_are_cut_into_at_most_themselves(data: bytes) -> None:
    assert sum(map(len, mails(data))) <= len(data)
