"""Does the log of a call, or a recording's own words, name a program as the camera?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from quivive.errors import Unreadable
from quivive.intake import decode
from quivive.media.video.cameras import MOST_TEXT, Camera, in_text
from quivive.model import Context, Detector, Finding, Item, Kind, Source, Subject, Yield, finding

CODES: Mapping[str, str] = {
    "video/virtual-camera": (
        "The camera is named “{name}”: that is a program ({program}), not a lens. It can show a "
        "recording, a mask or another face. Many use it for lessons, streams, games or a tidy backdrop. "
        "Ask for what only a live person can do: `quivive media challenge` prints what."
    ),
    "video/face-swap-program": (
        "A program made to put one face over another is named as the camera: “{name}” ({program}). It is "
        "also used for films, art and jokes. Do not act on what this person asks before you reached "
        "them on a number that you knew before."
    ),
    "video/phone-as-camera": (
        "The camera is named “{name}”: a telephone used as a camera ({program}), which is common. Its "
        "program can also be fed with other pictures."
    ),
}
_KINDS: Mapping[str, tuple[str, Kind]] = {
    "camera": ("video/virtual-camera", "review"),
    "swap": ("video/face-swap-program", "review"),
    "phone": ("video/phone-as-camera", "informational"),
}


def told(detector: Detector, item: Item, cameras: Iterable[Camera]) -> Iterator[Finding]:
    """What each program's camera means, as findings of a detector whose codes hold `CODES`."""
    for camera in cameras:
        code, kind = _KINDS[camera.kind]
        yield finding(detector, code, kind, item, params={"name": camera.name, "program": camera.program})


class Cameras:
    """Finds names of programs that act as cameras; says nothing of what they showed, and gives no score."""

    name = "media.cameras"
    version = "1"
    accepts = frozenset({"application/json", "text/plain"})
    online = False
    codes = CODES

    def sources(self) -> tuple[Source, ...]:
        """No dated data."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """A finding for each program's camera that is named as a device.

        Raises Unreadable for JSON that is no log of a video call, so that it does not pass as examined.
        """
        if not isinstance(subject, Item):
            return
        text = subject.text if subject.text is not None else decode(subject.data, MOST_TEXT)
        found = tuple(in_text(text))
        yield from told(self, subject, found)
        if subject.media_type == "application/json" and not found and not _is_dump(subject.data):
            raise Unreadable("Of this file only names of cameras were looked for; no check reads the rest.")


def _is_dump(data: bytes) -> bool:
    """Whether it is what chrome://webrtc-internals saves."""
    return b'"PeerConnections"' in data and b'"getUserMedia"' in data


DETECTORS = (Cameras,)
