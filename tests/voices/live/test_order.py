import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.voices.live.order import MOST_MISSING, WAIT, Order, unwrapped


def numbers(frames):
    return [(each.number, each.lost) for each in frames]


def through(order, sent):
    """Frames out of an order that was given these numbers, and its rest."""
    found = [frame for number in sent for frame in order.put(number, None, b"x")]
    return found + order.rest()


def test_frames_in_order_pass_at_once():
    order = Order()
    assert [numbers(order.put(n, None, b"")) for n in (5, 6, 7)] == [[(5, 0)], [(6, 0)], [(7, 0)]]


def test_a_frame_that_was_overtaken_is_waited_for():
    assert numbers(through(Order(), [1, 3, 4, 2, 5])) == [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]


def test_a_frame_that_never_comes_is_given_up_and_counted():
    order = Order()
    sent = [1, *range(3, 3 + WAIT + 1)]
    assert numbers(through(order, sent))[:3] == [(1, 0), (3, 1), (4, 0)]


def test_a_frame_after_it_was_given_up_is_late_and_not_heard():
    order = Order()
    assert [n for n, _ in numbers(through(order, [1, *range(3, 40), 2]))] == [1, *range(3, 40)]
    assert order.late == 1


def test_a_frame_that_comes_twice_is_heard_once():
    order = Order()
    assert [n for n, _ in numbers(through(order, [1, 2, 2, 4, 4, 3]))] == [1, 2, 3, 4]
    assert order.late == 2


def test_one_number_far_away_is_rubbish():
    assert [n for n, _ in numbers(through(Order(), [1, 2, 900_000, 3, 4]))] == [1, 2, 3, 4]


@pytest.mark.parametrize("anew", [0, 500_000])
def test_numbers_that_go_on_elsewhere_begin_anew(anew):
    found = through(Order(), [200_000, 200_001, anew, anew + 1, anew + 2])
    assert [each.number for each in found] == [200_000, 200_001, anew, anew + 1, anew + 2]
    assert [each.anew for each in found] == [False, False, True, False, False]
    assert not any(each.lost for each in found)


@given(st.integers(0, 2**32), st.integers(0, 500))
def test_frames_shuffled_over_a_short_stretch_all_come_out_in_order(seed, first):
    sent = [first, *(n + first + 1 for n in range(60))]
    rng = random.Random(seed)
    for at in range(1, len(sent) - 5, 5):
        part = sent[at : at + 5]
        rng.shuffle(part)
        sent[at : at + 5] = part
    assert [n for n, _ in numbers(through(Order(), sent))] == sorted(sent)


@given(st.lists(st.integers(-(2**40), 2**40), max_size=300))
def test_any_numbers_come_out_rising_and_take_little_room(sent):
    order = Order()
    for number in sent:
        assert all(each.lost <= MOST_MISSING for each in order.put(number, None, b""))
        assert len(order._waiting) <= WAIT + 1


@pytest.mark.parametrize(("value", "near", "whole"), [(0, 65535, 65536), (65535, 65536, 65535), (5, 3, 5)])
def test_numbers_that_wrap_go_on(value, near, whole):
    assert unwrapped(value, near, 16) == whole
