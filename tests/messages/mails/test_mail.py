"""Are mails read as their readers see them, however broken, and is what they hide or carry named?"""

from __future__ import annotations

import base64
import io
import lzma
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import take
from quivive.messages.mails.charsets import base64 as lenient_base64
from quivive.messages.mails.charsets import words
from quivive.messages.mails.mail import addresses, parse
from quivive.messages.mails.mail_detector import MailDetector
from quivive.messages.mails.mime import PARTS
from quivive.model import Context, Finding, Item, Observable

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
DATA = Path(os.environ.get("QUIVIVE_DATA", "../shared/data")) / "messages"


def examine(mail: bytes | str) -> list[Finding | Item | Observable]:
    data = mail.encode() if isinstance(mail, str) else mail
    return list(MailDetector().examine(take(data, "m.eml", "message/rfc822"), NOW))


def codes(mail: bytes | str) -> set[str]:
    return {result.code for result in examine(mail) if isinstance(result, Finding)}


def items(mail: bytes | str) -> dict[str, Item]:
    return {r.name.removeprefix("m.eml/"): r for r in examine(mail) if isinstance(r, Item)}


def attached(
    name: str, data: bytes, media_type: str = "application/octet-stream", text: str = "See it."
) -> bytes:
    head = (
        "From: a@shop.example\nSubject: File\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--b\nContent-Type: {media_type}\nContent-Disposition: attachment;\n filename*=utf-8''"
    )
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    return (
        (head + quoted + "\nContent-Transfer-Encoding: base64\n\n").encode()
        + base64.encodebytes(data)
        + b"--b--\n"
    )


def test_it_reads_sender_subject_date_and_body() -> None:
    mail = parse(
        b'From: "Your Bank" <help@bank.example>\r\nTo: Ana <ana@home.example>, bob@home.example\r\n'
        b"Reply-To: other@mail.example\r\nReturn-Path: <bounce@bank.example>\r\n"
        b"Subject: =?utf-8?q?Zahlung_=C3=BCberf=C3=A4llig?=\r\nDate: Tue, 3 Nov 2026 10:00:00 +0100\r\n"
        b"Authentication-Results: mx.home.example; spf=pass\r\n\r\nPlease pay.\r\n"
    )
    assert mail.sender is not None
    assert (mail.sender.display, mail.sender.address, mail.sender.domain) == (
        "Your Bank", "help@bank.example", "bank.example",
    )  # fmt: skip
    assert [a.address for a in mail.to] == ["ana@home.example", "bob@home.example"]
    assert mail.reply_to[0].domain == "mail.example"
    assert mail.return_path is not None
    assert mail.return_path.address == "bounce@bank.example"
    assert mail.date == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    assert mail.text == "Zahlung überfällig\n\nPlease pay."
    assert mail.authentication_results == ("mx.home.example; spf=pass",)


def test_the_text_item_holds_no_header_but_the_subject() -> None:
    head = "From: a@b.example\nX-Mailer: Secret\nDate: Tue, 3 Nov 2026 10:00:00 +0000\nSubject: Hi"
    text = items(f"{head}\n\nBody")["text"]
    assert text.text == "Hi\n\nBody"
    assert text.channel == "email"
    assert text.meta["from"] == "a@b.example"
    assert text.received_at == datetime(2026, 11, 3, 10, tzinfo=UTC)


def test_it_prefers_the_html_body_where_the_plain_one_is_a_stub_or_says_something_else() -> None:
    mail = (
        "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\n{plain}\n"
        "--b\nContent-Type: text/html\n\n"
        "<p>Your account is <b>locked</b>. Confirm your card details today.</p>\n--b--\n"
    )
    locked = "Your account is locked. Confirm your card details today."
    assert parse(mail.format(plain="View this mail in a browser.").encode()).text == f"s\n\n{locked}"
    assert parse(mail.format(plain="").encode()).text == f"s\n\n{locked}"
    assert parse(
        mail.format(plain="Your account is locked.\nConfirm your card details today.").encode()
    ).text == ("s\n\nYour account is locked.\nConfirm your card details today.")


def test_links_keep_their_words_and_come_from_the_plain_body_too() -> None:
    html = b'Content-Type: text/html\n\n<a href="https://evil.example/x">www.bank.example</a>'
    assert [(link.href, link.shown_text) for link in parse(html).links] == [
        ("https://evil.example/x", "www.bank.example")
    ]
    plain = b"Subject: s\n\nGo to https://evil.example/y."
    assert parse(plain).links[0].href == "https://evil.example/y"


MULTIPART = b"Content-Type: multipart/mixed; boundary=b\n\n"
FAULTS: dict[str, tuple[bytes, str]] = {
    "no closing boundary": (MULTIPART + b"--b\n\nHello", "Hello"),
    "undeclared boundary": (
        b"Content-Type: multipart/mixed\n\n--zz\nContent-Type: text/plain\n\nHello\n--zz--",
        "Hello",
    ),
    "boundary that does not occur": (MULTIPART + b"Hello", "Hello"),
    "unclosed quote": (b'Content-Type: multipart/mixed; boundary="b\n\n--b\n\nHello\n--b--', "Hello"),
    "inner boundary that begins like the outer": (
        MULTIPART + b"--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\nHello\n--bb--\n--b--",
        "Hello",
    ),
    "wrong charset": (
        "Content-Type: text/plain; charset=us-ascii\n\nGrüße aus Köln".encode(),
        "Grüße aus Köln",
    ),
    "unknown charset": ("Content-Type: text/plain; charset=x-none\n\nGrüße".encode(), "Grüße"),
    "charset that is no charset": (b"Content-Type: text/plain; charset=hex\n\nabcd", "abcd"),
    "latin-1 under the name utf-8": (
        "Content-Type: text/plain; charset=utf-8\n\nDas Paket wartet, Gebühr fällig".encode("latin-1"),
        "Das Paket wartet, Gebühr fällig",
    ),
    "base64 without padding": (b"Content-Transfer-Encoding: base64\n\nSGVsbG8", "Hello"),
    "base64 with rubbish": (b"Content-Transfer-Encoding: base64\n\nSGV!!sbG 8=\n", "Hello"),
    "broken quoted-printable": (
        b"Content-Transfer-Encoding: quoted-printable\n\nHel=\nlo=ZZ=",
        "Hello=ZZ",
    ),
    "html that calls itself plain": (
        b"Content-Type: text/plain\n\n<html><body><p>Hello</p></body></html>",
        "Hello",
    ),
    "carriage returns alone": (b"From: a@b.example\r\rHello", "Hello"),
    "byte order mark": (b"\xef\xbb\xbfFrom: a@b.example\n\nHello", "Hello"),
    "UTF-16": ("From: a@b.example\n\nHello".encode("utf-16"), "Hello"),
    "mbox line first": (b"From a@b.example Tue Nov  3 10:00:00 2026\nFrom: a@b.example\n\nHello", "Hello"),
    "no empty line before the body": (
        b"From: a@b.example\nSubject:\nHello and welcome\nto you",
        "Hello and welcome\nto you",
    ),
    "no header": (b"\n\nHello", "Hello"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_reads_through(fault: str) -> None:
    mail, text = FAULTS[fault]
    assert parse(mail).text == text


def test_a_header_line_that_is_not_folded_belongs_to_the_one_before() -> None:
    mail = parse(b"Subject: Your parcel\nwaits for you\nFrom: a@b.example\n\nHello")
    assert mail.subject == "Your parcel waits for you"
    assert mail.sender is not None
    assert "a header line is not folded as the standard asks" in mail.defects


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe?= dort", "Grüße dort"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?x-unknown?q?Hello?=", "Hello"),
        ("=?utf-8?B?!!!?= rest", " rest"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("50 =? 60", "50 =? 60"),
    ],
)
def test_encoded_words(written: str, meant: str) -> None:
    assert words(written) == meant


@pytest.mark.parametrize(
    ("value", "display", "address"),
    [
        ('"Bank, Support" <x@evil.example>', "Bank, Support", "x@evil.example"),
        ("support@bank.example <x@evil.example>", "support@bank.example", "x@evil.example"),
        ('"a <help@bank.example>" <x@evil.example>', "a <help@bank.example>", "x@evil.example"),
        ("x@evil.example (Bank)", "Bank", "x@evil.example"),
        ("<x@evil.example", "", "x@evil.example"),
        ("Bank Support", "Bank Support", ""),
    ],
)
def test_addresses_with_names_that_mislead(value: str, display: str, address: str) -> None:
    found = addresses(value)
    assert len(found) == 1
    assert (found[0].display, found[0].address) == (display, address)


def test_concatenated_base64_is_read_to_its_end() -> None:
    first, second = base64.b64encode(b"a" * 20), base64.b64encode(b"b" * 25)
    assert lenient_base64(first + b"\n" + second) == b"a" * 20 + b"b" * 25


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("invoice.exe", b"anything", {"mail/attached-program"}),
        (
            "photo.jpg",
            b"MZ" + bytes(80) + b"PE\0\0" + bytes(20),
            {"mail/attached-program", "mail/type-mismatch"},
        ),
        ("invoice.pdf.js", b"var a = 1;", {"mail/attached-program", "mail/double-extension"}),
        ("invoice\u202efdp.exe", b"x", {"mail/attached-program", "mail/reversed-name"}),
        ("statement.pdf", b"<html><body><form></form></body></html>", {"mail/type-mismatch"}),
        ("disk.iso", bytes(0x8001) + b"CD001" + bytes(100), {"mail/attached-container"}),
        ("report.docm", b"PK\x03\x04" + bytes(40), {"mail/attached-macro"}),
        ("run", b"L\0\0\0\x01\x14\x02\0" + bytes(60), {"mail/attached-program"}),
        ("minutes.pdf", b"%PDF-1.7 ok", set()),
        ("v1.2.3-notes.txt", b"plain notes", set()),
        ("unknown.dat", bytes(range(256)), set()),
    ],
)
def test_attachments_that_run_or_pretend(name: str, data: bytes, expected: set[str]) -> None:
    assert codes(attached(name, data)) == expected


def test_attachments_become_items_typed_by_content_with_passwords_from_the_text() -> None:
    found = items(attached("a.zip", b"PK\x03\x04" + bytes(30), "image/png", "Das Passwort lautet: Krokus77."))
    archive = found["a.zip"]
    assert archive.media_type == "application/zip"
    assert archive.hints[0] == "Krokus77"
    assert archive.parent == "m.eml"


def test_an_attached_mail_becomes_a_mail() -> None:
    inner = b"Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: inner\n\nHi\n"
    found = items(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below\n--b\n" + inner + b"--b--")
    assert found["mail"].media_type == "message/rfc822"
    assert parse(found["mail"].data).subject == "inner"


def test_hidden_filler_is_named_and_kept_out_of_the_text() -> None:
    filler = "thank you for travelling with us and see you soon " * 20
    mail = f'Content-Type: text/html\n\n<p>Win a prize</p><div style="display:none">{filler}</div>'
    assert "mail/hidden-text" in codes(mail)
    assert items(mail)["text"].text == "Win a prize"


def test_a_newsletter_with_a_preview_line_hides_nothing() -> None:
    mail = 'Content-Type: text/html\n\n<div style="display:none">Our autumn offers</div><p>Dear customer</p>'
    assert codes(mail) == set()


def test_a_password_form_or_script_in_a_mail_is_named() -> None:
    form = '<form action="https://evil.example/c"><input type="password"></form>'
    assert codes(f"Content-Type: text/html\n\n<p>Log in</p>{form}") == {"mail/password-form"}
    assert codes("Content-Type: text/html\n\n<p>Hi</p><script>go()</script>") == {"mail/script"}


def test_a_mail_of_remote_pictures_says_that_they_were_not_seen() -> None:
    assert codes('Content-Type: text/html\n\n<img src="https://pics.example/1.png">') == {
        "mail/only-remote-pictures"
    }


def test_links_and_addresses_become_observables() -> None:
    link = '<a href="https://evil.example.org/l">bank</a>'
    mail = f"From: Bank <x@evil.example.org>\nContent-Type: text/html\n\n{link}"
    found = {(r.type, r.value) for r in examine(mail) if isinstance(r, Observable)}
    assert {("url", "https://evil.example.org/l"), ("email-addr", "x@evil.example.org")} <= found


def test_what_is_no_mail_is_refused() -> None:
    with pytest.raises(Unreadable):
        parse(b"   \n ")


def _nested(levels: int) -> bytes:
    head = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    return b"".join(head % (level, level) for level in range(levels)) + b"\nHi\n"


HTML = b"Content-Type: text/html\n\n"
HOSTILE = {
    "10,000 levels": lambda: _nested(10_000),
    "messages in messages": lambda: b"Content-Type: message/rfc822\n\n" * 50_000,
    "100,000 fields": lambda: b"".join(b"X-%d: y\n" % i for i in range(100_000)) + b"\nHi",
    "one field folded a million times": lambda: b"Subject: x\n" + b" y\n" * 1_000_000 + b"\nHi",
    "ten million boundaries": lambda: MULTIPART + b"--b\n" * 10_000_000,
    "near boundaries": lambda: MULTIPART + b"--b x\n" * 5_000_000,
    "50 MB of text": lambda: b"Subject: s\n\n" + b"hello world\n" * 4_300_000,
    "parameters without end": lambda: b"Content-Type: text/plain" + b";" * 2_000_000 + b"\n\nHi",
    "nested comments": lambda: b"From: " + b"(" * 60_000 + b"\n\nHi",
    "deep HTML": lambda: b"Content-Type: text/html\n\n" + b"<div>" * 500_000 + b"x",
    "one tag of many attributes": lambda: HTML + b"<p " + b" ".join(b"a%d=1" % i for i in range(200_000)),
    "numbers without end": lambda: b"Content-Type: text/html\n\n&#" + b"9" * 500_000 + b";",
    "style without braces": lambda: b"Content-Type: text/html\n\n<style>" + b"a b " * 500_000,
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_mails_take_seconds_not_hours(attack: str) -> None:
    mail = HOSTILE[attack]()
    started = time.process_time()
    results = examine(mail)
    assert time.process_time() - started < 5
    assert len(results) <= PARTS + 100


HEADS = [b"", MULTIPART + b"--b\n", b"Content-Type: text/html\n\n<a "]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(HEADS))
def test_any_bytes_give_results_or_a_reason(data: bytes, head: bytes) -> None:
    with suppress(CouldNotLook):
        assert len(examine(head + data)) < 3 * PARTS


def _real_mails() -> Iterator[tuple[str, bytes]]:
    archive = lzma.decompress((DATA / "raw_phishing_300.tar.xz").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            opened = tar.extractfile(member) if member.isfile() else None
            if opened:
                yield member.name, opened.read()


@pytest.mark.skipif(not DATA.exists(), reason="shared data are not on this machine")
def test_all_300_real_phishing_mails_give_the_text_that_a_person_sees() -> None:
    mails = [(name, parse(data)) for name, data in _real_mails()]
    assert len(mails) == 300
    for name, mail in mails:
        pictures_only = bool(mail.page and mail.page.remote) or bool(mail.attachments)
        assert mail.text[len(mail.subject) :].strip() or pictures_only, name
    assert sum(len(mail.text) > len(mail.subject) + 2 for _, mail in mails) >= 295
