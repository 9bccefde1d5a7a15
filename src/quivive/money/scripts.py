"""Whom does an output's script pay: of which type is it, and which address is that?

Types have Bitcoin Core's names (`pubkeyhash`, `witness_v1_taproot`, …). Where Core gives an address, we do,
the same one, and more:
- `pubkey` pays the P2PKH address of its key, compressed or not as the script has it.
- `multisig` (bare) pays `multisig:` and the hash160 of the script. It is not merged with the addresses of its
  members: each of those may be another person, and none of them alone can spend.
- `nonstandard` pays `nonstandard:` and the hash160 of the script if that asks for a signature, so that what
  somebody can spend does not vanish. One that asks for none pays nobody: whoever comes first may spend it.
- `witness_mweb_hogaddr` and `witness_mweb_pegin` pay `mweb`, Litecoin's extension block as a whole: its
  payees are hidden, and the script only commits to a block or a kernel.
- `nulldata` can never be spent and pays nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from quivive.money.addresses import MWEB, base58check, cash_address, segwit_address
from quivive.money.chains import Chain

OWNERLESS = frozenset({"anchor", "witness_unknown", "witness_mweb_hogaddr", "witness_mweb_pegin"})
"""Types whose address strangers share: spending such an output together with others shows no common owner."""

Payee = tuple[str, str | None]
"""The type of a script and the address that it pays, if any."""

_CACHED = 1 << 17
_LARGEST = 10_000
_SIGNATURES = frozenset({0xAC, 0xAD, 0xAE, 0xAF})
_ANCHOR = bytes.fromhex("51024e73")


def script_reader(chain: Chain) -> Callable[[bytes], Payee]:
    """A function from script to payee on this chain; it remembers the last 131,072 scripts (some 40 MB)."""

    @lru_cache(maxsize=_CACHED)
    def read(script: bytes) -> Payee:
        return _payee(script, chain)

    return read


def _payee(script: bytes, chain: Chain) -> Payee:
    size = len(script)
    if size == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return "pubkeyhash", _hash_address(chain, 0, script[3:23])
    if size == 23 and script[:2] == b"\xa9\x14" and script[22] == 0x87:
        return "scripthash", _hash_address(chain, 1, script[2:22])
    if chain.hrp is not None and _is_witness(script):
        return _witness(script, chain)
    if script[:1] == b"\x6a" or size > _LARGEST:
        return "nulldata" if size <= _LARGEST else "nonstandard", None
    if size in (35, 67) and script[0] == size - 2 and script[-1] == 0xAC and _is_key(script[1:-1]):
        return "pubkey", _hash_address(chain, 0, hash160(script[1:-1]))
    if chain.cashaddr is not None and (cash := _cash_only(script, chain)) is not None:
        return cash
    if _is_multisig(script):
        return "multisig", f"multisig:{hash160(script).hex()}"
    return "nonstandard", f"nonstandard:{hash160(script).hex()}" if _asks_signature(script) else None


def _hash_address(chain: Chain, kind: int, payload: bytes) -> str:
    if chain.cashaddr is not None:
        return cash_address(chain.cashaddr, kind, payload)
    return base58check(bytes([chain.base58[kind]]) + payload)


def _is_witness(script: bytes) -> bool:
    """A version and one push of 2 to 40 bytes (BIP 141)."""
    return (
        4 <= len(script) <= 42
        and script[1] == len(script) - 2
        and (script[0] == 0 or 0x51 <= script[0] <= 0x60)
    )


def _witness(script: bytes, chain: Chain) -> Payee:
    assert chain.hrp is not None
    version, program = (script[0] - 0x50 if script[0] else 0), script[2:]
    if version == 0 and len(program) not in (20, 32):
        return "nonstandard", None
    if chain.mweb and version in (8, 9) and len(program) == 32:
        return "witness_mweb_hogaddr" if version == 8 else "witness_mweb_pegin", MWEB
    return _witness_type(version, script), segwit_address(chain.hrp, version, program)


def _witness_type(version: int, script: bytes) -> str:
    if version == 0:
        return "witness_v0_keyhash" if len(script) == 22 else "witness_v0_scripthash"
    if version == 1 and len(script) == 34:
        return "witness_v1_taproot"
    return "anchor" if script == _ANCHOR else "witness_unknown"


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256, by which keys and scripts are named."""
    # OpenSSL 3 often comes without RIPEMD-160.
    from Cryptodome.Hash import RIPEMD160

    return RIPEMD160.new(sha256(data).digest()).digest()


def _is_key(key: bytes) -> bool:
    return (len(key) == 33 and key[0] in (2, 3)) or (len(key) == 65 and key[0] in (4, 6, 7))


def _is_multisig(script: bytes) -> bool:
    """`m key… n OP_CHECKMULTISIG` with 1 ≤ m ≤ n ≤ 16."""
    if len(script) < 37 or script[-1] != 0xAE or not 0x51 <= script[0] <= script[-2] <= 0x60:
        return False
    position, keys = 1, 0
    while position < len(script) - 2:
        size = script[position]
        if not _is_key(script[position + 1 : position + 1 + size]):
            return False
        position, keys = position + 1 + size, keys + 1
    return position == len(script) - 2 and keys == script[-2] - 0x50


def _asks_signature(script: bytes) -> bool:
    """Whether an operation outside the pushed data checks a signature; what is cut off cannot be spent."""
    position, found = 0, False
    while position < len(script):
        code = script[position]
        found = found or code in _SIGNATURES
        position += 1
        if code <= 0x4B:
            position += code
        elif code <= 0x4E:
            width = 1 << (code - 0x4C)
            position += width + int.from_bytes(script[position : position + width], "little")
    return found and position == len(script)


def _cash_only(script: bytes, chain: Chain) -> Payee | None:
    """Bitcoin Cash: P2SH32, and a script behind the tokens that the output carries (CashTokens), of 2023."""
    if len(script) == 35 and script[:2] == b"\xaa\x20" and script[34] == 0x87:
        assert chain.cashaddr is not None
        return "scripthash", cash_address(chain.cashaddr, 1, script[2:34])
    if script[:1] == b"\xef" and (rest := _after_tokens(script)) is not None:
        return _payee(rest, chain)
    return None


def _after_tokens(script: bytes) -> bytes | None:
    """What follows the token prefix: 0xef, category (32 bytes), a bit field, commitment, amount."""
    if len(script) < 34 or script[33] & 0x80 or not script[33] & 0x30:
        return None
    rest = script[34:]
    for present in (script[33] & 0x40, script[33] & 0x10):
        if not present:
            continue
        size = {0xFD: 3, 0xFE: 5, 0xFF: 9}.get(rest[0], 1) if rest else 1
        number = int.from_bytes(rest[1:size] if size > 1 else rest[:1], "little")
        rest = rest[size + (number if present == 0x40 else 0) :]
    return None if rest[:1] == b"\xef" else rest
