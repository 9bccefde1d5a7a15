"""How is a trace written down? JSON `quivive.trace/1`, and back again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from math import isfinite
from typing import Any, get_args

from quivive.errors import BadReport
from quivive.money.trace import nouns
from quivive.money.trace.nouns import Trace

SCHEMA = "quivive.trace/1"
MOST_BYTES = 2**28
"""The largest trace that is read back: 256 MiB."""


def to_json(trace: Trace) -> dict[str, Any]:
    """The wire form: plain dicts, lists, strings and numbers.."""
    return {
        "schema": SCHEMA,
        "chain": trace.chain,
        "ledger": {"tip_height": trace.tip_height, "tip_hash": trace.tip_hash},
        "direction": trace.direction,
        "methods": list(trace.methods),
        "made_at": trace.made_at,
        **{name: _plain(getattr(trace, name)) for name in ("limits", *_LISTS)},
        "sources": list(trace.sources),
        "lacks": list(trace.lacks),
        "tool": dict(trace.tool),
    }


_LISTS = {
    "assets": nouns.Asset,
    "seeds": nouns.Seed,
    "nodes": nouns.Node,
    "edges": nouns.Edge,
    "stops": nouns.Stop,
    "patterns": nouns.Pattern,
    "totals": nouns.Total,
    "stoppable": nouns.Stoppable,
}


def dumps(trace: Trace, indent: int | None = None) -> str:
    """JSON text, in which no character can move a cursor or turn the reading direction."""
    return json.dumps(to_json(trace), ensure_ascii=True, indent=indent)


def loads(text: str | bytes) -> Trace:
    """Read a trace back. Raises BadReport when it is none, or of another schema."""
    if len(text) > MOST_BYTES:
        raise BadReport(f"This trace is larger than {MOST_BYTES >> 20} MiB.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadReport(f"This is not a trace: {error}.") from error
    return from_json(value)


def from_json(value: Any) -> Trace:
    """A Trace from its wire form."""
    schema = value.get("schema") if isinstance(value, dict) else None
    if schema != SCHEMA:
        raise BadReport(f"This is not a trace of schema {SCHEMA}, but {schema!r}.")
    try:
        return Trace(
            chain=_text(value["chain"]),
            tip_height=_maybe(_whole)(value["ledger"]["tip_height"]),
            tip_hash=_maybe(_text)(value["ledger"]["tip_hash"]),
            direction=_one_of(value["direction"], ("forward", "backward")),
            methods=tuple(_one_of(method, nouns.METHODS) for method in value["methods"]),
            made_at=_text(value["made_at"]),
            limits=_read(nouns.Limits, value["limits"]),
            **{name: tuple(_read(kind, each) for each in value[name]) for name, kind in _LISTS.items()},
            sources=tuple(map(_text, value["sources"])),
            lacks=tuple(map(_text, value.get("lacks", ()))),
            tool=dict(value["tool"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadReport(f"This trace is not whole: {type(error).__name__} {error}.") from error


def _plain(value: Any) -> Any:
    """Dataclasses as dicts, tuples as lists, dates as ISO 8601."""
    if hasattr(value, "__dataclass_fields__"):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _read(kind: Any, value: Mapping[str, Any]) -> Any:
    """One noun from its dict; what must be a number is one, so that nothing else gets into the arithmetic."""
    given = dict(value)
    for name in given.keys() & _READERS.keys():
        given[name] = _READERS[name](given[name])
    return kind(**given)


def _tag(value: Mapping[str, Any]) -> Any:
    from quivive.money.tags.tag import Tag

    given = {name: _TAG.get(name, _maybe(_text))(each) for name, each in value.items()}
    return Tag(**given)


def _one_of(value: Any, known: Sequence[str]) -> Any:
    if value not in known:
        raise ValueError(f"{value!r} is none of {', '.join(known)}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is no whole number")
    return value


def _maybe(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value))


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _taint(value: Mapping[str, Any]) -> dict[Any, int | float]:
    return {_one_of(method, nouns.METHODS): _number(amount) for method, amount in value.items()}


def _spans(value: Any) -> tuple[tuple[int, int], ...]:
    return tuple((_whole(start), _whole(end)) for start, end in value)


def _tags(value: Any) -> tuple[Any, ...]:
    return tuple(map(_tag, value))


_TAG: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("address", "chain", "label", "source", "pack"), _text),
    "lastmod": _maybe(lambda value: date.fromisoformat(_text(value))),
    "concepts": _texts,
    "cluster": _yes,
}
"""How the fields of a tag are read; the others are texts that may be missing."""
_KINDS: tuple[tuple[Callable[[Any], Any], str], ...] = (
    (_text, "id txid source target node detail kind why holder symbol"),
    (_maybe(_text), "address asset contract issuer entity spent_by"),
    (_texts, "txids nodes through"),
    (_number, "amount seed unspent at_services fees elsewhere"),
    (_whole, "value position decimals"),
    (_maybe(_whole), "depth time cluster max_nodes max_degree max_reuse"),
    (_maybe(_number), "min_share"),
    (lambda value: _one_of(value, get_args(nouns.Reason)), "reason"),
    (lambda value: _one_of(value, nouns.METHODS), "method"),
    (_taint, "taint"),
    (_spans, "spans"),
    (_tags, "tags"),
)
_READERS = {name: read for read, names in _KINDS for name in names.split()}
"""How each field is read; one that is not what it must be gets no further."""
