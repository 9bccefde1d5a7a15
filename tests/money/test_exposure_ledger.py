"""Exposure of addresses of a ledger on disk, tags, rates and clusters beside it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from money.made_chain import MadeChain, accounts_chain, digest, outputs_chain
from quivive.errors import UsageError
from quivive.money.exposure import Exposure, exposure_of
from quivive.money.exposure.of_ledger import beside_of
from quivive.money.exposure.wire import as_dict
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.rates import parse_rates
from quivive.money.tags.book import TagBook
from quivive.money.tags.listing import Listing, ListVersion
from quivive.money.tags.tag import Tag


def book(*tags: Tag) -> TagBook:
    version = ListVersion("ours", "tags", date(2026, 1, 2), "0" * 64, "CC0", len(tags))
    return TagBook.holding([Listing(version, tags)])


def tag(address: str, category: str, chain: str = "btc", confidence: str = "service_data") -> Tag:
    return Tag(address, chain, f"a {category}", None, category, None, confidence, "made up", date(2026, 1, 2),
               "CC0", "ours")  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("utxo")
    ingest(MadeChain(outputs_chain(60, seed=3)), folder)
    return Ledger.open(folder)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("account")
    ingest(MadeChain(accounts_chain(150), "eth"), folder)
    return Ledger.open(folder)


def busiest(ledger: Ledger) -> str:
    """The address of most outputs."""
    found = ledger.sql(
        "select address, count(*) n from outputs where address >= 0 group by 1 order by 2 desc, 1"
    )
    return ledger.address(found["address"][0].as_py())


def payer_of(ledger: Ledger, address: str) -> str:
    """Somebody else who paid it."""
    found = ledger.sql(
        "select i.address from inputs i join outputs o on o.tx = i.tx where o.address = ? and i.address <> ? "
        "and i.tx not in (select tx from inputs where address = ?) order by i.tx",
        [ledger.address_id(address)] * 3,
    )
    return ledger.address(found["address"][0].as_py())


def test_both_sides_add_up_and_a_payer_who_is_tagged_is_found(ledger: Ledger) -> None:
    address = busiest(ledger)
    payer = payer_of(ledger, address)
    found = exposure_of(ledger, address, book(tag(payer, "scam")))
    for side in found.sides:
        assert sum(row.amount for row in side.rows) == side.total
        assert sum(row.share for row in side.rows) == pytest.approx(1)
    scam = next(row for row in found.side("incoming").rows if row.category == "scam")
    assert (scam.hops, scam.entities[0].address) == (1, payer)
    assert ledger.transaction_id(scam.entities[0].txids[0]) is not None
    assert found.sources == ("ours, version of 2026-01-02",)


def test_totals_are_those_of_plain_sql(ledger: Ledger) -> None:
    address = busiest(ledger)
    net = ledger.sql(
        """with moved as (
             select tx, value from outputs where address = $1
             union all select tx, -value from inputs where address = $1),
           net as (select tx, sum(value) as value from moved group by tx)
           select sum(case when value > 0 then value else 0 end)::bigint as came,
                  sum(case when value < 0 then -value else 0 end)::bigint as went from net""",
        [ledger.address_id(address)],
    ).to_pylist()[0]
    found = exposure_of(ledger, address, book())
    assert (found.side("incoming").total, found.side("outgoing").total) == (net["came"], net["went"])


def test_direct_shares_are_those_of_plain_sql(ledger: Ledger) -> None:
    address = busiest(ledger)
    payer = payer_of(ledger, address)
    own, other = ledger.address_id(address), ledger.address_id(payer)
    share = ledger.sql(
        """with mine as (select tx from inputs where address = $1),
           came as (select tx, sum(value) as value from outputs where address = $1
                    and tx not in (select tx from mine) group by tx),
           parts as (select tx, sum(case when address = $2 then value else 0 end)::double / sum(value) as part
                     from inputs group by tx)
           select sum(came.value * coalesce(part, 0)) / sum(came.value) as share
           from came left join parts using (tx)""",
        [own, other],
    )["share"][0].as_py()
    found = exposure_of(ledger, address, book(tag(payer, "scam"))).side("incoming")
    assert next(r for r in found.rows if r.category == "scam").direct == pytest.approx(share)


def test_without_anything_beside_it_the_gaps_are_named(ledger: Ledger) -> None:
    gaps = " ".join(exposure_of(ledger, busiest(ledger), book()).could_not_look)
    for missing in (
        "ends at height 59 on",
        "No tag for chain 'btc'",
        "No rates",
        "No clusters",
        "No CoinJoin",
    ):
        assert missing in gaps


def test_an_address_that_the_ledger_has_not_seen_is_said_to_be_unknown(ledger: Ledger) -> None:
    found = exposure_of(ledger, "bc1q0xcqpzrky6eff2g52qdye53xkk9jxkvrh6yhyw", book())
    assert not found.found
    assert found.sides == ()
    assert any("never seen this address" in gap for gap in found.could_not_look)


def days_of(ledger: Ledger) -> list[str]:
    times = ledger.sql("select distinct time from blocks")["time"].to_pylist()
    return sorted({datetime.fromtimestamp(t, UTC).date().isoformat() for t in times})


def test_with_rates_every_row_has_a_value_and_values_add_up(ledger: Ledger) -> None:
    lines = [f"{day},20000.5,EUR" for day in days_of(ledger)]
    rates = parse_rates("date,price,currency\n" + "\n".join(lines), "rates.csv")
    found = exposure_of(ledger, busiest(ledger), book(), rates=rates)
    side = found.side("incoming")
    cents = [round(float(row.fiat) * 100) for row in side.rows]
    assert sum(cents) == round(float(side.fiat) * 100)
    assert float(side.fiat) == pytest.approx(side.total / 1e8 * 20000.5, abs=0.02)
    assert found.currency == "EUR"


def test_a_day_without_a_rate_is_named_and_not_interpolated(ledger: Ledger) -> None:
    rates = parse_rates("date,price\n1999-01-01,5\n2099-01-01,9\n", "rates.csv")
    side = exposure_of(ledger, busiest(ledger), book(), rates=rates).side("incoming")
    assert side.fiat == "0.00"
    assert side.days_without_rate
    gaps = exposure_of(ledger, busiest(ledger), book(), rates=rates).could_not_look
    assert any(gap.startswith("No rate for") for gap in gaps)


def test_labels_and_coinjoins_beside_the_ledger_are_used(ledger: Ledger, tmp_path: Path) -> None:
    address = busiest(ledger)
    number, count = ledger.address_id(address), ledger.counts["addresses"]
    labels = np.arange(count)
    friend = (number + 1) % count
    labels[[number, friend]] = min(number, friend)
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"address": np.arange(count), "cluster": labels}), path)
    found = exposure_of(ledger, address, book(), beside=beside_of(ledger, path))
    assert found.cluster == 2
    assert not any("No clusters" in gap for gap in found.could_not_look)


def test_the_json_holds_amounts_as_text_and_says_the_method(ledger: Ledger) -> None:
    address = busiest(ledger)
    written = json.loads(
        json.dumps(as_dict(exposure_of(ledger, address, book(tag(payer_of(ledger, address), "scam")))))
    )
    assert written["schema"] == "quivive.exposure/1"
    for side in written["sides"]:
        assert sum(int(row["amount"]) for row in side["rows"]) == int(side["total"])
        assert all(row["method"] in ("fact", "haircut", "heuristic") for row in side["rows"])


@pytest.mark.parametrize("asset", [None, f"0x{digest(1, 10).hex()[:40]}"])
def test_accounts_and_their_tokens_add_up_to_the_last_unit(accounts: Ledger, asset: str | None) -> None:
    name = f"0x{digest(1, 0).hex()[:40]}"
    number = -1 if asset is None else accounts.address_id(asset)
    payer = accounts.sql(
        "select sender from transfers where receiver = ? and asset = ? and value > 0 order by transfer",
        [accounts.address_id(name), number],
    )["sender"][0].as_py()
    named = book(tag(accounts.address(payer), "scam", "eth"))
    found = exposure_of(accounts, name.upper().replace("0X", "0x"), named, asset=asset)
    assert found.address == name
    for side, column, other in (("incoming", "receiver", "sender"), ("outgoing", "sender", "receiver")):
        total = accounts.sql(
            f"select sum(value) as s from transfers where {column} = ? and {other} <> {column} and asset = ?",
            [accounts.address_id(name), number],
        )["s"][0].as_py()
        assert found.side(side).total == int(total or 0)
        assert sum(row.amount for row in found.side(side).rows) == found.side(side).total
    scam = next(row for row in found.side("incoming").rows if row.category == "scam")
    assert scam.hops == 1


def test_a_token_without_stated_decimals_has_no_value_in_money(accounts: Ledger) -> None:
    token = f"0x{digest(1, 10).hex()[:40]}"
    rates = parse_rates("date,price\n" + "\n".join(f"{d},1" for d in days_of(accounts)), "r.csv")
    name = f"0x{digest(1, 0).hex()[:40]}"
    found = exposure_of(accounts, name, book(), asset=token, rates=rates)
    assert found.side("incoming").fiat is None
    assert any("decimals" in gap for gap in found.could_not_look)


def test_a_token_that_the_ledger_does_not_know_is_refused(accounts: Ledger, ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="no transfer of the token"):
        exposure_of(accounts, f"0x{digest(1, 0).hex()[:40]}", book(), asset="0x" + "12" * 20)
    with pytest.raises(UsageError, match="no tokens"):
        exposure_of(ledger, busiest(ledger), book(), asset="0x" + "12" * 20)


def test_the_same_question_gets_the_same_answer(ledger: Ledger) -> None:
    address = busiest(ledger)
    one, two = (tag(payer_of(ledger, address), kind) for kind in ("scam", "exchange"))

    def ask(*tags: Tag) -> Exposure:
        return exposure_of(ledger, address, book(*tags))

    assert ask(one, two) == ask(two, one)
