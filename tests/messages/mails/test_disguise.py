"""Is a file that runs, or pretends to be another kind, told by its name and its bytes?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.messages.mails.disguise import risks

PROGRAM = b"MZ" + bytes(80) + b"PE\0\0" + bytes(20)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("setup.exe", PROGRAM, {"program"}),
        ("holiday.jpg", PROGRAM, {"program", "mismatch"}),
        ("scan.pdf.scr", b"x", {"program", "double-extension"}),
        ("scan.pdf.html", b"<html></html>", {"double-extension"}),
        ("rcs\u202efdp.exe", b"x", {"program", "reversed-name"}),
        ("INVOICE.PDF.EXE.", b"x", {"program", "double-extension"}),
        ("invoice.PDF.Exe ", b"x", {"program", "double-extension"}),
        ("macro.xlsm", b"PK\x03\x04", {"macro"}),
        ("image.vhdx", b"vhdxfile", {"container"}),
        ("report.pdf", b"%PDF-1.7", set()),
        ("picture.jpg", b"\x89PNG\r\n\x1a\n", set()),
        ("notes", b"plain", set()),
        ("letter.2024.docx", b"PK\x03\x04", set()),
        ("archive.tar.gz", b"\x1f\x8b", set()),
        ("mail.txt", b"From: a@b.example\nTo: c@d.example\n\nHi", set()),
        ("page.html", b"<html></html>", set()),
    ],
)
def test_risks_of(name: str, data: bytes, expected: set[str]) -> None:
    assert {risk for risk, _ in risks(name, data)} == expected


@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_name_and_bytes_are_judged(name: str, data: bytes) -> None:
    for _, params in risks(name, data):
        assert "\u202e" not in params["name"]
