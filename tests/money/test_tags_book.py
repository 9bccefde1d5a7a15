"""One question to all lists: the surest first, older versions silent, contradictions shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from money import made_addresses as made
from quivive.errors import NotFound, Unreadable
from quivive.money.tags.book import HOUSE, TagBook
from quivive.money.tags.listing import Actor, Listing, ListVersion
from quivive.money.tags.shelf import Shelf
from quivive.money.tags.tag import Tag


def tag(address: str, label: str = "x", chain: str = "btc", **fields: object) -> Tag:
    return replace(Tag(address, chain, label), **fields)  # type: ignore[arg-type]


def listing(*tags: Tag, name: str = "made up", day: date | None = None, digest: str = "0", actors: tuple = ()
            ) -> Listing:  # fmt: skip
    named = tuple(replace(each, pack=name) for each in tags)
    return Listing(ListVersion(name, "tags", day, digest, "CC0", len(tags)), named, actors)


def test_the_surest_tag_comes_first_and_nothing_is_merged() -> None:
    address = made.bitcoin(1)
    book = TagBook.holding([
        listing(tag(address, "hearsay", confidence="web_crawl"),
                tag(address, "court", confidence="authority_data"))
    ])  # fmt: skip
    assert [each.label for each in book.of(address)] == ["court", "hearsay"]


def test_every_spelling_finds_the_tag_and_the_tag_keeps_its_own() -> None:
    book = TagBook.holding([listing(tag(made.checksummed("a"), chain="eth"))])
    for spelled in (made.ethereum("a"), made.checksummed("a"), f"  {made.ethereum('a').upper()} "):
        assert [each.address for each in book.of(spelled)] == [made.checksummed("a")]


def test_a_tag_for_bitcoin_speaks_of_the_same_key_on_bitcoin_cash() -> None:
    book = TagBook.holding([listing(tag(made.bitcoin("a")))])
    assert [each.chain for each in book.of(made.cash("a"))] == ["btc"]


def test_what_is_no_address_has_no_tags() -> None:
    book = TagBook.holding([listing(tag(made.bitcoin("a")))])
    assert book.of("nonsense") == ()
    assert book.of("") == ()
    assert book.of("x" * 10_000) == ()


def test_only_the_newest_version_of_a_list_counts() -> None:
    old, new = made.bitcoin("old"), made.bitcoin("new")
    book = TagBook.holding([
        listing(tag(new), day=date(2026, 2, 1), digest="b"),
        listing(tag(old), day=date(2026, 1, 1), digest="a"),
    ])  # fmt: skip
    assert book.of(old) == ()
    assert len(book.of(new)) == 1
    assert [version.date for version, _ in book.entries(old)] == [date(2026, 1, 1)]
    assert [each.date for each in book.versions("made up")] == [date(2026, 1, 1), date(2026, 2, 1)]


def test_lists_of_one_title_in_two_files_do_not_push_each_other_out(tmp_path: Path) -> None:
    for n in (1, 2):
        text = f"title: Same\ncreator: c\nnetwork: BTC\nlabel: l\ntags:\n- address: {made.bitcoin(n)}\n"
        (tmp_path / f"{n}.yaml").write_text(text)
    book = TagBook.load(tmp_path / "1.yaml", tmp_path / "2.yaml")
    assert len(book.of(made.bitcoin(1))) == len(book.of(made.bitcoin(2))) == 1


def test_different_actors_categories_and_abuses_are_conflicts() -> None:
    address = made.bitcoin(1)
    book = TagBook.holding([listing(
        tag(address, "a", actor="one", category="exchange", abuse="ransomware", confidence="forensic"),
        tag(address, "b", actor="two", category="mixing_service", abuse="sextortion", confidence="web_crawl"),
    )])  # fmt: skip
    found = {each.field: each.values for each in book.conflicts(address)}
    assert found == {"actor": ("one", "two"), "category": ("exchange", "mixing_service"),
                     "abuse": ("ransomware", "sextortion")}  # fmt: skip


@pytest.mark.parametrize(
    ("one", "two"),
    [("defi", "defi_bridge"), ("exchange", "user"), ("service", "market"), ("exchange", "exchange")],
)
def test_a_broader_word_is_no_conflict(one: str, two: str) -> None:
    address = made.bitcoin(1)
    book = TagBook.holding([listing(tag(address, "a", category=one), tag(address, "b", category=two))])
    assert book.conflicts(address) == ()


def test_a_scam_at_an_exchange_is_no_conflict() -> None:
    address = made.bitcoin(1)
    book = TagBook.holding([listing(tag(address, "a", category="exchange"), tag(address, "b", abuse="scam"))])
    assert book.conflicts(address) == ()


def test_a_tag_that_only_names_an_actor_says_what_the_actor_is() -> None:
    actor = Actor("one", "One", "one.example", ("exchange",), ("AT",))
    book = TagBook.holding([listing(tag(made.bitcoin(1), actor="one"), actors=(actor,))])
    assert book.of(made.bitcoin(1))[0].terms == ("exchange",)
    assert book.actor("one") == actor
    assert book.actor("two") is None


def test_tags_are_listed_as_a_ledger_spells_them() -> None:
    book = TagBook.holding([listing(
        tag(made.bitcoin("a")), tag(made.segwit("b")), tag(made.checksummed("c"), chain="bsc"),
        tag(made.script("l"), chain="ltc"),
    )])  # fmt: skip
    bare = made.cash("a").removeprefix("bitcoincash:")
    assert set(book.by_address("btc")) == {made.bitcoin("a"), made.segwit("b")}
    assert set(book.by_address("bch")) == {bare}
    assert set(book.by_address("eth")) == {made.ethereum("c")}
    assert set(book.by_address("ltc")) == {made.script("l", 0x32)}


def test_a_shelf_keeps_all_fields(tmp_path: Path) -> None:
    whole = Tag(made.segwit(1), "btc", "l", "actor", "exchange", "scam", "forensic", "source",
                date(2026, 1, 2), "MIT", "made up", ("hot_wallet", "exchange"), True)  # fmt: skip
    path = tmp_path / "tags.sqlite"
    Shelf.write(path, [listing(whole)])
    assert TagBook.load(path).of(made.segwit(1)) == (whole,)


def test_the_same_list_again_takes_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "tags.sqlite"
    for _ in range(2):
        Shelf.write(path, [listing(tag(made.bitcoin(1)))])
    book = TagBook.load(path)
    assert len(book.lists()) == len(book.of(made.bitcoin(1))) == 1


def test_a_houses_own_lists_stand_beside_those_that_ship(tmp_path: Path) -> None:
    path = tmp_path / HOUSE
    path.parent.mkdir(parents=True)
    Shelf.write(path, [listing(tag(made.bitcoin(1), "ours"))])
    book = TagBook.at_hand(tmp_path)
    assert [each.label for each in book.of(made.bitcoin(1))] == ["ours"]
    assert len(book.lists()) > 50


def test_a_file_that_is_no_shelf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"SQLite? no, but long enough to be looked at" * 10)
    with pytest.raises(Unreadable, match="no file of tags"):
        TagBook.load(tmp_path / "a.sqlite")
    with pytest.raises((NotFound, Unreadable)):
        TagBook.load(tmp_path / "missing.sqlite")
    with pytest.raises(NotFound):
        TagBook.load(tmp_path / "missing.csv")
