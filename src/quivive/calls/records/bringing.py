"""How are rows of texts brought to the form of call records? Into Parquet as texts, then as calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.calls.records import normalising, times
from quivive.calls.records.columns import COLUMNS
from quivive.calls.records.layouts import rows, tables
from quivive.calls.records.layouts.sheet import Refused, Sheet
from quivive.calls.records.mapping import Columns

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from duckdb import DuckDBPyConnection

NAMED = 20
"""So many refused rows are named; all are counted."""
_NATIONAL = r"0[1-9]\d{5,11}|[2-9]\d{9}"
"""What looks like a number as it is dialled within a country."""


@dataclass
class Brought:
    """How many `calls` of how many `rows`; those that did not read (`bad`), and what to say."""

    calls: int = 0
    rows: int = 0
    bad: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def bring(sheet: Sheet, columns: Columns, first: int, country: str | None, zone: ZoneInfo | None,
          connection: DuckDBPyConnection, target: Path) -> Brought:  # fmt: skip
    """Write the sheet's calls to `target`, numbered from `first`."""
    staged, done = target.with_suffix(".stage.parquet"), Brought()
    _copy(connection, _staged_sql(sheet, columns, first, connection), staged)
    connection.execute(f"create or replace view staged as select * from {_read(staged)}")
    done.rows = _one(connection, "select count(*) from staged")
    normalising.odd_numbers(connection, "staged", country)
    changes, low = _zone(sheet, columns, zone, connection, done)
    sql = normalising.canonical_sql(
        columns.fields, "staged", country, zone, changes, low, settles(sheet, columns)
    )
    _copy(connection, f"select * from ({sql}) c where start is not null", target)
    done.calls = _one(connection, f"select count(*) from {_read(target)}")
    _refuse(sheet, target, first, connection, done)
    _say_numbers(sheet, target, country, connection, done)
    staged.unlink()
    return done


def settles(sheet: Sheet, columns: Columns) -> bool:
    """Whether a SIP code tells of the answer: not in our own form, where that was settled before."""
    own = {column.name for column in COLUMNS} <= set(sheet.columns)
    answered = columns.fields.get("answered")
    return sheet.outcome and not (own and answered is not None and answered.column == "answered")


def _staged_sql(sheet: Sheet, columns: Columns, first: int, connection: DuckDBPyConnection) -> str:
    fields = {
        tables.identifier(name): tables.identifier(each.column) for name, each in columns.fields.items()
    }
    trimmed = ", ".join(f"trim(cast({column} as varchar)) as {name}" for name, column in fields.items())
    shown = ", ".join(f"{normalising.filled_sql(name)} as {name}" for name in fields)
    names = [row[0] for row in connection.execute(f"describe {sheet.sql}").fetchall()]
    own = rows.PLACE in names
    where = f'"{rows.FILE}" as file, "{rows.PLACE}" as place, ' if own else ""
    inner = f"select {where}{trimmed} from ({sheet.sql}) s"
    number = f"row_number() over () - 1 + {first} as record"
    return f"select {number}, {'file, place, ' if own else ''}{shown} from ({inner}) t"


def _zone(sheet: Sheet, columns: Columns, zone: ZoneInfo | None, connection: DuckDBPyConnection,
          done: Brought) -> tuple[list[times.Turn], int]:  # fmt: skip
    """The changes of the zone within the records' times; notes which times come twice or never."""
    text = "start" if "date" not in columns.fields else "date || ' ' || time"
    wall = normalising.moment_sql(text, columns.fields["start"].format)[1]
    walls = f"(select {wall} as w from staged) s"
    low, high, count = connection.execute(f"select min(w), max(w), count(w) from {walls}").fetchall()[0]
    if not count:
        return [], 0
    if zone is None:
        done.notes.append(f"{sheet.name}: {count:,} times are written without a zone.")
        return [], 0
    changes = times.turns(zone, low, high)
    for twice, words in _DOUBTFUL:
        number = _one(
            connection, f"select count(*) from {walls} where {times.doubtful_sql('w', changes, twice)}"
        )
        if number:
            done.notes.append(f"{sheet.name}: {number:,} times in {zone.key} {words}.")
    return changes, low


_DOUBTFUL = (
    (True, "came twice, when clocks went back: the earlier moment was taken"),
    (False, "never came, when clocks went forward: the clock before was taken"),
)


def _refuse(sheet: Sheet, target: Path, first: int, connection: DuckDBPyConnection, done: Brought) -> None:
    """Count and name the rows without a time that reads, and the lines that do not divide into columns."""
    done.bad = done.rows - done.calls
    if done.bad:
        own = "place" in [row[0] for row in connection.execute("describe staged").fetchall()]
        row_number = f"'row ' || cast(record - {first} + {sheet.first} as varchar)"
        where = "file, 'line ' || place" if own else f"{times.quoted(sheet.name)}, {row_number}"
        found = connection.execute(
            f"select {where}, start from staged where record not in (select record from {_read(target)}) "
            f"order by record limit {NAMED}"
        ).fetchall()
        done.refused += [Refused(file, place, _why(start)) for file, place, start in found]
    if sheet.rejects:
        lines = connection.execute(
            f"select line, any_value(error_message) from {sheet.rejects} group by line order by line"
        ).fetchall()
        done.bad += len(lines)
        done.refused += [Refused(sheet.name, f"line {line}", _split(why)) for line, why in lines[:NAMED]]


def _why(start: str | None) -> str:
    return "It has no time." if start is None else f"Its time {start[:60]!r} does not read."


def _split(why: Any) -> str:
    return "It does not divide into the columns: " + str(why).splitlines()[0][:200]


def _say_numbers(sheet: Sheet, target: Path, country: str | None, connection: DuckDBPyConnection,
                 done: Brought) -> None:  # fmt: skip
    """Note the numbers that were none, and those that seem to lack their country."""
    joined = f"from staged join {_read(target)} c using (record)"
    for side, words in (("calling", "caller's"), ("called", "called")):
        none = _one(
            connection, f"select count(*) {joined} where staged.{side} is not null and c.{side} is null"
        )
        if none:
            done.notes.append(f"{sheet.name}: the {words} number of {none:,} records is a name, an "
                              "address or nothing that reads.")  # fmt: skip
        national = 0 if country else _one(
            connection, f"select count(*) {joined} where regexp_full_match(staged.{side}, '{_NATIONAL}')"
        )  # fmt: skip
        if national:
            done.notes.append(f"{sheet.name}: the {words} number of {national:,} records seems to be written "
                              "without its country; say which with --country.")  # fmt: skip


def _copy(connection: DuckDBPyConnection, sql: str, path: Path) -> None:
    connection.execute(f"copy ({sql}) to {times.quoted(str(path))} (format parquet, compression lz4)")


def _read(path: Path) -> str:
    return f"read_parquet({times.quoted(str(path))})"


def _one(connection: DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])
