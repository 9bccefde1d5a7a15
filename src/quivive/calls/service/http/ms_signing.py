"""What does the signing service answer (3GPP TS 24.229 Annex V, ATIS-1000082 §5.2)?"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from quivive.calls import sign
from quivive.calls.certificates.certificate import read_chain
from quivive.calls.numbers import canonical
from quivive.calls.service.house import Credential, House, Peer
from quivive.calls.service.http.ms_requests import BadRequest, SigningRequest
from quivive.calls.service.judged import Judged
from quivive.errors import UsageError


class NotSigned(Exception):
    """The house signs nothing for this client (403), or has no key (500); the message says which."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error


def answer(
    asked: SigningRequest, house: House, peer: Peer | None, source: str, at: float
) -> tuple[dict[str, Any], Judged]:
    """The response's JSON and the line for the journal. Raises BadRequest, NotSigned.

    What the request leaves out, attestation and origid, is the peer's. The `iat` that is asked for is signed:
    the client states when the call was made. `source` is the client's IP address.
    """
    credential = _credential(house, peer, asked.profile)
    token = asked.token
    if token.ppt == "shaken":
        attest = token.attest or (peer.attest if peer else None)
        if attest is None:
            raise BadRequest("Missing Mandatory Parameter", "attest")
        token = replace(token, attest=attest, origid=token.origid or (peer.origid if peer else None))
    try:
        value = sign.sign(token, credential.key, credential.x5u, credential.chain)
    except UsageError as error:
        raise BadRequest("Invalid Parameter Value", str(error)) from error
    # ATIS-1000082 calls identityHeader 'identity'; each client reads its own
    response = {"identityHeader": value, "identity": value}
    if asked.request_id is not None:
        response["requestId"] = asked.request_id
    return {"signingResponse": response}, _judged(asked, token, credential, peer, source, at)


def _credential(house: House, peer: Peer | None, profile: str) -> Credential:
    """The key of the profile asked for if the house has it, else the peer's, else the house's own."""
    if peer is not None and peer.role == "verify":
        raise NotSigned(403, "Not allowed for this client", f"Calls of {peer.name} are verified.")
    names = (*([profile] if profile in house.credentials else []), peer.credential if peer else "")
    found = house.credentials.get(names[0])
    if found is None:
        raise NotSigned(500, "Internal server error", "There is no key to sign with.")
    return found


def _judged(
    asked: SigningRequest,
    token: sign.Token,
    credential: Credential,
    peer: Peer | None,
    source: str,
    at: float,
) -> Judged:
    certificate, spc = _certificate(credential.chain)
    return Judged(
        start=at,
        service="signing",
        calling=canonical(token.orig) or token.orig,
        called=canonical(token.dest[0]) or token.dest[0],
        call_id=asked.request_id,
        trunk=(peer.trunk or peer.name) if peer else source,
        action="signed",
        sip_code=None,
        verdict=None,
        verstat=None,
        attest=token.attest,
        spc=spc,
        certificate=certificate,
        x5u=credential.x5u,
        origid=token.origid,
    )


@lru_cache(maxsize=64)
def _certificate(chain: bytes | None) -> tuple[str | None, str | None]:
    """sha256 and provider code of the signer's own certificate, where it is at hand."""
    if chain is None:
        return None, None
    own = read_chain(chain)[0]
    spcs = own.tn_auth_list.spcs if own.tn_auth_list else ()
    return own.sha256, spcs[0] if spcs else None
