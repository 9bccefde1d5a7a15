"""What does the service's own OpenAPI say of the bodies of signing and verification?

The parameters and their names are those of 3GPP TS 24.229 Annex V and ATIS-1000082 §5.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TIME: Schema = {"type": "integer", "description": "Seconds since 1970, UTC"}


def _object(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "required": required, "properties": properties}


_PARTY = _object([], tn=_TEXT, uri=_TEXT)
_CALLED = _object([], tn=_TEXTS, uri=_TEXTS)
_RESULT = _object(
    ["ppt", "status"],
    ppt=_TEXT,
    status={"type": "string", "enum": ["pass", "fail"]},
    reasonCode={"type": "integer"},
    reasonText=_TEXT,
    reasonDescription=_TEXT,
    passport=_TEXT,
    validClaims={"type": "object"},
)
_SIGNING = _object(
    ["orig", "dest", "iat"],
    ppt={"type": "string", "enum": ["shaken", "div", "rph"], "default": "shaken"},
    attest={"type": "string", "enum": ["A", "B", "C"]},
    orig=_PARTY,
    dest=_CALLED,
    iat=_TIME,
    origid=_TEXT,
    div=_object([], tn=_TEXT, uri=_TEXT, hi=_TEXT),
    rph=_object(["auth"], auth=_TEXTS),
    sph=_TEXT,
    profileId=_TEXT,
    requestId=_TEXT,
)
_VERIFICATION = _object(
    ["from", "to", "time"],
    identityHeader=_TEXT,
    identity=_TEXT,
    identityHeaders=_TEXTS,
    to=_PARTY,
    dest=_PARTY,
    time=_TIME,
    protectedHeaders=_TEXTS,
    requestId=_TEXT,
    displayName=_TEXT,
    **{"from": _PARTY},
)
_SIGNED = _object(["identityHeader"], identityHeader=_TEXT, identity=_TEXT, requestId=_TEXT)
_VERIFIED = _object(
    ["verifyResults"],
    verifyResults={"type": "array", "items": _object(["verifyResult"], verifyResult=_RESULT)},
    verstatValue=_TEXT,
    verstatPriority=_TEXT,
    divResult={"type": "array", "items": _object([], div=_PARTY, verstatValue=_TEXT)},
    verstat=_TEXT,
    reasonCode={"type": "integer"},
    reasonText=_TEXT,
    reasonDesc=_TEXT,
    requestId=_TEXT,
    displayName=_TEXT,
)
_ERROR = _object(["error"], error=_TEXT, detail=_TEXT)


def _json(name: str, schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": _object([name], **{name: schema})}}}


def _operation(service: str, asked: Schema, answered: Schema) -> Schema:
    request = {"required": True, **_json(f"{service}Request", asked)}
    response = {"description": "Answered", **_json(f"{service}Response", answered)}
    return {"requestBody": request, "responses": {"200": response}}


SIGNING = _operation("signing", _SIGNING, _SIGNED)
VERIFICATION = _operation("verification", _VERIFICATION, _VERIFIED)
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {"application/json": {"schema": _ERROR}}}
    for status, said in (
        (400, "The body is missing, does not read, or a parameter is missing or wrong"),
        (403, "The client is not among the peers"),
        (406, "Another response than JSON was asked for"),
        (411, "Content-Length is missing"),
        (413, "The body is too long"),
        (415, "The body is not JSON"),
        (500, "The call could not be judged or kept"),
    )
}
