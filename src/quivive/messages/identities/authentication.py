"""Is the mail signed by whom it names, and who vouches for that?

DKIM (RFC 6376) is verified with a key at hand: offline there is no DNS to ask. Authentication-Results
(RFC 8601) count only where the host that received the mail wrote them: anyone can write such a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from quivive.messages.identities import brands
from quivive.messages.identities.identity import sender_of
from quivive.messages.identities.links import MAIL_TYPES, mail_of
from quivive.messages.identities.services import site
from quivive.messages.identities.signatures import Signature, record_name, signatures, verify
from quivive.messages.mails.mail import Mail
from quivive.model import Context, Detector, Finding, Item, Kind, Source, Subject, Where, Yield, finding
from quivive.observables import defang

MOST = 10
"""Signatures of one mail that are verified."""
_METHOD = re.compile(r"(?i)^\s*([a-z][a-z0-9-]*)(?:/\d+)?\s*=\s*([a-z]+)")
_PROPERTY = re.compile(r"(?i)\b((?:smtp|header|policy|body)\.[a-z-]+)\s*=\s*\"?([^\s;\"]+)")
_BY = re.compile(r"(?i)\bby\s+([a-z0-9.-]+)")
_FROM = re.compile(r"(?i)^\s*from\s+([a-z0-9.\[\]:-]+)")
_COMMENT = re.compile(r"\([^()]*\)")
_MUST_SIGN = ("from", "subject", "to", "date")


@dataclass(frozen=True)
class Asserted:
    """One result in an Authentication-Results field: method, result, what it speaks of, and whose word it
    is.
    """

    method: str
    result: str
    properties: Mapping[str, str]
    by: str
    trusted: bool


class Authentication:
    """Verifies DKIM signatures with keys at hand and reads what the receiving host found."""

    name = "messages.authentication"
    version = "1"
    accepts = MAIL_TYPES
    online = False
    codes: Mapping[str, str] = {
        "auth/dkim-pass": "The mail carries a valid signature of {domain}: it was not changed since that "
        "domain sent it. Whether {domain} is honest is another question.",
        "auth/dkim-pass-other": "The mail carries a valid signature, but of {domain} and not of {sender}, "
        "which stands as sender. It proves nothing about {sender}.",
        "auth/dkim-body-changed": "The mail was changed after {domain} signed it: the text is not the one "
        "that was signed.",
        "auth/dkim-body-changed-list": "The text is not the one that {domain} signed. Mailing lists add a "
        "footer and so break signatures; so does somebody who rewrites a mail.",
        "auth/dkim-fail": "The signature of {domain} is not genuine, or what it covers was changed.",
        "auth/dkim-no-key": "The mail carries a signature of {domain}, but its key ({record}) is not at "
        "hand, so it could not be verified offline.",
        "auth/dkim-unreadable": "The mail carries a signature of {domain} that cannot be verified: {reason}.",
        "auth/dkim-expired": "The signature of {domain} was meant to hold until {until} only.",
        "auth/dkim-length": "The signature of {domain} covers only the first {length} bytes of the text; "
        "anyone could add to it.",
        "auth/dkim-unsigned-fields": "The signature of {domain} does not cover {fields}: these could be "
        "changed by anyone.",
        "auth/dkim-test": "{domain} marks its key as being tested only.",
        "auth/unsigned": "The mail carries no signature.",
        "auth/results-pass": "{by}, which received the mail, found that {sender} really sent it ({method}). "
        "Whether {sender} is honest is another question.",
        "auth/results-spf-fail": "{by}, which received the mail, found that {sender} does not let the "
        "server that sent it write in its name (SPF: {result}).",
        "auth/results-fail": "{by}, which received the mail, found that it was not sent by {sender} "
        "({method}: {result}).",
        "auth/results-fail-list": "{by}, which received the mail, could not confirm that {sender} sent it "
        "({method}: {result}). With mailing lists and forwarding that happens to honest mail too.",
        "auth/results-weak": "{by}, which received the mail, found: {results}.",
        "auth/results-unproven": "The mail says of itself that it was checked ({results}), but that line "
        "was not written by the host that received it. It counts for nothing.",
        "auth/arc": "Hosts on the way sealed what they found (ARC). Their keys are not at hand; it counts "
        "for nothing here.",
        "auth/not-checked-offline": "Not checked, because it needs the network: whether {domain} lets this "
        "server send its mail (SPF) and what it wants done with unsigned mail (DMARC).",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: keys come from the house, results stand in the mail."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Findings on the signatures and on what the receiving host wrote."""
        if isinstance(subject, Item) and subject.media_type in MAIL_TYPES:
            mail = mail_of(subject, context.limits)
            keys = context.house.dkim_keys
            yield from in_mail(self, subject, mail, keys, context.now)


DETECTORS = (Authentication,)


def in_mail(
    detector: Detector, item: Item, mail: Mail, keys: Mapping[str, str], now: datetime
) -> Iterator[Finding]:
    """Findings on a parsed mail; `keys` maps 'selector._domainkey.domain' to the TXT record of a DKIM key."""
    sender = sender_of(mail)
    domain = sender.domain if sender else ""
    found = signatures(mail)
    for number, signature in enumerate(found[:MOST]):
        yield from _about_signature(detector, item, mail, signature, number, domain, keys)
        yield from _about_expiry(detector, item, signature, number, now)
    if not found:
        yield finding(detector, "auth/unsigned", "informational", item)
    yield from _about_results(detector, item, mail, domain)
    if mail.header("ARC-Seal"):
        yield finding(detector, "auth/arc", "informational", item, where=Where(part="ARC-Seal"))
    if domain:
        shown = {"domain": defang("domain-name", domain)}
        yield finding(detector, "auth/not-checked-offline", "open", item, params=shown)


# --- DKIM ---


def _about_signature(
    detector: Detector,
    item: Item,
    mail: Mail,
    signature: Signature,
    number: int,
    sender: str,
    keys: Mapping[str, str],
) -> Iterator[Finding]:
    known: dict[str, Any] = {
        "domain": defang("domain-name", signature.domain or "nobody"),
        "sender": defang("domain-name", sender),
        "record": defang("domain-name", record_name(signature)),
    }
    where = Where(part=f"DKIM-Signature {number + 1}")

    def says(code: str, kind: Kind, **params: object) -> Finding:
        return finding(detector, code, kind, item, params={**known, **params}, where=where)

    verdict, reason = verify(item.data, number, signature, keys)
    listed = bool(mail.header("List-Id") or mail.header("List-Unsubscribe"))
    if verdict == "good":
        aligned = site(signature.domain) == site(sender)
        yield says(
            "auth/dkim-pass" if aligned else "auth/dkim-pass-other", "pass" if aligned else "informational"
        )
        yield from _gaps(signature, says)
    elif verdict == "bad-body":
        yield (
            says("auth/dkim-body-changed-list", "review")
            if listed
            else says("auth/dkim-body-changed", "fail")
        )
    elif verdict == "bad-signature":
        yield says("auth/dkim-fail", "review" if listed else "fail")
    elif verdict == "no-key":
        yield says("auth/dkim-no-key", "open")
        yield from _gaps(signature, says)
    else:
        yield says("auth/dkim-unreadable", "open", reason=reason)


def _gaps(signature: Signature, says: Callable[..., Finding]) -> Iterator[Finding]:
    """What a signature leaves open to change (RFC 6376 §8.2, §8.15)."""
    if signature.length is not None:
        yield says("auth/dkim-length", "review", length=signature.length)
    missing = [name for name in _MUST_SIGN if name not in signature.signed]
    if missing:
        serious = "from" in missing or "subject" in missing
        yield says(
            "auth/dkim-unsigned-fields", "review" if serious else "informational", fields=", ".join(missing)
        )
    if "y" in signature.tags.get("t", ""):
        yield says("auth/dkim-test", "informational")


def _about_expiry(
    detector: Detector, item: Item, signature: Signature, number: int, now: datetime
) -> Iterator[Finding]:
    """Whether a signature has run out since (RFC 6376 §3.5, x=)."""
    until = _time(signature.tags.get("x", ""))
    if until and until < now:
        params = {"domain": defang("domain-name", signature.domain), "until": until.date().isoformat()}
        where = Where(part=f"DKIM-Signature {number + 1}")
        yield finding(detector, "auth/dkim-expired", "informational", item, params=params, where=where)


def _time(seconds: str) -> datetime | None:
    try:
        return (
            datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() and len(seconds) < 12 else None
        )
    except (ValueError, OverflowError, OSError):
        return None


# --- what the receiving host found ---


def receiving_host(mail: Mail) -> str:
    """The host that wrote the topmost Received field: the last to take the mail, whose word counts."""
    match = _BY.search(_COMMENT.sub(" ", mail.received[0])) if mail.received else None
    return match[1].lower().rstrip(".") if match else ""


def results(mail: Mail) -> tuple[Asserted, ...]:
    """What Authentication-Results fields say. Trusted is the topmost of those that stand above the line at
    which the mail entered the receiving organisation and name that organisation or nobody: hosts write on
    top.
    """
    host = receiving_host(mail)
    found: list[Asserted] = []
    inside = bool(host)
    for field in mail.headers:
        name = field.name.lower()
        if name == "authentication-results":
            said = tuple(_asserted(field.value, host, inside=inside))
            inside = inside and not any(result.trusted for result in said)
            found += said
        elif name == "received" and inside:
            inside = _is_internal(field.value, host)
    return tuple(found)


def _is_internal(received: str, host: str) -> bool:
    """A hop inside the receiving organisation: taken from one of its hosts by another."""
    plain = _COMMENT.sub(" ", received)
    sent, taken = _FROM.search(plain), _BY.search(plain)
    return bool(sent and taken and _same_house(sent[1], host) and _same_house(taken[1], host))


def _same_house(one: str, other: str) -> bool:
    """Hosts of one organisation: one registrable domain, or domains of one brand (outlook.com,
    office365.com).
    """
    one, other = one.lower().strip("[]."), other.lower().strip("[].")
    if (site(one) or one) == (site(other) or other):
        return True
    return bool({b.name for b in brands.owners(one)} & {b.name for b in brands.owners(other)})


def _asserted(value: str, host: str, *, inside: bool) -> Iterator[Asserted]:
    first, *rest = _COMMENT.sub(" ", value[:20_000]).split(";")
    by = first.strip().split(" ")[0].lower() if "=" not in first else ""
    mine = inside and (not by or _same_house(by, host))
    for text in ([first, *rest] if not by else rest)[:30]:
        method = _METHOD.match(text)
        if method:
            properties = {name.lower(): content for name, content in _PROPERTY.findall(text)}
            yield Asserted(method[1].lower(), method[2].lower(), properties, by, mine)


def _about_results(detector: Detector, item: Item, mail: Mail, sender: str) -> Iterator[Finding]:
    found = [r for r in results(mail) if r.method in ("dmarc", "spf", "dkim")]
    trusted = [r for r in found if r.trusted]
    host = receiving_host(mail)
    known = {"by": defang("domain-name", host), "sender": defang("domain-name", sender)}
    where = Where(part="Authentication-Results")

    def says(code: str, kind: Kind, **params: object) -> Finding:
        return finding(detector, code, kind, item, params={**known, **params}, where=where)

    if found and not trusted:
        yield says("auth/results-unproven", "informational", results=_listed(found))
    decisive = next((r for r in trusted if _decides(r, sender)), None)
    if decisive and decisive.result == "pass":
        yield says("auth/results-pass", "pass", method=decisive.method.upper())
    elif decisive:
        listed = bool(mail.header("List-Id") or mail.header("ARC-Seal"))
        code = "auth/results-fail-list" if listed else "auth/results-fail"
        kind: Kind = "review" if listed else "fail"
        yield says(code, kind, method=decisive.method.upper(), result=decisive.result)
    elif forged := next((r for r in trusted if _is_unauthorised(r, sender)), None):
        yield says("auth/results-spf-fail", "review", result=forged.result)
    elif trusted:
        yield says("auth/results-weak", "informational", results=_listed(trusted))


def _decides(result: Asserted, sender: str) -> bool:
    """DMARC speaks of the visible sender; so does a DKIM pass of the same domain (RFC 7489 §3.1)."""
    if result.method == "dmarc":
        about = result.properties.get("header.from", sender)
        return result.result in ("pass", "fail") and site(about) == site(sender)
    signer = result.properties.get("header.d", "") or result.properties.get("header.i", "").rpartition("@")[2]
    return (
        result.method == "dkim"
        and result.result == "pass"
        and bool(signer)
        and (site(signer) == site(sender))
    )


def _is_unauthorised(result: Asserted, sender: str) -> bool:
    """SPF failed for the very domain that stands as sender (RFC 7208 §2.6)."""
    about = result.properties.get("smtp.mailfrom", "").rpartition("@")[2]
    return result.method == "spf" and result.result in ("fail", "softfail") and site(about) == site(sender)


def _listed(found: list[Asserted]) -> str:
    return ", ".join(dict.fromkeys(f"{r.method.upper()} {r.result}" for r in found[:6]))
