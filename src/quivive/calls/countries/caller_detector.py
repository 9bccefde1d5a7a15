"""May the number that a call shows be shown on it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from ipaddress import ip_address, ip_network

from quivive.calls.countries import plan
from quivive.calls.countries.judge import UNKNOWN, Circumstances, Judgement, judge
from quivive.calls.countries.pack import Pack
from quivive.calls.countries.packs_in_force import beside_shipped, from_texts, shipped
from quivive.calls.sip import message
from quivive.calls.sip.addresses import Address, parse_address
from quivive.calls.sip.caller import Call, call_of, party
from quivive.model import CallTrust, Context, Finding, Item, Source, Subject, Where, Yield, finding

PREFIX = "caller/"


class Caller:
    """Judges the calling numbers of a SIP call by the rules of the country it arrives in.

    Both the number that the network asserts and the one that telephones show (From) are judged. How the call
    came in is told by `[calls] trunks`: the network of the packet's source, else the trunk group (RFC 4904).
    Roaming is never known here.
    """

    name = "calls.caller"
    version = "1"
    accepts = frozenset({"message/sip"})
    online = False

    def __init__(self, packs: Sequence[Pack] | None = None) -> None:
        self._packs = packs
        self._desk: tuple[CallTrust, Caller] | None = None

    @property
    def packs(self) -> Sequence[Pack]:
        """The country packs that are judged by."""
        return shipped() if self._packs is None else self._packs

    @property
    def codes(self) -> Mapping[str, str]:
        """One code for each country rule, each general rule and each thing a rule lacks to decide."""
        rules = {rule.id: rule.sentence for pack in self.packs for rule in pack.rules}
        return {f"{PREFIX}{name}": text for name, text in {**rules, **plan.SENTENCES, **UNKNOWN}.items()}

    def sources(self) -> tuple[Source, ...]:
        """The country packs by their latest date, and the numbering data inside the library."""
        return (_packs_source(tuple(self.packs)), _library("phonenumbers"))

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """What the rules say of each calling number. Raises Unreadable for what is no SIP."""
        if not isinstance(subject, Item):
            return
        if self._packs is None and context.calls.packs:
            yield from self._of_the_desk(context.calls).examine(subject, context)
            return
        request = message.parse(subject.data)
        if request.method != "INVITE":
            return
        call = call_of(request)
        trunk = _trunk(subject, request, call, context.calls)
        callee = _callee(call)
        told: set[tuple[str, str]] = set()
        for part, number in _callers(call):
            about = Circumstances(
                caller=number,
                callee=callee,
                trunk=trunk,
                authenticated=False if trunk and not call.identities and not call.bypass else None,
                at=(subject.received_at or context.now).timestamp(),
                country=_country(callee, context.country),
            )
            for judgement in self._judged(about, call, subject, context):
                if (key := (judgement.rule, judgement.params["number"])) not in told:
                    told.add(key)
                    yield self._finding(judgement, subject, part)

    def _of_the_desk(self, calls: CallTrust) -> Caller:
        """The same with a desk's own packs (`[calls] countries`), read once."""
        if self._desk is None or self._desk[0] is not calls:
            self._desk = calls, Caller(beside_shipped(from_texts(calls.packs)))
        return self._desk[1]

    def _judged(
        self, about: Circumstances, call: Call, item: Item, context: Context
    ) -> tuple[Judgement, ...]:
        """The judgements; the signature is verified only where it would change them."""
        found = judge(about, self.packs)
        if call.identities and any(judgement.rule in _LEAN_ON_SIGNATURE for judgement in found):
            return judge(replace(about, authenticated=_authenticated(item, context)), self.packs)
        return found

    def _finding(self, judgement: Judgement, item: Item, part: str) -> Finding:
        return finding(
            self,
            f"{PREFIX}{judgement.rule}",
            judgement.kind,
            item,
            params=judgement.params,
            where=Where(part=part),
            references=judgement.references,
            topics=("spoofed-call",) if judgement.kind == "fail" else (),
        )


DETECTORS = (Caller,)
_LEAN_ON_SIGNATURE = frozenset({"unknown-authentication", "neighbour"})


# --- what the call says ---


def _callers(call: Call) -> Iterator[tuple[str, str]]:
    """Header field and text of each calling number as it is written, plus and all."""
    for address in call.asserted:
        if party(address.uri):
            yield "P-Asserted-Identity", address.uri.number_text
    if call.sender and party(call.sender.uri):
        yield "From", call.sender.uri.number_text


def _callee(call: Call) -> str | None:
    """The called number as it is written in To, else what the Request-URI means."""
    if call.recipient and _is_number(party(call.recipient.uri)):
        return call.recipient.uri.number_text
    return call.target if _is_number(call.target) else None


def _country(callee: str | None, desk: str | None) -> str | None:
    """Where the call arrives: the callee's country, else the desk's; None for an extension within a house."""
    number = plan.number_of(callee, desk)
    if number is None or (number.country is None and len(number.digits) > plan.SHORT):
        return desk
    return number.country


def _is_number(name: str | None) -> bool:
    return name is not None and not name.startswith("sip")


def _trunk(item: Item, request: message.Message, call: Call, trust: CallTrust) -> str | None:
    """How the call came in. The packet's source goes first: the trunk group is what the sender writes."""
    return _by_network(item.meta.get("src", ""), trust.trunks) or _by_group(request, call, trust.trunks)


def _by_network(source: str, trunks: Mapping[str, str]) -> str | None:
    """The label of the narrowest network that holds the address of 'ip:port'."""
    try:
        address = ip_address(source.rpartition(":")[0].strip("[]"))
    except ValueError:
        return None
    found = []
    for name, label in trunks.items():
        try:
            network = ip_network(name, strict=False)
        except ValueError:  # a trunk group
            continue
        if address in network:
            found.append((network.prefixlen, label))
    return max(found)[1] if found else None


def _by_group(request: message.Message, call: Call, trunks: Mapping[str, str]) -> str | None:
    """The label of the originating trunk group: it stands in Contact (RFC 4904 §5.1), or with the caller."""
    contact = request.first("contact")
    addresses: list[Address | None] = [
        parse_address(contact) if contact else None,
        *call.asserted,
        call.sender,
    ]
    groups = (address.uri.user_parameters.get("tgrp", "") for address in addresses if address)
    return next((trunks[group] for group in groups if group in trunks), None)


def _authenticated(item: Item, context: Context) -> bool | None:
    """Whether a network vouches for the number: a valid signature that attests more than 'C' (RFC 8588)."""
    from quivive.calls import asserted, signers
    from quivive.calls.certificates import trust
    from quivive.calls.forwarding import verify_call
    from quivive.calls.verify import Policy

    said = asserted.read(item.data)
    if said is None:
        return None
    roots = b"\n".join(context.calls.roots) if context.calls.roots else None
    known = signers.Certificates(context.calls.certificates, trust.read(roots, context.calls.crls), None)
    at = (item.received_at or context.now).timestamp()
    verdict = verify_call(said.identities, said.call, known, at, Policy(), said.bypass)
    if verdict.verdict == "invalid":
        return False
    valid = verdict.verdict == "valid" and verdict.main is not None and verdict.main.attest != "C"
    return True if valid else None


# --- sources ---


def _packs_source(packs: tuple[Pack, ...]) -> Source:
    joined = sha256("".join(pack.sha256 for pack in packs).encode()).hexdigest()
    latest = max((pack.date for pack in packs), default=None)
    return Source("country rules for calling numbers", str(latest or ""), joined, "Apache-2.0")


@cache
def _library(name: str) -> Source:
    """A library whose data is used: its version, and the hash of its list of hashed files."""
    from importlib.metadata import distribution

    installed = distribution(name)
    record = (installed.read_text("RECORD") or installed.version).encode()
    return Source(name, f"version {installed.version}", sha256(record).hexdigest())
