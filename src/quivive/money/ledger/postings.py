"""Which transfers did an address of an account chain send and receive?

Two lists a ledger: transfer numbers ordered by sender, and by receiver; each with the place at which an
address's own begin. Memory-mapped, so that a trace reads only where it goes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quivive.errors import UsageError
from quivive.money.ledger.flows import index_folder, publish

if TYPE_CHECKING:
    from quivive.money.ledger.store import Ledger


@dataclass(frozen=True)
class Postings:
    """A addresses, N transfers: offsets int64[A+1] into transfer numbers int64[N], rising by address."""

    sent_off: np.ndarray
    sent: np.ndarray
    received_off: np.ndarray
    received: np.ndarray

    def sent_by(self, address: int) -> np.ndarray:
        """Numbers of the transfers that an address sent, in chain order."""
        return np.asarray(self.sent[self.sent_off[address] : self.sent_off[address + 1]])

    def received_by(self, address: int) -> np.ndarray:
        """Numbers of the transfers that an address received, in chain order."""
        return np.asarray(self.received[self.received_off[address] : self.received_off[address + 1]])


def open_postings(ledger: Ledger) -> Postings:
    """The index of this ledger, written where there is none of its tip."""
    if ledger.family != "account":
        raise UsageError(f"The ledger in {ledger.folder} is of a chain of outputs: it has no transfers.")
    folder = index_folder(ledger, "postings")
    if not folder.exists():
        _write(ledger, folder)
    return Postings(
        *(np.load(folder / f"{name}.npy", mmap_mode="r") for name in Postings.__dataclass_fields__)
    )


def _write(ledger: Ledger, folder: Path) -> None:
    fresh = folder.with_name(f"new-{os.getpid()}-{folder.name}")
    fresh.mkdir(parents=True, exist_ok=True)
    for side, name in (("sender", "sent"), ("receiver", "received")):
        parts = [np.asarray(batch.column(0)) for batch in ledger.batches("transfers", [side])]
        addresses = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        order = np.argsort(addresses, kind="stable")
        offsets = np.searchsorted(addresses[order], np.arange(ledger.counts["addresses"] + 1))
        np.save(fresh / f"{name}.npy", order.astype(np.int64))
        np.save(fresh / f"{name}_off.npy", offsets.astype(np.int64))
    publish(fresh, folder)
