"""What does the desk see of the calls that go on? One page, renewed by a small script of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from quivive.voices.live.call import Call
from quivive.voices.live.view import clock, news

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
ASSETS = {"/listen.js": "text/javascript", "/listen.css": "text/css"}
_WIDTH, _HEIGHT = 600, 60
_SHOWN = 60
"""Windows that the picture shows: the last minute."""
_WORDS = {"alarm": "Alarm", "clear": "Nothing found", "cannot-tell": "Cannot tell",
          "insufficient": "Too little speech"}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One window: `x`, `y`, `width`, `height` in units of the picture, and what to say of it."""

    x: float
    y: float
    width: float
    height: float
    title: str


def page(calls: Iterable[Call], most: int) -> str:
    """The whole page."""
    return _environment().get_template("listen.html.j2").render(**_values(calls, most))


def table(calls: Iterable[Call], most: int) -> str:
    """What of it changes."""
    return _environment().get_template("calls.html.j2").render(**_values(calls, most))


@lru_cache(maxsize=4)
def asset(path: str) -> bytes:
    """A file of the page's own."""
    return (files("quivive.voices.live") / "page" / path.lstrip("/")).read_bytes()


def _values(calls: Iterable[Call], most: int) -> dict[str, Any]:
    told = [news(call) for call in calls]
    return {"calls": told, "most": most, "clock": clock, "labels": _WORDS, "bars": _bars,
            "going": sum(call["state"] == "listening" for call in told),
            "level": _level, "width": _WIDTH, "height": _HEIGHT}  # fmt: skip


def _bars(heard: Mapping[str, Any]) -> list[Bar]:
    """The last windows of a direction, as high as their scores; the table beside has the figures."""
    wide = _WIDTH / _SHOWN
    return [
        Bar(number * wide, _level(heard, score), wide - 2, _HEIGHT - _level(heard, score),
            f"{clock(start)}–{clock(end)}: {score:.3f}")
        for number, (start, end, score) in enumerate(heard["timeline"][-_SHOWN:])
    ]  # fmt: skip


def _level(heard: Mapping[str, Any], score: float) -> float:
    """How far below the picture's upper edge a score lies: the thresholds are a third of the height apart."""
    clear, alarm = float(heard["clear_until"]), float(heard["alarm_from"])
    place = (score - clear) / max(alarm - clear, 1e-6) / 3 + 1 / 3
    return _HEIGHT * (1 - min(max(place, 0.02), 1.0))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader

    return Environment(loader=PackageLoader("quivive.voices.live", "page"), autoescape=True,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip
