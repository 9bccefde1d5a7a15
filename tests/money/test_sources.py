from __future__ import annotations

import json
from pathlib import Path

import pytest

from money.fake_node import Wrong, fake_node
from money.made_blocks import chain_of, write
from quivive.errors import CouldNotLook, UsageError
from quivive.money.chains import CHAINS
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
