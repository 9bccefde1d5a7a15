"""DER: one way to write each value, and nothing else is read."""

from __future__ import annotations

import pytest

from quivive.calls.certificates import der
from quivive.errors import Unreadable


def test_it_reads_values_one_after_another() -> None:
    found = list(der.values(b"\x16\x02AB\x02\x01\x07"))
    assert [(each.tag, each.content) for each in found] == [(0x16, b"AB"), (0x02, b"\x07")]


def test_it_reads_lengths_of_more_than_a_byte() -> None:
    assert len(der.only(b"\x30\x82\x01\x00" + bytes(256), der.SEQUENCE).content) == 256


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x30\x05\x00",
        b"\x30\x80\x00\x00",  # indefinite length
        b"\x30\x81\x01\x00",  # long form of a short length
        b"\x30\x82\x00\x81" + bytes(129),  # padded length
        b"\x30\x85\x00\x00\x00\x00\x01\x00",  # five bytes of length
        b"\x30\x84\xff\xff\xff\xff",
        b"\x3f\x20\x00",  # tag of two bytes
        b"\x30\x00\x30\x00",  # two values where one must be
        b"",
        b"\x31\x00",
    ],
)
def test_it_refuses_what_is_no_single_der_sequence(data: bytes) -> None:
    with pytest.raises(Unreadable):
        der.only(data, der.SEQUENCE)


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x00\x7f", b"\x01" * 9])
def test_it_refuses_numbers_that_are_negative_padded_or_huge(octets: bytes) -> None:
    with pytest.raises(Unreadable):
        der.integer(der.Value(der.INTEGER, octets))


def test_strings_hold_only_what_their_type_allows() -> None:
    assert der.text(der.Value(der.UTF8_STRING, "Zoë".encode()), der.UTF8_STRING) == "Zoë"
    for tag, content in ((der.IA5_STRING, b"\xe9"), (der.UTF8_STRING, b"\xff")):
        with pytest.raises(Unreadable):
            der.text(der.Value(tag, content), tag)
    with pytest.raises(Unreadable):
        der.text(der.Value(der.UTF8_STRING, b"A"), der.IA5_STRING)
