"""Which calls do JSON files hold: lines, lists, FreeSWITCH's mod_json_cdr, or our journal?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from quivive.calls.records.layouts import opening, rows
from quivive.calls.records.layouts.sheet import Refused, Sheet
from quivive.errors import TooLarge

_LARGEST = 1 << 28
"""Bytes of one JSON value that is not cut into lines."""
_LONGEST_LINE = 1 << 22
_FREESWITCH = {
    "start": ("start_uepoch", "start_epoch", "start_stamp"), "answer": ("answer_uepoch", "answer_epoch",
    "answer_stamp"),
    "end": ("end_uepoch", "end_epoch", "end_stamp"), "calling": ("caller_id_number", "ani", "sip_from_user"),
    "called": ("destination_number", "sip_to_user"), "seconds": ("billsec",), "duration": ("duration",),
    "cause": ("hangup_cause_q850", "hangup_cause"), "trunk": ("sip_network_ip", "network_addr"),
    "egress": ("sip_gateway_name",), "call_id": ("sip_call_id",), "id": ("uuid",),
    "verstat": ("sip_verstat",),
}  # fmt: skip
_JOURNAL = (
    "start",
    "calling",
    "called",
    "call_id",
    "trunk",
    "sip_code",
    "verstat",
    "attest",
    "spc",
    "certificate",
    "origid",
)


def sheet(paths: Sequence[Path], folder: Path, name: str) -> Sheet:
    """The rows of JSON files, all together."""
    written = rows.write((row for path in paths for row in _rows(path)), folder, name)
    columns = tuple(each for each in written.sample if not each.startswith("#"))
    layout, fields = "json", None
    if {"service", "action", "verdict", "start"} <= set(columns):
        layout, fields = "journal", {each: each for each in _JOURNAL if each in columns}
    elif "start_uepoch" in columns or ("start_epoch" in columns and "billsec" in columns):
        layout = "freeswitch-json"
        fields = {
            f: here[0] for f, names in _FREESWITCH.items() if (here := [n for n in names if n in columns])
        }
    label = paths[0].name if len(paths) == 1 else f"{len(paths)} JSON files"
    return Sheet(label, layout, columns, written.sql, written.sample, fields, outcome=layout != "journal",
                 refused=tuple(written.refused), bad=written.bad)  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, str] | Refused]:
    for place, value in _values(path):
        if isinstance(value, Mapping):
            yield {rows.FILE: path.name, rows.PLACE: str(place), **_flat(value)}
        else:
            yield Refused(path.name, f"line {place}", "This is no JSON object.")


def _values(path: Path) -> Iterator[tuple[int, Any]]:
    """(line or place, value); None for a line that is not JSON."""
    with opening.binary(path) as file:
        first = file.readline(_LONGEST_LINE).lstrip(b"\xef\xbb\xbf")
        if isinstance(_json(first), Mapping):
            yield 1, _json(first)
            for place, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), 2):
                if line.strip():
                    yield place, _json(line)
            return
        text = first + file.read(_LARGEST)
    if len(text) > _LARGEST:
        raise TooLarge(f"{path} is one JSON value of more than {_LARGEST >> 20} MB: write one object a line.")
    whole = _json(text)
    if isinstance(whole, Mapping):
        lists = [
            each
            for each in whole.values()
            if isinstance(each, list) and each and isinstance(each[0], Mapping)
        ]
        whole = lists[0] if len(lists) == 1 and "variables" not in whole else [whole]
    yield from enumerate(whole if isinstance(whole, list) else [whole], 1)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flat(value: Mapping[str, Any]) -> dict[str, str]:
    """Its plain values as texts; of FreeSWITCH's the variables and the caller profile as well."""
    flat: dict[str, str] = {}
    callflow = value.get("callflow")
    flows = callflow if isinstance(callflow, list) else [callflow]
    # the flows stand newest first; the last is how the call came in
    for inner in [each.get("caller_profile") for each in flows if isinstance(each, Mapping)]:
        if isinstance(inner, Mapping):
            flat |= _plain(inner)
    if isinstance(value.get("variables"), Mapping):
        flat |= {name: unquote(text) for name, text in _plain(value["variables"]).items()}
    return flat | _plain(value)


def _plain(value: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(name)[:200]: ("true" if each is True else "false" if each is False else str(each))
        for name, each in value.items()
        if isinstance(each, str | int | float)
    }
