from __future__ import annotations

import json
from pathlib import Path

import pytest

from money.fake_node import Wrong, fake_node
from money.made_blocks import block, block_hash, chain_of, coinbase, record, write
from quivive.errors import CouldNotLook, Unreadable, UsageError
from quivive.money.chains import CHAINS
from quivive.money.ingest import ingest
from quivive.money.sources import open_source
from quivive.money.sources.block_files import BlockFiles
from quivive.money.sources.core_rpc import CoreRpc


def test_a_nodes_data_folder_is_searched_for_its_blocks(tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir()
    write(tmp_path / "blocks" / "blk00000.dat", *chain_of(2))
    assert open_source(str(tmp_path)).tip() == 2


def test_a_single_block_file_is_a_source(tmp_path: Path) -> None:
    source = open_source(str(write(tmp_path / "blk00003.dat", *chain_of(2))))
    assert isinstance(source, BlockFiles)


def test_an_address_is_a_node() -> None:
    genesis = (CHAINS["ltc"].genesis or b"").hex()

    def answer(method: str, params: list[object]) -> object:
        return genesis

    with fake_node(answer) as node:
        for url in (node.url, node.url.replace("http", "HTTP")):
            source = open_source(url)
            assert isinstance(source, CoreRpc)
            assert source.chain == "ltc"


def test_a_node_of_another_family_than_asked_for_is_told() -> None:
    def answer(method: str, params: list[object]) -> object:
        raise Wrong(-32601, "the method does not exist")

    with fake_node(answer) as node, pytest.raises((UsageError, CouldNotLook), match=r"127\.0\.0\.1"):
        open_source(node.url, "btc")


def test_a_table_of_another_family_than_asked_for_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"from_address": "0x" + "11" * 20, "value": 5}) + "\n")
    with pytest.raises(CouldNotLook, match=r"rows\.json, byte 0"):
        open_source(str(path), "btc")


@pytest.mark.parametrize("damage", ["short", "root", "amount", "foreign"])
def test_damaged_files_leave_the_ledger_as_it_was(tmp_path: Path, damage: str) -> None:
    made = chain_of(4)
    write(tmp_path / "blk00000.dat", *made[:2])
    ledger = tmp_path / "ledger"
    ingest(open_source(str(tmp_path)), ledger)
    before = {each.name: each.read_bytes() for each in ledger.rglob("*") if each.is_file()}
    previous = block_hash(made[2])
    last = {
        "short": record(made[3])[:-5],
        "root": record(block(previous, [coinbase(4)], root=bytes(32))),
        "amount": record(block(previous, [coinbase(4, -1)])),
        "foreign": record(made[3], CHAINS["ltc"].magic),
    }[damage]
    (tmp_path / "blk00001.dat").write_bytes(record(made[2]) + last)
    with pytest.raises(Unreadable, match=r"blk00001\.dat, byte \d+: "):
        ingest(open_source(str(tmp_path)), ledger)
    after = {each.name: each.read_bytes() for each in ledger.rglob("*") if each.is_file()}
    assert after == before
    (tmp_path / "blk00001.dat").write_bytes(record(made[2]) + record(made[3]))
    assert ingest(open_source(str(tmp_path)), ledger).tip == (4, block_hash(made[3]))
