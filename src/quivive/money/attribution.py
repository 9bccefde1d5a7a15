"""Whose wallet is this, by the lists at hand, and is it sanctioned?

To be on a sanctions list is a fact of a dated list. A tag is the word of whoever made it: the finding names
the list, its date and its confidence. That no list knows a wallet is told too, and is never good news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from quivive.model import Context, Finding, Kind, Observable, Source, Subject, Yield, finding

if TYPE_CHECKING:
    from quivive.money.screening import Hit, Screening
    from quivive.money.tags.book import TagBook
    from quivive.money.tags.listing import ListVersion
    from quivive.money.tags.tag import Tag

MOST = 3
"""Tags of one kind that are told; the others are counted."""
_BY = "“{label}” ({terms}), by the list {list}, {date}. Confidence {level} of 100 ({confidence})."


class WalletTags:
    """Looks wallets up in sanctions lists and lists of tags. No score."""

    name = "money.attribution"
    version = "1"
    accepts = frozenset({"cryptocurrency-wallet"})
    online = False
    codes: Mapping[str, str] = {
        "wallet/sanctioned": "{wallet} is on the sanctions list {list} of {date} ({label}). Payments to it "
        "can be an offence, also unknowing ones.",
        "wallet/sanctioned-evm": "{wallet} is on the sanctions list {list} of {date} ({label}), for {chain}. "
        "On other networks built like Ethereum this address has the same holder, unless a contract stands "
        "there.",
        "wallet/sanctioned-same-key": "{wallet} opens with the same key as an address on the sanctions list "
        "{list} of {date} ({label}), listed for {chain}.",
        "wallet/delisted": "{wallet} was on the sanctions list {list} of {date} and is no longer on that of "
        "{newer}.",
        "wallet/scam": "{wallet} is reported as used by criminals against people who pay: " + _BY,
        "wallet/abuse": "{wallet} is reported for an abuse: " + _BY,
        "wallet/frozen": "{wallet} was frozen by the issuer of a token: " + _BY,
        "wallet/mixer": "{wallet} is said to be of a mixer, where it is lost who paid whom: " + _BY,
        "wallet/attributed": "{wallet} is said to be of " + _BY,
        "wallet/conflicting-tags": "What is said of {wallet} does not agree ({field}): {values}.",
        "wallet/more-tags": "{count} further tags of {wallet} are not shown here; 'quivive money tags show' "
        "shows them.",
        "wallet/not-listed": "{wallet} is not on the sanctions list {list} of {date} ({entries} addresses). "
        "That says nothing about who holds it.",
        "wallet/unknown": "None of the {tags} tags in {lists} lists knows {wallet}. That is no good sign: "
        "most addresses of fraudsters stand on no list.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """The lists that ship; a house's own are named in the findings."""
        return _sources()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Findings on sanctions first, then what tags say, surest first; or that nobody says anything."""
        if not isinstance(subject, Observable):
            return
        from quivive.money.screening import screen

        book = book_of(context)
        result = screen(subject.value, book)
        newest = {version for version in book.lists() if version.kind == "tags"}
        tags = [tag for version, tag in book.entries(subject.value) if version in newest]
        yield from self._of_lists(subject, result, book)
        yield from self._of_tags(subject, tags)
        yield from self._conflicts(subject, book)
        if not tags and not result.hits and not result.fault:
            versions = book.lists()
            params = {"tags": sum(each.entries for each in versions), "lists": len(versions)}
            yield self._say(subject, "wallet/unknown", "informational", params)

    def _of_lists(self, subject: Observable, result: Screening, book: TagBook) -> Iterator[Finding]:
        for hit in result.hits[:MOST]:
            yield self._say(subject, _code(result.chain, hit), "fail", _listed(hit))
        for had, now in result.delisted:
            params = {**_dated(had), "newer": _day(now)}
            yield self._say(subject, "wallet/delisted", "review", params)
        listed = {hit.version.name for hit in result.hits}
        for version in result.lists if not result.fault else ():
            if version.name not in listed:
                params = {**_dated(version), "entries": version.entries}
                yield self._say(subject, "wallet/not-listed", "informational", params)

    def _of_tags(self, subject: Observable, tags: Sequence[Tag]) -> Iterator[Finding]:
        shown: dict[str, set[tuple[str, str]]] = {}
        more = 0
        for tag in tags:
            code, kind = _weight(tag)
            told = shown.setdefault(code, set())
            if (tag.label, tag.pack) in told:
                continue
            if len(told) == MOST:
                more += 1
                continue
            told.add((tag.label, tag.pack))
            yield self._say(subject, code, kind, _said(tag), references=_links(tag))
        if more:
            yield self._say(subject, "wallet/more-tags", "informational", {"count": more})

    def _conflicts(self, subject: Observable, book: TagBook) -> Iterator[Finding]:
        for each in book.conflicts(subject.value):
            params = {"field": each.field, "values": " / ".join(each.values[:6])}
            yield self._say(subject, "wallet/conflicting-tags", "open", params)

    def _say(self, subject: Observable, code: str, kind: Kind, params: Mapping[str, object],
             references: tuple[str, ...] = ()) -> Finding:  # fmt: skip
        return finding(
            self, code, kind, subject, params={"wallet": subject.value, **params}, where=subject.where,
            observables=(subject,), references=references,
            topics=_topics(code, kind),
        )  # fmt: skip


DETECTORS = (WalletTags,)


def book_of(context: Context) -> TagBook:
    """The desk's own lists with those that ship, or the latter alone."""
    book: TagBook | None = context.money.tags
    return _shipped() if book is None else book


@lru_cache(maxsize=1)
def _shipped() -> TagBook:
    from quivive.money.tags.book import TagBook

    return TagBook.shipped()


def _topics(code: str, kind: Kind) -> tuple[str, ...]:
    if code.startswith("wallet/sanctioned"):
        return ("sanctioned-wallet",)
    return ("crypto",) if kind in ("fail", "review") else ()


def _code(chain: str, hit: Hit) -> str:
    from quivive.money.tags.spelling import EVM

    if hit.tag.chain in EVM:
        return "wallet/sanctioned-evm"
    return "wallet/sanctioned" if hit.tag.chain == chain else "wallet/sanctioned-same-key"


def _weight(tag: Tag) -> tuple[str, Kind]:
    """How much a tag weighs: what harms people who pay is a fail; other abuses and mixers want a look."""
    from quivive.money.tags import categories as kinds

    if kinds.any_in(tag.terms, kinds.SCAMS):
        return "wallet/scam", "fail"
    if kinds.any_in(tag.terms, kinds.ABUSES):
        return "wallet/abuse", "review"
    if kinds.any_in(tag.terms, kinds.FROZEN):
        return "wallet/frozen", "review"
    if kinds.any_in(tag.terms, kinds.MIXERS):
        return "wallet/mixer", "review"
    return "wallet/attributed", "informational"


def _listed(hit: Hit) -> dict[str, object]:
    from quivive.money.tags import spelling

    return {**_dated(hit.version), "label": hit.tag.label, "chain": spelling.name(hit.tag.chain)}


def _said(tag: Tag) -> dict[str, object]:
    return {
        "label": tag.label, "terms": ", ".join(tag.terms) or "—", "list": tag.pack,
        "date": tag.lastmod.isoformat() if tag.lastmod else "—", "level": tag.level,
        "confidence": tag.confidence or "—",
    }  # fmt: skip


def _links(tag: Tag) -> tuple[str, ...]:
    return (tag.source,) if tag.source.startswith(("https://", "http://")) else ()


def _dated(version: ListVersion) -> dict[str, object]:
    return {"list": version.name, "date": _day(version)}


def _day(version: ListVersion) -> str:
    return version.date.isoformat() if version.date else "—"


@lru_cache(maxsize=1)
def _sources() -> tuple[Source, ...]:
    """Each sanctions list by itself, all lists of tags together with the date of the latest."""
    raw = files("quivive.money.tags").joinpath("data", "lists.yaml").read_bytes()
    versions = _shipped().lists()
    tags = [each for each in versions if each.kind == "tags"]
    licences = ", ".join(sorted({each.licence for each in tags}))
    newest = max((_day(each) for each in tags), default="—")
    named = f"wallet tags ({len(tags)} lists)"
    return (
        *(Source(each.name, _day(each), each.sha256, each.licence) for each in versions
          if each.kind == "sanctions"),
        Source(named, newest, sha256(raw).hexdigest(), licences),
    )  # fmt: skip
