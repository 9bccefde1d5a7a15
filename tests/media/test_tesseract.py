"""Where Tesseract is installed it reads what the built-in reader does not know, and the report says so."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from media.picture_helpers import codes, texts
from quivive.errors import Unreadable
from quivive.media import tesseract
from quivive.media.ocr import PictureText
from quivive.model import Detector, Finding, Item, Yield

Run = Callable[[Detector, Item], list[Yield]]
HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"
WORDS = [("Ваша", 136, 1, 97), ("посылка", 274, 1, 96), ("Никому", 136, 4, 96), ("не", 324, 4, 96)]


def program(folder: Path, table: str, languages: str = "eng osd rus") -> str:
    """A program that answers as Tesseract does, and only to a picture of pixels on its standard input."""
    listed = ["List of available languages (3):", *languages.split()]
    path = folder / "tesseract"
    path.write_text(f"""#!{sys.executable}
import sys
if "--version" in sys.argv: print("tesseract 5.3.0")
elif "--list-langs" in sys.argv: print({chr(10).join(listed)!r})
elif sys.stdin.buffer.read(2) == b"P6" and "eng+rus" in sys.argv: print({table!r})
else: sys.exit(1)
""")
    path.chmod(0o755)
    return str(folder)


def table(words: list[tuple[str, int, int, int]]) -> str:
    rows = [
        ["5", "1", str(line), "1", "1", "1", str(left), str(141 + 120 * line), "180", "40", str(conf), text]
        for text, left, line, conf in words
    ]
    return "\n".join("\t".join(row) for row in [HEAD.split(), *rows])


@pytest.fixture
def cyrillic(picture: Callable[[str], Item]) -> Item:
    return picture("cyrillic.png")


def test_it_reads_a_script_that_our_models_do_not_know(
    reader: PictureText, run: Run, cyrillic: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, table(WORDS)))
    results = run(reader, cyrillic)
    assert texts(results) == ["Ваша посылка\nНикому не"]
    assert codes(results) == ["text/ocr", "ocr/second-engine"]
    (told,) = [each for each in results if isinstance(each, Finding) and each.code == "ocr/second-engine"]
    assert "Tesseract 5.3.0 read it (eng, rus)" in told.message


def test_what_it_reads_unsurely_stays_unread(
    reader: PictureText, run: Run, cyrillic: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = [(f"Bawa{n}", 136, n, 40) for n in range(4)]
    monkeypatch.setenv("PATH", program(tmp_path, table(unsure)))
    with pytest.raises(Unreadable, match="script"):
        run(reader, cyrillic)


@pytest.mark.parametrize("answer", ["", "no table", HEAD.replace(" ", "\t") + "\n5\t1", "5\t" * 40])
def test_a_program_that_answers_nonsense_changes_nothing(
    answer: str,
    reader: PictureText,
    run: Run,
    cyrillic: Item,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, answer))
    with pytest.raises(Unreadable, match="script"):
        run(reader, cyrillic)


def test_it_is_not_asked_where_our_own_reader_read_the_picture(
    reader: PictureText,
    run: Run,
    picture: Callable[[str], Item],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, table(WORDS)))
    results = run(reader, picture("chat.png"))
    assert codes(results) == ["text/ocr"]
    assert "Ваша" not in texts(results)[0]


@pytest.mark.parametrize("languages", ["", "osd equ"])
def test_without_a_language_it_counts_as_not_installed(
    languages: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, "", languages))
    assert tesseract.installed() is None


def test_a_program_that_fails_is_said_to_fail(tmp_path: Path) -> None:
    engine = tesseract.Engine(program(tmp_path, "") + "/tesseract", "5.3.0", ("deu",))
    with pytest.raises(Unreadable, match="did not read"):
        tesseract.lines(Image.new("RGB", (40, 40)), engine)


def test_without_it_on_the_path_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tesseract.installed() is None
