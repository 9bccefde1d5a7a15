"""Does every country rule catch its examples, spare what comes close, and say who says so?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml

from quivive.calls.countries import Circumstances, judge, shipped
from quivive.calls.countries.pack import EXAMPLES, Pack, Rule
from quivive.calls.countries.plan import SENTENCES

RULES = [(pack, rule) for pack in shipped() for rule in pack.rules]
each_rule = pytest.mark.parametrize(("pack", "rule"), [pytest.param(p, r, id=r.id) for p, r in RULES])


def circumstances(row: Mapping[str, Any]) -> Circumstances:
    at = row.get("at")
    noon = datetime(at.year, at.month, at.day, 12, tzinfo=UTC).timestamp() if at else None
    return Circumstances(**{**row, "at": noon})


def _rows(part: str) -> Iterator[object]:
    for _, rule in RULES:
        for number, row in enumerate(rule.examples[part], 1):
            yield pytest.param(rule, row, id=f"{rule.id}-{number}")


@pytest.mark.parametrize(("rule", "row"), list(_rows("positives")))
def test_it_judges(rule: Rule, row: Mapping[str, Any]) -> None:
    kinds = {found.rule: found.kind for found in judge(circumstances(row))}
    assert kinds.get(rule.id) == rule.kind


@pytest.mark.parametrize(("rule", "row"), list(_rows("near_misses")))
def test_it_spares_what_comes_close(rule: Rule, row: Mapping[str, Any]) -> None:
    assert rule.id not in {found.rule for found in judge(circumstances(row))}


@pytest.mark.parametrize(("rule", "row"), list(_rows("open")))
def test_it_cannot_tell(rule: Rule, row: Mapping[str, Any]) -> None:
    found = judge(circumstances(row))
    assert rule.id not in {each.rule for each in found}
    assert any(rule.source in each.source for each in found if each.kind == "open")


@each_rule
def test_a_rule_has_examples_of_every_kind_that_it_can_have(pack: Pack, rule: Rule) -> None:
    can_be_open = rule.trunk or rule.authenticated is not None or rule.roaming is False
    assert rule.examples["positives"]
    assert rule.examples["near_misses"]
    assert can_be_open or not rule.examples["open"]


@each_rule
def test_a_rule_begins_on_its_day(pack: Pack, rule: Rule) -> None:
    if rule.since is None:
        return
    row = next(row for row in rule.examples["positives"] if "at" not in row)
    day_before = date.fromordinal(rule.since.toordinal() - 1)
    assert rule.id in {found.rule for found in judge(circumstances({**row, "at": rule.since}))}
    assert rule.id not in {found.rule for found in judge(circumstances({**row, "at": day_before}))}


@each_rule
def test_a_rule_says_who_says_so_and_is_no_older_than_its_source(pack: Pack, rule: Rule) -> None:
    assert rule.origins
    for origin in rule.origins:
        assert origin.date <= pack.date
        assert not origin.checked or origin.section or origin.url, f"{origin}: what was checked?"
    assert set(rule.covers) <= set(SENTENCES)


@each_rule
def test_a_sentence_can_be_read_to_a_victim(pack: Pack, rule: Rule) -> None:
    text = rule.sentence
    assert "{number}" in text
    assert 60 < len(text) < 320
    assert text.endswith(".")
    assert not {"CLI", "trunk", "SIP", "E.164", "STIR"} & set(text.replace(".", " ").split())


def test_a_pack_is_readable_line_by_line() -> None:
    """No anchors, no tags: what a reader sees is what is meant."""
    from importlib.resources import files

    for file in (files("quivive.calls.countries") / "packs").iterdir():
        text = file.read_text("utf-8")
        kinds = {type(event) for event in yaml.parse(text)}
        assert yaml.AliasEvent not in kinds
        assert max(map(len, text.splitlines())) <= 150


def test_the_five_countries_of_the_issue_are_there() -> None:
    assert [pack.country for pack in shipped()] == ["BE", "DE", "FR", "GB", "US"]
    assert sum(len(rule.examples[part]) for _, rule in RULES for part in EXAMPLES) >= 120
