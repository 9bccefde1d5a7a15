"""What ships: dates, licences, no private persons, small and quick; and how it is replaced."""

from __future__ import annotations

import time
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from money import made_addresses as made
from quivive.errors import Unreadable
from quivive.money.tags import issuers, persons, spelling
from quivive.money.tags.book import SHIPPED, TagBook
from quivive.money.tags.lists import OFAC, read_list
from quivive.money.tags.refresh import gather, main, refresh

DATA = Path(str(files("quivive.money.tags").joinpath("data")))
DAY = date(2026, 3, 1)
MIT = b"MIT License\n\nCopyright (c) somebody\n"


def sources(tmp_path: Path, licence: bytes | None = MIT) -> list[Path]:
    ofac, packs = tmp_path / "ofac", tmp_path / "packs"
    ofac.mkdir()
    packs.mkdir()
    (ofac / "sanctioned_addresses_XBT.txt").write_text(made.bitcoin(1) + "\n")
    pack = "title: {}\ncreator: c\nnetwork: BTC\nlabel: l\nsource: s\ntags:\n- address: {}\n"
    (packs / "one.yaml").write_text(pack.format("One", made.bitcoin(2)))
    (packs / "private.yaml").write_text(pack.format("LockBit-Tattoo", made.bitcoin(3)))
    if licence:
        (packs / "LICENSE").write_bytes(licence)
    return [ofac, packs]


def test_what_ships_says_of_when_it_is_and_under_which_licence() -> None:
    about = yaml.safe_load((DATA / "lists.yaml").read_text("utf-8"))
    versions = TagBook.shipped().lists()
    assert about["sha256"] == sha256((DATA / SHIPPED).read_bytes()).hexdigest()
    assert {each["name"] for each in about["lists"]} == {each.name for each in versions}
    assert sum(each.entries for each in versions) == about["tags"] > 100_000
    assert all(each.licence and each.sha256 for each in versions)
    assert next(each for each in versions if each.name == OFAC).date == date.fromisoformat(about["date"])
    assert (DATA / "LICENSE.tagpacks").read_text().startswith("MIT License")


def test_what_ships_is_small() -> None:
    assert (DATA / SHIPPED).stat().st_size < 6_000_000


def test_one_wallet_is_looked_up_in_less_than_fifty_milliseconds() -> None:
    address = next(iter(TagBook.shipped().by_address("ltc")))
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        assert TagBook.shipped().of(address, "ltc")
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.05


def test_no_pack_about_private_persons_ships() -> None:
    names = " ".join(each.name for each in TagBook.shipped().lists())
    assert not [title for title in persons.WHOLE if title in names]
    mixed = [each for _, each in TagBook.shipped().all() if each.pack.startswith(tuple(persons.MIXED))]
    assert mixed
    assert not [each for each in mixed if "Gitcoin Grants" in each.label]


def test_tags_of_a_mixed_pack_ship_only_if_they_name_an_actor_or_an_abuse() -> None:
    title = next(iter(persons.MIXED))
    labels = ("Known Exchange 3", "Known Exchange: Hot Wallet", "Fake_Phishing7", "Jane Doe", "jane.eth")
    rows = "".join(f"- {{address: {made.bitcoin(each)}, label: '{each}'}}\n" for each in labels)
    listing = read_list(f"title: {title}\ncreator: c\nnetwork: BTC\ntags:\n{rows}".encode(), "mixed.yaml")
    actors = read_list(
        b"title: a\ncreator: c\nactors:\n- {id: known, label: Known Exchange, uri: k.example}\n", "a"
    )
    kept, note = persons.without_persons(listing, actors.actors)
    assert [each.label for each in kept.tags] == list(labels[:3])
    assert kept.version.entries == 3
    assert "2 of 5" in note


def test_refreshing_replaces_what_ships(tmp_path: Path) -> None:
    given = sources(tmp_path)
    found = refresh(tmp_path, given, DAY)
    assert {each.version.licence for each in found.listings} == {
        "MIT",
        "public domain (work of the US government)",
    }
    assert "private persons" in found.left_out[0]
    book = TagBook.load(tmp_path / SHIPPED)
    assert book.of(made.bitcoin(1))
    assert book.of(made.bitcoin(2))
    assert book.of(made.bitcoin(3)) == ()
    about = yaml.safe_load((tmp_path / "lists.yaml").read_text("utf-8"))
    assert (about["date"], about["tags"]) == ("2026-03-01", 2)
    assert (tmp_path / "LICENSE.packs").read_bytes() == MIT


@pytest.mark.parametrize("licence", [None, b"All rights reserved\n", b"GNU GENERAL PUBLIC LICENSE\n"])
def test_packs_that_may_not_be_passed_on_are_refused(tmp_path: Path, licence: bytes | None) -> None:
    given = sources(tmp_path, licence)
    (tmp_path / SHIPPED).write_bytes(b"as it was")
    with pytest.raises(Unreadable, match="no licence"):
        refresh(tmp_path, given, DAY)
    assert (tmp_path / SHIPPED).read_bytes() == b"as it was"


def test_the_command_tells_what_it_left_out(tmp_path: Path) -> None:
    given = sources(tmp_path)
    ran = CliRunner().invoke(main, [*map(str, given), "--date", "2026-03-01", "--folder", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    assert "2 lists with 2 tags" in ran.stdout
    assert "LockBit-Tattoo" in ran.stderr


def test_what_ships_is_what_the_shared_data_give(shared_data: Path) -> None:
    money = shared_data / "money"
    found = gather([money / "ofac", money / "tagpacks.tar.xz"], date(2026, 11, 22))
    assert {each.version for each in found.listings} == set(TagBook.shipped().lists())


def test_contracts_of_issuers_have_right_checksums_and_are_found_in_any_spelling() -> None:
    for each in issuers.all_tokens():
        assert each.contract not in (each.contract.lower(), each.contract.upper())
        assert (
            issuers.token(each.contract.lower() if each.chain != "trx" else each.contract, each.chain) == each
        )
        assert spelling.chain_of(each.contract) in ("eth", "trx")
        assert each.freeze.endswith("(address)")
    digits = {"USDT": 6, "USDC": 6, "EURC": 6, "PYUSD": 6, "USDP": 18, "BUSD": 18}
    assert {each.symbol: each.decimals for each in issuers.all_tokens()} == digits
    assert issuers.contracts("usdt", "eth") == {"0xdac17f958d2ee523a2206206994597c13d831ec7"}
    assert issuers.contracts("USDT", "btc") == frozenset()
    assert issuers.token(made.ethereum(1), "eth") is None
    assert issuers.source().date == "2026-11-22"
