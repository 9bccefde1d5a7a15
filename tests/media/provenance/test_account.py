"""What the library tells of a file is read with care: everything in it came out of the file."""

from __future__ import annotations

from typing import Any

import pytest

from quivive.media.provenance.account import ENTRIES, MANIFESTS, parse, term, text


def described(**manifest: Any) -> dict[str, Any]:
    return {"manifests": [{"label": "urn:c2pa:1", **manifest}]}


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [[]], {"a": 1}])
def test_values_of_any_shape_are_read(odd: Any) -> None:
    told = {"active_manifest": odd, "validation_results": odd, "validation_state": odd}
    shapes = ("assertions", "claim", "claim.v2", "signature", "ingredients")
    for shape in shapes:
        parse(told, {"manifests": [{"label": odd, shape: odd}]})
    claim = {"created_assertions": [{"url": "x/c2pa.actions.v2"}, {"url": "x/c2pa.ingredient.v3"}, odd]}
    held = {"c2pa.actions.v2": odd, "c2pa.ingredient.v3": odd}
    parse(told, described(**{"claim.v2": claim, "assertions": held}))
    actions = {"c2pa.actions.v2": {"actions": [odd, {"action": odd, "digitalSourceType": odd}]}}
    parse(told, described(**{"claim.v2": claim, "assertions": actions}))


def test_an_assertion_that_nobody_signed_is_not_read() -> None:
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": "x/digitalCapture"}]}
    held = {"c2pa.actions.v2": actions, "c2pa.actions": actions}
    claim = {"created_assertions": [{"url": "self#jumbf=c2pa.assertions/c2pa.actions"}]}
    store = parse({}, described(**{"claim.v2": claim, "assertions": held}))
    assert store.manifests["urn:c2pa:1"].statements[0].term == "digitalCapture"
    bare = parse({}, described(**{"claim.v2": {}, "assertions": held}))
    assert bare.manifests["urn:c2pa:1"].statements == ()


@pytest.mark.parametrize(
    "uri",
    ["http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
     " https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia/ ",
     "trainedAlgorithmicMedia"],
)  # fmt: skip
def test_a_term_is_known_however_its_address_is_written(uri: str) -> None:
    assert term(uri) == "trainedAlgorithmicMedia"


def test_text_of_a_file_stays_on_its_line_and_short() -> None:
    assert text("a\r\nb\tc") == "a b c"
    assert "\x1b" not in text("\x1b[2Jx\u202e")
    assert len(text("x" * 10_000)) == 120
    assert text({"a": 1}) == text(None) == ""


def test_numbers_of_things_are_bounded() -> None:
    many = [{"action": f"a{n}", "digitalSourceType": f"t{n}"} for n in range(ENTRIES * 3)]
    claim = {"created_assertions": [{"url": "c2pa.actions.v2"}]}
    one = {"claim.v2": claim, "assertions": {"c2pa.actions.v2": {"actions": many}}}
    store = parse({}, {"manifests": [{"label": f"m{n}", **one} for n in range(MANIFESTS * 2)]})
    assert len(store.manifests) == MANIFESTS
    assert len(store.manifests["m0"].statements) == ENTRIES
