"""Which mobile subscriptions only send calls on, as a box full of SIM cards does?

Murynets, Zabarankin, Jover and Panagia, 'Analysis and Detection of SIMbox Fraud in Mobility Networks'
(INFOCOM 2014): many outgoing calls to many numbers, hardly any incoming, and a place that never changes;
several subscriptions at one device or cell. Conversations have their ordinary length, which tells them from
dialers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from quivive.calls.records.campaigns.draft import Draft, percent, plural
from quivive.calls.records.campaigns.numbering import is_mobile
from quivive.calls.records.campaigns.profile import BLOCK, flags
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, numbers

KIND = "sim-box"
_RESTLESS = 4
"""Devices of one card in the time of the records that nobody owns."""
NEEDS = ("calling", "called", "answered", "seconds")


def _busy(scene: Scene) -> list[Mapping[str, Any]]:
    """Numbers with enough calls a day, some of them conversations: from handsets, where records say so."""
    limits, days = scene.of(KIND), scene.coverage.days
    if scene.coverage.has("mobile"):
        return [row for row in _handsets(scene, limits["a_day"] * days) if _talks(row, limits)]
    least = limits["together"] * limits["a_day"] * days
    return [
        row for row in scene.profile.callers
        if row["calls"] >= least and _talks(row, limits) and not _is_american(row["calling"])
    ]  # fmt: skip


def _handsets(scene: Scene, least: int) -> list[dict[str, Any]]:
    """The figures of numbers that call from handsets, where there are at least some calls."""
    return scene.source.rows(
        f"select calling, {flags(scene.of('sight'))} from {CALLS} where calling is not null and mobile "
        f"group by calling having count(1) >= {least} order by calling"
    )


def find(scene: Scene) -> Iterator[Draft]:
    """Numbers that call ever others and are not called: several in one place, or one with very many calls."""
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
    """Numbers that are like a card in a box, with the device and the cell they were at; people move."""
    limits, busy = scene.of(KIND), _busy(scene)
    received = scene.received([row["calling"] for row in busy])
    silent = [
        row["calling"] for row in busy
        if received.get(row["calling"], 0) * 100 <= row["calls"] * limits["inbound_percent"]
    ]  # fmt: skip
    cards = {
        number: vars(did) | {"inbound": received.get(number, 0)}
        for number, did in scene.deeds(silent).items()
        if did.called * 100 >= did.calls * limits["distinct_percent"]
    }
    return [
        cards[place["calling"]] | place for place in _places(scene, cards)
        if place["cells"] <= limits["cells"]
        and (place["imei"] or place["cell"] or is_mobile(place["calling"]))
    ]  # fmt: skip


def _places(scene: Scene, cards: Collection[int]) -> list[dict[str, Any]]:
    """By number, the device and the cell, and how many of each."""
    if not cards:
        return []
    return scene.source.whole(
        "select calls.calling as calling, min(imei) as imei, count(distinct imei) as imeis, "
        "min(cell) as cell, count(distinct cell) as cells from {calls} "
        "join picked on calls.calling = picked.number group by calls.calling order by calls.calling",
        picked=numbers(cards),
    )


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
        f"{subject} made {plural(calls, 'call')}, each to nearly always another number ({called:,}), and "
        f"received {received:,}: conversations go out, and hardly any come in."
    )
    firsts = [card["first"] for card in cards]
    return Draft(KIND, key, tuple(sorted(card["calling"] for card in cards)), calls, min(firsts),
                 max(card["last"] for card in cards), why, figures)  # fmt: skip


DETECTOR = Detector(KIND, NEEDS, find)
