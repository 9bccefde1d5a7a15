"""By how much does one provider's clock run ahead of another's?"""

from __future__ import annotations

from dataclasses import replace

from calls.traceback.ways import call, others, provider
from quivive.calls.traceback.clocks import between


def test_shared_calls_tell_the_offset_of_two_clocks():
    down, up = provider("down", *others(-40, "up", None)), provider("up", *others(85, None, "down"))
    clock = between(down, up, 90)
    assert clock.known
    assert clock.shared == 12
    assert clock.low <= 125 <= clock.high
    assert clock.high - clock.low < 4


def test_two_shared_calls_are_too_few_to_tell():
    down, up = provider("down", *others(0, "up", None, 2)), provider("up", *others(30, None, "down", 2))
    assert not between(down, up, 90).known


def test_two_offsets_that_fit_alike_tell_nothing():
    first = [call(f"a{at}", 60.0 * at) for at in range(6)]
    second = [call(f"b{at}", 60.0 * at + 30) for at in range(7)]  # as well 30 s behind
    assert not between(provider("down", *first), provider("up", *second), 90).known


def test_calls_of_another_length_are_no_pair():
    down = provider("down", *others(0, "up", None))
    up = provider(
        "up", *(replace(record, seconds=500.0 + at) for at, record in enumerate(others(30, None, "down")))
    )
    assert not between(down, up, 90).known


def test_an_offset_beyond_the_skew_is_not_believed():
    down, up = provider("down", *others(0, "up", None)), provider("up", *others(900, None, "down"))
    assert not between(down, up, 90).known
