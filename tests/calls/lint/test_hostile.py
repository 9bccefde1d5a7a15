"""Damaged certificates: a finding or Unreadable, in bounded time, and nothing else."""

import os
import random
import time

import pytest

from calls.lint import made as m
from calls.lint.made import made
from quivive.calls.lint import lint
from quivive.calls.lint.fields import Fields, read
from quivive.calls.lint.linter import first_edition, judge
from quivive.errors import Unreadable

ROUNDS = int(os.environ.get("QUIVIVE_FUZZ", "4000"))
SEEDS = (made(), made(m.ROOT, extensions=m.SOUND_ROOT, issuer=m.ROOT), m.version_1(made()))


def damaged(data, chance):
    """Some bytes changed, dropped, doubled or swapped with a piece of another place."""
    octets = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(octets))
        kind = chance.randrange(5)
        if kind == 0:
            octets[at] = chance.randrange(256)
        elif kind == 1:
            octets[at] = chance.choice((0x00, 0x30, 0x80, 0x84, 0xFF, 0x1F))
        elif kind == 2 and len(octets) > 8:
            del octets[at : at + chance.randrange(1, 6)]
        elif kind == 3:
            octets[at:at] = octets[at : at + chance.randrange(1, 40)]
        else:
            piece = octets[at : at + 12]
            to = chance.randrange(len(octets))
            octets[to : to + len(piece)] = piece
    return bytes(octets)


def test_damaged_certificates_are_linted_or_unreadable():
    chance = random.Random(20261122)
    outcomes = {"linted": 0, "unreadable": 0}
    for _ in range(ROUNDS):
        data = damaged(chance.choice(SEEDS), chance)
        started = time.perf_counter()
        try:
            fields = read(data)
            judge(fields)
            for check in first_edition.CHECKS.values():
                check(fields)
            outcomes["linted"] += 1
        except Unreadable:
            outcomes["unreadable"] += 1
        assert time.perf_counter() - started < 1
    assert min(outcomes.values()) > ROUNDS / 20, "the damage must reach past the frame, and reach the frame"


BIG = 64 * 1024
BOMBS = {
    "one long name": made({**m.LEAF, "CN": "SHAKEN " * (BIG // 7)}),
    "many name parts": made([("C", "US"), ("O", "x"), *(("CN", "SHAKEN 709J") for _ in range(2500))]),
    "many extensions": made(extensions={f"1.2.{n}": (False, b"") for n in range(4000)}),
    "many codes": made(extensions={m.TN_AUTH_LIST: (False, m.tn_auth_list(*["709J"] * 7000))}),
    "one long code": made({**m.LEAF, "CN": "SHAKEN 7" * (BIG // 8)}, extensions={
        m.TN_AUTH_LIST: (False, m.tn_auth_list("7" * BIG))}),
    "many lists": made(extensions={m.CRL_POINTS: (False, m.crl_points(*["http://x.example/"] * 1000))}),
    "many policies": made(extensions={m.POLICIES: (False, m.policies(*["1.2.3"] * 8000))}),
    "deep nesting": made(extensions={m.TN_AUTH_LIST: (False, b"\x30\x82\xff\x00" * 16000)}),
    "a key usage of many bits": made(extensions={m.KEY_USAGE: (True, m.tlv(0x03, b"\x00" + b"\xff" * BIG))}),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_large_certificates_take_less_than_a_second(bomb):
    started = time.perf_counter()
    assert lint(BOMBS[bomb])
    assert time.perf_counter() - started < 1


def test_a_certificate_over_the_limit_is_refused():
    with pytest.raises(Unreadable, match="too long"):
        read(made({**m.LEAF, "CN": "x" * 300_000}))


def test_fields_are_read_once_and_never_change():
    fields = read(made())
    assert isinstance(fields, Fields)
    with pytest.raises(AttributeError):
        fields.serial = 1  # type: ignore[misc]
