"""Film, sound and drawings carry signed provenance too."""

from __future__ import annotations

import io
from collections.abc import Callable

import av
import numpy as np
import pytest

from media.provenance.looking import Look
from media.provenance.maker import Identity, made, signed

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><rect width="5" height="5"/></svg>'


def sound(container: str, codec: str) -> bytes:
    """A second of a tone."""
    buffer, rate = io.BytesIO(), 44_100
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        tone = (np.sin(np.arange(rate) / 10) * 8000).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    return buffer.getvalue()


def film(container: str) -> bytes:
    """Ten grey pictures."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream("mpeg4", rate=10, width=64, height=48, pix_fmt="yuv420p")
        for step in range(10):
            grey = np.full((48, 64, 3), step * 20, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    return buffer.getvalue()


FORMATS: dict[str, tuple[Callable[[], bytes], str]] = {
    "wav": (lambda: sound("wav", "pcm_s16le"), "audio/wav"),
    "mp3": (lambda: sound("mp3", "mp3"), "audio/mpeg"),
    "flac": (lambda: sound("flac", "flac"), "audio/flac"),
    "m4a": (lambda: sound("ipod", "aac"), "audio/mp4"),
    "mp4": (lambda: film("mp4"), "video/mp4"),
    "mov": (lambda: film("mov"), "video/quicktime"),
    "avi": (lambda: film("avi"), "video/avi"),
    "svg": (lambda: SVG, "image/svg+xml"),
}


def changed(good: bytes, plain: bytes) -> bytes:
    """One bit of the content is turned, behind the middle, where the same octets stand nowhere else."""
    pieces = (plain[at : at + 12] for at in range(len(plain) // 2, len(plain) - 12))
    piece = next(each for each in pieces if good.count(each) == 1)
    return good.replace(piece, piece[:6] + bytes([piece[6] ^ 1]) + piece[7:])


@pytest.mark.parametrize("suffix", FORMATS)
def test_it_is_validated_and_a_change_is_seen(suffix: str, look: Look, camera: Identity) -> None:
    make, media_type = FORMATS[suffix]
    plain = make()
    assert look(plain, f"plain.{suffix}").codes == {"none"}
    good = signed(plain, camera, made("trainedAlgorithmicMedia"), media_type=media_type)
    assert {"trusted", "claims-ai"} <= look(good, f"made.{suffix}").codes
    told = look(changed(good, plain), f"changed.{suffix}")
    assert told.outcome == "content-changed"
    assert "claims-ai" not in told.codes
