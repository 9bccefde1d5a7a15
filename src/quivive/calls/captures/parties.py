"""What are caller and called person of a call named as?"""

from __future__ import annotations

from quivive.calls.captures.signals import Signal
from quivive.calls.sip.caller import call_of
from quivive.calls.sip.message import parse

UNKNOWN, HIDDEN = "?", "anonymous"


def parties(signal: Signal) -> tuple[str, str]:
    """Caller and called of a message, each a number or 'user@host'; '?' where it names nobody."""
    call = call_of(parse(signal.data))
    caller = _shown(call.caller) if call.caller else HIDDEN if call.anonymous else UNKNOWN
    called = next(iter(call.callees), call.target)
    return caller, _shown(called) if called else UNKNOWN


def _shown(party: str) -> str:
    return party.removeprefix("sips:").removeprefix("sip:")[:80]
