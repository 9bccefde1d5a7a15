from __future__ import annotations

import bz2
import os
import random
from itertools import pairwise
from pathlib import Path

import pytest

from money.made_blocks import (
    COIN,
    KEY_HASH,
    block,
    block_hash,
    chain_of,
    coinbase,
    record,
    transaction,
    txid,
    write,
)
from quivive.errors import NotFound, Unreadable, UsageError
from quivive.money.blocks import Transaction
from quivive.money.chains import CHAINS
from quivive.money.sources import open_source
from quivive.money.sources.block_files import open_block_files

GENESIS = CHAINS["btc-regtest"].genesis or b""
SUBSIDY_AFTER_ONE_HALVING = 25 * COIN


def hashes(path: Path, chain: str | None = None) -> list[bytes]:
    return [each.hash for each in open_source(str(path), chain).blocks(0)]


def test_blocks_come_in_chain_order_however_the_files_hold_them(tmp_path: Path) -> None:
    made = chain_of(6)
    write(tmp_path / "blk00000.dat", made[3], made[0], made[5])
    write(tmp_path / "blk00001.dat", made[4], made[2], made[1])
    source = open_source(str(tmp_path))
    assert (source.chain, source.first(), source.tip()) == ("btc-regtest", 1, 6)
    blocks = list(source.blocks(1))
    assert [each.hash for each in blocks] == [block_hash(each) for each in made]
    assert [each.height for each in blocks] == [1, 2, 3, 4, 5, 6]
    assert [each.previous for each in blocks[1:]] == [each.hash for each in blocks[:-1]]
    assert [each.height for each in source.blocks(5)] == [5, 6]


def test_stale_blocks_are_left_out(tmp_path: Path) -> None:
    made = chain_of(4)
    stale = chain_of(2, time=1_400_000_000, previous=block_hash(made[0]), height=2)
    path = write(tmp_path / "blk00000.dat", made[0], *stale, *made[1:])
    assert hashes(path) == [block_hash(each) for each in made]
    # With one more the other side has more work.
    longer = chain_of(4, time=1_400_000_000, previous=block_hash(made[0]), height=2)
    write(path, made[0], *longer, *made[1:])
    assert hashes(path) == [block_hash(each) for each in (made[0], *longer)]


def test_zeros_between_records_are_passed_over(tmp_path: Path) -> None:
    made = chain_of(3)
    path = tmp_path / "blk00000.dat"
    path.write_bytes(record(made[0]) + bytes(100_001) + record(made[1]) + bytes(7) + record(made[2]))
    assert hashes(path) == [block_hash(each) for each in made]


@pytest.mark.parametrize("key", ["0102030405060708", "fabf000000000001", "0000000000000000"])
def test_obfuscated_files_are_read_with_their_key(tmp_path: Path, key: str) -> None:
    made, raw = chain_of(3), bytes.fromhex(key)
    clear = b"".join(record(each) for each in made)
    (tmp_path / "xor.dat").write_bytes(raw)
    hidden = bytes(byte ^ raw[place % 8] for place, byte in enumerate(clear))
    (tmp_path / "blk00000.dat").write_bytes(hidden + bytes(5000))
    assert hashes(tmp_path) == [block_hash(each) for each in made]


def test_a_key_of_another_length_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "blk00000.dat", *chain_of(1))
    (tmp_path / "xor.dat").write_bytes(b"seven!!")
    with pytest.raises(Unreadable, match=r"xor\.dat, byte 0: .* 8 bytes"):
        open_source(str(tmp_path))


def test_a_file_cut_short_is_named_with_the_byte(tmp_path: Path) -> None:
    made = chain_of(3)
    whole = b"".join(record(each) for each in made)
    begin = len(record(made[0])) * 2
    for end in (begin + 5, begin + 50, len(whole) - 1):
        (tmp_path / "blk00000.dat").write_bytes(whole[:end])
        with pytest.raises(Unreadable, match=rf"blk00000\.dat, byte {begin}: .*cut short"):
            open_source(str(tmp_path))


def test_a_transaction_cut_short_is_named_with_the_byte(tmp_path: Path) -> None:
    first = coinbase(1)
    path = write(tmp_path / "blk00000.dat", block(GENESIS, [first, first[:40]]))
    with pytest.raises(Unreadable, match=rf"blk00000\.dat, byte {8 + 81 + len(first)}: transaction 1"):
        hashes(path)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (-1, "negative amount -1"),
        (21_000_000 * COIN + 1, "more than the 21000000 BTC"),
        (2**63 - 1, "more than the 21000000 BTC"),
    ],
)
def test_amounts_out_of_range_are_named_with_the_byte(tmp_path: Path, value: int, reason: str) -> None:
    made = block(GENESIS, [coinbase(1, value)])
    amount = 8 + made.index((value % 2**64).to_bytes(8, "little"))
    with pytest.raises(Unreadable, match=rf"blk00000\.dat, byte {amount}: .*{reason}"):
        hashes(write(tmp_path / "blk00000.dat", made))


def test_outputs_that_only_together_are_too_much_are_refused(tmp_path: Path) -> None:
    half = 11_000_000 * COIN
    both = transaction([("22" * 32, 0)], [(half, KEY_HASH), (half, KEY_HASH)])
    with pytest.raises(Unreadable, match=r"more than the 21000000 BTC"):
        hashes(write(tmp_path / "blk00000.dat", block(GENESIS, [coinbase(1), both])))


def test_a_wrong_merkle_root_is_refused(tmp_path: Path) -> None:
    made = block(GENESIS, [coinbase(1)], root=bytes(32))
    with pytest.raises(Unreadable, match=r"blk00000\.dat, byte 44: the merkle root"):
        hashes(write(tmp_path / "blk00000.dat", made))


def test_a_block_with_its_last_transactions_doubled_is_refused(tmp_path: Path) -> None:
    # The same root as without the second copy (CVE-2012-2459).
    parts = [coinbase(1), *(transaction([("33" * 32, place)], [(1, KEY_HASH)]) for place in range(2))]
    honest, doubled = block(GENESIS, parts), block(GENESIS, [*parts, parts[-1]])
    assert block_hash(honest) == block_hash(doubled)
    assert len(hashes(write(tmp_path / "blk00000.dat", honest))) == 1
    with pytest.raises(Unreadable, match=r"merkle root"):
        hashes(write(tmp_path / "blk00000.dat", doubled))


def test_a_header_without_its_work_is_refused(tmp_path: Path) -> None:
    made = bytearray(chain_of(1)[0])
    while block_hash(bytes(made)) < b"\x80":
        made[76] += 1
    path = tmp_path / "blk00000.dat"
    path.write_bytes(record(bytes(made), CHAINS["btc"].magic))
    with pytest.raises(Unreadable, match=r"blk00000\.dat, byte 8: the header does not meet its own target"):
        hashes(path)


def test_bytes_behind_the_last_transaction_are_refused(tmp_path: Path) -> None:
    made = chain_of(1)[0]
    with pytest.raises(Unreadable, match=rf"byte {8 + len(made)}: 3 bytes stand behind"):
        hashes(write(tmp_path / "blk00000.dat", made + b"odd"))


def test_a_count_larger_than_the_block_takes_no_time(tmp_path: Path) -> None:
    for count in (b"\xff" + b"\xff" * 8, b"\xfe\xff\xff\xff\x7f"):
        made = block(GENESIS, [coinbase(1)])
        # The numbers of transactions, inputs, and bytes of the first input.
        for at in (80, 85, 80 + 1 + 4 + 1 + 36):
            with pytest.raises(Unreadable, match=r"blk00000\.dat, byte \d+"):
                hashes(write(tmp_path / "blk00000.dat", made[:at] + count + made[at + 1 :]))


def test_a_length_beyond_all_memory_is_refused(tmp_path: Path) -> None:
    spend = transaction([("22" * 32, 0), ("22" * 32, 1)], [(1, KEY_HASH), (2, KEY_HASH)])
    for at in (4 + 1 + 36, len(spend) - 4 - 2 * 34 + 8):
        made = block(GENESIS, [coinbase(1), spend[:at] + b"\xff" * 9 + spend[at + 1 :]])
        with pytest.raises(Unreadable, match=r"transaction 1 of the block is cut short"):
            hashes(write(tmp_path / "blk00000.dat", made))


def test_a_block_of_another_chain_in_the_same_file_is_refused(tmp_path: Path) -> None:
    first, second = chain_of(2)
    path = tmp_path / "blk00000.dat"
    path.write_bytes(record(first) + record(second, CHAINS["ltc"].magic))
    with pytest.raises(Unreadable, match=rf"byte {len(record(first))}: here begins a block of Litecoin"):
        open_source(str(path))
    path.write_bytes(record(first) + b"neither" + record(second))
    with pytest.raises(Unreadable, match=rf"byte {len(record(first))}: no block begins here"):
        open_source(str(path))


def test_files_of_another_chain_than_asked_for_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "blk00000.dat", *chain_of(2))
    assert open_source(str(path), "bch-regtest").chain == "bch-regtest"
    with pytest.raises(UsageError, match=r"blocks of Bitcoin regtest.*not of Litecoin"):
        open_source(str(path), "ltc")
    # Same magic, another first block.
    with pytest.raises(UsageError, match=r"not of Litecoin regtest"):
        open_source(str(path), "ltc-regtest")
    with pytest.raises(UsageError, match=r"no chain that I know"):
        open_source(str(path), "dash")


def test_missing_blocks_in_between_are_told(tmp_path: Path) -> None:
    early, late = chain_of(2), chain_of(2, previous=b"\7" * 32, height=5000)
    with pytest.raises(Unreadable, match=r"Blocks 3 to 4,999 are missing"):
        open_source(str(write(tmp_path / "blk00000.dat", *early, *late)))


def test_a_pruned_node_begins_where_its_blocks_meet(tmp_path: Path) -> None:
    stray = chain_of(1, previous=b"\7" * 32, height=4990)
    late = chain_of(3, previous=b"\6" * 32, height=5000)
    source = open_source(str(write(tmp_path / "blk00000.dat", *stray, *late)), "btc-regtest")
    assert (source.first(), source.tip()) == (5000, 5002)
    with pytest.raises(NotFound, match=r"blocks 5000 to 5002, not 4999"):
        source.hash_at(4999)


def test_what_is_no_block_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.bin"
    path.write_bytes(b"these are no blocks" * 10)
    with pytest.raises(UsageError, match=r"If it is a raw block, say of which chain"):
        open_source(str(path))
    path.write_bytes(b"short")
    with pytest.raises(Unreadable, match=r"5 bytes are neither a block"):
        open_source(str(path))
    with pytest.raises(NotFound, match=r"no blk\*\.dat"):
        open_source(str(tmp_path))
    with pytest.raises(NotFound, match=r"no file or folder"):
        open_source(str(tmp_path / "absent"))


def test_a_single_raw_block_is_read_with_its_chain_given(tmp_path: Path) -> None:
    made = chain_of(1, previous=b"\5" * 32, height=77)[0]
    path = tmp_path / "block.raw"
    path.write_bytes(made)
    (found,) = open_source(str(path), "btc-regtest").blocks(0)
    assert (found.height, found.hash, found.time) == (77, block_hash(made), 1_300_000_000)


def test_a_witness_in_a_block_of_bitcoin_cash_is_refused(tmp_path: Path) -> None:
    plain = coinbase(9)
    path = tmp_path / "block.raw"
    path.write_bytes(block(b"\5" * 32, [plain[:4] + b"\0\1" + plain[4:]]))
    with pytest.raises(Unreadable, match=r"unknown flag 1"):
        list(open_source(str(path), "bch-regtest").blocks(0))


def test_bitcoins_first_blocks_link_from_the_first_of_all(shared_data: Path) -> None:
    source = open_source(str(shared_data / "money" / "blocks" / "btcd" / "blocks1-256.bz2"))
    blocks = list(source.blocks(0))
    assert (source.chain, source.first(), source.tip()) == ("btc", 1, 255)
    assert blocks[0].previous == CHAINS["btc"].genesis
    assert all(after.previous == before.hash for before, after in pairwise(blocks))
    # Block 170 has the first payment between two people; Satoshi's address stands in block 9's coinbase.
    payment = blocks[169].transactions[1]
    assert isinstance(payment, Transaction)
    assert payment.txid.hex() == "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
    assert payment.inputs[0].txid == blocks[8].transactions[0].txid


def test_spent_outputs_of_a_real_block_leave_the_fees_that_its_miner_took(shared_data: Path) -> None:
    source = open_source(str(shared_data / "money" / "blocks" / "btcd" / "277647.dat.bz2"))
    (found,) = source.blocks(0)
    assert (found.height, len(found.transactions)) == (277_647, 213)
    transactions = [each for each in found.transactions if isinstance(each, Transaction)]
    spent = [one.spent for each in transactions for one in each.inputs]
    values = [each.value for each in spent if each is not None]
    assert len(values) == len(spent) == 732
    paid = sum(each.value for one in transactions[1:] for each in one.outputs)
    mined = sum(each.value for each in transactions[0].outputs)
    assert mined == SUBSIDY_AFTER_ONE_HALVING + sum(values) - paid


def test_a_real_block_with_witnesses_is_read(shared_data: Path) -> None:
    path = shared_data / "money" / "blocks" / "rust-bitcoin" / "mainnet_block_c835b2.raw"
    source = open_source(str(path))
    (found,) = source.blocks(0)
    assert (source.chain, found.height, len(found.transactions)) == ("btc", 702_861, 2500)
    assert found.hash.hex().lstrip("0").startswith("c835b2")
    with pytest.raises(UsageError, match=r"of Bitcoin, not of Bitcoin Cash"):
        open_source(str(path), "bch")


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "block.dat.bz2"
    path.write_bytes(bz2.compress(chain_of(1)[0])[:-9])
    with pytest.raises(Unreadable, match=r"block\.dat\.bz2 is no whole \.bz2 file"):
        open_block_files(path)


def test_a_node_with_many_files_does_not_have_them_all_open(tmp_path: Path) -> None:
    made = chain_of(60)
    for number, each in enumerate(made):
        write(tmp_path / f"blk{number:05}.dat", each)
    before = len(os.listdir("/proc/self/fd"))
    source = open_source(str(tmp_path))
    assert len(os.listdir("/proc/self/fd")) <= before + 1
    assert [each.hash for each in source.blocks(0)] == [block_hash(each) for each in made]
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_any_damage_gives_the_blocks_or_a_place(tmp_path: Path) -> None:
    spends = [transaction([("33" * 32, place)], [(9, KEY_HASH), (8, "6a01ff")]) for place in range(4)]
    whole = b"".join(record(each) for each in (*chain_of(2), block(b"\5" * 32, [coinbase(3), *spends])))
    path, chance = tmp_path / "blk00000.dat", random.Random(20261122)
    told = set()
    for _ in range(400):
        damage = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            damage[chance.randrange(len(damage))] = chance.choice((0, 1, 0xFD, 0xFF, chance.randrange(256)))
        path.write_bytes(damage[: chance.choice((len(damage), chance.randrange(len(damage))))])
        try:
            found = hashes(path, "btc-regtest")
        except UsageError:
            continue
        except Unreadable as error:
            told.add(str(error).partition(": ")[2][:12])
        else:
            assert found
    assert len(told) > 8


def test_blocks_proved_by_another_chain_are_read(tmp_path: Path) -> None:
    proof = coinbase(99) + bytes(32) + b"\2" + bytes(64 + 4) + b"\0" + bytes(4) + bytes(80)
    path = tmp_path / "blk00000.dat"
    parent = block(CHAINS["doge-regtest"].genesis or b"", [coinbase(3)], version=2 | 0x100)
    path.write_bytes(record(parent[:80] + proof + parent[80:]))
    source = open_source(str(path))
    (found,) = source.blocks(0)
    assert (source.chain, found.height, found.hash) == ("doge-regtest", 1, block_hash(parent))
    path.write_bytes(record(parent[:80] + proof[:90]))
    with pytest.raises(Unreadable, match=r"byte 88: transaction 0"):
        hashes(path)


def test_the_same_block_twice_counts_once(tmp_path: Path) -> None:
    made = chain_of(2)
    assert hashes(write(tmp_path / "blk00000.dat", *made, *made)) == [block_hash(each) for each in made]


def test_inputs_name_what_they_spend(tmp_path: Path) -> None:
    first = coinbase(1)
    pays = transaction([(txid(first), 0)], [(20 * COIN, KEY_HASH), (29 * COIN, "6a")])
    (found,) = open_source(str(write(tmp_path / "blk00000.dat", block(GENESIS, [first, pays])))).blocks(0)
    earned, spent = found.transactions
    assert isinstance(earned, Transaction)
    assert isinstance(spent, Transaction)
    assert earned.inputs == ()
    assert [(each.txid.hex(), each.position, each.spent) for each in spent.inputs] == [(txid(first), 0, None)]
    assert [(each.value, each.type) for each in spent.outputs] == [
        (20 * COIN, "pubkeyhash"),
        (29 * COIN, "nulldata"),
    ]
