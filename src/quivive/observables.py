"""Which values that others may have seen stand in a text? Typed, normalised, checksum-valid.

Types are those of STIX 2.1 SCOs where one exists (`url`, `domain-name`, `email-addr`, `ipv4-addr`,
`ipv6-addr`, `user-account`), else `phone-number` (E.164), `iban`, `payment-card` and
`cryptocurrency-wallet`. Defanged spellings (hxxp, [.]) are read and shown again by `defang`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from quivive import wallets
from quivive.model import Observable, Where

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber
    from tldextract import TLDExtract

_DOT = r"(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\))"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"{_LABEL}(?:{_DOT}{_LABEL}){{1,8}}"
_URL = re.compile(
    r"(?<![\w@])(?:(?P<scheme>h(?:tt|xx)ps?|ftp)(?:://|\[:\]//|:\\\\)(?P<rest>[^\s<>\"'`{}|^«»“”]{1,2048})"
    rf"|(?P<host>{_HOST})(?P<port>:\d{{1,5}})?(?P<path>[/?#][^\s<>\"'`{{}}|^«»“”]{{0,2048}})?)",
    re.IGNORECASE,
)
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+%-]{{1,64}}(?:@|\[at\]|\(at\)){_HOST}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+/.=-])(?:\+|00)[ ]?[1-9](?:[ ().\-/\u00a0]{0,3}\d){6,14}(?![\w])")
_NANP = re.compile(r"(?<![\w+/.=-])(?:1[-. ])?\(?[2-9]\d{2}\)?[-. ]{1,2}[2-9]\d{2}[-. ]\d{4}(?![\w-])")
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?=[ \u00a0-]?[A-Z0-9])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w+])(?:[3-6]\d{3}|2[2-7]\d{2})(?:[ -]?\d){9,15}(?![\w])")
_IPV4 = re.compile(rf"(?<![\w.])\d{{1,3}}(?:{_DOT}\d{{1,3}}){{3}}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@./:])@[A-Za-z][A-Za-z0-9_.]{2,31}(?![\w@])")
_ACCOUNT_LINK = re.compile(r"https?://(?:t\.me|telegram\.me|wa\.me|signal\.me|line\.me)/", re.IGNORECASE)
_WORDLIKE_TLDS = frozenset({"am",
                            "as", "at", "be", "by", "co", "do", "id", "im", "in", "is", "it", "la", "me",
                            "my", "no", "of", "on", "or", "pm", "re", "so", "to", "tv", "us"})  # fmt: skip
MOST = 2_000
"""Values found in one text at the most: keeps hostile texts cheap."""
_OPENED_BY = {")": "(", "]": "["}
_CARD_LENGTHS = {"3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "2": (16,), "6": (16, 19)}


def find(text: str, country: str | None = None) -> Iterator[Observable]:
    """Observables in the order of their kinds, each with its place in `text`.

    `country` (ISO 3166-1 alpha-2) reads national phone numbers; without it only international and
    North American ones, whose form tells, are read.
    """
    taken: list[tuple[int, int]] = []
    for search in (_links, _emails, _bare_links, _wallets, _ibans, _ips, _phones, _cards, _handles):
        for observable in search(text, country):
            start, end = _span(observable)
            if len(taken) >= MOST:
                return
            if not any(start < other_end and other_start < end for other_start, other_end in taken):
                taken.append((start, end))
                yield observable
                yield from _inside(observable)


def _span(observable: Observable) -> tuple[int, int]:
    where = observable.where
    return (where.start or 0, where.end or 0) if where else (0, 0)


def parse_value(value: str, country: str | None = None) -> Observable | None:
    """The observable that a whole string is ('+44 20 7946 0958', a link, a wallet), else None."""
    value = value.strip()
    for found in find(value, country):
        where = found.where
        if where and where.start == 0 and where.end == len(value):
            return Observable(found.type, found.value)
    if re.fullmatch(_HOST, value, re.IGNORECASE) and registrable(refang(value)):
        return Observable("domain-name", _ascii_host(refang(value)))
    return None


def defang(type_: str, value: str) -> str:
    """A spelling that no program turns into a live link: 'hxxps://bank[.]example/x'."""
    if type_ == "url":
        scheme, separator, rest = value.partition("://")
        host, slash, path = rest.partition("/")
        scheme = scheme.replace("http", "hxxp").replace("ftp", "fxp")
        return f"{scheme}{separator}{host.replace('.', '[.]')}{slash}{path}"
    if type_ in ("domain-name", "ipv4-addr"):
        return value.replace(".", "[.]")
    if type_ == "email-addr":
        name, _, host = value.partition("@")
        return f"{name}[@]{host.replace('.', '[.]')}"
    return value


def refang(value: str) -> str:
    """Undo the usual defanging: hxxp, [.], (.), [dot], [at], [:]."""
    value = re.sub(r"\[dot\]|\(dot\)|\[\.\]|\(\.\)", ".", value, flags=re.IGNORECASE)
    value = re.sub(r"\[at\]|\(at\)", "@", value, flags=re.IGNORECASE).replace("[:]//", "://")
    return re.sub(r"^h(?:xx|tt)p", "http", value, flags=re.IGNORECASE)


def host_of(url: str) -> str:
    """Host of a link in ASCII lower case without port and user information; '' if there is none."""
    rest = url.split("://", 1)[-1]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return _ascii_host(authority.partition(":")[0])


def registrable(host: str) -> str:
    """The registrable domain ('bank.co.uk' of 'login.bank.co.uk'); '' without a public suffix.

    From the Public Suffix List snapshot inside tldextract; nothing is fetched.
    """
    return str(_suffixes()(host).top_domain_under_public_suffix)


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def _ascii_host(host: str) -> str:
    host = host.rstrip(".").lower()
    if host.isascii():
        return host
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def _at(type_: str, value: str, text: str, start: int, end: int) -> Observable:
    return Observable(type_, value, where=Where(start, end, text[start:end]))


def _inside(found: Observable) -> Iterator[Observable]:
    """What a found value contains: the domain of a link or an address, the account a link opens."""
    if found.type == "url":
        host = host_of(found.value)
        if registrable(host):
            yield Observable("domain-name", host, where=found.where)
        elif _is_ip(host):
            yield Observable("ipv6-addr" if ":" in host else "ipv4-addr", host, where=found.where)
        if _ACCOUNT_LINK.match(found.value):
            yield Observable("user-account", found.value.split("://", 1)[1].rstrip("/"), where=found.where)
    elif found.type == "email-addr":
        yield Observable("domain-name", found.value.rpartition("@")[2], where=found.where)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _emails(text: str, country: str | None) -> Iterator[Observable]:
    if "@" not in text and "at]" not in text and "at)" not in text:
        return
    for match in _EMAIL.finditer(text):
        name, _, host = refang(match.group()).partition("@")
        if registrable(host):
            yield _at("email-addr", f"{name.lower()}@{_ascii_host(host)}", text, *match.span())


def _links(text: str, country: str | None) -> Iterator[Observable]:
    """Links with a scheme; they go before addresses: what stands before an '@' in a link is a trick."""
    for match in _URL.finditer(text):
        if match["scheme"]:
            end = match.start() + len(_trim(match.group()))
            value = refang(text[match.start() : end])
            scheme, _, rest = value.replace(":\\\\", "://").partition("://")
            if host_of(rest):
                yield _at("url", f"{scheme.lower()}://{_lower_host(rest)}", text, match.start(), end)


def _bare_links(text: str, country: str | None) -> Iterator[Observable]:
    for match in _URL.finditer(text):
        if not match["scheme"] and _is_bare_link(match):
            end = match.start() + len(_trim(match.group()))
            value = refang(text[match.start() : end])
            kind = (
                "url" if match["path"] or match["port"] or value.lower().startswith("www.") else "domain-name"
            )
            value = f"http://{_lower_host(value)}" if kind == "url" else _ascii_host(value)
            yield _at(kind, value, text, match.start(), end)


def _trim(link: str) -> str:
    """Cut sentence punctuation, and brackets that were opened before the link."""
    while link:
        last = link[-1]
        unopened = last in _OPENED_BY and link.count(_OPENED_BY[last]) < link.count(last)
        if last not in ".,;:!?*'’…" and not unopened:
            break
        link = link[:-1]
    return link


def _lower_host(rest: str) -> str:
    cut = re.search(r"[/?#]", rest)
    host, path = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    return host.lower() + path


def _is_bare_link(match: re.Match[str]) -> bool:
    """Whether 'host.tld' without a scheme is meant as a link and not two sentences run together."""
    host = refang(match["host"])
    if match["path"] is None and _is_ip(host):
        return False
    domain = registrable(host)
    if not domain:
        return False
    if match["path"] or "[" in match["host"] or host.lower().startswith("www."):
        return True
    label, _, suffix = domain.partition(".")
    if suffix.lower() in _WORDLIKE_TLDS:
        return "-" in label or any(c.isdigit() for c in label) or host.count(".") > 1
    # 'Thanks.Call me': the capital after the dot betrays a missing space.
    return not (suffix[:1].isupper() and not label.isupper() and suffix != suffix.upper())


def _phones(text: str, country: str | None) -> Iterator[Observable]:
    import phonenumbers

    spans = [(m.span(), None) for m in _PHONE.finditer(text)] + [
        (m.span(), "US") for m in _NANP.finditer(text)
    ]
    for (start, end), region in spans:
        digits = text[start:end]
        digits = "+" + digits[2:] if digits.startswith("00") else digits
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            yield _at("phone-number", _e164(number), text, start, end)
    if country:
        for found in phonenumbers.PhoneNumberMatcher(text[:20_000], country.upper()):
            yield _at("phone-number", _e164(found.number), text, found.start, found.end)


def _e164(number: PhoneNumber) -> str:
    import phonenumbers

    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _wallets(text: str, country: str | None) -> Iterator[Observable]:
    for match in wallets.CANDIDATE.finditer(text):
        if wallets.chain(match.group()):
            yield _at("cryptocurrency-wallet", wallets.canonical(match.group()), text, *match.span())


def _ibans(text: str, country: str | None) -> Iterator[Observable]:
    for match in _IBAN.finditer(text):
        end = _iban_end(text, match.start())
        if end:
            compact = re.sub(r"[ \u00a0-]", "", text[match.start() : end]).upper()
            if is_iban(compact):
                yield _at("iban", compact, text, match.start(), end)


def _iban_end(text: str, start: int) -> int | None:
    """Where an IBAN that starts here must end, by its country's length; None if the text is shorter."""
    from schwifty import registry
    from schwifty.exceptions import SchwiftyException

    try:
        left = registry.get_iban_spec(text[start : start + 2].upper()).iban_length
    except (SchwiftyException, KeyError):
        return None
    for position in range(start, min(start + 3 * left, len(text))):
        char = text[position]
        if char.isascii() and char.isalnum():
            left -= 1
            if left == 0:
                following = text[position + 1 : position + 2]
                return None if following.isalnum() else position + 1
        elif char not in " \u00a0-":
            return None
    return None


def is_iban(compact: str) -> bool:
    """ISO 13616: country, length and form of the register, ISO 7064 mod 97-10."""
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        IBAN(compact)
    except SchwiftyException:
        return False
    return True


def _cards(text: str, country: str | None) -> Iterator[Observable]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match.group())
        if len(digits) in _CARD_LENGTHS[digits[0]] and luhn(digits):
            yield _at("payment-card", digits, text, *match.span())


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B check of a card number."""
    doubled = (int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _ips(text: str, country: str | None) -> Iterator[Observable]:
    for match in _IPV4.finditer(text):
        address = refang(match.group())
        if _is_ip(address):
            yield _at("ipv4-addr", address, text, *match.span())
    for match in _IPV6.finditer(text):
        if _is_ip(match.group()) and ("::" in match.group() or match.group().count(":") == 7):
            yield _at("ipv6-addr", str(ipaddress.ip_address(match.group())), text, *match.span())


def _handles(text: str, country: str | None) -> Iterator[Observable]:
    for match in _HANDLE.finditer(text):
        yield _at("user-account", match.group().rstrip(".").lower(), text, *match.span())
