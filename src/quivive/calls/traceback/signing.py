"""Who signs an entry of a traceback, with which keys, and what stands behind a key that signed?

Two keys each: X25519 to be sealed for, P-256 to sign with. The private ones lie in a folder of their own,
readable by their owner only, under the password in $QUIVIVE_KEY_PASSWORD if there is one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.calls.sign import read_private_key, signature
from quivive.calls.traceback import verify_traceback as chain
from quivive.errors import NotFound, Unreadable, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from quivive.calls.certificates.trust import Trust

SEALING, SIGNING, PUBLIC = "sealing-key.pem", "signing-key.pem", "public.json"
MOST = 2**18


@dataclass(frozen=True)
class Party:
    """What others know of a provider or an authority: its name and, where known, its public keys."""

    name: str
    seal: str | None = None
    """X25519, base64url: what only it may read is sealed for this key."""
    signer: str | None = None
    """SHA-256 of the P-256 key that it signs with (base64url over the base64url of the DER)."""


@dataclass(frozen=True)
class Signer:
    """A private key of P-256 and the certificates that say whose it is, the own one first."""

    key: EllipticCurvePrivateKey = field(repr=False)
    certificates: tuple[bytes, ...] = ()

    def public(self) -> dict[str, Any]:
        """How an entry names who signed it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"certificates": [chain.text64(each) for each in self.certificates], "key": chain.text64(der)}


def sign(entry: Mapping[str, Any], signer: Signer) -> dict[str, Any]:
    """The entry with the signer, the digests of its fields and the signature over them."""
    whole = {**entry, "signer": signer.public()}
    digests = chain.digests(whole)
    return {**whole, "digests": digests, "signature": signed(chain.signed_bytes(digests), signer)}


def signed(data: bytes, signer: Signer) -> str:
    """ES256 in the form with the lower s: nobody can write the same signature in two ways."""
    pair = signature(signer.key, data)
    s = int.from_bytes(pair[32:], "big")
    return chain.text64(pair[:32] + min(s, chain.ORDER - s).to_bytes(32, "big"))


def signer(key: bytes, certificates: bytes | None = None) -> Signer:
    """A signer from PEM or DER; raises UsageError where the certificate is not the key's."""
    from quivive.calls.certificates.certificate import read_chain

    password = _password()
    private = read_private_key(key, password)
    if certificates is None:
        return Signer(private)
    try:
        held = read_chain(certificates)
    except Unreadable as error:
        raise UsageError(f"The certificate does not read: {error}") from error
    own = held[0].public_key
    if own is None or own.public_numbers() != private.public_key().public_numbers():
        raise UsageError("The private key does not belong to the certificate.")
    return Signer(private, tuple(each.der for each in held[:8]))


def make_keys(folder: Path, name: str) -> Party:
    """A new pair of keys in a new folder, private to its owner; `public.json` is what others may have.

    Raises UsageError where the folder is there already: keys are never overwritten.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise UsageError(f"{folder} is there already; keys are not overwritten.") from error
    sealing, signing = X25519PrivateKey.generate(), generate_private_key(SECP256R1())
    write_private(folder / SEALING, _pem(sealing))
    write_private(folder / SIGNING, _pem(signing))
    party = Party(name, sealing_name(sealing), chain.thumbprint({"signer": Signer(signing).public()}))
    text = json.dumps({"name": party.name, "seal": party.seal, "signer": party.signer}, indent=2)
    (folder / PUBLIC).write_text(text + "\n", "utf-8")
    return party


def write_private(path: Path, data: bytes) -> None:
    """Bytes into a new file that only its owner may read, from the first moment on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization as forms

    password = _password()
    closed = forms.BestAvailableEncryption(password) if password else forms.NoEncryption()
    pem: bytes = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, closed)
    return pem


def _password() -> bytes | None:
    return (os.environ.get("QUIVIVE_KEY_PASSWORD") or "").encode() or None


def sealing_name(key: X25519PrivateKey) -> str:
    """The public half, as files name it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return chain.text64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def read_sealing_key(path: Path) -> X25519PrivateKey:
    """The private key that opens what was sealed. Raises UsageError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(read_bytes(path), _password())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path} does not read as a private key; its password is taken from "
                         "$QUIVIVE_KEY_PASSWORD.") from error  # fmt: skip
    if not isinstance(key, X25519PrivateKey):
        raise UsageError(f"{path} is no X25519 key.")
    return key


def read_parties(paths: Sequence[Path]) -> dict[str, Party]:
    """Parties by name, from `public.json` files or lists of such objects. Raises UsageError."""
    found: dict[str, Party] = {}
    for path in paths:
        try:
            value = json.loads(read_bytes(path))
            for each in value if isinstance(value, list) else [value]:
                party = Party(str(each["name"]), each.get("seal"), each.get("signer"))
                found[party.name] = _checked(party)
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError, chain.Wrong) as error:
            raise UsageError(f"{path} does not read as names and public keys of providers.") from error
    return found


def _checked(party: Party) -> Party:
    for key in (party.seal, party.signer):
        if key is not None and len(chain.bytes64(key)) != 32:
            raise ValueError("not 32 bytes")
    return party


def read_bytes(path: Path, most: int = MOST) -> bytes:
    """The bytes of a file that the user named. Raises NotFound, UsageError."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > most:
        raise UsageError(f"{path} has more than {most // 1024} KiB and is not read.")
    return data


def vouched(entry: Mapping[str, Any], trust: Trust | None) -> tuple[str, tuple[str, ...]]:
    """Who stands behind the key of an entry, in a sentence, and codes of what is wrong with the chain.

    Without `trust` no chain is followed. Codes are those of `calls.certificates.chain`; a certificate need
    not be one that signs calls, so a list of numbers is not asked for.
    """
    from quivive.calls.certificates import chain as certificate_chain
    from quivive.calls.certificates.certificate import read

    held = entry["signer"]["certificates"]
    if not held:
        return "a bare key: compare it with the one that you know of this party", ()
    try:
        certificates = [read(chain.bytes64(each)) for each in held]
    except (Unreadable, chain.Wrong):
        return "a certificate that does not read", ("certificate-unreadable",)
    subject = certificates[0].subject
    if trust is None:
        return f"certificate of {subject}; its issuer was not checked (--trust)", ()
    judged = certificate_chain.check(certificates, trust, chain.moment(entry["time"]).timestamp())
    reasons = tuple(each for each in judged.reasons if each != "certificate-no-tn-authorisation")
    return f"certificate of {subject}, issued by {certificates[0].issuer}", reasons
