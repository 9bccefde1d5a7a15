"""Is this a call for help? Such calls are never blocked.

The call back from those who help is not told by Priority: psap-callback (RFC 7090), which anybody can write.
"""

from __future__ import annotations

import re
from functools import cache

from quivive.calls.sip.caller import Call
from quivive.calls.sip.message import Message

_TEST = frozenset({"933"})
"""933: plays back the location that 911 would see (United States)."""
_LONGEST = 6
_URN = "urn:service:sos"


def is_for_help(request: Message, heard: Call) -> bool:
    """By urn:service:sos (RFC 5031), or by a number that leads to help in any country.

    Where the call comes from is not known, so 110 counts although it is a help line in some countries only:
    a forged call that goes through does less harm than a call for help that does not.
    """
    said = (request.uri, heard.recipient.uri.text if heard.recipient else "")
    if any(uri.strip("<> ").lower().startswith(_URN) for uri in said):
        return True
    return any(_helps(number) for number in (*heard.callees, heard.target) if number)


def prepare() -> None:
    """Read the numbers now: the first call does not wait for it."""
    _numbers()


def _helps(number: str) -> bool:
    """Whether the canonical number leads to emergency services somewhere, also written +1911."""
    if len(number) > _LONGEST:
        return False
    return number in _TEST or any(_numbers().fullmatch(each) for each in (number, number.removeprefix("1")))


@cache
def _numbers() -> re.Pattern[str]:
    """The emergency numbers of all countries, as the library phonenumbers lists them; some 240."""
    from phonenumbers import PhoneMetadata, shortnumberinfo

    plans = (
        PhoneMetadata.short_metadata_for_region(each) for each in shortnumberinfo.SUPPORTED_SHORT_REGIONS
    )
    known = {plan.emergency.national_number_pattern for plan in plans if plan and plan.emergency}
    return re.compile("|".join(f"(?:{each})" for each in sorted(filter(None, known))), re.ASCII)
