"""What does Tesseract read, where it is installed and the built-in reader does not know the writing?

It sees decoded pixels, never the file. All languages that are installed with it are asked at once.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING

from quivive.errors import TooLarge, Unreadable
from quivive.media.lines import Line

if TYPE_CHECKING:
    from PIL.Image import Image

SECONDS = 20.0
LANGUAGES = 8
"""Languages that are asked at once, by name: each takes its time."""
_NONE = frozenset({"osd", "equ"})
"""Installed as languages, but none: they tell which way writing stands, and formulas."""


@dataclass(frozen=True)
class Engine:
    """The program, its version and the languages that it is asked for."""

    program: str
    version: str
    languages: tuple[str, ...]


def installed() -> Engine | None:
    """Tesseract on the PATH, with a language; None: it is not there, or does not run."""
    program = shutil.which("tesseract")
    return _asked(program) if program else None


@lru_cache(maxsize=4)
def _asked(program: str) -> Engine | None:
    try:
        version = _said([program, "--version"]).partition("\n")[0].removeprefix("tesseract").strip()
        listed = _said([program, "--list-langs"]).splitlines()[1:]
    except (OSError, subprocess.SubprocessError):
        return None
    languages = tuple(sorted(name for name in listed if name and name not in _NONE))[:LANGUAGES]
    return Engine(program, version[:20], languages) if languages else None


def lines(image: Image, engine: Engine) -> list[Line]:
    """Lines of an RGB picture with what was read of each and how surely (0-1), in no order.

    Raises TooLarge after SECONDS, Unreadable where the program fails.
    """
    pixels = io.BytesIO()
    image.save(pixels, "PPM")
    command = [engine.program, "stdin", "stdout", "-l", "+".join(engine.languages), "--psm", "11", "tsv"]
    try:
        table = _said(command, pixels.getvalue())
    except subprocess.TimeoutExpired as error:
        raise TooLarge(f"Tesseract was stopped after {SECONDS:g} seconds.") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise Unreadable(f"Tesseract did not read the picture ({type(error).__name__}).") from error
    try:
        return list(_lines(table))
    except (ValueError, TypeError, KeyError, csv.Error) as error:
        raise Unreadable("Tesseract gave no table of words.") from error


def _said(command: list[str], given: bytes = b"") -> str:
    done = subprocess.run(  # noqa: S603
        command, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS, check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def _lines(table: str) -> Iterator[Line]:
    """Words (level 5) of one block, paragraph and line are a line."""
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = [row for row in rows if row.get("level") == "5" and (row.get("text") or "").strip()]
    for _, group in groupby(
        words, lambda row: tuple(row[f"{part}_num"] for part in ("block", "par", "line"))
    ):
        boxed = [_word(row) for row in group]
        yield Line(
            min(word.left for word in boxed), min(word.top for word in boxed),
            max(word.right for word in boxed), max(word.bottom for word in boxed),
            " ".join(word.text for word in boxed), fmean(word.confidence for word in boxed),
        )  # fmt: skip


def _word(row: Mapping[str, str]) -> Line:
    left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
    return Line(left, top, left + width, top + height, row["text"].strip(), float(row["conf"]) / 100)
