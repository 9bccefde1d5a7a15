"""Is a domain made to be mistaken for a brand's own?

Compared are labels, in the order in which a reader is fooled: the whole true address in front of a
foreign domain, letters of another script or digits that look alike (after Unicode UTS #39), slips of one
letter (Damerau 1964), the name beside the words that fraud adds ('postnl-herplan'). Short names and
everyday words need more than long ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal

from quivive.messages.identities import brands
from quivive.messages.identities.brands import Brand, squash
from quivive.messages.identities.services import site, tenant
from quivive.model import Source

How = Literal["embedded", "confusable", "spelling", "words", "near", "ending", "name"]
"""From the whole address in a subdomain (strongest) to a name that merely occurs (weakest)."""

_SIMILAR = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("3", "e"),
            ("4", "a"), ("7", "t"), ("8", "b"), ("9", "g"))  # fmt: skip
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_COUNTRIES = frozenset(
    str.split("at au be br ca ch cl co cz de dk es eu fi fr gr hk hu ie il in it jp ke mx my ng nl no nz "
    "pe ph pk pl pt ro ru sa se sg th tr tw ua uk us usa za com net org")
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The word lists of `lookalike.yaml`."""

    bait: frozenset[str]
    mild: frozenset[str]
    infrastructure: frozenset[str]
    risky: frozenset[str]
    neighbours: frozenset[str]
    source: Source


@dataclass(frozen=True)
class Key:
    """A brand's name as domain labels write it. `weak`: also an everyday word or acronym."""

    label: str
    brand: Brand
    weak: bool


@dataclass(frozen=True)
class Resemblance:
    """Which brand a domain resembles, how, and what in it does."""

    brand: Brand
    how: How
    piece: str


@lru_cache(maxsize=1)
def words() -> Words:
    """The shipped lists."""
    import yaml

    raw = files("quivive.messages.identities").joinpath("lookalike.yaml").read_bytes()
    content = yaml.load(raw, Loader=yaml.CSafeLoader)
    lists = {name: frozenset(map(str, content[name])) for name in Words.__annotations__ if name != "source"}
    source = Source(
        "words of look-alike domains", str(content["date"]), sha256(raw).hexdigest(), "Apache-2.0"
    )
    return Words(**lists, source=source)


@lru_cache(maxsize=1)
def keys() -> Mapping[str, Key]:
    """Label → key of all brands; where two brands share a label the first in the table has it."""
    found: dict[str, Key] = {}
    for brand in brands.table().brands:
        for key in keys_of(brand):
            known = found.get(key.label)
            if known is None or (known.weak and not key.weak):
                found[key.label] = key
    return found


def keys_of(brand: Brand) -> Iterator[Key]:
    """Labels that stand for a brand: its names, and the first labels of its domains that hold such a name."""
    names = {
        squash(alias): brands.fold(alias) in brand.ordinary
        for alias in brand.aliases
        if squash(alias).isascii()
    }
    for label, weak in names.items():
        if len(label) >= 3:
            yield Key(label, brand, weak or len(label) < 3)
    strong = [label for label, weak in names.items() if not weak and len(label) >= 4]
    for domain in brand.domains:
        label = squash(domain.split(".")[0])
        if label not in names and any(name in label for name in strong):
            yield Key(label, brand, False)


def skeleton(label: str) -> str:
    """The label with look-alike letters made one (UTS #39 §4 in spirit, at reading size)."""
    for shape, letter in _SIMILAR:
        label = label.replace(shape, letter)
    return label


@lru_cache(maxsize=1)
def _skeletons() -> Mapping[str, Key]:
    return {skeleton(label): key for label, key in keys().items() if len(label) >= 5 and not key.weak}


@lru_cache(maxsize=1)
def _domains_as_read() -> Mapping[str, tuple[Brand, ...]]:
    return {skeleton(domain): owners for domain, owners in brands.table().by_domain.items()}


def owners_as_read(domain: str) -> tuple[Brand, ...]:
    """Brands whose own domain reads like this one, letter for look-alike letter."""
    return _domains_as_read().get(skeleton(domain), ()) if domain else ()


@lru_cache(maxsize=1)
def _by_length() -> Mapping[int, tuple[Key, ...]]:
    found: dict[int, list[Key]] = {}
    for label, key in keys().items():
        if len(label) >= 6 and not key.weak:
            found.setdefault(len(label), []).append(key)
    return {length: tuple(entries) for length, entries in found.items()}


@lru_cache(maxsize=4096)
def resemblance(host: str) -> Resemblance | None:
    """The strongest resemblance of an ASCII host to a brand that does not own it; None for none."""
    domain = site(host)
    if not domain or brands.owners(host):
        return None
    service = tenant(host)
    if service:
        return _tenant_name(host[: -len(service) - 1], service)
    if _is_infrastructure(host):
        return None
    label, _, suffix = domain.partition(".")
    below = host[: -len(domain)].rstrip(".")
    if re.search(r"(?:^|\.)(?:edu|ac)(?:\.|$)", suffix):
        below = ""  # libraries reach publishers through names such as www-publisher-com.proxy.university.edu
    found = _embedded(below, label) or _in_label(label, suffix)
    if below and (not found or found.how in ("near", "name")):
        found = _below(below, label) or found
    return None if found and _is_local_member(found, suffix) else found


def _tenant_name(below: str, service: str) -> Resemblance | None:
    """'paypal-login.pages.example': firms have tenants of their own there, so a bare name says nothing."""
    label = below.rpartition(".")[2]
    found = _in_label(label, service)
    if found and found.how == "words" and "-" not in label:
        return Resemblance(found.brand, "name", found.piece)  # blogs about a brand are named so
    return found if found and found.how in ("spelling", "words") else None


def _is_infrastructure(host: str) -> bool:
    labels = host.split(".")
    return any(".".join(labels[i:]) in words().infrastructure for i in range(len(labels)))


def _is_local_member(found: Resemblance, suffix: str) -> bool:
    """'sparkasse-musterstadt.de': members of such groups have domains of their own at home."""
    at_home = suffix.rpartition(".")[2] in (found.brand.country.lower(), "de", "at", "ch", "fr", "es", "it")
    return found.brand.local and at_home and found.how in ("name", "ending")


def _embedded(below: str, label: str) -> Resemblance | None:
    """'paypal.com.secure-login.example', 'hmrc.gov.uk-refund.example': the true domain in front of a foreign
    one.
    """
    labels = [*(below.split(".") if below else ()), label.partition("-")[0]]
    for start in range(len(labels)):
        for end in range(start + 2, min(start + 5, len(labels) + 1)):
            domain = ".".join(labels[start:end])
            owners = brands.table().by_domain.get(domain)
            if owners and (end < len(labels) or "-" in label):
                return Resemblance(_principal(owners, domain), "embedded", domain)
    return None


def _principal(owners: tuple[Brand, ...], domain: str) -> Brand:
    """Of several brands with one domain (gov.uk) the one that it is named after."""
    named = (
        b for b in owners if any(squash(alias) in squash(domain) for alias in b.aliases if squash(alias))
    )
    return next(named, owners[0])


def _in_label(label: str, suffix: str) -> Resemblance | None:
    if label in words().neighbours:
        return None
    plain = label.replace("-", "")
    exact = keys().get(plain) or keys().get(label)
    if exact:
        enough = not exact.weak and len(plain) >= 5
        return Resemblance(exact.brand, "ending", label) if enough else None
    return _by_spelling(plain) or _beside_words(label, suffix) or _near(plain)


def _by_spelling(plain: str) -> Resemblance | None:
    key = _skeletons().get(skeleton(plain))
    if key and key.label != plain:
        return Resemblance(key.brand, "spelling", plain)
    for key in _one_edit_away(plain):
        if _is_convincing(plain, key.label):
            return Resemblance(key.brand, "spelling", plain)
    return None


def _near(plain: str) -> Resemblance | None:
    if len(plain) < 7:
        return None
    return next((Resemblance(key.brand, "near", plain) for key in _one_edit_away(plain)), None)


def _one_edit_away(plain: str) -> Iterator[Key]:
    if plain in words().neighbours:
        return
    for length in (len(plain), len(plain) - 1, len(plain) + 1):
        for key in _by_length().get(length, ()):
            if plain[0] == key.label[0] and edit(plain, key.label):
                yield key


def edit(a: str, b: str) -> str:
    """The one Damerau edit that makes `a` of `b`: 'swap', 'replace', 'add', 'drop'; '' if it takes none or
    more.
    """
    if a == b or abs(len(a) - len(b)) > 1:
        return ""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        if a[start + 1 :] == b[start + 1 :]:
            return "replace"
        swapped = a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
        return "swap" if swapped else ""
    if len(a) > len(b):
        return "add" if a[start + 1 :] == b[start:] else ""
    return "drop" if a[start:] == b[start + 1 :] else ""


def _is_convincing(label: str, true: str) -> bool:
    """Whether a slip of one letter is meant to be overlooked: long names any; short ones a swap, a doubled
    or halved letter or a neighbouring key. A plural or an ending is ordinary language.
    """
    how = edit(label, true)
    start = next(
        (i for i, (x, y) in enumerate(zip(label, true, strict=False)) if x != y), min(len(label), len(true))
    )
    if start == 0 or (how in ("add", "drop") and start >= min(len(label), len(true))):
        return False
    if len(true) >= 9 or how == "swap":
        return True
    if how == "add":
        return label[start] == label[start - 1]
    if how == "drop":
        return true[start] == true[start - 1]
    return len(true) >= 7 and _are_neighbours(label[start], true[start])


def _are_neighbours(a: str, b: str) -> bool:
    """Keys side by side in a row of a QWERTY keyboard."""
    return any(a + b in row or b + a in row for row in _KEYS)


def _beside_words(label: str, suffix: str = "") -> Resemblance | None:
    """A brand between hyphens or inside a label, and what stands beside it."""
    found: list[tuple[int, Resemblance]] = []
    risky = suffix.rpartition(".")[2] in words().risky
    for piece, rest, whole in _splits(label):
        key = keys().get(piece)
        slip = _by_spelling(piece) if not key and whole and len(piece) >= 6 and _all_bait(rest) else None
        how = _weight_of(key, rest, whole=whole, risky=risky) if key else ("words" if slip else None)
        brand = key.brand if key else slip.brand if slip else None
        if how and brand:
            found.append((_RANK[how] * 100 - len(piece), Resemblance(brand, how, label)))
    return min(found, key=lambda entry: entry[0])[1] if found else None


_RANK: Mapping[How, int] = {"words": 0, "ending": 1, "name": 2}


def _splits(label: str) -> Iterator[tuple[str, list[str], bool]]:
    """(name, the words beside it, whether hyphens part them)."""
    parts = [part for part in re.split(r"[-_]|(?<=\D)(?=\d{2,})", label) if part]
    for start in range(len(parts)):
        for end in range(start + 1, min(start + 4, len(parts) + 1)):
            if end - start < len(parts):
                yield "".join(parts[start:end]), parts[:start] + parts[end:], True
    plain = label.replace("-", "")
    for start in range(len(plain) - 2):
        for end in range(start + 3, len(plain) + 1):
            rest = [part for part in (plain[:start], plain[end:]) if part]
            if rest and plain[start:end] in keys():
                yield plain[start:end], rest, False


def _weight_of(key: Key, rest: list[str], *, whole: bool, risky: bool) -> How | None:
    bait = _all_bait(rest)
    some = any(word in words().bait or _is_bait(word) for word in rest)
    mild = all(word in words().mild or word in words().bait or word in _COUNTRIES for word in rest)
    if key.weak:
        abroad = risky and any(word in _COUNTRIES for word in rest)
        return "name" if whole and (bait or some or abroad) else None
    if bait or (whole and some and len(key.label) >= 3):
        return (
            "words" if whole or len(key.label) >= 5 or (len(key.label) == 4 and len(rest[0]) >= 5) else None
        )
    if mild and (whole or len(key.label) >= 5):
        return "name" if len(key.label) >= 4 else None
    return "name" if len(key.label) >= (5 if whole else 8) else None


def _all_bait(rest: list[str]) -> bool:
    return any(map(_is_bait, rest)) and all(
        _is_bait(word) or word in words().mild or word in _COUNTRIES or word.isdigit() for word in rest
    )


def _is_bait(word: str) -> bool:
    """A bait word, or two of them run together ('securelogin')."""
    lists = words()
    if word in lists.bait or word.removesuffix("s") in lists.bait:
        return True
    return any(
        word[:cut] in (lists.bait | lists.mild) and word[cut:] in lists.bait
        for cut in range(2, len(word) - 1)
    )


def _below(below: str, domain_label: str) -> Resemblance | None:
    """A brand as a label of its own below a foreign domain: 'netflix.account-check.example'."""
    bait = _all_bait(domain_label.split("-"))
    for label in below.split("."):
        key = keys().get(label.replace("-", ""))
        if key and not key.weak and (bait or len(label) >= 5):
            return Resemblance(key.brand, "words" if bait else "name", label)
        found = _beside_words(label) if "-" in label else None
        if found and found.how == "words":
            return Resemblance(found.brand, "name", label)
    return None


def like_house(host: str, own: Iterable[str]) -> str | None:
    """The own domain of the desk that a foreign host imitates, else None."""
    domain = site(host)
    own = tuple(own)
    if not domain or any(host == d or host.endswith(f".{d}") for d in own):
        return None
    label = domain.partition(".")[0].replace("-", "")
    for mine in own:
        name = (site(mine) or mine).partition(".")[0].replace("-", "")
        if len(name) < 4:
            continue
        slip = skeleton(label) == skeleton(name) or (len(name) >= 6 and bool(edit(label, name)))
        beside = any(
            piece == name and _all_bait(rest) for piece, rest, _ in _splits(domain.partition(".")[0])
        )
        if slip or beside or f".{mine}." in f".{host}":
            return mine
    return None
