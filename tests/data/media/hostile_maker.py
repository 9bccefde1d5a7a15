"""Makes pictures and films that were built to break, stall or fill what reads them, and damages good ones.

    python tests/data/media/hostile_maker.py FOLDER

writes them all. Nothing is kept in the repository: bombs stay small until they are opened, and some virus
scanners take them for what they imitate. Formats as in their specifications (PNG 1.2, JPEG T.81, GIF89a,
TIFF 6.0, ISO 14496-12, WebP, BMP); everything is drawn here.
"""

from __future__ import annotations

import base64
import io
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def files() -> Mapping[str, Callable[[], bytes]]:
    """Name → maker of each hostile file; the name says the fault."""
    return {
        # Bombs: more than 50 megapixels, claimed or real, and small files of many large frames.
        "claims_400_megapixels.png": lambda: png(20_000, 20_000, zlib.compress(b"\0" * 1000)),
        "claims_65535_square.jpg": lambda: resized_jpeg(65_500, 65_500),
        "claims_65535_square.gif": lambda: gif(65_535, 65_535, 1),
        "claims_huge.bmp": lambda: bmp(30_000, 30_000),
        "claims_huge.webp": lambda: vp8x(16_000_000, 16_000_000),
        "claims_huge.tiff": lambda: tiff(60_000, 60_000),
        "claims_huge.avif": lambda: grown(encoded("AVIF"), 60_000, 60_000),
        "claims_huge.heic": lambda: grown((HERE / "shades.heic").read_bytes(), 60_000, 60_000),
        "real_52_megapixels.png": lambda: flat("PNG", 7_300, 7_200),
        "real_52_megapixels.jpg": lambda: flat("JPEG", 7_300, 7_200),
        "real_52_megapixels.webp": lambda: flat("WEBP", 7_300, 7_200, method=0),
        "real_52_megapixels.tiff": lambda: flat("TIFF", 7_300, 7_200, compression="tiff_deflate"),
        "real_52_megapixels.avif": lambda: flat("AVIF", 7_300, 7_200, speed=10),
        "just_49_megapixels_deep.png": deep_png,
        "just_49_megapixels.gif": lambda: gif(7_000, 7_000, 1),
        "ten_thousand_large_frames.gif": lambda: gif(7_000, 7_000, 10_000),
        "a_million_frames.gif": lambda: gif(8, 8, 1_000_000),
        "thousand_large_frames.webp": lambda: webp_frames(4_000, 4_000, 1_000),
        "thousand_large_frames.apng": lambda: apng(4_000, 4_000, 1_000),
        "thousand_large_pages.tiff": lambda: tiff_pages(7_000, 7_000, 1_000),
        "thousand_scans.jpg": lambda: jpeg_scans(6_000, 6_000, 1_000),
        # Metadata.
        "text_of_a_gigabyte.png": lambda: png_with((b"zTXt", b"Comment\0\0" + deflated(2**30))),
        "international_text_of_a_gigabyte.png": lambda: png_with(
            (b"iTXt", b"parameters\0\1\0\0\0" + deflated(2**30))
        ),
        "profile_of_a_gigabyte.png": lambda: png_with((b"iCCP", b"icc\0\0" + deflated(2**30))),
        "text_of_60_megabytes.png": lambda: png_with((b"tEXt", b"parameters\0" + b"a, " * 20_000_000)),
        "half_a_million_chunks.png": lambda: png_with(*[(b"tEXt", b"Comment\0x")] * 500_000),
        "nested_workflow.png": lambda: png_with((b"tEXt", b"prompt\0" + b'{"a":' * 200_000 + b"1")),
        "exif_in_a_circle.jpg": lambda: jpeg_with_exif(exif_circle()),
        "exif_of_65535_entries.jpg": lambda: jpeg_with_exif(exif_many()),
        "exif_points_far_away.jpg": lambda: jpeg_with_exif(exif_far()),
        "exif_thumbnail_bomb.jpg": lambda: jpeg_with_exif(exif_thumbnail(resized_jpeg(65_500, 65_500))),
        "profile_in_255_parts.jpg": profile_parts,
        "xmp_entities.jpg": lambda: jpeg_with_xmp(laughs()),
        "xmp_deep.png": lambda: png_with((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<a>" * 300_000)),
        "pages_in_a_circle.tiff": lambda: tiff(64, 64, circle=True),
        "65535_samples.tiff": lambda: tiff(64, 64, samples=65_535),
        "a_million_strips.tiff": tiff_strips,
        # Boxes of ISO files.
        "boxes_in_boxes.mp4": lambda: ftyp(b"isom") + nested(b"moov", 20_000),
        "boxes_in_boxes.heic": lambda: ftyp(b"heic") + nested(b"meta", 20_000),
        "a_million_boxes.mp4": lambda: ftyp(b"isom") + b"\0\0\0\x08free" * 1_000_000,
        "box_of_no_size.mp4": lambda: ftyp(b"isom") + b"\0\0\0\x01moov" + b"\xff" * 8 + b"\0" * 64,
        "four_billion_samples.mp4": lambda: ftyp(b"isom") + samples_table(),
        # Not what they are called, or not whole.
        "nothing.jpg": lambda: b"",
        "one_byte.png": lambda: b"\x89",
        "zeros.jpg": lambda: bytes(100_000),
        "jpeg_called.png": lambda: encoded("JPEG"),
        "page_called.jpg": lambda: b"<html><script>alert(1)</script><img src=x onerror=alert(1)></html>",
        "program_called.png": lambda: b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(2_000),
        "film_called.jpg": lambda: ftyp(b"isom") + bytes(2_000),
        "zip_bomb_called.png": zip_bomb,
        "png_then_zip_bomb.png": lambda: encoded("PNG") + zip_bomb(),
        **{f"cut_in_half.{kind.lower()}": (lambda kind=kind: half(encoded(kind)))
           for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")},
        "cut_in_half.heic": lambda: half((HERE / "shades.heic").read_bytes()),
        # Drawings that are programs.
        "entities.svg": lambda: laughs(b"<svg xmlns='http://www.w3.org/2000/svg'><text>&j;</text></svg>"),
        "outside_entity.svg": lambda: b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM '
        b'"file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
        "script.svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)'
        b'</script><image href="http://tracker.example/x.png"/></svg>',
        "uses_of_uses.svg": svg_uses,
        # Pictures that are good but laborious.
        "noise_of_49_megapixels.jpg": lambda: noise(7_000, 7_000),
        "four_hundred_codes.png": many_codes,
        "escapes_in_a_code.png": lambda: code("\x1b]0;owned\x07\x1b[2J\u202e https://a.example/"),
        "page_of_small_print.png": small_print,
    }  # fmt: skip


def seeds() -> dict[str, bytes]:
    """Good small files of every format, by name: what `damaged` starts from."""
    kinds = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")
    found = {f"picture.{kind.lower()}": encoded(kind) for kind in kinds}
    found["photo.heic"] = (HERE / "shades.heic").read_bytes()
    found["code.png"] = (HERE / "qr.png").read_bytes()
    found["exif.jpg"] = jpeg_with_exif(exif_thumbnail(encoded("JPEG")))
    found["workflow.png"] = png_with((b"tEXt", b"parameters\0a cat\nSteps: 20, Size: 512x512"))
    found["pages.tiff"] = tiff_pages(64, 64, 3)
    found["frames.gif"] = gif(64, 64, 3)
    found["frames.webp"] = webp_frames(64, 64, 3)
    found["progressive.jpg"] = encoded("JPEG", progressive=True)
    return found


def damaged(count: int, seed: int, more: Mapping[str, bytes] = {}) -> Iterator[tuple[str, bytes]]:
    """`count` files with bytes flipped, cut, doubled or set to extreme lengths, each under its number."""
    dice = random.Random(seed)
    good = seeds() | dict(more)
    for number in range(count):
        name = sorted(good)[number % len(good)]
        data = bytearray(good[name])
        for _ in range(dice.choice((1, 2, 4, 16))):
            _damage(data, dice)
        stem, _, ending = name.rpartition(".")
        yield f"{number:05}-{stem}.{ending}", bytes(data)


def _damage(data: bytearray, dice: random.Random) -> None:
    """One change, more often near the start, where the structure lies."""
    reach = len(data) if dice.random() < 0.5 else min(len(data), 400)
    at, kind = dice.randrange(max(reach, 1)), dice.randrange(6)
    if kind == 0 and at < len(data):
        data[at] = dice.randrange(256)
    elif kind == 1 and at < len(data):
        data[at] ^= 1 << dice.randrange(8)
    elif kind == 2:
        data[at : at + 4] = struct.pack(">I", dice.choice((0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)))
    elif kind == 3:
        del data[at : at + dice.choice((1, 4, 100, len(data)))]
    elif kind == 4:
        data[at:at] = data[at : at + dice.choice((1, 12, 400))]
    else:
        data[at:at] = bytes(dice.randrange(256) for _ in range(dice.choice((1, 8, 64))))


def encoded(kind: str, **options: object) -> bytes:
    """A small picture with an edge, a ramp and three letters."""
    from PIL import Image, ImageDraw

    picture = Image.linear_gradient("L").resize((120, 90)).convert("RGB")
    ImageDraw.Draw(picture).text((20, 30), "QVV 123", fill="red")
    return _saved(picture, kind, **options)


def flat(kind: str, width: int, height: int, **options: object) -> bytes:
    """One colour: a few kilobytes that open to `width` × `height`."""
    from PIL import Image

    return _saved(Image.new("RGB", (width, height), "#aabbcc"), kind, **options)


def noise(width: int, height: int) -> bytes:
    """A JPEG in which every square differs."""
    from PIL import Image

    return _saved(Image.effect_noise((width, height), 80).convert("RGB"), "JPEG", quality=40)


def _saved(picture: object, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)  # type: ignore[attr-defined]
    return buffer.getvalue()


def half(data: bytes) -> bytes:
    """The first half."""
    return data[: len(data) // 2]


def deflated(size: int) -> bytes:
    """`size` spaces, compressed."""
    squeeze = zlib.compressobj(1)
    block = b" " * 2**20
    return b"".join(squeeze.compress(block) for _ in range(size // len(block))) + squeeze.flush()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG of compressed scan lines, with further chunks before them."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of 16 × 16 with these chunks."""
    return png(16, 16, zlib.compress(b"\0" * 16 * 49), *(chunk(kind, body) for kind, body in chunks))


def deep_png() -> bytes:
    """7000 × 7000 with 16 bits in each of four channels: 392 MB of scan lines in half a megabyte."""
    squeeze = zlib.compressobj(9)
    line = b"\0" * (1 + 7_000 * 8)
    pixels = b"".join(squeeze.compress(line) for _ in range(7_000)) + squeeze.flush()
    return png(7_000, 7_000, pixels, depth=16, colour=6)


def apng(width: int, height: int, frames: int) -> bytes:
    """An animated PNG whose frames are all as large as the picture."""
    pixels = deflated_lines(width * 3 + 1, height)
    parts = [chunk(b"acTL", struct.pack(">II", frames, 0))]
    number = 0
    body = b""
    for frame in range(frames):
        control = struct.pack(">IIIIIHHBB", number, width, height, 0, 0, 1, 10, 0, 0)
        number += 1
        if frame == 0:
            body += chunk(b"fcTL", control) + chunk(b"IDAT", pixels)
        else:
            body += chunk(b"fcTL", control) + chunk(b"fdAT", struct.pack(">I", number) + pixels)
            number += 1
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + parts[0] + body + chunk(b"IEND", b"")


def deflated_lines(length: int, count: int) -> bytes:
    """`count` lines of `length` zeros, compressed."""
    return zlib.compress(bytes(length * count), 9)


def resized_jpeg(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size (T.81 B.2.2)."""
    data = bytearray(encoded("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG whose scans each say of all blocks that nothing changes: 10 bytes, a full pass."""
    data = flat("JPEG", width, height, progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * scans + data[-2:]


def jpeg_with(marker: int, body: bytes) -> bytes:
    """A small JPEG with a segment after its start."""
    data = encoded("JPEG")
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def jpeg_with_exif(tiff_part: bytes) -> bytes:
    """A small JPEG with this EXIF."""
    return jpeg_with(0xE1, b"Exif\0\0" + tiff_part[:65_000])


def jpeg_with_xmp(xml: bytes) -> bytes:
    """A small JPEG with this XMP."""
    return jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xml)


def profile_parts() -> bytes:
    """An ICC profile in 255 segments of 65,000 bytes that do not belong together."""
    data = encoded("JPEG")
    parts = b"".join(
        struct.pack(">BBH", 0xFF, 0xE2, 65_002)
        + (b"ICC_PROFILE\0" + bytes((255 - n, 255))).ljust(65_000, b"x")
        for n in range(255)
    )
    return data[:2] + parts + data[2:]


def ifd(entries: Sequence[tuple[int, int, int, int]], following: int = 0) -> bytes:
    """A directory of (tag, type, count, value or offset) (TIFF 6.0 §2)."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + body + struct.pack("<I", following)


def exif_circle() -> bytes:
    """Directories that point to themselves as the next, as EXIF, GPS and interoperability."""
    tags = (0x8769, 0x8825, 0xA005)
    return b"II*\0" + struct.pack("<I", 8) + ifd([(tag, 4, 1, 8) for tag in tags], following=8)


def exif_many() -> bytes:
    """A directory that claims 65,535 entries and holds 5,000."""
    entries = b"".join(struct.pack("<HHII", n, 2, 0x7FFFFFFF, 8) for n in range(5_000))
    return b"II*\0" + struct.pack("<IH", 8, 65_535) + entries


def exif_far() -> bytes:
    """Text of two gigabytes somewhere behind the end."""
    return b"II*\0" + struct.pack("<I", 8) + ifd([(0x010E, 2, 0x7FFFFFF0, 0x7FFFFFF0)] * 50, 0x7FFFFFF0)


def exif_thumbnail(thumbnail: bytes) -> bytes:
    """A second directory with a thumbnail (EXIF 2.3 §4.5)."""
    first = ifd([(0x010F, 2, 4, int.from_bytes(b"QVV\0", "little"))], following=26)
    second = ifd([(0x0103, 3, 1, 6), (0x0201, 4, 1, 68), (0x0202, 4, 1, len(thumbnail))])
    return b"II*\0" + struct.pack("<I", 8) + first + second + thumbnail


def gif(width: int, height: int, frames: int) -> bytes:
    """Frames of one pixel each on a screen of this size."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"!\xf9\4\0\1\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2D\1\0"
    return head + frame * frames + b";"


def bmp(width: int, height: int) -> bytes:
    """A bitmap whose pixels are not there."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 100, 0, 0, 54) + head + bytes(100)


def riff(*chunks: bytes) -> bytes:
    """A WebP of these chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a WebP, padded to an even length."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _three(value: int) -> bytes:
    return struct.pack("<I", value)[:3]


def vp8x(width: int, height: int) -> bytes:
    """A WebP canvas of this size around a small picture."""
    canvas = riff_chunk(b"VP8X", bytes((0, 0, 0, 0)) + _three(width - 1) + _three(height - 1))
    return riff(canvas, encoded("WEBP")[12:])


def webp_frames(width: int, height: int, frames: int) -> bytes:
    """An animation of one flat picture, again and again."""
    still = flat("WEBP", width, height, quality=1, method=0)[12:]
    canvas = riff_chunk(b"VP8X", bytes((2, 0, 0, 0)) + _three(width - 1) + _three(height - 1))
    place = _three(0) * 2 + _three(width - 1) + _three(height - 1) + _three(40) + b"\0"
    return riff(canvas, riff_chunk(b"ANIM", bytes(6)), *[riff_chunk(b"ANMF", place + still)] * frames)


def tiff(width: int, height: int, samples: int = 1, circle: bool = False) -> bytes:
    """A page of grey with few pixels; in a circle it is its own next page."""
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
               (273, 4, 1, 150), (277, 3, 1, samples), (278, 4, 1, height), (279, 4, 1, 4096)]  # fmt: skip
    return (b"II*\0" + struct.pack("<I", 8) + ifd(entries, 8 if circle else 0)).ljust(150, b"\0") + bytes(
        4096
    )


def tiff_pages(width: int, height: int, pages: int) -> bytes:
    """Pages that share one compressed strip."""
    strip = zlib.compress(bytes(width * height), 9)
    out = bytearray(b"II*\0" + struct.pack("<I", 8 + len(strip)) + strip)
    for page in range(pages):
        entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
                   (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, len(strip))]  # fmt: skip
        following = len(out) + 2 + 12 * len(entries) + 4
        out += ifd(entries, following if page < pages - 1 else 0)
    return bytes(out)


def tiff_strips() -> bytes:
    """A page in a million strips of no bytes."""
    count = 1_000_000
    entries = [(256, 4, 1, 8), (257, 4, 1, count), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
               (273, 4, count, 150), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, count, 150)]  # fmt: skip
    return (b"II*\0" + struct.pack("<I", 8) + ifd(entries)).ljust(150, b"\0") + bytes(4 * count)


def ftyp(brand: bytes) -> bytes:
    """The box that opens an ISO file."""
    return struct.pack(">I", 20) + b"ftyp" + brand + bytes(4) + brand


def nested(kind: bytes, depth: int) -> bytes:
    """Boxes of one kind in one another."""
    return b"".join(struct.pack(">I", 8 * (depth - level)) + kind for level in range(depth))


def box(kind: bytes, body: bytes) -> bytes:
    """A box of an ISO file."""
    return struct.pack(">I", len(body) + 8) + kind + body


def samples_table() -> bytes:
    """A film whose tables claim four billion samples."""
    tables = b"".join(
        box(kind, bytes(4) + struct.pack(">II", 1, 0xFFFFFFFF))
        for kind in (b"stsz", b"stts", b"stsc", b"stco")
    )
    return box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", tables)))))


def grown(data: bytes, width: int, height: int) -> bytes:
    """An AVIF or HEIC whose size property ('ispe') claims another size."""
    out = bytearray(data)
    at = out.find(b"ispe")
    while at >= 0:
        out[at + 8 : at + 16] = struct.pack(">II", width, height)
        at = out.find(b"ispe", at + 4)
    return bytes(out)


def zip_bomb() -> bytes:
    """300 megabytes of zeros in a small archive."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("picture.png", "w") as out,
    ):
        for _ in range(300):
            out.write(bytes(2**20))
    return buffer.getvalue()


def laughs(body: bytes = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>&j;</x:xmpmeta>") -> bytes:
    """Entities of entities: 10**10 letters if anybody works them out."""
    levels = b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + levels + b"]>" + body


def svg_uses() -> bytes:
    """Each drawing uses the one before twice."""
    layers = b"".join(
        b'<g id="g%d"><use href="#g%d"/><use href="#g%d"/></g>' % (n + 1, n, n) for n in range(60)
    )
    return b'<svg xmlns="http://www.w3.org/2000/svg"><g id="g0"><rect/></g>' + layers + b"</svg>"


def code(text: str) -> bytes:
    """A QR code."""
    sys.path.insert(0, str(HERE))
    from make_pictures import qr

    return _saved(qr(text), "PNG")


def many_codes() -> bytes:
    """Four hundred QR codes on one sheet."""
    from PIL import Image

    sheet = Image.new("RGB", (4_000, 4_000), "white")
    for number in range(400):
        one = Image.open(io.BytesIO(code(f"https://a.example/{number}"))).resize((190, 190))
        sheet.paste(one, (number % 20 * 200, number // 20 * 200))
    return _saved(sheet, "PNG")


def small_print() -> bytes:
    """Five thousand short lines on one page."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (6_000, 6_000), "white")
    draw = ImageDraw.Draw(page)
    for number in range(5_000):
        draw.text((number % 25 * 240, number // 25 * 30), base64.b64encode(b"line %06d" % number).decode(), 0)
    return _saved(page, "PNG")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, make in files().items():
        (target / name).write_bytes(make())
