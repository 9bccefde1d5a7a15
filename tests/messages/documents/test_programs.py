"""Programs are called programs, whatever they are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from messages.reader_helpers import codes, look, maker
from quivive.intake import take
from quivive.messages.documents.programs import Programs

make = maker("archives/make_archives.py")


@pytest.mark.parametrize("name", ["setup.exe", "invoice.pdf", "photo.jpg.scr"])
def test_a_program_given_by_itself_is_named(name: str) -> None:
    item = take(make.PROGRAM, name)
    assert item.media_type in Programs.accepts
    assert ("program/runs", "fail") in codes(look(Programs(), item)[0])


def test_it_is_not_told_twice_when_the_mail_or_archive_said_so() -> None:
    item = replace(take(make.PROGRAM, "setup.exe"), origin="attachment")
    assert look(Programs(), item) == ([], "")
