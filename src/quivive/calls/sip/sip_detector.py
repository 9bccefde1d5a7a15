"""What does a SIP message say, and what is odd about it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quivive.calls import numbers
from quivive.calls.sip import bodies, derived, observed, vias
from quivive.calls.sip.addresses import Address
from quivive.calls.sip.caller import Call, call_of, party
from quivive.calls.sip.classes import classes
from quivive.calls.sip.faults import faults
from quivive.calls.sip.message import Message, parse
from quivive.calls.sip.sdp import Media
from quivive.calls.sip.sentences import CODES
from quivive.intake import clean_name
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding
from quivive.observables import defang, find

UNKNOWN = "?"
_LEAST_DIGITS = 7
MOST_SHOWN = 10
"""Hops, media and forwarders that one sentence names."""
_VERSTAT: Mapping[str, tuple[str, Kind]] = {
    "passed": ("sip/verstat-passed", "informational"),
    "failed": ("sip/verstat-failed", "review"),
    "not-validated": ("sip/verstat-none", "informational"),
    "unknown": ("sip/verstat-unknown", "informational"),
}


class Sip:
    """Reads one SIP message: who calls whom and through what, what the network claims, what is malformed.

    Nothing in a SIP message but its Identity is protected: these are claims. `calls.identity` checks the
    signatures.
    """

    name = "calls.sip"
    version = "1"
    accepts = frozenset({"message/sip"})
    online = False
    codes: Mapping[str, str] = CODES

    def sources(self) -> tuple[Source, ...]:
        """None: a message is read by the standards alone."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """What the message says and how it is built; Unreadable where it is no SIP."""
        if not isinstance(subject, Item):
            return
        message = parse(subject.data)
        call = call_of(message)
        teller = _Teller(self, subject, message, call)
        yield teller.summary()
        if message.method in ("INVITE", "MESSAGE"):
            yield from teller.caller()
        if message.method is not None:
            yield from teller.verification()
            yield from teller.way()
        yield from teller.media()
        yield from teller.form()
        yield from observed.values(message, call, subject.name, context.country)
        yield from derived.items(subject, message, context.limits)


DETECTORS = (Sip,)


class _Teller:
    """The findings on one message."""

    def __init__(self, detector: Sip, item: Item, message: Message, call: Call) -> None:
        self._detector, self._item, self._message, self._call = detector, item, message, call

    def _say(
        self, code: str, kind: Kind = "informational", part: str = "", reference: str = "", **params: object
    ) -> Finding:
        return finding(
            self._detector,
            code,
            kind,
            self._item,
            params=params,
            where=Where(part=part) if part else None,
            references=(reference,) if reference else (),
        )

    def summary(self) -> Finding:
        """Who calls whom, or what else the message is for."""
        message, call = self._message, self._call
        caller, callee = shown(call.caller), shown(next(iter(call.callees), call.target))
        if message.method is None:
            status = message.status or UNKNOWN
            return self._say(
                "sip/answer", caller=caller, callee=callee, status=status, reason=clean(message.reason)
            )
        if message.method == "INVITE":
            code = _kind_of_call(call)
            return self._say(code, caller=caller, callee=callee, source=call.source, path=_path(message))
        if message.method == "MESSAGE":
            return self._say("sip/text", caller=caller, callee=callee, path=_path(message))
        return self._say("sip/request", caller=caller, callee=callee, method=clean(message.method))

    def caller(self) -> Iterator[Finding]:
        """What the called person sees, and whether the network says otherwise."""
        call = self._call
        asserted = next((name for each in call.asserted if (name := party(each.uri))), None)
        sent = party(call.sender.uri) if call.sender else None
        if asserted and sent and numbers.canonical(sent) and not _equal(asserted, sent):
            yield self._say("sip/shown-differs", "review", "From", "RFC 3325 §9.1", shown=shown(sent),
                            asserted=shown(asserted))  # fmt: skip
        names = [(part, each.display.strip()) for part, each in self._named() if each.display.strip()]
        for name in dict.fromkeys(name for _, name in names):
            yield from self._name(name, next(part for part, each in names if each == name))

    def _named(self) -> Iterator[tuple[str, Address]]:
        if self._call.sender:
            yield "From", self._call.sender
        for address in self._call.asserted:
            yield "P-Asserted-Identity", address

    def _name(self, name: str, part: str) -> Iterator[Finding]:
        number = _number_in(name)
        if number is None:
            yield self._say("sip/display-name", part=part, reference="RFC 8224 §12", name=clean(name))
        elif self._call.caller and not _may_be(number, self._call.caller):
            yield self._say("sip/display-name-number", "review", part, "RFC 8224 §12", name=clean(name),
                            caller=shown(self._call.caller))  # fmt: skip

    def verification(self) -> Iterator[Finding]:
        """What networks wrote of the number's verification, and of signing it."""
        call = self._call
        outcomes: dict[str, Finding] = {}
        for each in call.verstats:
            code, kind = _VERSTAT[each.outcome]
            outcomes.setdefault(each.outcome, self._say(code, kind, each.source, "3GPP TS 24.229 §7.2A.20",
                                value=clean(each.value), source=each.source))  # fmt: skip
        yield from outcomes.values()
        if {"passed", "failed"} <= set(outcomes):
            values = ", ".join(dict.fromkeys(clean(each.value) for each in call.verstats))
            yield self._say("sip/verstat-conflict", "review", reference="3GPP TS 24.229 §7.2A.20",
                            values=values)  # fmt: skip
        if call.attestation:
            yield self._say("sip/attestation-asked", part="P-Attestation-Indicator",
                            reference="ATIS-1000082", level=clean(call.attestation))  # fmt: skip
        if call.bypass:
            yield self._say("sip/identity-bypass", part="P-Identity-Bypass",
                            token=clean(call.bypass_token) or UNKNOWN)  # fmt: skip

    def way(self) -> Iterator[Finding]:
        """Forwarders, routing prefixes and trunk groups, links."""
        call = self._call
        if call.diversions:
            names = ", ".join(map(shown, call.diversions[:MOST_SHOWN]))
            yield self._say("sip/forwarded", reference="RFC 7044, RFC 5806", numbers=names)
        for number in dict.fromkeys((*call.callees, call.target, call.caller)):
            prefix = numbers.portability_prefix(number) if number else None
            if number and prefix:
                yield self._say("sip/portability-prefix", number=shown(number), prefix=prefix,
                                plain=shown(numbers.without_prefix(number)))  # fmt: skip
        for part, address in self._named():
            group = address.uri.user_parameters.get("tgrp") or address.uri.parameters.get("tgrp")
            context = {**address.uri.parameters, **address.uri.user_parameters}.get("trunk-context", "")
            if group:
                yield self._say("sip/trunk-group", part=part, reference="RFC 4904", group=clean(group),
                                context=clean(context) or UNKNOWN)  # fmt: skip
        for link in observed.call_info(self._message)[:MOST_SHOWN]:
            yield self._say("sip/call-info", part="Call-Info", reference="RFC 3261 §20.9", link=_inert(link))

    def media(self) -> Iterator[Finding]:
        """Where each kind of sound is to be sent."""
        described = bodies.sdp_of(self._message)
        for medium in described.media[:MOST_SHOWN] if described else ():
            if medium.kind == "audio" and medium.port and medium.address:
                yield self._say("sip/media", part="SDP", reference="RFC 8866", port=medium.port,
                                address=clean(medium.address), formats=_formats(medium))  # fmt: skip

    def form(self) -> Iterator[Finding]:
        """A finding for each class of problem, and for what follows the message."""
        message = self._message
        found = faults(message)
        if "transport" not in self._item.meta:  # a file, not a packet: an editor may have saved it so
            found = tuple(problem for problem in found if problem != "bare-line-feed")
        for code, kind, problems in classes(found):
            yield self._say(code, kind, reference="RFC 3261, RFC 4475", problems=", ".join(problems))
        if derived.is_second(message):
            yield self._say("sip/second-message", "review", reference="RFC 3261 §18.3, RFC 4475 §3.1.2.3",
                            size=len(message.extra))  # fmt: skip
        elif message.extra.strip():
            yield self._say("sip/bytes-behind", reference="RFC 3261 §18.3", size=len(message.extra))


def _kind_of_call(call: Call) -> str:
    if call.caller is None:
        return "sip/call-hidden" if call.anonymous else "sip/call-unnamed"
    return "sip/call-hidden-asserted" if call.anonymous else "sip/call"


def _equal(a: str, b: str) -> bool:
    """Whether two parties are one: equal numbers, or the same address."""
    return a == b or numbers.same(a, b)


def _number_in(name: str) -> str | None:
    """The telephone number that a display name is or holds; extensions ('1001') are none."""
    number = numbers.canonical(name)
    if number is None:
        found = (each.value for each in find(name[:200]) if each.type == "phone-number")
        number = numbers.canonical(next(found, ""))
    return number if number and len(number) >= _LEAST_DIGITS else None


def _may_be(number: str, caller: str) -> bool:
    """Whether a number, perhaps written as in its own country, is the caller's."""
    return _equal(number, caller) or caller.endswith(number.lstrip("0"))


def clean(text: str) -> str:
    """Foreign text that is safe to print, at most 120 characters; '' stays ''."""
    return clean_name(text) if text.strip() else ""


def shown(name: str | None) -> str:
    """A party as people write it: '+12155550100', 'user@host'; '?' for nobody."""
    if name is None:
        return UNKNOWN
    number = numbers.e164("+" + name) if name.isdigit() and len(name) >= 8 else None
    if number and numbers.portability_prefix(name):
        return "+" + name
    return number or clean(name.removeprefix("sip:").removeprefix("sips:"))


def _path(message: Message) -> str:
    """The hops, the caller's first: 'UDP 192.0.2.1 → TCP proxy.example'."""
    hops = [f"{clean(hop.transport)} {clean(hop.address)}".strip() for hop in vias.vias(message)]
    hops = [hop or UNKNOWN for hop in reversed(hops)]
    if len(hops) > MOST_SHOWN:
        hops = [*hops[: MOST_SHOWN - 1], "…", hops[-1]]
    return " → ".join(hops) or UNKNOWN


def _formats(medium: Media) -> str:
    names = [clean(each.name) or str(number) for number, each in medium.formats.items()]
    return ", ".join(dict.fromkeys(names[:MOST_SHOWN])) or UNKNOWN


def _inert(link: str) -> str:
    return clean(defang("url", link))
