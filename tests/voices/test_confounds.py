"""Nothing but the voice gives the label of the voice data away.

Of the shared clips, as training and evaluation hear them (corpora.prepared), neither sampling rate, format,
duration nor loudness alone may tell people from machines with less than 35 % equal error, nor may what a
signal keeps of its former rate: its upper edge, offset, or the silence around the speech.
"""

import sys
from collections import Counter

import numpy as np
import pytest

from conftest import ROOT
from quivive.evidence import eer

LEAST_ERROR = 0.35


@pytest.fixture(scope="module")
def corpora():
    sys.path.insert(0, str(ROOT / "training" / "voices"))
    import corpora

    return corpora


@pytest.fixture(scope="module")
def every(corpora, shared_data):
    return corpora.clips()


@pytest.fixture(scope="module")
def labels(every):
    return np.array([clip.synthetic for clip in every], int)


@pytest.fixture(scope="module")
def measured(corpora, every):
    """Of every clip what is measured as it lies and once prepared."""
    sounds = (corpora.load(clip) for clip in every)
    return [(measures(sound), measures(corpora.prepared(sound))) for sound in sounds]


def measures(samples):
    """What can be measured of a sound without listening to the voice."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(samples.size, 1 / 16_000)
    frames = samples[: samples.size // 320 * 320].reshape(-1, 320)
    loudness = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return {
        "duration": samples.size,
        "loudness": 10 * np.log10(np.mean(samples**2) + 1e-12),
        "peak": np.abs(samples).max(),
        "offset": abs(samples.mean()),
        "quiet before speech": np.argmax(loudness > loudness.max() - 35),
        "share above 7.5 kHz": power[hertz > 7_500].sum() / power.sum(),
        "upper edge": hertz[np.searchsorted(np.cumsum(power), 0.999 * power.sum())],
    }


def least_error(values, labels):
    """Equal error of the better of 'more' and 'less' as the sign of a machine."""
    values = np.asarray(values, float)
    return min(eer(values, labels), eer(-values, labels))


def telling(categories, labels):
    """Each category's share of machines, the best that a category alone can say."""
    counts = Counter(categories)
    machines = Counter(name for name, label in zip(categories, labels, strict=True) if label)
    return [machines[name] / counts[name] for name in categories]


@pytest.mark.parametrize("what", ["rate", "file_format"])
def test_how_a_clip_was_stored_does_not_tell_what_it_is(every, labels, what):
    categories = [getattr(clip, what) for clip in every]
    assert least_error(telling(categories, labels), labels) > LEAST_ERROR


@pytest.mark.parametrize(
    "what",
    ["duration", "loudness", "peak", "offset", "quiet before speech", "share above 7.5 kHz", "upper edge"],
)
def test_how_a_clip_sounds_but_for_the_voice_does_not_tell_what_it_is(measured, labels, what):
    assert least_error([prepared[what] for _, prepared in measured], labels) > LEAST_ERROR


def test_a_measure_that_does_tell_is_caught(labels):
    seconds = np.where(labels == 1, 3.0, 4.0) + np.random.default_rng(0).normal(0, 0.5, labels.size)
    assert least_error(seconds, labels) < LEAST_ERROR
    stored = ["MP3" if label else "WAV" for label in labels]
    assert least_error(telling(stored, labels), labels) < LEAST_ERROR


def test_the_clips_as_they_lie_would_be_caught_by_their_offset(measured, labels):
    assert least_error([raw["offset"] for raw, _ in measured], labels) < LEAST_ERROR
