"""Is the sound of every file that people have read as it is, and of hostile ones within bounds?"""

from __future__ import annotations

import math
import struct
import time

import numpy as np
import pytest

from quivive.errors import Unreadable
from quivive.voices.sound import MOST_CHANNELS, MOST_SECONDS, RATE, decode
from voices import fuzz
from voices.sound_maker import FILMS, KINDS, as_kind, film, tone, write


def pitch(samples) -> float:
    """Hz of the strongest partial."""
    return float(np.abs(np.fft.rfft(samples)).argmax()) * RATE / len(samples)


def wav(rate: int, channels: int, data: bytes, stated: int | None = None) -> bytes:
    """16-bit RIFF WAVE whose header may say anything."""
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 & 0xFFFFFFFF, channels * 2, 16)
    size = len(data) if stated is None else stated
    head = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", len(head) + size & 0xFFFFFFFF) + head + data


@pytest.mark.parametrize("name", KINDS)
def test_a_tone_of_440_hz_is_heard_as_such_from_every_kind_of_file(name):
    (track,) = decode(as_kind(name))
    assert track.samples.dtype == np.float32
    assert track.seconds == pytest.approx(2.0, abs=0.1)
    assert len(track.samples) == round(track.seconds * RATE)
    assert pitch(track.samples) == pytest.approx(440, abs=2)
    assert float(np.abs(track.samples[4000:-4000]).max()) == pytest.approx(0.4, rel=0.25)
    assert track.rate == KINDS[name][2]
    assert not track.cut
    assert not track.damaged


@pytest.mark.parametrize("frame", [b"\x7c", b"\x44" + bytes(5)], ids=["nothing sent", "comfort noise"])
def test_pauses_in_which_a_telephone_sends_nothing_last_as_long_as_they_did(frame):
    spoken = as_kind("voicemail.amr")
    (track,) = decode(spoken + frame * (50 * 60) + spoken[6:])
    assert track.seconds == pytest.approx(64.0, abs=0.1)
    assert not track.damaged
    assert not track.samples[3 * RATE : 61 * RATE].any()
    assert pitch(track.samples[-RATE:]) == pytest.approx(440, abs=3)


def test_a_broadcast_wave_beyond_four_gigabytes_is_heard():
    (track,) = decode(b"BW64" + as_kind("voice.rf64")[4:])
    assert pitch(track.samples) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("container", FILMS)
def test_of_a_film_the_sound_is_heard(container):
    (track,) = decode(film(container))
    assert pitch(track.samples) == pytest.approx(440, abs=2)


def test_the_two_sides_of_a_call_stay_apart():
    both = np.stack([tone(1, 300, 8000), tone(1, 700, 8000)])
    first, second = decode(write(both, "wav", "pcm_alaw", 8000))
    assert (first.channel, second.channel, first.channels) == (1, 2, 2)
    assert pitch(first.samples) == pytest.approx(300, abs=3)
    assert pitch(second.samples) == pytest.approx(700, abs=3)


def test_a_copy_of_a_channel_is_heard_once_whatever_its_loudness():
    (track,) = decode(write(np.stack([tone(1), 0.3 * tone(1)]), "wav", "pcm_s16le", 44100))
    assert (track.channel, track.channels) == (1, 2)


def test_a_silent_channel_is_left_out():
    (track,) = decode(write(np.stack([0 * tone(1), tone(1)]), "wav", "pcm_s16le", 44100))
    assert track.channel == 2


def test_silence_is_sound_too():
    (track,) = decode(wav(8000, 1, bytes(16_000)))
    assert track.seconds == pytest.approx(1.0, abs=0.01)
    assert not track.samples.any()


def test_ten_hours_are_heard_from_the_beginning_and_it_is_said():
    started = time.process_time()
    (track,) = decode(wav(8000, 1, (tone(60, rate=8000) * 20_000).astype("<i2").tobytes() * 600))
    assert time.process_time() - started < 30
    assert track.cut
    assert track.seconds == MOST_SECONDS


def test_eight_channels_at_192_khz_share_the_room():
    rng = np.random.default_rng(1)
    tracks = decode(wav(192_000, 8, rng.integers(-9999, 9999, 192_000 * 8).astype("<i2").tobytes()))
    assert [track.channel for track in tracks] == list(range(1, 9))
    assert all(track.seconds == pytest.approx(1.0, abs=0.01) for track in tracks)


def test_of_64_channels_the_first_are_heard():
    rng = np.random.default_rng(1)
    tracks = decode(wav(16_000, 64, rng.integers(-9999, 9999, 16_000 * 64).astype("<i2").tobytes()))
    assert len(tracks) == MOST_CHANNELS
    assert tracks[0].channels == 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"\x00" * 4096,
        b"hello, this is no sound at all",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        wav(16_000, 1, b""),
        wav(1, 1, b"\x01\x02" * 320_000),
        wav(8000, 0, b"\x01\x02" * 800),
        as_kind("voice.m4a")[:4000],
        b"OggS" + bytes(2000),
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f",
    ],
)
def test_what_holds_no_sound_is_refused_in_a_sentence(data):
    with pytest.raises(Unreadable, match=r"\.$"):
        decode(data)


@pytest.mark.parametrize(
    "name", ["voice.mp3", "voice.aac", "voice.flac", "voicemail.amr", "mulaw.au", "voice.wav"]
)
def test_a_file_that_breaks_off_is_heard_as_far_as_it_goes_and_said_to_be_damaged(name):
    data = as_kind(name, 4.0)
    (track,) = decode(data[: len(data) // 2])
    assert 1.0 < track.seconds < 2.4
    assert track.damaged


def test_a_header_that_leaves_the_length_open_is_no_damage():
    (track,) = decode(wav(16_000, 1, b"\x01\x02" * 32_000, 0xFFFFFFFF))
    assert track.seconds == pytest.approx(2.0, abs=0.01)
    assert not track.damaged


def test_samples_that_are_no_numbers_do_not_spread():
    broken = np.array([0.1, math.nan, math.inf, -math.inf] * 4000, np.float32)
    form = struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", broken.nbytes)
    (track,) = decode(b"RIFF" + struct.pack("<I", len(body) + broken.nbytes) + body + broken.tobytes())
    assert np.isfinite(track.samples).all()
    assert float(np.abs(track.samples).max()) <= 1.0


def test_five_hundred_damaged_files_are_answered_and_many_still_heard():
    runs = list(fuzz.run(500, seed=5))
    assert max(seconds for seconds, _, _ in runs) < 3.0
    assert sum(heard for _, _, heard in runs) > 100
