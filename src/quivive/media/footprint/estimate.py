"""Between which bounds lie the energy and water that a clip of this length and size took to generate?

A measured clip is scaled to the asked one by the number of its points (width · height · pictures). The work
grows between linearly (what each point takes, and clips put together from short ones) and with the square
(every point attends to every other): the bounds are those two. The lower bound also allows for models that
were taught to do with few steps and for a computer at home; the upper adds the building and its water.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from quivive.errors import NotFound, UsageError

ANY = "any"
"""The model where nobody knows which: the lowest of all to the highest of all."""
ASSUMPTIONS = (
    "One attempt; those thrown away before are not counted.",
    "The model's training, the making of its computers, the network and the viewing are not counted.",
    "Work grows between linearly and with the square of the number of points (width, height, pictures).",
    "The lower bound: as few steps as such a model was taught to do with, at home, electricity from the sun.",
    "The upper bound: the steps its makers recommend, an average computing centre cooled by evaporation, "
    "the electricity of the United States.",
    "Services of companies are not measured: whether they need more or less than open models is not known.",
)


@dataclass(frozen=True)
class Range:
    """Two bounds, the lower first."""

    low: float
    high: float


@dataclass(frozen=True)
class Model:
    """What one clip of a model took: Wh, points (width · height · pictures), rate a second, steps."""

    name: str
    wh: float
    width: int
    height: int
    frames: int
    rate: float
    steps: int
    source: str

    @property
    def points(self) -> int:
        """Of the measured clip."""
        return self.width * self.height * self.frames


@dataclass(frozen=True)
class Footprint:
    """Of a clip: energy in Wh, water in litres, and litres of water that this energy would boil."""

    seconds: float
    width: int
    height: int
    model: str
    energy_wh: Range
    water_l: Range
    boils_l: Range
    assumptions: tuple[str, ...]
    sources: Mapping[str, str]
    """What each number is → where it is from."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def estimate(seconds: float, width: int, height: int, model: str = ANY) -> Footprint:
    """Raises UsageError for a size of nothing, NotFound for a model without a measurement."""
    if not (seconds > 0 and width > 0 and height > 0):
        raise UsageError("A clip has a length, a width and a height, each above nothing.")
    used = _chosen(model)
    alone = [_computer(one, seconds, width, height) for one in used]
    low, high = min(each.low for each in alone), max(each.high for each in alone)
    energy = Range(low * _factor("building_low"), high * _factor("building_high"))
    water = Range(
        low * _factor("water_on_site_low") + energy.low * _factor("water_of_electricity_low"),
        high * _factor("water_on_site_high") + energy.high * _factor("water_of_electricity_high"),
    )
    boiled = Range(energy.low / _factor("boiling"), energy.high / _factor("boiling"))
    water = Range(water.low / 1000, water.high / 1000)  # factors are a kWh, energy is in Wh
    sources = _sources(used)
    return Footprint(seconds, width, height, model, energy, water, boiled, ASSUMPTIONS, sources)


def _computer(model: Model, seconds: float, width: int, height: int) -> Range:
    """Wh of the computer alone."""
    times = width * height * max(seconds * model.rate, 1.0) / model.points
    fewer = min(_factor("fewest_steps") / model.steps, 1.0)
    return Range(model.wh * min(times, times**2) * fewer, model.wh * max(times, times**2))


def models() -> tuple[Model, ...]:
    """Those that were measured."""
    return tuple(Model(name, **row) for name, row in _table()["models"].items())


def _chosen(name: str) -> tuple[Model, ...]:
    found = models() if name == ANY else tuple(one for one in models() if one.name == name)
    if not found:
        raise NotFound(f"There is no measurement of '{name}'; there are: {_names(models())}.")
    return found


def _names(of: Iterable[Model]) -> str:
    return ", ".join(one.name for one in of)


def _factor(name: str) -> float:
    return float(_table()["factors"][name]["value"])


def _sources(used: Iterable[Model]) -> dict[str, str]:
    """What each number used is → its source."""
    table = _table()
    rows = {f"{one.name}: {one.wh} Wh for {one.frames} pictures of {one.width} × {one.height} in {one.steps} "
            "steps": one.source for one in used}  # fmt: skip
    rows |= {
        f"{name.replace('_', ' ')}: {row['value']} {row['unit']}": row["source"]
        for name, row in table["factors"].items()
    }
    return {what: " ".join(table["sources"][key].split()) for what, key in rows.items()}


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    import yaml

    text = files("quivive.media.footprint").joinpath("measured.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found
