"""How is a payee spelled: base58check, bech32 (BIP 173), bech32m (BIP 350), CashAddr, one spelling for each?

Encoding is a large part of reading a chain. Checksums of bech32 and CashAddr are linear over bits, so that
one table for each byte's place does what twelve hundred shifts do; base58 is written two digits at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from quivive.money.chains import Chain, find_chain

MWEB = "mweb"
"""Litecoin's extension block as one payee: who is paid inside is hidden, what goes in and out is not."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS58 = [a + b for a in _BASE58 for b in _BASE58]
_BASE32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PAIRS32 = [a + b for a in _BASE32 for b in _BASE32]
_BECH32 = (30, (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3))
_CASHADDR = (40, (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470))
_BECH32M = 0x2BC830A3
_CASH_SIZES = {20: 0, 24: 1, 28: 2, 32: 3, 40: 4, 48: 5, 56: 6, 64: 7}


def base58check(payload: bytes) -> str:
    """Version and hash with their checksum, as P2PKH and P2SH are written."""
    raw = payload + sha256(sha256(payload).digest()).digest()[:4]
    number = int.from_bytes(raw, "big")
    zeros = len(raw) - (number.bit_length() + 7) // 8
    pairs = []
    while number:
        number, pair = divmod(number, 3364)
        pairs.append(_PAIRS58[pair])
    return "1" * zeros + "".join(pairs[::-1]).lstrip("1")


def segwit_address(hrp: str, version: int, program: bytes) -> str:
    """The address of a witness program; version 0 in bech32, later ones in bech32m."""
    return _segwit_encoder(hrp, version, len(program)).write(program)


def cash_address(prefix: str, kind: int, payload: bytes) -> str:
    """A CashAddr without its prefix; `kind` 0 pays a key's hash, 1 a script's."""
    head = bytes([kind << 3 | _CASH_SIZES[len(payload)]])
    return _cash_encoder(prefix, len(payload) + 1).write(head + payload)


@lru_cache(maxsize=128)
def _segwit_encoder(hrp: str, version: int, length: int) -> _Encoder:
    values = [*(ord(each) >> 5 for each in hrp), 0, *(ord(each) & 31 for each in hrp), version]
    constant = _BECH32M if version else 1
    return _Encoder(hrp + "1" + _BASE32[version], values, length, _BECH32, constant)


@lru_cache(maxsize=128)
def _cash_encoder(prefix: str, length: int) -> _Encoder:
    return _Encoder("", [*(ord(each) & 31 for each in prefix), 0], length, _CASHADDR, 1)


class _Encoder:
    """Writes payloads of one length behind one prefix: 5-bit digits, then the checksum over them."""

    def __init__(
        self, head: str, values: list[int], length: int, code: tuple[int, Sequence[int]], constant: int
    ) -> None:
        self._head, self._code = head, code
        self._digits = -(-length * 8 // 5)
        self._pad = self._digits * 5 - length * 8
        self._width = code[0] // 5
        zero = self._polymod([*values, *[0] * (self._digits + self._width)])
        self._start = zero ^ constant
        self._tables = [self._table(values, zero, place, length) for place in range(length)]

    def write(self, payload: bytes) -> str:
        check = self._start
        for table, byte in zip(self._tables, payload, strict=True):
            check ^= table[byte]
        number = int.from_bytes(payload, "big") << self._pad
        return self._head + _digits32(number, self._digits) + _digits32(check, self._width)

    def _table(self, before: Sequence[int], zero: int, place: int, length: int) -> list[int]:
        """What each value of the byte at this place adds (by exclusive or) to the checksum."""
        bits = []
        for bit in range(8):
            number = 1 << (8 * (length - 1 - place) + bit + self._pad)
            values = [number >> (5 * each) & 31 for each in reversed(range(self._digits))]
            bits.append(self._polymod([*before, *values, *[0] * self._width]) ^ zero)
        table = [0]
        for term in bits:
            table += [each ^ term for each in table]
        return table

    def _polymod(self, values: Sequence[int]) -> int:
        shift, check = self._code[0] - 5, 1
        for value in values:
            top, check = check >> shift, (check & (1 << shift) - 1) << 5 ^ value
            for bit, term in enumerate(self._code[1]):
                check ^= term if top >> bit & 1 else 0
        return check


def _digits32(number: int, digits: int) -> str:
    """The number in base 32, two digits at a time."""
    odd = digits & 1
    pairs = [_PAIRS32[number >> shift & 1023] for shift in range(5 * (digits - 2), 5 * odd - 1, -10)]
    return "".join(pairs) + (_BASE32[number & 31] if odd else "")


def canonical_address(text: str, chain: str) -> str:
    """The one spelling under which a ledger of this chain (a key of CHAINS) files the address.

    Bitcoin Cash: CashAddr without its prefix, also for a legacy or token-aware address. Litecoin: P2SH with
    the version of today. EVM: lower case; Tron: base58 also for its hexadecimal form. Text that is no address
    of this chain comes back as it is, stripped. Raises UsageError for an unknown chain.
    """
    known, text = find_chain(chain), text.strip()
    if known.family == "account":
        return (
            _tron(text) if known.key.startswith("trx") else text.lower() if text[:2] in ("0x", "0X") else text
        )
    if known.cashaddr is not None:
        return _cash(text, known)
    if known.hrp is not None and text.lower().startswith(known.hrp + "1"):
        return text.lower()
    return _new_p2sh(text, known)


def _new_p2sh(text: str, chain: Chain) -> str:
    payload = _from_base58(text) if chain.old_p2sh is not None else None
    if payload is None or payload[0] != chain.old_p2sh:
        return text
    return base58check(bytes([chain.base58[1]]) + payload[1:])


def _cash(text: str, chain: Chain) -> str:
    assert chain.cashaddr is not None
    payload = _from_base58(text)
    if payload is not None and payload[0] in chain.base58:
        return cash_address(chain.cashaddr, chain.base58.index(payload[0]), payload[1:])
    body = text.lower().removeprefix(chain.cashaddr + ":")
    raw = _from_cashaddr(body)
    if raw is None or len(raw) - 1 not in _CASH_SIZES:
        return text
    # Kinds 2 and 3 are 0 and 1 of a wallet that also takes tokens (CashTokens): the same lock.
    plain = cash_address(chain.cashaddr, raw[0] >> 3 & 1, raw[1:])
    return plain if plain == body or raw[0] >> 4 == 1 else text


def _from_cashaddr(body: str) -> bytes | None:
    """Version byte and hash, the checksum not yet looked at; None where it is no base 32."""
    if len(body) < 10 or len(body) > 120 or any(each not in _BASE32 for each in body):
        return None
    bits = 0
    for each in body[:-8]:
        bits = bits << 5 | _BASE32.index(each)
    extra = 5 * (len(body) - 8) % 8
    return (bits >> extra).to_bytes(5 * (len(body) - 8) // 8, "big") if extra < 5 else None


def _from_base58(text: str) -> bytes | None:
    """Version and 20 bytes of a base58check address, else None."""
    import base58

    if not 25 <= len(text) <= 36:
        return None
    try:
        payload: bytes = base58.b58decode_check(text)
    except ValueError:
        return None
    return payload if len(payload) == 21 else None


def _tron(text: str) -> str:
    digits = text[2:] if text[:2] in ("0x", "0X") else text
    digits = "41" + digits if len(digits) == 40 else digits
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return text
    return base58check(raw) if len(raw) == 21 and raw[0] == 0x41 else text
