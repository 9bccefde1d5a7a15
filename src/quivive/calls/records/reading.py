"""How do files of call records become the relation `calls`?

A Parquet file whose columns are numbers and moments already is read as it lies. All else is brought to that
form once, into a folder that lives as long as the Records.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.calls.records import direct, mapping, times
from quivive.calls.records.bringing import NAMED, Brought, bring
from quivive.calls.records.columns import COLUMNS
from quivive.calls.records.fitting import fits
from quivive.calls.records.layouts.recognise import LAYOUTS, sheets
from quivive.calls.records.layouts.sheet import Refused, Sheet
from quivive.calls.records.mapping import Chosen, Columns
from quivive.engines import Relation
from quivive.errors import TooLarge, Unreadable, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from duckdb import DuckDBPyConnection


_BROUGHT = "brought_calls"
"""The relation of all files that were brought to our form."""


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

    `refused` names the first rows that do not read, `bad` counts all. `notes` say what was assumed.
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


@dataclass(frozen=True)
class _Wishes:
    """What the user said of all the files."""

    country: str | None
    zone: ZoneInfo | None
    engine: str


@dataclass
class _Pile:
    """What was read so far."""

    selects: list[str] = field(default_factory=list)
    brought: list[Path] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad: int = 0
    rows: int = 0


def open_records(paths: Sequence[Path], told: Mapping[str, Chosen] | None = None, layout: str | None = None,
                 country: str | None = None, zone: str | None = None,
                     engine: str = "duckdb") -> Records:  # fmt: skip
    """The calls of files: CSV, Parquet, JSON, Asterisk, FreeSWITCH, Kamailio acc, the service's journal.

    `told` maps fields to columns where names do not tell (`mapping.given`). `country` reads national numbers,
    `zone` times that name no zone (else UTC). Raises UsageError where a file is not there or its columns
    are not understood, Unreadable where its bytes are damaged.
    """
    if not paths:
        raise UsageError("Name at least one file of call records.")
    if layout not in (None, *LAYOUTS):
        raise UsageError(f"There is no layout {layout!r}: {', '.join(LAYOUTS)}.")
    if country and country.upper() not in _countries():
        raise UsageError(f"--country {country!r} is no country: give two letters, such as FR.")
    wishes = _Wishes(country, times.zone(zone) if zone else None, engine)
    folder = tempfile.TemporaryDirectory(prefix="quivive-records-")
    connection, pile = _connection(folder.name), _Pile()
    try:
        for sheet in sheets(paths, Path(folder.name), layout):
            _take(sheet, pile, columns_of(sheet, told or {}), wishes, connection, Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    finally:
        connection.close()
    if not zone and any("without a zone" in note for note in pile.notes):
        pile.notes.append("Times that name no zone were read as UTC; say otherwise with --zone.")
    calls = sum(part.calls for part in pile.parts)
    relations: dict[str, Relation] = {_BROUGHT: pile.brought} if pile.brought else {}
    if pile.brought:
        pile.selects.append(f"select {', '.join(column.name for column in COLUMNS)} from {_BROUGHT}")
    return Records(" union all ".join(pile.selects), relations, calls, tuple(pile.parts), pile.bad,
                   tuple(pile.refused[:NAMED]), tuple(dict.fromkeys(pile.notes)), folder)  # fmt: skip


def _connection(folder: str) -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
                                        "temp_directory": folder})  # fmt: skip
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _countries() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _take(sheet: Sheet, pile: _Pile, columns: Columns, wishes: _Wishes, connection: DuckDBPyConnection,
          folder: Path) -> None:  # fmt: skip
    """Add the calls of a sheet. Raises Unreadable, TooLarge."""
    import duckdb

    pile.notes += [*sheet.notes, *columns.notes]
    pile.bad += sheet.bad
    pile.refused += sheet.refused
    try:
        done = _direct(sheet, pile, columns, wishes, connection) or _brought(
            sheet, pile, columns, wishes, connection, folder
        )
    except duckdb.OutOfMemoryException as error:
        raise TooLarge(f"{sheet.name} needs more memory than there is.") from error
    except duckdb.Error as error:
        raise Unreadable(f"{sheet.name} does not read: {str(error).splitlines()[0][:300]}") from error
    pile.bad += done.bad
    pile.refused += done.refused
    pile.rows += done.rows
    pile.notes += done.notes
    pile.parts.append(Part(sheet.name, sheet.layout, columns.shown(), done.calls))
    if "duration" in columns.fields and not {"seconds", "answer", "ring"} & set(columns.fields):
        name = columns.fields["duration"].column
        pile.notes.append(f"{sheet.name}: '{name}' was taken as the length of the conversation.")
    if not done.calls:
        pile.notes.append(f"{sheet.name} holds no call that reads.")


def _direct(sheet: Sheet, pile: _Pile, columns: Columns, wishes: _Wishes,
            connection: DuckDBPyConnection) -> Brought | None:  # fmt: skip
    """The file as it lies, where that goes."""
    if sheet.direct is None:
        return None
    asked = direct.ask(sheet, columns, wishes.country, pile.rows, wishes.engine, connection)
    if asked is None:
        return None
    pile.selects.append(asked.sql)
    return Brought(asked.calls, asked.rows, asked.bad, asked.refused)


def _brought(sheet: Sheet, pile: _Pile, columns: Columns, wishes: _Wishes, connection: DuckDBPyConnection,
             folder: Path) -> Brought:  # fmt: skip
    target = folder / f"calls{len(pile.parts)}.parquet"
    done = bring(sheet, columns, pile.rows, wishes.country, wishes.zone, connection, target)
    pile.brought.append(target)
    return done


def columns_of(sheet: Sheet, told: Mapping[str, Chosen]) -> Columns:
    """Which column is which field: by the map, else by the layout, else by names and first values."""
    fixed = {field: Chosen(name) for field, name in (sheet.fields or {}).items() if name in sheet.columns}
    known = {**fixed, **told}
    if fixed and all(field in known for field in mapping.MANDATORY):
        return mapping.choose(sheet.columns, known, sheet.name, lambda field, column: False)
    return mapping.choose(
        sheet.columns, known, sheet.name, lambda field, column: fits(field, sheet.sample.get(column, ()))
    )
