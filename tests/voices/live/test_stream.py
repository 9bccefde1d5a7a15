import io
import wave

import av
import numpy as np
import pytest

from quivive.voices.live.stream import Stream
from quivive.voices.sound import RATE, decode
from voices.live.provider import Loudness
from voices.voice_maker import recording, voice

NOW = 8000
"""Samples a second on a telephone line."""


def wire(seconds=None):
    """The example's caller at 8 kHz, as it comes over a line."""
    with av.open(io.BytesIO(recording())) as file:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    return samples[: None if seconds is None else round(seconds * NOW)]


def file(samples):
    """A WAV file of these very samples."""
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(NOW)
        written.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def fed(samples, size, scoring):
    """A stream that was asked after every part."""
    stream = Stream(NOW, scoring)
    said = []
    for at in range(0, len(samples), size):
        stream.feed(samples[at : at + size])
        said.append(stream.verdict())
    return stream, said


@pytest.mark.parametrize("size", [160, 4000, 9999])
def test_what_is_judged_at_the_end_is_the_file_to_the_last_bit(size):
    heard = []

    class Keeping(Loudness):
        def judge(self, samples):
            heard.append(samples)
            return super().judge(samples)

    stream, _ = fed(wire(8), size, Keeping())
    stream.finish()
    (track,) = decode(file(wire(8)))
    assert np.array_equal(heard[0], track.samples)


def test_the_running_verdict_agrees_with_the_file():
    stream, said = fed(wire(), 8000, Loudness())
    whole = Loudness().judge(voice())
    assert said[-1].verdict == whole.verdict
    assert said[-1].score == pytest.approx(whole.score, abs=0.5)
    assert said[-1].net == pytest.approx(whole.net, abs=0.3)
    assert stream.finish() == whole


def test_a_verdict_comes_with_three_seconds_of_speech_and_not_before():
    _, said = fed(wire(9), 1600, Loudness())
    assert said[0].verdict == "insufficient"
    first = next(number for number, each in enumerate(said) if each.verdict != "insufficient")
    assert 3.0 <= said[first].net < 4.5


def test_nothing_heard_is_insufficient():
    assert Stream(NOW, Loudness()).verdict().verdict == "insufficient"
    assert Stream(NOW, Loudness()).finish().verdict == "insufficient"


def test_twenty_minutes_are_heard_and_no_more():
    stream = Stream(NOW, Loudness(), most_seconds=2.0)
    stream.feed(np.zeros(3 * NOW, np.int16))
    stream.feed(np.zeros(NOW, np.int16))
    assert (stream.heard, stream.cut) == (2.0, True)


def test_sound_at_sixteen_kilohertz_is_taken_as_it_is():
    kept = []

    class Keeping(Loudness):
        def judge(self, samples):
            kept.append(samples)
            return super().judge(samples)

    samples = (np.random.default_rng(1).normal(size=RATE) * 3000).astype(np.int16)
    stream = Stream(RATE, Keeping())
    stream.feed(samples)
    stream.finish()
    assert np.array_equal(kept[0], samples.astype(np.float32) / 32768)
