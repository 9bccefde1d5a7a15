"""How does the EVM write numbers, addresses and token transfers?

Numbers are unsigned and at most 256 bits, addresses 20 bytes. An ERC-20 transfer is a log of the event
`Transfer(address indexed from, address indexed to, uint256 value)` (EIP-20): three topics, one word of data.
ERC-721 uses the same signature with the item's number as a fourth topic (EIP-721): that is no amount.
TRON writes the same 20 bytes as base58check behind the byte 0x41 (TRON developer documentation, 'Accounts').
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from quivive.errors import Unreadable

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""Keccak-256 of 'Transfer(address,address,uint256)'."""
NOBODY = bytes(20)
"""Tokens are minted from and burnt to the zero address."""
LARGEST = 2**256 - 1
_HEX = re.compile(r"0[xX]([0-9a-fA-F]{1,64})")
_BYTES = re.compile(r"0[xX][0-9a-fA-F]*")
_DECIMAL = re.compile(r"[0-9]{1,78}")


def quantity(value: object) -> int:
    """An unsigned number of at most 256 bits from '0x…', digits or a whole number; else `Unreadable`."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else _written(value)
    if not 0 <= number <= LARGEST:
        raise Unreadable(f"{_shown(number)} is no unsigned number of 256 bits.")
    return number


def _written(value: object) -> int:
    if isinstance(value, str):
        if found := _HEX.fullmatch(value):
            return int(found[1], 16)
        if _DECIMAL.fullmatch(value):
            return int(value)
    raise Unreadable(f"{_shown(value)} is no whole number.")


def raw(value: object, length: int) -> bytes:
    """Bytes of exactly this length from '0x…'; else `Unreadable`."""
    text = value if isinstance(value, str) else ""
    if len(text) != 2 + 2 * length or _BYTES.fullmatch(text) is None:
        raise Unreadable(f"{_shown(value)} is not {length} bytes in hexadecimal.")
    return bytes.fromhex(text[2:])


def address(value: object, chain: str) -> str:
    """One spelling of an address: '0x' and lower case, or on TRON ('trx') base58check beginning with T.

    TRON's own 21 bytes in hexadecimal (41…) and T-addresses are read too.
    """
    if chain == "trx" and isinstance(value, str) and not value.startswith(("0x", "0X")):
        return spelled(tron_bytes(value), chain)
    return spelled(raw(value, 20), chain)


def spelled(account: bytes, chain: str) -> str:
    """The 20 bytes of an account as the chain's users write them."""
    return tron_address(account) if chain == "trx" else "0x" + account.hex()


def tron_address(account: bytes) -> str:
    """The T-address of 20 bytes."""
    import base58

    if len(account) != 20:
        raise Unreadable(f"A TRON account has 20 bytes, not {len(account)}.")
    return base58.b58encode_check(b"\x41" + account).decode("ascii")


def tron_bytes(text: str) -> bytes:
    """The 20 bytes behind a T-address or TRON's 21 bytes in hexadecimal; `Unreadable` for any other."""
    import base58

    try:
        whole = bytes.fromhex(text) if len(text) == 42 else base58.b58decode_check(text[:64])
    except ValueError:
        whole = b""
    if len(whole) != 21 or whole[0] != 0x41:
        raise Unreadable(f"{_shown(text)} is no TRON address.")
    return whole[1:]


def transfer(topics: Sequence[object], data: object) -> tuple[bytes, bytes, int] | None:
    """Sender, receiver and amount of an ERC-20 transfer, or None where the log is no such transfer.

    None as well for what only looks like one: four topics (an item of ERC-721, not an amount), topics that
    hold more than an address, data that is not one word. Logs are written by contracts and may lie.
    """
    if len(topics) != 3 or not isinstance(topics[0], str) or topics[0].lower() != TRANSFER:
        return None
    try:
        sender, receiver, value = raw(topics[1], 32), raw(topics[2], 32), raw(data, 32)
    except Unreadable:
        return None
    if any(sender[:12]) or any(receiver[:12]):
        return None
    return sender[12:], receiver[12:], int.from_bytes(value, "big")


def _shown(value: object) -> str:
    text = str(value) if not isinstance(value, int) else hex(value)
    return repr(text if len(text) <= 80 else text[:77] + "…")
