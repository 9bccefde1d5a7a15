"""How do the journal's calls become call records?

An hour that is over becomes Parquet: the columns of call records, and beside them all that the journal
knew. It then replaces the hour's lines.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quivive.calls.service import journal
from quivive.calls.service.records_in import SCHEMA

GRACE = 300.0
"""Seconds after its end until an hour is turned: a call that was being answered may still come."""
_MORE = ("service", "action", "verdict", "x5u", "reasons")
OWN = pa.schema([*SCHEMA, *((name, pa.string()) for name in _MORE)])
_TEXTS = ("trunk", "spc", "origid", "attest", "verstat", "call_id")
_GROUP = 65_536


def turn_old(folder: Path, now: float) -> int:
    """Turn the hours that ended `GRACE` ago; how many."""
    turned = 0
    for path in sorted(folder.glob("*.ndjson")):
        hour = _hour(path)
        if hour is not None and hour + 3600 + GRACE < now:
            _turn(path)
            turned += 1
    return turned


def table(folder: Path, since: float) -> pa.Table:
    """The calls since a time (Unix seconds) as call records."""
    found = [SCHEMA.empty_table()]
    for path in sorted(folder.glob("*")):
        hour = _hour(path)
        if hour is None or hour + 3600 < since:
            continue
        if path.suffix == ".parquet":
            found.append(pq.read_table(path, columns=SCHEMA.names))
        elif path.suffix == ".ndjson":
            found += [each.select(SCHEMA.names) for each in _tables(path)]
    joined = pa.concat_tables(found)
    recent = joined.filter(pc.greater_equal(joined["start"], int(since * 1e6)))
    return recent.set_column(0, SCHEMA.field("record"), pa.array(range(len(recent)), pa.int64()))


def end(path: Path) -> float:
    """When the hour of a file ended, Unix seconds; 0 if it is no such file."""
    hour = _hour(path)
    return 0.0 if hour is None else hour + 3600


def _turn(path: Path) -> None:
    # named by its content: done twice it is the same file, and lines that came later make another
    with path.open("rb") as lines:
        digest = hashlib.file_digest(lines, "sha256").hexdigest()[:12]
    part = path.with_suffix(f".part{os.getpid()}")
    with part.open("xb") as file:
        os.chmod(part, 0o600)
        with pq.ParquetWriter(file, OWN, compression="zstd") as writer:
            for each in _tables(path):
                writer.write_table(each)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path.with_suffix(f".{digest}.parquet"))
    path.unlink()


def _tables(path: Path) -> Iterator[pa.Table]:
    rows = enumerate(journal.read(path))
    while group := list(islice(rows, _GROUP)):
        yield pa.Table.from_pylist([_record(place, call) for place, call in group], OWN)


def _record(place: int, call: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "record": place,
        "id": call.get("call_id"),
        "start": int(call["start"] * 1_000_000),
        "calling": _digits(call.get("calling")),
        "called": _digits(call.get("called")),
        "certificate": call.get("certificate") or call.get("x5u"),
        "sip_code": call.get("sip_code"),
        "service": call.get("service"),
        "action": call.get("action"),
        "verdict": call.get("verdict"),
        "x5u": call.get("x5u"),
        "reasons": " ".join(_strings(call.get("reasons"))),
    } | {name: call.get(name) for name in _TEXTS}


def _digits(number: Any) -> int | None:
    text = str(number or "").lstrip("+")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 15 else None


def _strings(values: Any) -> Iterable[str]:
    return map(str, values) if isinstance(values, list) else ()


def _hour(path: Path) -> float | None:
    """When the hour of a file began, Unix seconds."""
    try:
        return datetime.strptime(path.name.partition(".")[0] + "+0000", journal.HOUR + "%z").timestamp()
    except ValueError:
        return None
