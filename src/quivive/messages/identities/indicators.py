"""Is a value on a list of known-bad ones?

Lists are files with a date and a source: STIX 2 bundles, MISP warning lists, CSV, or one value a line,
also packed (.gz, .tar.gz). A desk's own lists come through `Context.house`. A well-known domain that
stands on a list whole (somebody once put something bad there) is said, and is no finding against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from quivive.messages.identities import brands
from quivive.messages.identities.services import services, site
from quivive.model import Context, Detector, Finding, Observable, Source, Subject, Where, Yield, finding
from quivive.observables import defang, host_of

TYPES = frozenset(
    str.split(
        "url domain-name email-addr phone-number iban cryptocurrency-wallet payment-card ipv4-addr ipv6-addr "
        "user-account"
    )
)


class Indicators:
    """Looks values up in the desk's lists of known-bad ones."""

    name = "messages.indicators"
    version = "1"
    accepts = TYPES
    online = False
    codes: Mapping[str, str] = {
        "indicator/listed": "{value} is on a list of known-bad values: {source}.",
        "indicator/listed-parent": "{value} lies below {listed}, which is on a list of known-bad values: "
        "{source}.",
        "indicator/popular": "{listed} stands on a list of known-bad values ({source}), but it is a "
        "well-known service that carries much that is honest. That says nothing about {value}.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """The list of well-known domains; a desk's lists are named in the findings."""
        return (popular_source(),)

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """A finding where the value, its host or a domain above it is listed."""
        if isinstance(subject, Observable) and context.house.bad_values:
            found = look_up(subject, context.house.bad_values)
            if found:
                yield _say(self, subject, *found)


DETECTORS = (Indicators,)


def _say(detector: Detector, subject: Observable, listed: str, source: str) -> Finding:
    above = subject.type in ("url", "email-addr") and not re.search("[/@]", listed)
    exact = not above and (subject.type != "domain-name" or listed == subject.value.lower())
    popular = is_popular(listed)
    code = "indicator/popular" if popular else "indicator/listed" if exact else "indicator/listed-parent"
    params = {
        "value": defang(subject.type, subject.value),
        "listed": defang("domain-name", listed),
        "source": source or "your own list",
    }
    return finding(
        detector,
        code,
        "informational" if popular else "fail",
        subject,
        params=params,
        where=subject.where or Where(part=subject.value),
        observables=(subject,),
    )


def look_up(subject: Observable, bad: Mapping[str, str]) -> tuple[str, str] | None:
    """The listed value that speaks of the subject, and where it was learned; the most exact first."""
    return next(((key, bad[key]) for key in keys_of(subject.type, subject.value) if key in bad), None)


def keys_of(type_: str, value: str) -> Iterator[str]:
    """The spellings under which a value may be listed: itself, then what it lies below.

    All in lower case: lists do not agree on letter case, and no two wallets differ in it alone.
    """
    plain = value.strip().lower()
    if type_ == "url":
        bare = plain.split("://", 1)[-1].rstrip("/")
        yield bare
        yield from (plain, plain.rstrip("/"))
        path = re.split(r"[?#]", bare, maxsplit=1)[0].rstrip("/")
        if path != bare:
            yield path
        yield from _domains(host_of(plain))
    elif type_ == "domain-name":
        yield from _domains(plain)
    elif type_ == "email-addr":
        yield plain
        yield from _domains(plain.rpartition("@")[2])
    elif type_ == "user-account":
        yield plain
        yield plain.lstrip("@")
    else:
        yield re.sub(r"[\s().-]", "", plain) if type_ in ("iban", "phone-number", "payment-card") else plain


def _domains(host: str) -> Iterator[str]:
    """The host, then the domains above it down to the registrable one."""
    host, domain = host.rstrip("."), site(host)
    yield host
    while domain and host != domain and "." in host:
        host = host.partition(".")[2]
        yield host


# --- well-known domains ---


def is_popular(domain: str) -> bool:
    """Whether a listed value is a whole well-known service: one of the list, a brand's own, or a hosting
    service.
    """
    domain = domain.removeprefix("www.")
    if domain in _popular() or domain in brands.table().by_domain:
        return True
    known = services()
    return (
        domain in known.hosting
        or domain in known.shorteners
        or domain in known.trackers
        or domain in known.free_mail
    )


@lru_cache(maxsize=1)
def _popular() -> frozenset[str]:
    lines = _popular_bytes().decode("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def popular_source() -> Source:
    """Which list of well-known domains is used, and of when."""
    raw = _popular_bytes()
    date = re.search(rb"# date: (\d{4}-\d{2}-\d{2})", raw)
    return Source(
        "well-known domains", date[1].decode() if date else "undated", sha256(raw).hexdigest(), "Apache-2.0"
    )


def _popular_bytes() -> bytes:
    return files("quivive.messages.identities").joinpath("indicators", "popular.txt").read_bytes()
