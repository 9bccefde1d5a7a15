"""Invitations and cards give their words and who sent them."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from messages.reader_helpers import codes, items, look, maker
from quivive.intake import take
from quivive.messages.documents.calendars import Calendars, content_lines
from quivive.model import Finding, Observable

make = maker("documents/make_documents.py")


def test_an_invitation_gives_its_words_with_folded_lines_joined() -> None:
    item = take(make.INVITATION, "invite.ics")
    assert item.media_type in Calendars.accepts
    results, _ = look(Calendars(), item)
    text = items(results)["invite.ics/text"].text or ""
    assert "see https://refund.example/cancel\nBilling team" in text
    assert "https://meet.example/abc" in text


def test_the_organizer_is_named_and_a_value() -> None:
    results, _ = look(Calendars(), take(make.INVITATION, "invite.ics"))
    assert codes(results) == [("document/invitation", "informational")]
    (told,) = [each for each in results if isinstance(each, Finding)]
    assert "Billing; Support (billing@example.org)" in told.message
    assert [o.value for o in results if isinstance(o, Observable)] == ["billing@example.org"]


def test_attendees_are_left_out() -> None:
    results, _ = look(Calendars(), take(make.INVITATION, "invite.ics"))
    assert "you@example.com" not in str(results)


def test_a_card_gives_its_numbers_and_addresses() -> None:
    results, _ = look(Calendars(), take(make.CARD, "card.vcf", "text/vcard"))
    values = {(o.type, o.value) for o in results if isinstance(o, Observable)}
    assert values == {("phone-number", "+447700900123"), ("email-addr", "help@example.org"),
                      ("url", "https://helpdesk.example/")}  # fmt: skip
    assert "Bank Helpdesk" in (items(results)["card.vcf/text"].text or "")


def test_what_is_no_calendar_could_not_be_looked_into() -> None:
    assert look(Calendars(), take(b"hello", "x", "text/calendar"))[1]


def test_a_hostile_line_is_passed_over_quickly() -> None:
    started = time.process_time()
    list(content_lines("A;" + 'x="a",' * 30_000 + "\n" + "B" + ";a,a" * 30_000))
    assert time.process_time() - started < 2


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('BEGIN:;,="\\\n \tVCALUSMRYx<>{}@.'), max_size=400))
def test_any_text_is_read_or_could_not_be_looked_into(text: str) -> None:
    item = replace(take(("BEGIN:VCALENDAR\n" + text).encode(), "x", "text/calendar"))
    _, reason = look(Calendars(), item)
    assert reason == "" or reason.endswith(".")
