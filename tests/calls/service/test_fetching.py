"""Does no call wait for the server of a certificate?"""

from __future__ import annotations

import threading
import time

import pytest

from quivive.calls.service.fetching import WAITING, Background
from quivive.calls.x5u import Refused

X5U = "https://cert.example.org/a.pem"


def until(fetch: Background, code: str | None, x5u: str = X5U, at: float = 0.0) -> bytes | None:
    """Ask until the answer is the chain (code None) or that refusal."""
    for _ in range(500):
        try:
            found = fetch(x5u, at)
        except Refused as refused:
            if refused.code == code:
                return None
        else:
            if code is None:
                return found
        time.sleep(0.01)
    raise AssertionError(f"never {code or 'fetched'}")


def test_the_first_call_is_told_at_once_that_it_is_not_at_hand_and_a_later_one_has_it() -> None:
    go = threading.Event()

    def slow(x5u: str, at: float) -> bytes:
        go.wait(10)
        return b"chain"

    fetch = Background(slow)
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        fetch(X5U, 0.0)
    assert time.monotonic() - began < 1
    assert refused.value.code == "certificate-not-at-hand"
    go.set()
    assert until(fetch, None) == b"chain"
    fetch.close()


def test_why_it_could_not_be_fetched_is_told() -> None:
    def refuse(x5u: str, at: float) -> bytes:
        raise Refused("x5u-timeout", "too long")

    fetch = Background(refuse)
    until(fetch, "x5u-timeout")
    fetch.close()


def test_a_fetch_that_breaks_is_a_refusal() -> None:
    fetch = Background(lambda x5u, at: bytes(1 // 0))
    until(fetch, "x5u-unreachable")
    fetch.close()


def test_a_chain_is_used_while_its_successor_is_fetched_and_for_a_day_at_most() -> None:
    answers = iter((b"old",))

    def once(x5u: str, at: float) -> bytes:
        try:
            return next(answers)
        except StopIteration:
            raise Refused("x5u-unreachable", "gone") from None

    fetch = Background(once)
    assert until(fetch, None) == b"old"
    assert fetch(X5U, 3600.0) == b"old"
    until(fetch, "x5u-unreachable", at=90_000.0)
    fetch.close()


def test_addresses_without_end_ask_no_more_than_a_few() -> None:
    go, asked = threading.Event(), []

    def slow(x5u: str, at: float) -> bytes:
        asked.append(x5u)
        go.wait(10)
        return b""

    fetch = Background(slow)
    for number in range(5000):
        with pytest.raises(Refused):
            fetch(f"https://cert.example.org/{number}", 0.0)
    go.set()
    fetch.close()
    time.sleep(0.1)
    assert len(asked) <= WAITING
