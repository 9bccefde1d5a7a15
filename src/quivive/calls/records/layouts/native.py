"""Which columns have the records that telephone systems write without a header?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_SECONDS = re.compile(r"\d+")


@dataclass(frozen=True)
class Native:
    """A layout: the columns in their order (the last ones may be missing), and which is which field."""

    name: str
    columns: tuple[str, ...]
    fields: Mapping[str, str]
    fewest: int


_ASTERISK = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
_CUSTOM = (
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield",
)  # fmt: skip
_ASTERISK_FIELDS = {
    "start": "start", "answer": "answer", "end": "end", "calling": "src", "called": "dst",
    "duration": "duration",
    "seconds": "billsec", "answered": "disposition", "trunk": "channel", "egress": "dstchannel",
    "id": "uniqueid",
}  # fmt: skip
_FREESWITCH = (
    "caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp",
    "answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid",
    "accountcode", "read_codec", "write_codec",
)  # fmt: skip
_FREESWITCH_ASTERISK = (
    "accountcode", "caller_id_number", "destination_number", "context", "caller_id", "channel_name",
    "bridge_channel", "last_app", "last_arg", "start_stamp", "answer_stamp", "end_stamp", "duration",
    "billsec", "hangup_cause", "amaflags", "uuid", "userfield",
)  # fmt: skip
_OPENCDRRATE = (
    "uuid", "signal_bond", "direction", "ani", "destination_number", "answer_stamp", "end_stamp",
    "billsec", "accountcode", "userfield", "network_addr", "name_initial", "sip_gateway_name",
)  # fmt: skip
_FREESWITCH_FIELDS = {
    "start": "start_stamp", "answer": "answer_stamp", "end": "end_stamp", "calling": "caller_id_number",
    "called": "destination_number", "duration": "duration", "seconds": "billsec", "cause": "hangup_cause",
    "id": "uuid",
}  # fmt: skip
NATIVE: Mapping[str, Native] = {
    each.name: each
    for each in (
        Native("asterisk", _ASTERISK, _ASTERISK_FIELDS, 16),
        Native("asterisk-custom", _CUSTOM, _ASTERISK_FIELDS, 14),
        Native("freeswitch-asterisk", _FREESWITCH_ASTERISK,
               {**_FREESWITCH_FIELDS, "trunk": "channel_name", "egress": "bridge_channel"}, 15),
        Native("freeswitch", _FREESWITCH, _FREESWITCH_FIELDS, 11),
        Native("freeswitch-opencdrrate",
               _OPENCDRRATE,
               {"start": "answer_stamp", "end": "end_stamp", "calling": "ani", "called": "destination_number",
                "seconds": "billsec", "trunk": "network_addr", "egress": "sip_gateway_name", "id": "uuid"},
                13),
    )
}  # fmt: skip
"""Asterisk: cdr_csv (accountcode … amaflags; uniqueid and userfield if cdr.conf asks for them) and the sample
of cdr_custom.conf. FreeSWITCH: the templates of cdr_csv.conf.xml: 'example', 'snom' and 'linksys'
begin alike, 'sql' is an insert statement around the same values, 'asterisk' is in Asterisk's order."""


def recognise(rows: Sequence[Sequence[str]]) -> Native | None:
    """The layout of rows without header; None where none fits most of them."""
    rows = [row for row in rows if row]
    for native in NATIVE.values():
        if rows and sum(_is(native, row) for row in rows) * 10 >= len(rows) * 8:
            return native
    return None


def _is(native: Native, row: Sequence[str]) -> bool:
    places = {field: native.columns.index(column) for field, column in native.fields.items()}
    if not native.fewest <= len(row) <= len(native.columns) + (6 if native.name == "freeswitch" else 0):
        return False
    values = [value.strip() for value in row]
    moments = _MOMENT.fullmatch(values[places["start"]]) and (
        not values[places["end"]] or _MOMENT.fullmatch(values[places["end"]])
    )
    if not moments or not _SECONDS.fullmatch(values[places["seconds"]]):
        return False
    result = values[places["answered"] if "answered" in places else places.get("cause", 0)]
    if native.name.startswith("asterisk"):
        return result in ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "UNKNOWN", "")
    return native.name == "freeswitch-opencdrrate" or bool(re.fullmatch(r"[A-Z0-9_]+", result))
