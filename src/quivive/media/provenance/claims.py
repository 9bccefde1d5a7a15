"""Which statements that AI was used count, and whose are they (C2PA 2.x, Digital Source Type)?

Direction counts: who says of the own file that AI made it gains nothing by it, known or not; who says that a
camera made it may gain by it, and is believed only if known. A statement is its own signer's: who uses an
ingredient does not vouch for what is stated of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from quivive.media.provenance.store import DISCLOSURE, Ingredient, Manifest, Signer, Statement, Store
from quivive.media.provenance.verdict import Verdict, intact, known_signer

AI = frozenset({"trainedalgorithmicmedia", "compositewithtrainedalgorithmicmedia", "compositesynthetic",
                "trainedalgorithmicdata", DISCLOSURE})  # fmt: skip
"""IPTC digital source types, one of the C2PA's own, and its AI disclosure, that name AI for all or a part.

Not among them: algorithmicMedia (by rule, without training), algorithmicallyEnhanced, dataDrivenMedia,
virtualRecording.
"""
DEPTH = 16
"""Generations of ingredients that are followed."""
CLAIMS = 5
"""Claims of one file that are told."""


@dataclass(frozen=True)
class Origin:
    """An ingredient, who used it, and whether everything between it and the file is said to be the file."""

    ingredient: Ingredient
    user: Manifest
    within: bool


@dataclass(frozen=True)
class AiClaim:
    """A statement that AI was used; `origin` where it is of something that the file was made from."""

    manifest: Manifest
    statement: Statement
    known: bool
    origin: Origin | None = None


def counted(store: Store, verdict: Verdict) -> list[AiClaim]:
    """The claims that count, the file's own first, one for each signer and kind of source.

    None if anything in the file was changed or if the manifest is not tied to it: it could be another's.
    """
    manifest = store.manifest
    if manifest is None or not verdict.bound:
        return []
    found = [AiClaim(manifest, each, verdict.outcome == "trusted") for each in _ai(manifest)]
    for origin in history(store):
        alone = intact(store, origin.ingredient) if origin.within else None
        if alone and alone.manifest:
            known = known_signer(alone)
            found += [AiClaim(alone.manifest, each, known, origin) for each in _ai(alone.manifest)]
    first: dict[tuple[Signer, str, bool], AiClaim] = {}
    for claim in found:
        first.setdefault((claim.manifest.signer, claim.statement.term, claim.origin is None), claim)
    return list(first.values())[:CLAIMS]


def history(store: Store) -> Iterator[Origin]:
    """Every ingredient once, nearest first.

    What merely was an input to something (`inputTo`) is no part of the file, nor is what went into that.
    """
    waiting, seen = deque([(store.active, True, 0)]), {store.active}
    while waiting:
        label, within, depth = waiting.popleft()
        manifest = store.manifests.get(label)
        for ingredient in manifest.ingredients if manifest else ():
            part = within and ingredient.relationship in ("parentOf", "componentOf")
            if manifest:
                yield Origin(ingredient, manifest, part)
            if ingredient.manifest not in seen and depth < DEPTH:
                seen.add(ingredient.manifest)
                waiting.append((ingredient.manifest, part, depth + 1))


def other_origins(manifest: Manifest) -> tuple[str, ...]:
    """Kinds of source stated that are not AI: a camera, a scan, a person's work."""
    terms = (s.term for s in manifest.statements if s.term.lower() not in AI | {"empty"})
    return tuple(dict.fromkeys(each for each in terms if each))[:5]


def _ai(manifest: Manifest) -> list[Statement]:
    return [each for each in manifest.statements if each.term.lower() in AI]
