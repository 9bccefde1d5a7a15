"""Which claims a certificate allows (RFC 8226 §8, RFC 9118)."""

from __future__ import annotations

from typing import Any

import pytest

from calls.certificates.make import constraints_der, tlv
from quivive.calls.certificates import constraints
from quivive.calls.certificates.constraints import Constraints, violations
from quivive.errors import Unreadable

CLAIMS: dict[str, Any] = {
    "iat": 1795348800,
    "orig": {"tn": "12155550100"},
    "dest": {"tn": ["12155550101"]},
    "attest": "A",
}


def broken(found: Constraints, **more: object) -> tuple[str, ...]:
    return violations(found, {"ppt": "shaken"}, {**CLAIMS, **more})


def test_it_reads_both_extensions() -> None:
    plain = constraints_der(["attest"], [("attest", ["A", "B"])])
    assert constraints.read(plain) == Constraints(("attest",), (("attest", ("A", "B")),))
    full = constraints_der(["attest"], [("attest", ["A"])], ["rcd"])
    assert constraints.read_enhanced(full) == Constraints(("attest",), (("attest", ("A",)),), ("rcd",))


def test_the_older_extension_cannot_exclude() -> None:
    with pytest.raises(Unreadable):
        constraints.read(constraints_der(must_exclude=["rcd"]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        tlv(0x30),  # at least one part must be there
        tlv(0x30, tlv(0xA0, tlv(0x30))),
        tlv(0x30, tlv(0xA1, tlv(0x30))),
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x30, tlv(0x16, b"attest"), tlv(0x30))))),
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x30, tlv(0x16, b"attest"))))),
        tlv(0x30, tlv(0xA1, tlv(0x30, tlv(0x16, b"attest")))),
        tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x0C, b"attest")))),
        tlv(0x30, tlv(0x30, tlv(0x16, b"attest"))),
        constraints_der(must_exclude=["rcd"])[:2] + constraints_der(must_exclude=["rcd"])[2:] * 2,
        tlv(0x30, *(tlv(tag, tlv(0x30, tlv(0x16, b"x"))) for tag in (0xA2, 0xA0))),  # out of order
    ],
)
def test_it_refuses_what_the_specification_does_not_spell(data: bytes) -> None:
    with pytest.raises(Unreadable):
        constraints.read_enhanced(data)


def test_nothing_is_broken_where_nothing_is_demanded() -> None:
    assert broken(Constraints()) == ()


@pytest.mark.parametrize("claim", constraints.BASELINE)
def test_the_baseline_claims_are_demanded_always(claim: str) -> None:
    rest = {name: value for name, value in CLAIMS.items() if name != claim}
    assert violations(Constraints(), {}, rest) == (claim,)


def test_a_demanded_claim_must_be_there() -> None:
    assert broken(Constraints(must_include=("attest",))) == ()
    assert broken(Constraints(must_include=("attest", "rcd"))) == ("rcd",)


def test_a_claim_may_have_the_permitted_values_only() -> None:
    only_a = Constraints(permitted_values=(("attest", ("A",)),))
    assert broken(only_a) == ()
    assert broken(only_a, attest="B") == ("attest",)
    assert broken(only_a, attest="a") == ("attest",)


def test_permitted_values_of_an_absent_claim_demand_nothing() -> None:
    assert broken(Constraints(permitted_values=(("rcd", ("x",)),))) == ()


@pytest.mark.parametrize(
    ("value", "permitted"),
    [
        ({"tn": "12155550100"}, '{"tn":"12155550100"}'),
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (1795348800, "1795348800"),
        ("é", "é"),
        ({"nam": "Zoë"}, '{"nam":"Zoë"}'),
    ],
)
def test_claims_that_are_no_strings_are_compared_as_json(value: object, permitted: str) -> None:
    found = Constraints(permitted_values=(("rcd", (permitted,)),))
    assert broken(found, rcd=value) == ()
    assert broken(found, rcd=[value]) == ("rcd",)


def test_a_claim_nested_too_deep_to_compare_is_not_permitted() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert broken(Constraints(permitted_values=(("rcd", ("[]",)),)), rcd=deep) == ("rcd",)


def test_an_excluded_claim_must_not_be_there() -> None:
    assert broken(Constraints(must_exclude=("rcd",))) == ()
    assert broken(Constraints(must_exclude=("rcd",)), rcd={"nam": "Bank"}) == ("rcd",)


def test_excluding_a_baseline_claim_makes_the_extension_void() -> None:
    found = constraints.read_enhanced(constraints_der(["rcd"], must_exclude=["orig"]))
    assert found == Constraints()


def test_the_type_of_the_header_can_be_constrained() -> None:
    found = Constraints(permitted_values=(("ppt", ("shaken",)),), must_include=("ppt",))
    assert violations(found, {"ppt": "shaken"}, CLAIMS) == ()
    assert violations(found, {"ppt": "rcd"}, CLAIMS) == ("ppt",)
    assert violations(found, {}, CLAIMS) == ("ppt",)


def test_a_claim_broken_twice_is_named_once() -> None:
    found = Constraints(permitted_values=(("rcd", ("x",)),), must_exclude=("rcd",))
    assert broken(found, rcd="y") == ("rcd",)


def test_two_extensions_bind_both() -> None:
    both = Constraints(must_include=("attest",)) + Constraints(must_exclude=("rcd",))
    assert both == Constraints(("attest",), (), ("rcd",))
