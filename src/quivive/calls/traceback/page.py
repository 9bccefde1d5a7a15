"""How is a traceback printed? One HTML page: no script, no link, nothing fetched; a picture, a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quivive.calls.traceback import answers
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.opening import Whole
from quivive.calls.traceback.steps import Step, harmless, result, steps

WIDE, HIGH, BETWEEN, ASIDE = 264, 62, 46, 20
"""Of a box, the room below it, and between two columns; in the picture's own units."""
LONGEST = 25
"""Characters of a provider's name in a box; the table has it whole."""


def render(whole: Whole, entries: Sequence[Mapping[str, Any] | None], vouched: Sequence[str]) -> str:
    """The page, for UTF-8. `vouched` says of each entry what stands behind its key."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("quivive.calls.traceback", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"harmless": harmless, "moment": answers.for_people}
    told = steps(whole)
    return environment.get_template("traceback.html.j2").render(
        whole=whole,
        query=whole.traceback.query,
        result=result(whole),
        steps=told,
        picture=picture(told, whole.traceback.query.called),
        signed=[_signed(entry, said) for entry, said in zip(entries, vouched, strict=True) if entry],
    )


def _signed(entry: Mapping[str, Any], said: str) -> dict[str, str]:
    return {"number": str(entry["number"]), "kind": entry["kind"], "who": harmless(entry["who"]["name"]),
            "time": entry["time"], "key": chain.thumbprint(dict(entry)), "said": harmless(said)}  # fmt: skip


def picture(told: Sequence[Step], called: str) -> dict[str, Any]:
    """Boxes and lines with their places. The call ran upwards: from its origin to the called number."""
    boxes = [_box(step) for step in told]
    lines = [_line(step, boxes[step.above] if step.above is not None else None, box)
             for step, box in zip(told, boxes, strict=True)]  # fmt: skip
    width = max([box["x"] + WIDE for box in boxes], default=WIDE) + 10
    height = max([box["y"] + HIGH for box in boxes], default=HIGH) + 10
    said = "; ".join(f"{step.number} {step.provider}: {step.said}" for step in told)
    return {"boxes": boxes, "lines": lines, "width": width, "height": height, "called": called, "said": said}


def _box(step: Step) -> dict[str, Any]:
    name = step.provider if len(step.provider) <= LONGEST else step.provider[: LONGEST - 1] + "…"
    times = [value for label, value in step.facts if label == "Time by its own clock"]
    return {
        "x": 10 + step.column * (WIDE + ASIDE),
        "y": 66 + step.row * (HIGH + BETWEEN),
        "state": step.state,
        "name": f"{step.number}  {name}",
        "said": times[0] if times else step.said,
    }


def _line(step: Step, above: Mapping[str, Any] | None, box: Mapping[str, Any]) -> dict[str, Any]:
    """From the top of a box up to the one it leads to; broken where the step is not certain."""
    top = above["y"] + HIGH if above else 38
    end = (above["x"] if above else 10) + WIDE // 2
    return {"x1": box["x"] + WIDE // 2, "y1": box["y"], "x2": end, "y2": top + 9, "top": top,
            "sure": step.state == "found" and (above is None or above["state"] == "found")}  # fmt: skip
