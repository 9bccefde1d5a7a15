"""Addresses of nobody: their hashes are hashes of our own words, their checksums are right."""

from __future__ import annotations

from hashlib import sha256

from Cryptodome.Hash import keccak

from quivive.money.addresses import base58check, cash_address, segwit_address


def payload(word: object, size: int = 20) -> bytes:
    """A hash that nobody has a key for."""
    return sha256(f"quivive test {word}".encode()).digest()[:size]


def bitcoin(word: object) -> str:
    return base58check(b"\x00" + payload(word))


def script(word: object, version: int = 5) -> str:
    return base58check(bytes([version]) + payload(word))


def segwit(word: object, version: int = 0, size: int = 20, hrp: str = "bc") -> str:
    return segwit_address(hrp, version, payload(word, size))


def cash(word: object) -> str:
    return "bitcoincash:" + cash_address("bitcoincash", 0, payload(word))


def tron(word: object) -> str:
    return base58check(b"\x41" + payload(word))


def ethereum(word: object) -> str:
    """Lower case."""
    return "0x" + payload(word).hex()


def checksummed(word: object) -> str:
    """Letter case as EIP-55 wants it."""
    digits = payload(word).hex()
    nibbles = keccak.new(digest_bits=256, data=digits.encode()).hexdigest()
    return "0x" + "".join(c.upper() if int(n, 16) > 7 else c for c, n in zip(digits, nibbles, strict=False))


def wrong(address: str) -> str:
    """One character of a checksum changed."""
    return address[:-1] + ("q" if address[-1] != "q" else "p")
