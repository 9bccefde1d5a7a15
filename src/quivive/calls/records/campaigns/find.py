"""Which campaigns are in these call records, and what could not be looked for?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from quivive.calls.countries.pack import Pack
from quivive.calls.records.campaigns import (
    dialer,
    neighbours,
    never_calls,
    rotation,
    sim_box,
    trunks,
    wangiri,
)
from quivive.calls.records.campaigns.campaign import KINDS, Campaign, NotLooked
from quivive.calls.records.campaigns.coverage import Coverage, coverage
from quivive.calls.records.campaigns.draft import Draft
from quivive.calls.records.campaigns.examples import examples
from quivive.calls.records.campaigns.profile import profile
from quivive.calls.records.campaigns.scene import Scene, Sight
from quivive.calls.records.campaigns.source import Records, Source
from quivive.calls.records.campaigns.thresholds import Thresholds, shipped
from quivive.engines import Engine

_WORDS = {
    "calling": "the caller's number", "called": "the called number", "answered": "whether a call was answered",
    "seconds": "how long it lasted", "ring": "how long it rang", "trunk": "the trunk",
}  # fmt: skip
_DETECTORS = (dialer, wangiri, rotation, sim_box, neighbours, trunks)


def find(records: Records, engine: Engine, thresholds: Thresholds | None = None, packs: Iterable[Pack] = (),
         do_not_originate: Iterable[str] = ()) -> tuple[list[Campaign], list[NotLooked]]:  # fmt: skip
    """The campaigns, by kind (in the order of KINDS), those of most calls first; and the kinds not looked for.

    `do_not_originate` are digits, with a dot at the end for all that begin so, beside those of the packs.
    """
    source, limits = Source(records, engine), thresholds or shipped()
    cover = coverage(source)
    missing = {each.kind: each for each in _missing(cover)}
    if len(missing) == len(KINDS):
        return [], [missing[kind] for kind in KINDS]
    sight = Sight(source, cover, profile(source, limits.of("sight")), limits)
    scene = Scene(sight, (each.candidates for each in (dialer, wangiri, sim_box) if each.KIND not in missing))
    listed = never_calls.never_calling(
        [*do_not_originate, *(n for pack in packs for n in pack.never_calling)]
    )
    finders: Mapping[str, Callable[[Scene], Iterator[Draft]]] = {
        **{each.KIND: each.find for each in _DETECTORS},
        never_calls.KIND: lambda scene: never_calls.find(scene, listed),
    }
    drafts = [
        draft
        for kind in KINDS if kind not in missing
        for draft in sorted(finders[kind](scene), key=lambda each: (-each.calls, each.key))
    ]  # fmt: skip
    shown = examples(source, drafts)
    found = [
        Campaign(d.kind, d.key, d.calls, d.first, d.last, d.why, d.figures, calls)
        for d, calls in zip(drafts, shown, strict=True)
    ]
    return found, [missing[kind] for kind in KINDS if kind in missing]


def _missing(cover: Coverage) -> Iterator[NotLooked]:
    for module in (*_DETECTORS, never_calls):
        lacking = [column for column in module.NEEDS if not cover.filled[column]]
        if lacking:
            words = " and ".join(_WORDS[column] for column in lacking)
            yield NotLooked(module.KIND, f"The records do not say {words}.")
