"""A trace is shown to people and handed to programs; nothing that strangers wrote can act on either."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from money.made_chain import MadeChain
from money.made_flows import MadeNames, Payment, flows_of
from money.made_theft import address, theft_chain, txid
from quivive.money.ingest import ingest
from quivive.money.tags.tag import Tag
from quivive.money.trace.answer import trace_outputs
from quivive.money.trace.drawing import graphml, html, shown, table, terminal
from quivive.money.trace.drawing.layout import layout
from quivive.money.trace.nouns import METHODS, Asset, Limits, Pattern
from quivive.money.trace.utxo import trace_utxo

BTC = Asset(None, "BTC", 8)
NASTY = (
    "=cmd|' /C calc'!A0</script><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J\u202e]]>&amp;"
)
SPACE = {"g": graphml.NAMESPACE}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    ledger = ingest(MadeChain(theft_chain()), tmp_path_factory.mktemp("theft"))
    tags = {
        address("exchange"): (Tag(address("exchange"), "btc", "Example Exchange", category="exchange"),),
        address("mixer"): (Tag(address("mixer"), "btc", NASTY, category="mixing_service", source="http://x.example"),),
        address("peeled-1"): (Tag(address("peeled-1"), "btc", NASTY, abuse="scam", pack=NASTY),),
    }  # fmt: skip
    made = trace_utxo(
        ledger, [txid("theft")], tags_of=lambda text: tags.get(text, ()), sources=[NASTY, "a list"]
    )
    return replace(made, patterns=(Pattern("peel-chain", NASTY, (txid("peel-1"),)),))


class Page(HTMLParser):
    """What a browser sees: elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inner: dict[str, list[str]] = {}
        self.open = ""
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open = tag
        if tag in ("script", "style"):
            self.inner.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open in ("script", "style"):
            self.inner[self.open][-1] += data
        else:
            self.text += data


@pytest.fixture(scope="module")
def page(found):
    return Page(html.render(found))


def test_the_page_runs_its_own_scripts_only_and_names_them_by_hash(page):
    policy = next(
        a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    kinds = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
    assert kinds == ["application/json", None, None]
    for text in (*page.inner["script"][1:], *page.inner["style"]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_page_asks_nobody_for_anything(page):
    for tag, attributes in page.elements:
        assert tag not in ("img", "iframe", "link", "object", "embed", "form", "base")
        assert not [
            name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")
        ]
        assert attributes.get("href", "#").startswith("#")


def test_nothing_of_a_nasty_label_is_more_than_text(page):
    assert "</script><script>alert(1)</script>" in page.text
    for text in (page.text, *page.inner["script"][:1]):
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]", text)
    assert "hxxp://x.example" in page.text
    data = json.loads(page.inner["script"][0])
    assert any("alert(1)" in str(node["details"]) for node in data["nodes"])


def test_picture_and_table_hold_the_same_places(page, found):
    data = json.loads(page.inner["script"][0])
    rows = [
        attributes["data-id"] for tag, attributes in page.elements if tag == "tr" and "data-id" in attributes
    ]
    assert {node["id"] for node in data["nodes"]} == set(rows) == {node.id for node in found.nodes}
    assert {(e["source"], e["target"]) for e in data["edges"]} == {(e.source, e.target) for e in found.edges}
    kinds = {node["id"]: node["kind"] for node in data["nodes"]}
    assert kinds[f"{txid('theft')}:0"] == "seed"
    assert kinds[f"{txid('peel-1')}:0"] == "exchange"
    assert kinds[f"{txid('peel-2')}:0"] == "mixer"
    assert kinds[f"{txid('split')}:1"] == "coinjoin"
    assert kinds[f"{txid('joined')}:0"] == "unspent"


def test_without_its_script_the_page_says_where_it_can_be_stopped(page):
    assert "Where can it still be stopped?" in page.text
    assert address("exchange") in page.text
    assert "1.5 BTC" in page.text
    assert "The picture needs JavaScript" in page.text


def test_a_backward_page_names_the_sources(found, tmp_path):
    ledger = ingest(MadeChain(theft_chain()), tmp_path)
    text = Page(html.render(trace_utxo(ledger, [txid("joined")], direction="backward"))).text
    assert "Where did the money come from?" in text
    assert "newly mined" in text
    assert address("victim") in text


def test_money_flows_from_left_to_right_in_either_direction(found, tmp_path):
    ledger = ingest(MadeChain(theft_chain()), tmp_path)
    for trace in (found, trace_utxo(ledger, [txid("joined")], direction="backward")):
        picture = layout(trace)
        across = {node.id: x for node, x, _ in picture.places}
        assert all(across[edge.source] < across[edge.target] for edge in picture.edges)
        assert len({(x, y) for _, x, y in picture.places}) == len(picture.places)


def peel_chain(links: int) -> list[Payment]:
    """Each payment takes one satoshi off."""
    first: Payment = ([], [(0, 10 * links)])
    rest: list[Payment] = [
        ([1 + 2 * (n - 1) if n else 0], [(n, 10 * links - n - 1), (n, 1)]) for n in range(links)
    ]
    return [first, *rest]


def test_a_peel_chain_of_thousands_of_links_is_drawn_and_cut_with_a_count():
    made = trace_outputs(
        flows_of(peel_chain(3000)), [0], MadeNames(), BTC, methods=METHODS, chain="btc", tip_height=1,
        tip_hash="00", made_at="2026-11-22T12:00:00Z",
        limits=Limits(depth=None, max_nodes=None, min_share=None),
    )  # fmt: skip
    assert len(made.nodes) == 6001
    text = terminal.render(made)
    assert len(text.splitlines()) < 200
    assert "places are not drawn" in text
    page = html.render(made)
    assert "more stand in the table" in page
    assert layout(made).places_left_out > 5000


def test_the_terminal_shows_amounts_ends_and_whom_to_ask(found):
    text = terminal.render(found, width=140)
    assert "◆ SEED" in text
    assert "■ exchange Example Exchange" in text
    assert "EXCHANGE Example Exchange: 1.5 BTC at " + address("exchange") in text
    assert text.index("EXCHANGE Example Exchange: 1.5") < text.index("UNSPENT: 3.4494 BTC")
    assert (
        "fifo    6.4494 BTC unspent + 3.5 BTC at services + 0.0004 BTC fees + 0.0501 BTC not followed" in text
    )
    assert "= 9.9999 BTC traced" in text
    assert "peel-chain" in text


def test_no_label_can_move_the_cursor_and_without_colour_nothing_does(found):
    plain = terminal.render(found, colour=False)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", plain)
    coloured = terminal.render(found, colour=True)
    assert "\x1b[2J" not in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_in_a_spreadsheet_no_label_is_a_formula(found):
    rows = list(csv.DictReader(io.StringIO(table.render(found))))
    assert len(rows) == len(found.nodes)
    for row in rows:
        assert not [cell for cell in row.values() if cell[:1] in "=+-@|%\t" and cell]
    seed = rows[0]
    assert (seed["depth"], seed["value"], seed["fifo"], seed["address"]) == (
        "0",
        "9.9999",
        "9.9999",
        address("thief"),
    )
    assert {row["stopped"] for row in rows} == {"", "service", "mixer", "coinjoin", "unspent"}
    assert any(row["tags"].startswith("'=cmd") for row in rows)


def test_graphml_reads_as_xml_with_every_place_and_payment(found):
    root = ElementTree.fromstring(graphml.render(found))
    nodes, edges = root.findall(".//g:node", SPACE), root.findall(".//g:edge", SPACE)
    assert {node.get("id") for node in nodes} == {node.id for node in found.nodes}
    assert {(e.get("source"), e.get("target")) for e in edges} == {(e.source, e.target) for e in found.edges}
    declared = {key.get("id") for key in root.findall("g:key", SPACE)}
    assert {data.get("key") for data in root.findall(".//g:data", SPACE)} <= declared
    first = {data.get("key"): data.text for data in nodes[0].findall("g:data", SPACE)}
    assert float(first["n_taint_fifo"]) == 9.9999
    assert first["n_seed"] == "true"


@pytest.mark.parametrize(
    ("amount", "decimals", "written"),
    [(1, 8, "0.00000001"), (123_456_789_012, 8, "1,234.56789012"), (0, 8, "0"), (10**8, 8, "1"),
     (2**200, 18, "1,606,938,044,258,990,275,541,962,092,341,162,602,522,202.993782792835301376"),
     (1.4, 8, "0.00000001"), (7, 0, "7"), (1000, 0, "1,000")],
)  # fmt: skip
def test_amounts_are_written_exactly(amount, decimals, written):
    assert shown.number(amount, Asset(None, "X", decimals)) == written


def test_a_time_that_no_calendar_holds_is_left_out():
    assert shown.moment(2**62) == ""
    assert shown.moment(None) == ""
    assert shown.moment(0) == "1970-01-01 00:00"
