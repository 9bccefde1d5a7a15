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
from quivive.calls.records.campaigns.profile import BLOCK, BUSY
from quivive.calls.records.campaigns.scene import Detector, Scene
from quivive.calls.records.campaigns.source import CALLS, numbers

KIND = "sim-box"
_RESTLESS = 4
"""Devices of one card in the time of the records that nobody owns."""
_AMERICAN = (10**10, 2 * 10**10 - 1)
"""Numbers of the plan of North America, which does not tell mobile from fixed ones."""
NEEDS = ("calling", "called", "answered", "seconds")


def find(scene: Scene) -> Iterator[Draft]:
    """Numbers that call ever others and are not called: several in one place, or one with very many calls."""
    cards = _cards(scene)
    for key, group in sorted(_together(cards, scene.of(KIND)["together"]).items()):
        if len(group) > 1 or (scene.inbound_seen and _alone(group[0], scene)):
            yield _draft(key, group)


def _cards(scene: Scene) -> list[dict[str, Any]]:
    """Numbers that are like a card in a box, with the device and the cell they were at; people move."""
    limits, mobile = scene.of(KIND), scene.coverage.has("mobile")
    silent = _silent(scene)
    still = {
        place["calling"]: place for place in _places(scene, silent) if mobile or is_mobile(place["calling"])
    }
    return [
        vars(did) | still[number] | {"inbound": silent[number]}
        for number, did in scene.deeds(still).items()
        if did.called * 100 >= did.calls * limits["distinct_percent"]
    ]


def _silent(scene: Scene) -> dict[int, int]:
    """Numbers with enough calls a day, some of them conversations, that are hardly called; and how often.

    Where the records name no handset, fewer numbers may be cards: several times the calls are asked of them.
    """
    limits, mobile = scene.of(KIND), scene.coverage.has("mobile")
    least = limits["a_day"] * scene.coverage.days * (1 if mobile else limits["together"])
    rows = scene.source.rows(
        f"with busy as (select calling, calls from {BUSY} where calls >= {least} and answered > 0 "
        f"and long * 100 >= answered * {limits['long_percent']} "
        f"{'' if mobile else f'and not calling between {_AMERICAN[0]} and {_AMERICAN[1]}'}), "
        f"back as (select called, count(*) as inbound from {CALLS} "
        "where called in (select calling from busy) group by called) "
        "select calling, coalesce(inbound, 0) as inbound from busy left join back on calling = called "
        f"where coalesce(inbound, 0) * 100 <= calls * {limits['inbound_percent']} order by calling"
    )
    return {row["calling"]: row["inbound"] for row in rows}


def _places(scene: Scene, cards: Collection[int]) -> list[dict[str, Any]]:
    """By number that does not move, the device and the cell, and how many devices."""
    if not cards:
        return []
    placed = "and (min(imei) is not null or min(cell) is not null) " if scene.coverage.has("mobile") else ""
    return scene.source.whole(
        "select calls.calling as calling, min(imei) as imei, count(distinct imei) as imeis, "
        "min(cell) as cell from {calls} "
        "join picked on calls.calling = picked.number group by calls.calling "
        f"having count(distinct cell) <= {scene.of(KIND)['cells']} {placed}order by calls.calling",
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
