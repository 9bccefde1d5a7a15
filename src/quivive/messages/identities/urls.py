"""What are the parts of a link, and which other address does it send on to?"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from quivive.messages.identities import brands
from quivive.messages.identities.services import entry, services, site
from quivive.model import Kind
from quivive.observables import host_of

_NUMBER_HOST = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}", re.IGNORECASE)


@dataclass(frozen=True)
class Parts:
    """A link in its parts; `host` is ASCII lower case."""

    scheme: str
    user: str
    host: str
    port: int | None
    path: str
    query: tuple[tuple[str, str], ...]
    fragment: str


def split(url: str) -> Parts | None:
    """The parts of a link as a browser takes them ('\\' is '/'); None if it does not read (RFC 3986)."""
    url = url.strip().replace("\\", "/")
    try:
        parts = urlsplit(url)
        port = parts.port
        query = parse_qsl(parts.query[:20_000], keep_blank_values=False, max_num_fields=200)
    except ValueError:
        return None
    user = parts.netloc.rpartition("@")[0]
    return Parts(parts.scheme.lower(), user, host_of(url), port, parts.path, tuple(query), parts.fragment)


def ip_of(host: str) -> str | None:
    """The address that a numeric host means, in the notations browsers accept ('3232235777', '0x7f.1')."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    if not _NUMBER_HOST.fullmatch(host):
        return None
    numbers = [_number(part) for part in host.split(".")]
    if any(n is None for n in numbers):
        return None
    *front, last = (n or 0 for n in numbers)
    if any(n > 255 for n in front) or last >= 256 ** (4 - len(front)):
        return None
    value = sum(n << (24 - 8 * i) for i, n in enumerate(front)) + last
    return str(ipaddress.IPv4Address(value))


def _number(part: str) -> int | None:
    try:
        if part.lower().startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)
    except ValueError:
        return None


def targets(parts: Parts) -> Iterator[tuple[str, Kind, str]]:
    """Addresses of other owners that a link names as its further aim: (code, kind, address)."""
    known = services()
    wrapper, redirector = entry(parts.host, known.wrappers), entry(parts.host, known.redirects)
    names = known.wrappers[wrapper] if wrapper else known.redirects[redirector] if redirector else ()
    seen: set[str] = set()
    for name, value in (*parts.query[:50], ("", _proofpoint(parts))):
        target = _proofpoint_v2(value) if wrapper and "urldefense" in wrapper else _as_link(value)
        other = site(host_of(target)) if target else ""
        if not other or other == site(parts.host) or target in seen:
            continue
        seen.add(target)
        if wrapper and (name in names or not name):
            yield "link/wrapped", "informational", target
        elif name in names and not same_owner(parts.host, host_of(target)):
            yield "link/redirect", "review", target
        else:
            yield "link/leads-on", "informational", target


def _as_link(value: str) -> str:
    """The link that a parameter is, plain or in base64; '' if it is none."""
    for text in (value, unquote(value), from_base64(value), from_base64(value.removeprefix("a1"))):
        if re.match(r"(?i)https?://[^\s/]", text):
            return text
    return ""


def from_base64(text: str) -> str:
    if not 8 <= len(text) <= 400:
        return ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def _proofpoint(parts: Parts) -> str:
    """urldefense v3 writes the link between double underscores."""
    match = re.search(r"/v3/__(https?:/.{3,2000}?)__;", f"{parts.path}")
    return re.sub(r"^(https?):/+", r"\1://", match[1]) if match and "urldefense" in parts.host else ""


def _proofpoint_v2(value: str) -> str:
    """urldefense v2 writes '%' as '-' and '/' as '_'."""
    return _as_link(value) or _as_link(unquote(value.replace("-", "%").replace("_", "/")))


def same_owner(one: str, other: str) -> bool:
    if site(one) == site(other):
        return True
    mine, theirs = brands.owners(one), brands.owners(other)
    return bool({b.name for b in mine} & {b.name for b in theirs})
