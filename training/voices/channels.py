"""What does a line, a messenger or a room do to a voice on its way to the desk?

Real codecs, encoded and decoded: PyAV for G.711, G.722, AMR-NB, Opus and MP3, libsndfile for GSM 06.10
full rate. Everything is mono float32 at 16 kHz, full scale 1, before and after, of the same length and
aligned with what went in. Packet loss, noise, gain and rooms are for training; their randomness comes from
the generator the caller passes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE = 16_000
FRAME_MS = 20
LONGEST_DELAY_MS = 150


@dataclass(frozen=True)
class Codec:
    """One real codec: its names in FFmpeg, the rate it is fed at, bits a second, options."""

    encoder: str
    decoder: str
    rate: int
    bit_rates: tuple[int, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


CODECS = {
    "g711a": Codec("pcm_alaw", "pcm_alaw", 8_000),
    "g711u": Codec("pcm_mulaw", "pcm_mulaw", 8_000),
    "amr": Codec("libopencore_amrnb", "amrnb", 8_000, (4_750, 5_900, 7_400, 12_200)),
    "opus-voip": Codec("libopus", "opus", 16_000, (16_000, 20_000, 24_000), (("application", "voip"),)),
    "mp3-64": Codec("libmp3lame", "mp3", 16_000, (64_000,)),
    "g722": Codec("g722", "g722", 16_000),
}
CONDITIONS = ("clean", "g711a", "g711u", "gsm", "amr", "opus-voip", "mp3-64", "g722")


def apply(samples: Samples, condition: str, rng: np.random.Generator) -> Samples:
    """The samples as they arrive over `condition`; where a codec has several bit rates, `rng` picks one.

    Raises ValueError for a condition that is not in CONDITIONS.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"no such channel: {condition}")
    sound = np.clip(np.asarray(samples, dtype=np.float32), -1.0, 1.0)
    if condition == "clean" or not sound.size:
        return sound
    if condition == "gsm":
        return aligned(_through_gsm(sound), sound)
    codec = CODECS[condition]
    bit_rate = int(rng.choice(codec.bit_rates)) if codec.bit_rates else None
    return aligned(_through_codec(sound, codec, bit_rate), sound)


def resample(samples: Samples, rate_in: int, rate_out: int) -> Samples:
    """Mono samples at another rate, by FFmpeg's resampler (its delay is made up for by FFmpeg)."""
    if rate_in == rate_out or not samples.size:
        return samples
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_out)
    frames = resampler.resample(_frame(samples, rate_in)) + resampler.resample(None)
    parts = [np.zeros(0, np.float32), *(frame.to_ndarray().reshape(-1) for frame in frames)]
    sound = np.concatenate(parts).astype(np.float32)
    return _fitted(sound, round(samples.size * rate_out / rate_in))


def narrowed(samples: Samples, rate: int) -> Samples:
    """The samples with nothing left above half of `rate` (Hz), still at 16 kHz."""
    return _fitted(resample(resample(samples, RATE, rate), rate, RATE), samples.size)


def aligned(decoded: Samples, sent: Samples) -> Samples:
    """`decoded` moved by the codec's delay, found by cross-correlation, cut or padded to what was sent."""
    longest = RATE * LONGEST_DELAY_MS // 1000
    size = 1 << int(np.ceil(np.log2(sent.size + decoded.size + 2 * longest)))
    if not decoded.size:
        return np.zeros(sent.size, np.float32)
    spectrum = np.fft.rfft(decoded, size) * np.conj(np.fft.rfft(sent, size))
    likeness = np.fft.irfft(spectrum, size)
    lags = np.concatenate([np.arange(longest + 1), np.arange(-longest, 0)])
    delay = int(lags[np.argmax(likeness[lags])])
    moved = decoded[delay:] if delay >= 0 else np.concatenate([np.zeros(-delay, np.float32), decoded])
    return _fitted(moved, sent.size)


def with_lost_packets(
    samples: Samples, lost: float, rng: np.random.Generator, burst: float = 0.3, repeat: bool = True
) -> Samples:
    """20 ms frames lost with probability `lost`, in bursts; the receiver repeats, fading, or is silent.

    `burst`: the chance that the frame after a lost one is lost too (two-state Gilbert model).
    """
    size = RATE * FRAME_MS // 1000
    sound, last = samples.copy(), np.zeros(size, np.float32)
    enter = min(1.0, lost * (1 - burst) / max(1e-9, 1 - lost))
    missing = False
    for start in range(0, samples.size, size):
        missing = bool(rng.random() < (burst if missing else enter))
        frame = sound[start : start + size]
        if missing:
            frame[:] = 0.5 * last[: frame.size] if repeat else 0.0
        last[: frame.size] = frame
    return sound


def with_noise(samples: Samples, snr_db: float, rng: np.random.Generator, slope: float = 1.0) -> Samples:
    """Noise whose power falls as 1/f**slope (0 white, 1 pink, 2 brown), `snr_db` under the samples' power."""
    spectrum = np.fft.rfft(rng.standard_normal(samples.size))
    bins = np.maximum(1.0, np.arange(spectrum.size))
    noise = np.fft.irfft(spectrum / bins ** (slope / 2), samples.size)
    level = np.sqrt(np.mean(samples**2) / 10 ** (snr_db / 10) / max(1e-20, float(np.mean(noise**2))))
    noisy: Samples = np.clip(samples + level * noise, -1.0, 1.0).astype(np.float32)
    return noisy


def with_gain(samples: Samples, gain_db: float) -> Samples:
    """Louder or softer by `gain_db`, clipped at full scale as a line clips."""
    louder: Samples = np.clip(samples * 10 ** (gain_db / 20), -1.0, 1.0).astype(np.float32)
    return louder


def in_room(samples: Samples, decay_s: float, direct_db: float, rng: np.random.Generator) -> Samples:
    """The samples in a made-up room: a direct sound and noise that falls by 60 dB in `decay_s` seconds.

    `direct_db`: how much stronger the direct sound is than all echoes together.
    """
    length = max(2, int(decay_s * RATE))
    echo = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    echo[: RATE // 500] = 0.0
    echo *= 10 ** (-direct_db / 20) / max(1e-9, float(np.sqrt(np.sum(echo**2))))
    echo[0] = 1.0
    size = 1 << int(np.ceil(np.log2(samples.size + length)))
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(echo, size), size)[: samples.size]
    loudness = np.sqrt(np.mean(samples**2) / max(1e-20, float(np.mean(wet**2))))
    heard: Samples = np.clip(wet * loudness, -1.0, 1.0).astype(np.float32)
    return heard


def _through_codec(samples: Samples, codec: Codec, bit_rate: int | None) -> Samples:
    import av

    encoder: Any = av.CodecContext.create(codec.encoder, "w")
    encoder.sample_rate, encoder.layout = codec.rate, "mono"
    encoder.format = encoder.codec.audio_formats[0]
    encoder.options = dict(codec.options)
    if bit_rate:
        encoder.bit_rate = bit_rate
    encoder.open()
    packets = _encoded(encoder, resample(samples, RATE, codec.rate))
    decoder: Any = av.CodecContext.create(codec.decoder, "r")
    decoder.sample_rate, decoder.layout = codec.rate, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    return _decoded(decoder, packets)


def _encoded(encoder: Any, samples: Samples) -> list[bytes]:
    import av

    size = encoder.frame_size or encoder.sample_rate * FRAME_MS // 1000
    whole = np.concatenate([samples, np.zeros((-samples.size) % size + 2 * size, np.float32)])
    fitted = av.AudioResampler(format=encoder.format, layout="mono", rate=encoder.sample_rate)
    packets = []
    for start in range(0, whole.size, size):
        frame = _frame(whole[start : start + size], encoder.sample_rate)
        frame.pts = start
        packets += [bytes(packet) for part in fitted.resample(frame) for packet in encoder.encode(part)]
    return packets + [bytes(packet) for packet in encoder.encode(None)]


def _decoded(decoder: Any, packets: list[bytes]) -> Samples:
    import av

    frames = [frame for data in packets for frame in decoder.decode(av.Packet(data))]
    frames += decoder.decode(None)
    if not frames:
        return np.zeros(0, np.float32)
    rate = frames[0].sample_rate
    plain = av.AudioResampler(format="flt", layout="mono", rate=rate)
    parts = []
    for frame in frames:
        frame.pts = None
        parts += [part.to_ndarray().reshape(-1) for part in plain.resample(frame)]
    return resample(np.concatenate(parts).astype(np.float32), rate, RATE)


def _through_gsm(samples: Samples) -> Samples:
    import soundfile

    held = io.BytesIO()
    soundfile.write(held, resample(samples, RATE, 8_000), 8_000, format="WAV", subtype="GSM610")
    held.seek(0)
    sound, rate = soundfile.read(held, dtype="float32")
    return resample(sound, rate, RATE)


def _frame(samples: Samples, rate: int) -> Any:
    import av

    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1).astype(np.float32), format="flt", layout="mono")
    frame.sample_rate = rate
    return frame


def _fitted(samples: Samples, size: int) -> Samples:
    short = max(0, size - samples.size)
    return np.concatenate([samples[:size], np.zeros(short, np.float32)]).astype(np.float32)
