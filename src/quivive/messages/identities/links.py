"""Does a link hide where it leads, or lead where anyone can set up a page?

Links are read, never opened.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from quivive import observables
from quivive.messages.identities import brands
from quivive.messages.identities.services import Services, entry, services, site, tenant
from quivive.messages.identities.urls import Parts, from_base64, ip_of, same_owner, split, targets
from quivive.messages.mails import outlook
from quivive.messages.mails.mail import Mail, parse
from quivive.model import (
    Context,
    Detector,
    Finding,
    Item,
    Kind,
    Limits,
    Observable,
    Source,
    Subject,
    Where,
    Yield,
    finding,
)
from quivive.observables import defang, host_of

MAIL_TYPES = frozenset({"message/rfc822", "message/global"})
OUTLOOK = "application/vnd.ms-outlook"
TEXT = "text/plain"
VALUE = "text/x-value"
DEEP = 5
"""Labels below the registrable domain from which a host is called deep."""
LONG = 1500
"""Characters from which a link is called long: counting links of mailings stay below."""
MOST = 200
"""Links of one mail whose words are compared with their aim."""
_PORTS = frozenset({80, 443, 8080, 8443})
_MAYBE_LINK = re.compile(r"(?i)[a-z0-9\]]\.[a-z]{2}|hxxp|://|\[\.\]|[^\x00-\x7f]\.\w")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_DOUBLE = re.compile(r"%25[0-9A-Fa-f]{2}")
_COUNTER = re.compile(
    r"(?i)(?:^|[.-])(?:click|clicks|link|links|track|tracking|trk|email|mail|news|newsletter|go|url|r|t|e)\d*\."
)


class Links:
    """Looks at how a link is built and whose service it uses."""

    name = "messages.links"
    version = "1"
    accepts = frozenset({"url", TEXT, VALUE, OUTLOOK, *MAIL_TYPES})
    online = False
    codes: Mapping[str, str] = {
        "link/user-info": "The link shows {shown} first, but what stands before an @ does not count: it "
        "leads to {host}.",
        "link/credentials": "The link carries a user name or password for {host} in itself.",
        "link/ip-host": "The link leads to a bare computer address, {host}, instead of a name. Companies "
        "do not do that.",
        "link/disguised-ip": "The link hides the computer address {address} behind the notation {host}.",
        "link/odd-port": "The link leads to {host} through the unusual entrance (port) {port}.",
        "link/encoded": "The link is encoded twice over, which hides from people and filters what stands "
        "in it.",
        "link/script": "A link of the mail does not lead to a page but runs or holds a page itself "
        "({scheme}:).",
        "link/redirect": "The link begins with {host}, a known name, but sends the visitor on to {target}.",
        "link/wrapped": "A mail filter ({host}) stands in front of this link; the sender's link leads to "
        "{target}.",
        "link/leads-on": "The link names a second address inside: {target}.",
        "link/shortener": "{host} shortens links: where this one leads cannot be told without opening it.",
        "link/qr-service": "{host} serves links for QR codes whose aim can be changed at any time; it "
        "cannot be told without opening it.",
        "link/free-hosting": "The page lies at {service}, where anyone can put up a page without proving "
        "who they are.",
        "link/form-builder": "The link leads to a questionnaire at {service}, which anyone can write. Do "
        "not enter passwords, codes or card data there.",
        "link/tunnel": "The link leads through {service} to somebody's private computer.",
        "link/address-in-link": "The link carries the email address {address}, so that the page behind it "
        "can greet its victim and fill in the name.",
        "link/program": "The link leads to a file ({file}) that installs or runs a program when opened.",
        "link/deep": "The link stacks {count} names in front of {domain}; on a small screen only the first "
        "ones show.",
        "link/long": "The link is {length} characters long.",
        "link/shown-elsewhere": "The mail shows {shown}, but the link behind it leads to {target}, which "
        "belongs to somebody else.",
        "link/shown-counted": "The mail shows {shown}; the link leads there through a click counter, "
        "{target}, as newsletters do.",
        "link/shown-maybe-counted": "The mail shows {shown}, but the link behind it leads to {target} "
        "first. That may be a click counter; it cannot be told without opening it.",
        "link/not-opened": "{count} link(s) were read but not opened: what stands on the pages behind them "
        "is not known.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """The lists of services."""
        return (services().source, brands.table().source)

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Findings on one link, or on what a mail shows in place of its links."""
        if isinstance(subject, Observable):
            yield from _about(self, subject, context)
        elif subject.media_type in MAIL_TYPES or subject.media_type == OUTLOOK:
            yield from in_mail(self, subject, mail_of(subject, context.limits))
        else:
            yield from _not_opened(self, subject, len(in_text(subject, context)))


DETECTORS = (Links,)


def mail_of(item: Item, limits: Limits) -> Mail:
    """The mail that an item is, in whichever file format. Raises Unreadable where it is none."""
    return _parsed(item.data, item.media_type, limits)


@lru_cache(maxsize=1)
def _parsed(data: bytes, media_type: str, limits: Limits) -> Mail:
    """Kept for the next detector that looks at the same mail."""
    return outlook.parse(data, limits) if media_type == OUTLOOK else parse(data, limits)


def in_text(item: Item, context: Context) -> tuple[Observable, ...]:
    """Links and bare domains that stand in a text item. A mail's text is answered for by its mail."""
    text = item.text or (item.data[:4096].decode("utf-8", "replace") if item.media_type == VALUE else "")
    if not text or item.meta.get("kind") == "mail" or not _MAYBE_LINK.search(text):
        return ()
    return _links_of(text[: context.limits.text])


@lru_cache(maxsize=16)
def _links_of(text: str) -> tuple[Observable, ...]:
    """Links of a text; a link's own domain is left out."""
    found: list[Observable] = []
    spans: set[tuple[int | None, int | None]] = set()
    for observable in observables.find(text):
        where = observable.where or Where()
        if observable.type == "url" or (
            observable.type == "domain-name" and _stands_alone(where, observable)
        ):
            if (where.start, where.end) not in spans:
                found.append(observable)
            spans.add((where.start, where.end))
    return tuple(found)


def _stands_alone(where: Where, domain: Observable) -> bool:
    return "@" not in where.quote and "[at]" not in where.quote


def _not_opened(detector: Detector, item: Item, count: int) -> Iterator[Finding]:
    if count:
        yield finding(detector, "link/not-opened", "open", item, params={"count": count})


# --- one link ---


def _about(detector: Detector, subject: Observable, context: Context) -> Iterator[Yield]:
    parts = split(subject.value)
    if parts is None or not parts.host:
        return
    own = any(parts.host == d or parts.host.endswith(f".{d}") for d in context.house.own_domains)
    checks = (_authority, _shape, _service, _payload)
    for code, kind, params in (said for check in checks for said in check(parts, subject.value)):
        yield finding(
            detector,
            code,
            "informational" if own else kind,
            subject,
            params={"host": defang("domain-name", parts.host), **params},
            where=subject.where,
            observables=(subject,),
        )
    if site(parts.host):  # its owner is asked for in its turn
        yield Observable("domain-name", parts.host, item=subject.item, where=subject.where)
    yield from _onward(detector, subject, parts)


_Result = tuple[str, Kind, Mapping[str, object]]


def _authority(parts: Parts, url: str) -> Iterator[_Result]:
    """What stands between '//' and the first '/'."""
    if parts.user:
        shown = unquote(parts.user.partition(":")[0])
        if site(host_of(shown)) or "." in shown:
            yield "link/user-info", "fail", {"shown": defang("domain-name", shown[:100])}
        else:
            yield "link/credentials", "review", {}
    address = ip_of(parts.host)
    if address and parts.host.strip("[]") != address:
        yield "link/disguised-ip", "fail", {"address": defang("ipv4-addr", address)}
    elif address:
        public = ipaddress.ip_address(address).is_global
        yield "link/ip-host", "review" if public else "informational", {}
    if parts.port is not None and parts.port not in _PORTS:
        yield "link/odd-port", "informational", {"port": parts.port}


def _shape(parts: Parts, url: str) -> Iterator[_Result]:
    if len(_DOUBLE.findall(parts.path)) >= 2:
        yield "link/encoded", "review", {}
    domain = site(parts.host)
    count = parts.host.count(".") - domain.count(".") if domain else 0
    if count >= DEEP and not tenant(parts.host):
        params = {"count": count, "domain": defang("domain-name", domain)}
        yield "link/deep", "review", params
    if len(url) >= LONG:
        yield "link/long", "informational", {"length": len(url)}


def _service(parts: Parts, url: str) -> Iterator[_Result]:
    """Whose service the link uses: the first that fits."""
    known, host = services(), parts.host
    for code, kind, name in _services_of(parts, known):
        yield code, kind, {"service": defang("domain-name", name)}
        return
    if entry(host, known.qr):
        yield "link/qr-service", "open", {}
    elif entry(host, known.shorteners) and parts.path.strip("/"):
        yield "link/shortener", "open", {}


def _services_of(parts: Parts, known: Services) -> Iterator[tuple[str, Kind, str]]:
    place = f"{parts.host}{parts.path}"
    form = next((f for f in known.forms if _lies_at(place, parts.host, f)), None)
    tunnel = entry(parts.host, known.tunnels)
    host = entry(parts.host, known.hosting)
    if form:
        yield "link/form-builder", "review", form
    elif tunnel:
        yield "link/tunnel", "review", tunnel
    elif host and (host != parts.host or host == "sites.google.com"):
        yield "link/free-hosting", "review", host


def _lies_at(place: str, host: str, form: str) -> bool:
    """'airtable.com/shr' names a beginning of a path, 'typeform.com' a host."""
    return place.startswith(form) if "/" in form else host == form or host.endswith(f".{form}")


def _payload(parts: Parts, url: str) -> Iterator[_Result]:
    address = _ADDRESS.search(unquote(parts.fragment)) or _encoded_address(parts)
    if address:
        yield "link/address-in-link", "review", {"address": defang("email-addr", address[0])}
    elif found := _ADDRESS.search(unquote(parts.path + "?" + url.partition("?")[2])):
        yield "link/address-in-link", "informational", {"address": defang("email-addr", found[0])}
    file = parts.path.rpartition("/")[2]
    stem, dot, extension = unquote(file).lower().rpartition(".")
    if stem and dot and extension in services().programs and extension != "com":
        known = brands.owners(parts.host)
        yield "link/program", "informational" if known else "review", {"file": unquote(file)[:80]}


def _encoded_address(parts: Parts) -> re.Match[str] | None:
    """An address in base64, in the fragment or a parameter: how phishing kits pass on whom they wrote to."""
    for text in (parts.fragment, *(value for _, value in parts.query[:20])):
        found = _ADDRESS.fullmatch(from_base64(text))
        if found:
            return found
    return None


def _onward(detector: Detector, subject: Observable, parts: Parts) -> Iterator[Yield]:
    """The address inside a link, said and examined in its turn."""
    for code, kind, target in targets(parts):
        params = {"host": defang("domain-name", parts.host), "target": defang("url", target[:200])}
        yield finding(
            detector, code, kind, subject, params=params, where=subject.where, observables=(subject,)
        )
        for found in observables.find(target):
            yield replace(found, item=subject.item, where=subject.where)


# --- what a mail shows and where it leads ---


def in_mail(detector: Detector, item: Item, mail: Mail) -> Iterator[Finding]:
    """Findings on the links of a parsed mail: words that name another address, scripts, and that none was
    opened.
    """
    seen: set[tuple[str, str]] = set()
    for link in mail.links[:MOST]:
        scheme = link.href.strip().partition(":")[0].lower() if ":" in link.href[:20] else ""
        if scheme in ("javascript", "vbscript", "data") and (scheme, "") not in seen:
            seen.add((scheme, ""))
            where = Where(part="link", quote=link.shown_text[:200])
            yield finding(detector, "link/script", "fail", item, params={"scheme": scheme}, where=where)
        shown, target = shown_host(link.shown_text), host_of(link.href.strip()) if "//" in link.href else ""
        pair = (site(shown), site(target))
        if shown and target and pair not in seen and not same_owner(shown, target):
            seen.add(pair)
            yield _shown_elsewhere(detector, item, mail, link.href, shown, target)
    yield from _not_opened(detector, item, sum("//" in link.href for link in mail.links))


def shown_host(text: str) -> str:
    """The host that the words of a link name when they are nothing but an address; '' otherwise."""
    text = text.strip().strip("<>()[]\"'“”„»«.,;:!")
    if not 4 <= len(text) <= 300 or re.search(r"\s", text) or "@" in text:
        return ""
    found = observables.parse_value(text)
    if found is None or found.type not in ("url", "domain-name"):
        return ""
    return host_of(found.value)


def _shown_elsewhere(
    detector: Detector, item: Item, mail: Mail, href: str, shown: str, target: str
) -> Finding:
    senders = [a.domain for a in (mail.sender, mail.return_path) if a]
    parts = split(href)
    inside = [host_of(t) for _, _, t in targets(parts)] if parts else []
    known = services()
    if (
        entry(target, known.trackers)
        or entry(target, known.wrappers)
        or any(same_owner(shown, i) for i in inside)
    ):
        code, kind = "link/shown-counted", "informational"
    elif _is_counter(target, senders) or entry(target, known.shorteners):
        code, kind = "link/shown-maybe-counted", "review"
    else:
        code, kind = "link/shown-elsewhere", "fail"
    params = {"shown": defang("domain-name", shown), "target": defang("domain-name", target)}
    where = Where(part="link", quote=defang("url", href)[:200])
    seen = Observable("domain-name", target, item=item.name)
    topics = tuple(b.topic for b in brands.owners(shown)[:1])
    return finding(detector, code, kind, item, params=params, where=where, observables=(seen,), topics=topics)  # type: ignore[arg-type]


def _is_counter(target: str, senders: Sequence[str]) -> bool:
    """The sender's own host, or one named like a click counter."""
    return any(same_owner(target, sender) for sender in senders if sender) or bool(_COUNTER.search(target))
