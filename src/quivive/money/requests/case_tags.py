"""What can others be told of the addresses of a case? A TagPack of GraphSense, made from its checked trail.

Whoever paid first is left out: that is the victim, or the victim's exchange. An attribution is a statement
about its address for all to read; it says what was seen (money of the case passed through), not who holds it.
"""

from __future__ import annotations

from typing import Any

from quivive.money.chains import CHAINS
from quivive.money.requests import checks
from quivive.money.requests.freeze.nouns import FreezeRequest
from quivive.money.tags.tagpack import Pack

_CONFIDENCE = "authority_data"
"""GraphSense's word for what an authority states; whoever takes the pack in may rank it otherwise."""


def case_tags(request: FreezeRequest, abuse: str | None) -> Pack:
    """One tag for each address that money of the case came to. `abuse` is a concept such as 'scam'."""
    case, chain = request.authority, CHAINS[request.asset.chain]
    header: dict[str, Any] = {
        "title": f"Case {case.case_number}",
        "creator": case.name,
        "description": "Addresses that money of this case came to; no statement about who holds them.",
        "is_public": False,
        "source": f"case {case.case_number}, {case.name}",
        "network": chain.key.upper(),
        "currency": chain.coin,
        "confidence": _CONFIDENCE,
        "lastmod": request.made_at.date(),
    }
    if abuse:
        header["abuse"] = abuse
    return Pack(
        header, tuple({"address": each, "label": _label(each, request)} for each in _receivers(request))
    )


def _receivers(request: FreezeRequest) -> list[str]:
    """Addresses that were paid by one before them, each once, in the order of the trail."""
    paid = [hop.receiver for hop in request.trail.hops if hop.receiver and hop.senders]
    return list(dict.fromkeys(paid))


def _label(address: str, request: FreezeRequest) -> str:
    case = request.authority.case_number
    if checks.same(address, request.address):
        return f"freeze requested from {request.addressee.name}, case {case}"
    return f"money of case {case} passed through"
