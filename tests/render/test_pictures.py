"""Do pictures of a finding show in a report, with their words, and never more than a picture?"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace

import pytest
from PIL import Image

from conftest import NOON
from quivive import codec
from quivive.examine import examine
from quivive.intake import take
from quivive.model import Context, Figure, Finding
from quivive.render import render
from quivive.render.pictures import files, pictures
from quivive.render.redact import redact

WORDS = "Picture of a sound.\n1: from 0:03.0 to 0:07.0 it speaks for a machine.\na: the rest <b>not</b>."


def png() -> str:
    out = io.BytesIO()
    Image.new("L", (4, 3), 200).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def report(*figures: Figure):
    base = examine(take(b"hello", "m.txt", "text/plain"), [], Context(now=NOON))
    found = Finding("d.e", "voice/picture", "informational", "Heard.", "m.txt", figures=figures, id="f1")
    return replace(base, findings=(found,))


def test_the_page_shows_the_picture_with_what_it_is_and_what_it_shows():
    html = render([report(Figure("image/png", png(), WORDS))], "html", "en", {})
    assert f'<img alt="Picture of a sound." src="data:image/png;base64,{png()}">' in html
    assert "<li>1: from 0:03.0 to 0:07.0 it speaks for a machine.</li>" in html
    assert "<li>a: the rest &lt;b&gt;not&lt;/b&gt;.</li>" in html


@pytest.mark.parametrize(
    "figure",
    [
        Figure("image/svg+xml", "<svg onload=x>", "a drawing"),
        Figure("text/csv", "a,b", "a table"),
        Figure("image/png", '" onerror="alert(1)', "no picture"),
        Figure('image/png"', png(), "no type"),
        Figure("image/png", "Zm9v\nZm9v", "lines"),
    ],
)
def test_what_is_no_bitmap_is_not_carried(figure):
    assert "<img" not in render([report(figure)], "html", "en", {})
    assert list(files(report(figure))) == []


def test_a_report_read_back_shows_the_same_picture():
    made = report(Figure("image/png", png(), WORDS))
    again = codec.loads(codec.dumps(made))
    assert render([again], "html", "en", {}) == render([made], "html", "en", {})


def test_a_redacted_report_leaves_the_picture_out_and_keeps_its_words():
    masked = redact(report(Figure("image/png", png(), WORDS)))
    assert masked.findings[0].figures == (Figure("image/png", "", WORDS),)
    html = render([masked], "html", "en", {})
    assert "<img" not in html
    assert "The picture was left out" in html
    assert "it speaks for a machine" in html


def test_a_table_of_a_redacted_report_stays_masked():
    masked = redact(report(Figure("text/csv", "from,+12025550123", "ladder")))
    assert re.fullmatch(r"from,\+•+23", masked.findings[0].figures[0].data)


def test_the_terminal_says_what_the_picture_shows_when_asked_why():
    made = report(Figure("image/png", png(), WORDS))
    assert "it speaks for a machine" in render([made], "text", "en", {}, verbose=1)
    assert "it speaks for a machine" not in render([made], "text", "en", {})


def test_pictures_become_files_named_by_finding():
    figures = Figure("image/png", png(), WORDS), Figure("image/jpeg", "Zm9v", "")
    assert list(files(report(*figures))) == [
        ("f1-voice-picture-1.png", base64.b64decode(png())),
        ("f1-voice-picture-2.jpg", b"foo"),
    ]


def test_a_name_from_a_strange_report_stays_in_its_folder():
    strange = report(Figure("image/png", png(), ""))
    strange = replace(strange, findings=(replace(strange.findings[0], id="../../x", code="/etc/a b"),))
    ((name, _),) = files(strange)
    assert name == "x--etc-a-b-1.png"


def test_data_that_is_no_base64_becomes_no_file():
    assert list(files(report(Figure("image/png", "abcde", "")))) == []


def test_a_picture_without_words_has_an_empty_alternative_text():
    assert pictures(report(Figure("image/png", png(), "")).findings[0])[0].alt == ""
