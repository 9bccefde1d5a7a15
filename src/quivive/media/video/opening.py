"""How is a video opened so that it can neither lead elsewhere nor run away?

FFmpeg (PyAV) is held to the format that the first octets announce and to decoders of pictures that people
have; a playlist or a reference to another file is never followed. Called only in the child (`apart`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from quivive.errors import CouldNotLook, TooLarge, Unreadable

if TYPE_CHECKING:
    from av.container.input import InputContainer as Container
    from av.video.stream import VideoStream

FORMATS = {
    "video/mp4": "mov", "video/quicktime": "mov", "video/3gpp": "mov", "video/x-m4v": "mov",
    "video/x-matroska": "matroska", "video/webm": "matroska", "video/x-msvideo": "avi",
    "video/x-ms-asf": "asf", "video/x-flv": "flv", "video/mpeg": "mpeg", "video/mp2t": "mpegts",
}  # fmt: skip
"""Media type → FFmpeg's name of the format."""
MEGAPIXELS = 40
"""8K (33 megapixels) is read, larger pictures are refused before one is decoded."""
_CODECS = (
    "h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "libdav1d", "av1", "mpeg4", "mpeg1video",
    "mpeg2video", "h263", "h263p", "h261", "mjpeg", "mjpegb", "msmpeg4", "msmpeg4v1", "msmpeg4v2", "wmv1",
    "wmv2", "wmv3", "vc1", "flv", "vp6", "vp6f", "vp6a", "theora", "prores", "dvvideo", "dnxhd", "svq1",
    "svq3", "qtrle", "rpza", "cinepak", "rawvideo", "png", "gif", "huffyuv", "ffv1", "ffvhuff", "utvideo",
)  # fmt: skip
_SOUND = ("aac", "mp3", "mp3float", "opus", "vorbis", "amrnb", "amrwb", "pcm_s16le", "ac3", "eac3", "alac",
          "flac")  # fmt: skip
"""Never decoded here; listed so that FFmpeg may read their parameters."""


@contextmanager
def opened(data: bytes, media_type: str) -> Iterator[Container]:
    """The container, closed at the end. Whatever FFmpeg fails with becomes a CouldNotLook."""
    import av

    options = {"codec_whitelist": ",".join(_CODECS + _SOUND), "protocol_whitelist": "none",
               "enable_drefs": "0", "probesize": "5000000", "analyzeduration": "2000000"}  # fmt: skip
    try:
        with av.open(io.BytesIO(data), "r", format=form(media_type), options=options,
                     metadata_errors="replace", io_open=_refuse) as file:  # fmt: skip
            yield file
    except CouldNotLook:
        raise
    except MemoryError as error:
        raise TooLarge("The video needs more memory than it may use.") from error
    except Exception as error:
        # Hostile files make PyAV fail in many ways (FFmpegError, ValueError, OverflowError …).
        raise Unreadable(f"The video is damaged or breaks off ({type(error).__name__}).") from error


def form(media_type: str) -> str:
    """FFmpeg's name of the format. Raises Unreadable for one that is not read."""
    if media_type not in FORMATS:
        raise Unreadable(f"Quivive does not read pictures of this form of video ({media_type}).")
    return FORMATS[media_type]


def pictures(file: Container) -> VideoStream:
    """The first stream of moving pictures that is no cover picture; one thread, one at a time.

    Raises Unreadable where there is none that decodes, TooLarge for pictures beyond `MEGAPIXELS`.
    """
    moving = [one for one in file.streams.video if not _is_cover(one)] or list(file.streams.video)
    if not moving:
        raise Unreadable("There are no pictures in this video, only sound or nothing.")
    stream = moving[0]
    if stream.codec_context is None:
        raise Unreadable("Quivive does not decode pictures in this form.")
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MEGAPIXELS * 1_000_000:
        raise TooLarge(f"The pictures are {width} by {height} pixels; the limit is {MEGAPIXELS} megapixels.")
    stream.codec_context.thread_count = 1
    return stream


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _refuse(url: str, flags: int, options: object) -> NoReturn:
    raise Unreadable("The file refers to another file; that one is not opened.")
