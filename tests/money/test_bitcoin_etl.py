from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quivive.errors import NotFound, Unreadable, UsageError
from quivive.money.blocks import Block, Transaction
from quivive.money.sources import open_source

SCRIPT = "76a914" + "11" * 20 + "88ac"
ADDRESS = "12ZEw5Hcv1hTb6YUQJ69y1V7uhcoDz92PH"
JOB = "test_export_blocks_job"


def output(value: object, **changes: Any) -> dict[str, Any]:
    row = {"index": 0, "script_hex": SCRIPT, "type": "pubkeyhash", "addresses": [ADDRESS], "value": value}
    return {**row, **changes}


def row(height: int, index: int, **changes: Any) -> dict[str, Any]:
    """A transaction of a made-up block; the first is its coinbase."""
    spends = {
        "index": 0, "spent_transaction_hash": "cc" * 32, "spent_output_index": 3, "type": "pubkeyhash",
        "addresses": [ADDRESS], "value": 700,
    }  # fmt: skip
    return {
        "hash": f"{height:062x}{index:02x}", "block_number": height, "block_hash": f"{height + 9:064x}",
        "block_timestamp": 1_300_000_000 + height, "is_coinbase": index == 0, "index": index,
        "inputs": [] if index == 0 else [spends], "outputs": [output(500)], **changes,
    }  # fmt: skip


def block_row(height: int, count: int) -> dict[str, Any]:
    return {
        "hash": f"{height + 9:064x}",
        "number": height,
        "transaction_count": count,
        "merkle_root": "00" * 32,
    }


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def read(path: Path, chain: str | None = None) -> list[Block]:
    return list(open_source(str(path), chain).blocks(0))


def test_rows_in_any_order_and_over_files_make_blocks_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.json", row(8, 1), row(7, 0), block_row(8, 2), row(9, 0))
    write(tmp_path / "a.jsonl", block_row(7, 2), row(8, 0), row(7, 1), block_row(9, 1))
    source = open_source(str(tmp_path))
    assert (source.chain, source.first(), source.tip()) == ("btc", 7, 9)
    blocks = list(source.blocks(0))
    assert [(each.height, len(each.transactions), each.time) for each in blocks] == [
        (7, 2, 1_300_000_007),
        (8, 2, 1_300_000_008),
        (9, 1, 1_300_000_009),
    ]
    assert blocks[0].previous == bytes(32)
    assert [each.previous for each in blocks[1:]] == [each.hash for each in blocks[:-1]]
    paid = blocks[1].transactions[1]
    assert isinstance(paid, Transaction)
    (spends,) = paid.inputs
    assert (spends.txid.hex(), spends.position) == ("cc" * 32, 3)
    assert spends.spent is not None
    assert (spends.spent.value, spends.spent.address) == (700, ADDRESS)
    assert [(each.value, each.type, each.address) for each in paid.outputs] == [(500, "pubkeyhash", ADDRESS)]
    with pytest.raises(NotFound, match=r"no block 6"):
        source.hash_at(6)


def test_what_the_inputs_spent_stays_open_where_the_export_does_not_say(tmp_path: Path) -> None:
    bare = {"index": 0, "spent_transaction_hash": "cc" * 32, "spent_output_index": 3, "value": None}
    (found,) = read(write(tmp_path / "t.json", row(1, 0), row(1, 1, inputs=[bare])))
    paid = found.transactions[1]
    assert isinstance(paid, Transaction)
    assert paid.inputs[0].spent is None


def test_addresses_are_used_where_there_is_no_script(tmp_path: Path) -> None:
    several = output(2, index=1, script_hex=None, type="multisig", addresses=[ADDRESS, ADDRESS])
    outputs = [output(1, script_hex=None), several]
    (found,) = read(write(tmp_path / "t.json", row(1, 0, outputs=outputs)))
    earned = found.transactions[0]
    assert isinstance(earned, Transaction)
    assert [(each.type, each.address) for each in earned.outputs] == [
        ("pubkeyhash", ADDRESS),
        ("multisig", None),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"outputs": [output(-5)]}, "negative amount -5"),
        ({"outputs": [output(2_100_000_000_000_001)]}, "more than the 21000000 BTC"),
        ({"outputs": [output(1.5)]}, "no whole number"),
        ({"outputs": [output(11 * 10**14), output(11 * 10**14, index=1)]}, "more than can exist"),
        ({"outputs": [output(1, index=4)]}, "out of order"),
        ({"outputs": [output(1, script_hex="xyz")]}, "garbled"),
        ({"outputs": [7]}, "garbled"),
        ({"outputs": None}, "missing or out of order"),
        ({"hash": "short"}, "hash should be"),
        ({"block_timestamp": None}, "no whole number"),
        ({"block_hash": "dd" * 32}, "of another hash"),
        ({"inputs": [{"index": 0}]}, "missing or garbled"),
    ],
)
def test_a_bad_row_is_named_with_file_and_byte(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    first = row(1, 0)
    path = write(tmp_path / "t.json", first, row(1, 1, **changes))
    byte = len(json.dumps(first)) + 1
    with pytest.raises(Unreadable, match=rf"t\.json, byte {byte}: .*{reason}"):
        read(path, "btc")


@pytest.mark.parametrize(
    "text", ["{", "[]", "7", '{"a": 1}', '{"block_number": "x", "outputs": []}', "{" * 9999]
)
def test_a_line_that_is_no_row_is_named_with_file_and_byte(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(row(1, 0)) + "\n" + text + "\n")
    byte = len(json.dumps(row(1, 0))) + 1
    with pytest.raises(Unreadable, match=rf"t\.json, byte {byte}: "):
        read(path, "btc")


def test_an_export_with_parts_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no transactions of block 2"):
        read(write(tmp_path / "t.json", row(1, 0), row(3, 0)))
    with pytest.raises(Unreadable, match=r"has 1 of the 2 transactions of block 1"):
        read(write(tmp_path / "t.json", row(1, 0), block_row(1, 2)))
    with pytest.raises(Unreadable, match=r"t\.json has no transactions"):
        read(write(tmp_path / "t.json", block_row(1, 2)))


def test_an_export_of_another_chain_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", row(1, 0))
    with pytest.raises(UsageError, match=r"of Bitcoin, not of Litecoin"):
        open_source(str(path), "ltc")
    with pytest.raises(UsageError, match=r"No address in the export tells its chain"):
        open_source(str(write(path, row(1, 0, outputs=[]))))


@pytest.mark.parametrize(
    ("folder", "chain"),
    [("dogecoin/block_with_float_precision_loss", "doge"), ("bitcoin_cash/block_with_duplicate_txid", "bch")],
)
def test_exports_of_other_chains_tell_their_chain(
    shared_data: Path, tmp_path: Path, folder: str, chain: str
) -> None:
    data = shared_data / "money" / "bitcoin-etl" / JOB / folder
    for name in ("blocks", "transactions"):
        (tmp_path / f"{name}.json").write_bytes((data / f"expected_{name}.json").read_bytes())
    source = open_source(str(tmp_path))
    assert source.chain == chain
    (found,) = source.blocks(0)
    rows = [json.loads(line) for line in (tmp_path / "transactions.json").read_text().splitlines()]
    for ours, theirs in zip(found.transactions, rows, strict=True):
        assert isinstance(ours, Transaction)
        listed = [each["addresses"][0].removeprefix("bitcoincash:") for each in theirs["outputs"]]
        assert [each.address for each in ours.outputs] == listed
        assert [each.value for each in ours.outputs] == [each["value"] for each in theirs["outputs"]]
