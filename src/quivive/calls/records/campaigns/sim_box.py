"""Which mobile subscriptions only send calls on, as a box full of SIM cards does?

Murynets, Zabarankin, Jover and Panagia, 'Analysis and Detection of SIMbox Fraud in Mobility Networks' (INFOCOM
2014): many outgoing calls to many numbers, hardly any incoming, and a place that never changes; several
subscriptions at one device or cell. Conversations have their ordinary length, which tells them from dialers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.detail import inbound
from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.numbering import is_mobile
from quivive.calls.records.campaigns.profile import BLOCK, flags
from quivive.calls.records.campaigns.scene import Scene, Sight
from quivive.calls.records.campaigns.source import table

KIND = "sim-box"
_RESTLESS = 4
"""Devices of one card in the time of the records that nobody owns."""
NEEDS = ("calling", "called", "answered", "seconds")


def candidates(sight: Sight) -> Collection[int]:
    """Numbers with very many calls a day of which some are conversations, in records without handsets."""
    if sight.coverage.has("imei") or sight.coverage.has("cell"):
        return []
    limits = sight.thresholds.of(KIND)
    least = limits["together"] * limits["a_day"] * sight.coverage.days
    return [
        row["calling"]
        for row in sight.profile.callers
        if row["calls"] >= least and _talks(row, limits) and not _is_american(row["calling"])
    ]


def find(scene: Scene) -> Iterator[Draft]:
    """Numbers that call ever other numbers and are not called: several in one place, or one with very many."""
    cards = _cards(scene)
    for key, group in sorted(_together(cards, scene.of(KIND)["together"]).items()):
        if len(group) > 1 or (scene.inbound_seen and _alone(group[0], scene)):
            yield _draft(key, group)


def _is_american(number: int) -> bool:
    """Whether a number is of the plan of North America, which does not tell mobile from fixed numbers."""
    return number // 10**10 == 1


def _talks(row: Mapping[str, Any], limits: Mapping[str, int]) -> bool:
    return bool(row["answered"]) and row["long"] * 100 >= row["answered"] * limits["long_percent"]


def _cards(scene: Scene) -> list[dict[str, Any]]:
    """Numbers that are like a card in a box, with the device and the cell they were at."""
    limits = scene.of(KIND)
    rows = (
        _at_handsets(scene) if scene.coverage.has("imei") or scene.coverage.has("cell") else _by_plan(scene)
    )
    return [
        row for row in rows
        if row["called"] * 100 >= row["calls"] * limits["distinct_percent"]
        and row["inbound"] * 100 <= row["calls"] * limits["inbound_percent"]
        and _talks(row, limits)
        and (row["imei"] or row["cell"] or is_mobile(row["calling"]))
    ]  # fmt: skip


def _by_plan(scene: Scene) -> list[dict[str, Any]]:
    """The candidates, of which the numbering plan must say what is mobile."""
    return [
        vars(scene.deeds[number]) | {"imei": None, "imeis": 0, "cell": None}
        for number in sorted(candidates(scene.sight))
    ]


def _at_handsets(scene: Scene) -> list[dict[str, Any]]:
    """Numbers with enough calls from handsets, hardly called, that stayed where they were."""
    limits = scene.of(KIND)
    busy = scene.source.rows(
        "select calling, count(1) as calls from {calls} where calling is not null "
        f"and (imei is not null or cell is not null) group by calling having count(1) >= "
        f"{limits['a_day'] * scene.coverage.days}"
    )
    received = inbound(scene.source, [row["calling"] for row in busy]) if busy else {}
    calls_in = {row["calling"]: received.get(row["calling"], {}).get("inbound", 0) for row in busy}
    silent = [
        r["calling"] for r in busy if calls_in[r["calling"]] * 100 <= r["calls"] * limits["inbound_percent"]
    ]
    rows = scene.source.rows(
        f"select calls.calling as calling, {flags(scene.of('sight'))}, count(distinct called) as called, "
        "min(start) as first, max(start) as last, min(imei) as imei, count(distinct imei) as imeis, "
        "min(cell) as cell from {calls} join picked on calls.calling = picked.number group by calls.calling "
        f"having count(distinct cell) <= {limits['cells']} order by calls.calling",
        picked=table({"number": "bigint"}, [(number,) for number in sorted(silent)]),
    ) if silent else []  # fmt: skip
    return [row | {"inbound": calls_in[row["calling"]]} for row in rows]


def _together(cards: Sequence[dict[str, Any]], least: int) -> dict[str, list[dict[str, Any]]]:
    """Where `least` share it: by device, by cell (ever new devices apart), without either by first digits.

    The others are alone.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    rest = list(cards)
    for shared_by in (_device, _restless_in_cell, _cell, _range):
        shared: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for card in rest:
            shared[shared_by(card)].append(card)
        groups |= {key: group for key, group in shared.items() if key and len(group) >= least}
        taken = {card["calling"] for group in groups.values() for card in group}
        rest = [card for card in rest if card["calling"] not in taken]
    return groups | {f"calling={card['calling']}": [card] for card in rest}


def _device(card: Mapping[str, Any]) -> str:
    return f"imei={card['imei']}" if card["imei"] else ""


def _restless_in_cell(card: Mapping[str, Any]) -> str:
    return f"{_cell(card)}, devices=changing" if _cell(card) and card["imeis"] >= _RESTLESS else ""


def _cell(card: Mapping[str, Any]) -> str:
    return f"cell={card['cell']}" if card["cell"] else ""


def _range(card: Mapping[str, Any]) -> str:
    return "" if card["imei"] or card["cell"] else f"range={card['calling'] // BLOCK}xxxx"


def _alone(card: Mapping[str, Any], scene: Scene) -> bool:
    limits = scene.of(KIND)
    return bool(
        card["calls"] >= limits["alone_a_day"] * scene.coverage.days
        and card["inbound"] * 100 <= card["calls"] * limits["alone_inbound_percent"]
    )


def _draft(key: str, cards: Sequence[Mapping[str, Any]]) -> Draft:
    calls, called, received, answered = (
        sum(card[name] for card in cards) for name in ("calls", "called", "inbound", "answered")
    )
    figures = {
        "numbers": len(cards), "calls": calls, "called": called, "inbound": received,
        "answered_percent": percent(answered, calls),
    }  # fmt: skip
    place = {"imei": " at one device", "cell": " in one cell", "range": " of one range"}
    subject = (
        f"{len(cards)} mobile numbers{place.get(key.partition('=')[0], '')}"
        if cards[1:]
        else "A mobile number"
    )
    why = (
        f"{subject} made {plural(calls, 'call')}, each to nearly always another number ({called:,}), and received "
        f"{received:,}: conversations go out, and hardly any come in."
    )
    firsts = [card["first"] for card in cards]
    return Draft(KIND, key, tuple(sorted(card["calling"] for card in cards)), calls, min(firsts),
                 max(card["last"] for card in cards), why, figures)  # fmt: skip
