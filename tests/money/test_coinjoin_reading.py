"""Files of transactions in every form that the CoinJoin detectors read, whole and broken."""

from __future__ import annotations

import io
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from money import made_rounds as made
from quivive.errors import Unreadable
from quivive.money.coinjoin import reading
from quivive.money.coinjoin.detect import detect
from quivive.money.coinjoin.nouns import Candidate
from quivive.money.coinjoin.reading import Unread, read, spending
from quivive.money.coinjoin.reading.blocks import candidate as of_block
from quivive.money.sources.wire import double_sha

TIME = 1_625_000_000
POOL = 1_000_000
KEY_HASH = "0014" + "ab" * 19


def script(number: int) -> str:
    """P2WPKH of a made-up key."""
    return f"{KEY_HASH}{number:02x}"


def mix() -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """A Whirlpool round as (satoshi, script) of inputs and outputs."""
    inputs = [(POOL, script(k)) for k in range(3)] + [(POOL + 4_000, script(k)) for k in (3, 4)]
    return inputs, [(POOL, script(k)) for k in range(10, 15)]


TXID = "5a" * 32


def dumplings() -> str:
    """The mix as Dumplings writes it."""
    inputs, outputs = mix()
    ins = "}{".join(f"{'0c' * 32}-{k}-{v}+{s}+TxWitnessV0Keyhash" for k, (v, s) in enumerate(inputs))
    outs = "}{".join(f"{v}+{s}+TxWitnessV0Keyhash" for v, s in outputs)
    return f"{TXID}:::{'00' * 32}:::7:::{TIME}:::{ins}:::{outs}"


def core(prevouts: bool = True) -> dict[str, Any]:
    """The mix as Bitcoin Core gives it; amounts are written below as Core does, with eight decimals."""
    inputs, outputs = mix()

    def out(value: int, script: str) -> dict[str, Any]:
        return {"value": value / 10**8, "scriptPubKey": {"hex": script, "type": "witness_v0_keyhash"}}

    vin: list[dict[str, Any]] = [
        {"txid": "0c" * 32, "vout": k, "scriptSig": {"hex": ""}, "txinwitness": witness(k)}
        for k in range(len(inputs))
    ]
    if prevouts:
        vin = [{**each, "prevout": out(*coin)} for each, coin in zip(vin, inputs, strict=True)]
    vout = [out(*each) | {"n": k} for k, each in enumerate(outputs)]
    return {"txid": TXID, "vin": vin, "vout": vout, "blocktime": TIME}


def witness(number: int) -> list[str]:
    """A signature and a key, made up but of the right form."""
    return ["30" + "11" * 70, "02" + "22" * 31 + f"{number:02x}"]


def esplora() -> dict[str, Any]:
    """The mix as esplora and mempool.space give it."""
    inputs, outputs = mix()

    def out(value: int, script: str) -> dict[str, Any]:
        return {"value": value, "scriptpubkey": script, "scriptpubkey_type": "v0_p2wpkh"}

    vin = [{"txid": "0c" * 32, "vout": k, "prevout": out(*each)} for k, each in enumerate(inputs)]
    return {
        "txid": TXID,
        "vin": vin,
        "vout": [out(*each) for each in outputs],
        "status": {"block_height": 690_000},
    }


def exported() -> dict[str, Any]:
    """The mix as bitcoin-etl exports it, enriched."""
    inputs, outputs = mix()
    return {
        "hash": TXID,
        "block_timestamp": TIME,
        "is_coinbase": False,
        "inputs": [
            {
                "spent_transaction_hash": "0c" * 32,
                "value": v,
                "type": "witness_v0_keyhash",
                "addresses": [f"made-up-{s}"],
            }
            for v, s in inputs
        ],
        "outputs": [{"script_hex": s, "value": v, "type": "witness_v0_keyhash"} for v, s in outputs],
    }


def raw() -> str:
    """The mix on the wire, with witnesses."""
    inputs, outputs = mix()
    spent = b"".join(
        b"\x0c" * 32 + k.to_bytes(4, "little") + b"\x00" + b"\xff" * 4 for k in range(len(inputs))
    )
    paid = b"".join(v.to_bytes(8, "little") + b"\x16" + bytes.fromhex(s) for v, s in outputs)
    signed = b"".join(
        b"\x02" + b"".join(bytes([len(p) // 2]) + bytes.fromhex(p) for p in witness(k)) for k in range(5)
    )
    body = b"\x05" + spent + b"\x05" + paid
    return (b"\x02\x00\x00\x00" + b"\x00\x01" + body + signed + bytes(4)).hex()


def read_text(text: str | bytes) -> list[Candidate | Unread]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read(io.BytesIO(data), "made-up"))


def only(text: str) -> Candidate:
    found = read_text(text)
    assert len(found) == 1
    assert isinstance(found[0], Candidate), found
    return found[0]


FORMS = {
    "dumplings": dumplings(),
    "core": json.dumps(core()),
    "esplora": json.dumps(esplora()),
    "mempool, indented": json.dumps(esplora(), indent=2),
    "bitcoin-etl": json.dumps(exported()),
    "an array": json.dumps([core()]),
    "a node's answer": json.dumps({"result": core(), "error": None, "id": 1}),
    "a block": json.dumps({"hash": "00" * 32, "time": TIME, "tx": [core()]}),
    "with a byte order mark": "\ufeff" + dumplings(),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_mix_is_found_in_every_form(form: str) -> None:
    verdict = detect(only(FORMS[form]))
    assert (verdict.txid, verdict.protocol, verdict.equal_value) == (TXID, "whirlpool", POOL)
    assert verdict.equal_outputs == verdict.participants == 5
    assert verdict.confidence > 0.9


@pytest.mark.parametrize("text", [json.dumps(core(prevouts=False)), raw()], ids=["core", "raw hex"])
def test_without_input_values_the_mix_is_found_less_surely(text: str) -> None:
    one = only(text)
    assert [each.value for each in one.inputs] == [None] * 5
    assert {each.type for each in one.inputs} == {made.SEGWIT}
    assert len({each.owner for each in one.inputs}) == 5
    verdict = detect(one)
    assert (verdict.protocol, verdict.confidence) == ("whirlpool", 0.85)


def test_the_id_of_raw_hex_is_that_of_the_transaction_without_witnesses() -> None:
    data = bytes.fromhex(raw())
    bare = data[:4] + data[6 : 6 + 1 + 5 * 41 + 1 + 5 * 31] + data[-4:]
    assert only(raw()).txid == double_sha(bare)[::-1].hex()


def test_the_time_of_a_block_holds_for_its_transactions_and_a_height_is_turned_into_one() -> None:
    inside = {key: value for key, value in core().items() if key != "blocktime"}
    assert only(json.dumps({"time": TIME, "tx": [inside]})).time == TIME
    then = only(json.dumps(esplora())).time
    assert then is not None
    assert abs(then - 1_625_300_000) < 40 * 86_400  # block 690,000 was found on 8 July 2021


def test_amounts_in_coins_are_read_exactly() -> None:
    odd = json.dumps(core()).replace("0.01004", "0.29000001")
    assert {each.value for each in only(odd).inputs} == {POOL, 29_000_001}


def test_lines_of_several_forms_and_broken_ones_are_read_side_by_side() -> None:
    lines = [dumplings(), "", "not a transaction", json.dumps(esplora()), dumplings()[:300], raw(), "{}"]
    found = read_text("\n".join(lines))
    assert [type(each) for each in found] == [Candidate, Unread, Candidate, Unread, Candidate, Unread]
    assert [each.line for each in found if isinstance(each, Unread)] == [3, 5, 7]
    assert all(each.name == "made-up" for each in found if isinstance(each, Unread))


def test_a_broken_first_line_of_json_lines_does_not_hide_the_others() -> None:
    found = read_text('{"txid": \n' + json.dumps(core()) + "\n" + json.dumps(esplora()))
    assert [type(each) for each in found] == [Unread, Candidate, Candidate]


def test_one_bad_transaction_of_an_array_does_not_stop_the_others() -> None:
    bad = {**core(), "vout": [{"value": -1, "scriptPubKey": {"hex": "00"}}]}
    found = read_text(json.dumps([core(), bad, core()]))
    assert [type(each) for each in found] == [Candidate, Unread, Candidate]
    assert isinstance(found[1], Unread)
    assert "negative" in found[1].fault


FAULTS: dict[str, tuple[str, str]] = {
    "a negative amount": (dumplings().replace("}{1000000+", "}{-5+", 1), "whole number"),
    "an overflowing amount": (dumplings().replace(":::1000000+", ":::9" + "0" * 19 + "+", 1), "can exist"),
    "amounts that overflow together": (
        json.dumps(core()).replace('"value": 0.01,', '"value": 4000000000,'),
        "together",
    ),
    "half a satoshi": (json.dumps(core()).replace("0.01004", "0.010040005"), "decimals"),
    "a fraction of satoshi": (json.dumps(esplora()).replace("1004000", "1004000.5"), "whole number"),
    "an amount in words": (json.dumps(esplora()).replace("1004000", '"much"'), "whole number"),
    "not a number": (json.dumps(esplora()).replace("1004000", "NaN"), "whole number"),
    "an endless exponent": (json.dumps(core()).replace("0.01004", "1e99999999999999999999"), "JSON"),
    "a huge exponent": (json.dumps(core()).replace("0.01004", "1e999999"), "can exist"),
    "a tiny exponent": (json.dumps(core()).replace("0.01004", "1e-999999"), "decimals"),
    "a short id": (dumplings()[2:], "id"),
    "no hex script": (dumplings().replace("+0014", "+zz14", 1), "hex"),
    "too few fields": (dumplings().rsplit(":::", 1)[0], "fields"),
    "an input in part": (dumplings().replace("-0-", "-", 1), "input"),
    "ids of transactions only": (json.dumps({"tx": ["5a" * 32]}), "verbosity"),
    "raw hex cut short": (raw()[:-10], "short"),
    "raw hex with more behind": (raw() + "00", "behind"),
    "raw hex with an unknown flag": (raw()[:10] + "02" + raw()[12:], "flag"),
    "a count beyond the end": (raw()[:12] + "fdffff" + raw()[14:], "short"),
    "nested too deep": ("[" * 40 + json.dumps(core()) + "]" * 40, "deep"),
    "a bomb of brackets": ("[" * 200_000, "JSON"),
    "inputs that are no list": (json.dumps({**core(), "vin": {"a": 1}}), "list"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_and_is_no_crash(fault: str) -> None:
    text, word = FAULTS[fault]
    found = read_text(text)
    assert len(found) == 1
    assert isinstance(found[0], Unread), found
    assert word in found[0].fault


def test_a_coinbase_has_no_inputs_in_any_form() -> None:
    mined = {**core(), "vin": [{"coinbase": "00", "sequence": 0}]}
    assert only(json.dumps(mined)).inputs == ()
    spent = b"\x01" + bytes(32) + b"\xff" * 4 + b"\x01\x00" + b"\xff" * 4
    paid = b"\x01" + (50).to_bytes(8, "little") + b"\x16" + bytes.fromhex(script(1))
    assert only((b"\x01\x00\x00\x00" + spent + paid + bytes(4)).hex()).inputs == ()


def test_a_line_too_long_to_be_a_transaction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 1_000)
    with pytest.raises(Unreadable, match="made-up, line 2"):
        read_text("not a transaction\n" + "0" * 1_001)


@pytest.mark.parametrize(
    ("sig", "items", "kind"),
    [
        ("", ["30" + "11" * 70, "03" + "22" * 32], "witness_v0_keyhash"),
        ("", ["11" * 64], "witness_v1_taproot"),
        ("", ["11" * 64, "50aa"], "witness_v1_taproot"),
        ("", ["01", "51", "c0" + "22" * 32], "witness_v1_taproot"),
        ("", ["", "30" + "11" * 70, "51ae"], "witness_v0_scripthash"),
        ("160014" + "ab" * 20, ["30" + "11" * 70, "02" + "22" * 32], "scripthash"),
        ("47" + "30" + "11" * 70 + "21" + "02" + "22" * 32, [], "pubkeyhash"),
        ("47" + "30" + "11" * 70, [], "pubkey"),
        ("00" + "47" + "30" + "11" * 70, [], "multisig"),
        ("00" + "47" + "30" + "11" * 70 + "02" + "51ae", [], "scripthash"),
        ("", [], None),
        ("47" + "30", [], None),
    ],
)
def test_how_a_coin_is_spent_tells_its_type(sig: str, items: list[str], kind: str | None) -> None:
    found = spending.spender(bytes.fromhex(sig), [bytes.fromhex(each) for each in items])
    assert found.type == kind
    assert found.value is None


def test_no_damage_crashes_the_readers() -> None:
    rng = Random(12)
    whole = [text.encode() for text in (*FORMS.values(), raw(), json.dumps(core(prevouts=False)))]
    for _ in range(1_500):
        data = bytearray(rng.choice(whole))
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        for each in read_text(bytes(data[: rng.randint(1, len(data))])):
            if isinstance(each, Candidate):
                detect(each)


def test_real_lines_of_dumplings_and_real_blocks_read(shared_data: Path) -> None:
    folder = shared_data / "money/bitcoin-etl/test_export_blocks_job"
    for path in folder.rglob("expected_transactions.json"):
        with path.open("rb") as stream:
            found = list(read(stream, path.name))
        assert found
        assert all(isinstance(each, Candidate) for each in found), path


def test_a_transaction_of_a_block_source_reads_the_same() -> None:
    from quivive.money.blocks import Input, Output, Transaction

    one = only(dumplings())
    inputs = tuple(
        Input(b"\x0c" * 32, k, Output(each.value or 0, each.type or "", each.owner))
        for k, each in enumerate(one.inputs)
    )
    outputs = tuple(Output(each.value or 0, each.type or "", each.owner) for each in one.outputs)
    assert of_block(Transaction(bytes.fromhex(TXID), inputs, outputs), TIME) == one
