"""Draws the pictures of the tests and examples: screenshots, pages, QR codes, 'photographs' of them.

    python tests/data/media/make_pictures.py [--font FILE.ttf] [--wide-font FILE.otf]

rewrites the files beside this script. Everything in them is made up. Fonts: DejaVu Sans (Debian package
fonts-dejavu-core, or the copy in matplotlib) and, for Chinese, Noto Sans CJK (SIL OFL 1.1).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).parent
LIGHT = {"ground": "#f4f4f6", "ink": "#111111", "them": "#ffffff", "me": "#007aff", "my_ink": "#ffffff"}
DARK = {"ground": "#101214", "ink": "#e8e8ea", "them": "#26282c", "me": "#005c4b", "my_ink": "#e8e8ea"}


def default_font() -> Path:
    """DejaVu Sans of the system or of matplotlib."""
    system = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    spec = find_spec("matplotlib")
    bundled = Path(spec.origin or "").parent / "mpl-data/fonts/ttf/DejaVuSans.ttf" if spec else system
    return system if system.is_file() else bundled


def chat(
    title: str,
    messages: Sequence[tuple[str, str]],
    font: Path | None = None,
    width: int = 1080,
    size: int = 40,
    theme: dict[str, str] | None = None,
) -> Image.Image:
    """A phone's screenshot. `messages` are (side, text), side 'them' or 'me'; text wraps in its bubble."""
    theme = theme or LIGHT
    face = ImageFont.truetype(str(font or default_font()), size)
    pad, gap, line = size, int(size * 1.7), int(size * 1.35)
    wrapped = [(side, wrap(text, face, int(width * 0.74))) for side, text in messages]
    height = size * 7 + sum(len(lines) * line + 2 * pad // 1 + gap for _, lines in wrapped)
    picture = Image.new("RGB", (width, max(height, int(width * 1.6))), theme["ground"])
    draw = ImageDraw.Draw(picture)
    draw.text((size, size // 2), "14:07", font=face, fill=theme["ink"])
    draw.text((width / 2, size * 3), title, font=face, fill=theme["ink"], anchor="mm")
    top = size * 5
    for side, lines in wrapped:
        wide = max(draw.textlength(text, font=face) for text in lines) + 2 * pad
        left = size if side == "them" else width - size - wide
        box = (left, top, left + wide, top + len(lines) * line + pad)
        draw.rounded_rectangle(box, radius=size // 2, fill=theme[side])
        for number, text in enumerate(lines):
            ink = theme["ink"] if side == "them" else theme["my_ink"]
            draw.text((left + pad, top + pad // 2 + number * line), text, font=face, fill=ink)
        top += len(lines) * line + pad + gap
    return picture


def page(
    columns: Sequence[Sequence[str]], font: Path | None = None, size: int = 28, width: int = 1600
) -> Image.Image:
    """A printed page: paragraphs set in one or more columns."""
    face = ImageFont.truetype(str(font or default_font()), size)
    margin, line = size * 3, int(size * 1.4)
    room = (width - margin * (len(columns) + 1)) // len(columns)
    set_ = [[line for text in column for line in [*wrap(text, face, room), ""]] for column in columns]
    height = max(len(lines) for lines in set_) * line + 2 * margin
    picture = Image.new("RGB", (width, max(height, width)), "white")
    draw = ImageDraw.Draw(picture)
    for number, lines in enumerate(set_):
        for row, text in enumerate(lines):
            draw.text((margin + number * (room + margin), margin + row * line), text, font=face, fill="black")
    return picture


def wrap(text: str, face: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Lines that fit: broken at spaces, inside a word only where it alone is too long."""
    lines = [""]
    spaced = " " in text
    for word in text.split(" ") if spaced else text:
        joint = " " if spaced and lines[-1] else ""
        if face.getlength(lines[-1] + joint + word) <= room:
            lines[-1] += joint + word
            continue
        lines += [""] if lines[-1] else []
        for char in word:
            if face.getlength(lines[-1] + char) > room:
                lines.append("")
            lines[-1] += char
    return lines


def qr(text: str, scale: int = 8, kind: str = "QRCode") -> Image.Image:
    """A QR (or other) code with its quiet zone, black on white."""
    import numpy as np
    import zxingcpp

    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    pixels = np.array(zxingcpp.write_barcode_to_image(code, scale=scale, add_quiet_zones=True))
    return Image.fromarray(pixels).convert("RGB")


def snapshot(thing: Image.Image, width: int = 1600, degrees: float = 12, share: float = 0.3) -> Image.Image:
    """`thing` as a camera might see it: small, turned, on a cloudy ground, a little out of focus."""
    ground = (
        Image.effect_noise((width // 8, width * 3 // 32), 60).resize((width, width * 3 // 4)).convert("RGB")
    )
    side = int(width * share)
    small = thing.resize((side, max(side * thing.height // thing.width, 1)), Image.Resampling.LANCZOS)
    mask = Image.new("L", small.size, 255)
    small, mask = (p.rotate(degrees, Image.Resampling.BICUBIC, expand=True) for p in (small, mask))
    ground.paste(small, (width // 3, width // 5), mask)
    return ground.filter(ImageFilter.GaussianBlur(0.8))


BABY = "Hi Mum, I broke my phone. This is my new number: +44 7700 900123. Can you pay a bill for me today?"
PAY = "Send 2,480 EUR to DE89 3704 0044 0532 0130 00 please, I pay you back on Monday."
LINK = "Track your parcel: https://parcel-redelivery.example/track/2024-11/a7f3?id=99ad41"
WALLET = "or BTC bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
EPC = "\n".join(
    ["BCD", "002", "1", "SCT", "", "Example Shop", "DE89370400440532013000", "EUR12.50", "", "", "Bill 7"]
)


def main() -> None:
    """Write every picture of the tests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--font", type=Path, default=default_font())
    parser.add_argument("--wide-font", type=Path, help="a font with Chinese letters")
    given = parser.parse_args()
    told = [("them", BABY), ("me", "Who is this?"), ("them", PAY), ("them", LINK), ("them", WALLET)]
    chat("Unknown number", told, given.font).save(HERE / "chat.png", optimize=True)
    chat("Unknown number", told, given.font, theme=DARK).save(HERE / "chat_dark.jpg", quality=60)
    left = ["The first column tells of the parcel that was never sent and of the fee that was asked for it.",
            "It goes on until the reader has had enough of it and turns to the other side."]  # fmt: skip
    right = ["The second column warns that no bank asks for a code on the telephone, whatever it may say.",
             "It ends with the advice to call back on the number that stands on the card."]  # fmt: skip
    page([left, right], given.font).save(HERE / "two_columns.png", optimize=True)
    qr("https://parking-fee.example/q/88213").save(HERE / "qr.png", optimize=True)
    snapshot(qr("https://parking-fee.example/q/88213"), degrees=-17).save(HERE / "qr_photo.jpg", quality=70)
    qr(EPC).save(HERE / "qr_payment.png", optimize=True)
    snapshot(Image.new("RGB", (50, 50), "#884422"), width=1200).save(HERE / "no_text.jpg", quality=70)
    russian = ["Ваша посылка задержана, оплатите доставку", "Перейдите по ссылке и введите данные карты",
               "Служба безопасности вашего банка", "Никому не сообщайте этот код"]  # fmt: skip
    page([russian], given.font, 44).save(HERE / "cyrillic.png", optimize=True)
    if given.wide_font:
        chinese = [
            ("them", "您的包裹因地址不详无法投递，请在二十四小时内支付运费，逾期将退回。"),
            ("me", "请问你是谁？"),
        ]
        chat("快递服务", chinese, given.wide_font, size=44).save(HERE / "chinese.png", optimize=True)


if __name__ == "__main__":
    main()
