"""Which call records are in a body that was posted, as the columns that every detector reads?

Works on whole columns, so that a large batch does not hold up the calls that are answered meanwhile.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from quivive.calls.records.columns import COLUMNS

LONGEST = 16 * 2**20
"""Bytes of a body."""
SHOWN = 20
"""Refused records that are named."""
_TYPES = {"bigint": pa.int64(), "integer": pa.int32(), "varchar": pa.string(), "boolean": pa.bool_()}
SCHEMA = pa.schema([(each.name, _TYPES[each.sql]) for each in COLUMNS])
_EARLIEST, _LATEST = 0, 4_102_444_800_000_000
"""1970 to 2100, in microseconds."""
_TRUE = ("true", "t", "yes", "y", "1", "answered")
_FALSE = ("false", "f", "no", "n", "0", "no answer", "busy", "failed")


class Unreadable(ValueError):
    """The body as a whole does not read; the message is for whoever sent it and holds no record."""


@dataclass(frozen=True)
class Batch:
    """Records in SCHEMA (`record` null yet), and the rows from 1 that were refused, the first with why."""

    records: pa.Table
    refused: int = 0
    reasons: tuple[tuple[int, str], ...] = ()


def read(body: bytes, media_type: str, columns: Mapping[str, str], country: str | None = None) -> Batch:
    """The records of NDJSON or CSV. `columns` maps names in the body to ours. Raises Unreadable.

    `start` in ISO 8601 (UTC where no zone is given) or Unix seconds, milliseconds or microseconds.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("The body is not UTF-8.") from error
    try:
        return _checked(_renamed(_table(body, media_type, columns), columns), country)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise Unreadable("The body does not read: each line is one record, each column has one type "
                         "throughout.") from error  # fmt: skip


def _table(body: bytes, media_type: str, columns: Mapping[str, str]) -> pa.Table:
    kind = media_type.partition(";")[0].strip().lower()
    if kind in ("text/csv", "application/csv"):
        return _csv(body.removeprefix(codecs.BOM_UTF8))
    if kind in ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json"):
        return _ndjson(body, columns)
    raise Unreadable("Send application/x-ndjson or text/csv.")


def _csv(body: bytes) -> pa.Table:
    import pyarrow.csv as csv

    names = _names(body.partition(b"\n")[0].rstrip(b"\r").decode())
    if not names or len(names) > 500 or len(set(names)) < len(names):
        raise Unreadable("The first line names the columns, each once.")
    texts = dict.fromkeys(names, pa.string())
    return csv.read_csv(
        io.BytesIO(body),
        csv.ReadOptions(use_threads=False, block_size=LONGEST + 1),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(column_types=texts, strings_can_be_null=True, null_values=["", "NULL", "\\N"]),
    )


def _names(header: str) -> list[str]:
    import csv

    try:
        return next(csv.reader([header]), [])
    except csv.Error as error:
        raise Unreadable("The first line does not read as the names of columns.") from error


def _ndjson(body: bytes, columns: Mapping[str, str]) -> pa.Table:
    """Types are those of the first lines, so that no value can make a column of another kind than texts."""
    import pyarrow.json as ndjson

    names = {each.name for each in COLUMNS} | set(columns)
    types: dict[str, pa.DataType] = {}
    for line in islice(io.BytesIO(body), 100):
        for name, value in _object(line).items():
            if name in names and value is not None:
                types.setdefault(name, _type(value))
    if not types:
        raise Unreadable("The first lines hold none of the columns.")
    own = {each.name: _TYPES[each.sql] for each in COLUMNS}
    schema = {name: types.get(name) or own.get(columns.get(name, name), pa.string()) for name in names}
    return ndjson.read_json(
        io.BytesIO(body),
        ndjson.ReadOptions(use_threads=False, block_size=LONGEST + 1),
        ndjson.ParseOptions(explicit_schema=pa.schema(schema.items()), unexpected_field_behavior="ignore"),
    )


def _object(line: bytes) -> dict[str, Any]:
    if not line.strip():
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable("A line is not JSON.") from error
    if not isinstance(found, dict):
        raise Unreadable("A line is not a JSON object.")
    return found


def _type(value: Any) -> pa.DataType:
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64()
    return pa.float64() if isinstance(value, float) else pa.string()


def _renamed(table: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """Our names; a column that the map does not name keeps its own, unless the map gives that to another."""
    given = {name: columns[name] for name in table.column_names if name in columns}
    named = [given.get(name, "" if name in given.values() else name) for name in table.column_names]
    return table.rename_columns(named)


def _checked(table: pa.Table, country: str | None) -> Batch:
    if "start" not in table.column_names:
        raise Unreadable("No column is the start of the call; name it in [calls.serve.columns].")
    made = {
        each.name: _READERS[each.sql](table.column(each.name).combine_chunks())
        if each.name in table.column_names and each.name not in ("start", "calling", "called", "record")
        else pa.nulls(len(table), _TYPES[each.sql])
        for each in COLUMNS
    }
    made["start"] = _start(table.column("start").combine_chunks())
    for side in ("calling", "called"):
        if side in table.column_names:
            made[side] = _numbers(table.column(side).combine_chunks(), country)
    whole = pa.table(made, SCHEMA)
    good = pc.is_valid(made["start"])
    refused = len(table) - (pc.sum(good).as_py() or 0)
    if not refused:
        return Batch(whole)
    rows = [row for row, fine in enumerate(good.to_pylist(), 1) if not fine][:SHOWN]
    return Batch(whole.filter(good), refused, tuple((row, "The start is no time.") for row in rows))


def _start(values: pa.Array) -> pa.Array:
    """Microseconds; null where it is no time between 1970 and 2100."""
    if pa.types.is_boolean(values.type):
        return pa.nulls(len(values), pa.int64())
    if pa.types.is_string(values.type):
        numeric = pc.match_substring_regex(values, r"^\d{1,16}(\.\d+)?$")
        if pc.all(numeric).as_py():
            return _start(pc.cast(values, pa.float64()))
        return pa.array([_micros(each) for each in values.to_pylist()], pa.int64())
    number = pc.cast(values, pa.float64())
    scale = pc.if_else(pc.less(number, 1e11), 1e6, pc.if_else(pc.less(number, 1e14), 1e3, 1.0))
    micros = pc.round(pc.multiply(number, scale))
    fits = pc.and_(pc.greater(micros, _EARLIEST), pc.less(micros, _LATEST))
    return pc.cast(pc.if_else(fits, micros, None), pa.int64())


def _micros(text: str | None) -> int | None:
    try:
        moment = datetime.fromisoformat(text or "")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        micros = round(moment.timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        try:
            return _start(pa.array([float(text or "")], pa.float64()))[0].as_py()  # type: ignore[no-any-return]
        except ValueError:
            return None
    return micros if _EARLIEST < micros < _LATEST else None


def _numbers(values: pa.Array, country: str | None) -> pa.Array:
    """E.164 digits; null for what is no number."""
    if pa.types.is_integer(values.type):
        fits = pc.and_(pc.greater(values, 0), pc.less(values, 10**15))
        return pc.if_else(fits, pc.cast(values, pa.int64()), None)
    texts = _text(values)
    plain = pc.match_substring_regex(texts, r"^\+[1-9]\d{6,14}$" if country else r"^\+?[1-9]\d{6,14}$")
    digits = pc.cast(pc.replace_substring_regex(pc.if_else(plain, texts, None), r"^\+", ""), pa.int64())
    odd = pc.unique(pc.if_else(pc.fill_null(plain, True), None, texts)).drop_null().to_pylist()
    if not odd:
        return digits
    from quivive.calls.records.normalising import number_of

    found = [number_of(text, country) for text in odd]
    place = pc.index_in(texts, pa.array(odd, pa.string()))
    return pc.coalesce(digits, pc.take(pa.array(found, pa.int64()), place))


def _whole(values: pa.Array) -> pa.Array:
    """Seconds, codes: whole numbers of 32 bits, fractions cut off."""
    if pa.types.is_string(values.type):
        fits = pc.match_substring_regex(values, r"^\d{1,9}(\.\d+)?$")
        values = pc.if_else(fits, values, None)
    number = pc.floor(pc.cast(values, pa.float64()))
    fits = pc.and_(pc.greater_equal(number, 0.0), pc.less(number, 2.0**31))
    return pc.cast(pc.if_else(fits, number, None), pa.int32())


def _truth(values: pa.Array) -> pa.Array:
    if pa.types.is_boolean(values.type):
        return values
    text = pc.utf8_lower(pc.utf8_trim_whitespace(_text(values)))
    yes, no = (pc.is_in(text, pa.array(words)) for words in (_TRUE, _FALSE))
    return pc.if_else(yes, True, pc.if_else(no, False, None))


def _text(values: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(pc.cast(values, pa.string()), 0, 512)


_READERS: Mapping[str, Callable[[pa.Array], pa.Array]] = {
    "integer": _whole,
    "boolean": _truth,
    "varchar": _text,
}
