"""Files made to exhaust a reader are read within seconds and megabytes, or refused with a sentence."""

from __future__ import annotations

import json
import random
import struct
import time
import zlib
from collections.abc import Callable

import pytest

from media.marks.made import (
    SETTINGS,
    chunk,
    comment,
    exif,
    exif_segment,
    film,
    found,
    graph,
    hidden,
    international,
    jpeg,
    packed,
    png,
    saved,
    segment,
    text,
    xmp,
)
from quivive.apart import apart
from quivive.errors import CouldNotLook
from quivive.media.marks import a1111
from quivive.media.marks.reading import Reading, read

SECONDS = 5.0
"""Half of what the detector allows."""
Make = Callable[[], bytes]


def bomb(size: int) -> bytes:
    return zlib.compress(b"A" * size, 9)


BOMBS: dict[str, Make] = {
    "zTXt": lambda: png(chunk(b"zTXt", b"parameters\0\0" + bomb(80 * 2**20))),
    "iTXt": lambda: png(chunk(b"iTXt", b"parameters\0\1\0\0\0" + bomb(80 * 2**20))),
    "a thousand": lambda: png(*[chunk(b"zTXt", b"prompt\0\0" + bomb(20 * 2**20))] * 1000),
    "XMP": lambda: png(*[packed("XML:com.adobe.xmp", b"<a>" + b"<b/>" * 2_000_000)] * 100),
    "profiles": lambda: png(*[packed("Raw profile type exif", b"\nexif\n 9\n" + b"00" * 4_000_000)] * 100),
    "10,000 texts": lambda: png(*[text("parameters", SETTINGS)] * 10_000),
    "too many chunks": lambda: png(*[chunk(b"abCd", b"")] * 110_000),
    "65 MB of text": lambda: png(text("parameters", "Steps: 1, " * 6_500_000)),
    "commas": lambda: png(text("parameters", "Steps: 1" + ", a: (" * 1_300_000)),
    "lines": lambda: png(text("parameters", "Steps: 1\n" * 900_000)),
    "nested JSON": lambda: png(text("prompt", '{"class_type": ' + "[" * 3_000_000)),
    "nested graph": lambda: png(text("prompt", '{"prompt":' * 50_000 + graph() + "}" * 50_000)),
    "wide graph": lambda: png(
        text(
            "prompt",
            json.dumps(
                {
                    str(i): {"class_type": "KSampler", "inputs": {"positive": [str(i + 1), 0]}}
                    for i in range(60_000)
                }
            ),
        )
    ),
    "a loop of links": lambda: png(
        text(
            "prompt",
            json.dumps(
                {
                    "1": {"class_type": "K", "inputs": {"positive": ["2", 0]}},
                    "2": {"class_type": "K", "inputs": {"x": ["2", 0], "y": ["1", 0]}},
                }
            ),
        )
    ),
    "long number": lambda: png(text("prompt", graph().replace("777", "7" * 1_000_000))),
    "torn graph": lambda: png(text("workflow", '{"nodes": [' + '{"class_type": "a", "inputs": {' * 250_000)),
    "entities": lambda: png(
        international(
            "XML:com.adobe.xmp",
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
            + "]><x>&j;</x>",
        )
    ),
    "EXIF directories": lambda: jpeg(*[segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 60_000)] * 300),
    "EXIF values": lambda: png(chunk(b"eXIf", _many_values(0x010E))),
    "EXIF packets": lambda: png(*[chunk(b"eXIf", _many_values(0x02BC))] * 8),
    "JPEG segments": lambda: jpeg(*[segment(0xFE, b"x")] * 30_000),
    "JPEG fill": lambda: b"\xff\xd8" + b"\xff" * 20_000_000,
    "WebP chunks": lambda: b"RIFF\0\0\0\0WEBP" + b"abcd\0\0\0\0" * 200_000,
    "GIF blocks": lambda: saved("GIF")[:-1] + b"\x21\xfe\x01x\0" * 100_000,
    "hidden length": lambda: _hidden_length(),
}


def _many_values(tag: int) -> bytes:
    """500 entries that each claim the whole block of four megabytes."""
    entry = struct.pack(">HHII", tag, 7, 4_000_000, 6_010)
    return b"MM\0*" + struct.pack(">IH", 8, 500) + entry * 500 + b"<a>" + b"<b/>" * 1_000_000


def _hidden_length() -> bytes:
    """A hidden text that says it is half a gigabyte."""
    picture = hidden("x", "stealth_pnginfo", (200, 160))
    for row in range(120, 152):
        red, green, blue, _ = picture.getpixel((0, row))
        picture.putpixel((0, row), (red, green, blue, 255))
    return png(picture=picture)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_within_bounds(name: str) -> None:
    data = BOMBS[name]()
    reading = apart(read, data, "", seconds=SECONDS)  # with the memory and the time of the detector's child
    assert len(reading.marks) <= 20
    assert sum(len(str(mark)) for mark in reading.marks) < 500_000


def test_a_bomb_beside_a_mark_does_not_hide_it() -> None:
    told = found(png(text("parameters", SETTINGS), chunk(b"zTXt", b"x\0\0" + bomb(80 * 2**20))))
    assert {"mark/a1111", "mark/partly-read"} == set(told)


def test_prompts_in_odd_letters_are_read() -> None:
    odd = json.dumps({"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "\ud83d \x00 \u2028 \uffff"}}})
    assert "mark/comfyui" in found(png(text("prompt", odd)))


def test_a_workflow_of_megabytes_is_read() -> None:
    big = json.dumps(
        {**json.loads(graph()), "99": {"class_type": "Note", "inputs": {"note": "x" * 6_000_000}}}
    )
    assert "Seed: 777" in found(png(packed("prompt", big)))["mark/comfyui"].message
    assert "Seed: 777" in found(film("mp4", {"prompt": big}))["mark/comfyui"].message


SEEDS: tuple[Make, ...] = (
    lambda: png(
        text("parameters", SETTINGS),
        international("XML:com.adobe.xmp", xmp("<a b='c'/>").decode()),
        packed("prompt", graph()),
        late=chunk(b"eXIf", exif({0x9286: comment(SETTINGS)})),
    ),
    lambda: jpeg(
        exif_segment({0x9286: comment(SETTINGS), 0x010F: "x"}), segment(0xED, b"Photoshop 3.0\x008BIM")
    ),
    lambda: saved("WEBP", exif=exif({0x0110: f"prompt:{graph()}"}), xmp=xmp("<a/>")),
    lambda: saved("GIF", comment=SETTINGS.encode()),
    lambda: saved("AVIF", exif=exif({0x9286: comment(SETTINGS)})),
    lambda: saved("TIFF", exif=exif({0x0131: "x"})),
    lambda: film("mp4", {"prompt": graph()}),
    lambda: png(picture=hidden(SETTINGS, "stealth_pngcomp")),
)
_TYPES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/avif",
    "image/tiff",
    "video/mp4",
    "image/png",
)


@pytest.mark.parametrize("kind", range(len(SEEDS)))
def test_damaged_files_are_read_or_refused_and_nothing_else(kind: int) -> None:
    whole, dice = SEEDS[kind](), random.Random(kind)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(data))
            data[at : at + dice.choice((1, 1, 4))] = dice.choice(
                (b"\0", b"\xff", b"\xff\xff\xff\xff", dice.randbytes(1), b"")
            )
        data = data[: dice.randrange(len(data))] if dice.random() < 0.3 else data
        try:
            reading = read(bytes(data), _TYPES[kind])
        except CouldNotLook:
            continue
        assert isinstance(reading, Reading)


def test_a_line_of_pairs_costs_its_length() -> None:
    began = time.process_time()
    a1111.infotext("Steps: 1, Sampler: x" + ', "' * 300_000)
    a1111.infotext("Steps: 1 " + "Steps: 1,Sampler" * 300_000)
    assert time.process_time() - began < 3


def test_a_length_of_four_gigabytes_is_cut_where_the_file_ends() -> None:
    data = png()[:33] + struct.pack(">I", 2**32 - 1) + b"tEXtparameters\0" + SETTINGS.encode()
    assert "mark/a1111" in found(data)
