"""Does a video share pictures with another: its vPDQ, one PDQ hash for each second?

After vPDQ (facebook/ThreatExchange, vpdq/): every n-th picture is hashed, n = seconds a hash · rate; hashes
of a quality below 50 count for nothing; two pictures match up to a distance of 31. Its text format is
'number,quality,hash,seconds' a line. Run `hashes` in the child (`apart`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quivive.errors import Unreadable
from quivive.media.likeness.pdq import pdq
from quivive.media.video.opening import opened, pictures

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container.input import InputContainer as Container
    from av.video.stream import VideoStream

NEAR, WORTH = 31, 50
"""Distance up to which pictures match, and quality from which they are compared."""
SECONDS = 60.0
"""Processor time; a video takes about a sixth of its length."""
MOST_LINES, MOST_FAULTS = 100_000, 200


@dataclass(frozen=True)
class FrameHash:
    """Picture `number` (from 0), its PDQ quality and hash (64 hexadecimal digits), seconds from the start."""

    number: int
    quality: int
    pdq: str
    seconds: float


def hashes(data: bytes, media_type: str, every: float = 1.0) -> tuple[FrameHash, ...]:
    """The hashes of a picture every so many seconds (0: of every picture), until `SECONDS` are used up.

    Raises Unreadable or TooLarge where none decodes.
    """
    with opened(data, media_type) as file:
        stream = pictures(file)
        rate = min(float(stream.average_rate or stream.guessed_rate or 25), 1000.0)
        step = max(int(every * rate), 1)
        found = [_hashed(number, frame, rate) for number, frame in _every(file, stream, step)]
    if not found:
        raise Unreadable("No picture of this video decodes: it is damaged or breaks off.")
    return tuple(found)


def _every(file: Container, stream: VideoStream, step: int) -> Iterator[tuple[int, VideoFrame]]:
    """Number and picture of every `step`-th, damaged ones passed over."""
    from av.error import FFmpegError

    deadline, number, faults = time.process_time() + SECONDS, 0, 0
    frames = file.decode(stream)
    while time.process_time() < deadline and faults < MOST_FAULTS and number < MOST_LINES * step:
        try:
            frame = next(frames)
        except StopIteration:
            return
        except FFmpegError:
            frames, faults = file.decode(stream), faults + 1
            continue
        if number % step == 0:
            yield number, frame
        number += 1


def _hashed(number: int, frame: VideoFrame, rate: float) -> FrameHash:
    hexadecimal, quality = pdq(frame.to_ndarray(format="rgb24"))
    return FrameHash(number, quality, hexadecimal, number / rate if frame.time is None else frame.time)


def text(found: Iterable[FrameHash]) -> str:
    """vPDQ's text format."""
    return "".join(f"{one.number},{one.quality},{one.pdq},{one.seconds:.3f}\n" for one in found)


def parse(lines: str) -> tuple[FrameHash, ...]:
    """The hashes of a vPDQ text file. Raises Unreadable for anything else."""
    found = []
    for line in lines.splitlines()[:MOST_LINES]:
        try:
            number, quality, hexadecimal, seconds = line.split(",")
            if len(hexadecimal) != 64 or int(hexadecimal, 16) < 0:
                raise ValueError
            found.append(FrameHash(int(number), int(quality), hexadecimal.lower(), float(seconds)))
        except ValueError as error:
            raise Unreadable("This is no vPDQ file: 'number,quality,hash,seconds' a line.") from error
    return tuple(found)


def shared(of: Iterable[FrameHash], among: Iterable[FrameHash], near: int = NEAR) -> float:
    """Share (0 to 1) of a video's worthwhile pictures that another video has too; 0 where there are none."""
    others = [int(one.pdq, 16) for one in among if one.quality >= WORTH]
    own = [int(one.pdq, 16) for one in of if one.quality >= WORTH]
    matched = sum(any((each ^ other).bit_count() <= near for other in others) for each in own)
    return matched / len(own) if own else 0.0
