"""Does signed provenance hold, and if not, what of it does not (C2PA 2.x §15, Validation)?

One of five outcomes, never two: a file may be just as its signer left it and the signer be unknown, or the
signer well known and the file changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from quivive.media.provenance.store import Ingredient, Status, Store
from quivive.media.provenance.trust import STAMPS

Outcome = Literal["trusted", "unknown-signer", "content-changed", "credential-problem"]
Place = Literal["content", "record", "history"]
Problem = Literal["expired", "revoked", "certificate", "layout", "form", "unbound"]

BOUND = frozenset({"assertion.dataHash.match", "assertion.bmffHash.match", "assertion.boxesHash.match",
                   "assertion.collectionHash.match"})  # fmt: skip
"""Successes that tie a manifest to the bytes of this file (C2PA 2.x, Hard Bindings)."""
_CONTENT = frozenset(
    {"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch",
     "assertion.boxesHash.unknownBox", "assertion.collectionHash.mismatch",
     "assertion.collectionHash.incorrectFileCount", "assertion.collectionHash.incorrectItemCount"}
)  # fmt: skip
"""Failures by which the bytes of the file are not those that were signed."""
_RECORD = frozenset(
    {"assertion.hashedURI.mismatch", "hashedURI.mismatch", "hashedURI.missing", "assertion.missing",
     "assertion.undeclared", "claimSignature.mismatch", "claimSignature.missing",
     "ingredient.manifest.mismatch", "ingredient.manifest.missing", "ingredient.claimSignature.mismatch",
     "ingredient.claimSignature.missing", "ingredient.hashedURI.mismatch"}
)  # fmt: skip
"""Failures by which what is stated is not what was signed."""
_PROBLEMS: dict[str, Problem] = {
    "signingCredential.expired": "expired",
    "claimSignature.outsideValidity": "expired",
    "signingCredential.ocsp.revoked": "revoked",
    "signingCredential.invalid": "certificate",
    "signingCredential.ocsp.unknown": "certificate",
    "algorithm.unsupported": "certificate",
    "claim.hardBindings.missing": "unbound",
}
_UNSAID: dict[Problem, str] = {
    "unbound": "claim.hardBindings.missing",
    "certificate": "signingCredential.invalid",
}
"""The standard's code for what the library lets pass."""


@dataclass(frozen=True)
class Verdict:
    """The outcome, the codes behind it, and what is wrong, where anything is."""

    outcome: Outcome
    codes: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    problems: tuple[Problem, ...] = ()
    trust_list: str | None = None
    """The list that knows the signer; '' where it is a single signer that a list names; None: on none."""

    @property
    def bound(self) -> bool:
        """Whether what is stated belongs to this very file, whoever stated it."""
        return self.outcome != "content-changed" and not {"layout", "unbound"} & set(self.problems)


def judge(store: Store) -> Verdict:
    """The outcome for the file, from what validation said of the active manifest and of its history."""
    own = list(_failures(store.own))
    layout = _oversized(store)
    history = [s for s in _failures(store.others) if s.code in _CONTENT | _RECORD]
    content = [s for s in own if s.code in _CONTENT and s.url not in layout]
    record = [s for s in own if s.code in _RECORD]
    if content or record or history:
        found: tuple[tuple[Place, list[Status]], ...] = (
            ("content", content), ("record", record), ("history", history))  # fmt: skip
        places = tuple(place for place, statuses in found if statuses)
        return Verdict("content-changed", _codes(content + record + history), places)
    rest = [s for s in own if s.code != "signingCredential.untrusted"]
    problems = list(dict.fromkeys(_problem(s, layout) for s in rest))
    known = trust_list(store.own)
    if known is not None and known.startswith(STAMPS):
        problems.append("certificate")
    if not any(s.code in BOUND for s in (*store.own, *store.others)) and "unbound" not in problems:
        problems.append("unbound")
    if problems:
        codes = _codes(rest) or tuple(_UNSAID[each] for each in problems)
        return Verdict("credential-problem", codes, (), tuple(problems), known)
    if known is None or any(s.code == "signingCredential.untrusted" for s in own):
        return Verdict("unknown-signer", _codes(own))
    return Verdict("trusted", trust_list=known)


def trust_list(statuses: Iterable[Status]) -> str | None:
    """The list that an accepted signer stands on, in the words of the library; None for an unknown signer."""
    for status in statuses:
        if status.code == "signingCredential.trusted":
            return status.said.partition("[")[2].partition("]")[0]
    return None


def broken(store: Store, ingredient: Ingredient) -> tuple[str, ...]:
    """Codes by which an ingredient's record fails now, or its content had failed when it was used."""
    alone = store.alone.get(ingredient.manifest)
    now = [s for s in _failures(alone.own) if s.code in _RECORD] if alone else []
    return _codes([*now, *(s for s in _failures(ingredient.recorded) if s.code in _CONTENT | _RECORD)])


def intact(store: Store, ingredient: Ingredient) -> Store | None:
    """The ingredient's manifest validated by itself, if its signature fits and nothing of it is broken."""
    alone = store.alone.get(ingredient.manifest)
    if alone is None or broken(store, ingredient):
        return None
    return alone if any(s.code == "claimSignature.validated" for s in alone.own) else None


def known_signer(alone: Store) -> bool:
    """Whether the signer of a manifest validated by itself is on a list, and the credential in order."""
    failed = [s for s in _failures(alone.own) if s.code not in _CONTENT]
    known = trust_list(alone.own)
    return known is not None and not known.startswith(STAMPS) and not failed


def confirmed(store: Store) -> bool:
    """Whether a time-stamp authority on a list vouches for the time.

    Of claims of version 1 the library takes any authority's word ('legacy timestamp'): that confirms nothing.
    """
    version = store.manifest.version if store.manifest else 0
    return version >= 2 and any(s.code == "timeStamp.trusted" for s in store.own)


def uncovered(store: Store) -> bool:
    """Whether the signer left out more of the file than the place of the manifest itself."""
    return any(s.code.endswith("Hash.additionalExclusionsPresent") for s in store.own)


def _failures(statuses: Iterable[Status]) -> Iterator[Status]:
    """Failures of the credentials themselves; a statement of identity beside them (CAWG) has its own."""
    return (s for s in statuses if s.standing == "failure" and not s.code.startswith("cawg."))


def _oversized(store: Store) -> frozenset[str]:
    """Data hashes that match, though they leave out more than the manifest: a layout of before 2.0."""
    return frozenset(s.url for s in store.own if s.code == "assertion.dataHash.match")


def _problem(status: Status, layout: frozenset[str]) -> Problem:
    if status.code == "assertion.dataHash.mismatch" and status.url in layout:
        return "layout"
    return _PROBLEMS.get(status.code, "form")


def _codes(statuses: Iterable[Status]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.code for s in statuses))[:5]
