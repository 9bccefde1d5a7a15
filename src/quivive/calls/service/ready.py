"""Can the service answer calls now, and for how long yet?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from quivive.calls.certificates.certificate import read_chain
from quivive.calls.service.house import House
from quivive.errors import CouldNotKeep, CouldNotLook


@dataclass(frozen=True)
class Check:
    """One thing that must be so. `detail` is a sentence."""

    name: str
    ok: bool
    detail: str


def checks(house: House, writable: Callable[[], None], at: float, expiry: float) -> list[Check]:
    """What readiness depends on: certificates good for `expiry` seconds yet, trust in date, a journal."""
    return [*_certificates(house, at, expiry), *_trust(house, at), _journal(writable)]


def _certificates(house: House, at: float, expiry: float) -> Iterator[Check]:
    for name, credential in house.credentials.items():
        check = f"certificate {name}".strip()
        if credential.chain is None:
            yield Check(
                check, True, "The key loads; its certificate is not at hand, so its end is not known."
            )
            continue
        try:
            own = read_chain(credential.chain)[0]
        except CouldNotLook as error:
            yield Check(check, False, f"It does not read: {error}")
            continue
        end = _day(own.not_after)
        if at < own.not_before:
            yield Check(check, False, f"It is valid only from {_day(own.not_before)}.")
        elif own.not_after < at + expiry:
            yield Check(check, False, f"It ends {end}: too soon.")
        else:
            yield Check(check, True, f"It is valid until {end}.")


def _trust(house: House, at: float) -> Iterator[Check]:
    dated = ", ".join(f"{name} of {date}" for name, date in house.dates.items())
    if house.trust_until < at:
        yield Check("trust", False, f"A revocation list ran out {_day(house.trust_until)}; reload a new one.")
        return
    yield Check("trust", True, f"Read {_day(house.loaded)}: {dated or 'roots of the house, without date'}.")


def _journal(writable: Callable[[], None]) -> Check:
    try:
        writable()
    except CouldNotKeep as error:
        return Check("journal", False, str(error))
    return Check("journal", True, "It can be written.")


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
