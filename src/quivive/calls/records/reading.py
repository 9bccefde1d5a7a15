"""How do files of call records become the relation `calls`?

A Parquet file whose columns are numbers and moments already is read as it lies. All else is brought to that
form once, into a folder that lives as long as the Records.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.calls.records import direct, mapping, normalising, times
from quivive.calls.records.columns import COLUMNS
from quivive.calls.records.layouts import inserts, kamailio, native, objects, rows, tables
from quivive.calls.records.layouts.sheet import Refused, Sheet
from quivive.calls.records.mapping import Chosen, Columns
from quivive.engines import Relation
from quivive.errors import TooLarge, Unreadable, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from duckdb import DuckDBPyConnection

NAMED = 20
"""So many refused rows are named; all are counted."""
LAYOUTS = ("auto", "csv", "parquet", "json", "kamailio-acc", "freeswitch-sql", *native.NATIVE)


@dataclass(frozen=True)
class Part:
    """One file, or several alike: how its columns were understood, how many calls it gave."""

    name: str
    layout: str
    columns: Mapping[str, str]
    calls: int


@dataclass(frozen=True)
class Records:
    """Call records of which `sql` selects exactly COLUMNS from `relations`, on the engine it was made for.

    `refused` names the first rows that do not read, `bad` counts all. `notes` are sentences on what was assumed.
    """

    sql: str
    relations: Mapping[str, Relation]
    calls: int
    parts: tuple[Part, ...]
    bad: int = 0
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    _folder: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    def close(self) -> None:
        """Remove the files that were made; also done when the Records are gone."""
        if self._folder:
            self._folder.cleanup()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class _Pile:
    """What was read so far."""

    selects: list[str] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad: int = 0
    rows: int = 0


def open_records(paths: Sequence[Path], told: Mapping[str, Chosen] | None = None, layout: str | None = None,
                 country: str | None = None, zone: str | None = None, engine: str = "duckdb") -> Records:  # fmt: skip
    """The calls of files: CSV, Parquet, JSON, Asterisk, FreeSWITCH, Kamailio acc, the service's journal.

    `told` maps fields to columns where names do not tell (`mapping.given`). `country` reads national numbers,
    `zone` times that name no zone (else UTC). Raises UsageError where a file is not there or its columns are not
    understood, Unreadable where its bytes are damaged.
    """
    if not paths:
        raise UsageError("Name at least one file of call records.")
    if layout not in (None, *LAYOUTS):
        raise UsageError(f"There is no layout {layout!r}: {', '.join(LAYOUTS)}.")
    if country and country.upper() not in _countries():
        raise UsageError(f"--country {country!r} is no country: give two letters, such as FR.")
    place = times.zone(zone) if zone else None
    folder = tempfile.TemporaryDirectory(prefix="quivive-records-")
    connection = _connection(folder.name)
    pile = _Pile()
    try:
        for sheet in _sheets(paths, connection, Path(folder.name), None if layout == "auto" else layout):
            _take(sheet, pile, told or {}, country, place, connection, Path(folder.name), engine)
    except BaseException:
        folder.cleanup()
        raise
    finally:
        connection.close()
    if not place and any("without a zone" in note for note in pile.notes):
        pile.notes.append("Times that name no zone were read as UTC; say otherwise with --zone.")
    calls = sum(part.calls for part in pile.parts)
    return Records(" union all ".join(pile.selects), pile.relations, calls, tuple(pile.parts), pile.bad,
                   tuple(pile.refused), tuple(dict.fromkeys(pile.notes)), folder)  # fmt: skip


def _connection(folder: str) -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False,
                                        "temp_directory": folder})  # fmt: skip
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _countries() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _sheets(
    paths: Sequence[Path], connection: DuckDBPyConnection, folder: Path, layout: str | None
) -> Iterator[Sheet]:
    """The files as sheets; neighbours that are read row by row in one layout are one sheet."""
    kinds = [(_kind(path, layout), path) for path in paths]
    number = 0
    for kind, group in groupby(kinds, key=lambda each: each[0]):
        files = [path for _, path in group]
        many = {"json": objects.sheet, "kamailio-acc": kamailio.sheet, "freeswitch-sql": inserts.sheet}.get(
            kind
        )
        if many:
            number += 1
            yield many(files, folder, f"rows{number}")
            continue
        for path in files:
            number += 1
            if kind == "parquet":
                yield tables.parquet_sheet(path, connection)
            else:
                yield tables.csv_sheet(path, tables.head_of(path), number, layout)


def _kind(path: Path, layout: str | None) -> str:
    if not path.is_file():
        raise UsageError(f"{path} is no file." if path.exists() else f"There is no file {path}.")
    if layout in ("json", "parquet", "kamailio-acc", "freeswitch-sql"):
        return layout
    head = tables.head_of(path)
    if not head.strip():
        raise Unreadable(f"{path} is empty.")
    if layout:
        return "csv"
    if head[:4] == b"PAR1":
        return "parquet"
    text = head.decode(tables.encoding_of(head), "replace").lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return "json"
    if inserts.STATEMENT.match(text.splitlines()[0]):
        return "freeswitch-sql"
    return "kamailio-acc" if kamailio.is_accounting(text) else "csv"


def _take(sheet: Sheet, pile: _Pile, told: Mapping[str, Chosen], country: str | None, place: ZoneInfo | None,
          connection: DuckDBPyConnection, folder: Path, engine: str) -> None:  # fmt: skip
    import duckdb

    columns = columns_of(sheet, told)
    pile.notes += [*sheet.notes, *columns.notes]
    pile.bad += sheet.bad
    pile.refused += sheet.refused[: NAMED - len(pile.refused)]
    try:
        if sheet.direct and (
            asked := direct.ask(sheet, columns, country, place, pile.rows, engine, connection)
        ):
            pile.selects.append(asked.sql)
            pile.relations |= asked.relations
            found, bad, named, total = asked.calls, asked.bad, asked.refused, asked.rows
        else:
            name = f"calls{len(pile.parts)}"
            found, bad, named, total = _bring(
                sheet, columns, pile, country, place, connection, folder / f"{name}.parquet"
            )
            pile.selects.append(f"select {', '.join(c.name for c in COLUMNS)} from {name}")
            pile.relations[name] = [folder / f"{name}.parquet"]
    except duckdb.OutOfMemoryException as error:
        raise TooLarge(f"{sheet.name} needs more memory than there is.") from error
    except duckdb.Error as error:
        raise Unreadable(f"{sheet.name} does not read: {str(error).splitlines()[0][:300]}") from error
    pile.bad += bad
    pile.refused += named[: NAMED - len(pile.refused)]
    pile.rows += total
    pile.parts.append(Part(sheet.name, sheet.layout, columns.shown(), found))
    if "duration" in columns.fields and not {"seconds", "answer", "ring"} & set(columns.fields):
        pile.notes.append(
            f"{sheet.name}: '{columns.fields['duration'].column}' was taken as the length of the conversation."
        )
    if not found:
        pile.notes.append(f"{sheet.name} holds no call that reads.")


def columns_of(sheet: Sheet, told: Mapping[str, Chosen]) -> Columns:
    """Which column of a sheet is which field: by the map, else by the layout, else by names and first values."""
    fixed = {f: Chosen(c) for f, c in (sheet.fields or {}).items() if c in sheet.columns}
    if fixed and all(each in {**fixed, **told} for each in mapping.MANDATORY):
        own = mapping.choose(sheet.columns, {**fixed, **told}, sheet.name, lambda *_: False)
        return own
    return mapping.choose(
        sheet.columns, {**fixed, **told}, sheet.name, lambda f, c: fits(f, sheet.sample.get(c, ()))
    )


def fits(field_: str, values: Sequence[str]) -> bool:
    """Whether the first values of a column can be of a field; an empty column can."""
    import re

    filled = [
        value.strip() for value in values if value.strip().lower() not in ("", "null", "\\n", "none", "-")
    ]
    if not filled:
        return field_ != "moment"
    moments = sum(
        bool(re.match(times.ISO, v) or re.match(r"^\d{9,10}(\.\d+)?$|^\d{12,13}(\.\d+)?$|^\d{15,19}$", v))
        for v in filled
    )
    days = sum(bool(re.match(r"^\d{4}[-/]?\d\d[-/]?\d\d$", v)) for v in filled)
    if field_ in ("start", "answer", "end", "moment"):
        return moments * 2 > len(filled) or (field_ == "start" and days * 2 > len(filled))
    if field_ == "date":
        return days * 2 > len(filled)
    if field_ == "time":
        return sum(bool(re.match(r"^\d\d:\d\d(:\d\d)?", v)) for v in filled) * 2 > len(filled)
    if field_ in ("calling", "called"):
        return any(normalising.number_of(value, None) is not None for value in filled)
    if field_ in ("seconds", "duration", "ring"):
        return sum(bool(re.match(r"^\d+(\.\d+)?$|^\d+:\d\d(:\d\d)?$", v)) for v in filled) * 2 > len(filled)
    if field_ == "answered":
        return moments * 2 <= len(filled)
    if field_ == "sip_code":
        return any(re.search(r"\b[1-6]\d\d\b", value) for value in filled)
    return True


def _bring(sheet: Sheet, columns: Columns, pile: _Pile, country: str | None, place: ZoneInfo | None,
           connection: DuckDBPyConnection, target: Path) -> tuple[int, int, list[Refused], int]:  # fmt: skip
    """Write the sheet's calls to `target`; (calls, rows refused, the first of them, all rows)."""
    staged = target.with_suffix(".stage.parquet")
    fields = columns.fields
    shown = ", ".join(
        f"{normalising.trimmed_sql(tables.identifier(each.column))} as {tables.identifier(name)}"
        for name, each in fields.items()
    )
    where = (f'"{rows.FILE}" as file, "{rows.PLACE}" as place' if "#file" in _names(connection, sheet.sql)
             else f"{times.quoted(sheet.name)} as file, cast(row_number() over () - 1 + {sheet.first} as varchar) as place")  # fmt: skip
    connection.execute(f"copy (select row_number() over () - 1 + {pile.rows} as record, {where}, {shown} from ({sheet.sql}) s) "
                       f"to {times.quoted(str(staged))} (format parquet, compression lz4)")  # fmt: skip
    connection.execute(
        f"create or replace view staged as select * from read_parquet({times.quoted(str(staged))})"
    )
    total = _one(connection, "select count(*) from staged")
    normalising.odd_numbers(connection, "staged", country)
    changes, first = _zone(sheet, columns, place, connection, pile)
    sql = normalising.canonical_sql(
        fields, "staged", country, place, changes, first, _outcome(sheet, columns)
    )
    connection.execute(f"copy (select * from ({sql}) c where start is not null) "
                       f"to {times.quoted(str(target))} (format parquet, compression lz4)")  # fmt: skip
    found = _one(connection, f"select count(*) from read_parquet({times.quoted(str(target))})")
    named = _unread(connection, sheet, target, NAMED) if found < total else []
    bad = total - found
    if sheet.rejects:
        lines = connection.execute(
            f"select line, error_message from {sheet.rejects} order by line"
        ).fetchall()
        bad += len(lines)
        named += [Refused(sheet.name, f"line {line}", _plain(why)) for line, why in lines[:NAMED]]
    _say_numbers(connection, target, sheet, country, pile)
    staged.unlink()
    return found, bad, named, total


def _outcome(sheet: Sheet, columns: Columns) -> bool:
    """Whether a SIP code tells of the answer: not in our own form, where that was settled before."""
    own = {c.name for c in COLUMNS} <= set(sheet.columns)
    return sheet.outcome and not (own and columns.fields.get("answered", Chosen("")).column == "answered")


def _zone(sheet: Sheet, columns: Columns, place: ZoneInfo | None, connection: DuckDBPyConnection,
          pile: _Pile) -> tuple[list[times.Turn], int]:  # fmt: skip
    """The changes of the zone within the records' times; says which times come twice or never."""
    text = "start" if "date" not in columns.fields else "date || ' ' || time"
    wall = normalising.moment_sql(text, columns.fields["start"].format)[1]
    low, high, count = connection.execute(
        f"select min(w), max(w), count(w) from (select {wall} as w from staged) s"
    ).fetchall()[0]
    if not count:
        return [], 0
    if place is None:
        pile.notes.append(f"{sheet.name}: {count:,} times are written without a zone.")
        return [], 0
    changes = times.turns(place, low, high)
    for twice, words in ((True, "came twice, when clocks went back: the earlier moment was taken"),
                         (False, "never came, when clocks went forward: the clock before was taken")):  # fmt: skip
        number = _one(
            connection,
            f"select count(*) from (select {wall} as w from staged) s where {times.doubtful_sql('w', changes, twice)}",
        )
        if number:
            pile.notes.append(f"{sheet.name}: {number:,} times in {place.key} {words}.")
    return changes, low


def _unread(connection: DuckDBPyConnection, sheet: Sheet, target: Path, most: int) -> list[Refused]:
    found = connection.execute(
        f"select file, place, start from staged where record not in (select record from read_parquet({times.quoted(str(target))})) "
        f"order by record limit {most}"
    ).fetchall()
    return [
        Refused(file, f"row {place}" if "#file" not in sheet.sql else f"line {place}",
                f"Its time {str(start)[:60]!r} does not read." if start is not None else "It has no time.")
        for file, place, start in found
    ]  # fmt: skip


def _say_numbers(
    connection: DuckDBPyConnection, target: Path, sheet: Sheet, country: str | None, pile: _Pile
) -> None:
    """What an analyst must know of numbers: those that were none, and those that seem to lack their country."""
    sql = f"from staged join read_parquet({times.quoted(str(target))}) c using (record)"
    for side in ("calling", "called"):
        none = _one(connection, f"select count(*) {sql} where staged.{side} is not null and c.{side} is null")
        if none:
            pile.notes.append(
                f"{sheet.name}: {none:,} records have no number as {side}, but a name, an address or nothing that reads."
            )
    if not country:
        national = _one(
            connection,
            f"select count(*) {sql} where regexp_full_match(staged.calling, '0[1-9]\\d{{5,11}}|[2-9]\\d{{9}}')",
        )
        if national:
            pile.notes.append(f"{sheet.name}: {national:,} caller's numbers seem to be written without their country; "
                              "say which with --country.")  # fmt: skip


def _names(connection: DuckDBPyConnection, sql: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {sql}").fetchall()]


def _one(connection: DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


def _plain(why: Any) -> str:
    return "It does not divide into the columns: " + str(why).splitlines()[0][:200]
