"""Are backups of text messages read by correspondent, without trusting XML?"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import take
from quivive.messages.chats.sms_backup import CONVERSATIONS, SmsBackupDetector
from quivive.model import Context, Finding, Item, Observable

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"


def sms(
    address: str, body: str, date: int = 1704189660000, type_: int = 1, contact: str = "(Unknown)"
) -> str:
    head = f'<sms protocol="0" address="{address}" date="{date}" type="{type_}"'
    return f'{head} body="{body}" contact_name="{contact}" />'


def examine(data: str, name: str = "sms.xml") -> list[Finding | Item | Observable]:
    return list(SmsBackupDetector().examine(take(data.encode(), name), NOW))


def items(data: str, name: str = "sms.xml") -> list[Item]:
    return [r for r in examine(data, name) if isinstance(r, Item)]


def test_each_correspondent_is_a_conversation_latest_first() -> None:
    messages = [
        sms("+12025550143", "Your parcel waits"),
        sms("+1 202 555 0144", "Hi &amp; hello", 1704189670000, contact="Ana"),
        sms("+12025550144", "Who?", 1704189680000, 2, "Ana"),
        sms("BANK", "Code 1234", 1704189600000),
    ]
    backup = HEAD + '<smses count="4">' + "".join(messages) + "</smses>"
    found = items(backup)
    assert [item.text for item in found] == ["Ana: Hi & hello\nme: Who?", "Your parcel waits", "Code 1234"]
    assert {item.channel for item in found} == {"sms"}
    assert found[1].received_at == datetime(2024, 1, 2, 10, 1, tzinfo=UTC)
    assert found[1].meta["title"] == "+12025550143"


def test_the_number_becomes_an_observable() -> None:
    found = examine(HEAD + f'<smses count="1">{sms("+12025550143", "Hi")}</smses>')
    assert [(r.type, r.value) for r in found if isinstance(r, Observable)] == [
        ("phone-number", "+12025550143")
    ]


def test_signs_written_as_two_references_are_put_together() -> None:
    (item,) = items(HEAD + f"<smses>{sms('+12025550143', 'Hi &#55357;&#56832;&#10;there')}</smses>")
    assert item.text == "Hi 😀\nthere"


def test_text_parts_of_mms_are_read() -> None:
    mms = (
        '<mms date="1704189660000" msg_box="1" address="+12025550143" contact_name="null"><parts>'
        '<part ct="application/smil" text="null"/><part ct="text/plain" text="Look at this"/></parts></mms>'
    )
    assert [item.text for item in items(HEAD + f"<smses>{mms}</smses>")] == ["Look at this"]


def test_declared_entities_are_neither_loaded_nor_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///x">]>'
    (item,) = items(HEAD + bomb + f"<smses>{sms('+12025550143', 'x &b; &f; y')}</smses>")
    assert item.text == "x &b; &f; y"


def test_tables_with_a_first_line_of_names_are_read() -> None:
    table = (
        "Chat Session,Message Date,Service,Type,Sender ID,Sender Name,Text\n"
        'Ana,2024-01-02 10:01:00,SMS,Incoming,+12025550143,Ana,"Hi, it is me"\n'
        "Ana,2024-01-02 10:02:00,SMS,Outgoing,,,Who?\n"
    )
    texts = [item.text for item in items(table, "messages.csv")]
    assert texts == ["Ana: Hi, it is me\nme: Who?"]


def test_of_many_conversations_the_latest_are_examined_and_the_rest_is_named() -> None:
    backup = "".join(
        sms(f"+1202555{number:04d}", "Hi", 1704189660000 + number) for number in range(CONVERSATIONS + 5)
    )
    results = examine(HEAD + f"<smses>{backup}</smses>")
    found = [r for r in results if isinstance(r, Item)]
    assert len(found) == CONVERSATIONS
    assert found[0].meta["title"].endswith("0104")
    assert [r.code for r in results if isinstance(r, Finding)] == ["sms/not-all-read"]


@pytest.mark.parametrize(
    "backup", [HEAD + "<smses></smses>", HEAD + "<smses><sms body='' address='1'/></smses>"]
)
def test_an_empty_backup_is_refused(backup: str) -> None:
    with pytest.raises(Unreadable):
        examine(backup)


def test_a_large_backup_takes_seconds() -> None:
    backup = HEAD + "<smses>" + sms("+12025550143", "Hi there") * 30_000 + "<sms " * 100_000
    started = time.process_time()
    items(backup)
    assert time.process_time() - started < 10


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=300),
    st.sampled_from(sorted(SmsBackupDetector.accepts)),
    st.sampled_from(["", "<smses><sms body=", "sender,text,date\n"]),
)
def test_anything_gives_messages_or_a_reason(text: str, media_type: str, head: str) -> None:
    item = take((head + text).encode("utf-8", "replace"), "x", media_type)
    with suppress(CouldNotLook):
        list(SmsBackupDetector().examine(item, NOW))
