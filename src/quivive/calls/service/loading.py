"""How is a house read from its files: keys, certificates, trust, peers, actions?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from quivive.calls import refusals, signers
from quivive.calls.certificates import trust
from quivive.calls.certificates.certificate import read_chain
from quivive.calls.service.house import Credential, House
from quivive.calls.service.settings import CredentialFiles, ServeSettings
from quivive.calls.sign import read_private_key
from quivive.calls.verify import Policy
from quivive.errors import BadConfig, CouldNotLook, UsageError
from quivive.model import CallTrust

Fetch = Callable[[str, float], bytes]


def load(
    given: CallTrust,
    settings: ServeSettings,
    fetch: Fetch | None = None,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
) -> House:
    """The house of these files as they are now. Raises BadConfig naming the file that does not read."""
    roots = b"".join(given.roots or ()) or None
    try:
        trusted = trust.read(roots, list(given.crls))
    except CouldNotLook as error:
        raise BadConfig(f"Roots or revocation lists of [calls] do not read: {error}") from error
    table = (
        refusals.changed(given.refusals, "the table of refusals") if given.refusals else refusals.shipped()
    )
    for url, chain in given.certificates.items():
        _check_chain(chain, f"The certificate of {url}")
    credentials = {each.name: _credential(each, environ) for each in settings.credentials}
    if len(credentials) < len(settings.credentials):
        raise BadConfig("Two [[calls.serve.credentials]] have the same name.")
    for peer in settings.peers:
        if peer.credential and peer.credential not in credentials:
            raise BadConfig(f"The peer {peer.name} names a credential '{peer.credential}' that is not there.")
    return House(
        signers=signers.Certificates(given.certificates, trusted, fetch),
        policy=Policy(settings.freshness, table),
        credentials=credentials,
        peers=settings.peers,
        actions=settings.actions,
        loaded=clock(),
        dates=_dates(trusted),
        contact=settings.contact,
        only_peers=settings.only_peers,
        trust_until=min((each.next_update for each in trusted.crls), default=inf),
    )


def _credential(files: CredentialFiles, environ: Mapping[str, str]) -> Credential:
    password = environ.get(files.password) if files.password else None
    if files.password and password is None:
        raise BadConfig(f"${files.password}, which holds the password of {files.key}, is not set.")
    chain = _bytes(files.chain) if files.chain else None
    try:
        key = read_private_key(_bytes(files.key), password.encode() if password else None)
    except UsageError as error:
        raise BadConfig(f"The key {files.key} does not read; is its password right?") from error
    if chain is not None:
        own = _check_chain(chain, str(files.chain))
        if own is None or own.public_numbers() != key.public_key().public_numbers():  # type: ignore[attr-defined]
            raise BadConfig(f"The key {files.key} does not belong to the certificate {files.chain}.")
    return Credential(key, files.x5u, chain)


def _check_chain(chain: bytes, name: str) -> object:
    """The public key of a chain's own certificate. Raises BadConfig."""
    try:
        return read_chain(chain)[0].public_key
    except CouldNotLook as error:
        raise BadConfig(f"{name} does not read: {error}") from error


def _dates(trusted: trust.Trust) -> dict[str, str]:
    """The date of each list: of roots the day they were gathered, of a revocation list its issue."""
    dates = {"roots": trusted.source.date} if trusted.source.date else {}
    for number, each in enumerate(trusted.crls, 1):
        dates[f"crl-{number}"] = datetime.fromtimestamp(each.this_update, UTC).isoformat()
    return dates


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadConfig(f"{path}, named in [calls.serve], cannot be read: {error.strerror}.") from error
