"""Codes in pictures are read, and what they ask for is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from media.picture_helpers import DATA, codes, encoded, texts, values
from quivive.intake import take
from quivive.media.codes import PictureCodes
from quivive.model import Detector, Finding, Item, Yield

Run = Callable[[Detector, Item], list[Yield]]
LINK = "https://parking-fee.example/q/88213"


@pytest.mark.parametrize("name", ["qr.png", "qr_photo.jpg"])
def test_a_qr_code_gives_its_link_as_a_value(
    name: str, scanner: PictureCodes, run: Run, picture: Callable[[str], Item]
) -> None:
    results = run(scanner, picture(name))
    (item,) = [each for each in results if isinstance(each, Item)]
    assert (item.text, item.media_type, item.origin) == (LINK, "text/x-value", "QR code")
    assert codes(results) == ["code/qr"]


def test_the_finding_shows_the_link_inert_and_says_where(
    scanner: PictureCodes, run: Run, picture: Callable[[str], Item]
) -> None:
    (told,) = [each for each in run(scanner, picture("qr_photo.jpg")) if isinstance(each, Finding)]
    assert "hxxps://parking-fee[.]example/q/88213" in told.message
    assert LINK not in told.message
    assert told.where is not None
    left, top, right, bottom = map(int, told.where.part.removeprefix("box ").split(" of ")[0].split(","))
    assert 400 < left < right < 1200
    assert 200 < top < bottom < 1100
    assert told.where.part.endswith(" of 1600x1200")


def test_the_shared_photograph_gives_its_link(scanner: PictureCodes, run: Run, shared_data: Path) -> None:
    item = take((shared_data / "media" / "qr_photo.jpg").read_bytes(), "qr_photo.jpg")
    assert texts(run(scanner, item)) == ["https://parkeren-betaal.top/q/88213"]


@pytest.mark.parametrize("change", ["inverted", "tiny", "turned", "faint", "mirrored"])
def test_a_disguised_code_is_read(change: str, scanner: PictureCodes, run: Run) -> None:
    code = Image.open(DATA / "qr.png").convert("L")
    changed = {
        "inverted": lambda: ImageOps.invert(code),
        "tiny": lambda: ImageOps.expand(code.resize((62, 62), Image.Resampling.LANCZOS), 40, 255),
        "turned": lambda: code.rotate(40, Image.Resampling.BICUBIC, expand=True, fillcolor=255),
        "faint": lambda: code.point(lambda v: 200 + v // 8),
        "mirrored": lambda: ImageOps.mirror(code),
    }[change]()
    assert texts(run(scanner, take(encoded(changed), "code.png"))) == [LINK]


def test_a_payment_code_names_who_is_paid(
    scanner: PictureCodes, run: Run, picture: Callable[[str], Item]
) -> None:
    results = run(scanner, picture("qr_payment.png"))
    assert codes(results) == ["code/qr", "code/payment"]
    assert ("iban", "DE89370400440532013000") in values(results)
    (told,) = [each for each in results if isinstance(each, Finding) and each.code == "code/payment"]
    assert "EUR12.50 to Example Shop" in told.message


@pytest.mark.parametrize("name", ["no_text.jpg", "chat.png"])
def test_a_picture_without_a_code_gives_nothing(
    name: str, scanner: PictureCodes, run: Run, picture: Callable[[str], Item]
) -> None:
    assert run(scanner, picture(name)) == []
