"""What do the general rules say of a calling number, and what is left unsaid?"""

from __future__ import annotations

import json

import pytest

from quivive.calls.countries import Circumstances, describe, judge
from quivive.calls.countries.plan import number_of

BERLIN, LONDON, PARIS, WASHINGTON = "+493023125111", "+442079460123", "+33199001234", "+12025550100"


def rules(
    caller: str | None, callee: str | None = BERLIN, trunk: str | None = "national", **more: object
) -> set[str]:
    return {found.rule for found in judge(Circumstances(caller, callee, trunk, **more))}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("caller", "callee", "trunk", "expected"),
    [
        ("+49 69 90009 222", BERLIN, "national", set()),
        ("+41 44 668 18 00", BERLIN, "international", set()),
        ("+49 30 1", BERLIN, "national", {"unassigned"}),
        ("+49 3", BERLIN, "national", {"impossible"}),
        ("+999 123 456 789", BERLIN, None, {"impossible"}),
        ("+1 202 555 01234", WASHINGTON, None, {"impossible"}),
        ("+44 7700 900123", BERLIN, None, {"unassigned"}),
        ("+1 900 555 0300", BERLIN, None, {"premium"}),
        ("+32 903 00 000", BERLIN, None, {"premium"}),
        ("+881 6 12345678", BERLIN, None, {"worldwide"}),
        ("+979 1 2345 6789", BERLIN, None, {"worldwide"}),
        ("+882 99 00000000", BERLIN, None, {"worldwide"}),
        ("+800 1234 5678", BERLIN, None, set()),
        ("112", LONDON, None, {"emergency"}),
        ("911", LONDON, "international", {"emergency"}),
        ("15", PARIS, None, {"emergency"}),
        ("15", LONDON, None, set()),
        ("12345", LONDON, "international", {"short-code"}),
        ("12345", LONDON, "national", set()),
        ("12345", LONDON, None, set()),
        (BERLIN, BERLIN, "national", {"own-number"}),
        ("tel:+49-30-23125-111", "sip:+493023125111@example.org", "national", {"own-number"}),
        ("1001", "1002", None, set()),
        ("4045550123", BERLIN, None, set()),
        ("0000", BERLIN, "national", set()),
    ],
)
def test_the_general_rules(caller: str, callee: str, trunk: str | None, expected: set[str]) -> None:
    assert rules(caller, callee, trunk) == expected


NOBODY = (None, "", "anonymous", "sip:a@example.org", "sip:anonymous@anonymous.invalid", "*31#", "+", "tel:",
          "x" * 100_000)  # fmt: skip


@pytest.mark.parametrize("caller", NOBODY)
def test_who_shows_no_number_is_not_judged(caller: str | None) -> None:
    assert judge(Circumstances(caller, BERLIN, "international")) == ()


def test_neighbours_share_six_digits_in_north_america_and_all_but_four_elsewhere() -> None:
    assert "neighbour" in rules("+1 202 555 0900", WASHINGTON, None)
    assert "neighbour" not in rules("+1 202 556 0100", WASHINGTON, None)
    assert "neighbour" in rules("+49 30 2312 9999", BERLIN)
    assert "neighbour" not in rules("+49 30 2313 5111", BERLIN)
    assert "neighbour" not in rules("+49 30 2312 999", BERLIN)
    assert "neighbour" not in rules("+44 30 2312 9999", BERLIN)


def test_a_neighbour_that_a_network_vouches_for_is_a_neighbour() -> None:
    assert "neighbour" not in rules("+1 202 555 0900", WASHINGTON, None, authenticated=True)
    assert "neighbour" in rules("+1 202 555 0900", WASHINGTON, None, authenticated=False)


def test_a_rule_of_a_country_goes_before_the_general_one() -> None:
    assert rules("+49 110") == {"de-special-number"}
    assert rules("+49 900 1 000000") == {"de-special-number"}
    assert rules("+1 202 911 0123", WASHINGTON, None) == {"us-impossible"}
    assert rules("1700", "+32 2 000 00 00", "international") == {"be-short-number"}


def test_the_rules_of_a_country_hold_for_calls_that_arrive_there() -> None:
    german = Circumstances("+49 30 23125 222", PARIS, "international")
    assert judge(german) == ()
    here = Circumstances("+49 30 23125 222", None, "international", country="de")
    assert [found.rule for found in judge(here)] == ["de-from-abroad"]
    assert judge(Circumstances("+49 30 23125 222", None, "international")) == ()


def test_what_cannot_be_told_is_said_once_and_only_where_it_would_decide() -> None:
    unknown = judge(Circumstances("+33 1 99 00 12 35", PARIS))
    assert [(found.rule, found.kind) for found in unknown if found.kind == "open"] == [
        ("unknown-trunk", "open")
    ]
    assert "L. 44" in unknown[0].text
    assert not [found for found in judge(Circumstances(LONDON, BERLIN)) if found.kind == "open"]
    vouched = judge(Circumstances("+33 1 99 00 00 01", PARIS, authenticated=True))
    assert not [found for found in vouched if found.kind == "open"]


def test_the_worst_comes_first() -> None:
    found = judge(Circumstances("+49 30 23125 112", BERLIN, "international"))
    assert [each.kind for each in found] == ["fail", "informational"]
    assert [each.rule for each in found] == ["de-from-abroad", "neighbour"]


def test_judging_is_pure() -> None:
    about = Circumstances("+49 171 3920000", BERLIN, "international")
    assert judge(about) == judge(about)


def test_every_sentence_can_be_filled_in() -> None:
    for caller in (
        "+49 110",
        "+49 30 1",
        "+999 123 456 789",
        "+881612345678",
        "112",
        LONDON,
        BERLIN,
        "+19005550300",
    ):
        for callee in (None, BERLIN, LONDON, "+32 2 000 00 00"):
            for trunk in (None, "national", "international"):
                for found in judge(Circumstances(caller, callee, trunk)):
                    assert "{" not in found.text
                    assert found.references


def test_a_description_is_plain_values() -> None:
    about = describe("+49 30 23125 222", BERLIN, "international")
    assert json.loads(json.dumps(about)) == about
    assert (about["number"], about["country"]) == ("+49 30 23125222", "DE")
    (first,) = [found for found in about["judgements"] if found["kind"] == "fail"]  # type: ignore[attr-defined]
    assert first["rule"] == "de-from-abroad"
    assert "§ 120 (4)" in first["source"]
    assert describe("somebody") == {"number": None, "country": None, "judgements": []}


@pytest.mark.parametrize(
    ("text", "country", "digits", "full"),
    [
        ("+49 30 23125 222", None, "493023125222", True),
        ("030 23125 222", "DE", "493023125222", True),
        ("030 23125 222", None, "03023125222", False),
        ("0049 30 23125 222", None, "493023125222", True),
        ("493023125222", None, "493023125222", False),
        ("+33 50000 1 99 00 12 34", None, "33199001234", True),
        ("4930;tgrp=x+y", None, "4930", False),
        ("110", "DE", "110", False),
    ],
)
def test_a_number_is_read_as_written(text: str, country: str | None, digits: str, full: bool) -> None:
    number = number_of(text, country)
    assert number is not None
    assert (number.digits, number.full) == (digits, full)
