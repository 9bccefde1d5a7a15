"""What is a batch of calls while it is being made? Arrays of the same length under names, integers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from call_traffic.numbering import Array

Calls: TypeAlias = dict[str, Array]
TYPES = {
    "start": np.int64, "ring": np.int32, "seconds": np.int32, "outcome": np.int8, "calling": np.int64,
    "called": np.int64, "trunk": np.int16, "egress": np.int16, "signature": np.int32, "attest": np.int8,
    "imei": np.int64, "imsi": np.int64, "cell": np.int32, "source": np.int16, "campaign": np.int32,
}  # fmt: skip
"""start in Unix microseconds; 0 in calling, imei, imsi, cell and attest means none, -1 in signature and
campaign."""

ANSWERED, NO_ANSWER, BUSY, CANCELLED, UNALLOCATED, UNAVAILABLE, CONGESTED = range(7)
OUTCOMES = (("ANSWERED", 200, 16), ("NO ANSWER", 480, 19), ("BUSY", 486, 17), ("NO ANSWER", 487, 16),
            ("FAILED", 404, 1), ("FAILED", 480, 20), ("FAILED", 503, 34))  # fmt: skip
"""Disposition, SIP response, Q.850 cause (RFC 3398 pairs them)."""


def joined(batches: Sequence[Calls]) -> Calls:
    """All rows of several batches."""
    if not batches:
        return {name: np.zeros(0, kind) for name, kind in TYPES.items()}
    return {name: np.concatenate([each[name] for each in batches]) for name in TYPES}


def taken(calls: Calls, rows: Array) -> Calls:
    """Some rows."""
    return {name: values[rows] for name, values in calls.items()}
