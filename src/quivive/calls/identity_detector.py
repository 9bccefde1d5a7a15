"""Does a signature prove the caller's number (STIR/SHAKEN, RFC 8224)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from quivive.calls import refusals, signers
from quivive.calls.asserted import Asserted, read
from quivive.calls.certificates import trust
from quivive.calls.claims import is_time
from quivive.calls.forwarding import CallVerdict, diverting, verify_call
from quivive.calls.verify import Policy, Verdict
from quivive.errors import CouldNotLook
from quivive.model import CallTrust, Context, Detector, Finding, Item, Kind, Source, Subject, Yield, finding

_KINDS: Mapping[refusals.Effect, Kind] = {"refuse": "fail", "unknown": "open", "note": "informational"}
_ATTESTED = {"A": "stir/attested-a", "B": "stir/attested-b", "C": "stir/attested-c"}


class Identity:
    """Verifies every Identity header of a SIP request with certificates at hand; nothing is fetched.

    The time of the call is the capture's, else the time of examination. Certificates, roots and revocation
    lists are those of `[calls]` in quivive.toml; the roots that ship are a dated list of those seen in use.
    """

    name = "calls.identity"
    version = "1"
    accepts = frozenset({"message/sip"})
    online = False

    def __init__(self) -> None:
        self._known: tuple[CallTrust, signers.Signers, Policy] | None = None

    @property
    def codes(self) -> Mapping[str, str]:
        """What a signature can prove, and one code for each reason of calls/refusals.yaml."""
        reasons = {f"stir/{code}": each.text for code, each in refusals.shipped().refusals.items()}
        return reasons | {
            "stir/attested-a": "The caller's number {caller} is proven: the provider behind it ({signer}) "
            "signed that it knows its customer and that the customer may use this number. That says nothing "
            "about whether the caller is honest.",
            "stir/attested-b": "The signature for the caller's number {caller} holds, but the provider "
            "({signer}) only says that it knows the customer, not that the number is the customer's.",
            "stir/attested-c": "The signature on this call holds, but the provider ({signer}) only says "
            "where the call entered its network: it does not vouch for the number {caller}.",
            "stir/signed": "The signature for the caller's number {caller} holds; who signed: {signer}.",
            "stir/signature-genuine": "The signature itself is genuine: {signer} made it for a call from "
            "{caller} to {callee} at {time}. For this call it does not hold.",
            "stir/unsigned": "Nobody signed for the caller's number. Where signing is required (the United "
            "States, Canada, France and Brazil), that is a reason to doubt it; elsewhere calls carry no "
            "signature.",
            "stir/forwarded": "The call was forwarded, and every forwarder signed: from {numbers}.",
            "stir/rich-call-data": "The signed name of the caller is “{name}”.",
            "stir/call-reason": "The signed reason of the call is “{reason}”.",
            "stir/priority": "The call carries signed priority ({priority}).",
        }

    def sources(self) -> tuple[Source, ...]:
        """The STI roots that ship, with their date."""
        return (trust.shipped().source,)

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """What the signatures on a SIP request prove. Raises CouldNotLook if a certificate is missing."""
        if not isinstance(subject, Item) or context.online != self.online:
            return
        asserted = read(subject.data)
        if asserted is None:
            return  # a response, or a request that starts no call
        at = (subject.received_at or context.now).timestamp()
        known, policy = self._signers(context.calls)
        verdict = verify_call(asserted.identities, asserted.call, known, at, policy, asserted.bypass)
        yield from _findings(self, subject, asserted, verdict, policy)
        if verdict.verdict == "could-not-look" and asserted.identities:
            raise CouldNotLook(
                " ".join(each.text for each in verdict.reasons if policy.table[each.code].effect == "unknown")
            )

    def _signers(self, calls: CallTrust) -> tuple[signers.Signers, Policy]:
        """Keys and policy for a desk's own files, kept from one call to the next."""
        if self._known is None or self._known[0] is not calls:
            trusted = trust.read(b"\n".join(calls.roots) if calls.roots else None, calls.crls)
            fetch = signers.fetcher() if self.online else None
            table = refusals.changed(calls.refusals, "[calls] refusals") if calls.refusals else None
            self._known = (
                calls,
                signers.Certificates(calls.certificates, trusted, fetch),
                Policy(table=table) if table else Policy(),
            )
        return self._known[1], self._known[2]


class IdentityOnline(Identity):
    """The same with certificates fetched: the server named in the token sees this machine's address.

    Runs with --online in place of calls.identity, under the policy of calls.x5u: https alone, no redirect,
    no private address, 64 KiB, 5 seconds.
    """

    name = "calls.identity-online"
    online = True


DETECTORS = (Identity, IdentityOnline)


def _findings(
    detector: Detector, item: Item, asserted: Asserted, verdict: CallVerdict, policy: Policy
) -> Iterator[Finding]:
    if not asserted.identities:
        yield finding(detector, "stir/unsigned", "informational", item, references=("RFC 8224 §6.2.2",))
        return
    if verdict.verdict == "valid" and verdict.main:
        yield from _proven(detector, item, asserted, verdict.main, verdict)
    for reason in verdict.reasons:
        kind = _KINDS[policy.table[reason.code].effect]
        yield finding(
            detector,
            f"stir/{reason.code}",
            kind,
            item,
            references=(reason.reference,) if reason.reference else (),
            topics=("spoofed-call",) if kind == "fail" else (),
        )
    if verdict.verdict == "invalid":
        yield from _genuine(detector, item, verdict)


def _genuine(detector: Detector, item: Item, verdict: CallVerdict) -> Iterator[Finding]:
    """Tokens whose signature holds though the call is refused: who signed what is a trail to follow."""
    for token in verdict.tokens:
        if token.signature == "valid" and token.passport:
            params = {"signer": _signer(token), **_as_said(token.passport.claims)}
            yield finding(
                detector,
                "stir/signature-genuine",
                "pass",
                item,
                params=params,
                references=("RFC 8224 §6.2 step 5",),
            )


def _as_said(claims: Mapping[str, Any]) -> dict[str, str]:
    """Caller, callee and time as a token words them, whatever their form."""
    orig, dest, iat = claims.get("orig"), claims.get("dest"), claims.get("iat")
    caller = list(orig.values()) if isinstance(orig, dict) else [orig]
    lists = list(dest.values()) if isinstance(dest, dict) else [[dest]]
    callee = [name for names in lists if isinstance(names, list) for name in names]
    when = datetime.fromtimestamp(float(iat), UTC).isoformat(" ", "seconds") if is_time(iat) else "?"
    return {"caller": _words(caller), "callee": _words(callee), "time": when}


def _words(names: Sequence[object]) -> str:
    return ", ".join(str(name)[:64] for name in names[:5]) or "?"


def _signer(token: Verdict) -> str:
    certificate = token.signer.certificate if token.signer else None
    return certificate.subject if certificate else "a key given by hand"


def _proven(
    detector: Detector, item: Item, asserted: Asserted, main: Verdict, verdict: CallVerdict
) -> Iterator[Finding]:
    words = {"caller": asserted.call.caller or "", "signer": _signer(main)}
    code = _ATTESTED.get(main.attest or "", "stir/signed")
    yield finding(detector, code, "pass", item, params=words, references=("RFC 8224 §6.2", "RFC 8588 §4"))
    forwarders = [name for token in verdict.tokens for name in diverting(token)]
    if forwarders:
        yield _note(detector, "stir/forwarded", item, "RFC 8946", numbers=", ".join(forwarders))
    for token in verdict.tokens:
        yield from _said(detector, item, token)


def _said(detector: Detector, item: Item, token: Verdict) -> Iterator[Finding]:
    """What a valid token says besides the number: name, reason and priority of the call."""
    claims = token.passport.claims if token.passport else {}
    if isinstance(claims.get("rcd"), dict):
        name = claims["rcd"].get("nam", "")
        yield _note(detector, "stir/rich-call-data", item, "RFC 9795 §5.1", name=name)
    if isinstance(claims.get("crn"), str):
        yield _note(detector, "stir/call-reason", item, "RFC 9795 §5.2", reason=claims["crn"])
    if token.ppt == "rph":
        names = ", ".join(name for names in claims["rph"].values() for name in names)
        yield _note(detector, "stir/priority", item, "RFC 8443", priority=names)


def _note(detector: Detector, code: str, item: Item, reference: str, **params: str) -> Finding:
    return finding(detector, code, "informational", item, params=params, references=(reference,))
