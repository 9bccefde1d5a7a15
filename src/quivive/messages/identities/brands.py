"""Which brands does a text name, and which domains are truly theirs?

The table is `brands.yaml`. An alias counts where it stands as words of its own; one that is also an
everyday word ('Orange', 'Chase', 'Wise') or a short acronym counts only with the company beside it
('Chase account', 'ORANGE:').
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from quivive.errors import BadConfig
from quivive.model import Source

LONGEST = 20_000
"""Characters of a text in which brands are sought: who speaks is said at the start."""
TERSE = 400
"""Characters up to which a message that begins with a brand's name speaks as that brand."""
SHORT = 4
"""Letters up to which an alias must be spelt in capitals as the brand does, or have its company beside it."""

_WORD = re.compile(r"[^\W_]+")
_SPACELESS = re.compile("[\u0590-\u06ff\u3040-\u9fff\uac00-\ud7af]")
_BUSINESS = frozenset(
    str.split(
        "account accounts bank banking card cards konto kontos karte karten id pay payment payments parcel "
        "package packet paket pakket pakje paquete colis pacco encomenda delivery support service services "
        "security team app wallet compte carte cuenta tarjeta conta cartao conto carta rekening betaalpas "
        "bankpas login customer customers kunde kunden kundenservice klant klantenservice client clients "
        "cliente clientes helpdesk alert alerts online mobile subscription abonnement abo prime tracking "
        "shipment sendung refund tax toll kargo hesap musteri mesaj code verification secure securite "
        "seguridad sicherheit invoice bill rechnung facture factura fattura fatura stock store exchange "
        "live credit debit kredit kreditkarte netbanking kyc pan upi sim points rewards reward voucher gift"
    )
)
_YOUR = frozenset(
    str.split(
        "your ur tu su tus sus votre vos ton uw je jouw ihr ihre ihrem ihren ihrer dein deine deinem "
        "deinen seu sua il tuo tua suo sua din ditt your's dear from de von van di da par by with bei hos "
        "via the our unser unsere notre"
    )
)
_NO_BLANK_BEFORE = re.compile(r"\S*+$")
_NO_BLANK = re.compile(r"\S*+")
_ADDRESS_LIKE = re.compile(r"@|://|[\w-]\.[a-z]{2,24}(?:[/:?#]|$)")
_LABELLED = re.compile(r"\s{0,2}[:\-–—|!：】\])>]")
_DECORATION = re.compile(r"[\s\[(【<*#~>\"'“”!-]*")


@dataclass(frozen=True)
class Brand:
    """A brand that fraud imitates; `domains` are its own, `ordinary` its folded names that are everyday
    words.
    """

    name: str
    aliases: tuple[str, ...]
    ordinary: frozenset[str]
    domains: tuple[str, ...]
    country: str
    topic: str
    local: bool = False
    """Its members are many firms with domains of their own (savings banks)."""


@dataclass(frozen=True)
class Mention:
    """A brand named at [start, end) of a text. `claimed`: the text speaks as this brand or of the reader's
    dealings with it, so its links ought to be that brand's."""

    brand: Brand
    alias: str
    start: int
    end: int
    claimed: bool
    opens: bool = False
    """A terse message begins with the brand, which may or may not mean that it speaks for it."""


@dataclass(frozen=True)
class Table:
    """All brands, and what finds them."""

    brands: tuple[Brand, ...]
    by_domain: Mapping[str, tuple[Brand, ...]]
    by_name: Mapping[str, tuple[Brand, ...]]
    """Squashed alias → the brands that bear it."""
    by_first_word: Mapping[str, tuple[tuple[tuple[str, ...], str, Brand], ...]]
    """First folded word of an alias → (its folded words, the alias, its brand), longest first."""
    spaceless: tuple[tuple[str, Brand], ...]
    """Aliases in scripts that write without spaces."""
    people: frozenset[str]
    """Names of brands that people bear too."""
    source: Source


@lru_cache(maxsize=1)
def table() -> Table:
    """The shipped table. Raises BadConfig naming the entry that does not read."""
    import yaml

    raw = files("quivive.messages.identities").joinpath("brands.yaml").read_bytes()
    content = yaml.load(raw, Loader=yaml.CSafeLoader)
    brands = tuple(_brand(entry) for entry in content["brands"])
    domains = [(domain, brand) for brand in brands for domain in brand.domains]
    names = [(name, brand) for brand in brands for name in {squash(alias) for alias in brand.aliases} if name]
    return Table(
        brands,
        _grouped(domains),
        _grouped(names),
        _by_first_word(brands),
        tuple((alias, b) for b in brands for alias in b.aliases if _SPACELESS.search(alias)),
        frozenset(content["people"]),
        Source("brands and their domains", str(content["date"]), sha256(raw).hexdigest(), "Apache-2.0"),
    )


def _grouped(pairs: list[tuple[str, Brand]]) -> dict[str, tuple[Brand, ...]]:
    found: dict[str, list[Brand]] = {}
    for key, brand in pairs:
        found.setdefault(key, []).append(brand)
    return {key: tuple(brands) for key, brands in found.items()}


def _brand(entry: Mapping[str, Any]) -> Brand:
    try:
        return Brand(
            name=entry["name"],
            aliases=(entry["name"], *entry.get("aliases", ())),
            ordinary=frozenset(fold(alias) for alias in entry.get("ordinary", ())),
            domains=tuple(entry["domains"]),
            country=entry["country"],
            topic=entry["topic"],
            local=bool(entry.get("local", False)),
        )
    except (KeyError, TypeError) as error:
        raise BadConfig(f"brands.yaml: the entry {entry!r} does not read ({error}).") from error


def _by_first_word(
    brands: tuple[Brand, ...],
) -> dict[str, tuple[tuple[tuple[str, ...], str, Brand], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], str, Brand]]] = {}
    for brand in brands:
        for alias in brand.aliases:
            words = tuple(_WORD.findall(fold(alias)))
            if words:
                found.setdefault(words[0], []).append((words, alias, brand))
    return {word: tuple(sorted(entries, key=lambda e: -len(e[0]))) for word, entries in found.items()}


def fold(text: str) -> str:
    """Lower case without accents (Turkish ı too); lengths may change."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "I").lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def squash(name: str) -> str:
    """A name as a domain label writes it: 'Crédit Agricole' → 'creditagricole'."""
    return re.sub(r"[^a-z0-9]", "", fold(name))


def owners(host: str) -> tuple[Brand, ...]:
    """Brands to whom a host belongs: their own domains and everything below them."""
    known, labels = table().by_domain, host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        found = known.get(".".join(labels[start:]))
        if found:
            return found
    return ()


def mentions(text: str) -> Iterator[Mention]:
    """Brands that a text names, in order; everyday words only beside their company."""
    text = text[:LONGEST]
    words = [(match.group(), *match.span()) for match in _WORD.finditer(text)]
    folded = [fold(word) for word, _, _ in words]
    known, position = table().by_first_word, 0
    while position < len(words):
        found = _at(text, words, folded, position, known.get(folded[position], ()))
        if found:
            yield found[0]
        position += found[1] if found else 1
    if _SPACELESS.search(text):
        yield from _spaceless(text)


def _at(
    text: str,
    words: list[tuple[str, int, int]],
    folded: list[str],
    position: int,
    candidates: tuple[tuple[tuple[str, ...], str, Brand], ...],
) -> tuple[Mention, int] | None:
    for alias_words, alias, brand in candidates:
        length = len(alias_words)
        if tuple(folded[position : position + length]) != alias_words:
            continue
        start, end = words[position][1], words[position + length - 1][2]
        if _inside_address(text, start, end) or (length > 1 and re.search(r"[.!?]\s", text[start:end])):
            continue
        business = position + length < len(folded) and folded[position + length] in _BUSINESS
        business = business and not re.search(r"[.!?\n]", text[end : words[position + length][1]])
        leads = not _DECORATION.sub("", text[:start]) and bool(_LABELLED.match(text, end))
        addressed = any(word in _YOUR for word in folded[max(0, position - 2) : position])
        if _counts(text[start:end], alias, brand, business=business, leads=leads):
            opens = position <= 1 and len(text) <= TERSE
            claimed = leads or business or (addressed and not _is_weak(alias, brand))
            return Mention(brand, text[start:end], start, end, claimed, opens), length
    return None


def _inside_address(text: str, start: int, end: int) -> bool:
    """Part of a link, an address or a domain: those speak for themselves."""
    before = _NO_BLANK_BEFORE.search(text, max(0, start - 80), start)
    after = _NO_BLANK.match(text, end, end + 80)
    word = f"{before[0] if before else ''}{text[start:end]}{after[0] if after else ''}"
    return bool(_ADDRESS_LIKE.search(word))


def _is_weak(alias: str, brand: Brand) -> bool:
    return fold(alias) in brand.ordinary


def _counts(written: str, alias: str, brand: Brand, *, business: bool, leads: bool) -> bool:
    capital = written == alias or (written.isupper() and len(alias) > 1) or written == alias.title()
    if _is_weak(alias, brand):
        return (business or leads) and capital
    if len(squash(alias)) <= SHORT and alias.isascii():
        return written == alias or business or leads
    return True


def _spaceless(text: str) -> Iterator[Mention]:
    for alias, brand in table().spaceless:
        start = text.find(alias)
        if start >= 0:
            yield Mention(brand, alias, start, start + len(alias), start <= 12)


def in_display_name(display: str) -> tuple[Brand, ...]:
    """Brands that a sender's display name claims to be: the whole name is the brand, or begins with it."""
    whole = squash(display)
    if whole and whole not in table().people:
        exact = table().by_name.get(whole)
        if exact:
            return exact
    return tuple(dict.fromkeys(mention.brand for mention in mentions(display)))
