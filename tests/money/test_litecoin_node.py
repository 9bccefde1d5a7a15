"""Litecoin Core on regtest: its JSON-RPC and its files tell the same, extension block and ledger included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from money.litecoind import MWEB_ACTIVE, Litecoind, start
from quivive.errors import NotFound, UsageError
from quivive.money.addresses import MWEB, base58check
from quivive.money.blocks import Block, Output, Transaction
from quivive.money.ingest import ingest
from quivive.money.ledger import Ledger
from quivive.money.scripts import hash160
from quivive.money.sources import open_source
from quivive.money.sources.block_files import open_block_files
from quivive.money.sources.core_rpc import open_core_rpc

COIN = 10**8
WALLET_TYPES = {"pubkeyhash", "scripthash", "witness_v0_keyhash"}
TAPROOT = "5120" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
SECRET = bytes(31) + b"\x05"
SECRET_PUBLIC = (
    "042f8bde4d1a07209355b4a7250a5c5128e88b84bddc619ab7cba8d569b240efe4"
    "d8ac222636e5e3d6d4dba9dda6c9c426f788271bab0d6840dca87d3aa6ac62d6"
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litecoind]:
    """A node past MWEB activation whose chain has every script type and a peg-in, ended after the tests."""
    running = start(tmp_path_factory.mktemp("litecoind"))
    try:
        _make_chain(running)
        yield running
    finally:
        running.stop()


def _make_chain(node: Litecoind) -> None:
    for node.wallet in ("hidden", "wallet"):
        node.call("createwallet", node.wallet)
    node.mine(MWEB_ACTIVE - 1)
    for amount in (5, 4):
        node.call("sendtoaddress", _hidden(node, "getnewaddress", "", "mweb"), amount)
    for kind in ("legacy", "p2sh-segwit", "bech32"):
        node.call("sendtoaddress", node.call("getnewaddress", "", kind), 1)
    _send_scripts(node, _scripts(node), spend=False)
    node.mine(1)
    _send_scripts(node, [], spend=True)
    node.call("sendtoaddress", node.call("getnewaddress", "", "legacy"), 40)
    # A wallet with nothing but coins of the extension block pays out of it.
    _hidden(node, "sendtoaddress", node.call("getnewaddress", "out", "legacy"), 3)
    node.mine(2)


def _hidden(node: Litecoind, method: str, *params: Any) -> Any:
    """A call to the wallet whose coins are all in the extension block."""
    node.wallet = "hidden"
    try:
        return node.call(method, *params)
    finally:
        node.wallet = "wallet"


def _scripts(node: Litecoind) -> list[str]:
    """Scripts that no wallet makes: P2PK with either form of key, bare multisig, P2TR, P2WSH, nonstandard."""
    node.call("importprivkey", base58check(b"\xef" + SECRET), "", False)
    keys = [node.call("getaddressinfo", node.call("getnewaddress"))["pubkey"] for _ in range(2)]
    multisig = "51" + "".join("21" + key for key in keys) + "52ae"
    return [
        "21" + keys[0] + "ac", "41" + SECRET_PUBLIC + "ac", multisig, TAPROOT, "0020" + "11" * 32,
        "51024e73", "21" + keys[1] + "ad51", "51", "6a0568656c6c6f",
    ]  # fmt: skip


def _send_scripts(node: Litecoind, scripts: list[str], spend: bool) -> None:
    """Pay a coin to each script in one transaction; or spend what the wallet's keys open of them."""
    if not spend:
        coin = next(each for each in node.call("listunspent") if each["amount"] > len(scripts) + 1)
        inputs, outputs = [(coin["txid"], coin["vout"])], [(COIN, script) for script in scripts]
        outputs.append((int(coin["amount"] * COIN) - COIN * len(scripts) - 10_000, coin["scriptPubKey"]))
    else:
        block = node.call("getblock", node.call("getbestblockhash"), 2)
        paid = next(each for each in block["tx"] if len(each["vout"]) == 10)
        inputs = [(paid["txid"], place) for place in range(3)]
        outputs = [(3 * COIN - 10_000, paid["vout"][9]["scriptPubKey"]["hex"])]
    signed = node.call("signrawtransactionwithwallet", _raw(inputs, outputs))
    assert signed["complete"], signed
    node.call("sendrawtransaction", signed["hex"])


def _raw(inputs: list[tuple[str, int]], outputs: list[tuple[int, str]]) -> str:
    """An unsigned transaction in hexadecimal; fewer than 253 inputs and outputs."""
    spends = [
        bytes.fromhex(txid)[::-1] + place.to_bytes(4, "little") + b"\0" + b"\xff" * 4
        for txid, place in inputs
    ]
    scripts = [(value, bytes.fromhex(script)) for value, script in outputs]
    pays = [value.to_bytes(8, "little") + bytes([len(script)]) + script for value, script in scripts]
    parts = (b"\x02\0\0\0", bytes([len(spends)]), *spends, bytes([len(pays)]), *pays, bytes(4))
    return b"".join(parts).hex()


def test_blocks_over_rpc_are_those_of_the_block_files(node: Litecoind) -> None:
    over_rpc = list(open_core_rpc(node.url).blocks(0))
    assert over_rpc == list(open_block_files(node.blocks, spent=False).blocks(0))
    assert [each.height for each in over_rpc] == list(range(MWEB_ACTIVE + 3))


def test_the_chain_is_found_from_node_and_files(node: Litecoind) -> None:
    rpc, files = open_source(node.url), open_source(str(node.blocks))
    assert (rpc.chain, rpc.first(), rpc.tip()) == (files.chain, files.first(), files.tip())
    assert (rpc.chain, rpc.tip()) == ("ltc-regtest", MWEB_ACTIVE + 2)
    assert rpc.hash_at(300) == files.hash_at(300)
    with pytest.raises(NotFound, match=r"0 to 434, not 435"):
        files.hash_at(435)
    for spec in (node.url, str(node.blocks)):
        with pytest.raises(UsageError, match=r"Litecoin regtest"):
            open_source(spec, "btc")


def test_addresses_are_those_that_the_node_gives(node: Litecoind) -> None:
    blocks = {each.height: each for each in open_source(str(node.blocks)).blocks(MWEB_ACTIVE - 5)}
    compared = set()
    for height, block in blocks.items():
        told = node.call("getblock", node.call("getblockhash", height), 2)
        for ours, theirs in zip(_outputs(block), _told_outputs(told), strict=True):
            assert ours.value == int(theirs["value"] * COIN)
            assert ours.type == _their_type(theirs)
            if ours.type in WALLET_TYPES | {"witness_v0_scripthash", "witness_v1_taproot"}:
                assert [ours.address] == theirs["scriptPubKey"]["addresses"]
                compared.add(ours.type)
    assert compared == WALLET_TYPES | {"witness_v0_scripthash", "witness_v1_taproot"}


def _outputs(block: Block) -> list[Output]:
    return [output for each in _transactions(block) for output in each.outputs]


def _transactions(block: Block) -> list[Transaction]:
    return [each for each in block.transactions if isinstance(each, Transaction)]


def _told_outputs(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for each in block["tx"] for output in each["vout"]]


def _their_type(output: dict[str, Any]) -> str:
    # Litecoin Core 0.21 knows no pay-to-anchor (2024).
    script = output["scriptPubKey"]
    return "anchor" if script["hex"] == "51024e73" else str(script["type"])


def test_every_script_has_its_payee(node: Litecoind) -> None:
    block = next(open_source(str(node.blocks)).blocks(MWEB_ACTIVE))
    paid = next(each for each in _transactions(block) if len(each.outputs) == 10)
    by_type = {each.type: each.address for each in paid.outputs[:-1]}
    assert list(by_type) == [
        "pubkey", "multisig", "witness_v1_taproot", "witness_v0_scripthash", "anchor", "nonstandard",
        "nulldata",
    ]  # fmt: skip
    assert by_type["pubkey"] == base58check(b"\x6f" + hash160(bytes.fromhex(SECRET_PUBLIC)))
    assert str(by_type["multisig"]).startswith("multisig:")
    # `key OP_CHECKSIGVERIFY OP_1` asks for a signature, `OP_1` for nothing.
    odd = [str(each.address)[:11] for each in paid.outputs if each.type == "nonstandard"]
    assert odd == [
        "nonstandard",
        "None",
    ]
    assert by_type["nulldata"] is None


def test_the_extension_block_is_one_payee(node: Litecoind) -> None:
    blocks = list(open_source(str(node.blocks)).blocks(MWEB_ACTIVE))
    pegged = [each for block in blocks for each in _outputs(block) if each.type == "witness_mweb_pegin"]
    assert {each.address for each in pegged} == {MWEB}
    hogex = [_transactions(block)[-1] for block in blocks]
    assert [each.outputs[0].type for each in hogex] == ["witness_mweb_hogaddr"] * 3
    first = {each.txid for each in _transactions(blocks[0]) if each.outputs[0] in pegged}
    assert {each.txid for each in hogex[0].inputs} == first != set()
    assert [hogex[i].inputs[0].txid for i in (1, 2)] == [hogex[i].txid for i in (0, 1)]
    (out,) = node.call("getaddressesbylabel", "out")
    assert [(each.address, each.value) for each in hogex[1].outputs[1:]] == [(out, 3 * COIN)]


def test_undo_files_tell_what_each_input_spent(node: Litecoind) -> None:
    blocks = list(open_core_rpc(node.url).blocks(0))
    made = {(each.txid, place): output for block in blocks for each in _transactions(block)
            for place, output in enumerate(each.outputs)}  # fmt: skip
    with_undo = list(open_block_files(node.blocks, spent=True).blocks(0))
    spent = [one for block in with_undo for each in _transactions(block) for one in each.inputs]
    assert len(spent) > 10
    assert all(one.spent == made[one.txid, one.position] for one in spent)
    assert {"pubkey", "multisig", "witness_mweb_pegin"} <= {one.spent.type for one in spent if one.spent}


def test_obfuscated_files_give_the_same_blocks(node: Litecoind, tmp_path: Path) -> None:
    key = bytes.fromhex("00c1ffee5eed0b57")
    (tmp_path / "xor.dat").write_bytes(key)
    for path in (*node.blocks.glob("blk*.dat"), *node.blocks.glob("rev*.dat")):
        # A node writes what it allocates ahead past the key: zeros stay zeros.
        data = path.read_bytes().rstrip(b"\0")
        hidden = bytes(byte ^ key[place % 8] for place, byte in enumerate(data))
        (tmp_path / path.name).write_bytes(hidden + bytes(1 << 20))
    plain = open_block_files(node.blocks, spent=True)
    assert list(open_block_files(tmp_path, spent=True).blocks(430)) == list(plain.blocks(430))


def test_credentials_come_from_the_cookie_file(node: Litecoind, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{node.port}"
    with pytest.raises(UsageError, match=r"QUIVIVE_RPC_COOKIE"):
        open_source(url)
    monkeypatch.setenv("QUIVIVE_RPC_COOKIE", str(node.cookie))
    assert open_source(url).tip() >= MWEB_ACTIVE


def test_a_ledger_over_rpc_equals_one_of_files_and_follows_a_reorganisation(
    node: Litecoind, tmp_path: Path
) -> None:
    ingest(open_source(node.url), tmp_path / "rpc")
    before = _tables(Ledger.open(tmp_path / "rpc"))
    assert before == _tables(ingest(open_source(str(node.blocks)), tmp_path / "files"))
    node.call("invalidateblock", node.call("getblockhash", node.call("getblockcount") - 1))
    node.call("sendtoaddress", node.call("getnewaddress", "", "bech32"), 7)
    node.mine(4)
    after = _tables(ingest(open_source(node.url), tmp_path / "rpc"))
    assert after["blocks"] != before["blocks"]
    assert after["blocks"][: MWEB_ACTIVE + 1] == before["blocks"][: MWEB_ACTIVE + 1]
    assert after == _tables(ingest(open_source(str(node.blocks)), tmp_path / "files"))
    assert after == _tables(ingest(open_source(str(node.blocks)), tmp_path / "afresh"))


def _tables(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    names = ("blocks", "transactions", "inputs", "outputs", "addresses")
    return {name: ledger.sql(f"select * from {name} order by all").to_pylist() for name in names}
