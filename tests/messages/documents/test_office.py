"""Office files, new and old, are read; what they fetch, start or carry is told."""

from __future__ import annotations

import contextlib
import random
import struct
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.reader_helpers import codes, items, look, maker
from quivive.errors import CouldNotLook, TooLarge
from quivive.intake import take
from quivive.messages.documents.office import Office
from quivive.messages.documents.ole import OldOffice, workbook_strings
from quivive.messages.documents.parts import Package, walk
from quivive.messages.documents.rtf import Rtf
from quivive.model import Observable, Yield

make = maker("documents/make_documents.py")
PROGRAM = maker("archives/make_archives.py").PROGRAM
MACROS = {"word/vbaProject.bin": b"x"}


def read(data: bytes) -> tuple[list[Yield], str]:
    item = take(data, "x")
    (detector,) = [each for each in (Office(), OldOffice(), Rtf()) if item.media_type in each.accepts]
    return look(detector, item)


def links(results: list[Yield]) -> list[str]:
    return [each.value for each in results if isinstance(each, Observable) and each.type == "url"]


@pytest.mark.parametrize(
    "data", [make.docx(), make.xlsx(), make.pptx(), make.doc(), make.doc(wide=True), make.xls()]
)
def test_the_text_comes_out_whole(data: bytes) -> None:
    results, reason = read(data)
    assert not reason
    assert (items(results)["x/text"].text or "").startswith(make.TEXT)
    assert codes(results) == []


def test_numbers_of_a_table_are_kept_and_indexes_are_not() -> None:
    assert items(read(make.xlsx(["Account", "Amount"]))[0])["x/text"].text == "Account\nAmount\n2480"


@pytest.mark.parametrize("kind", ["text", "spreadsheet"])
def test_open_document_files_are_read(kind: str) -> None:
    results, _ = read(make.odt(kind=kind))
    assert make.TEXT in (items(results)["x/text"].text or "")
    assert links(results) == [make.LINK]


@pytest.mark.parametrize(
    "data",
    [
        make.docx(rels=make.relations(("hyperlink", make.LINK))),
        make.xlsx(rels=make.relations(("hyperlink", make.LINK))),
        make.docx(field=f' HYPERLINK "{make.LINK}" '),
        make.doc(f'Pay \x13 HYPERLINK "{make.LINK}" \x14here\x15 now'),
        make.RTF,
    ],
)
def test_links_behind_words_are_values(data: bytes) -> None:
    results, _ = read(data)
    assert links(results) == [make.LINK]
    assert codes(results) == []


def test_codes_of_fields_are_no_text() -> None:
    results, _ = read(make.doc(f'Pay \x13 HYPERLINK "{make.LINK}" \x14here\x15 now'))
    assert items(results)["x/text"].text == "Pay here now"


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (make.docx(parts=MACROS), "document/macros", "review"),
        (make.odt(parts={"Basic/Standard/Module1.xml": b"<x/>"}), "document/macros", "review"),
        (make.compound({"WordDocument": b"", "VBA": b"x"}), "document/macros", "review"),
        (make.docx(rels=make.relations(("attachedTemplate", "https://files.example/t.dotm"))),
         "document/remote-template", "fail"),
        (make.docx(rels=make.relations(("oleObject", "mhtml:https://files.example/x!y"))),
         "document/remote-template", "fail"),
        (make.RTF_TEMPLATE, "document/remote-template", "fail"),
        (make.docx(rels=make.relations(("image", "https://files.example/pixel.png"))),
         "document/remote-picture", "informational"),
        (make.docx(field=' DDEAUTO c:\\\\windows\\\\cmd.exe "/k" '), "document/starts-program", "fail"),
        (make.docx(parts={"word/embeddings/oleObject1.bin": b"x"}), "document/embedded-object", "review"),
        (make.packaged("setup.exe", PROGRAM), "document/embedded-program", "fail"),
        (make.RTF_OBJECT, "document/active-object", "review"),
    ],
)  # fmt: skip
def test_what_it_fetches_starts_or_carries_is_told(data: bytes, code: str, kind: str) -> None:
    assert (code, kind) in codes(read(data)[0])


def test_a_template_on_the_own_disk_is_no_flag() -> None:
    assert codes(read(make.docx(rels=make.relations(("attachedTemplate", "Normal.dotm"))))[0]) == []


def test_pictures_and_embedded_files_come_out() -> None:
    results, _ = read(make.docx(parts={"word/media/image1.png": b"\x89PNG\r\n\x1a\n1"}))
    assert items(results)["x/image1.png"].media_type == "image/png"
    results, _ = read(make.packaged("a.txt", b"hi"))
    assert items(results)["x/a.txt"].data == b"hi"


@pytest.mark.parametrize("xml", [make.LAUGHS, make.OUTSIDE])
def test_entities_are_refused(xml: str) -> None:
    results, reason = read(make.docx(parts={"word/document.xml": xml}))
    assert "entities" in reason
    assert items(results) == {}


def test_xml_nested_without_end_is_refused() -> None:
    with pytest.raises(TooLarge):
        walk(b"<a>" * 100_000, lambda name, attributes: None)


def test_a_part_that_is_a_bomb_is_refused() -> None:
    _, reason = read(make.docx(parts={"word/document.xml": b" " * (40 * 2**20)}))
    assert "bomb" in reason


def test_a_package_of_countless_parts_is_refused() -> None:
    with pytest.raises(TooLarge):
        Package(b"PK\x01\x02" * 6000)


OLD_LOCK = make.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"\x02\0\x02\0"})
MANIFEST = {"META-INF/manifest.xml": b"<manifest><encryption-data/></manifest>"}


@pytest.mark.parametrize("data", [make.doc(locked=True), OLD_LOCK, make.odt(parts=MANIFEST)])
def test_a_locked_document_could_not_be_looked_into(data: bytes) -> None:
    assert "locked" in read(data)[1]


def test_the_password_that_stood_in_the_message_opens_a_locked_package() -> None:
    inside = make.docx([make.TEXT * 200])
    item = replace(take(make.office_locked(inside, "Rechnung2024"), "x"), hints=("no", "Rechnung2024"))
    results, reason = look(OldOffice(), item)
    assert not reason
    assert items(results)["x/unlocked"].data == inside
    assert codes(results) == [("document/opened-with-password-from-the-message", "review")]


def test_a_wrong_password_does_not_open_it() -> None:
    item = replace(take(make.office_locked(make.docx(), "Rechnung2024"), "x"), hints=("Rechnung2023",))
    results, reason = look(OldOffice(), item)
    assert (results, "locked" in reason) == ([], True)


def test_a_lock_that_would_take_for_ever_is_left_alone() -> None:
    locked = make.office_locked(make.docx(), "infected")
    endless = locked.replace(b'spinCount="000000100"', b'spinCount="999999999"')
    started = time.process_time()
    assert look(OldOffice(), take(endless, "x", "application/x-ole-storage"))[1]
    assert time.process_time() - started < 2


def test_strings_that_straddle_records_are_put_together() -> None:
    """A string is cut after 4 letters and goes on wide (MS-XLS 2.5.293: the flags byte is repeated)."""
    head = struct.pack("<II", 2, 2) + struct.pack("<HB", 8, 0) + b"Over"
    more = b"\x01" + "flow".encode("utf-16-le") + struct.pack("<HB", 2, 0) + b"ok"
    stream = struct.pack("<HH", 0xFC, len(head)) + head + struct.pack("<HH", 0x3C, len(more)) + more
    assert workbook_strings(stream) == ["Overflow", "ok"]


def test_rtf_reads_its_letters_and_not_its_marks() -> None:
    text = items(read(make.RTF)[0])["x/text"].text or ""
    assert "Your parcel is held. pay here" in text
    assert "Grüße" in text


def test_a_large_rtf_of_hexadecimal_digits_is_quick() -> None:
    results, reason = read(rb"{\rtf1 hello {\*\objdata " + b"00ff" * 2_000_000 + b"}}")
    assert not reason
    assert "hello" in (items(results)["x/text"].text or "")


SEEDS = [make.docx(rels=make.relations(("hyperlink", make.LINK))), make.xlsx(), make.odt(), make.doc(),
         make.xls(), make.packaged("a.txt", b"hi"), make.RTF, make.RTF_OBJECT]  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.integers(1, 12), st.integers(0, 12_000))
def test_damaged_documents_give_items_or_could_not_look(
    seed: bytes, dice: int, changes: int, cut: int
) -> None:
    throw, data = random.Random(dice), bytearray(seed)
    media_type = take(seed, "x").media_type
    for _ in range(changes):
        data[throw.randrange(len(data))] = throw.randrange(256)
    item = take(bytes(data[: max(cut, 100)]), "x", media_type)
    (detector,) = [each for each in (Office(), OldOffice(), Rtf()) if media_type in each.accepts]
    results, reason = look(detector, item)
    assert reason == "" or reason.endswith(".")
    assert sum(each.size for each in items(results).values()) < 2**20


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600), st.booleans())
def test_any_bytes_are_no_document_or_could_not_look(data: bytes, old: bool) -> None:
    item = take(data, "x", "application/x-ole-storage" if old else "application/rtf")
    _, reason = look(OldOffice() if old else Rtf(), item)
    assert reason == "" or reason.endswith(".")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_xml_is_streamed_or_refused(text: str) -> None:
    seen: list[str] = []
    with contextlib.suppress(CouldNotLook):
        walk(text.encode("utf-8", "replace"), lambda name, attributes: seen.append(name))
    assert len(seen) <= text.count("<")


@pytest.mark.parametrize(
    "data",
    [
        make.docx([" " * 150_000 + "x"]),
        make.docx(parts={"Basic" + "/" * 60_000 + "x.xml": b""}),
        rb"{\rtf1 {\*\template " + b" " * 2_000_000,
        rb"{\rtf1 " + (b"0" * 511 + b"x") * 8_000,
        rb"{\rtf1 " + b"HYPERLINK " * 100_000,
    ],
    ids=["spaces", "slashes", "template", "digits", "links"],
)
def test_texts_made_to_be_slow_are_not(data: bytes) -> None:
    started = time.process_time()
    read(data)
    assert time.process_time() - started < 3
