"""Which mobile subscriptions only send calls on, as a box full of SIM cards does?

Murynets, Zabarankin, Jover and Panagia, 'Analysis and Detection of SIMbox Fraud in Mobility Networks' (INFOCOM
2014): many outgoing calls to many numbers, hardly any incoming, and a place that never changes; several
subscriptions at one device or cell. Conversations have their ordinary length, which tells them from dialers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.detail import Deeds
from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.numbering import is_mobile, may_be_mobile
from quivive.calls.records.campaigns.scene import Scene, Sight
from quivive.calls.records.campaigns.source import table

KIND = "sim-box"
NEEDS = ("calling", "called", "answered", "seconds")


def candidates(sight: Sight) -> Collection[int]:
    """Numbers with many calls a day of which some are conversations."""
    limits = sight.thresholds.of(KIND)
    least = max(limits["calls"], limits["a_day"] * sight.coverage.days)
    return [row["calling"] for row in sight.profile.callers if row["calls"] >= least and _talks(row, limits)]


def find(scene: Scene) -> Iterator[Draft]:
    """Candidates that are mobile, call ever other numbers, and are not called: by device, cell, or alone."""
    limits = scene.of(KIND)
    kept = [
        did
        for number in candidates(scene.sight)
        if (did := scene.deeds[number]).called * 100 >= did.calls * limits["distinct_percent"]
        and did.inbound * 100 <= did.calls * limits["inbound_percent"]
    ]
    places = _places(scene, [did.calling for did in kept])
    mobile = [did for did in kept if _sent_by_mobile(did, places)]
    for key, dids in sorted(_together(mobile, places).items()):
        if scene.inbound_seen or not key.startswith("calling="):
            yield _draft(key, dids, places)


def _talks(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    return bool(row["answered"]) and row["long"] * 100 >= row["answered"] * limits["long_percent"]


def _sent_by_mobile(did: Deeds, places: Mapping[int, Mapping[str, Any]]) -> bool:
    if places.get(did.calling):
        return may_be_mobile(did.calling)
    return is_mobile(did.calling)


def _places(scene: Scene, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The devices and cells of numbers, where the records are a mobile network's."""
    if not numbers or not (scene.coverage.has("imei") or scene.coverage.has("cell")):
        return {}
    rows = scene.source.rows(
        "select calls.calling as calling, min(imei) as imei, count(distinct imei) as imeis, min(cell) as cell, "
        "count(distinct cell) as cells from {calls} join picked on calls.calling = picked.number "
        "group by calls.calling order by calls.calling",
        picked=table({"number": "bigint"}, [(number,) for number in sorted(numbers)]),
    )
    return {row["calling"]: row for row in rows if row["imeis"] or row["cells"]}


def _together(dids: Sequence[Deeds], places: Mapping[int, Mapping[str, Any]]) -> dict[str, list[Deeds]]:
    """By device, else by the one cell that several share, else each alone."""
    groups: dict[str, list[Deeds]] = defaultdict(list)
    for did in dids:
        place = places.get(did.calling, {})
        if place.get("imeis") == 1:
            groups[f"imei={place['imei']}"].append(did)
        elif place.get("cells") == 1:
            groups[f"cell={place['cell']}"].append(did)
        else:
            groups[f"calling={did.calling}"].append(did)
    alone = [key for key, group in groups.items() if len(group) == 1 and not key.startswith("calling=")]
    for key in alone:
        did = groups.pop(key)[0]
        cell = places[did.calling]
        shared = f"cell={cell['cell']}" if cell["cells"] == 1 else ""
        groups[shared or f"calling={did.calling}"].append(did)
    for key in [key for key, group in groups.items() if len(group) == 1 and key.startswith("cell=")]:
        did = groups.pop(key)[0]
        groups[f"calling={did.calling}"].append(did)
    return groups


def _draft(key: str, dids: Sequence[Deeds], places: Mapping[int, Mapping[str, Any]]) -> Draft:
    calls, called, inbound = (
        sum(getattr(each, name) for each in dids) for name in ("calls", "called", "inbound")
    )
    answered = sum(each.answered for each in dids)
    figures = {
        "numbers": len(dids), "calls": calls, "called": called, "inbound": inbound,
        "answered_percent": percent(answered, calls),
    }  # fmt: skip
    shared = {"imei": " from one device", "cell": " from one cell", "calling": ""}[key.partition("=")[0]]
    moves = len(dids) == 1 and places.get(dids[0].calling, {}).get("cells") == 1
    still = " It never left its cell." if moves else ""
    subject = "A mobile number" if len(dids) == 1 else f"{len(dids)} mobile numbers"
    why = (
        f"{subject}{shared} made {plural(calls, 'call')} to {plural(called, 'number')} and received "
        f"{inbound:,}: calls go out, and hardly any come in.{still}"
    )
    return Draft(KIND, key, tuple(sorted(each.calling for each in dids)), calls, min(e.first for e in dids),
                 max(e.last for e in dids), why, figures)  # fmt: skip
