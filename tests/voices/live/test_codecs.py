import io

import numpy as np
import pytest

from quivive.errors import Unreadable
from quivive.voices.live.codecs import Codec, decoder, named
from voices.live.provider import coded
from voices.sound_maker import tone, write


@pytest.mark.parametrize(("name", "law"), [("PCMU", "pcm_mulaw"), ("PCMA", "pcm_alaw")])
def test_every_octet_of_g711_decodes_as_ffmpeg_decodes_it(name, law):
    import av

    octets = bytes(range(256))
    context = av.CodecContext.create(law, "r")
    context.sample_rate, context.layout = 8000, "mono"
    expected = np.concatenate([each.to_ndarray()[0] for each in context.decode(av.Packet(octets))])
    assert decoder(Codec(name))(octets).tolist() == expected.tolist()


def test_linear_samples_have_the_low_octet_first_in_streams_and_the_high_one_in_rtp():
    assert decoder(named("L16", 16000))(b"\x01\x02").tolist() == [0x0201]
    assert decoder(named("L16", 16000, network_order=True))(b"\x01\x02").tolist() == [0x0102]


def test_half_a_sample_at_the_end_is_left_out():
    assert decoder(named("L16", 8000))(b"\x01\x00\x07").tolist() == [1]


def test_opus_frames_become_the_tone_that_went_in():
    import av

    with av.open(io.BytesIO(write(tone(1.0, rate=48000), "ogg", "libopus", 48000))) as file:
        packets = [bytes(each) for each in file.demux() if each.size]
    heard = np.concatenate([decode(each) for decode in [decoder(named("opus"))] for each in packets])
    spectrum = np.abs(np.fft.rfft(heard[9600:38400].astype(float)))
    assert abs(np.argmax(spectrum) * 48000 / 28800 - 440) < 5
    assert 0.25 < np.abs(heard[9600:38400]).max() / 32768 < 0.6


def test_g722_frames_become_the_tone_that_went_in():
    import av

    encoder = av.CodecContext.create("g722", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 16000, "mono", "s16"
    frame = av.AudioFrame.from_ndarray((tone(1.0, rate=16000) * 32767).astype(np.int16)[None], "s16", "mono")
    frame.sample_rate = 16000
    octets = b"".join(bytes(each) for each in [*encoder.encode(frame), *encoder.encode(None)])
    decode = decoder(named("G722"))
    heard = np.concatenate([decode(octets[at : at + 160]) for at in range(0, len(octets), 160)])
    assert len(heard) == pytest.approx(16000, abs=400)
    assert abs(np.argmax(np.abs(np.fft.rfft(heard.astype(float)))) * 16000 / len(heard) - 440) < 5


@pytest.mark.parametrize("octets", [b"", b"\xff", b"\x00" * 7, bytes(range(200))])
@pytest.mark.parametrize("name", ["opus", "G722", "PCMU", "L16"])
def test_rubbish_decodes_to_something_short_and_never_fails(name, octets):
    assert len(decoder(named(name))(octets)) < 48000


@pytest.mark.parametrize(("name", "rate"), [("AMR-WB", 16000), ("PCMU", 16000), ("L16", 11025), ("<b>", 1)])
def test_what_is_not_read_is_refused_by_name(name, rate):
    with pytest.raises(Unreadable, match="is not read"):
        named(name, rate)


def test_the_names_of_the_providers_mean_the_same_codec():
    assert named("audio/x-mulaw") == named("PCMU") == Codec("PCMU")
    assert named("L16@24000h", 24000) == Codec("L16LE", 24000, 24000)


def test_coded_samples_come_back_as_they_went_in_but_for_rounding():
    samples = (tone(0.1, rate=8000) * 32767).astype(np.int16)
    heard = decoder(Codec("PCMU"))(coded(samples))
    assert np.abs(heard.astype(int) - samples).max() < 700
