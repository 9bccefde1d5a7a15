"""Is this a call for help, or the call back from those who help? Such calls are never blocked."""

from __future__ import annotations

from functools import lru_cache

from quivive.calls.sip.caller import Call
from quivive.calls.sip.message import Message

_TEST = frozenset({"933"})
"""933: plays back the location that 911 would see (United States)."""
_LONGEST = 6
_URN = "urn:service:sos"


def is_for_help(request: Message, heard: Call) -> bool:
    """By urn:service:sos (RFC 5031), by a number that leads to help in any country, or by psap-callback.

    Where the call comes from is not known, so 110 counts although it is a help line in some countries only:
    a forged call that goes through does less harm than a call for help that does not.
    """
    said = (request.uri, heard.recipient.uri.text if heard.recipient else "")
    if any(uri.strip("<> ").lower().startswith(_URN) for uri in said):
        return True
    if (request.first("priority") or b"").lower() == b"psap-callback":  # RFC 7090
        return True
    return any(_helps(number) for number in (*heard.callees, heard.target) if number)


@lru_cache(maxsize=4096)
def _helps(number: str) -> bool:
    """Whether the canonical number leads to emergency services somewhere, also written +1911."""
    if len(number) > _LONGEST or not number.isdigit():
        return False
    import phonenumbers

    short = number.removeprefix("1") if len(number) == 4 else number
    regions = phonenumbers.shortnumberinfo.SUPPORTED_SHORT_REGIONS
    return short in _TEST or any(phonenumbers.is_emergency_number(short, region) for region in regions)
