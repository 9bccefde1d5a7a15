"""`quivive media challenge`, `footprint` and `vpdq`, as a desk uses them."""

import json
import re

import pytest
from click.testing import CliRunner

from conftest import ROOT
from media.video.clip_maker import film, scene
from quivive.cli.media_live import challenge, footprint, vpdq
from quivive.errors import Error
from quivive.media.video.vpdq import parse

SIZE = ("--seconds", "5", "--width", "1280", "--height", "720")


def run(command, *words):
    result = CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)
    return result.exit_code, result.output


def test_the_challenge_is_printed_in_plain_words():
    status, output = run(challenge)
    assert status == 0
    words = " ".join(output.split())
    for said in ("Call back on a number that you knew before", "turn your head", "no proof either",
                 "without the other's consent", "call your bank at once"):  # fmt: skip
        assert said in words


@pytest.mark.parametrize(("language", "said"), [("de", "Rufen Sie unter einer Nummer zurück"),
                                                ("es", "Llame a un número que ya conocía")])  # fmt: skip
def test_the_challenge_is_printed_in_other_languages(language, said):
    assert said in " ".join(run(challenge, "--lang", language)[1].split())


def test_a_language_that_there_is_not_is_refused_by_name():
    with pytest.raises(Error, match="de, en, es"):
        run(challenge, "--lang", "xx")


def test_the_challenge_is_written_as_a_page(tmp_path):
    target = tmp_path / "page.html"
    assert run(challenge, "--format", "html", "-o", target)[0] == 0
    assert target.read_text("utf-8").startswith("<!doctype html>")


def test_the_footprint_is_a_range_and_no_finding():
    status, output = run(footprint, *SIZE)
    assert status == 0
    assert re.search(r"energy +[\d.,]+ to [\d.,]+ Wh", output)
    assert re.search(r"water +(less than )?[\d.,]+ to [\d.,]+ litres", output)
    assert "no finding" in output
    assert "arXiv:2509.19222" in " ".join(output.split())


def test_the_footprint_as_json_holds_sources_and_assumptions():
    found = json.loads(run(footprint, *SIZE, "--model", "ltx-video", "--json")[1])
    assert found["energy_wh"]["low"] < found["energy_wh"]["high"]
    assert found["assumptions"]
    assert found["sources"]


@pytest.mark.parametrize("words", [("--seconds", "0"), ("--width", "0"), ("--height", "99999")])
def test_sizes_that_no_clip_has_are_refused(words):
    assert run(footprint, *SIZE, *words)[0] == 2


def test_a_model_that_was_not_measured_is_refused():
    with pytest.raises(Error, match="no measurement of 'unheard-of'"):
        run(footprint, *SIZE, "--model", "unheard-of")


@pytest.fixture
def films(tmp_path):
    """A film, the same in another form, and another."""
    made = {
        "film.mp4": film([scene(1), scene(2)]),
        "copy.avi": film([scene(1), scene(2)], form="avi", codec="mpeg4"),
        "other.mp4": film([scene(3)]),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_hashes_are_printed_in_the_common_form(films):
    status, output = run(vpdq, films / "film.mp4")
    assert status == 0
    assert [each.number for each in parse(output)] == [0, 10, 20, 30]


def test_a_film_is_compared_with_others_and_with_hashes_alone(films):
    (films / "copy.txt").write_text(run(vpdq, films / "copy.avi")[1], "utf-8")
    others = [word for name in ("copy.avi", "copy.txt", "other.mp4") for word in ("--against", films / name)]
    output = run(vpdq, films / "film.mp4", *others)[1].splitlines()
    assert [re.search(r"\d+%", line)[0] for line in output] == ["100%", "100%", "0%"]


def test_another_file_than_a_film_is_refused(films):
    (films / "note.txt").write_text("hello", "utf-8")
    with pytest.raises(Error, match="no vPDQ file"):
        run(vpdq, films / "note.txt")


def test_nothing_in_the_pages_says_that_a_video_is_genuine():
    for path in (ROOT / "src/quivive/media/challenge").glob("en.yaml"):
        assert not re.search(r"\b(?:genuine|authentic|safe)\b", path.read_text("utf-8"))
