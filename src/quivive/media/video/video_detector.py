"""What does this video say of itself, and which pictures of it are examined further?

The pictures become items of their own: what stands in them, codes and likeness are found by the detectors of
pictures. The sound is not taken out: the detectors of voices read the sound track of the video itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quivive.apart import apart
from quivive.errors import Unreadable
from quivive.intake import derive
from quivive.media.video.camera_detector import CODES, told
from quivive.media.video.cameras import in_tags
from quivive.media.video.clip import Clip, read
from quivive.media.video.frames import KeyFrame
from quivive.media.video.opening import FORMATS
from quivive.media.video.sayings import length, sayings
from quivive.model import Context, Finding, Item, Source, Subject, Yield, finding

SECONDS = 5.0
"""Processor time of the child that reads a video."""
ORIGIN = "picture of the video"
"""`Item.origin` of the pictures taken out: they carry nothing that their video did not."""

_CODES: Mapping[str, str] = {
    "video/shape": (
        "The video lasts {seconds}: {size} pixels, {rate} pictures a second (pictures: {pictures}; sound: "
        "{sound})."
    ),
    "video/camera": (
        "The file says that it was recorded with {camera}. Such words are easily written, and programs copy "
        "them into changed videos."
    ),
    "video/editor": (
        "The file bears marks of an editing program: {program}. Cutting, titles and filters are common; it "
        "is not as a camera left it."
    ),
    "video/library": (
        "The file says that {program} wrote it, as editing programs, messengers, download sites and "
        "generators alike do. It is not as a camera left it."
    ),
    "video/screen": (
        "The file bears a name that recordings of a screen have ({program}). What such a video shows was "
        "played on a screen, and what the original carried is lost: ask for the original."
    ),
    "video/messenger": (
        "The file bears a name that {program} gives. Messengers make videos smaller and remove what a camera "
        "or a generator wrote into them: ask for the original."
    ),
    "video/no-origin": (
        "The file names no camera and no program: nothing in it says where it comes from. That is so after "
        "most messengers and websites."
    ),
    "video/made-at": (
        "The file says that it was made on {time}. Clocks may be wrong, and programs write a new time."
    ),
    "video/made-later": (
        "The file says that it was made on {time}, which is yet to come: a clock was wrong or the time was "
        "written by hand."
    ),
    "video/times-differ": (
        "The file gives times of making that are more than a day apart: {first} and {last}. It was put "
        "together or written anew after it was recorded."
    ),
    "video/place": (
        "The file holds the place where it was recorded. The place is not shown here; it may be somebody's "
        "home, so mind it before you pass the file on."
    ),
    "video/no-sound": "The video has no sound track: no voice could be examined.",
    "video/lengths-differ": (
        "The pictures last {pictures}, the sound {sound}: one of them was cut, or sound was put to other "
        "pictures."
    ),
    "video/joined": (
        "The file's edit list joins {pieces} pieces of recording: it was cut without being written anew."
    ),
    "video/frames": (
        "Pictures of the video were examined one by one, those at {times}. What lies between them was not "
        "looked at."
    ),
    "video/partly-seen": (
        "Only the first {until} of {seconds} were searched for pictures; what comes later was not looked at."
    ),
    "video/damaged": "The video is damaged or breaks off; only what still decodes was looked at.",
}


class Video:
    """Reads a video's container and takes out the few pictures that differ most; judges nothing."""

    name = "media.video"
    version = "1"
    accepts = frozenset(FORMATS)
    online = False
    codes: Mapping[str, str] = {**_CODES, **CODES}

    def sources(self) -> tuple[Source, ...]:
        """No dated data."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """What the file says, then its pictures; raises Unreadable where none could be taken."""
        if not isinstance(subject, Item):
            return
        clip = apart(read, subject.data, subject.media_type, seconds=SECONDS)
        file_name = subject.name.rsplit("/", 1)[-1]
        for saying in sayings(clip.container, file_name, context.now):
            yield finding(self, saying.code, saying.kind, subject, params=saying.params)
        yield from told(self, subject, in_tags(dict.fromkeys(value for _, value in clip.container.every())))
        if clip.seen is None:
            raise Unreadable(clip.unseen)
        yield from self._coverage(subject, clip)
        for frame in clip.seen.frames:
            yield _item(subject, frame, context)

    def _coverage(self, item: Item, clip: Clip) -> Iterator[Finding]:
        assert clip.seen is not None
        seen = clip.seen
        times = ", ".join(f"{frame.seconds:.1f} s" for frame in seen.frames)
        yield finding(self, "video/frames", "informational", item, params={"times": times})
        if seen.partly:
            params = {"until": length(seen.until), "seconds": length(seen.seconds)}
            yield finding(self, "video/partly-seen", "open", item, params=params)
        if seen.damaged:
            yield finding(self, "video/damaged", "open", item)


def _item(video: Item, frame: KeyFrame, context: Context) -> Item:
    name = f"picture at {frame.seconds:.1f} s"
    meta = {"seconds": f"{frame.seconds:.3f}"}
    return derive(video, name, frame.png, "image/png", origin=ORIGIN, meta=meta, limits=context.limits)


DETECTORS = (Video,)
