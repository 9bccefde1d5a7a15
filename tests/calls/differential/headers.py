"""SHAKEN headers for tests, built by hand from bytes: nothing of Quivive signs or encodes here."""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True)
class Key:
    """A P-256 key with its PEM forms."""

    private: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The private key, PKCS #8."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def public_pem(self) -> bytes:
        """The public key, SubjectPublicKeyInfo."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True)
class Parts:
    """What a header value is made of; `parameters` stands behind the token as it is."""

    key: Key
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    parameters: str

    def with_header(self, **changes: Any) -> Parts:
        """Another protected header; None takes a name out."""
        return replace(self, header=_changed(self.header, changes))

    def with_claims(self, **changes: Any) -> Parts:
        """Other claims; None takes a name out."""
        return replace(self, claims=_changed(self.claims, changes))

    def with_parameters(self, parameters: str) -> Parts:
        """Other parameters; {x5u} stands for the address in the token."""
        return replace(self, parameters=parameters.replace("{x5u}", str(self.header["x5u"])))

    def value(self, header: bytes | None = None, claims: bytes | None = None) -> bytes:
        """The signed header value, with other JSON texts where they are given."""
        head = encode(text_of(self.header) if header is None else header)
        body = encode(text_of(self.claims) if claims is None else claims)
        return self.signed(head + b"." + body)

    def signed(self, segments: bytes) -> bytes:
        """The header value whose first two segments are these, whatever they hold."""
        return segments + b"." + encode(sign(self.key, segments)) + self.parameters.encode()


def _changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def text_of(value: Mapping[str, Any]) -> bytes:
    """JSON without blanks, names sorted (RFC 8225 §9)."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def encode(data: bytes) -> bytes:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def sign(key: Key, data: bytes) -> bytes:
    """ES256: r and s, 32 bytes each."""
    r, s = decode_dss_signature(key.private.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def keys(count: int) -> list[Key]:
    """New keys."""
    return [Key(ec.generate_private_key(ec.SECP256R1())) for _ in range(count)]


def shaken(rng: random.Random, key: Key, now: int) -> Parts:
    """One header as carriers send it: other numbers, attestation, origid, address and spelling each time."""
    x5u = f"https://certificates{rng.randrange(1000)}.example.org/{rng.getrandbits(64):x}/sti.pem"
    quoted = rng.choice(('ppt="shaken"', "ppt=shaken"))
    order = [f"info=<{x5u}>", "alg=ES256", quoted]
    if rng.random() < 0.3:
        rng.shuffle(order)
    return Parts(
        key,
        {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": x5u},
        {
            "attest": rng.choice("ABC"),
            "dest": {"tn": sorted({number(rng) for _ in range(rng.choice((1, 1, 1, 2, 5)))})},
            "iat": now - rng.randrange(20),
            "orig": {"tn": number(rng)},
            "origid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        },
        "".join(f";{each}" for each in order),
    )


def number(rng: random.Random) -> str:
    """A number for fiction: North America (555-01xx), Britain (Ofcom's drama numbers), Germany, France."""
    kind = rng.randrange(4)
    if kind == 0:
        return f"1{rng.randrange(201, 990)}55501{rng.randrange(100):02}"
    if kind == 1:
        return f"447700900{rng.randrange(1000):03}"
    if kind == 2:
        return f"493023125{rng.randrange(1000):03}"
    return f"3319900{rng.randrange(10000):04}"
