"""For which numbers a certificate may sign (RFC 8226 §9, RFC 9060 §4)."""

from __future__ import annotations

import pytest

from calls.certificates.make import tlv, tn_auth_list_der
from quivive.calls.certificates import tn_auth_list
from quivive.calls.certificates.tn_auth_list import TnAuthList
from quivive.errors import Unreadable


def test_it_reads_provider_codes_numbers_and_ranges() -> None:
    data = tn_auth_list_der(["709J", "1234"], ["12155550100"], [("12155550110", 300)])
    assert tn_auth_list.read(data) == TnAuthList(
        ("709J", "1234"), frozenset({"12155550100"}), (("12155550110", 300),)
    )


def test_it_reads_the_bytes_of_the_specification() -> None:
    """Explicit tags, written out by hand: SEQUENCE { [0] IA5String '709J' }."""
    assert tn_auth_list.read(bytes.fromhex("3008a006160437303941")) == TnAuthList(("709A",))


@pytest.mark.parametrize(
    "data",
    [
        tlv(0x30),  # empty
        tlv(0x30, tlv(0x80, b"709J")),  # implicit tags, as three certificates seen have them
        tlv(0x30, tlv(0x13, b"709J")),  # no tag at all, as two have
        tlv(0x30, tlv(0xA0, tlv(0x0C, b"709J"))),  # UTF8String
        tlv(0x30, tlv(0xA0, tlv(0x16))),
        tlv(0x30, tlv(0xA0, tlv(0x16, b"709J"), tlv(0x16, b"709K"))),
        tlv(0x30, tlv(0xA2, tlv(0x16, b"+12155550100"))),
        tlv(0x30, tlv(0xA2, tlv(0x16, b"1234567890123456"))),  # 16 digits
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x16, b"12155550100")))),
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x16, b"12155550100"), tlv(0x02, b"\x01")))),  # a range of one
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x16, b"1215555*"), tlv(0x02, b"\x05")))),
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x16, b"12"), tlv(0x02, b"\x7f")))),  # more than there are
        tlv(0x30, tlv(0xA3, tlv(0x16, b"709J"))),
        tlv(0x30, tlv(0xA0, tlv(0x16, b"709J"))) + b"\x00",
        tlv(0x16, b"https://sti-ca.example.org/list"),
        b"",
    ],
)
def test_it_refuses_what_the_specification_does_not_spell(data: bytes) -> None:
    with pytest.raises(Unreadable):
        tn_auth_list.read(data)


def test_a_listed_number_is_covered_and_its_neighbour_is_not() -> None:
    one = TnAuthList(numbers=frozenset({"12155550100"}))
    assert one.covers("12155550100")
    assert not one.covers("12155550101")


def test_a_range_covers_its_first_and_last_and_none_beyond() -> None:
    some = TnAuthList(ranges=(("12155550110", 10),))
    covered = [number for number in range(12155550105, 12155550125) if some.covers(str(number))]
    assert covered == list(range(12155550110, 12155550120))


def test_a_range_covers_only_numbers_of_its_length() -> None:
    assert not TnAuthList(ranges=(("100", 100),)).covers("0100")
    assert not TnAuthList(ranges=(("100", 100),)).covers("٠١٢")


def test_a_provider_code_covers_any_number_and_says_that_it_rests_on_the_code() -> None:
    provider = TnAuthList(("709J",))
    assert provider.covers("12155550100")
    assert provider.by_provider_code
    assert not TnAuthList(numbers=frozenset({"12155550100"})).by_provider_code


def test_a_delegate_may_have_what_its_parent_has() -> None:
    parent = TnAuthList(numbers=frozenset({"12155550109"}), ranges=(("12155550110", 10), ("12155550120", 10)))
    assert parent.encloses(TnAuthList(numbers=frozenset({"12155550109", "12155550129"})))
    assert parent.encloses(TnAuthList(ranges=(("12155550109", 21),)))  # across two ranges that touch


def test_a_delegate_may_not_have_more_than_its_parent() -> None:
    parent = TnAuthList(ranges=(("12155550110", 10),))
    for child in (
        TnAuthList(numbers=frozenset({"12155550120"})),
        TnAuthList(numbers=frozenset({"*12155550110"})),
        TnAuthList(ranges=(("12155550115", 10),)),
        TnAuthList(("709J",)),
        TnAuthList(("709J",), frozenset({"12155550111"})),
    ):
        assert not parent.encloses(child)


def test_numbers_below_a_provider_code_are_the_providers_to_give() -> None:
    parent = TnAuthList(("709J",))
    assert parent.encloses(TnAuthList(numbers=frozenset({"12155550100"})))
    assert parent.encloses(TnAuthList(("709J",)))
    assert not parent.encloses(TnAuthList(("709K",)))
