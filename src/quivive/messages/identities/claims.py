"""Do the links of a message belong to the brand that it speaks for?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from quivive.messages.identities import brands
from quivive.messages.identities.brands import Brand, Mention, squash
from quivive.messages.identities.indicators import is_popular
from quivive.messages.identities.links import in_text
from quivive.messages.identities.services import entry, is_anyones, services, site
from quivive.messages.identities.urls import ip_of
from quivive.messages.mails.mail import Mail
from quivive.messages.normalise import normalise
from quivive.model import Context, Detector, Finding, Item, Kind, Observable, Where, finding
from quivive.observables import defang, host_of

TEXTS = frozenset({"text/plain"})
HEAD = 600
"""Characters of a mail's text in which a claimed brand is sought."""
LETTER = 1000
"""Characters beyond which a text is no short message any more: letters and articles talk about many firms."""
MOST = 100
"""Links of one message that are compared with the claimed brand."""
_GOVERNMENT = re.compile(r"(?:^|\.)(?:gov|gob|gouv|govt|mil)(?:\.[a-z]{2})?$")
"""Endings that only governments are given."""


def claimed_brands(mail: Mail) -> tuple[Brand, ...]:
    """Brands that the beginning of a mail speaks for."""
    found = brands.mentions(normalise(mail.text[:HEAD]).text)
    return tuple(dict.fromkeys(mention.brand for mention in found if mention.claimed))


def mail_links(
    detector: Detector, item: Item, mail: Mail, brand: Brand, *, strong: bool
) -> Iterator[Finding]:
    """The links of a mail against the brand it speaks for; `strong`: its sender bears the brand's name."""
    hosts = [host_of(link.href.strip()) for link in mail.links[:MOST] if "//" in link.href[:12]]
    doubt: Kind = "review" if strong else "informational"
    where = Where(part="links")
    yield from _against_links(detector, item, brand, hosts, strong=strong, doubt=doubt, where=where)


def text_links(detector: Detector, item: Item, context: Context) -> Iterator[Finding]:
    """A text that speaks for a brand, and its links."""
    links = in_text(item, context)
    if not links or item.text is None:
        return
    plain = normalise(item.text[: brands.LONGEST])
    found = list(brands.mentions(plain.text))
    claimed = [m for m in found if m.claimed]
    opening = [m for m in found if m.opens]
    if not found:
        return
    mention = (claimed or opening or found)[0]
    if (
        not claimed
        and not opening
        and any(not _belongs(host_of(link.value), mention.brand) for link in links)
    ):
        return  # a brand that is only talked about owes no link
    start, end = plain.span(mention.start, mention.end)
    hosts = [link.value if link.type == "domain-name" else host_of(link.value) for link in links[:MOST]]
    where = Where(start, end, item.text[start:end])
    strong = _speaks_as(claimed, plain.text)
    doubt: Kind = "review" if strong or opening else "informational"
    yield from _against_links(detector, item, mention.brand, hosts, strong=strong, doubt=doubt, where=where)


def _speaks_as(claimed: Sequence[Mention], text: str) -> bool:
    """Whether a text speaks as the brand it claims: it opens with it, or is short and about the reader's
    account.
    """
    return bool(claimed) and (len(text) <= brands.TERSE or (claimed[0].start <= 40 and len(text) <= LETTER))


def _against_links(
    detector: Detector,
    item: Item,
    brand: Brand,
    hosts: Sequence[str],
    *,
    strong: bool,
    doubt: Kind,
    where: Where,
) -> Iterator[Finding]:
    """Links compared with the brand that the message speaks for; the first foreign one is named."""
    hosts = [host for host in dict.fromkeys(hosts) if host]
    theirs = [h for h in hosts if _belongs(h, brand)]
    foreign = [h for h in hosts if h not in theirs and not _is_neutral(h)]
    hidden = [h for h in hosts if entry(h, services().shorteners) or entry(h, services().qr)]
    params = {"brand": brand.name, "own": brand.domains[0]}
    if foreign and not theirs:
        code, kind = _mismatch(brand, foreign[0], strong=strong, doubt=doubt)
        host = foreign[0]
    elif hidden and not theirs and strong:
        code, kind, host = "identity/brand-link-hidden", "review", hidden[0]
    elif theirs and not foreign and not hidden:
        code, kind, host = "identity/brand-link-own", "informational", theirs[0]
    else:
        return
    seen = Observable("domain-name", host, item=item.name)
    shown = {**params, "domain": defang("domain-name", host)}
    yield finding(
        detector, code, kind, item, params=shown, where=where, observables=(seen,), topics=(brand.topic,)
    )


def _mismatch(brand: Brand, host: str, *, strong: bool, doubt: Kind) -> tuple[str, Kind]:
    """A foreign link in a message that speaks for a brand is a fact; one that merely names it is a hint."""
    label = site(host).partition(".")[0].replace("-", "")
    branch = any(squash(alias) == label for alias in brand.aliases) or (brand.local and not strong)
    if strong and (is_anyones(host) or not branch):
        return "identity/brand-link-mismatch", "fail"
    return "identity/brand-named-link-elsewhere", doubt


def is_below(host: str, domain: str) -> bool:
    """Whether a host is the domain or lies below it."""
    return host == domain or host.endswith(f".{domain}")


def _belongs(host: str, brand: Brand) -> bool:
    return not is_anyones(host) and any(is_below(host, domain) for domain in brand.domains)


def _is_neutral(host: str) -> bool:
    """Links that say nothing about the sender: short links, click counters, well-known firms, governments."""
    known = services()
    if not site(host):
        return ip_of(host) is None
    if entry(host, known.shorteners) or entry(host, known.qr) or entry(host, known.trackers):
        return True
    if is_anyones(host):
        return False  # a well-known name, but anyone's page
    return bool(_GOVERNMENT.search(host) or brands.owners(host) or is_popular(site(host)))
