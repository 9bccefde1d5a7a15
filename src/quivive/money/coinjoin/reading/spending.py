"""Of which type is the output that an input spends, judged by how it is spent?

Where a node gives no `prevout`: the signature script and the witness show the type, and a key or script
that tells one owner from another (BIP 16, 141, 341). The value they do not show.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import Coin

_UNKNOWN = Coin(None)


def spender(sig: bytes, witness: list[bytes]) -> Coin:
    """A coin of unknown value; type and owner None where the spending does not tell them."""
    if not sig:
        return _segwit(witness) if witness else _UNKNOWN
    if witness:
        return Coin(None, "scripthash", sig.hex()) if sig[0] == len(sig) - 1 else _UNKNOWN
    parts = pushes(sig)
    if len(parts) == 2 and _signature(parts[0]) and _key(parts[1]):
        return Coin(None, "pubkeyhash", parts[1].hex())
    if len(parts) == 1 and _signature(parts[0]):
        return Coin(None, "pubkey")
    if len(parts) > 1 and parts[0] == b"" and all(_signature(each) for each in parts[1:]):
        return Coin(None, "multisig")
    return Coin(None, "scripthash", parts[-1].hex()) if parts else _UNKNOWN


def _segwit(witness: list[bytes]) -> Coin:
    if len(witness) == 2 and _signature(witness[0]) and len(witness[1]) == 33 and _key(witness[1]):
        return Coin(None, "witness_v0_keyhash", witness[1].hex())
    bare = witness[:-1] if len(witness) > 1 and witness[-1][:1] == b"\x50" else witness  # without the annex
    if len(bare) == 1:
        return Coin(None, "witness_v1_taproot") if len(bare[0]) in (64, 65) else _UNKNOWN
    control = bare[-1]
    if control and control[0] & 0xFE == 0xC0 and len(control) >= 33 and (len(control) - 33) % 32 == 0:
        return Coin(None, "witness_v1_taproot", control[1:33].hex())
    return Coin(None, "witness_v0_scripthash", control.hex())


def _signature(part: bytes) -> bool:
    """A DER signature with its hash type."""
    return 9 <= len(part) <= 73 and part[0] == 0x30


def _key(part: bytes) -> bool:
    return (len(part) == 33 and part[0] in (2, 3)) or (len(part) == 65 and part[0] == 4)


def pushes(script: bytes) -> list[bytes]:
    """What a script of pushes alone pushes; nothing where it is none."""
    found: list[bytes] = []
    at = 0
    while at < len(script):
        code = script[at]
        width = {0x4C: 1, 0x4D: 2, 0x4E: 4}.get(code, 0)
        if code > 0x60 or (code > 0x4E and code < 0x51 and code != 0x4F):
            return []
        size = code if code <= 0x4B else int.from_bytes(script[at + 1 : at + 1 + width], "little")
        at += 1 + width + size
        if at > len(script):
            return []
        found.append(script[at - size : at] if size else b"")
    return found
