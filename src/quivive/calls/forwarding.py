"""What do all tokens of one call prove together, also when it was forwarded (RFC 8946 §6)?

The token of the original call names the number that was first dialled. Each forwarder adds a `div` token
from the number it forwards to the next; the links must lead to the number where the call arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from quivive.calls.numbers import canonical, same
from quivive.calls.signers import Signers
from quivive.calls.verify import PASSED, Answer, Call, Policy, Reason, Signature, Verdict, verify

MOST = 20
"""Identity headers of one call that are verified."""
_FORWARDED = ("div", "div-o")


@dataclass(frozen=True)
class CallVerdict:
    """What the tokens of a call prove. `main` is the original call's token, the one with the attestation."""

    verdict: Answer
    signature: Signature
    sip_code: int | None
    verstat: str
    reasons: tuple[Reason, ...]
    tokens: tuple[Verdict, ...]

    @property
    def main(self) -> Verdict | None:
        """The token of the original call: `shaken` first, else another that is no forwarder's."""
        flat = [*self.tokens, *(inner for each in self.tokens for inner in each.nested)]
        originals = [each for each in flat if each.ppt not in _FORWARDED]
        shaken = [each for each in originals if each.ppt == "shaken"]
        return next(iter(shaken or originals or flat), None)


def verify_call(
    values: Sequence[bytes], call: Call, signers: Signers, at: float, policy: Policy, bypass: bool = False
) -> CallVerdict:
    """What the Identity headers of one call prove (RFC 8224 §6.2, RFC 8946 §6). Never raises.

    `bypass` says that the network marked the call P-Identity-Bypass.
    """
    notes = ["identity-bypass"] if bypass else []
    if not values:
        return _together((), [*notes, "identity-missing"], policy)
    first = [verify(value, call, signers, at, policy) for value in values[:MOST]]
    if not any(each.ppt in _FORWARDED for each in first):
        here = call.target in call.callees or any(same(call.target, to) for to in call.callees if call.target)
        elsewhere = call.target and call.callees and not here
        return _together(first, [*notes, *(["retargeted"] if elsewhere else [])], policy)
    if call.target is not None and not call.target.startswith(("sip:", "sips:")):
        # To may still hold the number first dialled: the links must lead all the way back from here
        call = replace(call, callees=(call.target,), target=None)
    reached, joined = _follow(values, first, call, signers, at, policy)
    there = replace(call, callees=reached)
    tokens = []
    for value, verdict in zip(values, first, strict=False):
        if verdict.ppt not in _FORWARDED:
            verdict = verify(value, there, signers, at, policy)
        tokens.append(joined.get(value, verdict))
    tokens = [_with_original(each, call, signers, at, policy) for each in tokens]
    stray = any(v.ppt in _FORWARDED and value not in joined for value, v in zip(values, first, strict=False))
    lost = any(reason.code == "callee-mismatch" for each in tokens for reason in each.reasons)
    codes = ["chain-broken"] if stray or lost else [] if _has_original(tokens) else ["original-missing"]
    return _together(tokens, [*notes, *codes], policy)


def _has_original(tokens: Iterable[Verdict]) -> bool:
    """Whether a token speaks for the caller: a forwarder's alone proves only who forwarded."""
    flat = [inner for each in tokens for inner in (each, *each.nested)]
    return any(each.ppt not in _FORWARDED for each in flat)


def _follow(
    values: Sequence[bytes], first: Sequence[Verdict], call: Call, signers: Signers, at: float, policy: Policy
) -> tuple[tuple[str, ...], dict[bytes, Verdict]]:
    """Walk back from where the call arrived: the numbers it came through, and the tokens that led there."""
    reached, joined = [*call.callees, *([call.target] if call.target else [])], dict[bytes, Verdict]()
    left = [value for value, verdict in zip(values, first, strict=False) if verdict.ppt in _FORWARDED]
    moved = bool(reached)
    while moved and left:
        moved = False
        for value in tuple(left):
            verdict = verify(value, replace(call, callees=tuple(reached)), signers, at, policy)
            if verdict.signature == "invalid" or _has(verdict, "callee-mismatch", "claim-div", "claim-dest"):
                continue
            left.remove(value)
            joined[value] = verdict
            reached += diverting(verdict)
            moved = True
    return tuple(reached), joined


def diverting(verdict: Verdict) -> list[str]:
    """The number or address that a `div` token forwards from, as a list of one; of another token, none."""
    div = verdict.passport.claims.get("div") if verdict.passport else None
    name = (div.get("tn") or div.get("uri")) if isinstance(div, dict) else None
    return [canonical(name) or name] if isinstance(name, str) else []


def _with_original(verdict: Verdict, call: Call, signers: Signers, at: float, policy: Policy) -> Verdict:
    """A `div-o` with the token of the original call that it carries (RFC 8946 §5), verified too."""
    opt = verdict.passport.claims.get("opt") if verdict.passport and verdict.ppt == "div-o" else None
    if not isinstance(opt, str):
        return verdict
    original = replace(call, callees=tuple(diverting(verdict)), date=None)
    inner = verify(opt.encode(), original, signers, at, policy)
    return verdict._replace(nested=(inner,))


def _has(verdict: Verdict, *codes: str) -> bool:
    return any(reason.code in codes for reason in verdict.reasons)


def _together(tokens: Iterable[Verdict], codes: Sequence[str], policy: Policy) -> CallVerdict:
    tokens = tuple(tokens)
    flat = [*tokens, *(inner for each in tokens for inner in each.nested)]
    # a kind of token that is not known is passed over if there is another (RFC 8224 §6.2 step 1)
    known = [each for each in flat if not _has(each, "ppt-unsupported")] or flat
    refusals = [policy.table[code] for code in codes]
    reasons = [reason for each in known for reason in each.reasons]
    reasons += [Reason(each.code, each.text, each.reference) for each in refusals]
    effects = {reason.code: policy.table[reason.code] for reason in reasons}
    deciding = next(
        (each for want in ("refuse", "unknown") for each in effects.values() if each.effect == want), None
    )
    return CallVerdict(
        verdict="valid" if not deciding else "invalid" if deciding.effect == "refuse" else "could-not-look",
        signature=_signature(known),
        sip_code=deciding.sip if deciding else None,
        verstat=(deciding.verstat or "No-TN-Validation") if deciding else PASSED,
        reasons=tuple({(reason.code, reason.detail): reason for reason in reasons}.values()),
        tokens=tokens,
    )


def _signature(tokens: Sequence[Verdict]) -> Signature:
    """Invalid if any is, else not checked if any could not be, else valid."""
    found = {each.signature for each in tokens}
    return "invalid" if "invalid" in found else "valid" if found == {"valid"} else "not-checked"
