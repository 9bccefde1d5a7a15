"""Rates are read as the user wrote them, and a fault names its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from quivive.errors import BadConfig, NotFound
from quivive.money.rates import parse_rates, read_rates

DAY = date(2026, 3, 1)


def test_a_day_that_the_list_lacks_has_no_rate_even_between_two_that_it_has() -> None:
    rates = parse_rates("date,price\n2026-02-28,10\n2026-03-02,12\n", "r.csv")
    assert rates.price("btc", date(2026, 2, 28)) == 10
    assert rates.price("btc", DAY) is None


def test_a_price_that_names_no_asset_is_the_coins_and_no_tokens() -> None:
    rates = parse_rates("Date, Price\n2026-03-01, 61000.10\n", "r.csv")
    assert rates.price("btc", DAY) == Decimal("61000.10")
    assert rates.price("0xtoken", DAY, token=True) is None


def test_a_token_has_its_own_price_and_decimals() -> None:
    rates = parse_rates("date,asset,price,decimals,currency\n2026-03-01,0xABCD,0.99,6,usd\n", "r.csv")
    assert rates.price("0xabcd", DAY, token=True) == Decimal("0.99")
    assert rates.price("eth", DAY) is None
    assert (rates.decimals, rates.currency) == ({"0xabcd": 6}, "USD")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("day,price\n2026-03-01,1\n", "no column 'date'"),
        ("", "no column 'date'"),
        ("date,price\n01/03/2026,1\n", "line 2: '01/03/2026' is no day"),
        ("date,price\n2026-02-30,1\n", "line 2"),
        ("date,price\n2026-03-01,1 000\n", "line 2: '1 000' is no price"),
        ("date,price\n2026-03-01,NaN\n", "line 2"),
        ("date,price\n2026-03-01,-4\n", "line 2"),
        ("date,price\n2026-03-01\n", "line 2"),
        ("date,price\n2026-03-01,1\n2026-03-01,2\n", "line 3: a second, different price"),
        ("date,price,currency\n2026-03-01,1,EUR\n2026-03-02,2,USD\n", "several currencies"),
        ("date,price,decimals\n2026-03-01,1,-2\n", "decimals"),
        ('date,price\n"2026-03-01,1\n', "line"),
        ("date,price\n2026-03-01,1\x00\n", "line"),
    ],
)
def test_what_does_not_read_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(BadConfig, match=fault):
        parse_rates(text, "r.csv")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be read"):
        read_rates(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NotFound, match="cannot be read"):
        read_rates(tmp_path / "binary.csv")
