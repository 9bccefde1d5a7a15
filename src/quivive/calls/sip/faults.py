"""What is wrong with the fields of a SIP message that reads as one (the classes of RFC 4475)?

To the problems of `message`, `addresses` and `sdp` this adds:

header-missing         a field that every message must have (RFC 3261 §8.1.1, §20)
header-repeated        several fields of a kind that may stand once: readers take different ones
asserted-repeated      more P-Asserted-Identity values than one SIP and one tel URI (RFC 3325 §9.1)
max-forwards-missing, from-tag-missing    as in RFC 2543, from before 2002
branch-empty           a branch that is nothing but the mark of RFC 3261 (§8.1.1.7)
cseq, cseq-method      CSeq does not read, or names another method than the request line (§8.1.1.5)
number-range           a number beyond what the field can hold (§20, §25.1)
date                   a Date in another form than that of §20.17
via, via-broadcast     a hop that does not read, or is a broadcast address
uri-headers            a Request-URI that carries header fields (§19.1.1 forbids it)
extension-unknown      an extension is required that is in no register (§20.29, §20.32)
scheme-unknown         credentials of an unknown kind (§20.7)
body-type-unknown      a body of a type that telephones do not know
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from quivive.calls.sip import bodies, dates, lexing, vias
from quivive.calls.sip.addresses import SIP_SCHEMES, parse_address, parse_uri
from quivive.calls.sip.message import Message

MANDATORY = ("via", "from", "to", "call-id", "cseq")
_ONCE = frozenset(
    str.split("from to call-id cseq max-forwards content-type date expires p-identity-bypass event replaces")
)
_ADDRESSES = ("from", "to", "contact", "p-asserted-identity", "route", "record-route", "diversion",
              "history-info", "refer-to", "referred-by")  # fmt: skip
MOST_VALUES = 50
"""Values of one field that are looked at for faults."""
_MOST_CSEQ, _MOST_SECONDS, _MOST_HOPS = 2**31 - 1, 2**32 - 1, 255
_SECONDS = ("expires", "min-expires", "retry-after", "session-expires", "min-se")
_EXTENSIONS = frozenset(
    str.split(
        "100rel 199 answermode early-session eventlist explicitsub from-change geolocation-http "
        "geolocation-sip gin gruu histinfo ice join multiple-refer norefersub nosub outbound path policy "
        "precondition pref privacy recipient-list-invite recipient-list-message recipient-list-subscribe "
        "record-aware replaces resource-priority sdp-anat sec-agree siprec tdialog timer trickle-ice uui"
    )
)
"""Option tags (IANA registry of the Session Initiation Protocol Parameters)."""
_SCHEMES = frozenset({b"digest", b"bearer", b"basic", b"ntlm", b"kerberos", b"tls-dsk"})
_KNOWN_APPLICATIONS = frozenset(
    str.split(
        "sdp isup qsig pkcs7-mime pkcs7-signature octet-stream dtmf dtmf-relay pidf+xml "
        "simple-message-summary resource-lists+xml dialog-info+xml conference-info+xml reginfo+xml "
        "vnd.3gpp.sms vnd.3gpp.ussd+xml 3gpp-ims+xml media_control+xml rs-metadata+xml rs-metadata "
        "trickle-ice-sdpfrag im-iscomposing+xml watcherinfo+xml xml json vnd.etsi.aoc+xml "
        "emergencycalldata.ecall.msd emergencycalldata.control+xml emergencycalldata.providerinfo+xml "
        "emergencycalldata.serviceinfo+xml emergencycalldata.deviceinfo+xml emergencycalldata.comment+xml "
        "broadworks vnd.nortelnetworks.digits csta+xml vq-rtcpxr x-www-form-urlencoded pkix-cert"
    )
)


def faults(message: Message) -> tuple[str, ...]:
    """All problems of a message, those of its parser first, each once."""
    found = [*message.problems]
    for look in (_presence, _sequence, _ranges, _date, _addresses, _request_uri, _hops, _unknown, _media):
        found += look(message)
    return tuple(dict.fromkeys(found))


def _presence(message: Message) -> Iterator[str]:
    counts = Counter(header.name for header in message.headers)
    if any(name not in counts for name in MANDATORY):
        yield "header-missing"
    if any(counts[name] > 1 for name in _ONCE):
        yield "header-repeated"
    if message.method and "max-forwards" not in counts:
        yield "max-forwards-missing"
    asserted = Counter(parse_address(v).uri.scheme == "tel" for v in message.all("p-asserted-identity"))
    if any(count > 1 for count in asserted.values()):
        yield "asserted-repeated"


def _sequence(message: Message) -> Iterator[str]:
    value = message.first("cseq")
    if value is None:
        return
    number, *method = value.split() or [b""]
    if not number.isdigit() or len(method) != 1:
        yield "cseq"
    elif message.method is not None and lexing.text(method[0]) != message.method:
        yield "cseq-method"
    if number.isdigit() and not _within(number, _MOST_CSEQ):
        yield "number-range"


def _within(number: bytes, most: int) -> bool:
    number = number.lstrip(b"0")
    return len(number) <= 10 and int(number or b"0") <= most


def _ranges(message: Message) -> Iterator[str]:
    held = [(message.first(name), _MOST_SECONDS) for name in _SECONDS]
    held.append((message.first("max-forwards"), _MOST_HOPS))
    held += [
        (expires.encode("utf-8", "replace"), _MOST_SECONDS)
        for value in message.all("contact")[:MOST_VALUES]
        if (expires := parse_address(value).parameters.get("expires")) is not None
    ]
    for value, most in held:
        first = (value or b"0").replace(b";", b" ").split()[:1]  # '3600;refresher=uac'
        if not first or not first[0].isdigit() or not _within(first[0], most):
            yield "number-range"
    for value in message.all("warning")[:MOST_VALUES]:
        code = value.split()[:1]
        if not code or len(code[0]) != 3 or not code[0].isdigit():
            yield "number-range"


def _date(message: Message) -> Iterator[str]:
    value = message.first("date")
    if value is not None and dates.unix_time(value) is None:
        yield "date"


def _addresses(message: Message) -> Iterator[str]:
    for name in _ADDRESSES:
        for value in message.all(name)[:MOST_VALUES]:
            if not (name == "contact" and value == b"*"):  # 'all', to unregister (§10.2.2)
                yield from parse_address(value).problems
    sender = message.first("from")
    if sender is not None and "tag" not in parse_address(sender).parameters:
        yield "from-tag-missing"


def _request_uri(message: Message) -> Iterator[str]:
    if message.method is None:
        return
    uri = parse_uri(message.uri.strip("<>"))
    if "request-uri-whitespace" in message.problems:
        yield from (problem for problem in uri.problems if problem != "uri-whitespace")
    else:
        yield from uri.problems
    if uri.headers and uri.scheme in SIP_SCHEMES:
        yield "uri-headers"


def _hops(message: Message) -> Iterator[str]:
    hops = vias.vias(message)[:MOST_VALUES]
    if not all(hop.sound for hop in hops):
        yield "via"
    if any("255.255.255.255" in (hop.host, hop.address) for hop in hops):
        yield "via-broadcast"
    if hops and hops[0].parameters.get("branch", "").lower() == vias.COOKIE.lower():
        yield "branch-empty"


def _unknown(message: Message) -> Iterator[str]:
    required = [*message.all("require"), *message.all("proxy-require")]
    if any(lexing.text(tag).lower() not in _EXTENSIONS for tag in required):
        yield "extension-unknown"
    for name in ("authorization", "proxy-authorization"):
        value = message.first(name)
        if value is not None and value.split(None, 1)[:1] != [] and not _is_scheme(value):
            yield "scheme-unknown"
    if any(not _is_known(part.media_type) for part in bodies.parts(message)):
        yield "body-type-unknown"


def _is_scheme(value: bytes) -> bool:
    return value.split(None, 1)[0].lower() in _SCHEMES


def _is_known(media_type: str) -> bool:
    kind, _, name = media_type.partition("/")
    return kind in ("", "text", "message", "image", "audio", "video", "multipart") or (
        kind == "application" and (name in _KNOWN_APPLICATIONS or name.startswith("vnd."))
    )


def _media(message: Message) -> Iterator[str]:
    described = bodies.sdp_of(message)
    if described:
        yield from described.problems
