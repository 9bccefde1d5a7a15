"""What was said in an RTP stream, as sound a person can play?"""

from __future__ import annotations

import numpy as np
import pytest

from calls.captures.sound import GSM_TONE, encode, likeness, pcmu, samples_of, tone
from quivive.calls.captures.audio import Audio, decode
from quivive.calls.captures.codecs import Codec, decoder, named, opus_ticks
from quivive.calls.captures.rtp import Rtp

ROOMY = 2**27
PCMU = Codec("PCMU")


def packets(payloads: list[bytes], step: int = 160, lost: tuple[int, ...] = ()) -> list[Rtp]:
    """RTP packets 20 ms apart, without those that were lost."""
    return [Rtp(0.02 * n, n, step * n, 0, data) for n, data in enumerate(payloads) if n not in lost]


def sound(held: list[Rtp], codec: Codec = PCMU, most: int = ROOMY) -> Audio:
    heard = decode(held, codec, most)
    assert heard is not None
    return heard


CODECS = {
    "PCMU": (Codec("PCMU"), 8000, 160, lambda s: encode("pcm_mulaw", s, 8000), 30.0),
    "PCMA": (Codec("PCMA"), 8000, 160, lambda s: encode("pcm_alaw", s, 8000), 30.0),
    "G722": (Codec("G722"), 16000, 160, lambda s: encode("g722", s, 16000), 25.0),
    "OPUS": (Codec("OPUS", 48000, 2), 48000, 960, lambda s: encode("libopus", s, 48000), 20.0),
    "L16": (Codec("L16"), 8000, 160, lambda s: [s[a : a + 160].astype(">i2").tobytes()
                                                for a in range(0, len(s), 160)], 60.0),
    "GSM": (Codec("GSM"), 8000, 160, lambda _: [GSM_TONE.read_bytes()[a : a + 33]
                                                for a in range(0, 1650, 33)], 15.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CODECS)
def test_each_codec_gives_back_the_tone_that_was_encoded(name):
    codec, rate, step, make, least_decibels = CODECS[name]
    original = tone(rate)
    heard = sound(packets(make(original), step), codec)
    samples, heard_rate = samples_of(heard.wav)
    correlation, decibels = likeness(samples, original)
    assert heard_rate == rate
    assert heard.seconds == pytest.approx(1.0, abs=0.03)
    assert correlation > 0.98
    assert decibels > least_decibels
    assert heard.damaged == 0


def test_a_wrong_codec_would_not_pass():
    """The comparison itself can fail: µ-law read as A-law is not the tone."""
    heard = sound(packets(pcmu(tone(8000))), Codec("PCMA"))
    assert likeness(samples_of(heard.wav)[0], tone(8000))[1] < 20


def test_the_tables_of_g711_are_those_of_ffmpeg():
    from av import CodecContext, Packet

    for name, other in (("PCMU", "pcm_mulaw"), ("PCMA", "pcm_alaw")):
        context = CodecContext.create(other, "r")
        context.sample_rate, context.layout = 8000, "mono"
        reference = np.concatenate([f.to_ndarray()[0] for f in context.decode(Packet(bytes(range(256))))])
        ours = decoder(Codec(name))
        assert ours is not None
        assert (ours(bytes(range(256))) == reference).all()


def test_lost_packets_leave_silence_of_their_length():
    heard = sound(packets(pcmu(tone(8000)), lost=(10, 11, 12)))
    samples, _ = samples_of(heard.wav)
    assert (heard.seconds, heard.silence) == pytest.approx((1.0, 0.06))
    assert not samples[1600:2080].any()
    assert np.abs(samples[:1600]).max() > 10000 < np.abs(samples[2080:]).max()


def test_a_pause_of_silence_suppression_keeps_its_length():
    first, second = packets(pcmu(tone(8000, 0.2))), packets(pcmu(tone(8000, 0.2)))
    later = [p._replace(time=p.time + 5.0, stamp=p.stamp + 40000) for p in second]
    assert sound(first + later).seconds == pytest.approx(5.2)


def test_time_stamps_that_leap_do_not_ask_for_hours_of_silence():
    held = packets(pcmu(tone(8000, 0.2)))
    leaping = held + [p._replace(time=p.time + 0.2, stamp=p.stamp + 2_000_000_000) for p in held]
    heard = sound(leaping)
    assert heard.seconds == pytest.approx(0.4, abs=0.05)


def test_time_stamps_that_leap_back_keep_the_order():
    held = packets(pcmu(tone(8000, 0.2)))
    heard = sound(held + [p._replace(time=p.time + 0.2, stamp=p.stamp) for p in held])
    assert heard.seconds == pytest.approx(0.4, abs=0.05)


def test_the_wrap_of_time_stamps_is_no_leap():
    held = [p._replace(stamp=(p.stamp + 0xFFFFFF00) & 0xFFFFFFFF) for p in packets(pcmu(tone(8000)))]
    assert sound(held).seconds == pytest.approx(1.0)


def test_a_few_packets_cannot_ask_for_more_silence_than_is_bearable():
    hourly = [Rtp(3600.0 * n, n, 3600 * 8000 * n, 0, b"\xff" * 160) for n in range(100)]
    heard = sound(hourly)
    assert heard.shortened
    assert heard.silence <= 60.0


def test_sound_beyond_the_limit_is_cut_and_said():
    heard = sound(packets(pcmu(tone(8000, 2.0))), most=16_000)
    assert heard.cut
    assert len(heard.wav) <= 16_000


def test_damaged_packets_are_counted_and_silent():
    codec, _, step, make, _ = CODECS["OPUS"]
    payloads = make(tone(48000))
    payloads[20] = b"\xff\xff\xff"
    heard = sound(packets(payloads, step), codec)
    assert heard.damaged == 1
    assert heard.seconds == pytest.approx(1.0, abs=0.03)


def test_a_codec_that_is_not_read_gives_no_sound():
    assert decode(packets([b"x" * 10]), named("G729", 8000, 1), ROOMY) is None


def test_absurd_figures_of_a_session_description_are_replaced():
    assert named("PCMU", 0, 0) == Codec("PCMU", 8000, 1)
    assert named("opus", 999_999_999, 999) == Codec("OPUS", 48000, 8)
    assert named("x\n\x1b[31m", 8000, 1).name == "X???31M"


@pytest.mark.parametrize(
    ("payload", "ticks"),
    [(b"\x48", 960), (b"\x00", 480), (b"\x18", 2880), (b"\xe0", 120), (b"\xfc\x00", 960),
     (b"\x49\x00", 1920), (b"\x4b\x03", 2880), (b"\x1b\x03", None), (b"\x03\x00", None), (b"", None)],
)  # fmt: skip
def test_an_opus_packet_says_how_long_it_lasts(payload, ticks):
    """Table 2 and §3.2.5 of RFC 6716: at most 120 ms."""
    assert opus_ticks(payload) == ticks
