"""Whom does an address in a SIP header field name (RFC 3261 §20.10, §25.1; tel URIs RFC 3966)?

Reading never fails; what is wrong with an address is named in `Address.problems`:

display-name-quote   a quoted display name that is never closed
display-name         a display name without quotes that holds more than tokens
address-brackets     '<' without '>', or text between '>' and the parameters
uri-whitespace       blanks inside the URI
uri-scheme-missing   no scheme before the first colon
uri-scheme-unknown   a scheme by which nobody is called (RFC 3261 §8.1.1.3 wants sip, sips or tel)
uri-host             a SIP URI without host, or with a port that is none
uri-escape           a '%' without two hexadecimal digits
uri-needs-brackets   a URI with '?' outside '<>': what follows cannot be told apart (§20)
parameter-empty      an empty parameter (';;')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from quivive.calls.sip import lexing
from quivive.calls.sip.lexing import WS

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,63}", re.ASCII)
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NUMBER = re.compile(r"\+?(?:[0-9*#().-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_HOSTLESS = re.compile(r"(?:\+|%2[Bb])[0-9().-]+|[0-9*#]+", re.ASCII)
_OF_NUMBERS = frozenset(
    str.split(
        "verstat tgrp trunk-context rn npdi rn-context cic cic-context phone-context isub ext cpc oli "
        "isup-oli"
    )
)
"""Parameters of telephone numbers (RFC 3966, RFC 4694, RFC 4904, 3GPP TS 24.229 §7.2A) that also stand behind
names: 'sip:anonymous;verstat=No-TN-Validation@anonymous.invalid'."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
SIP_SCHEMES = ("sip", "sips")
CALLABLE = (*SIP_SCHEMES, "tel", "urn")
"""Schemes by which somebody is called; urn:service:sos is an emergency call (RFC 5031)."""


class Uri(NamedTuple):  # several a message; a frozen dataclass takes four times as long to make
    """A URI in its parts. `user` is as written, without its parameters, which are unescaped and lower-case.

    In tel URIs `user` is the number and `parameters` are the URI's; `host` is lower case without brackets.
    """

    text: str
    scheme: str
    user: str = ""
    user_parameters: Mapping[str, str] = _NOTHING
    host: str = ""
    port: int | None = None
    parameters: Mapping[str, str] = _NOTHING
    headers: str = ""
    problems: tuple[str, ...] = ()

    @property
    def number_text(self) -> str:
        """What stands where a telephone number may: the user part with its parameters, or the tel number."""
        extra = self.user_parameters if self.scheme in SIP_SCHEMES else self.parameters
        kept = "".join(f";{name}={value}" for name, value in extra.items() if name == "phone-context")
        return self.user + kept

    @property
    def name(self) -> str:
        """'user@host' with escapes resolved, for people to read; the whole URI where it is none of SIP."""
        if self.scheme not in SIP_SCHEMES:
            return self.text
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{unquote(self.user)}@{host}" if self.user else host


class Address(NamedTuple):
    """A name-addr or addr-spec with the parameters of its header field."""

    display: str
    uri: Uri
    parameters: Mapping[str, str]
    problems: tuple[str, ...]


def parse_address(value: bytes) -> Address:
    """Read one value of From, To, Contact, P-Asserted-Identity and the like."""
    value = value.strip(WS)
    display, rest, problems = _display(value)
    if rest[:1] == b"<":
        end = rest.find(b">")
        if end < 0:
            return _address(display, rest[1:], b"", [*problems, "address-brackets"])
        after = rest[end + 1 :].strip(WS)
        if after and after[:1] != b";":
            problems.append("address-brackets")
        return _address(display, rest[1:end], after.partition(b";")[2], problems)
    if display:
        problems.append("address-brackets")
    return _bare(display, rest, problems)


def _bare(display: str, value: bytes, problems: list[str]) -> Address:
    """An address without '<>': all parameters belong to the header field, and '?' is not allowed (§20)."""
    uri, _, parameters = value.partition(b";")
    host = value.find(b"@")
    is_sip = value[:3].lower() == b"sip"
    if is_sip and len(uri) <= host and _has_parameters(lexing.text(value[:host])):
        end = value.find(b";", host)  # the ';' before the '@' are of the user part (RFC 4904)
        end = len(value) if end < 0 else end
        uri, parameters = value[:end], value[end + 1 :]
        problems.append("uri-needs-brackets")
    elif is_sip and b"?" in uri[max(host, 0) :]:
        problems.append("uri-needs-brackets")
    return _address(display, uri.strip(WS), parameters, problems)


def _display(value: bytes) -> tuple[str, bytes, list[str]]:
    """Display name, what follows it, and what is wrong with it."""
    if value[:1] == b'"':
        end = lexing.quoted_end(value, 0)
        if end > 0:
            return lexing.text(lexing.unquote(value[:end])), value[end:].strip(WS), []
        name, mark, rest = value[1:].partition(b"<")
        return lexing.text(name.strip(WS)), mark + rest, ["display-name-quote"]
    bracket = value.find(b"<")
    if bracket < 0:
        return "", value, []
    name = value[:bracket].strip(WS)
    odd = name and not all(lexing.is_token(word) for word in name.split())
    return lexing.text(name), value[bracket:], ["display-name"] if odd else []


def _address(display: str, uri: bytes, parameters: bytes, problems: list[str]) -> Address:
    parsed = parse_uri(uri)
    parts = lexing.split(parameters, b";") if parameters.strip(WS) else []
    if any(not part for part in parts):
        problems.append("parameter-empty")
    problems += parsed.problems
    return Address(display, parsed, lexing.parameters(parts), tuple(dict.fromkeys(problems)))


def parse_uri(uri: bytes | str) -> Uri:
    """Read a URI: that of SIP and of telephones into parts, others by their scheme alone."""
    return _uri(uri if isinstance(uri, str) else lexing.text(uri))


@lru_cache(maxsize=128)
def _uri(text: str) -> Uri:
    # a caller's stands in several fields of a message: read once
    problems = ["uri-whitespace"] if " " in text or "\t" in text else []
    text = "".join(text.split()) if problems else text
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        return Uri(text, "", problems=(*problems, "uri-scheme-missing"))
    if _ESCAPE.search(text):
        problems.append("uri-escape")
    scheme = scheme.lower()
    if scheme in SIP_SCHEMES:
        return _sip(text, scheme, rest, problems)
    if scheme == "tel":
        number, _, parameters = rest.partition(";")
        return Uri(text, scheme, number, parameters=_parameters(parameters), problems=tuple(problems))
    if scheme not in CALLABLE:
        problems.append("uri-scheme-unknown")
    return Uri(text, scheme, problems=tuple(problems))


def _sip(text: str, scheme: str, rest: str, problems: list[str]) -> Uri:
    """Parts of a SIP or SIPS URI (§19.1.1): user;parameters:password@host:port;parameters?headers."""
    userinfo, at, where = rest.rpartition("@") if "@" in rest else ("", "", rest)
    where, _, headers = where.partition("?")
    hostport, _, parameters = where.partition(";")
    if not at and _HOSTLESS.fullmatch(hostport):  # 'sip:+12155550100;verstat=…', sent without a host
        userinfo, hostport = hostport, ""
    user, *pairs = userinfo.split(";") if _has_parameters(userinfo) else [userinfo]
    user = user.partition(":")[0]
    host, port, sound = _host(hostport)
    if not sound or not host or (at and not userinfo):
        problems.append("uri-host")
    return Uri(
        text,
        scheme,
        user,
        _parameters(";".join(pairs)),
        host,
        port,
        _parameters(parameters),
        headers,
        tuple(problems),
    )


def _has_parameters(userinfo: str) -> bool:
    """Whether the ';' of a user part begins parameters: those of a telephone number (RFC 3261 §19.1.6).

    In other user parts it is a character like any other ('sip:user;par=u%40example.net@example.com').
    """
    name, _, first = userinfo.rpartition(":")[2].partition(";")
    return bool(_NUMBER.fullmatch(name)) or first.partition("=")[0].lower() in _OF_NUMBERS


def _host(text: str) -> tuple[str, int | None, bool]:
    """Host, port, and whether both read."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        sound = "]" in text and (not rest or rest.startswith(":"))
    else:
        host, _, port = text.partition(":")
        sound = not re.search(r"[^A-Za-z0-9._-]", host) or not host.isascii()
    if not port:
        return host.lower(), None, sound and not text.endswith(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 7 else None
    valid = number is not None and number < 65536
    return host.lower(), number if valid else None, sound and valid


def _parameters(text: str) -> Mapping[str, str]:
    """`name=value` pairs of a URI, unescaped, quotes removed, names in lower case; the first counts."""
    if not text:
        return _NOTHING
    found: dict[str, str] = {}
    for part in text.split(";", lexing.MOST_VALUES)[: lexing.MOST_VALUES]:
        name, _, value = part.partition("=")
        key = unquote(name).strip().lower()
        if key and key not in found:
            found[key] = unquote(value).strip().strip('"')
    return found
