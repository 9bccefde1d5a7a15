"""Do two spellings mean one telephone number, although networks prefix and cut them?"""

from __future__ import annotations

import pytest

from quivive.calls.traceback.spellings import Wanted, digits, is_withheld, same

WANTED = Wanted("12025550102")


@pytest.mark.parametrize(
    "text",
    ["+12025550102", "12025550102", "2025550102", "(202) 555-0102", "0012025550102", "01112025550102",
     "1234#12025550102", "1234#2025550102", "sip:+12025550102@sbc.example;user=phone", "tel:+1-202-555-0102",
     "12025550102;rn=+13035550199;npdi", '"Bank" <sip:12025550102@192.0.2.1:5060>',
     "sip:99%2312025550102@sbc.example",
     "12025550102.0"],
)  # fmt: skip
def test_a_number_is_known_in_every_spelling_between_networks(text):
    assert WANTED.cost([text]) == 0


def test_an_unknown_prefix_before_the_number_costs_a_point():
    assert WANTED.cost(["773112025550102"]) == 1


@pytest.mark.parametrize(
    "text", ["+442025550102", "3035550102", "12025550103", "5550102", "anonymous", "", "alice", None]
)
def test_another_number_is_not_taken_for_it(text):
    assert WANTED.cost([text]) is None


def test_a_short_code_is_not_the_end_of_a_number():
    assert Wanted("112").cost(["12025550112"]) is None
    assert Wanted("112").cost(["112"]) == 0


def test_a_national_spelling_with_a_trunk_zero_is_the_international_number():
    assert Wanted("442079460123").cost(["02079460123"]) == 0
    assert same("02079460123", "+442079460123")


def test_numbers_that_differ_in_the_area_code_are_two():
    assert not same("2025550102", "3025550102")


@pytest.mark.parametrize(
    "text", [None, "", "Anonymous", "sip:anonymous@anonymous.invalid", "Restricted", "+266696687"]
)
def test_a_withheld_caller_is_told_from_a_name(text):
    assert is_withheld(text)
    assert not is_withheld("alice")


def test_a_number_that_only_a_record_tells_is_found_behind_another_prefix():
    wanted = WANTED.and_(["7731" + "14155550123"])
    assert wanted.cost(["4155550123"]) == 0
    assert wanted.cost(["4165550123"]) is None


def test_very_long_or_foreign_text_is_no_number():
    assert digits("1" * 1000) is None
    assert digits("١٢٣٤٥٦٧") is None
