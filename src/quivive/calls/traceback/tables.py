"""Which calls does a provider's table show: CSV, JSON, JSON lines or Parquet, whatever its columns are
called?

Columns are told by their names, or by a map 'calling=ani,start=call_date'. The names known are those of
Quivive's records, of answers to a traceback, of CDR exports of common switches, and of the forms in which the
industry asks: date and time, called and calling number, upstream and downstream provider, customer, role,
attestation, SPC or OCN, trunk, Call-ID (ITG, Policies and Procedures, 2022, art. 3; 47 CFR 64.1200(n)).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, TypeAlias

from quivive.calls.traceback.record import Record
from quivive.errors import TooLarge, Unreadable, UsageError

Window: TypeAlias = tuple[float, float]
"""First and last Unix second of the records that are wanted."""
MOST_ROWS = 2_000_000
"""Records within the window that one provider's files may hold."""
_LARGEST_JSON = 2**28
_LONGEST_FIELD = 2**16


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES: Mapping[str, tuple[str, ...]] = {
    "start": _words(
        "start start_time starttime time timestamp datetime date_time calldate call_date "
        "call_time call_date_time call_start call_start_time start_stamp setup_time invite_time "
        "created begin start_epoch start_utc connect_date datetime_utc time_utc utc_time timestamp_utc "
        "start_time_utc start_datetime call_datetime event_time seizure_time start_timestamp date"
    ),
    "end": _words("end end_time endtime end_stamp release_time disconnect_time call_end_time stop"),
    "answer": _words("answer_time answer answered_at answer_stamp connect_time call_answered_time"),
    "calling": _words(
        "calling calling_number caller caller_id caller_id_number caller_number from from_number "
        "from_user from_did src source ani a_number anum anumber cli clid callerid orig orig_tn "
        "originating_number from_uri src_user calling_tn"
    ),
    "called": _words(
        "called called_number callee destination_number destination dialed_number dnis to "
        "to_number to_user to_did dst dest dest_tn b_number bnum bnumber ruri dialled_number "
        "terminating_number to_uri dst_ouser called_tn request_uri"
    ),
    "seconds": _words(
        "seconds billsec bill_seconds conversation conversation_seconds talk_time talktime "
        "billable billable_seconds duration_real call_duration answered_seconds"
    ),
    "duration": _words(
        "duration duration_seconds duration_sec duration_s total_duration length total_seconds"
    ),
    "ring": _words("ring ring_seconds ringing ring_time time_to_answer"),
    "answered": _words("answered is_answered connected"),
    "disposition": _words("disposition result call_status outcome"),
    "trunk": _words(
        "trunk ingress ingress_trunk in_trunk trunk_in incoming_trunk orig_trunk orig_trunk_group "
        "orig_trunk_group_name orig_carrier_name ingress_peer in_peer source_trunk src_ip "
        "source_ip ingress_ip trunk_group inbound_trunk peer in_leg network_addr sip_network_ip "
        "ingress_carrier from_trunk src_trunk"
    ),
    "egress": _words(
        "egress egress_trunk out_trunk trunk_out outgoing_trunk term_trunk term_trunk_group "
        "term_trunk_group_name term_carrier_name egress_peer out_peer route destination_trunk "
        "dst_ip dest_ip egress_ip outbound_trunk gateway egress_carrier to_trunk dst_trunk "
        "dest_trunk lastdata"
    ),
    "call_id": _words("call_id callid sip_call_id sipcallid sip_callid"),
    "id": _words(
        "id uniqueid unique_id uuid record_id cdr_id record reference record_reference ref recordid cdr "
        "cdr_number cdr_no sequence row"
    ),
    "code": _words("sip_code code sip_status response_code final_code hangup_code release_code"),
    "cause": _words("cause hangup_cause q850 release_cause cause_code hangup_cause_q850 isdn_cause"),
    "attest_seen": _words(
        "attest_seen attest attestation attestation_received attestation_seen "
        "received_attestation attest_in stir_shaken_attestation stir_attestation "
        "attestation_level incoming_attestation"
    ),
    "attest_sent": _words("attest_sent attestation_sent sent_attestation attest_out outgoing_attestation"),
    "spc": _words("spc signer ocn signing_spc signing_provider signed_by signer_ocn service_provider_code"),
    "origid": _words("origid orig_id origination_id origination_identifier"),
    "upstream": _words(
        "upstream upstream_provider received_from came_from upstream_carrier "
        "upstream_customer_provider previous_provider source_provider directly_received_from"
    ),
    "downstream": _words("downstream downstream_provider sent_to handed_to downstream_carrier next_provider"),
    "customer": _words(
        "customer customer_id customer_reference subscriber account accountcode account_code "
        "upstream_customer end_user customer_name originating_customer"
    ),
    "role": _words("role provider_role hop_type position"),
    "action": _words("action action_taken mitigation actions"),
    "state": _words("state status response answer_status response_status"),
    "provider": _words("provider provider_name carrier company responding_provider voice_service_provider"),
    "others": _words(
        "diversion diverted diverted_from redirecting redirecting_number original_called "
        "original_called_number forwarded_from forwarded_to diverted_to lrn lrn_did history_info "
        "orig_called redirected others dialed diverting_number last_redirecting"
    ),
}
"""Field → column names in the order in which they count; case, blanks and signs between words do not."""
_ANSWERED = frozenset(
    _words("answered answer true yes y t 1 ok 200 completed connected normal_clearing answered_call")
)
_NOT = frozenset(
    _words(
        "false no n f 0 busy failed no_answer noanswer congestion cancel cancelled canceled missed "
        "unanswered no_user_response user_busy rejected"
    )
)
_STATES = {"refused": "refused", "declined": "refused", "refuses": "refused", "not_found": "not-found",
           "no_record": "not-found", "no_records": "not-found", "notfound": "not-found", "none": "not-found",
           "no_such_call": "not-found", "silent": "silent", "no_response": "silent"}  # fmt: skip
_ORDERS = (
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%Y%m%d%H%M%S",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%d %b %Y %H:%M:%S",
)


@dataclass
class Read:
    """Records of a file within the window, by provider ('' where the file names none), and what did not
    read."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    rows: int = 0
    refused: list[str] = field(default_factory=list)
    bad: int = 0

    def add(self, provider: str, record: Record) -> None:
        """Takes in one record. Raises TooLarge."""
        self.records.setdefault(provider, []).append(record)
        if sum(map(len, self.records.values())) > MOST_ROWS:
            raise TooLarge(f"More than {MOST_ROWS:,} records lie within the window: narrow it.")


def rows_of(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, row) of a table, by its first bytes. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    if head[:4] == b"PAR1":
        return _parquet(path)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _json(path)
    return _csv(path, head)


def read(path: Path, window: Window, columns: Mapping[str, str], zone: tzinfo | None) -> Read:
    """The calls of a file within `window` (Unix seconds); a row without time is an answer and kept.

    Raises Unreadable where it is no table of calls.
    """
    found, mapping = Read(), None
    for place, row in rows_of(path):
        found.rows += 1
        if mapping is None or not mapping.keys() & row.keys():
            mapping = mapped(row, columns, path)
        values = _values(row, mapping)
        if not values:
            continue
        try:
            record = record_of(f"{path.name}:{place}", values, zone)
        except ValueError as error:
            found.bad += 1
            if len(found.refused) < 20:
                found.refused.append(f"{path.name}, {place}: {error}")
            continue
        if record.start is None or window[0] <= record.start <= window[1]:
            found.add(str(_first(values, "provider") or ""), record)
    if mapping is None:
        mapped(dict.fromkeys(_header(path)), columns, path)
    return found


def _header(path: Path) -> list[str]:
    """The columns of a table without rows."""
    with path.open("rb") as file:
        head = file.read(_LONGEST_FIELD)
    if head[:4] == b"PAR1":
        import pyarrow.parquet as pq

        return list(pq.read_schema(path).names)
    line = head.decode("utf-8-sig", "replace").partition("\n")[0].strip()
    return ["start", "called"] if line == "[]" else next(csv.reader([line], delimiter=_delimiter(line)), [])


def mapped(row: Mapping[str, Any], columns: Mapping[str, str], path: Path) -> dict[str, tuple[str, int]]:
    """Column of the file → (field, order in which it counts). Raises Unreadable where too little is told."""
    ranks = {name: (what, at) for what, names in NAMES.items() for at, name in enumerate(names)}
    found = {column: ranks[_plain(column)] for column in row if _plain(str(column)) in ranks}
    for what, column in columns.items():
        if what not in NAMES:
            raise UsageError(f"There is no field '{what}' to map a column to: {', '.join(NAMES)}.")
        if column in row:
            found = {key: held for key, held in found.items() if held[0] != what or what == "others"}
            found[column] = (what, -1)
    told = {what for what, _ in found.values()}
    if "start" not in told:  # a table whose only time is that of the answer
        found = {key: ("start", at) if what == "answer" else (what, at) for key, (what, at) in found.items()}
        told = {what for what, _ in found.values()}
    if not told & {"start", "state", "upstream"} or not told & {
        "called",
        "calling",
        "provider",
        "state",
        "call_id",
    }:
        names = ", ".join(str(name)[:40] for name in list(row)[:8])
        raise Unreadable(
            f"{path.name} shows no calls by its columns ({names}): "
            "say with --map which column is start, called and calling."
        )
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name)).lower()).strip("_")


def _values(row: Mapping[str, Any], mapping: Mapping[str, tuple[str, int]]) -> dict[str, list[Any]]:
    """Field → what its columns hold, in the order in which they count; empty ones are left out."""
    ranked: dict[str, list[tuple[int, Any]]] = {}
    for column, value in row.items():
        if column in mapping and value is not None and str(value).strip() not in ("", "NULL", "\\N", "None"):
            what, rank = mapping[column]
            ranked.setdefault(what, []).append((rank, value))
    return {
        what: [value for _, value in sorted(held, key=lambda pair: pair[0])] for what, held in ranked.items()
    }


def record_of(reference: str, values: Mapping[str, list[Any]], zone: tzinfo | None) -> Record:
    """The record of one row. Raises ValueError with what does not read."""
    start = _time(values, "start", zone)
    answer, end = _time(values, "answer", zone), _time(values, "end", zone)
    seconds, whole, ring = (_number(values, name) for name in ("seconds", "duration", "ring"))
    answered = _answered(values)
    if answered is None:
        answered = True if answer or seconds else False if seconds == 0 else None
    if ring is None and answer is not None and start is not None:
        ring = max(0.0, answer - start)
    if seconds is None and answer is not None and end is not None:
        seconds = max(0.0, end - answer)
    if ring is None and whole is not None and seconds is not None and "seconds" in values:
        ring = max(0.0, whole - seconds)
    if seconds is None and whole is not None:
        seconds = whole - ring if ring is not None and answered else whole if answered is not False else 0.0
        answered = True if answered is None and whole > 0 else answered
    if answered is False:
        seconds = 0.0
    identifier, state = _first(values, "id"), _first(values, "state")
    return Record(
        reference=f"{reference} ({identifier})" if identifier is not None else reference,
        start=start, seconds=seconds, ring=ring, answered=answered,
        code=_whole(values, "code"), cause=_whole(values, "cause"),
        state=_STATES.get(_plain(str(state))) if state is not None else None,
        others=tuple(_text(value) for value in values.get("others", ())),
        **{name: _text(_first(values, name)) or None for name in _TEXTS},
    )  # fmt: skip


_TEXTS = ("calling", "called", "trunk", "egress", "call_id", "attest_seen", "attest_sent", "spc", "origid",
          "upstream", "downstream", "customer", "role", "action")  # fmt: skip


def _first(values: Mapping[str, list[Any]], name: str) -> Any:
    return next(iter(values.get(name, ())), None)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()[:512]


def _number(values: Mapping[str, list[Any]], name: str) -> float | None:
    value = _first(values, name)
    if value is None:
        return None
    text = str(value).strip()
    parts = text.split(":")
    if len(parts) == 3 and all(part.replace(".", "", 1).isdigit() for part in parts):
        return int(parts[0]) * 3600 + int(parts[1]) * 60 + float(parts[2])
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{name} {text[:40]!r} is no number") from None
    if not 0 <= number < 1e7:
        raise ValueError(f"{name} {text[:40]!r} is no length of a call")
    return number


def _whole(values: Mapping[str, list[Any]], name: str) -> int | None:
    text = str(_first(values, name) or "").strip()
    found = re.match(r"\d{1,3}\b", text)
    return int(found[0]) if found else None


def _answered(values: Mapping[str, list[Any]]) -> bool | None:
    for name in ("answered", "disposition"):
        word = _plain(str(_first(values, name) if _first(values, name) is not None else ""))
        if word in _ANSWERED:
            return True
        if word in _NOT:
            return False
    code = _whole(values, "code")
    return None if code is None or code < 200 else code < 300


def _time(values: Mapping[str, list[Any]], name: str, zone: tzinfo | None) -> float | None:
    value = _first(values, name)
    return None if value is None else moment(value, zone)


def moment(value: Any, zone: tzinfo | None) -> float | None:
    """Unix seconds of a time as tables write it; without a zone it counts as of `zone`, else UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone or UTC)).timestamp()
    text = str(value).strip()
    if re.fullmatch(r"-?\d{1,12}(\.\d+)?", text):
        number = float(text)
        return number if number > 0 else None
    if re.fullmatch(r"\d{13}|\d{16}|\d{19}", text):
        return float(int(text) / 10.0 ** (len(text) - 10))
    if re.match(r"0000|1970-01-01 00:00:00", text):
        return None
    return (_date(text, zone)).timestamp()


def _date(text: str, zone: tzinfo | None) -> datetime:
    text = re.sub(r"\s*(UTC|GMT|Z)$", "+00:00", text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _other_date(text)
    if not 1980 <= found.year <= 2200:
        raise ValueError(f"time {text[:40]!r} is of no time with telephones")
    return found if found.tzinfo else found.replace(tzinfo=zone or UTC)


def _other_date(text: str) -> datetime:
    fraction = re.search(r"(?<=:\d\d)\.(\d{1,9})", text)
    bare = text.replace(fraction[0], "", 1) if fraction else text
    offset = re.search(r"\+00:00$", bare)
    for order in _ORDERS:
        try:
            found = datetime.strptime(bare.removesuffix("+00:00").strip(), order)
        except ValueError:
            continue
        found = found.replace(tzinfo=UTC) if offset and found.tzinfo is None else found
        return found + timedelta(seconds=float(f"0.{fraction[1]}") if fraction else 0)
    raise ValueError(f"{text[:40]!r} is no time")


def _parquet(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        at = 0
        for batch in pq.ParquetFile(path).iter_batches(16_384):
            for row in batch.to_pylist():
                at += 1
                yield f"row {at}", row
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"{path.name} is no Parquet file that reads: {error}") from error


def _csv(path: Path, head: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            delimiter = _delimiter(head.decode("utf-8", "replace").splitlines()[0] if head.strip() else "")
            csv.field_size_limit(_LONGEST_FIELD)
            for number, row in enumerate(csv.DictReader(file, delimiter=delimiter), 1):
                yield (
                    f"{number + 1}",
                    {str(key): value for key, value in row.items() if isinstance(value, str)},
                )
    except (csv.Error, OSError) as error:
        raise Unreadable(f"{path.name} does not read as a table: {error}.") from error


def _delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


def _json(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """An object, a list of them, lines of them, or an object that holds such a list."""
    if path.stat().st_size > _LARGEST_JSON:
        raise TooLarge(f"{path.name} is larger than {_LARGEST_JSON >> 20} MB: give it as CSV or Parquet.")
    text = path.read_text("utf-8-sig", "replace")
    try:
        whole: Any = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text, path)
        return
    for number, (row, around) in enumerate(_objects(whole), 1):
        yield f"entry {number}", {**around, **row}


def _objects(whole: Any) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    if isinstance(whole, list):
        yield from ((row, {}) for row in whole if isinstance(row, dict))
        return
    lists = {
        key: value
        for key, value in whole.items()
        if isinstance(value, list) and any(isinstance(v, dict) for v in value)
    }
    around = {
        key: value
        for key, value in whole.items()
        if isinstance(value, str) and _plain(key) in NAMES["provider"]
    }
    for name in ("hops", "records", "calls", "answers", "responses", "results", "data"):
        if name in lists:
            yield from ((row, around) for row in lists[name] if isinstance(row, dict))
            return
    yield whole, {}


def _lines(text: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{path.name}, line {number}, is no JSON.") from error
        if isinstance(row, dict):
            yield str(number), row
