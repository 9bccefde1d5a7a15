"""Little films made up for tests: coloured blocks for scenes, a tone for sound."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

RATE = 10
"""Pictures a second."""
Picture = NDArray[np.uint8]


def scene(number: int, width: int = 192, height: int = 144) -> Picture:
    """Blocks of colours that belong to this number alone."""
    colours = np.random.default_rng(number).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    blocks = np.kron(colours, np.ones((height // 6, width // 8, 1), np.uint8))
    return np.ascontiguousarray(blocks)


def film(
    scenes: Sequence[Picture],
    seconds: float = 2.0,
    *,
    form: str = "mp4",
    codec: str = "libx264",
    tone: float | None = None,
    tags: Mapping[str, str] | None = None,
    gop: int = 250,
    turned: int = 0,
    rate: int = RATE,
) -> bytes:
    """Each scene for `seconds`; `tone`: seconds of sound; `tags`: the container's own words."""
    to = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if form in ("mp4", "mov") else {}
    with av.open(to, "w", format=form, options=options) as file:
        file.metadata.update(tags or {})
        stream = file.add_stream(codec, rate=rate)
        height, width = scenes[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"g": str(gop), "preset": "superfast"} if codec == "libx264" else {}
        if turned:
            stream.set_display_rotation(turned)
        sound = file.add_stream("aac", rate=8000, layout="mono") if tone else None
        file.start_encoding()
        _write(file, stream, [each for each in scenes for _ in range(round(seconds * rate))], rate)
        if sound and tone:
            _hum(file, sound, tone)
    return to.getvalue()


def _write(file: object, stream: object, pictures: list[Picture], rate: int) -> None:
    for number, pixels in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
        frame.pts, frame.time_base = number, Fraction(1, rate)
        for packet in stream.encode(frame):
            file.mux(packet)
    for packet in stream.encode(None):
        file.mux(packet)


def _hum(file: object, stream: object, seconds: float) -> None:
    wave = (0.3 * np.sin(np.arange(round(8000 * seconds)) * 0.35)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(wave[None], "fltp", "mono")
    frame.sample_rate, frame.pts = 8000, 0
    for packet in [*stream.encode(frame), *stream.encode(None)]:
        file.mux(packet)
