"""Files with marks, made here: nothing is copied from anyone's pictures or texts."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PIL import Image

from quivive.intake import take
from quivive.media.marks.detector import GeneratorMarks
from quivive.model import Context, Finding

SETTINGS = (
    "a paper boat on a pond\nNegative prompt: blurry\n"
    "Steps: 21, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6, Seed: 12345, Size: 64x48, "
    "Model hash: 0123456789, Model: boats_v2, Version: v1.10.1"
)
GRAPH: dict[str, Any] = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "boats.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "rust, holes", "clip": ["1", 1]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a paper boat on a pond", "clip": ["1", 1]}},
    "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48, "batch_size": 1}},
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 777,
            "steps": 20,
            "sampler_name": "euler",
            "model": ["1", 0],
            "negative": ["2", 0],
            "positive": ["3", 0],
            "latent_image": ["4", 0],
            "is_changed": float("nan"),
        },
    },
    "6": {"class_type": "SaveImage", "inputs": {"images": ["5", 0]}},
}
DRAWN: dict[str, Any] = {
    "id": "0b6e",
    "revision": 0,
    "last_node_id": 3,
    "last_link_id": 2,
    "version": 0.4,
    "links": [],
    "nodes": [{"id": 1, "type": "9e3c-subgraph", "mode": 0, "inputs": [], "outputs": []}],
    "definitions": {
        "subgraphs": [
            {
                "id": "9e3c",
                "nodes": [
                    {
                        "id": 2,
                        "type": "KSampler",
                        "mode": 0,
                        "widgets_values": [4242, "fixed", 20, 7, "euler", "simple", 1],
                    },
                    {"id": 3, "type": "EmptySD3LatentImage", "mode": 0, "widgets_values": [64, 48, 1]},
                    {
                        "id": 4,
                        "type": "UNETLoader",
                        "mode": 4,
                        "widgets_values": ["muted.safetensors", "default"],
                    },
                    {
                        "id": 5,
                        "type": "UNETLoader",
                        "mode": 0,
                        "widgets_values": ["pond.safetensors", "default"],
                    },
                ],
            }
        ]
    },
}
CAMERA: dict[int, object] = {
    0x010F: "Acme",
    0x0110: "Pocket 3",
    0x829A: (1, 200),
    0x829D: (28, 10),
    0x8827: 100,
}


def found(data: bytes, name: str = "file", media_type: str | None = None) -> dict[str, Finding]:
    """Findings of the detector, by code."""
    context = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
    item = take(data, name, media_type)
    assert item.media_type in GeneratorMarks.accepts, item.media_type
    told = [each for each in GeneratorMarks().examine(item, context) if isinstance(each, Finding)]
    return {each.code: each for each in told}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def text(key: str, value: str) -> bytes:
    return chunk(b"tEXt", key.encode("latin-1") + b"\0" + value.encode())


def packed(key: str, value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return chunk(b"zTXt", key.encode() + b"\0\0" + zlib.compress(raw))


def international(key: str, value: str, *, pack: bool = False) -> bytes:
    raw = zlib.compress(value.encode()) if pack else value.encode()
    return chunk(b"iTXt", key.encode() + b"\0" + bytes([pack]) + b"\0de\0\0" + raw)


def png(
    *chunks: bytes, size: tuple[int, int] = (64, 48), late: bytes = b"", picture: Image.Image | None = None
) -> bytes:
    """A picture with `chunks` before its pixels and `late` behind them."""
    out = io.BytesIO()
    (picture or Image.new("RGB", size, "teal")).save(out, "PNG")
    plain = out.getvalue()
    pixels = plain.index(b"IDAT") - 4
    end = plain.index(b"IEND") - 4
    return plain[:pixels] + b"".join(chunks) + plain[pixels:end] + late + plain[end:]


def exif(tags: Mapping[int, object], order: str = "big") -> bytes:
    """An EXIF block; exposure values and the comment stand in their own directory, as they should."""
    mark = ">" if order == "big" else "<"
    inner = {tag for tag in tags if tag in (0x829A, 0x829D, 0x8827, 0x9286, 0x927C)}
    start = 8 + 2 + 12 * (len(tags) - len(inner) + bool(inner)) + 4
    first, heap = _directory({k: v for k, v in tags.items() if k not in inner}, mark, start, bool(inner))
    block = (b"MM" if order == "big" else b"II") + struct.pack(mark + "HI", 42, 8) + first + heap
    if inner:
        block = block.replace(b"EXIF", struct.pack(mark + "I", len(block)), 1)
        second, heap = _directory({k: tags[k] for k in inner}, mark, len(block) + 6 + 12 * len(inner), False)
        block += second + heap
    return block


def _directory(tags: Mapping[int, object], mark: str, heap_at: int, more: bool) -> tuple[bytes, bytes]:
    rows, heap = [], b""
    for tag, value in sorted(tags.items()):
        kind, raw, count = _value(value, mark)
        place = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(mark + "I", heap_at + len(heap))
        heap += raw if len(raw) > 4 else b""
        rows.append(struct.pack(mark + "HHI", tag, kind, count) + place)
    if more:
        rows.append(struct.pack(mark + "HHI", 0x8769, 4, 1) + b"EXIF")
    return struct.pack(mark + "H", len(rows)) + b"".join(rows) + bytes(4), heap


def _value(value: object, mark: str) -> tuple[int, bytes, int]:
    if isinstance(value, tuple):
        return 5, struct.pack(mark + "II", *value), 1
    if isinstance(value, int):
        return 3, struct.pack(mark + "H", value), 1
    if isinstance(value, bytes):
        return 7, value, len(value)
    raw = str(value).encode() + b"\0"
    return 2, raw, len(raw)


def comment(value: str, order: str = "big") -> bytes:
    return b"UNICODE\0" + value.encode("utf-16-be" if order == "big" else "utf-16-le")


def xmp(properties: str, *, declared: bool = True) -> bytes:
    names = (
        (
            'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="x" '
            'xmlns:photoshop="p" xmlns:exif="e" xmlns:dc="d"'
        )
        if declared
        else ""
    )
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" {names}>'
        f'{properties}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def jpeg(*segments: bytes, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG")
    return out.getvalue()[:2] + b"".join(segments) + out.getvalue()[2:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif_segment(tags: Mapping[int, object], order: str = "big") -> bytes:
    return segment(0xE1, b"Exif\0\0" + exif(tags, order))


def xmp_segment(properties: str) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(properties))


def iptc_segment(records: Mapping[int, str]) -> bytes:
    body = b"".join(
        b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value.encode())) + value.encode()
        for number, value in records.items()
    )
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(body)) + body
    return segment(0xED, b"Photoshop 3.0\0" + resource)


def saved(kind: str, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """What Pillow writes: WebP, AVIF, GIF, TIFF."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def hidden(value: str, signature: str, size: tuple[int, int] = (200, 160)) -> Image.Image:
    """A picture with the text in its lowest bits, column by column."""
    import gzip

    raw = gzip.compress(value.encode()) if signature.endswith("comp") else value.encode()
    stream = signature.encode() + struct.pack(">I", len(raw) * 8) + raw
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))
    bands = [3] if "png" in signature else [0, 1, 2]
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 4), np.uint8)
    noise[:, :, 3] = 255
    columns = np.stack([noise[:, :, band].T for band in bands], axis=-1)
    flat = columns.reshape(-1)
    flat[: len(bits)] = flat[: len(bits)] & 254 | bits
    for at, band in enumerate(bands):
        noise[:, :, band] = flat.reshape(columns.shape)[:, :, at].T
    return Image.fromarray(noise if bands == [3] else noise[:, :, :3])


def film(form: str, tags: Mapping[str, str], codec: str = "mpeg4") -> bytes:
    """Two frames in a container with tags."""
    import av

    out = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if form == "mp4" else {}
    with av.open(out, "w", format=form, options=options) as file:
        file.metadata.update(tags)
        stream = file.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(2):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), "teal"))
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def sound(form: str, codec: str, tags: Mapping[str, str]) -> bytes:
    """A tenth of a second of silence with tags."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=form) as file:
        file.metadata.update(tags)
        stream = file.add_stream(codec, rate=48000, layout="mono")
        size = stream.codec_context.frame_size or 4800
        frame = av.AudioFrame.from_ndarray(np.zeros((1, size), np.int16), "s16", "mono")
        frame.sample_rate = 48000
        resampler = av.AudioResampler(stream.format, "mono", 48000)
        for part in resampler.resample(frame):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return out.getvalue()


def graph(change: Callable[[dict[str, Any]], None] | None = None) -> str:
    """The executed graph as JSON, changed."""
    copy: dict[str, Any] = json.loads(json.dumps(GRAPH))
    if change:
        change(copy)
    return json.dumps(copy)
