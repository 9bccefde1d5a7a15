"""A freeze request is whole or refused: contract, address, trail, balance, case number."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money.made_chain import MadeChain, outputs_chain
from money.request_cases import NOW, TOKEN, bitcoin, bitcoin_case, evm, freeze_case, trace, tron, txid
from quivive.errors import UsageError
from quivive.money.blocks import AccountTransaction, Block, Output, Transfer
from quivive.money.ingest import ingest
from quivive.money.requests.freeze.case import freeze_request
from quivive.money.requests.freeze.write import write
from quivive.money.requests.problems import Refused
from quivive.money.requests.reading import parse
from quivive.money.tags.issuers import contracts
from quivive.money.trace import wire
from quivive.money.trace.accounts import trace_accounts
from quivive.money.trace.nouns import Limits
from quivive.money.trace.utxo import trace_utxo


def document(value: Any) -> Any:
    """As it is read from a file."""
    return parse(json.dumps(value).encode(), "case.json")


def made(case: Any, of: Any = None) -> Any:
    return freeze_request(document(case), NOW, None if of is None else document(of), {"case.yaml": "0" * 64})


def faults(case: Any, of: Any = None) -> dict[str, str]:
    """Place → what is wrong there."""
    with pytest.raises(Refused) as caught:
        made(case, of)
    return {problem.place: problem.text for problem in caught.value.problems}


def without(case: dict[str, Any], *path: str) -> dict[str, Any]:
    changed = copy.deepcopy(case)
    here: Any = changed
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    return changed


def changed(case: dict[str, Any], value: Any, *path: Any) -> dict[str, Any]:
    copied = copy.deepcopy(case)
    here: Any = copied
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return copied


def test_a_whole_case_becomes_a_request() -> None:
    request = made(freeze_case())
    assert request.authority.case_number == "EX-2026-0412"
    assert request.asset.contract == TOKEN
    assert request.amount == Decimal("12499.5")
    assert [hop.value for hop in request.trail.hops] == [Decimal(12500), Decimal("12499.5")]


@pytest.mark.parametrize(
    "path",
    [("case", "number"), ("case", "authority"), ("case", "legal_basis"), ("case", "officer", "name"),
     ("addressee", "name"), ("addressee", "kind"), ("asset", "chain"), ("asset", "symbol"),
     ("asset", "contract"), ("asset", "decimals"), ("freeze", "address"), ("balance", "amount"),
     ("balance", "block_height"), ("balance", "block_hash"), ("balance", "time"), ("balance", "source"),
     ("trail",), ("balance",), ("case",), ("freeze",)],
)  # fmt: skip
def test_what_is_missing_is_named(path: tuple[str, ...]) -> None:
    found = faults(without(freeze_case(), *path))
    assert any(
        place.startswith("/" + "/".join(path)) and "is missing" in text for place, text in found.items()
    )


def test_an_empty_case_lists_everything_at_once() -> None:
    found = faults({})
    assert found.keys() >= {"/case/number", "/asset/contract", "/freeze/address", "/trail", "/balance/amount",
                            "/balance/block_hash", "/balance/source"}  # fmt: skip


def test_several_faults_of_a_case_are_told_together() -> None:
    case = without(changed(freeze_case(), "0x123", "freeze", "address"), "asset", "contract")
    case["trail"][0]["txid"] = "abc"
    assert faults(case).keys() >= {"/asset/contract", "/freeze/address", "/trail/0/txid"}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("freeze", "address"), evm("deposit")[:-1], "no well-formed address"),
        (("freeze", "address"), bitcoin("deposit"), "an address of bitcoin, not of Ethereum"),
        (("freeze", "address"), TOKEN, "the token's contract itself"),
        (("asset", "contract"), tron("token"), "an address of tron"),
        (("asset", "contract"), "native", "own coin of Ethereum is ETH"),
        (("trail", 0, "txid"), txid("one")[:-1], "no transaction id"),
        (("trail", 0, "txid"), "0" * 64, "no transaction id"),
        (("trail", 1, "value"), "-1", "no amount"),
        (("trail", 1, "value"), "0", "zero"),
        (("trail", 1, "value"), "1.0000001", "more than 6 digits"),
        (("trail", 1, "value"), "9" * 80, "larger than any chain"),
        (("trail", 1, "value"), "12,500", "no amount"),
        (("trail", 1, "time"), "2026-11-15T11:30:00", "no time with its zone"),
        (("balance", "time"), "2027-01-01T00:00:00Z", "in the future"),
        (("balance", "time"), "2026-11-15T11:00:00Z", "earlier than the last payment"),
        (("balance", "block_hash"), "0x12", "no block hash"),
        (("balance", "block_height"), "minus one", "no whole number"),
        (("balance", "amount"), "0", "zero"),
        (("freeze", "amount"), "12500", "more than the trail brings"),
        (("case", "opened"), "2026-02-30", "no day"),
        (("addressee", "kind"), "bank", "must be one of: exchange, issuer"),
        (("asset", "chain"), "dollar", "no chain"),
        (("case", "number"), "x" * 101, "too long"),
        (("case", "number"), "EX\u202e2140", "cannot be seen (U+202E)"),
        (("case", "summary"), "a\u0000b", "cannot be seen (U+0000)"),
        (("case", "nubmer"), "1", "did you mean 'number'?"),
    ],
)
def test_what_is_malformed_is_named(path: tuple[Any, ...], value: str, said: str) -> None:
    found = faults(changed(freeze_case(), value, *path))
    assert any(said in text for text in found.values()), found


def test_a_gap_in_the_trail_is_named() -> None:
    case = freeze_case()
    case["trail"][1]["from"] = evm("stranger")
    found = faults(case)
    assert "gap" in found["/trail/1"]
    assert evm("stranger") in found["/trail/1"]


def test_a_trail_that_ends_before_the_address_is_refused() -> None:
    case = freeze_case()
    del case["trail"][1]
    assert f"ends at {evm('mule')}" in faults(case)["/trail"]


def test_a_payment_that_leads_elsewhere_is_refused() -> None:
    case = freeze_case()
    case["trail"].append({"txid": txid("three"), "from": evm("mule"), "to": evm("other"), "value": "1"})
    assert "not to the address to freeze" in faults(case)["/trail/2"]


def test_money_of_several_seeds_is_followed_when_they_are_named() -> None:
    case = freeze_case()
    case["trail"].insert(
        1, {"txid": txid("zero"), "from": evm("second victim"), "to": evm("mule"), "value": "1"}
    )
    assert "gap" in faults(case)["/trail/1"]
    case["seeds"] = [evm("victim"), evm("second victim")]
    assert len(made(case).trail.hops) == 3
    case["seeds"] = [evm("victim"), "0x12"]
    assert "no well-formed address" in faults(case)["/seeds/1"]


def test_a_trail_that_begins_at_the_address_to_freeze_is_refused() -> None:
    case = changed(freeze_case(), evm("victim"), "freeze", "address")
    case["trail"].append(
        {"txid": txid("three"), "from": evm("deposit"), "to": evm("victim"), "value": "20000"}
    )
    assert "begins at the address to freeze itself" in faults(case)["/trail"]


def test_wrong_digits_of_a_known_token_are_refused() -> None:
    case = changed(freeze_case(), next(iter(contracts("USDC", "eth"))), "asset", "contract")
    case["asset"] |= {"symbol": "USDC", "decimals": "18"}
    assert faults(case)["/asset/decimals"] == "is 18, but USDC has 6."


def test_bitcoin_has_no_token_contracts() -> None:
    case = changed(bitcoin_case(), bitcoin("contract"), "asset", "contract")
    assert "no token contracts" in faults(case, trace())["/asset/contract"]


def test_a_known_contract_under_another_name_is_refused() -> None:
    case = changed(freeze_case(), next(iter(contracts("USDT", "eth"))), "asset", "contract")
    assert "this is the contract of USDT" in faults(case)["/asset/symbol"]


def test_a_payment_before_the_one_that_feeds_it_is_refused() -> None:
    assert (
        "earlier"
        in faults(changed(freeze_case(), "2026-11-14T00:00:00Z", "trail", 1, "time"))["/trail/1/time"]
    )


def test_addresses_are_the_same_in_any_letter_case() -> None:
    case = freeze_case()
    case["trail"][1]["to"] = "0x" + evm("deposit")[2:].upper()
    assert made(case).trail.hops[1].receiver == "0x" + evm("deposit")[2:].upper()


def test_a_trace_gives_every_hop_between_seed_and_address_and_no_other() -> None:
    request = made(bitcoin_case(), trace())
    assert [hop.receiver for hop in request.trail.hops] == [
        bitcoin("seed0"), bitcoin("left0"), bitcoin("left1"), bitcoin("deposit0")]  # fmt: skip
    assert request.trail.hops[3].senders == (bitcoin("left0"), bitcoin("left1"))
    assert request.amount == request.trail.traced == Decimal("0.9998")
    assert request.trail.method == "fifo"


def test_money_that_was_passed_on_has_to_be_asked_for_by_amount() -> None:
    case = changed(bitcoin_case(), bitcoin("left1"), "freeze", "address")
    assert "none of the traced money lies at the address" in faults(case, trace())["/freeze/amount"]
    case["freeze"]["amount"] = "0.3999"
    request = made(case, trace())
    assert [hop.receiver for hop in request.trail.hops] == [bitcoin("seed0"), bitcoin("left1")]


def test_what_a_trace_says_stayed_counts_although_the_rest_went_on() -> None:
    case = changed(bitcoin_case(), bitcoin("left1"), "freeze", "address")
    of = trace()
    of["stops"] = [{"node": of["nodes"][2]["id"], "reason": "unspent", "detail": "", "taint": {"fifo": 1000}}]
    assert made(case, of).amount == Decimal("0.00001")
    of["stops"].append(
        {"node": of["nodes"][2]["id"], "reason": "degree", "detail": "", "taint": {"fifo": 500}}
    )
    assert made(case, of).amount == Decimal("0.000015")
    del of["stops"][1]
    of["stops"][0]["reason"] = "coinjoin"
    assert "none of the traced money lies" in faults(case, of)["/freeze/amount"]


def test_amounts_are_those_of_the_strictest_method_that_was_traced() -> None:
    of = trace()
    of["nodes"][3]["taint"] = {"fifo": 5, "haircut": 7.5, "poison": 9}
    assert made(bitcoin_case(), of).amount == Decimal("0.00000005")
    of["methods"] = ["haircut", "poison"]
    assert made(bitcoin_case(), of).amount == Decimal("0.00000007")


def test_a_trace_of_a_real_ledger_leads_to_every_place_where_money_rests(tmp_path: Path) -> None:
    ledger = ingest(MadeChain([_with_addresses(block) for block in outputs_chain(40)]), tmp_path)
    found = trace_utxo(ledger, [bitcoin("miner-0")], limits=Limits(None, None, None, None, None))
    nodes = {node.id: node for node in found.nodes}
    resting = [nodes[stop.node] for stop in found.stops if stop.reason == "unspent"]
    of = parse(wire.dumps(found).encode(), "trace.json")
    for address in {node.address for node in resting if node.address and node.depth}:
        case = changed(bitcoin_case(), address, "freeze", "address")
        traced = sum(node.taint.get("fifo", 0) for node in resting if node.address == address)
        if not traced:
            with pytest.raises(Refused, match="none of the traced money lies"):
                freeze_request(document(case), NOW, of)
            continue
        request = freeze_request(document(case), NOW, of)
        assert request.amount * 10**8 == traced
        assert request.trail.tip_hash == found.tip_hash


def test_a_trace_of_a_token_leads_to_the_address_in_the_tokens_own_digits(tmp_path: Path) -> None:
    ledger = ingest(MadeChain(_token_blocks(), "eth"), tmp_path)
    found = trace_accounts(ledger, ["0x" + txid("one")], asset=TOKEN)
    case = without(freeze_case(), "freeze", "amount")
    del case["trail"]
    case["balance"]["time"] = "2026-11-22T00:00:00Z"
    request = freeze_request(document(case), NOW, parse(wire.dumps(found).encode(), "trace.json"))
    assert request.amount == Decimal("12499.5")
    assert [(hop.receiver, hop.value, hop.symbol) for hop in request.trail.hops] == [
        (evm("mule"), Decimal(12500), "XUSD"), (evm("deposit"), Decimal("12499.5"), "XUSD")]  # fmt: skip


def _token_blocks() -> list[Block]:
    """Two blocks with one transfer of the token each."""
    made, previous = list[Block](), bytes(32)
    paid = [("one", "victim", "mule", 12_500_000_000), ("two", "mule", "deposit", 12_499_500_000)]
    for height, (word, sender, receiver, value) in enumerate(paid):
        transfer = Transfer("token", TOKEN, evm(sender), evm(receiver), value, 0)
        payment = AccountTransaction(bytes.fromhex(txid(word)), evm(sender), TOKEN, True, (transfer,))
        own = bytes.fromhex(txid(f"block {height}"))
        made.append(Block(height, own, previous, 1_763_000_000 + 12 * height, (payment,)))
        previous = own
    return made


def _with_addresses(block: Block) -> Block:
    """The block with well-formed addresses in place of names."""

    def output(one: Output) -> Output:
        return replace(one, address=bitcoin(one.address) if one.address else None)

    def payment(one: Any) -> Any:
        spent = (replace(each, spent=output(each.spent)) if each.spent else each for each in one.inputs)
        return replace(one, outputs=tuple(map(output, one.outputs)), inputs=tuple(spent))

    return replace(block, transactions=tuple(map(payment, block.transactions)))


def test_a_trace_without_the_last_edges_is_a_gap() -> None:
    of = trace()
    of["edges"] = of["edges"][:2]
    assert "gap" in faults(bitcoin_case(), of)["/trace"]


def test_a_trace_that_lost_a_node_is_a_gap() -> None:
    of = trace()
    del of["nodes"][1]
    found = faults(bitcoin_case(), of)
    assert "gap" in found["/trace/edges/0/target"]


def test_an_edge_of_another_transaction_is_refused() -> None:
    of = trace()
    of["edges"][0]["txid"] = txid("other")
    assert "is not the transaction that paid" in faults(bitcoin_case(), of)["/trace/edges/0/txid"]


def test_a_trace_that_never_gets_there_is_refused() -> None:
    case = changed(bitcoin_case(), bitcoin("elsewhere"), "freeze", "address")
    assert "never gets there" in faults(case, trace())["/trace"]


@pytest.mark.parametrize(
    ("path", "value"),
    [(("schema",), "quivive.report/1"), (("chain",), "ltc"), (("direction",), "backward"), (("seeds",), []),
     (("nodes",), []), (("nodes", 0, "value"), "much"), (("nodes", 0, "value"), -5),
     (("nodes", 3, "txid"), "00"), (("edges", 0, "source"), "nobody")],
)  # fmt: skip
def test_a_trace_that_is_not_whole_is_refused(path: tuple[Any, ...], value: Any) -> None:
    assert any(place.startswith("/trace") for place in faults(bitcoin_case(), changed(trace(), value, *path)))


def test_the_own_coin_of_a_chain_has_no_issuer_to_ask() -> None:
    case = changed(bitcoin_case(), "issuer", "addressee", "kind")
    assert "no issuer" in faults(case, trace())["/asset/contract"]


def test_the_victims_name_stays_out_unless_a_reason_is_given() -> None:
    for form in ("markdown", "html", "json"):
        assert "Robin Sample" not in write(made(freeze_case()), form)
    case = changed(freeze_case(), "the deposit was booked under it", "victim", "disclose_name_because")
    assert "Robin Sample" in write(made(case), "html")


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_every_form_holds_what_the_addressee_needs(form: Any) -> None:
    text = write(made(freeze_case()), form)
    for needed in (TOKEN, evm("deposit"), "EX-2026-0412", txid("one"), txid("two"), "12499.5", "24100200",
                   "0x" + txid("block"), "Example District Court"):  # fmt: skip
        assert needed in text


def test_json_gives_its_schema_and_amounts_as_text() -> None:
    found = json.loads(write(made(freeze_case()), "json"))
    assert found["schema"] == "quivive.freeze-request/1"
    assert found["trail"]["hops"][1]["value"] == "12499.5"
    assert found["made_at"] == "2026-11-22T12:00:00Z"


def test_an_exchange_is_asked_for_the_account_and_an_issuer_for_the_contract() -> None:
    assert "in the account that this address belongs to" in write(made(freeze_case()), "markdown").replace(
        "\n", " "
    )
    case = changed(freeze_case(), "issuer", "addressee", "kind")
    assert "Freeze the address" in write(made(case), "markdown")


def test_a_look_alike_of_a_known_token_is_refused_with_the_issuers_contract() -> None:
    case = changed(freeze_case(), "USDT", "asset", "symbol")
    said = faults(case)["/asset/contract"]
    assert "is not the contract of USDT on Ethereum" in said
    assert next(iter(contracts("USDT", "eth"))) in said


def test_the_contract_is_asked_for_and_never_filled_in() -> None:
    case = without(changed(freeze_case(), "USDT", "asset", "symbol"), "asset", "contract")
    assert next(iter(contracts("USDT", "eth"))) in faults(case)["/asset/contract"]


def test_an_issuer_is_asked_only_for_its_own_token() -> None:
    case = changed(freeze_case(), "USDT", "asset", "symbol")
    case["asset"]["contract"] = next(iter(contracts("USDT", "eth")))
    case["addressee"] |= {"kind": "issuer", "name": "Example Coins Inc."}
    assert "issued by Tether" in faults(case)["/addressee/name"]
    case["addressee"]["name"] = "Tether Operations"
    assert "addBlackList(address)" in write(made(case), "html")


def test_values_cannot_become_markup() -> None:
    case = changed(freeze_case(), "<script>alert(1)</script> [x](http://evil.example) *y*", "case", "summary")
    page, text = write(made(case), "html"), write(made(case), "markdown")
    assert "<script" not in page
    assert "\\<script\\>" in text
    assert "\\[x\\](" in text


def test_the_page_fetches_and_runs_nothing() -> None:
    page = write(made(freeze_case()), "html")
    assert "default-src 'none'" in page
    assert "src=" not in page.replace("default-src=", "")
    assert "href" not in page


@given(
    st.recursive(
        st.none() | st.text(max_size=8) | st.integers(),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=4,
    ),
    st.sampled_from(["case", "asset", "freeze", "balance", "trail", "victim", "addressee"]),
)
@settings(max_examples=60, deadline=None)
def test_no_shape_of_a_part_leaks_another_error(value: Any, part: str) -> None:
    with pytest.raises(Refused):
        made(changed(freeze_case(), value if part != "victim" else [value], part))


_ANY = st.recursive(
    st.none() | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(_ANY, st.sampled_from(["nodes", "edges", "seeds", "ledger", "methods", "made_at", "assets"]))
@settings(max_examples=80, deadline=None)
def test_no_shape_of_a_trace_leaks_another_error(value: Any, part: str) -> None:
    with contextlib.suppress(UsageError):
        made(bitcoin_case(), changed(trace(), value, part))


_READS: list[tuple[bytes, Callable[[Any], bool]]] = [
    (b"a: NO\nb: 0412\nc: 2026-11-01", lambda v: v == {"a": "NO", "b": "0412", "c": "2026-11-01"}),
    (b'{"a": true, "b": 1.50, "c": null}', lambda v: v == {"a": "true", "b": "1.50", "c": None}),
]


@pytest.mark.parametrize(("data", "right"), _READS)
def test_values_stay_the_text_that_was_written(data: bytes, right: Callable[[Any], bool]) -> None:
    assert right(parse(data, "x"))


@pytest.mark.parametrize(
    "data",
    [b"a: &x 1\nb: *x", b"[" * 5000, b"a: " + b"[" * 50 + b"]" * 50, b"a: 1\na: 2", b'{"a":1,"a":2}', b"\xff",
     b'{"a":NaN}', b"{" * 99, b"? [a]\n: b"],
)  # fmt: skip
def test_hostile_documents_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"case\.yaml"):
        parse(data, "case.yaml")
