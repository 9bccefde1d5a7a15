"""Is this string a well-formed crypto-asset address, and of which chains?

Checksums decide: base58check, bech32 (BIP 173) and bech32m (BIP 350), CashAddr, EIP-55, Monero's Keccak.
A string without a checksum (an Ethereum address in one letter case) is accepted by its form alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CANDIDATE = re.compile(
    r"(?<![\w])(?:0x[0-9a-fA-F]{40}|(?:bitcoincash:)?[qp][02-9ac-hj-np-z]{41}"
    r"|(?i:bc1|ltc1|addr1)[02-9ac-hj-np-zAC-HJ-NP-Z]{6,103}|[1-9A-HJ-NP-Za-km-z]{25,35}"
    r"|[48][1-9A-HJ-NP-Za-km-z]{94})(?![\w])"
)
"""Strings worth a checksum test; linear, since the classes are disjoint from their surroundings."""

_BASE58 = {0x00: "bitcoin", 0x05: "bitcoin", 0x30: "litecoin", 0x32: "litecoin", 0x1E: "dogecoin",
           0x16: "dogecoin", 0x4C: "dash", 0x41: "tron"}  # fmt: skip
_RIPPLE = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def chain(address: str) -> str | None:
    """The chain whose checksum the address passes ('bitcoin', 'ethereum', …), else None.

    Addresses of all EVM chains look alike: they are called 'ethereum'.
    """
    if address.startswith("0x"):
        return "ethereum" if _is_evm(address) else None
    prefix = address.lower().split("1", 1)[0]
    if prefix in ("bc", "ltc", "addr"):
        return (
            {"bc": "bitcoin", "ltc": "litecoin", "addr": "cardano"}[prefix] if _is_bech32(address) else None
        )
    if len(address) == 95:
        return "monero" if _is_monero(address) else None
    if address.startswith("bitcoincash:") or (len(address) == 42 and address[0] in "qp"):
        return "bitcoin-cash" if _is_cashaddr(address) else None
    return _base58_chain(address)


def canonical(address: str) -> str:
    """One spelling: EVM addresses in lower case, bech32 and CashAddr in lower case, no URI prefix."""
    if address.startswith("0x") or address.lower().startswith(("bc1", "ltc1", "addr1")):
        return address.lower()
    return address.removeprefix("bitcoincash:")


def _base58_chain(address: str) -> str | None:
    import base58

    for alphabet in (base58.BITCOIN_ALPHABET, _RIPPLE):
        try:
            payload = base58.b58decode_check(address, alphabet=alphabet)
        except ValueError:
            continue
        if len(payload) == 21:
            return "ripple" if alphabet == _RIPPLE and payload[0] == 0 else _BASE58.get(payload[0])
    return None


def _is_evm(address: str) -> bool:
    digits = address[2:]
    if digits in (digits.lower(), digits.upper()):
        return re.fullmatch(r"[0-9a-fA-F]{40}", digits) is not None and len(set(digits)) > 4
    # EIP-55: a letter is upper case where the Keccak nibble of the lower-case address is 8 or more.
    nibbles = _keccak(digits.lower().encode()).hex()
    return all(c.isdigit() or c.isupper() == (int(n, 16) >= 8) for c, n in zip(digits, nibbles, strict=False))


def _keccak(data: bytes) -> bytes:
    from Cryptodome.Hash import keccak

    return keccak.new(digest_bits=256, data=data).digest()


def _is_bech32(address: str) -> bool:
    if address not in (address.lower(), address.upper()):
        return False
    prefix, _, payload = address.lower().rpartition("1")
    if len(payload) < 6 or any(c not in _BECH32 for c in payload):
        return False
    values = [_BECH32.index(c) for c in payload]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod(expanded + values)
    if prefix == "addr":
        return checksum == 1
    # BIP 350: witness version 0 keeps the old constant, later versions use the new one.
    return len(payload) in (39, 59, 62) and checksum == (1 if values[0] == 0 else 0x2BC830A3)


def _polymod(values: Sequence[int]) -> int:
    generator = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(generator):
            check ^= term if top >> bit & 1 else 0
    return check


def _is_cashaddr(address: str) -> bool:
    payload = address.removeprefix("bitcoincash:")
    if any(c not in _BECH32 for c in payload):
        return False
    generator = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
    check = 1
    for value in [ord(c) & 31 for c in "bitcoincash"] + [0] + [_BECH32.index(c) for c in payload]:
        top, check = check >> 35, (check & 0x07FFFFFFFF) << 5 ^ value
        for bit, term in enumerate(generator):
            check ^= term if top >> bit & 1 else 0
    return check == 1


def _is_monero(address: str) -> bool:
    """Eleven base58 digits make a block of eight bytes (the last: seven make five); Keccak-256 checks."""
    import base58

    try:
        blocks = [base58.b58decode_int(address[i : i + 11]) for i in range(0, 95, 11)]
        raw = b"".join(n.to_bytes(8, "big") for n in blocks[:-1]) + blocks[-1].to_bytes(5, "big")
    except (ValueError, OverflowError):
        return False
    return _keccak(raw[:-4])[:4] == raw[-4:]
