"""Which chains are known, and by what are their files, nodes and addresses told apart?

Values from the nodes' own chain parameters (chainparams.cpp of Bitcoin Core 28, Litecoin Core 0.21,
Bitcoin Cash Node 27, Dogecoin Core 1.14) and from EIP-155 chain ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["utxo", "account"]


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain; hashes are in the order in which they are displayed, amounts in the smallest unit.

    `magic` opens each record of a `blk*.dat` (on disk Bitcoin Cash still uses Bitcoin's); `base58` has the
    version bytes of P2PKH and P2SH, `old_p2sh` the one that wallets once wrote for P2SH; `max_money` is the
    most that one output may hold (consensus rule), `double_sha` whether the block hash is the proof of work,
    `mweb` whether blocks have an extension block, `auxpow` whether another chain's header may prove the work.
    """

    key: str
    name: str
    family: Family
    coin: str
    decimals: int
    genesis: bytes | None = None
    magic: bytes = b""
    base58: tuple[int, int] = (0, 0)
    old_p2sh: int | None = None
    hrp: str | None = None
    cashaddr: str | None = None
    max_money: int = 0
    double_sha: bool = True
    mweb: bool = False
    auxpow: bool = False
    chain_id: int | None = None


FORK_HEIGHT = 478_559
"""The first block that Bitcoin and Bitcoin Cash do not share."""
CASH_FORK = bytes.fromhex("000000000000000000651ef99cb9fcbe0dadde1d424bd9f15ff20136191a5eec")

_COIN = 10**8
_ROOTS = {
    "btc": "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
    "btc-testnet": "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
    "btc-testnet4": "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
    "btc-signet": "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
    "btc-regtest": "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
    "ltc": "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2",
    "ltc-testnet": "4966625a4b2851d9fdee139e56211a0d88575f59ed816ff5e6a63deb4e3e29a0",
    "ltc-regtest": "530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9",
    "doge": "1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691",
    "doge-testnet": "bb0a78264637406b6360aad926284d544d7049f45189db5664f3c4d07350559e",
    "doge-regtest": "3d2160a3b5dc4a9d62e7e66a295f70313ac808440ef7400d6c0772171ce973a5",
}


def _bitcoin(key: str, name: str, magic: str, base58: tuple[int, int], hrp: str) -> Chain:
    return Chain(
        key, name, "utxo", "BTC", 8, bytes.fromhex(_ROOTS[key]), bytes.fromhex(magic), base58, hrp=hrp,
        max_money=21_000_000 * _COIN,
    )  # fmt: skip


def _litecoin(key: str, name: str, magic: str, base58: tuple[int, int], old_p2sh: int, hrp: str) -> Chain:
    return Chain(
        key, name, "utxo", "LTC", 8, bytes.fromhex(_ROOTS[key]), bytes.fromhex(magic), base58, old_p2sh, hrp,
        max_money=84_000_000 * _COIN, double_sha=False, mweb=True,
    )  # fmt: skip


def _cash(key: str, name: str, magic: str, base58: tuple[int, int], prefix: str) -> Chain:
    root = _ROOTS[key.replace("bch", "btc")]
    return Chain(
        key, name, "utxo", "BCH", 8, bytes.fromhex(root), bytes.fromhex(magic), base58, cashaddr=prefix,
        max_money=21_000_000 * _COIN,
    )  # fmt: skip


def _dogecoin(key: str, name: str, magic: str, base58: tuple[int, int]) -> Chain:
    return Chain(
        key, name, "utxo", "DOGE", 8, bytes.fromhex(_ROOTS[key]), bytes.fromhex(magic), base58,
        max_money=10_000_000_000 * _COIN, double_sha=False, auxpow=True,
    )  # fmt: skip


def _account(key: str, name: str, coin: str, decimals: int = 18, chain_id: int | None = None) -> Chain:
    return Chain(key, name, "account", coin, decimals, chain_id=chain_id)


_TEST = (0x6F, 0xC4)
CHAINS: dict[str, Chain] = {
    chain.key: chain
    for chain in (
        _bitcoin("btc", "Bitcoin", "f9beb4d9", (0x00, 0x05), "bc"),
        _bitcoin("btc-testnet", "Bitcoin testnet 3", "0b110907", _TEST, "tb"),
        _bitcoin("btc-testnet4", "Bitcoin testnet 4", "1c163f28", _TEST, "tb"),
        _bitcoin("btc-signet", "Bitcoin signet", "0a03cf40", _TEST, "tb"),
        _bitcoin("btc-regtest", "Bitcoin regtest", "fabfb5da", _TEST, "bcrt"),
        _litecoin("ltc", "Litecoin", "fbc0b6db", (0x30, 0x32), 0x05, "ltc"),
        _litecoin("ltc-testnet", "Litecoin testnet 4", "fdd2c8f1", (0x6F, 0x3A), 0xC4, "tltc"),
        _litecoin("ltc-regtest", "Litecoin regtest", "fabfb5da", (0x6F, 0x3A), 0xC4, "rltc"),
        _cash("bch", "Bitcoin Cash", "f9beb4d9", (0x00, 0x05), "bitcoincash"),
        _cash("bch-testnet", "Bitcoin Cash testnet 3", "0b110907", _TEST, "bchtest"),
        _cash("bch-regtest", "Bitcoin Cash regtest", "fabfb5da", _TEST, "bchreg"),
        _dogecoin("doge", "Dogecoin", "c0c0c0c0", (0x1E, 0x16)),
        _dogecoin("doge-testnet", "Dogecoin testnet", "fcc1b7dc", (0x71, 0xC4)),
        _dogecoin("doge-regtest", "Dogecoin regtest", "fabfb5da", (0x6F, 0xC4)),
        _account("eth", "Ethereum", "ETH", chain_id=1),
        _account("eth-sepolia", "Ethereum Sepolia", "ETH", chain_id=11_155_111),
        _account("eth-regtest", "Ethereum on anvil or Hardhat", "ETH", chain_id=31_337),
        _account("etc", "Ethereum Classic", "ETC", chain_id=61),
        _account("bsc", "BNB Smart Chain", "BNB", chain_id=56),
        _account("polygon", "Polygon", "POL", chain_id=137),
        _account("arb", "Arbitrum One", "ETH", chain_id=42_161),
        _account("op", "OP Mainnet", "ETH", chain_id=10),
        _account("base", "Base", "ETH", chain_id=8_453),
        _account("avax", "Avalanche C-Chain", "AVAX", chain_id=43_114),
        _account("trx", "Tron", "TRX", 6, chain_id=728_126_428),
    )
}
"""Every known chain by its key, as `--chain` and a ledger's manifest name it."""


def find_chain(key: str) -> Chain:
    """The chain of that key. Raises UsageError with the known ones where there is none."""
    from quivive.errors import UsageError

    if key not in CHAINS:
        raise UsageError(f"'{key}' is no chain that I know; known are {', '.join(CHAINS)}.")
    return CHAINS[key]
