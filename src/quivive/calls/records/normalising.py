"""How do a layout's texts become the columns of call records?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quivive.calls.numbers import canonical, without_prefix
from quivive.calls.records import outcomes, times
from quivive.calls.records.columns import COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from quivive.calls.records.mapping import Chosen

_LONGEST = 100_000_000
"""Seconds (three years): a longer call is a mistake of the record."""
_NOTHING = ("", "-", "null", "\\n", "n/a", "none", "<null>", "nan", "nil")
_TEXTS = (
    "id",
    "trunk",
    "egress",
    "spc",
    "certificate",
    "origid",
    "verstat",
    "imei",
    "imsi",
    "cell",
    "call_id",
)
NANP = frozenset(
    [
        "AG",
        "AI",
        "AS",
        "BB",
        "BM",
        "BS",
        "CA",
        "DM",
        "DO",
        "GD",
        "GU",
        "JM",
        "KN",
        "KY",
        "LC",
        "MP",
        "MS",
        "PR",
        "SX",
        "TC",
        "TT",
        "US",
        "VC",
        "VG",
        "VI",
    ]
)
"""Countries of the North American Numbering Plan: ten digits, country code 1."""


def number_sql(text: str, country: str | None) -> str:
    """DuckDB: E.164 digits of the spellings that leave no doubt, the others null.

    These are the ones for which `calls.numbers.canonical` gives the same, tested side by side.
    """

    def when(form: str, value: str) -> str:
        return f"when regexp_full_match({text}, '{form}') then cast({value} as bigint) "

    plain = when("\\+[1-9]\\d{6,14}", f"substr({text}, 2)")
    if country is None:
        plain += when("[1-9]\\d{6,14}", text)
    elif country.upper() in NANP:
        plain += when("1[2-9]\\d{9}", text) + when("[2-9]\\d{9}", f"'1' || {text}")
    return f"case {plain} end"


def number_of(text: str, country: str | None) -> int | None:
    """The number in any spelling, 'Name <+1 202 555-0100>' and URIs with it; None for no number."""
    inner = text.rpartition("<")[2].partition(">")[0] if "<" in text and ">" in text else text
    if inner[-2:] == ".0" and inner[:-2].isdigit():  # a table program's idea of a number
        inner = inner[:-2]
    found = canonical(inner.strip().strip("'\""), country)
    if found is None or not found.isascii() or not found.isdigit():
        return None
    found = without_prefix(found)
    return int(found) if 0 < len(found) <= 15 and int(found) else None


def odd_numbers(connection: DuckDBPyConnection, relation: str, country: str | None) -> int:
    """Make the table `odd` (text, number) of spellings that need a closer look; returns how many are none."""
    import pyarrow as pa

    parts = [f"select distinct {f} as text from {relation} "
             f"where {f} is not null and {number_sql(f, country)} is null"
             for f in ("calling", "called")]  # fmt: skip
    texts = [row[0] for row in connection.execute(" union ".join(parts)).fetchall()]
    numbers = [number_of(text, country) for text in texts]
    connection.register(
        "odd_", pa.table({"text": pa.array(texts, pa.string()), "number": pa.array(numbers, pa.int64())})
    )
    connection.execute("create or replace temp table odd as select * from odd_")
    connection.unregister("odd_")
    return sum(1 for each in numbers if each is None)


def length_sql(text: str, scale: int) -> str:
    """DuckDB: seconds of '61', '61.2', '00:01:01' or '1:01'."""
    count = f"try_cast({text} as double) / {scale}"
    parts = f"list_transform(string_split({text}, ':'), lambda x: cast(x as double))"
    clock = (f"case when regexp_full_match({text}, '\\d+:\\d\\d(:\\d\\d)?(\\.\\d+)?') "
             f"then list_reduce({parts}, lambda x, y: x * 60 + y) end")  # fmt: skip
    length = f"coalesce({count}, {clock})"
    return f"case when {length} between 0 and {_LONGEST} then cast(floor({length}) as integer) end"


def moment_sql(text: str, form: str | None) -> tuple[str, str]:
    """DuckDB: (instant, wall time without zone) of a text; one of them is null.

    The form that most exporters write goes the engine's own quick way.
    """
    wall, offset = times.wall_sql(text, form), times.offset_sql(text, form)
    instant = f"coalesce({'null' if form else times.instant_sql(text)}, {wall} - {offset})"
    bare = f"case when {offset} is null then {wall} end"
    if form:
        return instant, bare
    zoned, naive = (f"regexp_full_match({text}, '{each}')" for each in (times.ZONED, times.NAIVE))
    aware = f"epoch_us(try_cast({text} as timestamptz))"
    clock = f"epoch_us(try_cast({text} as timestamp))"
    return (
        f"case when {zoned} then {aware} when {naive} then null else {instant} end",
        f"case when {naive} then {clock} when {zoned} then null else {bare} end",
    )


def canonical_sql(fields: Mapping[str, Chosen], relation: str, country: str | None, place: ZoneInfo | None,
                  changes: list[times.Turn], first: int, outcome: bool) -> str:  # fmt: skip
    """DuckDB: the columns of call records over a relation with `record` and columns called as the fields.

    `outcome` False: the layout's SIP code does not tell whether somebody answered. `start` may be null.
    """

    def ahead(wall: str) -> str:
        return times.ahead_sql(wall, place, changes, first) if place else "0"

    def moment(field: str) -> str:
        if field not in fields:
            return "cast(null as bigint)"
        chosen = fields[field]
        text = "date || ' ' || time" if field == "start" and "date" in fields else f'"{field}"'
        instant, wall = moment_sql(text, chosen.format)
        return f"coalesce({instant}, {wall} - ({ahead(f'({wall})')}))"

    def length(field: str) -> str:
        return length_sql(field, fields[field].scale) if field in fields else "cast(null as integer)"

    read = {
        "start": moment("start"), "answer": moment("answer"), "stop": moment("end"),
        "talked": length("seconds"), "lasted": length("duration"), "rang": length("ring"),
        "said": outcomes.answered_sql("answered") if "answered" in fields else "cast(null as boolean)",
        "sip_code": "try_cast(regexp_extract(sip_code, '\\b([1-6]\\d\\d)\\b', 1) as integer)"
                    if "sip_code" in fields else "cast(null as integer)",
        "cause": outcomes.cause_sql("cause") if "cause" in fields else "cast(null as integer)",
        "attest": outcomes.attest_sql("attest") if "attest" in fields else "cast(null as string)",
        **{
            side: f"coalesce({number_sql(f'raw.{side}', country)}, {side}_odd.number)"
            for side in ("calling", "called")
        },
        **{name: name if name in fields else "cast(null as string)" for name in _TEXTS},
        **{name: channel_sql(name) for name in ("trunk", "egress") if name in fields},
    }  # fmt: skip
    columns = ", ".join(f"{sql} as {name}" for name, sql in read.items())
    joins = " ".join(
        f"left join odd {side}_odd on raw.{side} = {side}_odd.text" for side in ("calling", "called")
    )
    return derived(f"select raw.record as record, {columns} from {relation} raw {joins}", outcome)


def derived(read: str, outcome: bool, told: bool = False) -> str:
    """What follows from what was read; the same in DuckDB and Spark.

    `read` has start, answer, stop (microseconds), talked, lasted, rang (seconds), said and the plain columns.
    `outcome`: codes and causes tell whether it was answered; `told`: `said` always does.
    """
    codes = [outcomes.replied_sql("sip_code"), outcomes.caused_sql("cause")] if outcome else []
    known = ["said"] if told else [
        "said", "case when talked > 0 then true end", "case when answer is not null then true end", *codes,
        "case when talked = 0 then false end",
    ]  # fmt: skip
    talked = (f"coalesce(talked, case when answer is not null then {_between('answer', 'stop')} end, "
              "case when heard = false then 0 end, lasted, "
              f"case when heard then {_between('start', 'stop')} end)")  # fmt: skip
    rang = (f"coalesce(rang, case when answer is not null then {_between('start', 'answer')} end, "
            "case when heard and lasted >= talked then lasted - talked end, "
            "case when heard = false and lasted > 0 then lasted end, "
            f"case when heard = false then {_between('start', 'stop')} end)")  # fmt: skip
    last = {"seconds": f"case when heard = false or {talked} < 0 then 0 else {talked} end",
            "ring": f"case when {rang} < 0 then 0 else {rang} end",
            "answered": "heard"}  # fmt: skip
    columns = ", ".join(f"cast({last.get(c.name, c.name)} as {kind(c.sql)}) as {c.name}" for c in COLUMNS)
    return f"select {columns} from (select *, coalesce({', '.join(known)}) as heard from ({read}) r) h"


def _between(first: str, last: str) -> str:
    """Whole seconds; both engines round down."""
    return f"cast(floor(({last} - {first}) / 1000000) as integer)"


def kind(sql: str) -> str:
    """The type by the name that DuckDB and Spark share."""
    return "string" if sql == "varchar" else sql


def channel_sql(text: str) -> str:
    """DuckDB: the peer of an Asterisk channel ('PJSIP/acme-0000001f'), whose end is another at each call."""
    return f"regexp_replace({text}, '^([A-Za-z0-9]+/.+)-[0-9a-f]{{8}}(;[12])?$', '\\1')"


def filled_sql(text: str) -> str:
    """DuckDB: null for a text that stands for nothing."""
    nothing = ", ".join(f"'{word}'" for word in _NOTHING)
    filled = f"strlen({text}) > {max(map(len, _NOTHING))} or lower({text}) not in ({nothing})"
    return f"case when {filled} then {text} end"
