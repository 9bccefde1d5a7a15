"""Which campaigns are in these call records, and what could not be looked for?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
from quivive.calls.records.campaigns.examples import examples
from quivive.calls.records.campaigns.profile import profile
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import Records, Source, opened
from quivive.calls.records.campaigns.thresholds import Thresholds, shipped
from quivive.engines import Engine

_WORDS = {
    "calling": "the caller's number", "called": "the called number",
    "answered": "whether a call was answered", "seconds": "how long it lasted",
    "ring": "how long it rang", "trunk": "the trunk",
}  # fmt: skip
_NO_MOBILES = (
    "The records name no handset or cell, and North American numbers do not tell mobiles from fixed lines: "
    "only other numbers were looked at."
)
_DETECTORS = tuple(module.DETECTOR for module in (dialer, wangiri, rotation, sim_box, neighbours, trunks))


def find(records: Records, engine: Engine, thresholds: Thresholds | None = None, packs: Iterable[Pack] = (),
         do_not_originate: Iterable[str] = ()) -> tuple[list[Campaign], list[NotLooked]]:  # fmt: skip
    """The campaigns by kind (in the order of KINDS), those of most calls first; the kinds not looked for.

    `do_not_originate` are digits, with a dot at the end for all that begin so, beside those of the packs.
    """
    listed = never_calls.never_calling(
        [*do_not_originate, *(n for pack in packs for n in pack.never_calling)]
    )
    detectors = (*_DETECTORS, never_calls.detector(listed))
    with opened(records, engine) as source:
        return _find(source, {each.kind: each for each in detectors}, thresholds or shipped())


def _find(source: Source, detectors: Mapping[str, Detector], limits: Thresholds
          ) -> tuple[list[Campaign], list[NotLooked]]:  # fmt: skip
    cover = coverage(source)
    missing = {each.kind: each for each in _missing(cover, detectors.values())}
    able = [detectors[kind] for kind in KINDS if kind not in missing]
    if not able:
        return [], [missing[kind] for kind in KINDS]
    scene = Scene(source, cover, profile(source, limits.of("sight")), limits)
    drafts = [
        draft
        for detector in able
        for draft in sorted(detector.find(scene), key=lambda each: (-each.calls, each.key))
    ]
    found = [
        Campaign(d.kind, d.key, d.calls, d.first, d.last, d.why, d.figures, calls, d.numbers, d.place)
        for d, calls in zip(drafts, examples(source, drafts), strict=True)
    ]
    if sim_box.KIND not in missing and cover.american and not cover.has("mobile"):
        missing[sim_box.KIND] = NotLooked(sim_box.KIND, _NO_MOBILES)
    return found, [missing[kind] for kind in KINDS if kind in missing]


def _missing(cover: Coverage, detectors: Iterable[Detector]) -> Iterator[NotLooked]:
    for detector in detectors:
        lacking = [column for column in detector.needs if not cover.filled[column]]
        if lacking:
            words = " and ".join(_WORDS[column] for column in lacking)
            yield NotLooked(detector.kind, f"The records do not say {words}.")
