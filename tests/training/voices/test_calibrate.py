"""Do thresholds keep every source within its share, and is a clone put in where it is said to be?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibrate import Held, once, put_in, threshold
from corpora import Clip

CLIP = Clip("a.flac", False, "real:a", "real", "", "en", "page", 16_000, "wav", 4.0, "CC0")


def held(corpus: str, scores: list[float], synthetic: bool = False) -> list[Held]:
    return [
        Held(
            replace(CLIP, path=f"{corpus}{n}", corpus=corpus, synthetic=synthetic), "clean", "wideband", value
        )
        for n, value in enumerate(scores)
    ]


def test_at_the_alarm_threshold_no_source_of_people_has_more_than_one_in_twenty():
    rng = np.random.default_rng(1)
    calm, loud = rng.normal(0, 1, 100).tolist(), rng.normal(3, 1, 40).tolist()
    limit = threshold([*held("real:calm", calm), *held("real:loud", loud)], synthetic=False)
    assert sum(value >= limit for value in loud) == 2
    assert sum(value >= limit for value in calm) <= 5


def test_at_the_clear_threshold_no_system_has_more_than_one_in_twenty():
    rng = np.random.default_rng(2)
    near, far = rng.normal(0, 1, 40).tolist(), rng.normal(3, 1, 40).tolist()
    limit = threshold([*held("near", near, True), *held("far", far, True)], synthetic=True)
    assert sum(value <= limit for value in near) == 2
    assert sum(value <= limit for value in far) <= 2


def test_few_clips_of_a_source_say_nothing_about_it_alone():
    many = held("real:many", np.linspace(-1, 1, 400).tolist())
    few = held("real:few", [50.0])
    assert threshold([*many, *few], synthetic=False) < 2


def test_each_clip_counts_once_for_a_kind_of_channel():
    both = [Held(CLIP, channel, "telephone", 1.0) for channel in ("g711a", "gsm", "amr")]
    assert len(once(both)) == 1


def test_a_clone_lies_where_it_was_put_and_is_as_loud_as_what_was_there():
    rng = np.random.default_rng(3)
    people = rng.normal(0, 0.1, 48_000).astype(np.float32)
    clone = rng.normal(0, 0.4, 16_000).astype(np.float32)
    whole = put_in(people, clone, 16_000)
    assert np.array_equal(whole[:16_000], people[:16_000])
    assert np.array_equal(whole[32_000:], people[32_000:])
    assert np.corrcoef(whole[17_000:31_000], clone[1_000:15_000])[0, 1] == pytest.approx(1.0, abs=1e-3)
    assert float(whole[17_000:31_000].std()) == pytest.approx(0.1, rel=0.05)
