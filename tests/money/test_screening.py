"""Sanctions by list version: on it, not on it, since when, no longer, through the cluster."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from money import made_addresses as made
from money.made_chain import MadeChain, outputs_chain
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.screening import compare, sanctioned_in, screen
from quivive.money.screening_clusters import sanctioned_mates
from quivive.money.tags.book import TagBook
from quivive.money.tags.listing import Listing
from quivive.money.tags.lists import read_list, read_ofac

OLD, NEW, LATER = date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)


def version(day: date, *addresses: str, code: str = "XBT") -> Listing:
    return read_ofac({f"sanctioned_addresses_{code}.txt": "\n".join(addresses).encode()}, day)


def book(*listings: Listing) -> TagBook:
    return TagBook.holding(listings)


def test_a_listed_address_is_told_with_name_and_date_of_the_list() -> None:
    found = screen(made.bitcoin(1), book(version(NEW, made.bitcoin(1))))
    assert found.result == "listed"
    assert "is on OFAC sanctioned digital currency addresses of 2026-02-05" in found.sentences()[0]


def test_what_is_not_listed_is_never_called_clean() -> None:
    found = screen(made.bitcoin(2), book(version(NEW, made.bitcoin(1))))
    assert found.result == "not-listed"
    (said,) = found.sentences()
    assert "is not on OFAC sanctioned digital currency addresses of 2026-02-05 (1 addresses)" in said
    assert "says nothing about who holds it" in said
    assert not {"clean", "safe", "clear"} & set(said.lower().split())


@pytest.mark.parametrize("spelled", [made.bitcoin(1), made.cash(1), made.cash(1).upper()])
def test_every_spelling_is_screened(spelled: str) -> None:
    assert screen(spelled, book(version(NEW, made.bitcoin(1)))).result == "listed"


def test_bech32_in_capitals_is_screened() -> None:
    assert screen(made.segwit(1).upper(), book(version(NEW, made.segwit(1)))).result == "listed"


def test_an_entry_for_another_chain_speaks_with_its_reason() -> None:
    found = screen(made.ethereum(1), book(version(NEW, made.checksummed(1), code="ETH")), "bsc")
    assert found.result == "listed"
    assert "listed for Ethereum" in found.hits[0].same_key
    assert "BNB Smart Chain" in found.sentences()[0]
    assert screen(made.ethereum(1), book(version(NEW, made.ethereum(1), code="ETH"))).hits[0].same_key == ""


def test_since_when_is_told_from_the_versions_at_hand() -> None:
    one, two = made.bitcoin(1), made.bitcoin(2)
    lists = book(version(OLD, one), version(NEW, one, two), version(LATER, one, two, made.bitcoin(3)))
    (hit,) = screen(two, lists).hits
    assert hit.since is not None
    assert hit.not_on is not None
    assert (hit.since.date, hit.not_on.date) == (NEW, OLD)
    assert (
        "Listed since the version of 2026-02-05; not on that of 2026-01-05."
        in screen(two, lists).sentences()[0]
    )
    assert screen(one, lists).hits[0].not_on is None


def test_what_was_taken_off_a_list_is_not_listed_but_told() -> None:
    lists = book(version(OLD, made.bitcoin(1), made.bitcoin(2)), version(NEW, made.bitcoin(2)))
    found = screen(made.bitcoin(1), lists)
    assert found.result == "not-listed"
    said = "It stood on OFAC sanctioned digital currency addresses of 2026-01-05 and is no longer on that of "
    assert said + "2026-02-05." in found.sentences()


def test_a_tag_that_says_sanctions_is_no_sanctions_list() -> None:
    head = "title: t\ncreator: c\nnetwork: BTC\nlabel: l\nabuse: sanction\n"
    pack = f"{head}tags:\n- address: {made.bitcoin(1)}\n"
    lists = book(version(NEW, made.bitcoin(2)), read_list(pack.encode(), "t.yaml"))
    assert screen(made.bitcoin(1), lists).result == "not-listed"


def test_what_cannot_be_looked_up_is_told_so() -> None:
    lists = book(version(NEW, made.bitcoin(1)))
    assert screen("nonsense", lists).result == "could-not-look"
    assert "checksum" in screen(made.wrong(made.bitcoin(1)), lists, "btc").fault
    assert screen(made.bitcoin(1), book(version(NEW)), "btc").result == "not-listed"
    assert "no sanctions list" in screen(made.bitcoin(1), TagBook([])).fault


def test_a_sanctioned_address_of_the_same_cluster_is_an_indirect_hit_by_a_heuristic() -> None:
    lists = book(version(NEW, made.bitcoin("bad")))
    found = screen(
        made.segwit("asked"), lists, "btc", [made.segwit("asked"), made.bitcoin("bad"), made.segwit(3)]
    )
    assert found.result == "indirect"
    assert found.hits[0].member == made.bitcoin("bad")
    said = " ".join(found.sentences())
    assert "itself is not listed" in said
    assert "heuristic" in said
    assert found.as_dict()["hits"][0]["indirect_by"] == made.bitcoin("bad")


def test_the_json_names_list_date_and_hash() -> None:
    value = screen(made.bitcoin(1), book(version(NEW, made.bitcoin(1)))).as_dict()
    assert value["schema"] == "quivive.screening/1"
    assert value["lists"][0]["date"] == "2026-02-05"
    assert len(value["lists"][0]["sha256"]) == 64
    assert value["hits"][0]["listed_as"] == made.bitcoin(1)


def test_two_versions_are_compared_whatever_the_spelling() -> None:
    before = version(OLD, made.cash(1).removeprefix("bitcoincash:"), made.cash(2), code="BCH")
    after = version(NEW, made.bitcoin(1), made.cash(3), code="BCH")
    (change,) = compare(book(before), book(after))
    assert [each.address for each in change.added] == [made.cash(3)]
    assert [each.address for each in change.removed] == [made.cash(2)]


def test_clusters_of_a_ledger_give_the_sanctioned_mates(tmp_path: Path) -> None:
    ingest(MadeChain(outputs_chain(20, seed=5)), tmp_path / "ledger")
    ledger = Ledger.open(tmp_path / "ledger")
    count = ledger.counts["addresses"]
    texts = ledger.addresses(range(count))
    listed = next(n for n, text in enumerate(texts) if screen(text, book(version(NEW, text)), "btc").hits)
    mate, stranger = (n for n in range(count) if n != listed and n < 3)
    labels = [listed if n in (listed, mate) else n for n in range(count)]
    table = pa.table({"address": pa.array(range(count), pa.int64()), "cluster": pa.array(labels, pa.int64())})
    pq.write_table(table, tmp_path / "labels.parquet")
    mates = sanctioned_mates(ledger, tmp_path / "labels.parquet", book(version(NEW, texts[listed])))
    assert mates(texts[mate]) == (texts[listed],)
    assert mates(texts[listed]) == ()
    assert mates(texts[stranger]) == ()
    assert mates(made.bitcoin("never seen")) == ()


def test_the_addresses_to_look_for_in_a_ledger_are_spelled_its_way() -> None:
    lists = book(version(NEW, made.bitcoin(1), made.tron(2)))
    assert set(sanctioned_in(lists, "bch")) == {made.cash(1).removeprefix("bitcoincash:")}
    assert set(sanctioned_in(lists, "trx")) == {made.tron(2)}
