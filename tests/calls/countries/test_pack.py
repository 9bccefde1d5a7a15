"""Is adding a country adding a file, and is a wrong file named by file and key?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from quivive.calls.countries import Circumstances, judge, shipped
from quivive.calls.countries.packs_in_force import load, read
from quivive.calls.countries.patterns import compile_pattern
from quivive.errors import BadConfig

RULE: dict[str, Any] = {
    "id": "lu-from-abroad",
    "kind": "fail",
    "sentence": "{number} is a number of {country}, but the call came from abroad.",
    "sources": [{"document": "A law made up for this test", "date": "2020-01-01", "checked": False}],
    "caller": ["+352 2."],
    "trunk": ["international"],
    "examples": {
        "positives": [{"caller": "+352 2 000000", "callee": "+352 2 000001", "trunk": "international"}],
        "near_misses": [{"caller": "+352 2 000000", "callee": "+352 2 000001", "trunk": "national"}],
    },
}
PACK: dict[str, Any] = {"country": "LU", "name": "Luxembourg", "calling_code": 352, "date": "2026-11-22",
                        "rules": [RULE]}  # fmt: skip


def write(folder: Path, content: object, name: str = "lu.yaml") -> Path:
    text = yaml.safe_dump(content).replace("'2026-11-22'", "2026-11-22").replace("'2020-01-01'", "2020-01-01")
    (folder / name).write_text(text, "utf-8")
    return folder


def test_adding_a_country_is_adding_a_file(tmp_path: Path) -> None:
    packs = load(write(tmp_path, PACK))
    assert [pack.country for pack in packs] == ["BE", "DE", "FR", "GB", "US", "LU"]
    for part, expected in (("positives", True), ("near_misses", False)):
        (row,) = packs[-1].rules[0].examples[part]
        found = {each.rule: each for each in judge(Circumstances(**row), packs)}
        assert ("lu-from-abroad" in found) is expected
        assert "lu-from-abroad" not in {each.rule for each in judge(Circumstances(**row))}
    says = judge(Circumstances("+352 2 000000", "+352 2 000001", "FR"), packs)[0]
    assert says.text == "+352 20 00 00 0 is a number of Luxembourg, but the call came from abroad."
    assert says.source == "A law made up for this test"


def test_a_pack_of_the_users_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    rule = {**RULE, "id": "de-own"}
    packs = load(write(tmp_path, {**PACK, "country": "DE", "rules": [rule]}, "de.yaml"))
    assert sorted(pack.country for pack in packs) == ["BE", "DE", "FR", "GB", "US"]
    assert "de-from-abroad" not in {rule.id for pack in packs for rule in pack.rules}


def test_numbers_that_never_call_stand_beside_the_pack(tmp_path: Path) -> None:
    write(tmp_path, PACK)
    listed = "# the tax office\n+352 2 000000\n3528 00.  # a whole range\n\n"
    (tmp_path / "lu.do-not-originate.txt").write_text(listed, "utf-8")
    packs = read(tmp_path)

    def never(number: str) -> bool:
        return "never-calls" in {each.rule for each in judge(Circumstances(number, "+352 2 000001"), packs)}

    assert never("+352 2 000000")
    assert never("+352 800 123 45")
    assert not never("+352 2 0000001")
    assert not never("+352 801 123 45")
    assert judge(Circumstances("+352 2 000000"), packs)[0].kind == "fail"


def test_a_line_that_is_no_number_is_named(tmp_path: Path) -> None:
    write(tmp_path, PACK)
    (tmp_path / "lu.do-not-originate.txt").write_text("+352 2 000000\nsomebody\n", "utf-8")
    with pytest.raises(BadConfig, match=r"lu\.do-not-originate\.txt: line 2 .*somebody"):
        read(tmp_path)


def changed(**rule: object) -> dict[str, Any]:
    return {**PACK, "rules": [{**RULE, **rule}]}


def without(key: str) -> dict[str, Any]:
    return {**PACK, "rules": [{name: value for name, value in RULE.items() if name != key}]}


SOURCE = RULE["sources"][0]
WRONG: tuple[tuple[object, str], ...] = (
    ([], "the file must be a mapping"),
    ({**PACK, "rules": None}, "rules must be list"),
    ({**PACK, "rules": [1]}, r"rules\[0\] must be a mapping"),
    ({**PACK, "country": "XX"}, "country is 'XX'.*xx.yaml"),
    ({**PACK, "date": "yesterday"}, "date must be date"),
    ({**PACK, "calling_code": True}, "calling_code must be int"),
    ({**PACK, "neighbour": "6"}, "neighbour must be int"),
    ({**PACK, "colour": "red"}, "colour is unknown"),
    ({key: value for key, value in PACK.items() if key != "name"}, "name is missing"),
    ({**PACK, "rules": [RULE, RULE]}, "both define 'lu-from-abroad'"),
    (without("sentence"), r"rules\[0\]\.sentence is missing"),
    (without("examples"), r"rules\[0\]\.examples is missing"),
    (without("sources"), r"rules\[0\]\.sources is missing"),
    (changed(sources=[]), r"rules\[0\]\.sources must name who says so"),
    (changed(sources=[{**SOURCE, "checked": "no"}]), r"rules\[0\]\.sources\[0\]\.checked must be bool"),
    (changed(sources=[{"document": "x", "checked": True}]), r"sources\[0\]\.date is missing"),
    (changed(id="from-abroad"), r"rules\[0\]\.id must be lu-"),
    (changed(id="lu-From"), r"rules\[0\]\.id must be"),
    (changed(kind="pass"), r"rules\[0\]\.kind must be one of fail, review, informational"),
    (changed(sentence="{number.__class__} calls"), r"rules\[0\]\.sentence may use only"),
    (changed(sentence="{number calls"), r"rules\[0\]\.sentence does not read"),
    (changed(caller=["352a"]), r"rules\[0\]\.caller\[0\] does not read"),
    (changed(caller=[352]), r"rules\[0\]\.caller\[0\] does not read"),
    (changed(trunk=["abroad"]), r"rules\[0\]\.trunk\[0\] does not read"),
    (changed(trunk="international"), r"rules\[0\]\.trunk must be list"),
    (changed(authenticated=True), r"rules\[0\]\.authenticated must be one of"),
    (changed(roaming="perhaps"), r"rules\[0\]\.roaming must be one of"),
    (changed(roaming=0), r"rules\[0\]\.roaming must be one of"),
    (changed(wherever="yes"), r"rules\[0\]\.wherever must be bool"),
    (changed(covers=[1]), r"rules\[0\]\.covers\[0\] does not read"),
    (changed(examples={"positives": []}), r"rules\[0\]\.examples\.positives must hold an example"),
    (changed(examples={"positives": [{"calls": "1"}]}), r"examples\.positives\[0\]\.calls is unknown"),
)


@pytest.mark.parametrize(("content", "problem"), WRONG)
def test_a_wrong_pack_is_named_by_file_and_key(tmp_path: Path, content: object, problem: str) -> None:
    with pytest.raises(BadConfig, match=problem) as wrong:
        read(write(tmp_path, content))
    assert "lu.yaml" in str(wrong.value) or "Luxembourg" in str(wrong.value)


@pytest.mark.parametrize(
    "text", ["a: [", "\x00", "!!python/object/apply:os.system [ls]", "date: 2026-99-99", "[" * 9999]
)
def test_what_is_no_yaml_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "lu.yaml").write_text(text, "utf-8")
    with pytest.raises(BadConfig, match=r"lu\.yaml"):
        read(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="nowhere"):
        load(tmp_path / "nowhere")
    (tmp_path / "lu.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadConfig):
        load(tmp_path)


def test_the_shipped_packs_are_read_once() -> None:
    assert shipped() is shipped()


@pytest.mark.parametrize(
    ("pattern", "fits", "misses"),
    [
        ("49 30.", "49301", "4930"),
        ("49 30.", "4930123456789", "49310"),
        ("118XX", "11800", "118000"),
        ("1 N11 XXX", "1211000", "1111000"),
        ("44 [1-689].", "4490", "4470"),
        ("33 [67]X", "3369", "3359"),
        ("110", "110", "1100"),
        ("110", "110", "+110"),
        ("+49.", "+493", "493"),
    ],
)
def test_a_pattern_means_what_dial_plans_mean(pattern: str, fits: str, misses: str) -> None:
    compiled = compile_pattern(pattern)
    assert compiled.fullmatch(fits)
    assert not compiled.fullmatch(misses)
    assert not compiled.fullmatch(fits + "x")


@pytest.mark.parametrize(
    "text", ["", ".", "+", "+.", "++49", "4+9", "49*", "4.9", "(1|2)", "[9-1]", "[", "[a]", "49x", "[]", "١"]
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no dial-plan pattern"):
        compile_pattern(text)


def test_a_list_without_a_pack_joins_the_shipped_pack_of_its_country(tmp_path):
    (tmp_path / "us.do-not-originate.txt").write_text("+1 202 555 0143\n")
    (us,) = [pack for pack in load(tmp_path) if pack.country == "US"]
    assert us.never_calls("12025550143")
    assert len(us.rules) > 1


def test_a_list_for_a_country_without_a_pack_is_refused_by_name(tmp_path):
    (tmp_path / "zz.do-not-originate.txt").write_text("+1 202 555 0143\n")
    with pytest.raises(BadConfig, match=r"zz\.do-not-originate\.txt"):
        load(tmp_path)
