"""The same verdict on SHAKEN headers as libsecsipid, or a paragraph that decides.

libsecsipid goes by the machine's clock, so these tokens are signed now.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from functools import cache

import pytest

from calls.differential import headers, secsipid
from calls.differential.disagreements import DISAGREEMENTS
from calls.differential.headers import Parts
from calls.differential.mutations import BROKEN, MUTATIONS
from quivive.calls import sign
from quivive.calls.signers import GivenKey
from quivive.calls.verify import Call, Policy, Verdict, verify

HEADERS = 320
"""Distinct valid headers; each mutation is applied to EACH of them that are drawn."""
EACH = 12


@pytest.fixture(scope="module", autouse=True)
def _peer() -> None:
    """Without the peer nothing is compared: said aloud, and in CI a failure (.ci/run installs it)."""
    if not secsipid.is_installed():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(secsipid.MISSING)


@cache
def valid_headers() -> tuple[Parts, ...]:
    rng, now = random.Random(20261122), int(time.time())
    keys = headers.keys(8)
    return tuple(headers.shaken(rng, rng.choice(keys), now) for _ in range(HEADERS))


def ours(parts: Parts, value: bytes) -> Verdict:
    call = Call(parts.claims["orig"]["tn"], (parts.claims["dest"]["tn"][0],))
    return verify(value, call, GivenKey(parts.key.private.public_key()), time.time(), Policy())


def theirs(samples: Sequence[tuple[Parts, bytes]]) -> list[str]:
    calls = [("check", value.decode("latin-1"), parts.key.public_pem.decode()) for parts, value in samples]
    return secsipid.in_a_process(calls)


@cache
def mutated() -> dict[str, tuple[list[Verdict], list[str]]]:
    """Both verdicts on every mutation; one process for all of them."""
    rng = random.Random(7)
    samples = [
        (name, parts, mutate(parts, rng))
        for name, mutate in MUTATIONS.items()
        for parts in rng.sample(valid_headers(), EACH)
    ]
    answers = theirs([(parts, value) for _, parts, value in samples])
    table: dict[str, tuple[list[Verdict], list[str]]] = {name: ([], []) for name in MUTATIONS}
    for (name, parts, value), answer in zip(samples, answers, strict=True):
        table[name][0].append(ours(parts, value))
        table[name][1].append(answer)
    return table


def test_every_valid_header_is_valid_for_both() -> None:
    samples = [(parts, parts.value()) for parts in valid_headers()]
    assert len({value for _, value in samples}) == HEADERS >= 300
    assert theirs(samples) == ["valid"] * HEADERS
    assert [ours(parts, value).verdict for parts, value in samples] == ["valid"] * HEADERS


def test_headers_that_secsipid_signs_are_valid_here() -> None:
    drawn = valid_headers()[:100]
    calls = [
        ("sign", parts.claims["orig"]["tn"], parts.claims["dest"]["tn"][0], parts.claims["attest"],
         parts.claims["origid"], parts.header["x5u"], parts.key.pem.decode())
        for parts in drawn
    ]  # fmt: skip
    for parts, value in zip(drawn, secsipid.in_a_process(calls), strict=True):
        verdict = ours(parts, value.encode())
        assert (verdict.verdict, verdict.attest) == ("valid", parts.claims["attest"])
        assert verdict.passport is not None
        assert verdict.passport.claims["origid"] == parts.claims["origid"]


def test_headers_that_are_signed_here_are_valid_for_secsipid() -> None:
    drawn = valid_headers()[:100]
    samples = []
    for parts in drawn:
        token = sign.Token(
            parts.claims["orig"]["tn"], parts.claims["dest"]["tn"],
            attest=parts.claims["attest"], origid=parts.claims["origid"],
        )  # fmt: skip
        samples.append((parts, sign.sign(token, parts.key.private, parts.header["x5u"]).encode()))
    assert theirs(samples) == ["valid"] * len(drawn)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_judged_alike_or_the_table_says_why_not(name: str) -> None:
    verdicts, answers = mutated()[name]
    found = {(verdict.verdict, answer) for verdict, answer in zip(verdicts, answers, strict=True)}
    if name in DISAGREEMENTS:
        assert found == {DISAGREEMENTS[name][:2]}
    else:
        assert len(found) == 1
        assert all(mine == other for mine, other in found)


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "s negated, which ECDSA allows"])
def test_nothing_changed_after_signing_is_valid_here(name: str) -> None:
    # agreement alone would let both be wrong; (r, n-s) is a second signature that the algorithm itself gives
    assert {(verdict.verdict, verdict.signature) for verdict in mutated()[name][0]} == {
        ("invalid", "invalid")
    }


def test_the_table_names_only_mutations_that_exist_and_each_has_its_paragraph() -> None:
    assert set(DISAGREEMENTS) <= set(MUTATIONS)
    assert all("§" in paragraph for _, _, paragraph in DISAGREEMENTS.values())
