import pytest

from apart_functions import (
    compute_for_ever,
    compute_for_seconds,
    compute_on,
    crash,
    echo,
    hold,
    print_much,
    process_id,
    raise_what_cannot_be_pickled,
    refuse,
    take,
    take_memory,
    take_memory_and_stay,
    wait_for_ever,
)
from quivive.apart import apart
from quivive.errors import TooLarge, Unreadable


def test_it_answers_from_one_other_process():
    import os

    assert apart(echo, {"a": b"bytes"}) == {"a": b"bytes"}
    assert apart(process_id) == apart(process_id) != os.getpid()


def test_errors_come_back_as_they_are():
    with pytest.raises(Unreadable, match="It is no picture"):
        apart(refuse)


def test_an_error_that_cannot_be_pickled_comes_back_in_words():
    with pytest.raises(RuntimeError, match="Awkward: a word with two"):
        apart(raise_what_cannot_be_pickled)


@pytest.mark.parametrize("endless", [compute_for_ever, wait_for_ever])
def test_it_is_ended_when_its_time_is_up(endless):
    with pytest.raises(TooLarge, match="too long"):
        apart(endless, seconds=0.1)
    assert apart(echo, "the next") == "the next"


@pytest.mark.parametrize("greedy", [take_memory, take_memory_and_stay])
def test_it_gets_no_more_memory_than_its_share(greedy):
    with pytest.raises(TooLarge, match="memory"):
        apart(greedy)
    assert apart(echo, "the next") == "the next"


def test_a_crash_is_the_file_s_fault_and_harms_no_other_call():
    with pytest.raises(Unreadable, match="crashed"):
        apart(crash)
    assert apart(echo, "the next") == "the next"


def test_what_libraries_print_is_no_answer():
    assert apart(print_much) == "answer"


def test_what_cannot_be_handed_over_is_said_at_once():
    with pytest.raises(Exception, match="pickle"):
        apart(echo, lambda: None)
    assert apart(echo, "the next") == "the next"


def test_much_passes_both_ways():
    much = bytes(range(256)) * 200_000
    assert apart(echo, much) == much


def test_a_call_has_its_own_time_however_long_the_child_has_worked():
    for _ in range(4):
        assert apart(compute_for_seconds, 0.6, seconds=1.0) == "done"


def test_what_needs_the_room_that_others_fill_gets_a_child_of_its_own():
    apart(hold, 600 * 2**20)
    assert apart(take, 500 * 2**20) == 500 * 2**20


def test_bytes_that_stalled_one_reader_get_little_time_of_the_next():
    with pytest.raises(TooLarge):
        apart(compute_on, b"a stalling file", 60, seconds=0.2)
    with pytest.raises(TooLarge):
        apart(compute_on, b"a stalling file", 1.5, seconds=20)
    assert apart(compute_on, b"another file", 1.5, seconds=20) == "done"
    assert apart(compute_on, b"a stalling file", 0.1, seconds=20) == "done"
