"""Is the kind of evidence told by its content, whatever its name claims?"""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.sniff import sniff


def zipped(*names: str, stored: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, stored or b"x")
    return buffer.getvalue()


def box(major: bytes, *compatible: bytes) -> bytes:
    brands = b"".join(compatible)
    return (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + major + bytes(4) + brands + bytes(64)


MSG = "application/vnd.ms-outlook"
APK = "application/vnd.android.package-archive"
EXE = "application/vnd.microsoft.portable-executable"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("what", "data", "media_type"),
    [
        ("PDF", b"%PDF-1.7\n", "application/pdf"),
        ("SIP request", b"INVITE sip:a@example.org SIP/2.0\r\nVia: x\r\n", "message/sip"),
        ("SIP response", b"SIP/2.0 180 Ringing\r\nVia: x\r\n", "message/sip"),
        ("capture in nanoseconds", b"\x4d\x3c\xb2\xa1" + bytes(20), "application/vnd.tcpdump.pcap"),
        ("certificate, PEM", b"-----BEGIN CERTIFICATE-----\nMIIB", "application/x-x509-cert"),
        ("certificate, DER", bytes.fromhex("308201f3308201a8a003020102"), "application/x-x509-cert"),
        ("HEIC", box(b"heic", b"mif1"), "image/heic"),
        ("HEIC under its general brand", box(b"mif1", b"heic", b"mif1"), "image/heic"),
        ("AVIF", box(b"avif", b"mif1"), "image/avif"),
        ("AVIF under the general brand", box(b"mif1", b"avif"), "image/avif"),
        ("voice memo", box(b"M4A ", b"isom"), "audio/mp4"),
        ("QuickTime", box(b"qt  "), "video/quicktime"),
        ("MP4", box(b"isom", b"mp42"), "video/mp4"),
        ("Word", zipped("[Content_Types].xml", "word/document.xml"), WORD),
        ("Word, its parts in another order", zipped("word/document.xml", "[Content_Types].xml"), WORD),
        ("OpenDocument", zipped("mimetype", stored=b"application/vnd.oasis.opendocument.text"),
         "application/vnd.oasis.opendocument.text"),
        ("Android app", zipped("AndroidManifest.xml", "classes.dex"), APK),
        ("Java program", zipped("META-INF/MANIFEST.MF", "a/B.class"), "application/java-archive"),
        ("WhatsApp export with media", zipped("_chat.txt", "IMG-1.jpg"), "application/zip"),
        ("archive with a folder called word", zipped("word/list.txt"), "application/zip"),
        ("Outlook message", OLE + "__properties_version1.0".encode("utf-16-le"), MSG),
        ("old Word document", OLE + "WordDocument".encode("utf-16-le"), "application/x-ole-storage"),
        ("Windows program", b"MZ" + bytes(100) + b"PE\0\0", EXE),
        ("Linux program", b"\x7fELF" + bytes(60), "application/x-elf"),
        ("disk image", bytes(0x8001) + b"CD001", "application/x-iso9660-image"),
        ("shortcut", b"L\0\0\0\x01\x14\x02\0" + bytes(80), "application/x-ms-shortcut"),
        ("script", b"#!/bin/sh\necho hi\n", "text/x-shellscript"),
        ("mail", b"Received: from x\nFrom: a@b.example\n\nHi", "message/rfc822"),
        ("mail that opens with an odd field", b"X-Original-To: a\nSubject: s\nFrom: a@b.example\n\nHi",
         "message/rfc822"),
        ("mail with a mark", b"\xef\xbb\xbfFrom: a@b.example\nTo: c@d.example\n\nHi", "message/rfc822"),
        ("mail in UTF-16", "From: a@b.example\nSubject: s\n\nHi".encode("utf-16"), "message/rfc822"),
        ("mailbox", b"From a@b.example Tue Nov 3 10:00:00 2026\nFrom: a@b.example\n\nHi", "application/mbox"),
        ("text that begins with From", b"From now on you must pay the fee.", "text/plain"),
        ("text that begins with To", b"To: all customers. Your card is blocked.", "text/plain"),
        ("text in UTF-16", "Ihr Paket wartet".encode("utf-16"), "text/plain"),
        ("text with a byte order mark", "\ufeffIhr Paket wartet".encode(), "text/plain"),
        ("text with a stray NUL", b"Your parcel waits. " * 20 + b"\0" + b"Pay now.", "text/plain"),
        ("text that begins like an MP3", b"ID339380\nwin a prize", "text/plain"),
        ("text that begins like a bitmap", b"BMW offers you a new car today", "text/plain"),
        ("text that begins like a program", b"MZ is not a program", "text/plain"),
        ("text in brackets", b"[Bank] Your account is locked", "text/plain"),
        ("text in curly brackets", b"{Bank} Your account is locked", "text/plain"),
        ("page", b"<!DOCTYPE html><html><body>Hi</body></html>", "text/html"),
        ("page after a comment", b"<!-- saved --><html><body>Hi", "text/html"),
        ("XHTML", b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x"><body/></html>', "text/html"),
        ("drawing", b'<?xml version="1.0"?><svg xmlns="x"></svg>', "image/svg+xml"),
        ("XML", b'<?xml version="1.0"?><list/>', "application/xml"),
        ("JSON", b'{"a": 1}', "application/json"),
        ("JSON list", b'[1, "two"]', "application/json"),
        ("calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "text/calendar"),
        ("backup of text messages", b"<?xml version='1.0'?>\n<smses count='1'></smses>",
         "application/x-sms-backup+xml"),
        ("chat export", b"[31.12.23, 21:41:05] Ana: Hi\n[31.12.23, 21:42:05] Ben: Ho", "text/x-chat-export"),
        ("one dated line", b"31.12.23, 21:41 - Ana: Hi", "text/plain"),
        ("Telegram", b'{"name": "A", "messages": [{"date": "2024", "from_id": "user1"}]}',
         "application/x-chat-export+json"),
        ("recogniser output", b'{"segments": [{"start": 0, "text": "Hi"}]}', "application/x-transcript+json"),
        ("subtitles", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi", "text/vtt"),
        ("call", b"Caller: Hi.\nCallee: Who?\nCaller: Your bank.", "text/x-transcript"),
        ("noise", bytes(range(256)) * 4, "application/octet-stream"),
    ],
)  # fmt: skip
def test_it_tells(what: str, data: bytes, media_type: str) -> None:
    assert sniff(data) == media_type, what


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("invoice.pdf", b"<html><body>Hi", "text/html"),
        ("photo.jpg", b"MZ" + bytes(100) + b"PE\0\0", EXE),
        ("m.txt", b"From: Bank\nTo: you\n\nPay now", "text/plain"),
        ("m.eml", b"Hello, this mail lost its fields", "message/rfc822"),
        ("cut.msg", OLE, "application/vnd.ms-outlook"),
        ("note.msg", b"just a text", "text/plain"),
        ("data.json", b'{"a"', "application/json"),
        (
            "m.txt",
            "31.12.23, 21:41 - Ana: Hi\n31.12.23, 21:42 - Ben: Ho".encode("utf-16"),
            "text/x-chat-export",
        ),
    ],
)
def test_the_name_counts_only_where_content_cannot_tell(name: str, data: bytes, media_type: str) -> None:
    assert sniff(data, name) == media_type


@pytest.mark.parametrize(
    "data",
    [b"From: " * 20_000, b"[1.1.24, " * 20_000, b"a:" * 60_000, b"Caller: " * 20_000,
     b"\xff\xfe" + b"A: \0" * 50_000,
     b"Ana: x\n" * 20_000, b"<" * 200_000, b",text,date," * 20_000, b"9 " * 60_000],
)  # fmt: skip
def test_it_takes_no_time(data: bytes) -> None:
    started = time.process_time()
    sniff(data)
    assert time.process_time() - started < 1


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_have_a_type(data: bytes, name: str) -> None:
    assert "/" in sniff(data, name)


def test_a_contact_card_is_known_by_its_first_line():
    assert sniff(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Tom\r\nEND:VCARD\r\n", "tom.txt") == "text/vcard"


def test_a_message_that_begins_with_from_is_no_mailbox():
    assert sniff(b"From next month get 50% off. Reply to: 8888", "m.txt") == "text/plain"
    separated = b"From a@example.org Tue Nov  3 11:02:00 2026\nSubject: x\n\nhello"
    assert sniff(separated, "x") == "application/mbox"
