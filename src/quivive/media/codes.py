"""Which QR and bar codes are in this picture, and what do they ask a telephone to do?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from quivive import observables
from quivive.errors import CouldNotLook, NotInstalled
from quivive.intake import VALUE_TYPE, derive
from quivive.media import pictures
from quivive.media.payloads import Payload, parse
from quivive.model import Context, Finding, Item, Source, Subject, Where, Yield, finding

if TYPE_CHECKING:
    from PIL.Image import Image

CODES = 20
"""Codes of one picture that are reported."""
SECONDS = 3.0
"""Time after which no further enlarged or turned copy is tried."""
CHILD_SECONDS = 15.0
"""Processor time within which all frames are decoded and searched."""
PAYLOAD = 8192
_LINK_FORMATS = ("qr", "aztec", "datamatrix", "pdf417", "maxicode")


@dataclass(frozen=True)
class Code:
    """One symbol: its text, its kind ('QR code') and its box in pixels of the picture looked at."""

    text: str
    format: str
    box: tuple[int, int, int, int]
    picture: tuple[int, int]
    """Width and height of that picture."""


class PictureCodes:
    """Reads QR, Aztec, Data Matrix, PDF417 and the usual bar codes; nothing they point to is opened."""

    name = "media.codes"
    version = "1"
    accepts = pictures.TYPES
    online = False
    codes: Mapping[str, str] = {
        "code/qr": "The picture holds a {format}; it reads “{text}”. What it points to was not opened.",
        "code/payment": "The code fills in a payment of {amount} to {name}, account {account}. "
        "Compare name and account with a bill that you trust before you pay.",
        "code/crypto-payment": "The code asks for a payment in {coin} to {address}. "
        "Such a payment cannot be called back.",
        "code/message": "Scanned, the code prepares a message to {number} that reads “{text}”.",
        "code/call": "Scanned, the code dials {number}.",
        "code/wifi": "Scanned, the code joins the wireless network “{name}”. Whoever runs that network "
        "can see and change unprotected traffic.",
        "code/contact": "Scanned, the code adds a contact to the address book.",
        "code/app": "Scanned, the code opens another program on the telephone ({scheme}).",
    }

    def sources(self) -> tuple[Source, ...]:
        """No dated data."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield a finding and a value item per code, and the numbers, accounts and wallets it holds."""
        if not isinstance(subject, Item):
            return
        codes, fault = pictures.looks(read, subject, CHILD_SECONDS)
        for code in codes:
            yield from self._say(subject, code, context)
        if fault:
            raise fault

    def _say(self, item: Item, code: Code, context: Context) -> Iterator[Yield]:
        text = code.text[:PAYLOAD]
        place = Where(part=f"box {','.join(map(str, code.box))} of {code.picture[0]}x{code.picture[1]}")
        shown = _inert(" ".join(text[:200].split()) + ("…" if len(text) > 200 else ""))
        yield finding(self, "code/qr", "informational", item, where=place,
                      params={"format": code.format, "text": shown})  # fmt: skip
        yield derive(item, "code", text, VALUE_TYPE, origin=code.format,
                     meta={"box": place.part}, limits=context.limits)  # fmt: skip
        payload = parse(text)
        if payload:
            yield self._meaning(item, payload, place)
            for observable in payload.observables:
                yield replace(observable, item=item.name, where=place)

    def _meaning(self, item: Item, payload: Payload, place: Where) -> Finding:
        return finding(
            self, f"code/{payload.kind}", "informational", item, where=place, params=payload.params
        )


def _inert(text: str) -> str:
    """The text with its links spelt so that no program makes them live."""
    spans = sorted((o.where.start or 0, o.where.end or 0, o.type) for o in observables.find(text) if o.where)
    for start, end, kind in reversed(spans):
        if kind in ("url", "domain-name", "email-addr") and "[.]" not in text[start:end]:
            text = text[:start] + observables.defang(kind, text[start:end]) + text[end:]
    return text


def read(data: bytes, media_type: str) -> tuple[list[Code], CouldNotLook | None]:
    """In the child: the first CODES different codes of all frames, and why later frames were not seen."""
    deadline = time.process_time() + SECONDS
    found, fault = pictures.looked_at(data, media_type, lambda image: find(image, deadline))
    different: dict[str, Code] = {}
    for code in chain.from_iterable(found):
        different.setdefault(code.text, code)
    return [code for code in different.values() if code.text][:CODES], fault


def find(image: Image, deadline: float) -> list[Code]:
    """Codes of the picture, or of the first enlarged, turned, contrast-stretched copy that shows any.

    `deadline` is a reading of `time.process_time`; the picture itself is always tried.
    """
    for copy, scale in _copies(image):
        codes = [Code(_text(code), _name(code), _box(code.position, scale), image.size)
                 for code in _read(copy)]  # fmt: skip
        if codes or time.process_time() > deadline:
            return codes
    return []


def _copies(image: Image) -> Iterator[tuple[Image, float]]:
    """The picture and changed copies, likeliest first. The box of a turned copy is lost: its scale is 0."""
    from PIL import Image as pil
    from PIL import ImageFilter, ImageOps

    yield image, 1.0
    grey = image.convert("L")
    longest = max(grey.size)
    yield ImageOps.autocontrast(grey, cutoff=2), 1.0
    if longest <= 2000:
        yield grey.resize((grey.width * 2, grey.height * 2), pil.Resampling.BICUBIC), 2.0
    for side in (1600, 800, 400):
        if longest > side * 1.3:
            scale = side / longest
            small = grey.resize((max(round(grey.width * scale), 1), max(round(grey.height * scale), 1)),
                                pil.Resampling.BOX)  # fmt: skip
            yield small, scale
    base = grey if longest <= 1600 else grey.resize((round(grey.width * 1600 / longest) or 1,
                                                     round(grey.height * 1600 / longest) or 1))  # fmt: skip
    yield base.filter(ImageFilter.MedianFilter(3)), base.width / grey.width
    for degrees in (30, 60, 15, 45, 75):
        yield base.rotate(degrees, pil.Resampling.BICUBIC, expand=True, fillcolor=255), 0.0


def _read(image: Image) -> list[Any]:
    try:
        import zxingcpp
    except ImportError as error:
        raise NotInstalled(f"The reader of QR codes does not load ({error}): install zxing-cpp.") from error
    return [code for code in zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain) if _worth(code)]


def _worth(code: Any) -> bool:
    """Matrix codes always; bar codes of a product or parcel only where a checksum or length vouches."""
    name = str(code.format).lower().replace(" ", "").replace("_", "").replace("-", "")
    return any(kind in name for kind in _LINK_FORMATS) or len(code.text) >= 8


def _text(code: Any) -> str:
    return str(code.text).replace("\x00", "")


def _name(code: Any) -> str:
    name = str(code.format).removeprefix("BarcodeFormat.")
    return "QR code" if name.replace(" ", "").upper().startswith("QRCODE") else f"{name} code"


def _box(position: Any, scale: float) -> tuple[int, int, int, int]:
    if not scale:
        return (0, 0, 0, 0)
    corners = (position.top_left, position.top_right, position.bottom_left, position.bottom_right)
    xs, ys = [round(p.x / scale) for p in corners], [round(p.y / scale) for p in corners]
    return min(xs), min(ys), max(xs), max(ys)


DETECTORS = (PictureCodes,)
