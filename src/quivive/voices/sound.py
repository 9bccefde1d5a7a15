"""Which sound does a file hold, whatever it calls itself, as mono tracks at 16 kHz?

The format is told by the first octets and FFmpeg (PyAV) is held to it: a playlist or a reference to another
file is never followed, and of a video only the sound is decoded. Decoding goes packet by packet and ends
after MOST_SECONDS, so that a recording of ten hours costs no more than one of twenty minutes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from quivive.errors import CouldNotLook, NotThere, TooLarge, Unreadable
from quivive.sniff_sound import is_transport_stream

if TYPE_CHECKING:
    import numpy as np
    from av import AudioFrame, AudioResampler, Packet
    from av.audio.stream import AudioStream
    from av.container.input import InputContainer as Container
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

RATE = 16_000
"""Samples a second of every track."""
MOST_SECONDS = 1200.0
"""Seconds of one channel that are heard."""
MOST_SECONDS_IN_ALL = 2400.0
"""Seconds of all channels together: of eight channels five minutes each."""
MOST_CHANNELS = 8
MOST_PACKETS = 600_000
"""Packets of sound that are decoded: MOST_SECONDS of the shortest that Opus has (2.5 ms), and some."""
MOST_FAULTS = 2_000
"""Packets that do not decode, after which the rest is given up."""
_LEAST_RATE, _MOST_RATE = 4_000, 768_000
_MOST_PLANES = 8
_OPEN_LENGTH = 0x7FFF_0000
"""RIFF lengths from here on stand for 'not known yet'."""
_ALIKE = 0.01
"""Share of a channel's energy beyond what its neighbour explains, below which both are one."""
_SILENT = 1e-5
"""Root mean square of a channel that carries nothing (-100 dB of full scale)."""
_SHORT = 1.0
"""Seconds that may lack of what the file announces: encoders pad."""


@dataclass(frozen=True)
class Track:
    """One channel of a recording.

    `samples`: float32, full scale ±1, at RATE; `rate` and `codec` (FFmpeg's name: 'opus', 'amr_nb') are those
    of the file; `seconds` of sound heard; `channel` counts from 1 of `channels`. `cut`: there is more in the
    file than was heard; `damaged`: parts did not decode, or the file ends before its announced end; `others`:
    further sound tracks (languages of a video) that were not heard.
    """

    samples: Samples
    rate: int
    codec: str
    seconds: float
    channel: int = 1
    channels: int = 1
    cut: bool = False
    damaged: bool = False
    others: int = 0


def decode(data: bytes, most_seconds: float = MOST_SECONDS) -> tuple[Track, ...]:
    """The channels of the first sound track that differ; of channels that are alike or silent only one.

    Raises NotThere for a film without sound, Unreadable where there is no sound that decodes, TooLarge where
    memory does not suffice.
    """
    form = container(data)
    if form is None:
        raise Unreadable("This is no sound or video that Quivive reads, or its beginning is damaged.")
    try:
        return _decode(data, form, most_seconds)
    except CouldNotLook:
        raise
    except MemoryError as error:
        raise TooLarge("The sound needs more memory than there is.") from error
    except Exception as error:
        # Hostile files make PyAV fail in many ways (FFmpegError, ValueError, OverflowError, UnicodeError …).
        raise Unreadable(f"The sound is damaged or breaks off ({type(error).__name__}).") from error


_AT_ZERO = (
    (b"OggS", "ogg"), (b"fLaC", "flac"), (b"#!AMR", "amr"), (b"\x1a\x45\xdf\xa3", "matroska"),
    (b".snd", "au"), (b"caff", "caf"), (b"FLV\x01", "flv"), (b"RF64", "wav"), (b"BW64", "wav"),
    (b"RIFX", "wav"), (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"), (b"\x00\x00\x01\xba", "mpeg"),
    (b"riff\x2e\x91\xcf\x11", "w64"),
)  # fmt: skip
_RIFF = {b"WAVE": "wav", b"AVI ": "avi"}
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp")


def container(data: bytes) -> str | None:
    """FFmpeg's name of the file format, by its first octets; None for one that is not read."""
    for mark, form in _AT_ZERO:
        if data.startswith(mark):
            return form
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12])
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if data[4:8] in _BOXES:
        return "mov"
    if is_transport_stream(data):
        return "mpegts"
    return _by_frame(data)


def _by_frame(data: bytes) -> str | None:
    """MPEG audio has no header but its frames' (ISO/IEC 11172-3 §2.4.1.3), often behind an ID3 tag."""
    if data[:3] == b"ID3":
        size = sum((octet & 127) << shift for octet, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
        data = data[10 + size : 10 + size + 4096].lstrip(b"\x00") or b"\xff\xfb"
        if data[:4] == b"fLaC":
            return "flac"
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    return "aac" if data[1] & 0xF6 == 0xF0 else "mp3"


def _decode(data: bytes, form: str, most_seconds: float) -> tuple[Track, ...]:
    import av

    options = {"codec_whitelist": ",".join(_CODECS), "protocol_whitelist": "none", "enable_drefs": "0"}
    with av.open(
        io.BytesIO(data), "r", format=form, options=options, metadata_errors="replace", io_open=_refuse
    ) as file:
        if not file.streams.audio and file.streams.video:
            raise NotThere("There is no sound in this film.")
        if not file.streams.audio:
            raise Unreadable("There is no sound in this file.")
        stream = file.streams.audio[0]
        if stream.codec_context.name not in _CODECS:
            raise Unreadable(f"Quivive does not decode sound in this form ({stream.codec_context.name}).")
        return _tracks(_Hearing(file, stream, most_seconds), _breaks_off(data))


_CODECS = (
    "aac", "aac_latm", "ac3", "eac3", "alac", "flac", "mp1float", "mp2float", "mp3float", "mp1", "mp2", "mp3",
    "vorbis", "libvorbis", "opus", "libopus", "libspeex", "speex", "amrnb", "amrwb", "libopencore_amrnb",
    "libopencore_amrwb", "gsm", "gsm_ms", "libgsm", "libgsm_ms", "wmav1", "wmav2", "wmapro", "wmavoice",
    "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_swf", "adpcm_yamaha", "adpcm_g726", "g722", "g723_1",
    "g729", "ilbc", "libilbc", "nellymoser", "qcelp", "evrc", "pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s8",
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be",
    "pcm_f64le", "pcm_f64be", "pcm_bluray", "pcm_dvd",
)  # fmt: skip
"""Decoders of sound that people have; no picture is ever decoded."""


def _refuse(url: str, flags: int, options: object) -> NoReturn:
    raise Unreadable("The file refers to another file; that one is not opened.")


class _Hearing:
    """The sound of one stream so far, channel beside channel, and what went wrong."""

    def __init__(self, file: Container, stream: AudioStream, most_seconds: float) -> None:
        self.stream, self.channels, self.kept = stream, 0, 0
        self.others = len(file.streams.audio) - 1
        self.faults = 0
        self.cut = False
        self._file, self._most = file, most_seconds
        if not _LEAST_RATE <= stream.rate <= _MOST_RATE or stream.channels < 1:
            raise Unreadable(
                f"The sound claims {stream.rate} Hz and {stream.channels} channels: no sound has that."
            )
        self._rate = 0
        self._resamplers: list[AudioResampler] = []

    def samples(self) -> Samples:
        """float32[kept, n] at RATE, of each channel no more than may be heard."""
        import numpy as np

        parts: list[Samples] = []
        reached = room = 0
        for frame in self._frames():
            if not parts:
                self.channels = frame.layout.nb_channels if frame else 1
                self.kept = min(self.channels, MOST_CHANNELS)
                room = round(RATE * min(self._most, MOST_SECONDS_IN_ALL / self.kept))
            part = self._resampled(frame)[:, : room - reached]
            parts.append(part)
            reached += part.shape[1]
            if reached >= room:
                self.cut = True
                break
        whole: Samples = np.nan_to_num(np.concatenate(parts, axis=1), posinf=1.0, neginf=-1.0)
        return np.clip(whole, -1.0, 1.0, out=whole)

    def _frames(self) -> Iterator[AudioFrame | None]:
        """Decoded frames, None at the end; what does not decode is counted and passed over."""
        from av.error import FFmpegError

        packets = self._file.demux(self.stream)
        for _ in range(MOST_PACKETS):
            try:
                packet = next(packets)
                for frame in _pause(packet, self.stream.codec_context.name) or self.stream.decode(packet):
                    if _is_sound(frame):
                        yield frame
                    else:
                        self.faults += 1
            except StopIteration:
                break
            except FFmpegError:
                self.faults += 1
                if self.faults > MOST_FAULTS:
                    break
        else:
            self.cut = True
        yield None

    def _resampled(self, frame: AudioFrame | None) -> Samples:
        """A frame at RATE, as many channels as are kept; a frame of another rate begins anew."""
        import av
        import numpy as np

        nothing = np.zeros((self.kept, 0), np.float32)
        if frame is not None and frame.sample_rate != self._rate:
            self._rate = frame.sample_rate
            # One a channel: a layout without names ('8 channels') brings FFmpeg's resampler down.
            self._resamplers = [av.AudioResampler("flt", "mono", RATE) for _ in range(self.kept)]
        heard = [None] * self.kept if frame is None else _mono(frame, self.kept)
        pairs = zip(self._resamplers, heard, strict=False)
        parts = [np.concatenate([nothing[0], *(part.to_ndarray()[0] for part in each.resample(one))])
                 for each, one in pairs]  # fmt: skip
        return np.stack(parts).astype(np.float32) if parts else nothing

    def lacks(self, seconds: float) -> bool:
        """Whether the file announces more than was there."""
        stated = self.stream.duration
        if self.cut or not stated or not self.stream.time_base:
            return False
        announced = float(stated * self.stream.time_base)
        return announced > seconds + _SHORT + announced / 20


def _breaks_off(data: bytes) -> bool:
    """Whether a RIFF file is shorter than it says, which PyAV passes over; a recorder may leave it open."""
    stated = int.from_bytes(data[4:8], "little") if data[:4] == b"RIFF" else 0
    return len(data) - 8 < stated < _OPEN_LENGTH


_PAUSES = {
    "amrnb": (8, 15),
    "amrwb": (9, 14, 15),
    "libopencore_amrnb": (8, 15),
    "libopencore_amrwb": (9, 14, 15),
}
"""Frame types of AMR without speech (RFC 4867 §4.3.1): comfort noise, lost, nothing sent."""


def _pause(packet: Packet[AudioStream], codec: str) -> list[AudioFrame]:
    """20 ms of silence for a frame of AMR in which nobody spoke: FFmpeg's decoder takes it for damage."""
    if codec not in _PAUSES or not packet.size or bytes(packet)[0] >> 3 & 15 not in _PAUSES[codec]:
        return []
    import av
    import numpy as np

    rate = 16_000 if codec.endswith("wb") else 8000
    frame = av.AudioFrame.from_ndarray(np.zeros((1, rate // 50), np.float32), "flt", "mono")
    frame.sample_rate = rate
    return [frame]


def _is_sound(frame: AudioFrame) -> bool:
    """PyAV reads beyond its list of planes where there are eight or more: such a frame is not touched."""
    planar = frame.format.is_planar and frame.layout.nb_channels >= _MOST_PLANES
    return bool(_LEAST_RATE <= frame.sample_rate <= _MOST_RATE and frame.samples and not planar)


def _mono(frame: AudioFrame, kept: int) -> list[AudioFrame]:
    """The channels of a frame, each a frame of its own; where it has too few the first fill in."""
    import av
    import numpy as np

    found = frame.to_ndarray()
    scale = 1.0 if found.dtype.kind == "f" else 2.0 ** (8 * found.dtype.itemsize - 1)
    shift = 1.0 if found.dtype == np.uint8 else 0.0
    channels = found if frame.format.is_planar else found.reshape(-1, frame.layout.nb_channels).T
    mono = []
    for number in range(kept):
        samples = channels[number % len(channels)].astype(np.float32) / scale - shift
        mono.append(av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), "flt", "mono"))
        mono[-1].sample_rate = frame.sample_rate
    return mono


def _tracks(hearing: _Hearing, breaks_off: bool) -> tuple[Track, ...]:
    samples = hearing.samples()
    if not samples.shape[1]:
        raise Unreadable("The file holds no sound that decodes: it is empty, damaged or breaks off.")
    seconds = samples.shape[1] / RATE
    damaged = breaks_off or hearing.faults > 0 or hearing.lacks(seconds)
    codec = hearing.stream.codec_context.name
    return tuple(
        Track(samples[each], hearing.stream.rate, _CODEC_NAMES.get(codec, codec), seconds, each + 1,
              hearing.channels, hearing.cut, damaged, hearing.others)
        for each in _different(samples)
    )  # fmt: skip


_CODEC_NAMES = {"libopus": "opus", "mp3float": "mp3", "mp2float": "mp2", "mp1float": "mp1",
                "libvorbis": "vorbis", "amrnb": "amr_nb", "amrwb": "amr_wb", "libopencore_amrnb": "amr_nb",
                "libopencore_amrwb": "amr_wb"}  # fmt: skip


def _different(samples: Samples) -> list[int]:
    """Channels that are neither silent nor a copy of one before; the first where all are silent."""
    import numpy as np

    energy = [float(np.dot(each, each)) for each in samples]
    kept: list[int] = []
    for number, own in enumerate(energy):
        if own <= _SILENT**2 * samples.shape[1]:
            continue
        shared = (float(np.dot(samples[number], samples[k])) ** 2 / (energy[k] * own) for k in kept)
        if all(share < 1 - _ALIKE for share in shared):
            kept.append(number)
    return kept or [0]
