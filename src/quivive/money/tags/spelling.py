"""Under which key do all spellings of an address meet?

One wallet has many spellings: EVM addresses in any letter case, bech32 in either, Bitcoin Cash as CashAddr or
as of old, Litecoin's script addresses with 3 or M, Tron in hexadecimal. And one key opens addresses on many
chains: all EVM chains, and Bitcoin with those that split off from it. Tags are kept under a key of bytes
that is the same for all of these. Whether checksums hold is told with it: BIP 173/350, base58check,
CashAddr, EIP-55.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from quivive import wallets
from quivive.errors import Unreadable
from quivive.money.addresses import base58check, cash_address, segwit_address

EVM = frozenset(str.split("eth bsc arb etc polygon avax ftm op base gnosis kcs bttc cro glmr celo"))
"""Chains whose addresses are those of Ethereum."""
BITCOINS = frozenset(["btc", "bch", "bsv", "btg", "xec"])
"""Bitcoin, and the chains that split off with its keys and hashes."""
TOKENS = frozenset(str.split("usdt usdc busd tusd dai omni erc20 trc20 gmt link uni wbtc bep2"))
"""Assets that live on several chains: the form of the address says on which."""

_SAME: Mapping[str, str] = MappingProxyType({
    "xbt": "btc", "bitcoin": "btc", "litecoin": "ltc", "bitcoin-cash": "bch", "ethereum": "eth",
    "dogecoin": "doge", "monero": "xmr", "ripple": "xrp", "tron": "trx", "cardano": "ada", "zcash": "zec",
    "bep20": "bsc", "bnb": "bsc",
    "matic": "polygon", "pol": "polygon", "arbitrum": "arb", "optimism": "op", "avalanche": "avax",
})  # fmt: skip
NAMES: Mapping[str, str] = MappingProxyType({
    "btc": "Bitcoin", "bch": "Bitcoin Cash", "bsv": "Bitcoin SV", "btg": "Bitcoin Gold", "ltc": "Litecoin",
    "doge": "Dogecoin", "dash": "Dash", "eth": "Ethereum", "bsc": "BNB Smart Chain", "arb": "Arbitrum",
    "etc": "Ethereum Classic", "polygon": "Polygon", "trx": "Tron", "xmr": "Monero", "xrp": "XRP Ledger",
    "zec": "Zcash", "ada": "Cardano", "xvg": "Verge", "base": "Base", "op": "Optimism", "avax": "Avalanche",
})  # fmt: skip

# What a base58check address begins with (one or two bytes) says its chain and whether a script is paid.
_VERSIONS: Mapping[str, Mapping[bytes, str]] = MappingProxyType({
    "btc": {b"\x00": "key", b"\x05": "script"}, "bch": {b"\x00": "key", b"\x05": "script"},
    "bsv": {b"\x00": "key", b"\x05": "script"}, "xec": {b"\x00": "key", b"\x05": "script"},
    "btg": {b"\x26": "key", b"\x17": "script"}, "ltc": {b"\x30": "key", b"\x32": "script", b"\x05": "script"},
    "doge": {b"\x1e": "key", b"\x16": "script"}, "dash": {b"\x4c": "key", b"\x10": "script"},
    "xvg": {b"\x1e": "key", b"\x21": "script"}, "trx": {b"\x41": "key"},
    "zec": {b"\x1c\xb8": "key", b"\x1c\xbd": "script"},
})  # fmt: skip
_FAMILIES = ("btc", "evm", "ltc", "doge", "dash", "xvg", "trx", "zec")
_KINDS = ("key", "script", "witness", "account")
_HRP: Mapping[str, str] = MappingProxyType({"bc": "btc", "ltc": "ltc", "btg": "btg"})
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_TEXT = 0xFF
_EVM = re.compile(r"0[xX][0-9a-fA-F]{40}")
_TRON_HEX = re.compile(r"(?:0x)?41[0-9a-fA-F]{40}")
_PLAIN = re.compile(r"[!-~]{3,128}")


def chain_key(code: str, address: str = "") -> str:
    """'BTC', 'XBT' and 'bitcoin' are 'btc'. An asset of many chains (USDT) is on the chain of its address."""
    word = code.strip().lower().replace(" ", "-")
    word = _SAME.get(word, word)
    if word in TOKENS or not word:
        return chain_of(address) or word
    return word


def chain_of(address: str) -> str | None:
    """The chain that an address by itself speaks of; 'eth' for all EVM chains, None where it does not say."""
    address = address.strip()
    if _EVM.fullmatch(address):
        return "eth"
    if _TRON_HEX.fullmatch(address):
        return "trx"
    named = wallets.chain(address.lower() if _is_cash(address) and address.isupper() else address)
    if named:
        return _SAME.get(named, named)
    return "zec" if address[:2] in ("t1", "t3") and _base58(address, "zec") else None


def key(address: str, chain: str) -> bytes:
    """The key of an address on `chain` (`chain_key`): first byte the family and kind, then what is hashed.

    Raises Unreadable where the checksum is wrong or it is no address of that chain; of chains that are not
    known here only the characters are looked at, and the key is the text.
    """
    address = address.strip()
    if chain.partition("-")[0] in EVM:  # 'eth-sepolia': the same key on a network for tests
        return _evm(address)
    if chain in BITCOINS and _is_cash(address):
        return _cash(address)
    if chain == "trx" and _TRON_HEX.fullmatch(address):
        return _made("trx", "key", bytes.fromhex(address[-40:]))
    if chain in _VERSIONS:
        found = _witness(address, chain) or _base58(address, chain)
        if found is None:
            raise Unreadable(f"it is no address of {name(chain)}, or its checksum is wrong")
        return found
    return _other(address, chain)


def name(chain: str) -> str:
    """The chain's name for people."""
    return NAMES.get(chain, chain.upper())


def text(value: bytes, chain: str) -> str:
    """The usual spelling of a key's address on a chain: lower case, CashAddr without prefix."""
    if value[0] == _TEXT:
        return value[1:].decode()
    kind, payload = _KINDS[value[0] % 4], value[1:]
    if kind == "account":
        return "0x" + payload.hex()
    if kind == "witness":
        return segwit_address("ltc" if chain == "ltc" else "bc", payload[0], payload[1:])
    if chain == "bch":
        return cash_address("bitcoincash", 1 if kind == "script" else 0, payload)
    versions = _VERSIONS[chain if chain in _VERSIONS else "btc"]
    return base58check(next(version for version, its in versions.items() if its == kind) + payload)


def same_key(asked: str, listed: str) -> str:
    """Why a tag for the chain `listed` speaks of an address on `asked`; '' where they are the same."""
    if asked == listed:
        return ""
    if asked in EVM and listed in EVM:
        return (
            f"listed for {name(listed)}: the same address on {name(asked)} belongs to whoever holds the same "
            "key, unless a contract stands there"
        )
    return f"listed for {name(listed)}: the same key or script opens this address on {name(asked)}"


def raw_key(address: str) -> bytes:
    """The key of text whose form is not known: only the very same text meets it."""
    return bytes([_TEXT]) + address.encode()


def is_plain(address: str) -> bool:
    """Whether it could be an address at all: short, printable, without blanks."""
    return _PLAIN.fullmatch(address) is not None


def speaks_of(value: bytes, listed: str, asked: str) -> bool:
    """Whether a key listed for one chain is that of an address of another."""
    if value[0] == _TEXT:
        return listed == asked
    family = _FAMILIES[value[0] // 4]
    if family == "evm":
        return asked.partition("-")[0] in EVM
    witness = _KINDS[value[0] % 4] == "witness"
    return listed == asked or (family == "btc" and asked in BITCOINS and not (witness and asked != "btc"))


def _made(family: str, kind: str, payload: bytes) -> bytes:
    return bytes([_FAMILIES.index(family) * 4 + _KINDS.index(kind)]) + payload


def _evm(address: str) -> bytes:
    if not _EVM.fullmatch(address):
        raise Unreadable("it is no address of an EVM chain (0x and 40 hexadecimal digits)")
    digits = address[2:]
    mixed = digits not in (digits.lower(), digits.upper())
    if mixed and wallets.chain("0x" + digits) is None:
        raise Unreadable("its letter case is not that of its checksum (EIP-55)")
    return _made("evm", "account", bytes.fromhex(digits))


def _family(chain: str) -> str:
    return "btc" if chain in BITCOINS else chain


def _base58(address: str, chain: str) -> bytes | None:
    import base58

    try:
        raw = base58.b58decode_check(address)
    except ValueError:
        return None
    kind = _VERSIONS[chain].get(raw[:-20])
    return _made(_family(chain), kind, raw[-20:]) if kind and len(raw) > 20 else None


def _witness(address: str, chain: str) -> bytes | None:
    """Version byte and program of a bech32 address of this chain; None for another, or a wrong checksum."""
    prefix, _, data = address.lower().rpartition("1")
    if _HRP.get(prefix) != chain or address not in (address.lower(), address.upper()) or len(data) < 8:
        return None
    values = [_CHARSET.find(c) for c in data]
    constant = 1 if values[0] == 0 else 0x2BC830A3  # BIP 350
    if min(values) < 0 or _polymod(_expanded(prefix) + values) != constant:
        return None
    program = _octets(values[1:-6])
    fits = program is not None and 2 <= len(program) <= 40 and values[0] <= 16
    if not fits or (values[0] == 0 and len(program or b"") not in (20, 32)):
        return None
    return _made(_family(chain), "witness", bytes([values[0]]) + (program or b""))


def _is_cash(address: str) -> bool:
    return re.fullmatch(r"(?i:bitcoincash:|bchsv:)?[qpQP][02-9ac-hj-np-zAC-HJ-NP-Z]{41}", address) is not None


def _cash(address: str) -> bytes:
    bare = address.rpartition(":")[2]
    values = [_CHARSET.find(c) for c in bare.lower()]
    if bare not in (bare.lower(), bare.upper()) or _cash_polymod(_cash_prefix() + values) != 0:
        raise Unreadable("its checksum is wrong (CashAddr)")
    raw = _octets(values[:-8])
    if raw is None or len(raw) != 21 or raw[0] not in (0, 8):
        raise Unreadable("it is no address of a key or a script (CashAddr)")
    return _made("btc", "script" if raw[0] == 8 else "key", raw[1:])


def _other(address: str, chain: str) -> bytes:
    if not is_plain(address):
        raise Unreadable("it holds what no address holds")
    if chain in ("xmr", "xrp") and wallets.chain(address) != {"xmr": "monero", "xrp": "ripple"}[chain]:
        raise Unreadable(f"it is no address of {name(chain)}, or its checksum is wrong")
    return raw_key(address)


# --- checksums and groups of bits ---


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: Iterable[int]) -> int:
    """BIP 173's checksum."""
    return _checked(values, (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3), 25)


def _cash_prefix() -> list[int]:
    return [ord(c) & 31 for c in "bitcoincash"] + [0]


def _cash_polymod(values: Iterable[int]) -> int:
    """CashAddr's checksum; zero for a right address."""
    generator = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
    return _checked(values, generator, 35) ^ 1


def _checked(values: Iterable[int], generator: Sequence[int], shift: int) -> int:
    check, low = 1, (1 << shift) - 1
    for value in values:
        top, check = check >> shift, (check & low) << 5 ^ value
        for bit in range(5):
            if top >> bit & 1:
                check ^= generator[bit]
    return check


def _octets(digits: Iterable[int]) -> bytes | None:
    """Digits of 5 bits as octets; None where what is left over is not padding."""
    held, bits, found = 0, 0, bytearray()
    for digit in digits:
        held, bits = (held << 5 | digit) & 0xFFFF, bits + 5
        if bits >= 8:
            bits -= 8
            found.append(held >> bits & 0xFF)
    return None if bits >= 5 or held & ((1 << bits) - 1) else bytes(found)
