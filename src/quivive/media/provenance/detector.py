"""What does the signed provenance (C2PA) of a picture, film, sound or document prove?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quivive.apart import apart
from quivive.media.provenance import claims, trust
from quivive.media.provenance.claims import AiClaim, Origin
from quivive.media.provenance.reader import TYPES, read
from quivive.media.provenance.sentences import CODES
from quivive.media.provenance.store import Manifest, Store
from quivive.media.provenance.trust import Trust
from quivive.media.provenance.verdict import (
    Verdict,
    broken,
    confirmed,
    intact,
    judge,
    known_signer,
    uncovered,
)
from quivive.media.video.video_detector import ORIGIN as PICTURE_OF_VIDEO
from quivive.model import (
    Context,
    Finding,
    Item,
    Kind,
    Observable,
    Source,
    Subject,
    Where,
    Yield,
    finding,
)
from quivive.observables import defang

SECONDS = 1.5
"""Processor time for one file; genuine ones take hundredths of a second, thirty generations one."""
_TOPICS = {"claims-ai": ("made-picture",), "content-changed": ("made-picture",)}
INGREDIENTS = 8
"""Ingredients that are told one by one."""
SPECIFICATION = "C2PA Technical Specification 2.x, §14 (trust) and §15 (validation)"


class Provenance:
    """Validates the C2PA manifest of a file and tells who states what about it.

    Five outcomes: signed by someone on a trust list, signed by someone unknown, changed since, a credential
    that is not in order, none. Nothing is fetched: remote manifests are named, revocation is what the file
    itself brings. The library judges certificates at the time of the machine's clock. `lists` replace those
    that ship.
    """

    name = "media.provenance"
    version = "1"
    accepts = TYPES
    online = False

    def __init__(self, lists: Trust | None = None) -> None:
        self._lists = lists

    @property
    def codes(self) -> Mapping[str, str]:
        """The outcomes, and what is told beside them."""
        return CODES

    def sources(self) -> tuple[Source, ...]:
        """The trust lists, with their date."""
        return self._trust.sources

    @property
    def _trust(self) -> Trust:
        return self._lists or trust.shipped()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Raises Unreadable where the file does not read, TooLarge where reading it took too much."""
        if not isinstance(subject, Item) or not subject.data or _made_here(subject):
            return
        reading = apart(read, subject.data, subject.media_type, self._lists, seconds=SECONDS)
        if reading.store:
            yield from self._signed(subject, reading.store)
        elif reading.remote:
            yield self._remote(subject, reading.remote)
        elif reading.unreadable:
            yield self._say(subject, "credential-problem", "review", codes="general.error", signer="–")
            yield self._say(subject, "problem-unreadable", said=reading.unreadable)
        else:
            yield self._say(subject, "none")

    def _signed(self, item: Item, store: Store) -> Iterator[Finding]:
        manifest = store.manifest
        verdict = judge(store)
        signer = _signer(manifest)
        place = Where(part=f"C2PA manifest {store.active}")
        yield self._outcome(item, verdict, manifest, place)
        for each in verdict.places:
            yield self._say(item, f"changed-{each}", place=place, signer=signer)
        for problem in verdict.problems:
            yield self._say(item, f"problem-{problem}", place=place)
        for claim in claims.counted(store, verdict):
            yield from self._claim(item, claim)
        if manifest and verdict.outcome != "content-changed":
            yield from self._stated(item, store, manifest, verdict, place)
            yield from self._history(item, store)

    def _outcome(self, item: Item, verdict: Verdict, manifest: Manifest | None, place: Where) -> Finding:
        kinds: Mapping[str, Kind] = {"content-changed": "fail", "credential-problem": "review"}
        kind = kinds.get(verdict.outcome, "informational")
        issuer = manifest.signer.issuer if manifest else ""
        known, date = _list(self._trust, verdict.trust_list)
        return self._say(item, verdict.outcome, kind, place=place, signer=_signer(manifest),
                         issuer=issuer or "–", list=known, date=date,
                         codes=", ".join(verdict.codes))  # fmt: skip

    def _claim(self, item: Item, claim: AiClaim) -> Iterator[Finding]:
        origin, signer = claim.origin, _signer(claim.manifest)
        of = origin.ingredient.title or "–" if origin else item.name
        place = Where(part=f"C2PA manifest {claim.manifest.label}")
        yield self._say(item, "claims-ai", "review", place=place, of=of, signer=signer,
                        term=claim.statement.term, step=claim.statement.action or "–",
                        agent=claim.statement.agent or claim.manifest.generator or "–")  # fmt: skip
        if origin:
            yield self._say(item, "claim-of-source", place=place, of=of, user=_signer(origin.user),
                            relationship=origin.ingredient.relationship)  # fmt: skip
        if not claim.known:
            yield self._say(item, "claim-unknown-signer", place=place, signer=signer)

    def _stated(
        self, item: Item, store: Store, manifest: Manifest, verdict: Verdict, place: Where
    ) -> Iterator[Finding]:
        signer, terms = _signer(manifest), tuple(dict.fromkeys(s.term for s in manifest.statements))
        yield self._say(item, "states", place=place, signer=signer, generator=manifest.generator or "–",
                        actions=_listed(manifest.actions), origins=_listed(terms))  # fmt: skip
        origins = claims.other_origins(manifest)
        if origins and verdict.outcome != "trusted":
            yield self._say(item, "origin-unproven", place=place, signer=signer, origins=_listed(origins))
        if manifest.stamp:
            code = "time-confirmed" if confirmed(store) else "time-unconfirmed"
            yield self._say(item, code, place=place, time=manifest.stamp.time.replace("T", " "),
                            authority=manifest.stamp.authority or "–")  # fmt: skip
        if manifest.identity:
            yield self._say(item, "identity-unchecked", place=place)
        if uncovered(store):
            yield self._say(item, "part-not-covered", place=place)

    def _history(self, item: Item, store: Store) -> Iterator[Finding]:
        for _, origin in zip(range(INGREDIENTS), claims.history(store), strict=False):
            yield self._ingredient(item, store, origin)

    def _ingredient(self, item: Item, store: Store, origin: Origin) -> Finding:
        ingredient = origin.ingredient
        failed, alone = broken(store, ingredient), intact(store, ingredient)
        code = (
            "ingredient-broken" if failed
            else "ingredient-bare" if alone is None
            else "ingredient-known" if known_signer(alone)
            else "ingredient-unknown"
        )  # fmt: skip
        return self._say(item, code, "review" if failed else "informational",
                         place=Where(part=f"C2PA manifest {origin.user.label}"),
                         title=ingredient.title or "–", relationship=ingredient.relationship or "–",
                         signer=_signer(alone.manifest if alone else None), user=_signer(origin.user),
                         codes=", ".join(failed))  # fmt: skip

    def _remote(self, item: Item, url: str) -> Finding:
        named = (Observable("url", url, item.name),) if url.startswith(("http://", "https://")) else ()
        return finding(self, "c2pa/remote-not-fetched", "informational", item,
                       params={"url": defang("url", url)}, observables=named)  # fmt: skip

    def _say(
        self, item: Item, code: str, kind: Kind = "informational", place: Where | None = None, **params: str
    ) -> Finding:
        return finding(self, f"c2pa/{code}", kind, item, params=params, where=place,
                       references=(SPECIFICATION,), topics=_TOPICS.get(code, ()))  # fmt: skip


def _made_here(item: Item) -> bool:
    """Whether Quivive wrote these bytes itself, out of a film or a capture: they carry what it put there."""
    of_a_call = item.parent is not None and item.channel == "call" and item.media_type == "audio/x-wav"
    return item.origin == PICTURE_OF_VIDEO or of_a_call


def _signer(manifest: Manifest | None) -> str:
    return (manifest.signer.name if manifest else "") or "–"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values[:8]) or "–"


def _list(known: Trust, name: str | None) -> tuple[str, str]:
    """The name and date of the list that knows the signer; one that names single signers has no name here."""
    for each in known.lists:
        if each.name == name or (name == "" and each.allowed):
            return each.name, each.date
    return name or "–", "–"


DETECTORS = (Provenance,)
