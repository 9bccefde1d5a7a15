"""What stands in a picture is read, offline, and what cannot be read is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from media.picture_helpers import DATA, codes, encoded, texts
from quivive import observables
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.media.ocr import PictureText
from quivive.model import Detector, Finding, Item, Yield

Run = Callable[[Detector, Item], list[Yield]]
WANTED = {
    ("phone-number", "+447700900123"),
    ("iban", "DE89370400440532013000"),
    ("url", "https://parcel-redelivery.example/track/2024-11/a7f3?id=99ad41"),
    ("cryptocurrency-wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
}


def found(text: str) -> set[tuple[str, str]]:
    return {(each.type, each.value) for each in observables.find(text)}


@pytest.mark.parametrize("name", ["chat.png", "chat_dark.jpg"])
def test_a_screenshot_gives_its_sentences_and_values(
    name: str, reader: PictureText, run: Run, picture: Callable[[str], Item]
) -> None:
    results = run(reader, picture(name))
    (text,) = texts(results)
    assert "This is my new number: +44 7700 900123. Can you pay a bill for me today?" in text
    assert found(text) >= WANTED
    assert codes(results) == ["text/ocr"]


def test_the_text_item_says_where_it_comes_from(
    reader: PictureText, run: Run, picture: Callable[[str], Item]
) -> None:
    (item,) = [each for each in run(reader, picture("chat.png")) if isinstance(each, Item)]
    assert (item.name, item.media_type, item.parent) == ("chat.png/text", "text/plain", "chat.png")
    assert item.origin == "text of the picture"
    assert float(item.meta["confidence"]) > 0.9


@pytest.mark.parametrize("name", ["sms.png", "sms_wa.jpg"])
def test_the_shared_screenshots_give_their_values(
    name: str, reader: PictureText, run: Run, shared_data: Path
) -> None:
    (text,) = texts(run(reader, take((shared_data / "media" / name).read_bytes(), name)))
    values = found(text)
    assert values >= {
        ("url", "https://postnl-herplan.top/p?id=7f3a"),
        ("phone-number", "+31612345678"),
        ("iban", "NL91ABNA0417164300"),
        ("cryptocurrency-wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
    }
    assert [value for kind, value in values if kind == "iban"] == ["NL91ABNA0417164300"]


def test_chinese_is_read(reader: PictureText, run: Run, picture: Callable[[str], Item]) -> None:
    (text,) = texts(run(reader, picture("chinese.png")))
    assert "您的包裹因地址不详无法投递，请在二十四小时内支付运费，逾期将退回。" in text


def test_columns_are_read_one_after_the_other(
    reader: PictureText, run: Run, picture: Callable[[str], Item]
) -> None:
    (text,) = texts(run(reader, picture("two_columns.png")))
    assert text.index("turns to the other side.") < text.index("The second column")


def test_a_script_it_does_not_know_is_said_to_be_unread(
    reader: PictureText, run: Run, picture: Callable[[str], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # no second engine
    with pytest.raises(Unreadable, match="script"):
        run(reader, picture("cyrillic.png"))


def test_a_photograph_without_writing_gives_nothing(
    reader: PictureText, run: Run, picture: Callable[[str], Item]
) -> None:
    assert run(reader, picture("no_text.jpg")) == []


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_picture_on_its_side_or_head_is_read(degrees: int, reader: PictureText, run: Run) -> None:
    image = Image.open(DATA / "chat.png").rotate(degrees, expand=True)
    (text,) = texts(run(reader, take(encoded(image), "side.png")))
    assert ("phone-number", "+447700900123") in found(text)


def test_a_repair_is_marked_in_the_text(
    reader: PictureText, run: Run, picture: Callable[[str], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    from quivive.media import ocr

    misread = "bc1qw508d6qejxtdg4y5r3zarvaryOc5xw7kv8f3t4"
    monkeypatch.setattr(ocr, "text_of", lambda lines: f"BTC {misread}")
    results = run(reader, picture("chat.png"))
    (mark,) = [each for each in results if isinstance(each, Finding) and each.code == "ocr/repaired-value"]
    (text,) = texts(results)
    assert mark.where is not None
    assert mark.where.start is not None
    assert text[mark.where.start] == "0"
    assert misread in mark.message


def test_the_models_are_named_with_their_hashes(reader: PictureText) -> None:
    assert len(reader.sources()) == 2
    assert all(source.model and len(source.sha256) == 64 for source in reader.sources())


def test_nothing_is_fetched() -> None:
    """What runs apart runs here in a process in which any socket would raise; the reader still works."""
    program = (
        "import socket\n"
        "def no(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = no\n"
        "from pathlib import Path; from quivive.media import codes, ocr\n"
        f"data = Path({str(DATA / 'qr_photo.jpg')!r}).read_bytes()\n"
        "ocr.read(data, 'image/jpeg'); codes.read(data, 'image/jpeg')\n"
        "print('read')"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert child.stdout.strip() == "read", child.stderr
