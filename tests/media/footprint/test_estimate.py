"""The footprint is a range with its sources; longer and larger clips never take less."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from quivive.errors import NotFound, UsageError
from quivive.media.footprint.estimate import ANY, estimate, models

TABLE = yaml.safe_load((ROOT / "src/quivive/media/footprint/measured.yaml").read_text("utf-8"))
NAMES = [ANY, *TABLE["models"]]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_range(name: str) -> None:
    found = estimate(5, 1280, 720, name)
    assert 0 < found.energy_wh.low < found.energy_wh.high
    assert 0 < found.water_l.low < found.water_l.high


@pytest.mark.parametrize("name", NAMES)
def test_longer_and_larger_takes_more(name: str) -> None:
    sizes = [(1.0, 320, 240), (4.0, 320, 240), (4.0, 640, 480), (10.0, 640, 480), (10.0, 1920, 1080)]
    for smaller, larger in pairwise(estimate(*size, name) for size in sizes):
        assert larger.energy_wh.low > smaller.energy_wh.low
        assert larger.energy_wh.high > smaller.energy_wh.high
        assert larger.water_l.high > smaller.water_l.high


@given(st.floats(0.5, 600), st.integers(64, 4096), st.integers(64, 4096))
def test_an_unknown_model_covers_every_known_one(seconds: float, width: int, height: int) -> None:
    covering = estimate(seconds, width, height)
    for one in models():
        found = estimate(seconds, width, height, one.name)
        assert covering.energy_wh.low <= found.energy_wh.low
        assert found.energy_wh.high <= covering.energy_wh.high


@pytest.mark.parametrize("name", TABLE["models"])
def test_the_measured_clip_itself_lies_in_its_range(name: str) -> None:
    row = TABLE["models"][name]
    found = estimate(row["frames"] / row["rate"], row["width"], row["height"], name).energy_wh
    assert found.low <= row["wh"] <= found.high


@pytest.mark.parametrize(
    ("model", "seconds", "width", "height", "wh"),
    [
        # O'Donnell and Crownhart, MIT Technology Review, 20 May 2025: 109 kJ and 3.4 MJ, the latter for five
        # seconds at 16 pictures a second (81 of 1360 × 768, as CogVideoX 1.5 makes them).
        ("cogvideox-5b", 49 / 8, 720, 480, 109_000 / 3600),
        ("cogvideox-5b", 81 / 8, 1360, 768, 3_400_000 / 3600),
        # Wan2.1, README, 2025: five seconds of 480P in about four minutes on a card that draws 450 W at most.
        ("wan2.1-1.3b", 81 / 15, 832, 480, 450 * 4 / 60),
    ],
)
def test_measurements_that_it_was_not_made_from_lie_in_its_range(
    model: str, seconds: float, width: int, height: int, wh: float
) -> None:
    found = estimate(seconds, width, height, model).energy_wh
    assert found.low <= wh <= found.high


def test_every_number_names_a_source_that_is_written_out() -> None:
    rows = [*TABLE["models"].values(), *TABLE["factors"].values()]
    assert {row["source"] for row in rows} == set(TABLE["sources"])
    found = estimate(5, 1280, 720)
    assert len(found.sources) == len(rows)
    for row in rows:
        value = str(row.get("wh", row.get("value")))
        assert [what for what in found.sources if value in what], value
    assert all(len(source) > 30 for source in found.sources.values())


def test_the_boiled_water_agrees_with_physics() -> None:
    assert TABLE["factors"]["boiling"]["value"] == pytest.approx(4.19 * 85 / 3.6, rel=0.01)
    found = estimate(5, 1280, 720, "wan2.1-14b")
    assert found.boils_l.high == pytest.approx(found.energy_wh.high / 98.9)


def test_the_water_of_electricity_agrees_with_its_sources() -> None:
    gallon = 3.785
    factors = TABLE["factors"]
    assert factors["water_of_electricity_low"]["value"] == pytest.approx(26 * gallon / 1000, rel=0.05)
    assert factors["water_of_electricity_high"]["value"] == pytest.approx(211e9 * gallon / 176e9, rel=0.05)


def test_energy_that_becomes_water_is_counted_a_kilowatt_hour() -> None:
    found = estimate(5, 1280, 720, "wan2.1-14b")
    chips = found.energy_wh.high / 1.56
    assert found.water_l.high == pytest.approx((chips * 1.8 + found.energy_wh.high * 4.5) / 1000)


@pytest.mark.parametrize("size", [(0, 10, 10), (-1, 10, 10), (1, 0, 10), (1, 10, 0), (math.nan, 10, 10)])
def test_a_clip_of_nothing_is_refused(size: tuple[float, int, int]) -> None:
    with pytest.raises(UsageError):
        estimate(*size)


def test_a_model_without_a_measurement_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match=r"wan2\.1-14b"):
        estimate(5, 1280, 720, "unheard-of")


def test_it_goes_into_json() -> None:
    assert json.loads(json.dumps(estimate(5, 1280, 720).as_dict()))["energy_wh"]["low"] > 0
