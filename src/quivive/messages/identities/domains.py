"""Whose domain is this, and does it pretend to be somebody else's?

Registrable domains come from the Public Suffix List snapshot inside tldextract; nothing is fetched.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from quivive.messages.identities import brands, lookalike
from quivive.messages.identities.lookalike import How, Resemblance
from quivive.messages.identities.services import is_anyones, site
from quivive.model import Context, Detector, Finding, Kind, Observable, Source, Subject, Where, Yield, finding
from quivive.observables import defang

_BY_HOW: Mapping[How, tuple[str, Kind]] = {
    "embedded": ("domain/brand-in-subdomain", "fail"),
    "confusable": ("domain/idn-confusable", "fail"),
    "spelling": ("domain/lookalike", "fail"),
    "words": ("domain/lookalike-words", "fail"),
    "ending": ("domain/brand-other-ending", "review"),
    "name": ("domain/brand-in-name", "review"),
    "near": ("domain/near-brand", "review"),
}
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
)
"""Scripts that one word may mix (UTS #39 §5.2, highly restrictive)."""


class Domains:
    """Compares a domain with the domains of much-imitated brands and with the desk's own."""

    name = "messages.domains"
    version = "1"
    accepts = frozenset({"domain-name"})
    online = False
    codes: Mapping[str, str] = {
        "domain/brand-own": "{domain} belongs to {brand}.",
        "domain/house-own": "{domain} is one of your own domains.",
        "domain/lookalike": "{domain} is spelt almost like {brand}, but it is not theirs: theirs is {own}.",
        "domain/lookalike-words": "{domain} puts the name of {brand} beside other words to look official. "
        "It is not among the addresses that {brand} uses; theirs is {own}.",
        "domain/brand-in-subdomain": "{domain} begins with {piece}, the true address of {brand}, but only "
        "its end counts: it leads to {registrable}, which is somebody else's.",
        "domain/idn-confusable": "{domain} is written with foreign letters ({shown}) so that it reads like "
        "{brand}. It is not theirs: theirs is {own}.",
        "domain/brand-in-name": "{domain} carries the name of {brand} but is not among the addresses we "
        "know as theirs ({own}).",
        "domain/brand-other-ending": "{domain} is the name of {brand} with an ending that we do not know "
        "as theirs ({own}).",
        "domain/near-brand": "{domain} differs by one letter from the name of {brand} ({own}). That can be "
        "chance.",
        "domain/house-lookalike": "{domain} looks like your own domain {own} but is not one of yours.",
        "domain/mixed-scripts": "{domain} mixes letters of several alphabets in one word ({shown}): "
        "{scripts}.",
        "domain/idn": "{domain} is how computers write {shown}.",
        "domain/risky-ending": "The ending of {domain} is sold very cheaply and met often in fraud. By "
        "itself that proves nothing.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """The brand table, the word lists and the Public Suffix List snapshot."""
        return (brands.table().source, lookalike.words().source, suffix_list())

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Findings on one domain name."""
        if isinstance(subject, Observable) and site(subject.value):
            yield from _about(self, subject, context)


def _about(detector: Detector, subject: Observable, context: Context) -> Iterator[Finding]:
    host = subject.value
    own = next((d for d in context.house.own_domains if host == d or host.endswith(f".{d}")), None)
    owner = brands.owners(host)
    if own:
        yield _say(detector, "domain/house-own", "pass", subject, {})
        return
    if owner and is_anyones(host):
        return  # Google's house, but anyone's page: what `links` has to say
    if owner:
        yield _say(detector, "domain/brand-own", "pass", subject, {"brand": owner[0].name})
        return
    shown = to_unicode(host)
    mine = lookalike.like_house(plain_ascii(shown), context.house.own_domains)
    if mine:
        yield _say(detector, "domain/house-lookalike", "fail", subject, {"own": mine})
    found = _imitation(host, shown)
    if found:
        yield _imitates(detector, subject, found, shown)
    elif shown != host:
        yield from _foreign_letters(detector, subject, shown)
    if host.rpartition(".")[2] in lookalike.words().risky:
        yield _say(detector, "domain/risky-ending", "informational", subject, {})


def _imitation(host: str, shown: str) -> Resemblance | None:
    """As written, else as it reads once foreign letters are taken for the Latin ones they look like."""
    if shown == host:
        return lookalike.resemblance(host)
    plain = plain_ascii(shown)
    owner = brands.owners(plain) or lookalike.owners_as_read(site(plain))
    if owner:
        accents = any(alias.lower().replace(" ", "") in shown.replace("-", "") for alias in owner[0].aliases)
        return Resemblance(owner[0], "ending" if accents else "confusable", shown)
    found = lookalike.resemblance(plain)
    if found and found.how in ("ending", "spelling", "words", "embedded"):
        return Resemblance(found.brand, "confusable", shown)
    return found


def _imitates(detector: Detector, subject: Observable, found: Resemblance, shown: str) -> Finding:
    code, kind = _BY_HOW[found.how]
    params = {
        "brand": found.brand.name,
        "own": found.brand.domains[0],
        "piece": found.piece,
        "registrable": defang("domain-name", site(subject.value)),
        "shown": shown,
    }
    return _say(detector, code, kind, subject, params, (found.brand.topic,))


def _foreign_letters(detector: Detector, subject: Observable, shown: str) -> Iterator[Finding]:
    found = (scripts(label) for label in shown.split("."))
    mixed = next((together for together in found if not may_mix(together)), None)
    if mixed:
        params = {"shown": shown, "scripts": ", ".join(sorted(s.title() for s in mixed))}
        yield _say(detector, "domain/mixed-scripts", "review", subject, params)
    else:
        yield _say(detector, "domain/idn", "informational", subject, {"shown": shown})


def _say(
    detector: Detector,
    code: str,
    kind: Kind,
    subject: Observable,
    params: Mapping[str, object],
    topics: tuple[str, ...] = (),
) -> Finding:
    return finding(
        detector,
        code,
        kind,
        subject,
        params={"domain": defang("domain-name", subject.value), **params},
        where=subject.where or Where(part=subject.value),
        observables=(subject,),
        topics=topics,
    )


def to_unicode(host: str) -> str:
    """The host as a reader sees it: 'xn--…' labels decoded; labels that do not decode stay (RFC 5891)."""
    return ".".join(_decoded(label) for label in host.split("."))


def _decoded(label: str) -> str:
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def plain_ascii(shown: str) -> str:
    """The host with every letter replaced by the plain Latin one it looks like; others stay."""
    return "".join(_looks_like(char) for char in shown)


@lru_cache(maxsize=1024)
def _looks_like(char: str) -> str:
    if char.isascii():
        return char
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)).lower()
    if bare.isascii() and bare:
        return bare
    from confusable_homoglyphs import confusables

    glyphs = {
        str(glyph["c"])
        for found in confusables.is_confusable(bare or char, greedy=True, preferred_aliases=[]) or ()
        for glyph in found["homoglyphs"]
    }
    ascii_glyphs = sorted(g for g in glyphs if len(g) == 1 and g.isascii() and g.isalnum())
    # small letters first: of I, l and 1 a domain means l
    return max(ascii_glyphs, key=lambda g: (g.islower(), g.isalpha()), default=char).lower()


def scripts(label: str) -> frozenset[str]:
    """Unicode scripts of a label's letters ('LATIN', 'CYRILLIC'), those common to all left out."""
    if label.isascii():
        return frozenset({"LATIN"})
    from confusable_homoglyphs import categories

    found = {str(categories.alias(char)) for char in label if char.isalpha()}
    return frozenset(found - {"COMMON", "INHERITED"})


def may_mix(found: frozenset[str]) -> bool:
    """Whether one honest word may be written with these scripts together."""
    return len(found) <= 1 or any(found <= allowed for allowed in _TOGETHER)


@lru_cache(maxsize=1)
def suffix_list() -> Source:
    """The Public Suffix List snapshot that ships inside tldextract, with its own date."""
    import re
    from hashlib import sha256
    from importlib.resources import files

    raw = files("tldextract").joinpath(".tld_set_snapshot").read_bytes()
    version = re.search(rb"// VERSION: (\d{4}-\d{2}-\d{2})", raw[:2000])
    date = version[1].decode() if version else "undated"
    return Source("Public Suffix List", date, sha256(raw).hexdigest(), "MPL-2.0")


DETECTORS = (Domains,)
