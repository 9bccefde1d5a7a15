"""What is in this video file? The one function that meets its bytes; run it in the child (`apart`)."""

from __future__ import annotations

from dataclasses import dataclass

from quivive.errors import CouldNotLook
from quivive.media.video.container import Container, container
from quivive.media.video.frames import Seen, key_frames
from quivive.media.video.opening import opened, pictures


@dataclass(frozen=True)
class Clip:
    """What the file says of itself, and its key frames or why there are none."""

    container: Container
    seen: Seen | None
    unseen: str = ""
    """The sentence that says why no picture was taken."""


def read(data: bytes, media_type: str) -> Clip:
    """The video's own words and key frames. Raises Unreadable or TooLarge where not even the words read."""
    with opened(data, media_type) as file:
        said = container(file, data, media_type)
        try:
            return Clip(said, key_frames(file, pictures(file)))
        except CouldNotLook as error:
            return Clip(said, None, str(error))
