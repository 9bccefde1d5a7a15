"""Serialised blocks for tests, made here: regtest's target, so that the second or third nonce will do."""

from __future__ import annotations

from pathlib import Path

from quivive.money.chains import CHAINS
from quivive.money.sources.wire import double_sha, merkle_root

BITS = 0x207FFFFF
COIN = 10**8
KEY_HASH = "76a914" + "11" * 20 + "88ac"


def size(number: int) -> bytes:
    """A compact size."""
    return bytes([number]) if number < 0xFD else b"\xfd" + number.to_bytes(2, "little")


def transaction(inputs: list[tuple[str, int]], outputs: list[tuple[int, str]], unlock: bytes = b"") -> bytes:
    """A transaction without witness; hashes and scripts in hexadecimal, an amount may be out of range."""
    spends = [
        bytes.fromhex(txid)[::-1] + place.to_bytes(4, "little") + size(len(unlock)) + unlock + b"\xff" * 4
        for txid, place in inputs
    ]
    pays = [
        (value % (1 << 64)).to_bytes(8, "little") + size(len(script) // 2) + bytes.fromhex(script)
        for value, script in outputs
    ]
    head = (1).to_bytes(4, "little") + size(len(spends)) + b"".join(spends)
    return head + size(len(pays)) + b"".join(pays) + bytes(4)


def coinbase(height: int, value: int = 50 * COIN, script: str = KEY_HASH) -> bytes:
    """The first transaction of a block of version 2, which begins with its height (BIP 34)."""
    return transaction([("00" * 32, 0xFFFFFFFF)], [(value, script)], b"\x04" + height.to_bytes(4, "little"))


def txid(raw: bytes) -> str:
    """The hash of a transaction without witness."""
    return double_sha(raw)[::-1].hex()


def block(
    previous: bytes,
    transactions: list[bytes],
    root: bytes | None = None,
    time: int = 1_300_000_000,
    version: int = 2,
) -> bytes:
    """A block that meets regtest's target; with `root` one whose merkle root is that, right or wrong."""
    root = root or merkle_root([double_sha(each)[::-1] for each in transactions])
    head = version.to_bytes(4, "little") + previous[::-1] + root[::-1] + time.to_bytes(4, "little")
    for nonce in range(1000):
        header = head + BITS.to_bytes(4, "little") + nonce.to_bytes(4, "little")
        if double_sha(header)[::-1] < bytes.fromhex("7fffff" + "00" * 29):
            break
    return header + size(len(transactions)) + b"".join(transactions)


def block_hash(raw: bytes) -> bytes:
    """In display order."""
    return double_sha(raw[:80])[::-1]


def chain_of(count: int, time: int = 1_300_000_000, previous: bytes = b"", height: int = 1) -> list[bytes]:
    """Blocks with nothing but their coinbases, behind `previous` (else the first of Bitcoin's regtest)."""
    previous, blocks = previous or CHAINS["btc-regtest"].genesis or b"", []
    for step in range(count):
        blocks.append(block(previous, [coinbase(height + step)], time=time + step))
        previous = block_hash(blocks[-1])
    return blocks


def record(raw: bytes, magic: bytes = CHAINS["btc-regtest"].magic) -> bytes:
    """As `blk*.dat` holds it."""
    return magic + len(raw).to_bytes(4, "little") + raw


def write(path: Path, *blocks: bytes) -> Path:
    """A `blk*.dat` of these blocks, with zeros behind them as nodes leave."""
    path.write_bytes(b"".join(record(each) for each in blocks) + bytes(4096))
    return path
