"""Which few pictures stand for a video: one of each scene, none twice?

Encoders begin a new scene with a picture that stands alone, and put one in every few seconds besides. Only
those are decoded; where they lie too far apart the video is decoded in order for as long as the time allows.
Of the candidates those are kept that differ most by PDQ; near-duplicates are dropped. Called in the child.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quivive.errors import Unreadable
from quivive.media.likeness.pdq import pdq

if TYPE_CHECKING:
    import numpy as np
    from av import Packet, VideoFrame
    from av.container.input import InputContainer as Container
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

MOST = 4
"""Pictures that are taken out: each is read for writing and codes, which takes up to a second or two."""
CANDIDATES = 32
LONGEST = 1024
"""Pixels of the longer side to which pictures are reduced: writing in a film is large."""
NEAR = 31
"""PDQ distance up to which two pictures count as the same (Facebook, 2019)."""
PLAIN = 10
"""PDQ quality below which a picture is as good as empty: a fade, a blank."""
SCREEN = 0.003
"""A picture of a telephone's screen has 0.01, photographs up to 0.0026."""
FAR_APART, FAR_APART_OF_FEW, ENOUGH = 10.0, 1.5, 8
"""Seconds without a picture that stands alone, from which the video is decoded in order; fewer seconds where
there are not `ENOUGH` such pictures."""
SECONDS = 2.5
"""Processor time for decoding."""
MOST_PACKETS = 300_000
"""2.7 hours at 30 pictures a second."""
MOST_HELD = 64 * 2**20
"""Octets of undecoded pictures that are held."""


@dataclass(frozen=True)
class KeyFrame:
    """One picture: seconds from the start, upright, as PNG; its PDQ hash and quality."""

    seconds: float
    png: bytes = field(repr=False)
    pdq: str = ""
    quality: int = 0


@dataclass(frozen=True)
class Seen:
    """The pictures taken out of `seconds` of video; those after `until` were not looked at."""

    frames: tuple[KeyFrame, ...]
    until: float
    seconds: float
    damaged: bool = False

    @property
    def partly(self) -> bool:
        """Whether time ran out before the end."""
        return self.seconds - self.until > FAR_APART


@dataclass(frozen=True)
class _Candidate:
    seconds: float
    pixels: Pixels
    pdq: str
    quality: int
    screen: float = 0.0


def key_frames(file: Container, stream: VideoStream, budget: float = SECONDS) -> Seen:
    """At most `MOST` pictures of the video, in order. Raises Unreadable where none decodes."""
    alone = _Alone(stream)
    alone.gather(file)
    found: list[_Candidate] = []
    if alone.far_apart():
        found = list(_in_order(file, stream, alone.length, time.process_time() + 0.7 * budget))
    reached = found[-1].seconds if found else -1.0
    later = [each for each in alone.held if each[0] > reached]
    found += _one_by_one(stream, later, time.process_time() + (0.3 if found else 1.0) * budget)
    if not found:
        raise Unreadable("No picture of this video decodes: it is damaged or breaks off.")
    kept = tuple(KeyFrame(each.seconds, _png(each.pixels), each.pdq, each.quality) for each in chosen(found))
    return Seen(kept, max(each.seconds for each in found), alone.length, alone.damaged)


class _Alone:
    """The pictures of a stream that stand alone, undecoded, evenly thinned where there are many."""

    def __init__(self, stream: VideoStream) -> None:
        self.held: list[tuple[float, Packet[VideoStream]]] = []
        self.length, self.damaged = 0.0, False
        self._stream, self._count, self._every = stream, 0, 1

    def gather(self, file: Container) -> None:
        """Goes through the whole file, which takes little as nothing is decoded."""
        from av.error import FFmpegError

        packets = file.demux(self._stream)
        for _ in range(MOST_PACKETS):
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self.damaged = True
                return
            self.damaged |= packet.is_corrupt
            if packet.size:
                self._add(packet)

    def _add(self, packet: Packet[VideoStream]) -> None:
        seconds = _seconds(packet.pts if packet.pts is not None else packet.dts, self._stream)
        self.length = max(self.length, seconds)
        if not packet.is_keyframe:
            return
        self._count += 1
        if (self._count - 1) % self._every:
            return
        self.held.append((seconds, packet))
        while len(self.held) > 2 * CANDIDATES or (len(self.held) > 2 and self._octets() > MOST_HELD):
            self.held, self._every = self.held[::2], self._every * 2

    def _octets(self) -> int:
        return sum(packet.size for _, packet in self.held)

    def far_apart(self) -> bool:
        """Whether scenes may lie between them: long gaps, or few pictures of a short video."""
        times = sorted([0.0, *(seconds for seconds, _ in self.held), self.length])
        longest = max(later - earlier for earlier, later in pairwise(times))
        return longest > (FAR_APART if len(self.held) >= ENOUGH else FAR_APART_OF_FEW)


def _one_by_one(
    stream: VideoStream, alone: list[tuple[float, Packet[VideoStream]]], deadline: float
) -> Iterator[_Candidate]:
    """Each decoded by itself, those far apart first, so that any number of them covers all; one at least."""
    context = stream.codec_context
    context.flush_buffers()
    context.skip_frame = "DEFAULT"
    for tried, place in enumerate(_spread(len(alone))):
        if tried and time.process_time() > deadline:
            return
        seconds, packet = alone[place]
        for frame in _decoded(stream, packet):
            yield _candidate(frame, seconds)
            break
        context.flush_buffers()


def _decoded(stream: VideoStream, packet: Packet[VideoStream]) -> list[VideoFrame]:
    from av.error import FFmpegError

    try:
        return [*stream.codec_context.decode(packet), *stream.codec_context.decode(None)]
    except FFmpegError:
        return []


def _spread(count: int) -> list[int]:
    """0, the last, the middle, the quarters …: at most `CANDIDATES` places of `count`."""
    wanted = min(count, CANDIDATES)
    places = [round(i * (count - 1) / max(wanted - 1, 1)) for i in range(wanted)]
    order, step = [], 1 << max(len(places) - 1, 1).bit_length()
    while step:
        order += [place for i, place in enumerate(places) if i % step == 0 and place not in order]
        step >>= 1
    return order


def _in_order(file: Container, stream: VideoStream, length: float, deadline: float) -> Iterator[_Candidate]:
    """A picture every so many seconds, the video decoded from its beginning while there is time."""
    from av.error import FFmpegError

    stream.codec_context.flush_buffers()
    stream.codec_context.skip_frame = "NONREF"
    due, faults = 0.0, 0
    try:
        file.seek(0)
    except FFmpegError:
        return
    frames = file.decode(stream)
    while faults < CANDIDATES and time.process_time() < deadline:
        try:
            frame = next(frames)
        except StopIteration:
            return
        except FFmpegError:
            faults += 1
            frames = file.decode(stream)
            continue
        seconds = _seconds(frame.pts, stream)
        if seconds >= due:
            due = seconds + _step(length)
            yield _candidate(frame, seconds)


def _step(length: float) -> float:
    return max(length / CANDIDATES, 0.5)


def _candidate(frame: VideoFrame, seconds: float) -> _Candidate:
    pixels = _upright(frame)
    hexadecimal, quality = pdq(pixels)
    return _Candidate(seconds, pixels, hexadecimal, quality, like_a_screen(pixels))


def like_a_screen(pixels: Pixels) -> float:
    """High (from `SCREEN` on) for writing on an even ground: much is flat, and what is not is sharp."""
    import numpy as np

    grey = pixels[::2, ::2].mean(axis=2, dtype=np.float32)
    steps = np.abs(np.diff(grey, axis=1))
    return float((steps < 2).mean() ** 4 * (steps > 60).mean()) if steps.size else 0.0


def _upright(frame: VideoFrame) -> Pixels:
    """RGB, reduced, turned as the camera was held."""
    import numpy as np

    scale = min(1.0, LONGEST / max(frame.width, frame.height))
    width, height = max(round(frame.width * scale), 1), max(round(frame.height * scale), 1)
    small: Any = frame.reformat(width, height, "rgb24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(small, round(frame.rotation / 90)))


def chosen(found: Iterable[_Candidate], most: int = MOST) -> list[_Candidate]:
    """The first that shows something, the likeliest screen, then what differs most; no near-duplicates."""
    ordered = sorted(found, key=lambda each: each.seconds)
    shown = [each for each in ordered if each.quality >= PLAIN] or ordered[:1]
    kept = shown[:1]
    screen = max(shown, key=lambda each: each.screen)
    if screen.screen >= SCREEN and _least(screen, kept) > NEAR:
        kept.append(screen)
    while len(kept) < most:
        distance, best = max(((_least(each, kept), each) for each in shown), key=lambda pair: pair[0])
        if distance <= NEAR:
            break
        kept.append(best)
    return sorted(kept, key=lambda each: each.seconds)


def _least(one: _Candidate, others: list[_Candidate]) -> int:
    return min((int(one.pdq, 16) ^ int(other.pdq, 16)).bit_count() for other in others)


def _seconds(stamp: int | None, stream: VideoStream) -> float:
    """From the start of the stream; 0 where no time is given."""
    if stamp is None or not stream.time_base:
        return 0.0
    return max(float((stamp - (stream.start_time or 0)) * stream.time_base), 0.0)


def _png(pixels: Pixels) -> bytes:
    from PIL import Image

    to = io.BytesIO()
    Image.fromarray(pixels).save(to, "PNG", compress_level=1)
    return to.getvalue()
