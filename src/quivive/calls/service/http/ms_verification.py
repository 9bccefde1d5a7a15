"""What does the verification service answer (3GPP TS 24.229 Annex V, ATIS-1000082 §5.3)?

The caller's number passes on the `shaken` token and the `div` tokens that lead from it to here; each priority
(`rph`) and each forwarding number (`div`) has a result of its own. A token that could not be verified for
want of its certificate has status `fail` with the reason, and the number's verstat is then No-TN-Validation,
not TN-Validation-Failed. Diversion and History-Info are not compared: no rule asks that they agree with
`div`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from quivive.calls import passport
from quivive.calls.forwarding import CallVerdict, diverting, verify_call
from quivive.calls.passport import Malformed
from quivive.calls.service.house import House, Peer
from quivive.calls.service.http.ms_requests import VerificationRequest
from quivive.calls.service.judged import Judged
from quivive.calls.verify import Call, Reason, Verdict, verify

_KIND = re.compile(rb';[ \t]*ppt[ \t]*=[ \t]*"?([A-Za-z0-9-]{1,32})', re.IGNORECASE)
# The examples of the 3GPP description have the first alone; the others, and `reasonDesc` below, are as
# TS 24.229 and ATIS-1000082 are remembered: no text of theirs that has these words was at hand.
_PRIORITY = {"valid": "RPH-Validation-Passed", "invalid": "RPH-Validation-Failed"}
_FORWARDED = ("div", "div-o")


def answer(
    asked: VerificationRequest, house: House, peer: Peer | None, source: str, at: float
) -> tuple[dict[str, Any], Judged]:
    """The response's JSON and the line for the journal. `source` is the client's IP address."""
    values = tuple(value.encode() for value in asked.identities)
    call = Call(asked.caller, asked.callees, asked.time, target=asked.target)
    whole, tokens = _verified(values, call, asked.headers, house, at)
    response: dict[str, Any] = {}
    if asked.request_id is not None:
        response["requestId"] = asked.request_id
    if asked.display_name is not None:
        response["displayName"] = asked.display_name
    if (verstat := _verstat(whole)) is not None:
        response["verstatValue"] = verstat
    response["verifyResults"] = [
        {"verifyResult": _result(value, token, house)} for value, token in zip(values, tokens, strict=True)
    ]
    if forwarded := [_diverted(token) for token in tokens if token.ppt in _FORWARDED and diverting(token)]:
        response["divResult"] = forwarded
    if priorities := [token.verdict for token in tokens if token.ppt == "rph"]:
        response["verstatPriority"] = _priority(priorities)
    if asked.is_atis:
        response |= _as_atis(whole, house)
    return {"verificationResponse": response}, _judged(asked, whole, tokens, peer, source, at)


def _verified(
    values: Sequence[bytes], call: Call, headers: Sequence[str], house: House, at: float
) -> tuple[CallVerdict | None, tuple[Verdict, ...]]:
    """What the tokens prove of the caller together (None where all are of priority), and each alone."""
    kinds = [_kind(value) for value in values]
    ours = [value for value, kind in zip(values, kinds, strict=True) if kind != "rph"]
    # of a forwarded call `to` is not used (TS 24.229): the links must lead all the way to `dest`
    is_forwarded = call.target is not None and any(kind in _FORWARDED for kind in kinds)
    there = replace(call, callees=(call.target,), target=None) if is_forwarded and call.target else call
    whole = verify_call(ours, there, house.signers, at, house.policy) if ours else None
    rest = iter(whole.tokens if whole else ())
    tokens = []
    for value, kind in zip(values, kinds, strict=True):
        alone = verify(value, call, house.signers, at, house.policy) if kind == "rph" else next(rest)
        tokens.append(_with_priority(alone, headers, house) if kind == "rph" else alone)
    return whole, tuple(tokens)


def _kind(value: bytes) -> str:
    """The ppt of a token, or, where the token does not read, the one beside it; '' for none."""
    try:
        ppt = passport.read_header(value.partition(b".")[0].strip()).get("ppt")
    except Malformed:
        found = _KIND.search(value)
        ppt = found[1].decode() if found else ""
    return ppt if isinstance(ppt, str) and len(ppt) <= 32 else ""


def _with_priority(token: Verdict, headers: Sequence[str], house: House) -> Verdict:
    """A priority token, refused if the call claims more than was signed (RFC 8443 §4.2, RFC 9027 §4)."""
    if token.verdict != "valid" or token.passport is None:
        return token
    said = token.passport.claims
    granted = said["rph"].get("auth")
    signed = {str(each).lower() for each in granted} if isinstance(granted, list) else set()
    urgent = "psap-callback" in _values(headers, "priority") and said.get("sph") != "psap-callback"
    if signed.issuperset(_values(headers, "resource-priority")) and not urgent:
        return token
    wrong = house.policy.table["priority-mismatch"]
    reason = Reason(wrong.code, wrong.text, wrong.reference)
    return token._replace(verdict="invalid", sip_code=wrong.sip, reasons=(*token.reasons, reason))


def _values(headers: Sequence[str], name: str) -> list[str]:
    """Values of a header field among 'Name: value' lines, in lower case."""
    found = []
    for header in headers:
        field, colon, value = header.strip().strip("[]").partition(":")
        if colon and field.strip().lower() == name:
            found += [each.strip().lower() for each in value.split(",") if each.strip()]
    return found


def _result(value: bytes, token: Verdict, house: House) -> dict[str, Any]:
    ppt = token.ppt or _kind(value)
    if token.verdict == "valid" and token.passport is not None:
        return {"ppt": ppt, "status": "pass", "validClaims": dict(token.passport.claims)}
    table = house.policy.table
    deciding = [each for each in token.reasons if table[each.code].effect != "note"]
    result: dict[str, Any] = {"ppt": ppt, "status": "fail"}
    if token.sip_code is not None:
        result |= {"reasonCode": token.sip_code, "reasonText": table.phrases.get(token.sip_code, "")}
    result["reasonDescription"] = " ".join(_sentence(each) for each in deciding)
    result["passport"] = value.partition(b";")[0].strip().decode()
    return result


def _sentence(reason: Reason) -> str:
    return f"{reason.text} ({reason.code}{': ' + reason.detail if reason.detail else ''})"


def _diverted(token: Verdict) -> dict[str, Any]:
    name = diverting(token)[0]
    key = "uri" if name.startswith(("sip:", "sips:")) else "tn"
    return {"div": {key: name}, "verstatValue": token.verstat}


def _priority(verdicts: Sequence[str]) -> str:
    """One value for all: a refused token fails it, one that could not be verified leaves it open."""
    worst = next((each for each in ("invalid", "could-not-look") if each in verdicts), "valid")
    return _PRIORITY.get(worst, "No-RPH-Validation")


def _verstat(whole: CallVerdict | None) -> str | None:
    """The result for the caller's number, None where no token is the original call's."""
    main = whole.main if whole else None
    return whole.verstat if whole and main and main.ppt not in _FORWARDED else None


def _as_atis(whole: CallVerdict | None, house: House) -> dict[str, Any]:
    """The same under the names of ATIS-1000082 §5.3: verstat and the reason beside it."""
    if whole is None or _verstat(whole) is None:
        return {"verstat": "No-TN-Validation"}
    if whole.sip_code is None:
        return {"verstat": whole.verstat}
    table = house.policy.table
    deciding = [each for each in whole.reasons if table[each.code].effect != "note"]
    return {
        "verstat": whole.verstat,
        "reasonCode": whole.sip_code,
        "reasonText": table.phrases.get(whole.sip_code, ""),
        "reasonDesc": " ".join(_sentence(each) for each in deciding),
    }


def _judged(
    asked: VerificationRequest,
    whole: CallVerdict | None,
    tokens: Sequence[Verdict],
    peer: Peer | None,
    source: str,
    at: float,
) -> Judged:
    main = (whole.main if whole else None) or tokens[0]
    certificate = main.signer.certificate if main.signer else None
    scope = certificate.tn_auth_list if certificate else None
    origid = main.passport.claims.get("origid") if main.passport else None
    x5u = _x5u(main)
    return Judged(
        start=at,
        service="verification",
        calling=asked.caller,
        called=asked.target or asked.callees[0],
        call_id=asked.request_id,
        trunk=(peer.trunk or peer.name) if peer else source,
        action="show",
        sip_code=whole.sip_code if whole else main.sip_code,
        verdict=whole.verdict if whole else main.verdict,
        verstat=_verstat(whole),
        attest=main.attest,
        spc=scope.spcs[0] if scope and scope.spcs else None,
        certificate=certificate.sha256 if certificate else None,
        x5u=x5u,
        origid=origid if isinstance(origid, str) else None,
        reasons=tuple(dict.fromkeys(each.code for token in tokens for each in token.reasons)),
    )


def _x5u(token: Verdict) -> str | None:
    if token.passport is None:
        return None
    x5u = passport.read_header(token.passport.segment).get("x5u")
    return x5u if isinstance(x5u, str) else None
