"""Does the guide on exposure say what the program does today?"""

from __future__ import annotations

import json
import re

from conftest import ROOT
from quivive.cli.money_exposure import exposure
from quivive.money.exposure.nouns import ENDS
from quivive.money.patterns import consolidation, fan_out, layering, mixing, peel_chain, round_trip
from quivive.money.patterns.address_poisoning import FIRST, KIND, LAST
from quivive.money.risk_rules import read_rules

GUIDE = (ROOT / "docs" / "guides" / "money-exposure.md").read_text("utf-8")


def test_every_row_that_is_no_category_is_explained() -> None:
    for name in ENDS:
        assert f"| {name} |" in GUIDE


def test_every_option_that_the_guide_names_is_one() -> None:
    known = {name for option in exposure.params for name in option.opts} | {"--method"}
    assert set(re.findall(r"--[a-z]+", GUIDE)) <= known


def test_every_shape_is_told_with_its_numbers() -> None:
    kinds = {peel_chain.KIND, layering.KIND, consolidation.KIND, fan_out.KIND, mixing.ENTRY, mixing.EXIT,
             round_trip.KIND, round_trip.SELF, KIND}  # fmt: skip
    for kind in kinds:
        assert kind in GUIDE
    assert (peel_chain.LEAST, peel_chain.REST, layering.LEAST) == (6, 0.75, 5)
    assert f"{layering.WHOLE:.0%}".replace("%", " %") in GUIDE
    assert f"within {layering.HOURS} hours" in GUIDE
    assert f"| {consolidation.LEAST} addresses or more" in GUIDE
    assert f"| {fan_out.LEAST} addresses or more" in GUIDE
    assert f"{FIRST} first and {LAST} last characters" in GUIDE
    assert f"within {round_trip.HOPS} transactions" in GUIDE


def test_the_figures_are_those_of_the_benchmarks() -> None:
    results = ROOT / "benchmarks" / "results"
    shapes = json.loads((results / "money_patterns.json").read_text())["patterns"]
    named = [round(shapes[kind]["per_100000_ordinary"]) for kind in ("consolidation", "fan-out")]
    assert f"named {named[0]} and {named[1]} times" in GUIDE
    timed = json.loads((results / "money_exposure.json").read_text())
    assert f"took {timed['random_addresses']['p95_ms']:.0f} ms" in GUIDE
    assert f"{timed['busiest_owners']['addresses_of_the_busiest']:,} addresses" in GUIDE
    assert timed["busiest_owners"]["most_ms"] <= 400


def test_shapes_that_honest_business_makes_daily_carry_no_points() -> None:
    rules = read_rules()
    for kind in (consolidation.KIND, fan_out.KIND, round_trip.SELF):
        assert rules.find("pattern", None, kind) is None
