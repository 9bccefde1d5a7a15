"""How is a Report written down? JSON `quivive/report/1`, published and versioned, and back again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from quivive.errors import BadReport
from quivive.model import (
    Advice,
    Examination,
    Figure,
    Finding,
    Item,
    LikelihoodRatio,
    Observable,
    Report,
    Source,
    Where,
)

SCHEMA = "quivive/report/1"


def to_json(report: Report) -> dict[str, Any]:
    """The wire form: plain dicts, lists, strings and numbers, keys in a fixed order."""
    return {
        "schema": SCHEMA,
        "name": report.name,
        "attention": report.attention,
        "examined_at": report.examined_at,
        "language": report.language,
        "items": [_item(item) for item in report.items],
        "examinations": [asdict(examination) for examination in report.examinations],
        "findings": [_finding(finding) for finding in report.findings],
        "observables": [_observable(observable) for observable in report.observables],
        "advice": [asdict(advice) for advice in report.advice],
        "not_reached": list(report.not_reached),
        "models": [_source(source) for source in report.sources if source.model],
        "data": [_source(source) for source in report.sources if not source.model],
        "tool": dict(report.tool),
    }


def dumps(report: Report, indent: int | None = None) -> str:
    """JSON text; ASCII-escaped control characters, so that it is inert in a terminal."""
    text = json.dumps(to_json(report), ensure_ascii=False, indent=indent)
    return text.translate(_CONTROL)


# json escapes C0 itself; C1, DEL and the bidi and line separators are escaped here.
_CONTROL = {c: f"\\u{c:04x}" for c in (*range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F),
                                       *range(0x2066, 0x206A), 0xFEFF)}  # fmt: skip


def loads(text: str | bytes) -> Report:
    """Read a report back. Raises BadReport when it is none, or of another schema."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadReport(f"This is not a report: {error}.") from error
    return from_json(value)


def loads_all(text: str) -> list[Report]:
    """Every report in a text that holds one JSON object, an array of them, or one a line."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [loads(line) for line in text.splitlines() if line.strip()]
    return [from_json(one) for one in value] if isinstance(value, list) else [from_json(value)]


def from_json(value: Any) -> Report:
    """A Report from its wire form; items come back without their bytes."""
    schema = value.get("schema") if isinstance(value, dict) else None
    if schema != SCHEMA:
        raise BadReport(f"This is not a report of schema {SCHEMA}, but {schema!r}.")
    try:
        return Report(
            name=value["name"],
            attention=value["attention"],
            examined_at=value["examined_at"],
            language=value["language"],
            items=tuple(_read_item(item) for item in value["items"]),
            examinations=tuple(_read_examination(e) for e in value["examinations"]),
            findings=tuple(_read_finding(f) for f in value["findings"]),
            observables=tuple(_read_observable(o) for o in value["observables"]),
            advice=tuple(Advice(**advice) for advice in value["advice"]),
            not_reached=tuple(value["not_reached"]),
            sources=tuple(Source(**s, model=True) for s in value["models"])
            + tuple(Source(**s) for s in value["data"]),
            tool=value["tool"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadReport(f"The report is damaged: {error}.") from error


def _item(item: Item) -> dict[str, Any]:
    fields = ("name", "media_type", "sha256", "size", "parent", "origin", "channel", "text")
    values: dict[str, Any] = {name: getattr(item, name) for name in fields}
    values["received_at"] = item.received_at.isoformat() if item.received_at else None
    values["meta"] = dict(item.meta)
    return values


def _finding(finding: Finding) -> dict[str, Any]:
    values = asdict(finding)
    weight = values.pop("weight")
    order = ("id", "item", "detector", "code", "kind", "message", "where", "score")
    result = {name: values.pop(name) for name in order}
    result["weight"] = _weight(weight) if weight else None
    result["observables"] = [_observable(o) for o in finding.observables]
    del values["observables"]
    return result | values


def _weight(weight: dict[str, Any]) -> dict[str, Any]:
    return {("log10_lr" if key == "log10" else key): value for key, value in weight.items()}


def _observable(observable: Observable) -> dict[str, Any]:
    where = asdict(observable.where) if observable.where else None
    return {"type": observable.type, "value": observable.value, "item": observable.item,
            "match": observable.match, "where": where}  # fmt: skip


def _source(source: Source) -> dict[str, Any]:
    return {"name": source.name, "date": source.date, "sha256": source.sha256, "licence": source.licence}


def _read_item(value: Mapping[str, Any]) -> Item:
    from datetime import datetime

    received = value.get("received_at")
    return Item(**{**value, "received_at": datetime.fromisoformat(received) if received else None})


def _read_examination(value: Mapping[str, Any]) -> Examination:
    return Examination(**{**value, "findings": tuple(value["findings"])})


def _read_finding(value: Mapping[str, Any]) -> Finding:
    weight, where = value["weight"], value["where"]
    if weight:
        weight = {("log10" if key == "log10_lr" else key): v for key, v in weight.items()}
        weight = LikelihoodRatio(**{**weight, "bounds": tuple(weight["bounds"])})
    return Finding(
        **{
            **value,
            "weight": weight,
            "where": Where(**where) if where else None,
            "observables": tuple(_read_observable(o) for o in value["observables"]),
            "figures": tuple(Figure(**figure) for figure in value["figures"]),
            "references": tuple(value["references"]),
            "topics": tuple(value["topics"]),
        }
    )


def _read_observable(value: Mapping[str, Any]) -> Observable:
    where = value["where"]
    return Observable(**{**value, "where": Where(**where) if where else None})
