"""What do the words for the end of a call mean: answered or not, which Q.850 cause, which attestation?"""

from __future__ import annotations

from collections.abc import Mapping

ANSWERED = (
    "answered", "answer", "true", "t", "yes", "y", "1", "ok", "200", "completed", "complete",
    "connected", "success", "successful", "answered_call", "200_ok", "established", "accepted"
)  # fmt: skip
NOT_ANSWERED = (
    "no_answer", "noanswer", "false", "f", "no", "n", "0", "busy", "failed", "failure", "fail",
    "congestion", "cancel", "cancelled", "canceled", "missed", "unanswered", "not_answered",
    "no_user_response", "user_busy", "rejected", "reject", "declined", "abandoned", "unavailable",
    "chanunavail", "originator_cancel", "call_rejected", "no_route", "error", "timeout", "notanswered",
    "not_connected", "unallocated", "unallocated_number", "invalid_number_format", "ring_no_answer",
    "rna", "unreachable", "blocked", "404", "408", "480", "486", "487", "500", "503", "603"
)  # fmt: skip
CAUSES: Mapping[str, int] = {
    "unallocated_number": 1, "no_route_transit_net": 2, "no_route_destination": 3, "channel_unacceptable": 6,
    "normal_clearing": 16, "user_busy": 17, "no_user_response": 18, "no_answer": 19, "subscriber_absent": 20,
    "call_rejected": 21, "number_changed": 22, "redirection_to_new_destination": 23,
    "exchange_routing_error": 25,
    "destination_out_of_order": 27, "invalid_number_format": 28, "facility_rejected": 29,
    "normal_unspecified": 31,
    "normal_circuit_congestion": 34, "network_out_of_order": 38, "normal_temporary_failure": 41,
    "switch_congestion": 42, "requested_chan_unavail": 44, "outgoing_call_barred": 52,
    "incoming_call_barred": 54,
    "bearercapability_notauth": 57, "bearercapability_notavail": 58, "service_unavailable": 63,
    "service_not_implemented": 79, "incompatible_destination": 88, "recovery_on_timer_expire": 102,
    "interworking": 127,
}  # fmt: skip
"""FreeSWITCH's names of the causes of ITU-T Q.850 (its table of hangup causes)."""
ATTESTED: Mapping[str, str] = {
    "a": "A", "b": "B", "c": "C", "full": "A", "partial": "B", "gateway": "C",
    "tn-validation-passed-a": "A", "tn-validation-passed-b": "B", "tn-validation-passed-c": "C",
}  # fmt: skip


def word_sql(text: str) -> str:
    """A word in the form of the lists above; the same in DuckDB and Spark."""
    return f"replace(replace(lower(trim(cast({text} as string))), ' ', '_'), '-', '_')"


def answered_sql(text: str) -> str:
    """Whether a disposition, a flag or a final code says that it was answered; null where it does not say."""
    word = word_sql(text)
    yes, no = _list(ANSWERED), _list(NOT_ANSWERED)
    return f"case when {word} in ({yes}) then true when {word} in ({no}) then false end"


def replied_sql(code: str) -> str:
    """Whether a final SIP response says it; a redirection does not."""
    return f"case when {code} between 200 and 299 then true when {code} between 400 and 699 then false end"


def caused_sql(cause: str) -> str:
    """Whether a Q.850 cause says that it was not answered; normal clearing (16) says nothing."""
    return f"case when {cause} in (1, 2, 3, 17, 18, 19, 20, 21, 22, 27, 28, 34, 38, 41, 42) then false end"


def attest_sql(text: str) -> str:
    """The letter of an attestation."""
    cases = " ".join(f"when '{word}' then '{letter}'" for word, letter in ATTESTED.items())
    return f"case lower(trim(cast({text} as string))) {cases} end"


def cause_sql(text: str) -> str:
    """DuckDB: the Q.850 cause of a number or of its name."""
    cases = " ".join(f"when '{name}' then {number}" for name, number in CAUSES.items())
    return f"coalesce(try_cast({text} as integer), case {word_sql(text)} {cases} end)"


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
