"""From a mail to the link in the QR code of the picture in the PDF in its locked archive, by itself."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from messages.reader_helpers import DATA, maker
from quivive.workbench import Workbench

archives = maker("archives/make_archives.py")
documents = maker("documents/make_documents.py")
LINK = "https://parking-fee.example/q/88213"


@pytest.fixture
def mail() -> bytes:
    code = Image.open(DATA / "media/qr.png").convert("RGB")
    page = documents.pdf_with_picture(*code.size, code.tobytes())
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.com", "Your invoice"
    message.set_content("Please find your invoice attached. The password is Rechnung2024.")
    locked = archives.locked({"invoice.pdf": page}, "Rechnung2024")
    message.add_attachment(locked, maintype="application", subtype="zip", filename="invoice.zip")
    return message.as_bytes()


def test_the_link_is_found_however_deep_it_is_packed(bench: Workbench, mail: bytes) -> None:
    report = bench.check(mail, name="mail.eml")
    assert LINK in {found.value for found in report.observables if found.type == "url"}
    names = [item.name for item in report.items]
    assert "mail.eml/invoice.zip/invoice.pdf/page 1.png/code" in names
    assert "archive/opened-with-password-from-the-message" in {found.code for found in report.findings}
    assert not [each for each in report.examinations if each.skipped and each.called_for]


def test_a_second_run_says_the_same(bench: Workbench, mail: bytes) -> None:
    first, second = bench.check(mail, name="mail.eml"), bench.check(mail, name="mail.eml")
    assert first.findings == second.findings
    assert first.observables == second.observables


def test_a_program_by_itself_calls_for_action(bench: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "invoice.pdf.exe"
    file.write_bytes(archives.PROGRAM)
    assert bench.check(file).attention == "act"
