"""Which tags do the containers of films and sounds hold (MP4, WebM, Matroska, FLAC, Ogg, MP3, WAV …)?

FFmpeg (PyAV) reads the container and is held to it by the media type; nothing is decoded, no other file or
address is opened. XMP in MP4 comes by FFmpeg's own option.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn

from quivive.errors import Unreadable
from quivive.media.marks import xmp
from quivive.media.marks.carried import Carried, Size, Text, bounded

if TYPE_CHECKING:
    from av.container.input import InputContainer

MOST_STREAMS = 32
_FORMATS = {
    "video/mp4": "mov", "video/quicktime": "mov", "video/3gpp": "mov", "audio/mp4": "mov",
    "video/x-matroska": "matroska", "video/webm": "matroska", "audio/flac": "flac", "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
}  # fmt: skip
"""Media type → FFmpeg's name of the container, where texts are known to stand."""
TYPES = frozenset(_FORMATS)


def read(data: bytes, media_type: str) -> Carried:
    """Tags of the container and of its streams. Raises Unreadable where the container makes no sense."""
    import av

    options = {"protocol_whitelist": "none", "enable_drefs": "0"}
    if _FORMATS[media_type] == "mov":
        options["export_xmp"] = "1"
    try:
        with av.open(io.BytesIO(data), "r", format=_FORMATS[media_type], options=options,
                     metadata_errors="replace", io_open=_refuse) as file:  # fmt: skip
            texts, unread = bounded(_texts(file))
            return Carried(texts, _size(file), unread)
    except Exception as error:  # hostile files make PyAV fail in many ways
        raise Unreadable("The container of the film or sound is damaged or breaks off.") from error


def _texts(file: InputContainer) -> Iterator[Text]:
    yield from _tags(file.metadata)
    for stream in list(file.streams)[:MOST_STREAMS]:
        yield from _tags(stream.metadata)


def _tags(tags: Mapping[str, str]) -> Iterator[Text]:
    for key, value in tags.items():
        if key == "xmp":
            yield from xmp.read(value.encode("utf-8", "replace"))
        else:
            yield Text("tag", key, value)


def _size(file: InputContainer) -> Size:
    video = file.streams.video
    return (video[0].width, video[0].height) if video else (0, 0)


def _refuse(*_: object) -> NoReturn:
    raise Unreadable("The file refers to another file; that is not opened.")
