"""What becomes of one call: signed, shown with its verstat, sent on, or blocked?

A border controller asks by sending the call here and goes by the answer: 302 with what it is to add to the
call; 404 or 503, route on with nothing added; 603, end the call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from quivive.calls import sign
from quivive.calls.asserted import Asserted
from quivive.calls.certificates.certificate import Certificate, read_chain
from quivive.calls.forwarding import CallVerdict, verify_call
from quivive.calls.service.house import Action, Contact, Credential, House, Peer
from quivive.calls.service.judged import Judged
from quivive.calls.service.redirect.responses import Field
from quivive.calls.sip.addresses import SIP_SCHEMES, Address
from quivive.calls.sip.caller import Call as Heard
from quivive.calls.sip.caller import party
from quivive.errors import UsageError

_LONGEST = 255
_USER = re.compile(r"[+0-9A-Za-z.()*#-]{1,64}", re.ASCII)
_STATUS: Mapping[Action, int] = {"show": 302, "route-on": 404, "block": 603, "block-analytics": 603}
_HOST = re.compile(r"[+0-9A-Za-z._:-]{1,255}", re.ASCII)


@dataclass(frozen=True)
class Decision:
    """The answer to send: status, reason phrase ('' for the usual one) and fields; and the journal's line."""

    status: int
    fields: tuple[Field, ...]
    judged: Judged
    phrase: str = ""


def decide(
    heard: Heard,
    asserted: Asserted,
    house: House,
    peer: Peer | None,
    source: str,
    at: float,
    call_id: str,
    for_help: bool,
) -> Decision:
    """The decision on a call that came from `source` (IP address) at `at` (Unix seconds). Never raises.

    A call `for_help` is never blocked.
    """
    judged = _blank(heard, peer, source, at, call_id)
    if _is_to_be_signed(asserted, peer):
        assert peer is not None
        return _signed(heard, asserted, house, peer, judged, at)
    verdict = verify_call(
        asserted.identities, asserted.call, house.signers, at, house.policy, asserted.bypass
    )
    return _verified(heard, verdict, house, judged, for_help)


def _is_to_be_signed(asserted: Asserted, peer: Peer | None) -> bool:
    """Only for peers: whoever could have a call signed unasked could have any number vouched for."""
    if peer is None or peer.role == "verify":
        return False
    return peer.role == "sign" or (not asserted.identities and peer.attest is not None)


def _blank(heard: Heard, peer: Peer | None, source: str, at: float, call_id: str) -> Judged:
    called = heard.callees[0] if heard.callees else heard.target
    return Judged(
        start=at, service="sip", calling=heard.caller, called=called,
        call_id=call_id, trunk=(peer.trunk or peer.name) if peer else source, action="error", sip_code=None,
        verdict=None, verstat=None, attest=None, spc=None, certificate=None, x5u=None, origid=None,
    )  # fmt: skip


# --- signing ---


def _signed(
    heard: Heard, asserted: Asserted, house: House, peer: Peer, judged: Judged, at: float
) -> Decision:
    credential = house.credentials.get(peer.credential)
    if credential is None:  # the controller routes on, or tries the next service
        return Decision(503, (), replace(judged, sip_code=503))
    token = _token(heard, asserted, house, peer, at)
    try:
        value = sign.sign(token, credential.key, credential.x5u, credential.chain) if token else None
    except UsageError:
        value = None
    if token is None or value is None:
        return Decision(404, (), replace(judged, action="route-on", sip_code=404))
    own = _own(credential)
    done = replace(
        judged, action="signed", sip_code=302, attest=token.attest, x5u=credential.x5u, origid=token.origid,
        spc=_spc(own), certificate=own.sha256 if own else None,
    )  # fmt: skip
    return Decision(302, (("Identity", value.encode()),), done)


def _token(heard: Heard, asserted: Asserted, house: House, peer: Peer, at: float) -> sign.Token | None:
    """What is to be signed: the call, or for one that is signed already its forwarding (RFC 8946 §4)."""
    call = asserted.call
    if call.caller is None or not call.callees:
        return None
    fresh = call.date is not None and abs(call.date - at) <= house.policy.freshness
    iat = int(call.date) if fresh and call.date is not None else int(at)
    if asserted.identities:
        if call.target is None or call.target in call.callees:
            return None
        return sign.Token(call.caller, (call.target,), ppt="div", div=call.callees[0], iat=iat)
    attest = heard.attestation if heard.attestation in ("A", "B", "C") else peer.attest
    if attest is None:
        return None
    return sign.Token(
        call.caller, call.callees[:1], attest=attest, iat=iat, origid=heard.origination_id or peer.origid
    )


@lru_cache(maxsize=64)
def _own(credential: Credential) -> Certificate | None:
    return read_chain(credential.chain)[0] if credential.chain else None


def _spc(certificate: Certificate | None) -> str | None:
    scope = certificate.tn_auth_list if certificate else None
    return scope.spcs[0] if scope and scope.spcs else None


# --- verifying ---


def _verified(heard: Heard, verdict: CallVerdict, house: House, judged: Judged, for_help: bool) -> Decision:
    action = house.actions[verdict.verdict]
    if action.startswith("block") and for_help:
        action = "show"
    shown = _identities(heard, verdict.verstat) if action == "show" else ()
    if action == "show" and not shown:
        action = "route-on"
    main = verdict.main
    signer = main.signer.certificate if main and main.signer else None
    claims = main.passport.claims if main and main.passport else {}
    origid = claims.get("origid")
    status = _STATUS[action]
    done = replace(
        judged, action=action, sip_code=status, verdict=verdict.verdict, verstat=verdict.verstat,
        attest=main.attest if main else None,
        spc=_spc(signer), certificate=signer.sha256 if signer else None,
        x5u=_text(main.passport.header.get("x5u")) if main and main.passport else None,
        origid=_text(origid), reasons=tuple(each.code for each in verdict.reasons),
    )  # fmt: skip
    if action == "block-analytics":
        return Decision(status, (("Reason", _notice(house.contact, done.origid)),), done, "Network Blocked")
    why = _reason(verdict, house)
    if action != "show":
        return Decision(status, why, done)
    return Decision(status, (*shown, *why, *_attested(verdict, done)), done)


def _text(value: object) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) else None


def _identities(heard: Heard, verstat: str) -> tuple[Field, ...]:
    """The asserted caller with the result of verification (TS 24.229 §7.2A.20): what stood there is replaced.

    Only addresses of the number that was verified, as tel and as SIP (RFC 3325 §9.1: one of each); another
    that stands beside it was vouched for by nobody. Empty where there is no number to assert: the caller is
    withheld, no number, or not named.
    """
    if heard.caller is None or ":" in heard.caller:
        return ()
    if heard.source == "P-Asserted-Identity":
        given = heard.asserted
    else:
        given = (heard.sender,) if heard.sender and not heard.anonymous else ()
    found = {
        each.uri.scheme == "tel": value
        for each in reversed(given)
        if party(each.uri) == heard.caller and (value := _shown(each, verstat))
    }
    return tuple(("P-Asserted-Identity", value) for value in found.values())


def _shown(address: Address, verstat: str) -> bytes | None:
    """One address with its verstat; None unless it is a plain number at a plain host."""
    uri = address.uri
    context = (uri.parameters if uri.scheme == "tel" else uri.user_parameters).get("phone-context", "")
    if not _USER.fullmatch(uri.user) or (context and not _HOST.fullmatch(context)):
        return None
    number = f"{uri.user};phone-context={context}" if context else uri.user
    number = f"{number};verstat={verstat}"
    name = address.display.replace("\\", "\\\\").replace('"', '\\"')
    display = f'"{name}" ' if name else ""
    if uri.scheme not in SIP_SCHEMES or not uri.host:  # some send SIP addresses without a host
        return f"{display}<tel:{number}>".encode()
    if not _HOST.fullmatch(uri.host):
        return None
    host = f"[{uri.host}]" if ":" in uri.host else uri.host
    port = f":{uri.port}" if uri.port is not None else ""
    return f"{display}<{uri.scheme}:{number}@{host}{port};user=phone>".encode()


def _attested(verdict: CallVerdict, done: Judged) -> tuple[Field, ...]:
    """What the signer vouched for, if that is proven (TS 24.229 §7.2.18, §7.2.19)."""
    if verdict.verdict != "valid" or done.attest is None:
        return ()
    origin = (("Origination-Id", done.origid.encode("utf-8", "replace")),) if done.origid else ()
    return (("Attestation-Info", done.attest.encode()), *origin)


def _reason(verdict: CallVerdict, house: House) -> tuple[Field, ...]:
    """Why the call did not pass, in the protocol 'STIR' of the Reason field (RFC 9410)."""
    if verdict.sip_code is None:
        return ()
    text = house.policy.table.phrases.get(verdict.sip_code, "")
    return (("Reason", f'STIR;cause={verdict.sip_code};text="{text}"'.encode()),)


def _notice(contact: Contact | None, origid: str | None) -> bytes:
    """The Reason of '603+': whom a caller may ask who was blocked (ATIS-1000099; 47 CFR §64.1200(k)(9))."""
    said = [("v", "analytics1")]
    if contact:
        said += [("url", contact.url), ("tel", contact.tel), ("email", contact.email)]
    if origid and _USER.fullmatch(origid):  # of a token that nobody proved: nothing but a plain identifier
        said.append(("id", origid))
    text = ";".join(f"{name}={value}" for name, value in said if value).replace('"', "").replace("\\", "")
    return f'SIP;cause=603;text="{text}";location=RLN'.encode()
