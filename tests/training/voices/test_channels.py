"""Training hears what lines, messengers and rooms really do."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def channels():
    import channels

    return channels


@pytest.fixture(scope="module")
def voice():
    """Two seconds like a vowel: harmonics of a wandering 120 Hz up to 7 kHz, in quarter-second syllables."""
    seconds = np.arange(32_000) / 16_000
    phase = 2 * np.pi * np.cumsum(120 + 10 * np.sin(2 * np.pi * 3 * seconds)) / 16_000
    tone = sum(np.sin(k * phase) / k for k in range(1, 58))
    return (0.2 * tone * (0.2 + np.abs(np.sin(4 * np.pi * seconds)))).astype(np.float32)


def share_above(samples, hertz):
    power = np.abs(np.fft.rfft(samples)) ** 2
    return power[np.fft.rfftfreq(samples.size, 1 / 16_000) > hertz].sum() / power.sum()


def spectrogram(samples):
    """Magnitudes of 20 ms frames: codecs of speech keep these, not the waveform."""
    return np.abs(
        np.fft.rfft(samples[: samples.size // 320 * 320].reshape(-1, 320) * np.hanning(320), axis=1)
    )


def condition_names():
    return ["clean", "g711a", "g711u", "gsm", "amr", "opus-voip", "mp3-64", "g722"]


def needs(condition):
    if condition == "gsm":
        pytest.importorskip("soundfile", reason="GSM is encoded by soundfile, which training installs")


@pytest.mark.parametrize("condition", condition_names())
def test_what_comes_out_of_a_channel_is_as_long_as_what_went_in_and_alike(channels, voice, condition):
    needs(condition)
    out = channels.apply(voice, condition, np.random.default_rng(0))
    assert out.shape == voice.shape
    assert out.dtype == np.float32
    narrow = condition in {"g711a", "g711u", "gsm", "amr"}
    sent = channels.narrowed(voice, 8_000) if narrow else voice
    assert np.corrcoef(spectrogram(sent).ravel(), spectrogram(out).ravel())[0, 1] > 0.9


@pytest.mark.parametrize("condition", ["g711a", "g711u", "gsm", "amr"])
def test_a_telephone_line_carries_nothing_above_four_kilohertz(channels, voice, condition):
    needs(condition)
    assert share_above(voice, 4_200) > 0.003
    assert share_above(channels.apply(voice, condition, np.random.default_rng(0)), 4_200) < 1e-4


@pytest.mark.parametrize("condition", ["opus-voip", "mp3-64", "g722", "amr", "g711a"])
def test_a_lossy_channel_leaves_its_trace(channels, voice, condition):
    out = channels.apply(voice, condition, np.random.default_rng(0))
    assert float(np.abs(out - voice).max()) > 1e-4


def test_the_delay_of_a_codec_is_taken_out(channels, voice):
    late = np.concatenate([np.zeros(777, np.float32), voice])
    assert np.array_equal(channels.aligned(late, voice), voice)
    assert np.array_equal(channels.aligned(voice[500:], voice)[500:], voice[500:])


@pytest.mark.parametrize("condition", condition_names())
@pytest.mark.parametrize("size", [0, 1, 100])
def test_next_to_nothing_goes_through_every_channel(channels, condition, size):
    needs(condition)
    assert channels.apply(np.zeros(size, np.float32), condition, np.random.default_rng(0)).size == size


def test_an_unknown_channel_is_refused(channels, voice):
    with pytest.raises(ValueError, match="carrier-pigeon"):
        channels.apply(voice, "carrier-pigeon", np.random.default_rng(0))


def test_the_same_chance_gives_the_same_sound(channels, voice):
    once, again = (channels.apply(voice, "amr", np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(once, again)


def test_as_many_packets_are_lost_as_asked_for(channels):
    sound = np.ones(16_000 * 60, np.float32)
    silent = channels.with_lost_packets(sound, 0.1, np.random.default_rng(0), repeat=False)
    assert 0.07 < float((silent == 0).mean()) < 0.13


def test_a_lost_packet_is_repeated_and_fades(channels):
    sound = np.ones(320 * 200, np.float32)
    heard = channels.with_lost_packets(sound, 0.3, np.random.default_rng(0))[320:]
    assert set(np.unique(heard)) > {0.5, 1.0}
    assert float(heard.min()) > 0


def test_noise_comes_at_the_ratio_asked_for(channels, voice):
    for slope in (0.0, 1.0, 2.0):
        noise = channels.with_noise(voice, 10.0, np.random.default_rng(0), slope) - voice
        ratio = 10 * np.log10(np.mean(voice**2) / np.mean(noise**2))
        assert ratio == pytest.approx(10.0, abs=0.3)


def test_gain_is_in_decibels_and_clips(channels):
    quiet = np.full(10, 0.1, np.float32)
    assert channels.with_gain(quiet, 6.0206) == pytest.approx(0.2, rel=1e-4)
    assert float(channels.with_gain(quiet, 40.0).max()) == 1.0


def test_a_room_keeps_the_loudness_and_rings_on(channels):
    click = np.zeros(16_000, np.float32)
    click[:100] = 0.1
    wet = channels.in_room(click, 0.5, 3.0, np.random.default_rng(0))
    assert np.mean(wet**2) == pytest.approx(np.mean(click**2), rel=0.05)
    assert float(np.abs(wet[1_000:4_000]).max()) > 1e-4
