"""TagPacks and ActorPacks of GraphSense: inheritance, the specification, hostile YAML, all come back."""

from __future__ import annotations

import tarfile
from datetime import date
from pathlib import Path

import pytest

from money import made_addresses as made
from quivive.errors import TooLarge, Unreadable
from quivive.money.tags.lists import read_list
from quivive.money.tags.tagpack import Pack, problems, read_pack, write_pack
from quivive.money.tags.yaml_reader import read_yaml

PACK = f"""\
title: Made-up exchange
creator: Quivive tests
confidence: service_data
category: exchange
network: BTC
source: https://example.org/reserves
lastmod: 2026-01-02
is_cluster_definer: true
tags:
- address: {made.bitcoin(1)}
  label: Example cold wallet
  actor: example_exchange
- address: {made.ethereum(2)}
  network: ETH
  label: Example hot wallet
  confidence: web_crawl
  is_cluster_definer: false
  concepts:
  - exchange
  - hot_wallet
  context: '{{"note": "kept"}}'
  house_field: kept too
"""


def test_tags_inherit_the_header_and_their_own_fields_win() -> None:
    first, second = read_list(PACK.encode(), "made.yaml", licence="CC0").tags
    assert (first.chain, first.category, first.level, first.cluster) == ("btc", "exchange", 50, True)
    assert (first.source, first.lastmod) == ("https://example.org/reserves", date(2026, 1, 2))
    assert (second.chain, second.level, second.cluster) == ("eth", 20, False)
    assert second.concepts == ("exchange", "hot_wallet")
    assert second.licence == "CC0"
    assert second.pack == "Made-up exchange (made.yaml)"


def test_a_header_of_its_own_is_inherited_too() -> None:
    head, tags = PACK.split("tags:\n")
    nested = "header:\n" + "".join(f"  {line}\n" for line in head.splitlines()) + "tags:\n" + tags
    assert read_list(nested.encode(), "made.yaml").tags == read_list(PACK.encode(), "made.yaml").tags


def test_reading_and_writing_change_nothing_unknown_fields_included() -> None:
    pack = read_pack(PACK.encode(), "made.yaml")
    again = read_pack(write_pack(pack).encode(), "again.yaml")
    assert again == pack
    assert again.entries[1]["house_field"] == "kept too"


def test_what_is_written_holds_no_references() -> None:
    shared = ["exchange"]
    tags = tuple({"address": made.bitcoin(n), "label": "x", "concepts": shared} for n in range(2))
    text = write_pack(Pack({"title": "t", "creator": "c"}, tags))
    assert "&" not in text
    assert "*" not in text


def test_text_that_looks_like_something_else_comes_back_as_text() -> None:
    words = ["0x10", "yes", "2022-01-01", "1e3", "null", "# x", "a: b", "ünï", "", "'", '"', "- x", "012"]
    pack = Pack({"title": "t", "creator": "c"}, tuple({"label": word} for word in words))
    assert [each["label"] for each in read_pack(write_pack(pack).encode(), "x").entries] == words


def test_a_sound_pack_has_no_problems_but_its_unknown_field() -> None:
    found = problems(read_pack(PACK.encode(), "made.yaml"), "made.yaml")
    assert [str(each) for each in found] == [
        "made.yaml, line 13: the field “house_field” is not in the specification."
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [("title: Made-up exchange\n", "no title"), ("creator: Quivive tests\n", "no creator"),
     ("confidence: service_data\n", "no confidence"), ("network: BTC\n", "no currency or network"),
     ("source: https://example.org/reserves\n", "no source"), ("  label: Example cold wallet\n", "no label")],
)  # fmt: skip
def test_what_the_specification_demands_and_lacks_is_told(line: str, reason: str) -> None:
    found = problems(read_pack(PACK.replace(line, "").encode(), "made.yaml"), "made.yaml")
    assert any(reason in each.reason for each in found)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [("category: exchange", "category: unicorn", "“unicorn” is no concept"),
     ("category: exchange", "category: black_list", "“black_list” is no concept"),
     ("confidence: web_crawl", "confidence: hearsay", "“hearsay” is no confidence"),
     ("lastmod: 2026-01-02", "lastmod: last year", "“last year” is no date"),
     ("is_cluster_definer: false", "is_cluster_definer: perhaps", "neither true nor false")],
)  # fmt: skip
def test_wrong_words_are_told(old: str, new: str, reason: str) -> None:
    found = problems(read_pack(PACK.replace(old, new).encode(), "made.yaml"), "made.yaml")
    assert any(reason in each.reason for each in found)


def test_a_wrong_checksum_is_told_with_file_and_line_and_the_rest_is_kept() -> None:
    listing = read_list(PACK.replace(made.bitcoin(1), made.wrong(made.bitcoin(1))).encode(), "made.yaml")
    assert [tag.label for tag in listing.tags] == ["Example hot wallet"]
    (fault,) = listing.faults
    assert (fault.file, fault.line) == ("made.yaml", 10)
    assert "checksum" in fault.reason


def test_an_actor_pack_says_who_somebody_is() -> None:
    text = """\
title: Actors
creator: Quivive tests
lastmod: 2026-01-02
actors:
- id: example_exchange
  label: Example Exchange
  uri: exchange.example
  categories: [exchange]
  jurisdictions: [AT]
  context:
    refs: [exchange.example/about]
"""
    pack = read_pack(text.encode(), "actors.yaml")
    assert read_pack(write_pack(pack).encode(), "x") == pack
    assert problems(pack, "actors.yaml") == ()
    (actor,) = read_list(text.encode(), "actors.yaml").actors
    assert (actor.label, actor.categories, actor.jurisdictions) == (
        "Example Exchange",
        ("exchange",),
        ("AT",),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b"[" * 100_000, "deeper than"), (b"{a: " * 100_000, "deeper than"),
     (b"a: &x [1, 2]\nb: *x\n", "line 2: a reference"),
     (b"title: a\ntitle: b\n", "line 2: the field “title”"),
     (b"tags: [1, 2\ncreator: x", "line 2: this is not YAML"), (b"title: \x00", "not YAML"),
     (b"\xff\xfe\x41", "not YAML"), (b"title: x\n---\ntitle: y\n", "a second document"),
     (b"title: x\n", "neither a TagPack"), (b"title: x\ntags: 3\n", "is no list"),
     (b"title: x\ntags:\n- address: a\n- b\n", "after line 3"), (b"", "neither a TagPack"),
     (b"? [a]\n: b\n", "a name of a field")],
)  # fmt: skip
def test_hostile_yaml_is_refused_with_its_place(text: bytes, reason: str) -> None:
    with pytest.raises((Unreadable, TooLarge), match=reason) as caught:
        read_pack(text, "evil.yaml")
    assert str(caught.value).startswith("evil.yaml")


def test_yaml_makes_no_objects() -> None:
    assert read_yaml(b"a: !!python/object/apply:os.system ['true']\n", "x").value == {"a": ["true"]}


def test_every_pack_of_graphsense_comes_back_as_it_was(shared_data: Path) -> None:
    packs = 0
    with tarfile.open(shared_data / "money" / "tagpacks.tar.xz") as archive:
        for member in archive:
            handle = archive.extractfile(member) if member.name.endswith(".yaml") else None
            if handle is not None:
                pack = read_pack(handle.read(), member.name)
                assert read_pack(write_pack(pack).encode(), member.name) == pack, member.name
                packs += 1
    assert packs == 79
