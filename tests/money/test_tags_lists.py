"""OFAC's addresses, ScamSniffer, Etherscan's labels and a desk's own tables, made up and real."""

from __future__ import annotations

import gzip
import json
import random
from datetime import date
from pathlib import Path

import pytest

from money import made_addresses as made
from quivive.errors import NotFound, TooLarge, Unreadable
from quivive.money.tags import lists
from quivive.money.tags.book import TagBook
from quivive.money.tags.lists import read_list, read_ofac, read_path

DAY = date(2026, 3, 1)


def ofac(**files: str) -> dict[str, bytes]:
    return {f"sanctioned_addresses_{code}.txt": f"{text}\n".encode() for code, text in files.items()}


def test_ofacs_files_are_one_list_with_a_date_and_a_hash() -> None:
    files = ofac(XBT=made.bitcoin(1), USDT=f"{made.ethereum(2)}\n{made.tron(3)}")
    listing = read_ofac(files, DAY)
    assert {tag.chain for tag in listing.tags} == {"btc", "eth", "trx"}
    assert (listing.version.date, listing.version.entries, listing.version.kind) == (DAY, 3, "sanctions")
    assert listing.version.sha256 != read_ofac(ofac(XBT=made.bitcoin(1)), DAY).version.sha256
    assert {tag.abuse for tag in listing.tags} == {"sanction"}


def test_an_entry_under_the_wrong_currency_is_kept_where_it_belongs_and_told() -> None:
    listing = read_ofac(ofac(XBT=f"{made.bitcoin(1)}\n{made.tron(2)}"), DAY)
    assert [tag.chain for tag in listing.tags] == ["btc", "trx"]
    (fault,) = listing.faults
    assert (fault.file, fault.line) == ("sanctioned_addresses_XBT.txt", 2)
    assert "is an address of Tron" in fault.reason


def test_a_sanctions_list_loses_no_entry_of_unknown_form() -> None:
    odd = "ab" * 32
    listing = read_ofac(ofac(XMR=odd), DAY)
    assert "kept as it stands" in listing.faults[0].reason
    book = TagBook.holding([listing])
    assert [tag.address for tag in book.of(odd)] == [odd]
    assert [tag.address for tag in book.of(odd, "xmr")] == [odd]


def test_scamsniffers_lists_name_the_domain() -> None:
    plain = read_list(json.dumps([made.ethereum(1)]).encode(), "address.json", DAY)
    by_domain = read_list(json.dumps({"bad.example": [made.ethereum(1)]}).encode(), "combined.json", DAY)
    assert (plain.tags[0].abuse, plain.tags[0].licence) == ("phishing", "GPL-3.0")
    assert by_domain.tags[0].label == "phishing on bad.example"
    assert by_domain.tags[0].lastmod == DAY
    assert plain.version.name != by_domain.version.name


def test_etherscans_labels_become_concepts() -> None:
    value = {
        made.ethereum(1): {"name": "Made-up 1", "labels": ["binance", "cold-wallet"]},
        made.ethereum(2): {"name": "", "labels": ["tornado-cash", "ofac-sanctions-lists"]},
        made.ethereum(3): {"name": "Fake_Phishing12", "labels": []},
        made.ethereum(4): {"name": "A Game", "labels": ["a-game"]},
    }
    found = {tag.label: tag for tag in read_list(json.dumps(value).encode(), "labels.json").tags}
    assert found["Made-up 1"].terms == ("exchange", "cold_wallet")
    assert found["tornado-cash, ofac-sanctions-lists"].terms == ("mixing_service", "sanction")
    assert found["Fake_Phishing12"].abuse == "phishing"
    assert found["A Game"].terms == ()


def test_a_desks_own_table_is_read_and_its_wrong_rows_are_told() -> None:
    table = (
        "Address,Label,Network,Abuse,Confidence,Source,Lastmod,Concepts\n"
        f"{made.segwit(1)},case 12,BTC,scam,authority_data,our case 12,2026-02-01,hot_wallet\n"
        f"{made.wrong(made.segwit(2))},case 13,BTC,scam,,,,\n"
        f"{made.ethereum(3)},,ETH,scam,,,,\n"
    )
    listing = read_list(table.encode(), "own.csv", licence="internal")
    (tag,) = listing.tags
    assert (tag.abuse, tag.level, tag.source, tag.lastmod) == ("scam", 60, "our case 12", date(2026, 2, 1))
    assert tag.concepts == ("hot_wallet",)
    assert tag.licence == "internal"
    assert [(fault.line, "label" in fault.reason) for fault in listing.faults] == [(3, False), (4, True)]


def test_own_tags_as_json_are_read_and_a_wrong_one_is_told_with_its_line() -> None:
    rows = [{"address": made.bitcoin(1), "label": "a", "category": "exchange"},
            {"address": made.wrong(made.bitcoin(2)), "label": "b", "currency": "BTC"}]  # fmt: skip
    listing = read_list(json.dumps(rows, indent=1).encode(), "own.json")
    assert [tag.chain for tag in listing.tags] == ["btc"]
    assert listing.faults[0].line == 8


def test_a_tagpack_may_come_as_json() -> None:
    pack = {
        "title": "t",
        "creator": "c",
        "network": "BTC",
        "label": "x",
        "tags": [{"address": made.bitcoin(1)}],
    }
    assert read_list(json.dumps(pack).encode(), "pack.json").tags[0].label == "x"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [(b"{", "a.json", "a.json, line 1"), (b"[" * 100_000, "a.json", "a.json"), (b"3", "a.json", "no form"),
     (b"[]", "a.json", "no tag"), (b"name\nx\n", "a.csv", "a.csv, line 1"),
     (b"\xff\xfe", "a.csv", "a.csv, line 1"),
     (b"address,label\nx,y,z\n", "a.csv", "a.csv, line 2"), (b"x\n\xff\n", "a.txt", "a.txt, line 2"),
     (b"nothing here\n", "a.txt", "no tag that reads")],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_its_place(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_list(data, name)


def test_a_number_of_a_million_digits_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_list(b"[" + b"9" * 1_000_000 + b"]", "a.json")


def test_a_list_of_any_size_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lists, "BYTES", 1000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"address,label\n" * 1000))
    with pytest.raises(TooLarge):
        read_path(path)


def test_a_packed_list_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "own.csv.gz"
    path.write_bytes(gzip.compress(f"address,label\n{made.bitcoin(1)},x\n".encode()))
    assert read_path(path).version.name == "own.csv"
    path.write_bytes(b"\x1f\x8bnot gzip")
    with pytest.raises(Unreadable, match="unpack"):
        read_path(path)


def test_a_folder_without_ofacs_files_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="none of OFAC's files"):
        read_path(tmp_path)
    with pytest.raises(NotFound):
        read_path(tmp_path / "not there")


def test_half_a_character_does_not_stop_a_list() -> None:
    listing = read_list(json.dumps([{"address": made.bitcoin(1), "label": "x\ud800"}]).encode(), "a.json")
    assert [tag.label for tag in TagBook.holding([listing]).of(made.bitcoin(1))] == ["x?"]


def test_damaged_lists_are_read_or_refused_and_nothing_else() -> None:
    table = f"address,label,network,concepts\n{made.bitcoin(1)},x,BTC,a;b\n"
    pack = f"title: t\ncreator: c\nnetwork: BTC\nlabel: l\ntags:\n- address: {made.bitcoin(1)}\n"
    labels = json.dumps({made.ethereum(1): {"name": "x", "labels": ["dex", 3]}})
    draw = random.Random(6)
    scraps = [
        b"&a ", b"*a", b"[", b"{", b"- ", b"\x00", b"\xff", b'"', b": ", b"\n", b"1" * 50, b"? ", b"|", b"~",
        b"\\ud800", b"!!int ", b"0x" + b"1" * 40, b"---\n", b"2020-99-99", b"<<: ",
    ]  # fmt: skip
    refused = 0
    for name, text in (("a.csv", table), ("a.yaml", pack), ("a.json", labels)) * 300:
        data = bytearray(text.encode())
        for _ in range(draw.randrange(1, 5)):
            place = draw.randrange(len(data) + 1)
            data[place : place + draw.randrange(12)] = draw.choice(scraps)
        try:
            TagBook.holding([read_list(bytes(data), name)])
        except Unreadable as error:
            refused += name in str(error)
    assert refused > 300


def test_the_real_lists_read(shared_data: Path) -> None:
    money = shared_data / "money"
    sanctions = read_path(money / "ofac", DAY)
    assert sanctions.version.entries > 600
    assert [fault.file for fault in sanctions.faults] == [
        "sanctioned_addresses_XBT.txt", "sanctioned_addresses_XMR.txt",
    ]  # fmt: skip
    for name, least in (("scamsniffer/address.json", 2500), ("scamsniffer/combined.json", 2500),
                        ("etherscan-labels/combinedAccountLabels.json.gz", 23_000)):  # fmt: skip
        listing = read_path(money / name, DAY)
        assert len(listing.tags) >= least
        assert not listing.faults
