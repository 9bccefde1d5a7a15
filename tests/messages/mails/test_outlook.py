"""Are Outlook messages read, with what they carry and wrap, and damaged ones refused?"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import take
from quivive.messages.mails import eml, mail, outlook, outlook_rtf
from quivive.model import Context, Item

DATA = Path(__file__).parents[2] / "data" / "messages"
sys.path.insert(0, str(DATA))

import make_msg  # noqa: E402

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))


def test_the_fixtures_are_what_their_generator_writes() -> None:
    for name, tree in make_msg.FILES.items():
        assert (DATA / name).read_bytes() == make_msg.compound_file(tree), name


def test_it_reads_a_message_with_recipient_attachment_and_message_inside() -> None:
    read = outlook.parse((DATA / "invoice.msg").read_bytes())
    assert read.text == "Invoice 4711 – überfällig\n\nPlease pay today.\nThe password is Krokus77."
    assert read.sender is not None
    assert (read.sender.display, read.sender.domain) == ("Supplier Ltd", "supp1ier.example")
    assert [to.address for to in read.to] == ["ana@shop.example"]
    assert read.date == datetime(2023, 11, 15, 2, tzinfo=UTC)
    program, inner = read.attachments
    assert (program.name, program.data) == ("invoice.pdf.exe", make_msg.PROGRAM)
    assert mail.parse(inner.data).text == "Our new account\n\nPlease pay to the new account."


def test_the_detector_writes_the_message_down_as_a_mail() -> None:
    item = take((DATA / "invoice.msg").read_bytes(), "invoice.msg")
    assert item.media_type == "application/vnd.ms-outlook"
    (written,) = outlook.OutlookDetector().examine(item, NOW)
    assert isinstance(written, Item)
    assert (written.media_type, written.channel) == ("message/rfc822", "email")
    again = mail.parse(written.data)
    assert again.subject == "Invoice 4711 – überfällig"
    assert [attachment.name for attachment in again.attachments] == ["invoice.pdf.exe", "mail"]
    assert again.attachments[0].data == make_msg.PROGRAM


def test_signatures_over_the_bytes_as_they_travelled_are_not_carried_over() -> None:
    original = mail.parse(b"DKIM-Signature: v=1; b=x\nFrom: a@b.example\nSubject: s\n\nHello")
    assert b"DKIM-Signature" not in eml.write(original)
    assert mail.parse(eml.write(original)).text == original.text


def test_html_wrapped_in_rtf_keeps_its_links() -> None:
    read = outlook.parse((DATA / "html_in_rtf.msg").read_bytes())
    assert read.text == "RTF only\n\nCafé closes, click here"
    assert [(link.href, link.shown_text) for link in read.links] == [
        ("https://pay.example.org/x", "click here")
    ]


def test_a_body_of_rtf_alone_is_read() -> None:
    read = outlook.parse((DATA / "rtf_only.msg").read_bytes())
    assert read.text == "RTF only\n\nYour parcel waits.\nPay the fee now."


@pytest.mark.parametrize(
    ("packed", "rtf_text"),
    [
        (
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        ),
        (
            "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0",
            b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
        ),
    ],
)
def test_the_examples_of_the_specification_decompress(packed: str, rtf_text: bytes) -> None:
    """MS-OXRTFCP §4.1.1 and §4.1.2: a simple one, and one that reads what it is still writing."""
    assert outlook_rtf.decompress(bytes.fromhex(packed)) == rtf_text


@pytest.mark.parametrize("name", ["no_message.msg", "cut_off.msg"])
def test_damaged_messages_are_refused_with_a_sentence(name: str) -> None:
    item = take((DATA / name).read_bytes(), name)
    assert item.media_type == "application/vnd.ms-outlook"
    with pytest.raises(Unreadable, match=r"\.$"):
        list(outlook.OutlookDetector().examine(item, NOW))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6143), st.binary(min_size=1, max_size=40))
def test_any_damage_gives_a_message_or_a_reason(position: int, rubbish: bytes) -> None:
    data = bytearray((DATA / "invoice.msg").read_bytes())
    data[position : position + len(rubbish)] = rubbish
    with suppress(CouldNotLook):
        outlook.parse(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_any_rtf_gives_text_or_a_reason(data: bytes) -> None:
    with suppress(CouldNotLook):
        outlook_rtf.to_text(outlook_rtf.decompress(b"\x10\0\0\0\0\x02\0\0LZFu\0\0\0\0" + data))
    outlook_rtf.to_html(b"{\\rtf1\\fromhtml1 " + data)
