"""Boxes of writing are read in the order in which a person would."""

from __future__ import annotations

import pytest

from quivive.media.lines import Line, text_of


def line(left: float, top: float, text: str, height: float = 20, letter: float = 10) -> Line:
    return Line(left, top, left + letter * len(text), top + height, text, 0.99)


def test_boxes_at_one_height_are_read_from_left_to_right() -> None:
    assert text_of([line(300, 12, "50 EUR"), line(10, 10, "Total")]) == "Total 50 EUR"


def test_wrapped_lines_become_one_sentence() -> None:
    lines = [line(10, 10, "Please call me on my new"), line(10, 34, "number today")]
    assert text_of(lines) == "Please call me on my new number today"


def test_short_lines_stay_apart() -> None:
    lines = [line(10, 10, "Total: 3"), line(10, 34, "Delivered by the parcel service on Monday")]
    assert text_of(lines) == "Total: 3\nDelivered by the parcel service on Monday"


def test_bubbles_stay_apart() -> None:
    lines = [line(10, 10, "Can you send me the code please"), line(200, 80, "Who are you?")]
    assert text_of(lines) == "Can you send me the code please\nWho are you?"


def test_a_link_broken_at_the_edge_is_whole_again() -> None:
    lines = [line(10, 10, "https://parcel.example/track/20"), line(10, 34, "24?id=7f now")]
    assert text_of(lines) == "https://parcel.example/track/2024?id=7f now"


def test_a_word_after_a_link_is_not_swallowed() -> None:
    lines = [line(10, 10, "Pay at https://parcel.example/pay"), line(10, 34, "before Monday")]
    assert text_of(lines) == "Pay at https://parcel.example/pay before Monday"


def test_a_wallet_broken_at_the_edge_is_whole_again() -> None:
    lines = [line(10, 10, "bc1qw508d6qejxtdg4y5r3zarva"), line(10, 34, "ry0c5xw7kv8f3t4")]
    assert text_of(lines) == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


@pytest.mark.parametrize(
    ("above", "below", "read"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN", "a", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN", "a now", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa now"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "today", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa today"),
        ("Donaudampfschifffahrtsgesellschaft", "heute", "Donaudampfschifffahrtsgesellschaft heute"),
    ],
)
def test_a_checksum_tells_where_a_wallet_ends(above: str, below: str, read: str) -> None:
    assert text_of([line(10, 10, above), line(10, 34, below)]) == read


def test_chinese_lines_join_without_a_space() -> None:
    assert (
        text_of([line(10, 10, "您的包裹因地址不详", letter=20), line(10, 34, "无法投递", letter=20)])
        == "您的包裹因地址不详无法投递"
    )


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    left = [line(10, 10 + 30 * i, f"left column line number {i}") for i in range(5)]
    right = [line(400, 10 + 30 * i, f"right column line number {i}") for i in range(5)]
    read = text_of([each for pair in zip(left, right, strict=True) for each in pair])
    assert read.index("left column line number 4") < read.index("right column line number 0")


def test_a_table_is_read_row_by_row() -> None:
    names = [
        line(10, 10 + 40 * i, name) for i, name in enumerate(["Name", "Reference number", "Due", "Amount"])
    ]
    numbers = [line(700, 10 + 40 * i, str(i)) for i in range(4)]
    assert text_of(names + numbers).splitlines()[0] == "Name 0"


def test_nothing_reads_as_nothing() -> None:
    assert text_of([]) == ""
