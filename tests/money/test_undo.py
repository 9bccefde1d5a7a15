from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.made_blocks import COIN, KEY_HASH, block, block_hash, coinbase, record, transaction, write
from quivive.errors import Unreadable
from quivive.money.addresses import base58check
from quivive.money.blocks import Output, Transaction
from quivive.money.chains import CHAINS
from quivive.money.scripts import hash160, script_reader
from quivive.money.sources.block_files import open_block_files
from quivive.money.sources.undo import UndoReader, read_varint, unpack_amount
from quivive.money.sources.wire import double_sha

REGTEST = CHAINS["btc-regtest"]
GENESIS = REGTEST.genesis or b""
MAGIC = REGTEST.magic
KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
WHOLE_KEY = (
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)


def varint(number: int) -> bytes:
    """Core's VARINT, the other way."""
    digits = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        digits.append(number & 0x7F | 0x80)
    return bytes(digits[::-1])


def pack_amount(value: int) -> int:
    """Core's CompressAmount (compressor.cpp)."""
    if value == 0:
        return 0
    exponent = 0
    while value % 10 == 0 and exponent < 9:
        value, exponent = value // 10, exponent + 1
    if exponent == 9:
        return 1 + (value - 1) * 10 + 9
    value, digit = divmod(value, 10)
    return 1 + (value * 9 + digit - 1) * 10 + exponent


def spent(value: int, code: bytes, height: int = 7) -> bytes:
    """An undo entry: height and coinbase flag, an old node's version, amount and script."""
    return varint(height * 2 + 1) + (b"\0" if height else b"") + varint(pack_amount(value)) + code


def raw(script: str) -> bytes:
    """A script that is not compressed."""
    return varint(len(script) // 2 + 6) + bytes.fromhex(script)


CODES = {
    "pubkeyhash": b"\0" + b"\x11" * 20,
    "scripthash": b"\1" + b"\x22" * 20,
    "pubkey": bytes.fromhex(KEY),
    "whole key": b"\4" + bytes.fromhex(WHOLE_KEY[2:66]),
    "witness": raw("0014" + "33" * 20),
    "nothing": raw(""),
}


@given(st.integers(0, 21_000_000 * COIN))
def test_amounts_come_back_as_they_were_packed(value: int) -> None:
    assert unpack_amount(pack_amount(value)) == value


@given(st.integers(0, 2**63))
def test_numbers_come_back_as_they_were_written(number: int) -> None:
    assert read_varint(varint(number) + b"\xff", 0) == (number, len(varint(number)))


def test_a_number_without_end_is_cut_off() -> None:
    with pytest.raises(IndexError):
        read_varint(b"\xff" * 1_000_000, 0)


def test_each_way_of_writing_a_script_gives_its_payee() -> None:
    data = b"\1" + bytes([len(CODES)]) + b"".join(spent(COIN, each) for each in CODES.values())
    ((found),) = UndoReader(REGTEST, script_reader(REGTEST)).block(data, "rev")
    assert [each.type for each in found] == [
        "pubkeyhash", "scripthash", "pubkey", "pubkey", "witness_v0_keyhash", "nonstandard",
    ]  # fmt: skip
    assert {each.value for each in found} == {COIN}
    assert found[2].address == base58check(b"\x6f" + hash160(bytes.fromhex(KEY)))
    assert found[3].address == base58check(b"\x6f" + hash160(bytes.fromhex(WHOLE_KEY)))


def _two_blocks() -> tuple[list[bytes], bytes]:
    """A block with one payment, its parent, and the payment's undo data."""
    first = block(GENESIS, [coinbase(1)])
    pays = transaction([("44" * 32, 0), ("55" * 32, 1)], [(COIN, KEY_HASH)])
    second = block(block_hash(first), [coinbase(2), pays])
    return [first, second], b"\1\2" + spent(COIN, CODES["pubkey"], 0) + spent(2, CODES["witness"])


def _undo_record(undo: bytes, previous: bytes) -> bytes:
    return record(undo, MAGIC) + double_sha(previous[::-1] + undo)


def _spent(path: Path, wanted: bool | None = True) -> list[Output | None]:
    last = list(open_block_files(path, "btc-regtest", wanted).blocks(0))[-1].transactions[-1]
    assert isinstance(last, Transaction)
    return [each.spent for each in last.inputs]


def test_undo_files_fill_in_what_the_inputs_spent(tmp_path: Path) -> None:
    (first, second), undo = _two_blocks()
    write(tmp_path / "blk00000.dat", second, first)
    other = b"\1\1" + spent(9, CODES["scripthash"])
    (tmp_path / "rev00000.dat").write_bytes(
        _undo_record(other, b"\1" * 32) + _undo_record(undo, block_hash(first)) + bytes(99)
    )
    assert [(each.value, each.type) for each in _spent(tmp_path) if each] == [
        (COIN, "pubkey"),
        (2, "witness_v0_keyhash"),
    ]
    # A ledger that starts at the chain's first block knows them anyway.
    assert _spent(tmp_path, None) == [None, None]


def test_undo_data_of_another_block_are_left_alone(tmp_path: Path) -> None:
    (first, second), undo = _two_blocks()
    write(tmp_path / "blk00000.dat", first, second)
    (tmp_path / "rev00000.dat").write_bytes(_undo_record(undo, b"\2" * 32))
    assert _spent(tmp_path) == [None, None]


def test_undo_data_that_do_not_fit_the_inputs_are_refused(tmp_path: Path) -> None:
    (first, second), _ = _two_blocks()
    write(tmp_path / "blk00000.dat", first, second)
    lacking = b"\1\1" + spent(COIN, CODES["pubkey"])
    (tmp_path / "rev00000.dat").write_bytes(_undo_record(lacking, block_hash(first)))
    with pytest.raises(Unreadable, match=r"rev00000\.dat, byte 8: .*do not fit"):
        _spent(tmp_path)


@pytest.mark.parametrize("name", ["block.undo", "block.raw.undo", "block.rev"])
@pytest.mark.parametrize("checksum", [True, False])
def test_undo_data_beside_a_raw_block_are_used(tmp_path: Path, name: str, checksum: bool) -> None:
    (first, second), undo = _two_blocks()
    (tmp_path / "block.raw").write_bytes(second)
    tail = double_sha(block_hash(first)[::-1] + undo) if checksum else b""
    (tmp_path / name).write_bytes(undo + tail)
    assert [each.value for each in _spent(tmp_path / "block.raw") if each] == [COIN, 2]


def test_damaged_undo_data_are_named_with_the_byte(tmp_path: Path) -> None:
    (_, second), undo = _two_blocks()
    path = tmp_path / "block.raw"
    path.write_bytes(second)
    for end in range(len(undo)):
        (tmp_path / "block.undo").write_bytes(undo[:end])
        with pytest.raises(Unreadable, match=r"block\.undo, byte \d+: the undo data of transaction 1"):
            _spent(path)
    (tmp_path / "block.undo").write_bytes(undo + b"more")
    with pytest.raises(Unreadable, match=rf"block\.undo, byte {len(undo)}: 4 bytes stand behind"):
        _spent(path)
    too_much = spent(22_000_000 * COIN, CODES["pubkey"])
    (tmp_path / "block.undo").write_bytes(b"\1\2" + too_much + spent(1, CODES["pubkey"]))
    with pytest.raises(Unreadable, match=r"more than can exist"):
        _spent(path)


def test_a_utxo_store_cut_short_is_named_with_the_byte(tmp_path: Path) -> None:
    (_, second), _ = _two_blocks()
    path = tmp_path / "block.raw"
    path.write_bytes(second)
    entry = varint(15) + varint(pack_amount(COIN)) + CODES["pubkeyhash"]
    whole = b"\x44" * 32 + bytes(4) + len(entry).to_bytes(4, "little") + entry
    (tmp_path / "block.utxostore").write_bytes(whole)
    assert [each and each.value for each in _spent(path)] == [COIN, None]
    for end in (10, 41, len(whole) - 1):
        (tmp_path / "block.utxostore").write_bytes(whole[:end])
        with pytest.raises(Unreadable, match=r"block\.utxostore, byte 0: the entry of a spent output"):
            _spent(path)
