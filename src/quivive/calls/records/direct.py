"""Can a Parquet file be read as it lies, without writing it anew? Where its columns are typed as ours are.

The engines differ in three words only: how a row's place, a moment and a name are written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.calls.records import outcomes
from quivive.calls.records.bringing import NAMED, settles
from quivive.calls.records.layouts.sheet import Refused, Sheet
from quivive.calls.records.normalising import _TEXTS, NANP, derived
from quivive.calls.records.times import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from quivive.calls.records.mapping import Columns

_HIGHEST = 10**15
_WORDS = 64
"""Different words for the outcome of a call; more are looked up for each record."""


@dataclass(frozen=True)
class Direct:
    """The statement over a file, and what it will find."""

    sql: str
    calls: int
    rows: int
    bad: int
    refused: list[Refused]


@dataclass(frozen=True)
class _Dialect:
    quote: str
    table: str
    place: str
    micros: str

    def column(self, name: str) -> str:
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote


def _dialect(engine: str, path: Path) -> _Dialect:
    if engine == "spark":
        file = str(path.absolute()).replace("`", "``")
        return _Dialect("`", f"parquet.`{file}`", "_metadata.row_index", "unix_micros(cast({} as timestamp))")
    return _Dialect(
        '"', f"read_parquet({quoted(str(path))}, file_row_number = true)", "file_row_number", "epoch_us({})"
    )


def ask(sheet: Sheet, columns: Columns, country: str | None, offset: int, engine: str,
        connection: DuckDBPyConnection) -> Direct | None:  # fmt: skip
    """The statement, or None where the file must be brought to our form first."""
    import pyarrow.parquet as pq

    assert sheet.direct is not None
    schema = pq.read_schema(sheet.direct)
    kinds = {name: schema.field(each.column).type for name, each in columns.fields.items()}
    if not _typed(kinds, columns) or (country and country.upper() not in NANP):
        return None
    here = _dialect("duckdb", sheet.direct)
    start = here.column(columns.fields["start"].column)
    integer = _is_int(kinds["start"])
    span = f", min({start}), max({start})" if integer else ", 0, 0"
    rows, filled, low, high = connection.execute(
        f"select count(*), count({start}){span} from {here.table}"
    ).fetchall()[0]
    unit = _unit(low, high) if integer else 0
    if unit is None or not filled:
        return None
    dialect = _dialect(engine, sheet.direct)
    said = _said(columns, kinds, dialect, here, connection)
    read = _read(columns, kinds, dialect, unit, offset, country, _may_be_empty(sheet.direct), said.sql)
    sql = derived(read, settles(sheet, columns), said.always)
    sql_bad = f"select file_row_number + 1 from {here.table} where {start} is null order by 1 limit {NAMED}"
    bad = connection.execute(sql_bad).fetchall() if filled < rows else []
    named = [Refused(sheet.name, f"row {row}", "It has no time.") for (row,) in bad]
    return Direct(sql, filled, rows, rows - filled, named)


def _typed(kinds: Mapping[str, Any], columns: Columns) -> bool:
    import pyarrow as pa

    if "date" in kinds or any(each.format for each in columns.fields.values()):
        return False
    for name, kind in kinds.items():
        if name in ("start", "answer", "end"):
            aware = pa.types.is_timestamp(kind) and kind.tz == "UTC" and kind.unit in ("us", "ms")
            fits = aware or (name == "start" and _is_int(kind))
        elif name in ("calling", "called", "sip_code", "cause"):
            fits = _is_int(kind)
        elif name in ("seconds", "duration", "ring"):
            fits = _is_int(kind) or pa.types.is_floating(kind)
        elif name == "answered":
            fits = pa.types.is_boolean(kind) or _is_int(kind) or _is_text(kind)
        else:
            fits = _is_text(kind) or _is_int(kind)
        if not fits:
            return False
    return True


def _is_int(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind)) and str(kind) != "uint64"


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _unit(low: int | None, high: int | None) -> int | None:
    """Microseconds of one unit of Unix times from `low` to `high`; None where they are not of one unit."""
    for unit, least in ((1_000_000, 10**8), (1000, 10**11), (1, 10**14)):
        if low is not None and high is not None and least <= low and high < least * 1000:
            return unit
    return None


def _may_be_empty(path: Path) -> frozenset[str]:
    """Columns that may hold the empty text, as far as the file's statistics tell.

    To ask each text costs a third of reading them.
    """
    import pyarrow.parquet as pq

    about = pq.read_metadata(path)
    found = set()
    for part in range(about.num_row_groups):
        group = about.row_group(part)
        for place in range(group.num_columns):
            column = group.column(place)
            known = column.statistics if column.is_stats_set else None
            full = known and known.null_count == column.num_values
            if not full and not (known and known.has_min_max and known.min):
                found.add(column.path_in_schema)
    return frozenset(found)


@dataclass(frozen=True)
class _Said:
    """How a file's column of outcomes reads, and whether every record says whether it was answered."""

    sql: str
    always: bool


def _said(columns: Columns, kinds: Mapping[str, Any], dialect: _Dialect, here: _Dialect,
          connection: DuckDBPyConnection) -> _Said:  # fmt: skip
    """A few different words are read once, here: to look up each record's costs as much as all columns."""
    if "answered" not in kinds:
        return _Said("cast(null as boolean)", False)
    name = columns.fields["answered"].column
    if str(kinds["answered"]) == "bool":
        return _Said(dialect.column(name), False)
    text = f"cast({here.column(name)} as string)"
    words = connection.execute(
        f"select word, {outcomes.answered_sql('word')} from (select distinct {text} as word "
        f"from {here.table} limit {_WORDS + 1}) words order by word"
    ).fetchall()
    if len(words) > _WORDS:
        return _Said(outcomes.answered_sql(dialect.column(name)), False)
    cases = " ".join(f"when {_literal(word)} then {yes}" for word, yes in words if yes is not None)
    own = dialect.column(name)
    value = own if _is_text(kinds["answered"]) else f"cast({own} as string)"
    sql = f"case {value} {cases} end" if cases else "cast(null as boolean)"
    return _Said(sql, all(yes is not None for _, yes in words))


def _literal(word: str) -> str:
    """A text that has neither quotes nor backslashes: it is a word that is known."""
    return f"'{word}'"


def _read(columns: Columns, kinds: Mapping[str, Any], dialect: _Dialect, unit: int, offset: int,
          country: str | None, empty: Collection[str], said: str) -> str:  # fmt: skip
    def of(name: str) -> str:
        return dialect.column(columns.fields[name].column)

    def moment(name: str) -> str:
        if name not in kinds:
            return "cast(null as bigint)"
        return (
            f"cast({of(name)} as bigint) * {unit}"
            if _is_int(kinds[name])
            else dialect.micros.format(of(name))
        )

    def length(name: str) -> str:
        if name not in kinds:
            return "cast(null as integer)"
        scale = columns.fields[name].scale
        value = of(name) if scale == 1 and _is_int(kinds[name]) else f"floor({of(name)} / {scale})"
        return f"case when {of(name)} between 0 and {100_000_000 * scale} then cast({value} as integer) end"

    def number(name: str) -> str:
        column = of(name)
        american = (
            f"when {column} between 2000000000 and 9999999999 then {column} + 10000000000 " if country else ""
        )
        return f"case {american}when {column} between 1 and {_HIGHEST - 1} then {column} end"

    def text(name: str) -> str:
        if not _is_text(kinds[name]):
            return f"cast({of(name)} as string)"
        return f"nullif({of(name)}, '')" if columns.fields[name].column in empty else of(name)

    read = {
        "start": moment("start"), "answer": moment("answer"), "stop": moment("end"),
        "talked": length("seconds"),
        "lasted": length("duration"), "rang": length("ring"), "calling": number("calling"),
        "called": number("called"),
        "said": said,
        "attest": outcomes.attest_sql(of("attest")) if "attest" in kinds else "cast(null as string)",
        **{name: of(name) if name in kinds else "cast(null as integer)" for name in ("sip_code", "cause")},
        **{name: text(name) if name in kinds else "cast(null as string)" for name in _TEXTS},
    }  # fmt: skip
    listed = ", ".join(f"{sql} as {name}" for name, sql in read.items())
    where = f"{of('start')} is not null"
    return f"select {dialect.place} + {offset} as record, {listed} from {dialect.table} where {where}"
