"""Which output does a transaction spend, and which transaction spends an output?

The index beside a ledger's tables: plain arrays on disk, memory-mapped, so that a trace reads only where it
goes. An output's dense number is `out_off[tx] + position`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from quivive.errors import Unreadable, UsageError
from quivive.money.ledger.columns import Column

if TYPE_CHECKING:
    from quivive.money.ledger.store import Ledger

_ARRAYS = ("in_off", "out_off", "spender")


class ArrayLike(Protocol):
    """An array, or a column that is read where it is asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any, /) -> Any: ...


@dataclass(frozen=True)
class Flows:
    """T transactions, I inputs, O outputs. Shapes: in_off and out_off int64[T+1]; in_prev int64[I], the dense
    number of the output spent, -1 not known; out_addr int64[O], -1 none; out_val int64[O] in the smallest
    unit; spender int64[O], the transaction that spends it, -1 unspent."""

    in_off: ArrayLike
    in_prev: ArrayLike
    out_off: ArrayLike
    out_addr: ArrayLike
    out_val: ArrayLike
    spender: ArrayLike

    def load(self) -> Flows:
        """The same, all in memory as plain arrays, for kernels."""
        return Flows(*(_loaded(getattr(self, name)) for name in self.__dataclass_fields__))

    def tx_of(self, outputs: Sequence[int] | np.ndarray) -> np.ndarray:
        """The transactions that made these outputs, int64."""
        return np.searchsorted(np.asarray(self.out_off), np.asarray(outputs), "right") - 1


def _loaded(values: ArrayLike) -> np.ndarray:
    return values.load() if isinstance(values, Column | Spent) else np.array(values)


class Spent:
    """The dense numbers of the outputs that inputs spend, worked out where they are asked for."""

    def __init__(self, tx: Column, position: Column, out_off: np.ndarray) -> None:
        self._tx = tx
        self._position = position
        self._out_off = out_off

    def __len__(self) -> int:
        return len(self._tx)

    def __getitem__(self, rows: Any) -> Any:
        tx, position = np.asarray(self._tx[rows]), np.asarray(self._position[rows])
        dense = np.where(tx >= 0, self._out_off[np.maximum(tx, 0)] + position, -1)
        return dense if dense.ndim else int(dense)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.load() if dtype is None else self.load().astype(dtype)

    def load(self) -> np.ndarray:
        """All of them, int64."""
        values: np.ndarray = self[:]
        return values


def open_flows(ledger: Ledger) -> Flows:
    """The index of this ledger, written where there is none of its tip."""
    if ledger.family != "utxo":
        raise UsageError(f"The ledger in {ledger.folder} is of an account chain: it has no outputs.")
    folder = index_folder(ledger, "flows")
    if not folder.exists():
        _write(ledger, folder)
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    prev_tx, prev_position = (ledger.column("inputs", name) for name in ("prev_tx", "prev_position"))
    return Flows(
        **arrays,
        in_prev=Spent(prev_tx, prev_position, arrays["out_off"]),
        out_addr=ledger.column("outputs", "address"),
        out_val=ledger.column("outputs", "value"),
    )


def index_folder(ledger: Ledger, name: str) -> Path:
    """Where the index of this name lies for the ledger's present segments."""
    numbers = "-".join(str(s.number) for s in ledger.manifest.segments[-1:]) or "empty"
    tip = ledger.tip[1].hex()[-16:] if ledger.tip else "0"
    return ledger.folder / "index" / f"{name}-{numbers}-{tip}"


def publish(fresh: Path, folder: Path) -> None:
    """Put a finished index in its place, and take away those of earlier tips."""
    name = folder.name.split("-")[0]
    try:
        os.rename(fresh, folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(fresh)  # another process was first
    for old in folder.parent.glob(f"{name}-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _write(ledger: Ledger, folder: Path) -> None:
    counts = ledger.counts
    fresh = folder.with_name(f"new-{os.getpid()}-{folder.name}")
    fresh.mkdir(parents=True, exist_ok=True)
    transactions, outputs = counts["transactions"], counts["outputs"]

    def array(name: str, rows: int) -> np.ndarray:
        if not rows:  # an empty file cannot be mapped
            np.save(fresh / f"{name}.npy", np.zeros(0, np.int64))
            return np.zeros(0, np.int64)
        return np.lib.format.open_memmap(fresh / f"{name}.npy", "w+", np.int64, (rows,))

    out_off, in_off = array("out_off", transactions + 1), array("in_off", transactions + 1)
    spender = array("spender", outputs)
    _offsets(ledger, "outputs", out_off)
    _offsets(ledger, "inputs", in_off)
    spender[:] = -1
    for batch in ledger.batches("inputs", ["tx", "prev_tx", "prev_position"]):
        tx, prev_tx, position = (np.asarray(column) for column in batch.columns)
        known = prev_tx >= 0
        _spend(spender, out_off[prev_tx[known]] + position[known], tx[known], ledger)
    del out_off, in_off, spender
    publish(fresh, folder)


def _offsets(ledger: Ledger, table: str, offsets: np.ndarray) -> None:
    """Row numbers at which each transaction's rows begin, and the end."""
    for batch in ledger.batches(table, ["tx"]):
        txs, counts = np.unique(np.asarray(batch.column(0)), return_counts=True)
        offsets[txs + 1] += counts
    np.cumsum(offsets, out=offsets)


def _spend(spender: np.ndarray, outputs: np.ndarray, txs: np.ndarray, ledger: Ledger) -> None:
    if (spender[outputs] >= 0).any() or len(np.unique(outputs)) < len(outputs):
        raise Unreadable(f"An output is spent twice in the ledger in {ledger.folder}: ingest it again.")
    spender[outputs] = txs
