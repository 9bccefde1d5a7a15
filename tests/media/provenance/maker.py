"""Makes signed files of every kind, good and hostile, with certification authorities of our own.

Everything is made afresh by each test run: certificates end, and a fixture that ages proves nothing.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image, ImageDraw

TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
VENDOR = x509.ObjectIdentifier("1.3.6.1.4.1.311.76.59.1.9")
"""A vendor's own purpose for signing C2PA: good only where the shipped configuration says so."""


@dataclass(frozen=True)
class Identity:
    """Certificates (PEM, signer first) and the signer's key."""

    chain: str
    key: str
    root: str


def name(organisation: str, common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])  # fmt: skip


def pem(thing: Any) -> str:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM).decode()
    return thing.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                               serialization.NoEncryption()).decode()  # fmt: skip


@lru_cache(maxsize=64)
def identity(organisation: str = "Example Camera Works", common: str = "Camera 1", *,
             root: str = "Example Root", purpose: Any = EMAIL, days: tuple[float, float] = (-10, 400),
             alone: bool = False) -> Identity:  # fmt: skip
    """A signer below a root of our own: `days` its certificate lives around today, `alone` self-signed."""
    now = datetime.now(UTC)
    ca_key, authority = _authority(root)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = name(organisation, common)
    issuer, signing = (subject, key) if alone else (authority.subject, ca_key)
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    built = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0])).not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(usage, True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), False)
        .sign(signing, hashes.SHA256())
    )  # fmt: skip
    chain = pem(built) if alone else pem(built) + pem(authority)
    return Identity(chain, pem(key), pem(built) if alone else pem(authority))


@lru_cache(maxsize=16)
def _authority(common: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    subject = name("Example Trust Services", common)
    built = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650)).not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return key, built


def fingerprint(who: Identity) -> str:
    """Base64 SHA-256 of the signer's certificate, as lists of single signers give it."""
    signer = x509.load_pem_x509_certificates(who.chain.encode())[0]
    return base64.b64encode(signer.fingerprint(hashes.SHA256())).decode()


@lru_cache(maxsize=32)
def picture(seed: int = 1, kind: str = "JPEG", size: tuple[int, int] = (160, 120)) -> bytes:
    """A small drawing without any marks; another seed, another drawing."""
    image = Image.new("RGB", size, (seed * 40 % 256, 90, 160))
    draw = ImageDraw.Draw(image)
    for step in range(12):
        draw.ellipse([step * 9, step * seed % 70, step * 9 + 30, step * seed % 70 + 30],
                     fill=(step * 20, 255 - step * 20, seed * 25 % 256))  # fmt: skip
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def used(title: str, relationship: str = "parentOf") -> dict[str, Any]:
    """The description of an ingredient, to which an action can refer."""
    return {"title": title, "relationship": relationship, "instance_id": f"xmp:iid:{title}"}


def edited(*titles: str, action: str = "c2pa.opened", term: str | None = None) -> dict[str, Any]:
    """An assertion of one action upon the ingredients of these titles."""
    return made(term, action, parameters={"ingredientIds": [f"xmp:iid:{title}" for title in titles]})


def made(term: str | None, action: str = "c2pa.created", **more: Any) -> dict[str, Any]:
    """An assertion of one action."""
    one = {"action": action, **({"digitalSourceType": TERMS + term} if term else {}), **more}
    return {"label": "c2pa.actions.v2", "data": {"actions": [one]}}


def signed(data: bytes, who: Identity, *assertions: dict[str, Any], media_type: str = "image/jpeg",
           ingredients: tuple[tuple[dict[str, Any], bytes, str], ...] = (), generator: str = "Example 1",
           remote: str | None = None, embed: bool = True,
           title: str = "made.jpg") -> bytes:  # fmt: skip
    """`data` with a manifest signed by `who`; `ingredients` are (description, bytes, media type)."""
    definition = {
        "claim_generator_info": [{"name": generator, "version": "1.0"}],
        "title": title, "format": media_type, "assertions": list(assertions) or [made("digitalCapture")],
    }  # fmt: skip
    rules: dict[str, Any] = {
        "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "verify_trust": False},
        "builder": {"thumbnail": {"enabled": False}},
    }
    info = c2pa.C2paSignerInfo(alg=c2pa.C2paSigningAlg.ES256, sign_cert=who.chain.encode(),
                               private_key=who.key.encode(), ta_url=None)  # fmt: skip
    out = io.BytesIO()
    with (
        c2pa.Context.from_dict(rules) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(json.dumps(definition), context=context) as builder,
    ):
        for description, content, kind in ingredients:
            builder.add_ingredient(json.dumps(description), kind, io.BytesIO(content))
        if not embed:
            builder.set_no_embed()
        if remote:
            builder.set_remote_url(remote)
        builder.sign(signer, media_type, io.BytesIO(data), out)
    return out.getvalue()


def cbor(value: Any) -> bytes:
    """CBOR (RFC 8949) of text, bytes, small whole numbers, lists and tables."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, (bytes, str)):
        content = value if isinstance(value, bytes) else value.encode()
        return _head(2 if isinstance(value, bytes) else 3, len(content)) + content
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + number.to_bytes(2, "big")


def identity_kept_at(host: str) -> dict[str, Any]:
    """An identity assertion (CAWG) whose issuer's key is to be fetched from `host`: did:web."""
    binding = "self#jumbf=c2pa.assertions/c2pa.hash.data"
    credential = {
        "@context": ["https://www.w3.org/ns/credentials/v2",
                     "https://cawg.io/identity/1.1/ica/context/"],
        "type": ["VerifiableCredential", "IdentityClaimsAggregationCredential"],
        "issuer": f"did:web:{host}", "validFrom": "2025-01-01T00:00:00Z",
        "credentialSubject": {
            "verifiedIdentities": [{"type": "cawg.social_media", "username": "x", "uri": "https://example.org",
                                    "verifiedAt": "2025-01-01T00:00:00Z",
                                    "provider": {"id": "https://example.org", "name": "x"}}],
            "c2paAsset": {"referenced_assertions": [{"url": binding, "hash": "AAAA"}],
                          "sig_type": "cawg.identity_claims_aggregation"},
        },
    }  # fmt: skip
    signature = [cbor({1: -8, 3: "application/vc"}), {}, json.dumps(credential).encode(), bytes(64)]
    return {"label": "cawg.identity", "data": {
        "signer_payload": {"referenced_assertions": [{"url": binding, "hash": [0] * 32}],
                           "sig_type": "cawg.identity_claims_aggregation"},
        "signature": list(b"\xd2" + cbor(signature)), "pad1": [0] * 10}}  # fmt: skip


def segments(jpeg: bytes) -> list[bytes]:
    """The marker segments of a JPEG up to its picture data, which is the last."""
    found, at = [jpeg[:2]], 2
    while jpeg[at : at + 2] != b"\xff\xda":
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.append(jpeg[at : at + length])
        at += length
    return [*found, jpeg[at:]]


def transplanted(giver: bytes, taker: bytes) -> bytes:
    """The JPEG `taker` with the manifest (APP11 segments) of `giver`."""
    manifest = [each for each in segments(giver) if each[:2] == b"\xff\xeb"]
    first, *rest = segments(taker)
    return b"".join([first, rest[0], *manifest, *rest[1:]])


def stripped(jpeg: bytes) -> bytes:
    """The JPEG without its APP11 segments."""
    return b"".join(each for each in segments(jpeg) if each[:2] != b"\xff\xeb")


def chunks(png: bytes) -> list[bytes]:
    """The chunks of a PNG, its signature first."""
    found, at = [png[:8]], 8
    while at < len(png):
        length = 12 + int.from_bytes(png[at : at + 4], "big")
        found.append(png[at : at + length])
        at += length
    return found


def transplanted_png(giver: bytes, taker: bytes) -> bytes:
    """The PNG `taker` with the manifest (caBX chunk) of `giver` instead of its own."""
    manifest = [each for each in chunks(giver) if each[4:8] == b"caBX"]
    signature, header, *rest = (each for each in chunks(taker) if each[4:8] != b"caBX")
    return b"".join([signature, header, *manifest, *rest])


def with_xmp(jpeg: bytes, inside: str) -> bytes:
    """The JPEG with an XMP packet whose description holds `inside`."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {inside}/></rdf:RDF></x:xmpmeta>'
    )
    content = b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()
    first, *rest = segments(jpeg)
    return b"".join([first, b"\xff\xe1", (len(content) + 2).to_bytes(2, "big"), content, *rest])
