"""PDFs are read, not obeyed."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.reader_helpers import codes, items, look, maker
from quivive.intake import take
from quivive.messages.documents.pdf import Pdf
from quivive.messages.documents.pdfium import without_streams
from quivive.model import Observable, Yield

make = maker("documents/make_documents.py")
PROGRAM = maker("archives/make_archives.py").PROGRAM


def read(data: bytes, *hints: str) -> tuple[list[Yield], str]:
    return look(Pdf(), replace(take(data, "x.pdf"), hints=hints))


def test_it_reads_the_text_of_every_page() -> None:
    results, reason = read(make.pdf())
    item = items(results)["x.pdf/text"]
    assert not reason
    assert (item.text, item.origin) == (make.TEXT, "text of the document")
    assert item.meta["page_starts"] == "0"


def test_links_behind_words_are_values() -> None:
    results, _ = read(make.pdf(annotations=make.link()))
    (found,) = [each for each in results if isinstance(each, Observable)]
    assert (found.type, found.value) == ("url", "https://parcel.example/fee")
    assert found.where is not None
    assert found.where.part == "page 1"
    assert codes(results) == []


def test_a_link_that_shows_another_address_is_told() -> None:
    data = make.pdf(text="https://www.mybank.example", annotations=make.link("https://thief.example/x"))
    assert codes(read(data)[0]) == [("document/link-shows-other-address", "review")]
    honest = make.pdf(text="https://example.org", annotations=make.link("https://www.example.org/help"))
    assert codes(read(honest)[0]) == []


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (make.pdf(annotations=make.LAUNCH), "document/launches-program", "fail"),
        (make.pdf(catalog=make.SCRIPT), "document/script-on-opening", "review"),
        (make.pdf_with_hidden_script(), "document/script-on-opening", "review"),
        (make.pdf(annotations="<< /Subtype /Link /Rect [0 0 9 9] /A << /S /JavaScript /JS (1) >> >>"),
         "document/script", "informational"),
        (make.pdf(annotations="<< /Subtype /Link /Rect [0 0 9 9] /A << /S /SubmitForm /F (x) >> >>"),
         "document/sends-form", "review"),
    ],
)  # fmt: skip
def test_what_it_would_do_is_told(data: bytes, code: str, kind: str) -> None:
    assert codes(read(data)[0]) == [(code, kind)]


def test_words_about_scripts_are_no_script() -> None:
    assert codes(read(make.pdf(text="/S /JavaScript /Launch /OpenAction are names"))[0]) == []


def test_embedded_files_come_out_and_programs_are_named() -> None:
    results, _ = read(make.pdf_with_file("note.txt", b"hello there"))
    assert items(results)["x.pdf/note.txt"].data == b"hello there"
    assert codes(results) == [("document/embedded-file", "informational")]
    results, _ = read(make.pdf_with_file("setup.exe", PROGRAM))
    assert ("document/embedded-program", "fail") in codes(results)


def test_the_password_that_stood_in_the_message_opens_it() -> None:
    data = make.pdf_locked("Rechnung2024", catalog=make.SCRIPT)
    results, reason = read(data, "no", "Rechnung2024")
    assert not reason
    assert items(results)["x.pdf/text"].text == make.TEXT
    told = [code for code, _ in codes(results)]
    assert told == ["document/opened-with-password-from-the-message", "document/script-on-opening"]


def test_a_locked_pdf_could_not_be_looked_into() -> None:
    results, reason = read(make.pdf_locked("Rechnung2024"), "wrong")
    assert results == []
    assert "locked" in reason


def test_a_page_that_is_a_picture_goes_to_the_readers_of_pictures() -> None:
    results, _ = read(make.pdf_with_picture(120, 160, os.urandom(120 * 160 * 3)))
    (item,) = items(results).values()
    assert (item.media_type, item.origin, item.meta["page"]) == ("image/png", "page of the document", "1")


def test_many_pages_are_read_up_to_the_limit_and_that_is_told() -> None:
    pages = " ".join(["3 0 R"] * 80)
    data = make.pdf().replace(b"/Kids [3 0 R] /Count 1", f"/Kids [{pages}] /Count 80".encode())
    assert ("document/not-all-read", "open") in codes(read(data)[0])


SEEDS = [make.pdf(annotations=make.link() + make.LAUNCH), make.pdf_with_hidden_script(),
         make.pdf_with_file("a.txt", b"a"), make.pdf_with_picture(60, 60, bytes(10800))]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=10),
    st.integers(0, 3000),
)
def test_damaged_pdfs_give_items_or_could_not_look(
    seed: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(seed)
    for place, value in changes:
        data[place % len(data)] = value
    results, reason = look(Pdf(), take(bytes(data[: max(cut, 8)]), "x", "application/pdf"))
    assert reason == "" or reason.endswith(".")
    assert sum(item.size for item in items(results).values()) < 64 * 2**20


def test_cutting_streams_out_is_linear_and_leaves_the_objects() -> None:
    data = (
        b"1 0 obj << /A 1 >> stream\nhidden /JS (1)\nendstream endobj 2 0 obj << /B 2 >> "
        + b"stream\n" * 200_000
    )
    started = time.process_time()
    kept = without_streams(data)
    assert time.process_time() - started < 1
    assert b"hidden" not in kept
    assert b"/A 1" in kept
    assert b"/B 2" in kept


def test_an_action_cannot_hide_behind_a_word_in_a_string() -> None:
    data = make.pdf(catalog="/Lang (stream\n) /Names << /Dests 9 0 R >> " + make.SCRIPT)
    assert ("document/script-on-opening", "review") in codes(read(data)[0])
