"""Which transactions of a ledger are CoinJoins by their form?

Judged a segment at a time; what was found stays beside the ledger until its rules change.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from quivive.errors import UsageError
from quivive.money.coinjoin.caution import doubtful
from quivive.money.coinjoin.columns import detect_columns, left_out
from quivive.money.coinjoin.nouns import COORDINATORS, PROTOCOLS, TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quivive.money.ledger import Ledger
    from quivive.money.ledger.manifest import Segment

_CODES = {name: code for code, name in enumerate(TYPES)}


@dataclass(frozen=True)
class CoinJoins:
    """What each of T transactions looks like: codes of `nouns.PROTOCOLS` int8[T], confidence float32[T].

    `doubtful` bool[T]: no verdict, but no link that an owner should be concluded from either.
    """

    protocol: NDArray[np.int8]
    confidence: NDArray[np.float32]
    doubtful: NDArray[np.bool_]

    def left_out(self) -> NDArray[np.bool_]:
        """bool[T]: the transactions that have a CoinJoin's form."""
        return left_out(self.protocol, self.confidence)

    def merge_nothing(self) -> NDArray[np.bool_]:
        """bool[T]: those, and the doubtful ones."""
        found: NDArray[np.bool_] = self.left_out() | self.doubtful
        return found

    def count(self) -> dict[str, int]:
        """How many of each protocol."""
        found = np.bincount(self.protocol, minlength=len(PROTOCOLS))
        return {name: int(n) for name, n in zip(PROTOCOLS[1:], found[1:], strict=True)}


def coinjoins(ledger: Ledger) -> CoinJoins:
    """Every transaction of a UTXO ledger, judged by its form."""
    refuse_accounts(ledger)
    types = script_types(ledger)
    known = [a for a in ledger.address_ids(_addresses_of_coordinators(ledger)) if a is not None]
    parts = [
        _of_segment(ledger, segment, types, np.array(known, np.int64)) for segment in ledger.manifest.segments
    ]
    if not parts:
        return CoinJoins(np.zeros(0, np.int8), np.zeros(0, np.float32), np.zeros(0, np.bool_))
    return CoinJoins(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _addresses_of_coordinators(ledger: Ledger) -> list[str]:
    return [text for text in COORDINATORS if text.startswith("bc1")] if ledger.chain == "btc" else []


def script_types(ledger: Ledger) -> NDArray[np.int8]:
    """int8[A]: code of each address's script type (`nouns.TYPES`), -1 for others."""
    parts = [np.zeros(0, np.int8)]
    for batch in ledger.batches("addresses", ["type"]):
        names = batch.column(0).dictionary_encode()
        codes = np.array([_CODES.get(name, -1) for name in names.dictionary.to_pylist()], np.int8)
        parts.append(codes[np.asarray(names.indices)])
    return np.concatenate(parts)


def _of_segment(
    ledger: Ledger, segment: Segment, types: NDArray[np.int8], coordinators: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.bool_]]:
    """As last worked out for these very rows, else now."""
    path = ledger.folder / "index" / f"coinjoins-{rules()}" / f"{segment.number:06}.npz"
    if path.exists():
        with np.load(path) as kept:
            return kept["protocol"], kept["confidence"], kept["doubtful"]
    columns = _columns(ledger, segment, types)
    protocol, confidence = detect_columns(**columns, coordinators=coordinators)
    unclear = doubtful(*(columns[name] for name in ("in_off", "out_off", "out_val", "in_addr")))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.npz")
    np.savez_compressed(fresh, protocol=protocol, confidence=confidence, doubtful=unclear)
    fresh.replace(path)
    return protocol, confidence, unclear


@lru_cache(maxsize=1)
def rules() -> str:
    """A digest of the rules' source: what other rules found is worked out again."""
    folder = Path(__file__).parent
    return sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()[:12]


def _columns(ledger: Ledger, segment: Segment, types: NDArray[np.int8]) -> dict[str, Any]:
    """What `detect_columns` takes, by name."""
    blocks = pq.read_table(ledger.file("blocks", segment))
    times = _times(np.asarray(blocks["time"]), ledger.chain)
    columns: dict[str, Any] = {"time": np.repeat(times, np.asarray(blocks["transactions"]))}
    for prefix, side in (("in", "inputs"), ("out", "outputs")):
        rows = pq.read_table(ledger.file(side, segment))
        first = np.asarray(rows["tx"]) - blocks["first_tx"][0].as_py()
        counts = np.bincount(first, minlength=segment.rows["transactions"])
        address = np.asarray(rows["address"])
        kinds = np.full(len(address), -1, np.int8)
        kinds[address >= 0] = types[address[address >= 0]]
        columns |= {
            f"{prefix}_off": np.concatenate([[0], np.cumsum(counts)]),
            f"{prefix}_val": np.asarray(rows["value"]),
            f"{prefix}_type": kinds,
            f"{prefix}_addr": address,
        }
    return columns


def _times(times: NDArray[np.int64], chain: str) -> NDArray[np.int64]:
    """Unix seconds; 0, unknown, on test chains, where whoever makes the blocks sets their clock.

    A protocol emulated on a clock that runs from the chain's first block would else seem too early.
    """
    return np.zeros_like(times) if "-" in chain else times


def refuse_accounts(ledger: Ledger) -> None:
    """UsageError where a ledger has no inputs that are spent together."""
    if ledger.family != "utxo":
        raise UsageError(
            f"The ledger in {ledger.folder} is of an account chain: each of its addresses stands for itself, "
            "there are no inputs spent together."
        )
