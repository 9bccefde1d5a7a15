"""Canonical numbers (RFC 8224 §8.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.calls.numbers import canonical, e164, portability_prefix, same, without_prefix


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("tel:+12155550100", "12155550100"),
        ("TEL:+1-215-555-0100", "12155550100"),
        ("tel:+1.(215)555-0100", "12155550100"),
        ("sip:+12155550100@example.com;user=phone", "12155550100"),
        ("sips:+12155550100:secret@example.com:5061", "12155550100"),
        ("sip:%2B12155550100@example.com", "12155550100"),
        ("sip:12155550100@192.0.2.7", "12155550100"),
        ("+12155550100", "12155550100"),
        ("+1 215\u00a0555\u20110100", "12155550100"),
        ("+44 (0)20 7946 0958", "442079460958"),
        ("0044 20 7946 0958", "442079460958"),
        ("tel:112", "112"),
        ("tel:*69", "*69"),
        ("tel:%2369", "#69"),
        ("02079460958", "02079460958"),
    ],
)
def test_the_digits_of_a_number_whatever_its_spelling(text, number):
    assert canonical(text) == number


@pytest.mark.parametrize(
    "parameters",
    [
        ";tgrp=tg-1;trunk-context=carrier.example",
        ";rn=+12155550199;npdi",
        ";verstat=TN-Validation-Passed",
        ";phone-context=+1",
        ";isub=1;ext=4",
        ";x=%00",
    ],
)
def test_parameters_of_the_user_part_do_not_count(parameters):
    """RFC 4904 trunk groups, RFC 4694 routing numbers, verification: all stand behind the number."""
    for text in (f"tel:+12155550100{parameters}", f"sip:+12155550100{parameters}@example.com;user=phone"):
        assert canonical(text) == "12155550100"


@pytest.mark.parametrize(
    "text",
    ["", "+", "tel:", "anonymous", "sip:anonymous@anonymous.invalid", "sip:bob@example.com", "Restricted",
     "sip:192.0.2.7", "192.0.2.7", "sip:example.com", "mailto:1@example.com", "12ab34", "++1215", "1+2",
     "\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "1" * 33, "1" * 100_000, "tel:+1\x00215"],
)  # fmt: skip
def test_what_is_no_number_is_none(text):
    assert canonical(text) is None


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("020 7946 0958", "GB", "442079460958"),
        ("(215) 555-0100", "US", "12155550100"),
        ("12155550100", "US", "12155550100"),
        ("442079460958", "GB", "442079460958"),
        ("12155550100", "FR", "12155550100"),
        ("01 23 45 67 89", "fr", "33123456789"),
        ("112", "DE", "112"),
        ("0900 1", "DE", "09001"),
        ("tel:2155550100;phone-context=+1", "DE", "12155550100"),
        ("tel:2155550100;phone-context=example.com", "US", "12155550100"),
        ("tel:2155550100;phone-context=+999999", None, "2155550100"),
    ],
)
def test_a_country_or_phone_context_makes_a_national_number_international(text, country, number):
    assert canonical(text, country) == number


def test_a_french_number_with_portability_prefix_is_the_number_without():
    prefixed, plain = "+3310200123456789", "+33123456789"
    assert canonical(prefixed) == "3310200123456789"
    assert portability_prefix("3310200123456789") == "10200"
    assert same(prefixed, plain)
    assert same(f"sip:{prefixed}@gw.example", "01 23 45 67 89", "FR")
    assert e164(prefixed) == plain


@pytest.mark.parametrize(
    "number", ["3310200023456789", "4910200123456789", "331020012345678", "33*0200123456789"]
)
def test_other_numbers_of_that_length_have_no_prefix(number):
    assert without_prefix(number) == number
    assert portability_prefix(number) is None


def test_no_number_equals_no_number():
    assert not same("anonymous", "anonymous")
    assert not same("+12155550100", "+12155550101")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+12155550100", "+12155550100"),
        ("12155550100", "+12155550100"),
        ("0044 20 7946 0958", "+442079460958"),
        ("2155550100", None),
        ("442079460958", None),
        ("1001", None),
        ("+1", None),
        ("+999123456789", None),
        ("*69", None),
    ],
)
def test_only_what_is_surely_international_is_an_observable(text, number):
    assert e164(text) == number


@given(st.text(max_size=80))
def test_anything_gives_a_canonical_number_or_none(text):
    number = canonical(text)
    assert number is None or (number and set(number) <= set("0123456789*#"))
    assert number is None or canonical("+" + number) == number


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from(["-", ".", " ", "(", ")", "/"]))
def test_separators_never_change_a_number(digits, separator):
    assert canonical("+" + separator.join(digits)) == digits
