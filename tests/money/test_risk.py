"""Reasons that add up, each with its method; and what no reasons does not mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import BadConfig, BadReport, NotFound
from quivive.money.exposure.nouns import ENDS, Entity, Exposure, Limits, Row, Side
from quivive.money.risk import as_dict, assess, recount
from quivive.money.risk_rules import SHIPPED, read_rules
from quivive.money.tags.tag import Tag
from quivive.money.trace.nouns import Pattern

RULES = read_rules()


def tag(category: str, confidence: str = "service_data", **more: object) -> Tag:
    return replace(Tag("a1", "btc", f"a {category}", None, category, None, confidence, "made up",
                       date(2026, 1, 2), "CC0", "ours"), **more)  # fmt: skip


def row(category: str, direct: float = 0.0, indirect: float = 0.0, **more: object) -> Row:
    tags = () if category in ENDS else (tag(category),)
    far = ("t0", "t2") if direct and indirect else ()
    known = Entity("a1", "somebody", 5, direct, 1 if direct else 3, ("t1",), tags, far)
    entities = (known,) if tags else ()
    share = direct + indirect
    amount, hops = round(share * 1000), 1 if direct else 3
    made = Row(category, amount, share, direct, indirect, amount, hops, 2.0, entities)
    return replace(made, **more)


def exposure(
    *rows: Row, tags: tuple[Tag, ...] = (), cluster: int = 1, way: str = "incoming", found: bool = True
) -> Exposure:
    side = Side(way, 1000, 3, 1.0, rows)  # type: ignore[arg-type]
    sides, gaps = (side,) if found else (), ("The ledger ends.",)
    return Exposure("btc", "a0", None, 8, cluster, sides, tags, Limits(), gaps, found=found)


def test_a_listed_address_is_a_fact_with_the_lists_date() -> None:
    said = assess(exposure(tags=(tag("sanction", "authority_data"),)), RULES, ())
    (reason,) = said.reasons
    assert (reason.method, reason.points, said.total) == ("fact", 100, 100)
    assert reason.list_date == date(2026, 1, 2)
    newer = replace(exposure(tags=(tag("sanction"),)), list_dates={"ours": date(2026, 3, 4)})
    assert assess(newer, RULES, ()).reasons[0].list_date == date(2026, 3, 4)
    assert "authority_data" in reason.sentence
    assert "2026-01-02" in reason.sentence


def test_a_tag_that_is_a_guess_is_never_shown_as_a_fact() -> None:
    for confidence in ("heuristic", "unknown", None):
        (reason,) = assess(exposure(tags=(tag("scam", confidence),)), RULES, ()).reasons  # type: ignore[arg-type]
        assert reason.method == "heuristic"


def test_direct_and_indirect_money_are_two_reasons_by_two_methods() -> None:
    said = assess(exposure(row("scam", 0.3, 0.2), row("mined", 0.5)), RULES, ())
    assert {(r.rule, r.method) for r in said.reasons} == {
        ("received-from-abuse", "fact"), ("traced-from-abuse", "haircut")
    }  # fmt: skip
    assert said.total == 45 + 25
    assert {r.method: r.txids for r in said.reasons} == {"fact": ("t1",), "haircut": ("t0", "t2")}


def test_a_concept_counts_by_the_rule_of_the_broader_one() -> None:
    (reason,) = assess(exposure(row("ransomware", 1.0)), RULES, ()).reasons
    assert (reason.rule, reason.category) == ("received-from-abuse", "ransomware")


def test_what_rests_on_a_cluster_is_a_heuristic_and_says_so() -> None:
    (tagged,) = assess(exposure(row("scam", 0.6, by_cluster=True)), RULES, ()).reasons
    (owned,) = assess(exposure(row("scam", 0.6), cluster=4), RULES, ()).reasons
    assert tagged.method == owned.method == "heuristic"
    assert "cluster" in tagged.sentence
    assert "whole cluster" in owned.sentence


def test_a_tag_of_another_address_of_the_cluster_is_a_heuristic_of_fewer_points() -> None:
    said = replace(exposure(cluster=3), cluster_tags=(tag("sanction", "authority_data"),))
    (reason,) = assess(said, RULES, ()).reasons
    assert (reason.rule, reason.method, reason.points) == ("cluster-sanctioned", "heuristic", 60)
    assert "probably has the same owner" in reason.sentence


def test_a_pattern_is_a_heuristic() -> None:
    found = Pattern("peel-chain", "Nine times a small part was split off.", ("t1", "t2"))
    (reason,) = assess(exposure(), RULES, [found]).reasons
    assert (reason.method, reason.txids) == ("heuristic", ("t1", "t2"))


def test_an_exchange_is_no_reason_against_anybody() -> None:
    assert assess(exposure(row("exchange", 1.0)), RULES, ()).reasons == ()


def test_nothing_known_does_not_read_as_safe() -> None:
    said = assess(exposure(row("unattributed", 1.0)), RULES, ())
    assert said.total == 0
    assert "does not make it safe" in said.verdict
    assert said.could_not_look == ("The ledger ends.",)


def test_an_address_that_was_never_seen_could_not_be_looked_at() -> None:
    assert assess(exposure(found=False), RULES, ()).verdict.startswith("Could not look")


def test_patterns_that_nobody_looked_for_stand_among_what_could_not_be_looked_at() -> None:
    assert "No patterns were looked for." in assess(exposure(), RULES).could_not_look
    assert "No patterns were looked for." not in assess(exposure(), RULES, ()).could_not_look


CATEGORIES = st.sampled_from(
    ["sanction", "scam", "ransomware", "mixing_service", "gambling", "exchange", "frozen"]
)
ROWS = st.lists(st.tuples(CATEGORIES, st.floats(0, 1), st.floats(0, 1), st.booleans()), max_size=8)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.lists(CATEGORIES, max_size=3), st.sampled_from(["incoming", "outgoing"]), st.integers(1, 3))
def test_the_total_is_the_sum_of_the_reasons_and_comes_from_the_json_alone(rows, said, way, cluster) -> None:  # type: ignore[no-untyped-def]
    made = [row(name, a / 2, b / 2, by_cluster=c) for name, a, b, c in rows]
    statement = assess(exposure(*made, tags=tuple(map(tag, said)), way=way, cluster=cluster), RULES, ())
    written = json.loads(json.dumps(as_dict(statement)))
    assert recount(written) == statement.total == sum(r["points"] for r in written["reasons"])
    assert all(r["points"] > 0 and r["sentence"] and r["method"] for r in written["reasons"])
    if cluster > 1:
        assert all(r.method == "heuristic" for r in statement.reasons if r.way != "address")


@settings(max_examples=60, deadline=None)
@given(ROWS, st.lists(CATEGORIES, max_size=3, unique=True), st.randoms())
def test_the_order_of_rows_and_tags_has_no_say(rows, said, random) -> None:  # type: ignore[no-untyped-def]
    made, tags = [row(name, a / 2, b / 2, by_cluster=c) for name, a, b, c in rows], [tag(c) for c in said]
    first = assess(exposure(*made, tags=tuple(tags)), RULES, ())
    random.shuffle(made)
    random.shuffle(tags)
    second = assess(exposure(*made, tags=tuple(tags)), RULES, ())
    assert first.total == second.total
    assert [r.rule for r in first.reasons] == [r.rule for r in second.reasons]


def test_a_statement_whose_total_was_changed_is_refused() -> None:
    written = as_dict(assess(exposure(row("scam", 0.3)), RULES, ()))
    with pytest.raises(BadReport, match="add up"):
        recount(written | {"total": 5})
    with pytest.raises(BadReport, match="below their step"):
        recount(written | {"reasons": [written["reasons"][0] | {"share": 0.05}]})
    with pytest.raises(BadReport):
        recount({"reasons": None})


def test_the_statement_names_the_table_it_was_made_by(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text(SHIPPED.read_text("utf-8").replace("[[0, 100]]", "[[0, 7]]"), "utf-8")
    shipped = assess(exposure(tags=(tag("sanction"),)), RULES, ())
    changed = assess(exposure(tags=(tag("sanction"),)), read_rules(own), ())
    assert (shipped.total, changed.total) == (100, 7)
    assert as_dict(shipped)["rules"]["sha256"] != as_dict(changed)["rules"]["sha256"]
    assert RULES.dated == "2026-11-22"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rules: 3", "no list 'rules'"),
        ("[", "not YAML"),
        ("rules: " + "[" * 100_000, "deeper than 24 levels"),
        ("a: &a [x]\nrules: [*a]", "is not followed"),
        ("rules: [4]", "rule 1 is no mapping"),
        ("rules: [{id: a, way: moon, concepts: [x], steps: [[0, 1]], why: w}]", "'way' is one of"),
        ("rules: [{id: a, way: incoming, concepts: [x], steps: [[0, 1]], why: w}]", "'how'"),
        ("rules: [{id: a, way: address, steps: [[0, 1]], why: w}]", "no list of concepts"),
        ("rules: [{id: a, way: address, concepts: [x], steps: [[0, 1.5]], why: w}]", "whole"),
        (
            "rules: [{id: a, way: address, concepts: [x], steps: [[0, 1], [0.5, 2]], why: w}]",
            "from the highest",
        ),
        ("rules: [{id: a, way: address, concepts: [x], steps: 3, why: w}]", "pairs"),
        ("rules: [{way: address, concepts: [x], steps: [[0, 1]], why: w}]", "needs an 'id'"),
    ],
)
def test_a_table_that_does_not_read_is_refused_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadConfig, match=fault):
        read_rules(path)


def test_a_table_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_rules(tmp_path / "none.yaml")
