"""Does a password open this locked Office file? Agile encryption, MS-OFFCRYPTO 2.3.4.10-15."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quivive.errors import Unreadable
from quivive.messages.documents.parts import attribute, walk

SPINS = 200_000
"""Hash rounds for a password that are gone through; Office writes 100,000."""
_INPUT, _HASH, _KEY = (bytes.fromhex(x) for x in ("fea7d2763b4b9e79", "d7aa0f6d3061344e", "146e0be7abacd0d6"))
_SEGMENT = 4096
_HASHES = ("SHA512", "SHA384", "SHA256", "SHA1")


@dataclass(frozen=True)
class Lock:
    """What the file says of its encryption: of the package, and of the key a password opens."""

    package_salt: bytes
    package_hash: str
    salt: bytes
    hash: str
    key_bytes: int
    spins: int
    verifier_input: bytes
    verifier_hash: bytes
    key: bytes


def opened(info: bytes, package: bytes, passwords: Sequence[str]) -> tuple[bytes, str] | None:
    """The package in clear and the password that opened it; None where none fits.

    Raises Unreadable for another kind of encryption than the one Office writes since 2010.
    """
    lock = _lock(info)
    for password in passwords:
        hashed = _spun(lock, password)
        check = _decrypted(lock, _INPUT, hashed, lock.verifier_input)[: len(lock.salt)]
        expected = _decrypted(lock, _HASH, hashed, lock.verifier_hash)
        digest = hashlib.new(lock.hash, check).digest()
        if expected[: len(digest)] == digest:
            secret = _decrypted(lock, _KEY, hashed, lock.key)[: lock.key_bytes]
            return b"".join(_clear(lock, secret, package)), password
    return None


def _lock(info: bytes) -> Lock:
    if info[:4] != b"\x04\0\x04\0":
        raise Unreadable("The document is locked in an old way that is not read here.")
    seen: dict[str, Mapping[str, str]] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        seen.setdefault(name, dict(attributes))

    walk(info[8:65536].rstrip(), start)
    try:
        return _lock_of(seen["keyData"], seen["encryptedKey"])
    except (KeyError, ValueError) as error:
        raise Unreadable("What the document says of its lock makes no sense.") from error


def _lock_of(package: Mapping[str, str], key: Mapping[str, str]) -> Lock:
    def raw(of: Mapping[str, str], name: str) -> bytes:
        return base64.b64decode(attribute(of, name), validate=True)

    hashes = attribute(package, "hashAlgorithm"), attribute(key, "hashAlgorithm")
    key_bytes, spins = int(attribute(key, "keyBits")) // 8, int(attribute(key, "spinCount"))
    modes = {(attribute(of, "cipherAlgorithm"), attribute(of, "cipherChaining")) for of in (package, key)}
    if modes != {("AES", "ChainingModeCBC")} or not set(hashes) <= set(_HASHES):
        raise ValueError("another cipher")
    if key_bytes not in (16, 24, 32) or not 0 <= spins <= SPINS:
        raise ValueError("out of range")
    return Lock(raw(package, "saltValue"), hashes[0], raw(key, "saltValue"), hashes[1], key_bytes, spins,
                raw(key, "encryptedVerifierHashInput"), raw(key, "encryptedVerifierHashValue"),
                raw(key, "encryptedKeyValue"))  # fmt: skip


def _spun(lock: Lock, password: str) -> bytes:
    """2.3.4.11: the salted password, hashed over and over with a counter."""
    digest = hashlib.new(lock.hash, lock.salt + password.encode("utf-16-le", "replace")).digest()
    for spin in range(lock.spins):
        digest = hashlib.new(lock.hash, struct.pack("<I", spin) + digest).digest()
    return digest


def _decrypted(lock: Lock, purpose: bytes, hashed: bytes, data: bytes) -> bytes:
    key = hashlib.new(lock.hash, hashed + purpose).digest()
    return _cbc(key[: lock.key_bytes].ljust(lock.key_bytes, b"\x36"), lock.salt, data)


def _clear(lock: Lock, secret: bytes, package: bytes) -> Iterator[bytes]:
    """2.3.4.15: segments of 4096 bytes, each with an initialisation vector of its own."""
    (left,) = struct.unpack_from("<Q", package)
    for number, place in enumerate(range(8, len(package), _SEGMENT)):
        vector = hashlib.new(lock.package_hash, lock.package_salt + struct.pack("<I", number)).digest()
        segment = _cbc(secret, vector, package[place : place + _SEGMENT])
        yield segment[: max(left, 0)]
        left -= len(segment)


def _cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    from Cryptodome.Cipher import AES

    whole = data[: len(data) // 16 * 16]
    return bytes(AES.new(key, AES.MODE_CBC, vector[:16].ljust(16, b"\x36")).decrypt(whole))
