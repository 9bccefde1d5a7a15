"""Which calls do the records of Asterisk, FreeSWITCH and Kamailio show, in their own layouts?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any

from quivive.calls.traceback.record import Record
from quivive.calls.traceback.tables import Read, Window

_NESTED = (b'"callflow"', b'"core-uuid"', b'"switchname"')
"""What only the JSON records of FreeSWITCH begin with."""


def is_one(path: Path) -> bool:
    """Whether a file begins like accounting of Kamailio or JSON of FreeSWITCH, whose columns mislead."""
    from quivive.calls.records.layouts import kamailio

    with path.open("rb") as file:
        head = file.read(65_536)
    if head.lstrip()[:1] in (b"{", b"["):
        return any(word in head for word in _NESTED)
    return kamailio.is_accounting(head.decode("utf-8", "replace"))


def read(path: Path, window: Window, zone: tzinfo | None) -> Read:
    """The calls within the window. Raises Unreadable, UsageError."""
    from quivive.calls.records.reading import open_records
    from quivive.engines import DuckDB

    name = getattr(zone, "key", None)
    with open_records([path], zone=name) as records:
        low, high = (int(second * 1_000_000) for second in window)
        within = f"start between {low} and {high}"
        sql = f"select * from ({records.sql}) c where {within} order by record"  # noqa: S608 - numbers
        table = DuckDB().query(sql, records.relations)
        moved = records.parts[0].layout == "kamailio-acc"
        found = Read(rows=records.calls, bad=records.bad)
        found.refused = [f"{each.file}, {each.place}: {each.why}" for each in records.refused]
    for row in table.to_pylist():
        found.add("", _record(path, row, moved))
    return found


def _record(path: Path, row: Mapping[str, Any], moved: bool) -> Record:
    """`moved`: the time is that of the final reply, so that ringing is over then."""
    place = f"{path.name}:{row['record'] + 1}"
    return Record(
        reference=f"{place} ({row['id']})" if row["id"] else place,
        start=row["start"] / 1_000_000, seconds=row["seconds"], ring=0.0 if moved else row["ring"],
        calling=_digits(row["calling"]), called=_digits(row["called"]), answered=row["answered"],
        trunk=row["trunk"], egress=row["egress"], call_id=row["call_id"], code=row["sip_code"],
        cause=row["cause"], attest_seen=row["attest"], spc=row["spc"], origid=row["origid"],
    )  # fmt: skip


def _digits(number: int | None) -> str | None:
    return None if number is None else str(number)
