"""What does this file's structure say about its history? Read in the child process; the answer is small."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from quivive.errors import Unreadable
from quivive.media.history import (
    directories,
    ends,
    jpeg,
    preview,
    quality,
    recompression,
    resources,
    several,
    times,
    trailing,
)
from quivive.media.marks import boxed, carried, exif, gif, png, webp
from quivive.media.marks import jpeg as jpeg_texts
from quivive.media.marks.carried import Carried, Text

FORMATS = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP", "image/tiff": "TIFF",
    "image/heic": "HEIC", "image/avif": "AVIF",
}  # fmt: skip
_ENDS: dict[str, Callable[[bytes], int | None]] = {
    "image/png": ends.png, "image/gif": ends.gif, "image/webp": ends.webp,
}  # fmt: skip
_TEXTS: dict[str, Callable[[bytes], Carried]] = {
    "image/jpeg": jpeg_texts.read, "image/png": png.read, "image/gif": gif.read, "image/webp": webp.read,
}  # fmt: skip
_PROGRAM_KEYS = {"software", "creatortool", "comment", "creator", "usercomment", "originatingprogram"}
_STEP_KEYS = ("stevt:action", "stevt:softwareagent", "stevt:when")
_SERIALS = {0xA431, 0xA435, 0xC62F}
"""BodySerialNumber, LensSerialNumber, CameraSerialNumber (DNG)."""
_OWNERS = {0xA430, 0x013B, 0x9C9D}
"""CameraOwnerName, Artist, XPAuthor."""
MOST_STEPS = 20


@dataclass(frozen=True)
class Step:
    """One entry of XMP's record of editing: 'saved', by which program, when."""

    action: str
    program: str = ""
    when: str = ""


@dataclass(frozen=True)
class Hung:
    """A trailer and where its octets stand, so that they can be examined."""

    kind: trailing.Kind
    begin: int
    end: int
    media_type: str
    named: bool = False
    """The file's own index of pictures names it."""


@dataclass(frozen=True)
class History:
    """All that a file's structure says; '' , 0 and None stand for what it does not say."""

    format: str
    size: tuple[int, int] = (0, 0)
    quality: int = 0
    own_tables: bool = False
    """The quantisation tables are the program's own, not libjpeg's scale."""
    preset: str = ""
    progressive: bool = False
    standard_huffman: bool = True
    subsampling: str = ""
    camera: str = ""
    programs: tuple[str, ...] = ()
    """What it says of programs that wrote it, comments included."""
    software: str = ""
    """What stands where a program's name belongs; '' where only a comment says something."""
    bare: bool = True
    facebook: bool = False
    photoshop: bool = False
    screenshot: bool = False
    cut_off: bool = False
    steps: tuple[Step, ...] = ()
    stamps: tuple[times.Stamp, ...] = ()
    serial: bool = False
    owner: bool = False
    place: tuple[float, float] | None = None
    """Latitude and longitude in degrees, rounded to a tenth: some ten kilometres."""
    trailers: tuple[Hung, ...] = ()
    preview: preview.Comparison | None = None
    thumbnail: bytes = field(default=b"", repr=False)
    recompression: recompression.Recompression | None = None


def read(data: bytes, media_type: str) -> History:
    """Raises Unreadable where the file is none of FORMATS."""
    if media_type not in FORMATS:
        raise Unreadable(f"The history of {media_type} is not read.")
    structure = jpeg.read(data) if media_type == "image/jpeg" else None
    block = structure.exif if structure else _exif_block(data, media_type)
    found = directories.read(block)
    texts = _texts(data, media_type)
    end = structure.end if structure else _ENDS.get(media_type, len)(data)
    adobe = resources.read(structure.photoshop if structure else b"")
    previews = [small for small in dict.fromkeys((found.thumbnail, adobe.thumbnail)) if small]
    compared = _compared(data, previews) if structure else None
    estimated = quality.estimate(structure.luma) if structure else None
    return History(
        format=FORMATS[media_type],
        size=(structure.width, structure.height) if structure else texts.size,
        quality=estimated[0] if estimated else 0,
        own_tables=bool(estimated and not estimated[1]),
        preset=quality.photoshop_preset(structure.luma) if structure and structure.luma else "",
        progressive=bool(structure and structure.progressive),
        standard_huffman=not structure or structure.standard_huffman,
        subsampling=structure.subsampling if structure else "",
        camera=_camera(texts.texts),
        programs=_programs(texts.texts),
        software=next(
            (t.value for t in texts.texts if t.name in ("software", "creatortool") and t.value), ""
        ),
        bare=not block and not texts.texts,
        facebook=adobe.facebook,
        photoshop=adobe.written_by_photoshop or bool(structure and "APP12 Ducky" in structure.names),
        screenshot=any(t.name == "usercomment" and t.value == "Screenshot" for t in texts.texts),
        cut_off=end is None,
        steps=_steps(texts.texts),
        stamps=times.stamps(found, texts.texts, _changed(data, media_type)),
        serial=any(tag in found.camera or tag in found.picture for tag in _SERIALS),
        owner=any(_says(found, tag) for tag in _OWNERS),
        place=_place(found),
        trailers=_trailers(data, end, structure),
        preview=compared[0] if compared else None,
        thumbnail=compared[1] if compared else b"",
        recompression=_recompressed(data, structure) if structure else None,
    )


def _texts(data: bytes, media_type: str) -> Carried:
    if media_type in ("image/heic", "image/avif"):
        return boxed.read(data, media_type)
    if media_type == "image/tiff":
        texts, unread = carried.bounded(exif.read(data))
        width, height = (carried.value_of(texts, "EXIF", name) for name in ("imagewidth", "imagelength"))
        sides = (int(width), int(height)) if width.isdigit() and height.isdigit() else (0, 0)
        return Carried(texts, sides, unread)
    return _TEXTS[media_type](data)


def _exif_block(data: bytes, media_type: str) -> bytes:
    """The EXIF block of what is no JPEG; b'' where there is none."""
    if media_type == "image/tiff":
        return data
    if media_type == "image/png":
        return _part(data, b"eXIf", "big", 8, name_first=False)
    if media_type == "image/webp":
        return _part(data, b"EXIF", "little", 12, name_first=True).removeprefix(exif.HEADER)
    return _boxed(data, media_type).removeprefix(exif.HEADER)


def _boxed(data: bytes, media_type: str) -> bytes:
    """The EXIF item of a HEIC or AVIF picture; b'' where the boxes make no sense, or there is none."""
    try:
        if media_type == "image/heic":
            import pi_heif

            block = pi_heif.open_heif(data, convert_hdr_to_8bit=True).info.get("exif")
        elif media_type == "image/avif":
            from PIL import Image

            block = Image.open(io.BytesIO(data), formats=("AVIF",)).info.get("exif")
        else:
            return b""
    except Exception:  # the libraries fail on hostile boxes in every way there is
        return b""
    return block if isinstance(block, bytes) else b""


def _part(data: bytes, wanted: bytes, order: directories.Order, at: int, *, name_first: bool) -> bytes:
    """Content of the first chunk of that name in a PNG (from octet 8) or RIFF (from octet 12) file."""
    for _ in range(100_000):
        first, second = data[at : at + 4], data[at + 4 : at + 8]
        name, length = (first, second) if name_first else (second, first)
        if len(length) < 4:
            return b""
        size = int.from_bytes(length, order)
        if name == wanted:
            return data[at + 8 : at + 8 + min(size, 2**20)]
        at += 8 + size + ((size & 1) if name_first else 4)
    return b""


def _changed(data: bytes, media_type: str) -> str:
    """The tIME chunk of a PNG, when its pixels were last changed, in UTC (§11.3.5)."""
    body = _part(data, b"tIME", "big", 8, name_first=False) if media_type == "image/png" else b""
    if len(body) != 7:
        return ""
    day = f"{int.from_bytes(body[:2], 'big'):04d}-{body[2]:02d}-{body[3]:02d}"
    return f"{day}T{body[4]:02d}:{body[5]:02d}:{min(body[6], 59):02d}Z"


def _says(found: directories.Directories, tag: int) -> str:
    entry = found.camera.get(tag) or found.picture.get(tag)
    return entry.text if entry and entry.kind in (1, 2, 7, 129) else ""


def _camera(texts: tuple[Text, ...]) -> str:
    """Maker and model, the maker once where the model repeats it; '' for what is no name.

    Generators put whole workflows where the camera's name belongs.
    """
    maker, model = (carried.value_of(texts, "EXIF", key).strip() for key in ("make", "model"))
    if "{" in maker + model or max(len(maker), len(model)) > 80:
        return ""
    if maker and model.lower().startswith(maker.split()[0].lower()):
        return model
    return f"{maker} {model}".strip()


def _programs(texts: tuple[Text, ...]) -> tuple[str, ...]:
    said = [t.value.strip() for t in texts if t.name in _PROGRAM_KEYS and 0 < len(t.value.strip()) <= 200]
    return tuple(dict.fromkeys(said))[:20]


def _steps(texts: tuple[Text, ...]) -> tuple[Step, ...]:
    """XMP's xmpMM:History in order (XMP specification, part 2, ResourceEvent)."""
    entries: list[dict[str, str]] = []
    for text in texts:
        key = text.key.lower()
        if key not in _STEP_KEYS:
            continue
        if not entries or key == _STEP_KEYS[0] or key in entries[-1]:
            entries.append({})
        entries[-1][key] = text.value[:80]
    return tuple(Step(*(entry.get(key, "") for key in _STEP_KEYS)) for entry in entries[:MOST_STEPS])


def _place(found: directories.Directories) -> tuple[float, float] | None:
    degrees = [_angle(found, *tags) for tags in ((0x01, 0x02, "S", 90), (0x03, 0x04, "W", 180))]
    latitude, longitude = degrees
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None  # telephones without a fix write zeros
    return latitude, longitude


def _angle(found: directories.Directories, letter: int, value: int, negative: str, most: int) -> float | None:
    entry, side = found.place.get(value), found.place.get(letter)
    if entry is None or len(entry.numbers) < 3:
        return None
    angle = math.fsum(number / 60.0**power for power, number in enumerate(entry.numbers[:3]))
    if not 0 <= angle <= most:
        return None
    return round(-angle if side and side.text.upper().startswith(negative) else angle, 1)


def _trailers(data: bytes, end: int | None, structure: jpeg.Jpeg | None) -> tuple[Hung, ...]:
    named = several.extents(*structure.mpf, len(data)) if structure else ()
    found = trailing.read(data, len(data) if end is None else end, named)
    last = max((stop for _, stop in named), default=0)
    return tuple(Hung(t.kind, t.begin, t.end, t.media_type, t.begin < last) for t in found)


def _compared(data: bytes, previews: list[bytes]) -> tuple[preview.Comparison, bytes] | None:
    try:
        return preview.compare(data, previews)
    except Exception:  # decoders fail on damage in every way there is; then there is nothing to compare
        return None


def _recompressed(data: bytes, structure: jpeg.Jpeg) -> recompression.Recompression | None:
    try:
        return recompression.read(data, structure)
    except Exception:  # as above: a picture that does not decode tells nothing here
        return None
