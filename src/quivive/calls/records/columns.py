"""What is a call record? The columns that every layout is brought to and every detector reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of the relation `calls`; `sql` is its type in DuckDB and in Spark alike."""

    name: str
    sql: str
    means: str


COLUMNS = (
    Column("record", "bigint", "place of the record in the input, from 0: over all files in their order"),
    Column("id", "varchar", "the record's own identifier (uniqueid, uuid, Call-ID), if it has one"),
    Column("start", "bigint", "when the call began: Unix time in microseconds, UTC; never null"),
    Column("seconds", "integer", "seconds of conversation; 0 if not answered; null if unknown"),
    Column("ring", "integer", "seconds from the start to the answer, or to the end; null if unknown"),
    Column("answered", "boolean", "whether somebody answered; null if unknown"),
    Column("calling", "bigint", "the caller's number, E.164 digits; null if withheld or no number"),
    Column("called", "bigint", "the called number, E.164 digits; null if no number"),
    Column("trunk", "varchar", "where the call came in: trunk, peer or address"),
    Column("egress", "varchar", "where it went out"),
    Column("spc", "varchar", "service provider code of who signed it (RFC 8226 §9)"),
    Column("certificate", "varchar", "the certificate or x5u that signed it"),
    Column("origid", "varchar", "origination identifier (RFC 8588 §5)"),
    Column("attest", "varchar", "attestation A, B or C"),
    Column("verstat", "varchar", "what verification said"),
    Column("sip_code", "integer", "final SIP response"),
    Column("cause", "integer", "Q.850 cause"),
    Column("imei", "varchar", "the handset, where the records are a mobile network's"),
    Column("imsi", "varchar", "the subscription"),
    Column("cell", "varchar", "the cell"),
    Column("call_id", "varchar", "SIP Call-ID"),
)
"""In this order. What a layout does not have is null; a detector that needs a column which is null
throughout says that it could not look."""
