"""A number that is called thousands of times: does the tracing end, and is it honest?"""

from __future__ import annotations

import time

from calls.traceback.ways import call, provider, traced


def test_a_hotline_with_thousands_of_calls_ends_soon_and_is_not_guessed():
    shown = [f"1310555{at:04d}" for at in range(6000)]
    south = [call(f"s{at}", at * 0.5 - 1500, "middle", calling=number) for at, number in enumerate(shown)]
    middle = [
        call(f"m{at}", at * 0.5 - 1440, "north", "south", calling=number) for at, number in enumerate(shown)
    ]
    before = time.process_time()
    found = traced([provider("south", *south, call("mine", 3, "middle")), provider("middle", *middle)])
    assert time.process_time() - before < 20
    assert found.hops[0].record == "mine"
    assert found.hops[1].state in ("ambiguous", "not-found")  # middle has no record of this caller


def test_one_caller_among_thousands_is_found_at_the_next_provider():
    shown = [f"1310555{at:04d}" for at in range(6000)]
    south = [call(f"s{at}", at * 0.5 - 1500, "middle", calling=number) for at, number in enumerate(shown)]
    middle = [
        call(f"m{at}", at * 0.5 - 1499, "north", "south", calling=number) for at, number in enumerate(shown)
    ]
    found = traced(
        [
            provider("south", *south, call("mine", 3, "middle")),
            provider("middle", *middle, call("his", 4, None, "south")),
        ]
    )
    assert found.hops[1].state in ("found", "ambiguous")
    assert found.hops[1].record in ("his", None)


def test_halves_of_many_calls_are_not_compared_each_with_each():
    ins = [call(f"i{at}", at * 0.01 - 25, "middle", None) for at in range(5000)]
    outs = [call(f"o{at}", at * 0.01 - 25, None, "trunk") for at in range(5000)]
    before = time.process_time()
    traced([provider("south", *ins, *outs)])
    assert time.process_time() - before < 20
