"""Which calls does Kamailio's accounting hold? It writes a row a transaction: INVITE and BYE make one call.

Read are the tables acc and missed_calls as CSV or of db_text, files of db_flatstore, and the log lines of
the acc module ('ACC: transaction answered: timestamp=…;method=INVITE;…'). A row's time is that of the final
reply, so that of an answered call the start is its answer, and how long it rang is not known.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from quivive.calls.records.layouts import opening, rows
from quivive.calls.records.layouts.sheet import Refused, Sheet
from quivive.calls.records.layouts.tables import encoding_of, head_of, identifier
from quivive.errors import Unreadable

_LINE = re.compile(
    r"ACC: (?:transaction answered|call missed|request acknowledged|[a-z -]+): (timestamp=.*)$"
)
_PAIR = re.compile(r"([A-Za-z0-9_]+)=([^;]*)(?:;|$)")
_SCHEMA = re.compile(
    r"(?:\s*[a-z_0-9]+\((?:int|string|str|double|datetime|blob|long|bigint|text)[^)]*\))+\s*"
)
_METHODS = (
    "INVITE",
    "BYE",
    "ACK",
    "CANCEL",
    "UPDATE",
    "PRACK",
    "MESSAGE",
    "REFER",
    "OPTIONS",
    "REGISTER",
    "INFO",
)
_CORE = ("method", "from_tag", "to_tag", "callid", "sip_code", "sip_reason", "time")
_EXTRA = ("src_user", "src_domain", "src_ip", "dst_ouser", "dst_user", "dst_domain")
"""db_extra of Kamailio's default configuration."""
_SAME = {"timestamp": "time", "call_id": "callid", "code": "sip_code", "reason": "sip_reason"}
"""Log lines call these otherwise than the tables."""
_CALLED = ("dst_user", "ruri_user", "dst_ouser", "to_user", "ruri", "to_uri")
_CALLING = ("src_user", "from_user", "caller_id", "from_uri")


def is_accounting(head: str) -> bool:
    """Whether a file begins like one of these."""
    return form_of(head) is not None


def form_of(head: str) -> str | None:
    """'log', 'text', 'flat' or 'csv'."""
    lines = [line for line in head.splitlines()[:200] if line.strip()]
    if not lines:
        return None
    if any(_LINE.search(line) for line in lines):
        return "log"
    if _SCHEMA.fullmatch(lines[0]) and "method(" in lines[0] and "callid(" in lines[0]:
        return "text"
    cells = lines[0].split("|")
    if len(cells) >= len(_CORE) and cells[0] in _METHODS and re.fullmatch(r"\d{3}", cells[4]):
        return "flat"
    names = {name.strip().strip('"').lower() for name in re.split(r"[,;\t|]", lines[0])}
    return "csv" if {"method", "callid", "sip_code", "time"} <= names else None


def sheet(paths: Sequence[Path], folder: Path, name: str) -> Sheet:
    """The calls of accounting files, all together: acc and missed_calls overlap. Raises Unreadable."""
    written = rows.write((row for path in paths for row in _read(path)), folder, name)
    columns = [each for each in written.sample if not each.startswith("#")]
    fields = {"start": "time", "end": "end_time", "call_id": "callid", "sip_code": "sip_code"}
    for field, names in (("calling", _CALLING), ("called", _CALLED)):
        here = [each for each in names if each in columns and _numbers(written.sample[each])]
        if here:
            fields[field] = here[0]
    if "src_ip" in columns:
        fields["trunk"] = "src_ip"
    if not {"method", "callid", "time", "sip_code"} <= set(columns):
        raise Unreadable(
            f"{paths[0]} holds no rows of Kamailio's acc module with method, callid, time and sip_code."
        )
    label = paths[0].name if len(paths) == 1 else f"{len(paths)} accounting files"
    sample = {**written.sample, "end_time": written.sample["time"]}
    note = (f"{label}: a row's time is that of the final reply, so an answered call starts with its answer; "
            "how long it rang is not known.")  # fmt: skip
    return Sheet(label, "kamailio-acc", (*columns, "end_time"), joined_sql(written.sql, columns), sample,
        fields,
                 refused=tuple(written.refused), bad=written.bad, notes=(note,))  # fmt: skip


def joined_sql(sql: str, columns: Sequence[str]) -> str:
    """DuckDB: a row a Call-ID, of its first answered INVITE, else its last; and when its first BYE came.

    First and last go by the texts of the times, which one file writes in one form: db_text puts the newest
    row first.
    """
    shown = ", ".join(
        f"i.{identifier(each)} as {identifier(each)}" for each in (rows.FILE, rows.PLACE, *columns)
    )
    answered = "sip_code like '2%'"
    best = (f"case when {answered} then 0 else 1 end, case when {answered} then time end, "
            f"case when {answered} then seq end, time desc, seq desc")  # fmt: skip
    return (
        f"with r as (select *, row_number() over () as seq from ({sql}) s where coalesce(callid, '') <> ''), "
        "i as (select * from r where upper(method) = 'INVITE' "
        f"qualify row_number() over (partition by callid order by {best}) = 1), "
        "b as (select callid, min(time) as time from r where upper(method) = 'BYE' group by callid) "
        f"select {shown}, b.time as end_time from i left join b on i.callid = b.callid order by i.time, i.seq"
    )


def _numbers(values: Sequence[str]) -> bool:
    return any(sum(c.isdigit() for c in value) >= 3 for value in values)


def _read(path: Path) -> Iterator[dict[str, str] | Refused]:
    head = head_of(path)
    text = head.decode(encoding_of(head), "replace").lstrip("\ufeff")
    form = form_of(text)
    with opening.text(path) as lines:
        if form == "csv":
            yield from _of_csv(path, lines, text)
        elif form == "text":
            yield from _of_text(path, lines)
        else:
            yield from (_of_log if form == "log" else _of_flat)(path, lines)


def _of_log(path: Path, lines: Iterator[str]) -> Iterator[dict[str, str] | Refused]:
    for place, line in enumerate(lines, 1):
        found = _LINE.search(line.rstrip("\r\n"))
        if not found:
            continue  # other lines of the log
        pairs = {_SAME.get(name, name): value for name, value in _PAIR.findall(found[1])}
        yield (
            {**_where(path, place), **pairs}
            if "method" in pairs
            else Refused(path.name, f"line {place}", "No method.")
        )


def _of_flat(path: Path, lines: Iterator[str]) -> Iterator[dict[str, str] | Refused]:
    names: Sequence[str] | None = None
    for place, line in enumerate(lines, 1):
        cells = _cells(line.rstrip("\r\n"), "|")
        names = names or _flat_names(len(cells))
        if len(cells) != len(names) or cells[0] not in _METHODS:
            yield Refused(path.name, f"line {place}", f"It has {len(cells)} columns, not {len(names)}.")
        else:
            yield {**_where(path, place), **dict(zip(names, cells, strict=True))}


def _flat_names(width: int) -> Sequence[str]:
    more = width - len(_CORE)
    extra = _EXTRA if more == len(_EXTRA) else tuple(f"column{len(_CORE) + n + 1}" for n in range(more))
    return (*_CORE, *extra)


def _of_text(path: Path, lines: Iterator[str]) -> Iterator[dict[str, str] | Refused]:
    names = re.findall(r"([A-Za-z_0-9]+)\(", next(iter(lines), ""))
    for place, line in enumerate(lines, 2):
        if not line.strip():
            continue
        cells = _cells(line.rstrip("\r\n"), ":")
        if len(cells) != len(names):
            yield Refused(path.name, f"line {place}", f"It has {len(cells)} columns, not {len(names)}.")
        else:
            yield {**_where(path, place), **dict(zip(names, cells, strict=True))}


def _of_csv(path: Path, lines: Iterator[str], head: str) -> Iterator[dict[str, str] | Refused]:
    first = head.splitlines()[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader)]
        for cells in reader:
            if len(cells) != len(names):
                yield Refused(
                    path.name, f"line {reader.line_num}", f"It has {len(cells)} columns, not {len(names)}."
                )
            else:
                yield {**_where(path, reader.line_num), **dict(zip(names, cells, strict=True))}
    except csv.Error as error:
        yield Refused(path.name, f"line {reader.line_num}", f"The rest does not read: {error}.")


def _cells(line: str, sign: str) -> list[str]:
    """Cells between signs; a backslash before a sign makes it part of the cell."""
    cells = re.split(rf"(?<!\\){re.escape(sign)}", line)
    return [cell.replace(f"\\{sign}", sign).replace("\\\\", "\\") for cell in cells]


def _where(path: Path, place: int) -> dict[str, str]:
    return {rows.FILE: path.name, rows.PLACE: str(place)}
