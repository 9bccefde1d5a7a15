"""What `quivive check` says of a wallet: sanctions, tags, contradictions, exposure, and never 'clean'."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from string import Formatter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import NOON
from money import made_addresses as made
from money.made_chain import MadeChain, outputs_chain
from quivive import wallets
from quivive.errors import CouldNotLook, NotThere
from quivive.model import Context, Finding, MoneyTrust, Observable
from quivive.money.attribution import WalletTags
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.tags.book import TagBook
from quivive.money.tags.listing import Listing, ListVersion
from quivive.money.tags.lists import read_ofac
from quivive.money.tags.tag import Tag
from quivive.money.wallet_exposure import WalletExposure
from quivive.render.lang import sentences
from quivive.workbench import Workbench

BAD, MAYBE = made.bitcoin("bad"), made.bitcoin("maybe")
DAY = date(2026, 2, 5)


def tagged(*tags: Tag, name: str = "made up") -> Listing:
    version = ListVersion(name, "tags", DAY, "0" * 64, "CC0", len(tags))
    return Listing(version, tuple(replace(each, pack=name) for each in tags))


def sanctions(day: date = DAY, **files: str) -> Listing:
    return read_ofac({f"sanctioned_addresses_{code}.txt": text.encode() for code, text in files.items()}, day)


def said(address: str, *listings: Listing) -> dict[str, Finding]:
    book = TagBook.holding([sanctions(XBT=BAD), *listings] if len(listings) < 2 else listings)
    context = Context(NOON, money=MoneyTrust(tags=book))
    seen = Observable("cryptocurrency-wallet", wallets.canonical(address), "a message")
    return {each.code: each for each in WalletTags().examine(seen, context) if isinstance(each, Finding)}


def test_a_sanctioned_wallet_is_a_fact_with_list_and_date() -> None:
    found = said(BAD)
    assert set(found) == {"wallet/sanctioned"}
    assert found["wallet/sanctioned"].kind == "fail"
    assert "of 2026-02-05" in found["wallet/sanctioned"].message
    assert found["wallet/sanctioned"].weight is None


def test_a_sanctioned_evm_address_is_told_for_all_evm_networks() -> None:
    found = said(made.checksummed("e"), sanctions(ARB=made.ethereum("e")), tagged())
    assert "for Arbitrum" in found["wallet/sanctioned-evm"].message
    assert "other networks built like Ethereum" in found["wallet/sanctioned-evm"].message


def test_an_address_listed_for_a_fork_is_told_with_its_reason() -> None:
    found = said(made.bitcoin("f"), sanctions(BCH=made.cash("f")), tagged())
    assert "same key" in found["wallet/sanctioned-same-key"].message
    assert "Bitcoin Cash" in found["wallet/sanctioned-same-key"].message


def test_what_was_delisted_asks_for_a_look() -> None:
    found = said(MAYBE, sanctions(date(2026, 1, 1), XBT=f"{BAD}\n{MAYBE}"), sanctions(XBT=BAD))
    assert found["wallet/delisted"].kind == "review"
    assert found["wallet/delisted"].params["newer"] == "2026-02-05"
    assert "wallet/sanctioned" not in found


@pytest.mark.parametrize(
    ("fields", "code", "kind"),
    [({"abuse": "ransomware"}, "wallet/scam", "fail"), ({"abuse": "phishing"}, "wallet/scam", "fail"),
     ({"abuse": "pyramid_scheme"}, "wallet/scam", "fail"),
     ({"abuse": "service_hack"}, "wallet/abuse", "review"),
     ({"abuse": "sanction"}, "wallet/abuse", "review"),
     ({"category": "black_list"}, "wallet/frozen", "review"),
     ({"category": "mixing_service"}, "wallet/mixer", "review"),
     ({"category": "exchange"}, "wallet/attributed", "informational"),
     ({"category": "exchange", "abuse": "scam"}, "wallet/scam", "fail"),
     ({}, "wallet/attributed", "informational")],
)  # fmt: skip
def test_what_a_tag_says_decides_its_weight(fields: dict[str, str], code: str, kind: str) -> None:
    tag = replace(Tag(MAYBE, "btc", "a label", confidence="forensic", lastmod=DAY), **fields)
    found = said(MAYBE, tagged(tag))
    assert set(found) == {code, "wallet/not-listed"}
    assert found[code].kind == kind
    assert "by the list made up, 2026-02-05. Confidence 50 of 100 (forensic)." in found[code].message


def test_contradictions_are_shown_and_not_decided() -> None:
    tags = tagged(Tag(MAYBE, "btc", "a", "one", "exchange"), Tag(MAYBE, "btc", "b", "two", "mixing_service"))
    found = said(MAYBE, tags)
    assert found["wallet/conflicting-tags"].kind == "open"
    assert {"wallet/attributed", "wallet/mixer"} <= set(found)


def test_many_tags_are_counted_and_not_all_told() -> None:
    tags = tagged(*(Tag(MAYBE, "btc", f"label {n}", category="exchange") for n in range(9)))
    assert said(MAYBE, tags)["wallet/more-tags"].params["count"] == "6"


def test_an_unknown_wallet_does_not_read_as_safe() -> None:
    found = said(MAYBE)
    assert set(found) == {"wallet/unknown", "wallet/not-listed"}
    assert {each.kind for each in found.values()} == {"informational"}
    words = " ".join(each.message for each in found.values()).lower()
    assert "no good sign" in words
    assert "says nothing about who holds it" in words
    assert not {"clean", "safe", "harmless."} & set(words.split())


def test_without_a_ledger_exposure_could_not_be_looked_at() -> None:
    seen = Observable("cryptocurrency-wallet", MAYBE)
    with pytest.raises(CouldNotLook, match="no ledger of Bitcoin is at hand") as caught:
        list(WalletExposure().examine(seen, Context(NOON)))
    assert not isinstance(caught.value, NotThere)


def addressed(block: Block) -> Block:
    """The block with addresses of the right form."""

    def output(each: Output) -> Output:
        return replace(each, address=each.address and made.bitcoin(each.address))

    def spent(each: Input) -> Input:
        return replace(each, spent=each.spent and output(each.spent))

    changed = tuple(
        replace(tx, inputs=tuple(map(spent, tx.inputs)), outputs=tuple(map(output, tx.outputs)))
        for tx in block.transactions if isinstance(tx, Transaction)
    )  # fmt: skip
    return replace(block, transactions=changed)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("ledger")
    ingest(MadeChain([addressed(block) for block in outputs_chain(40, seed=3)]), folder)
    return Ledger.open(folder)


def exposed(ledger: Ledger, address: str, *tags: Tag) -> dict[str, Finding]:
    context = Context(NOON, money=MoneyTrust((ledger,), TagBook.holding([sanctions(XBT=BAD), tagged(*tags)])))
    seen = Observable("cryptocurrency-wallet", address)
    return {each.code: each for each in WalletExposure().examine(seen, context) if isinstance(each, Finding)}


def payment(ledger: Ledger) -> tuple[str, str]:
    """Who paid and who was paid, somewhere in the ledger."""
    found = ledger.sql(
        "select i.address a, o.address b from inputs i join outputs o using (tx) "
        "where i.address >= 0 and o.address >= 0 and i.address <> o.address order by tx limit 1"
    )
    one, two = ledger.addresses([found["a"][0].as_py(), found["b"][0].as_py()])
    return one, two


def test_with_a_ledger_the_money_is_followed_to_those_whom_tags_name(ledger: Ledger) -> None:
    payer, paid = payment(ledger)
    found = exposed(ledger, paid, Tag(payer, "btc", "a gang", abuse="ransomware"))
    assert found["exposure/received"].kind == "review"
    assert found["exposure/received"].params["category"] == "ransomware"
    assert "haircut, a convention" in found["exposure/received"].message


def test_a_sanctioned_address_of_the_same_cluster_is_told_as_a_heuristic(ledger: Ledger) -> None:
    payer, paid = payment(ledger)
    numbers = list(range(ledger.counts["addresses"]))
    one, two = (ledger.address_id(each) for each in (payer, paid))
    labels = [one if number == two else number for number in numbers]
    path = ledger.folder / "labels.parquet"
    pq.write_table(pa.table({"address": numbers, "cluster": labels}), path)
    book = TagBook.holding([sanctions(XBT=payer)])
    seen = Observable("cryptocurrency-wallet", paid)
    try:
        found = list(WalletExposure().examine(seen, Context(NOON, money=MoneyTrust((ledger,), book))))
    finally:
        path.unlink()
    (told,) = [
        each for each in found if isinstance(each, Finding) and each.code == "exposure/cluster-sanctioned"
    ]
    assert told.kind == "review"
    assert told.params["other"] == payer
    assert "heuristic" in told.message


def test_money_that_no_tag_names_is_not_called_harmless(ledger: Ledger) -> None:
    found = exposed(ledger, payment(ledger)[1])
    assert set(found) == {"exposure/untagged"}
    assert "no sign that it is harmless" in found["exposure/untagged"].message


def test_a_wallet_that_the_ledger_never_saw_is_told_with_the_block(ledger: Ledger) -> None:
    assert exposed(ledger, MAYBE)["exposure/unseen"].params["block"] == "39"


def test_a_ledger_of_another_chain_does_not_help(ledger: Ledger) -> None:
    with pytest.raises(CouldNotLook, match="no ledger of Ethereum"):
        exposed(ledger, made.ethereum("e"))


@pytest.mark.parametrize("detector", [WalletTags(), WalletExposure()], ids=lambda d: d.name)
@pytest.mark.parametrize("language", ["de", "es"])
def test_every_finding_has_its_sentence(detector: WalletTags | WalletExposure, language: str) -> None:
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    translated = sentences(language)
    for code, english in detector.codes.items():
        assert fields(translated[code]) == fields(english), code


def test_no_sentence_is_left_over() -> None:
    known = {*WalletTags().codes, *WalletExposure().codes}
    for language in ("de", "es"):
        mine = {code for code in sentences(language) if code.startswith(("wallet/", "exposure/"))}
        assert mine == known


def test_a_text_with_a_tagged_wallet_calls_for_action(bench: Workbench) -> None:
    address = next(tag.address for _, tag in TagBook.shipped().all() if tag.abuse == "ransomware")
    report = bench.check(f"The rent goes to {address} from now on.".encode(), name="note.txt")
    assert report.attention == "act"
    assert "wallet/scam" in {each.code for each in report.findings}
    assert any("sanctioned" in source.name for source in report.sources)
    skipped = [each for each in report.examinations if each.detector == "money.exposure"]
    assert "was not looked at" in (skipped[0].skipped or "")
