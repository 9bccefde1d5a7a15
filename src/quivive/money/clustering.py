"""Which addresses have one owner, by common input ownership?

Who signs for all inputs of a transaction holds all their keys, so their addresses belong together (Reid and
Harrigan 2011; Meiklejohn et al., 'A Fistful of Bitcoins', IMC 2013). A CoinJoin breaks the rule: it has many
owners and must be left out. The result is a heuristic, never proof.

Addresses are dense numbers from 0. Memory is one 32-bit number per address (64-bit from 2^32 addresses on),
one batch of rows, and the labels if they are asked for at once. One thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quivive.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

Integers = NDArray[Any]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

UNKNOWN = 2**32 - 1
"""How -1, an address that is not known, reads in an unsigned array of 32 bits."""
AT_ONCE = 1 << 20
"""Labels to a batch."""


def cluster_inputs(offsets: Labels, addresses: Integers, coinjoin: Mask | None = None) -> Labels:
    """Smallest address of each address's cluster: int64[max(addresses) + 1].

    `addresses[offsets[t]:offsets[t + 1]]` are those of transaction t's inputs: offsets int64[T + 1] from 0 to
    I, addresses uint32[I] or int64[I], memory maps included. -1 (in uint32: 4,294,967,295) is an unknown
    address and joins nothing. An address that never spends, or spends alone, is its own cluster. A
    transaction with `coinjoin[t]` true (bool[T]) merges nothing. `UsageError` where the arrays do not fit.
    """
    clusters = Clusters()
    clusters.extend(offsets, addresses, coinjoin)
    return clusters.labels()


class Clusters:
    """Clusters of the blocks seen so far; more can be added, in any order, for the labels of a whole run."""

    def __init__(self, room: int = 0) -> None:
        """`room`: addresses expected, so that memory is taken once; more may come."""
        self._parents: Integers = apart(room)
        self._size = 0

    def __len__(self) -> int:
        """Addresses so far: the largest seen, and one."""
        return self._size

    def extend(self, offsets: Labels, addresses: Integers, coinjoin: Mask | None = None) -> None:
        """Adds transactions given as for `cluster_inputs`."""
        from quivive.money.union_find import link_transactions

        offsets, addresses, skipped = checked(offsets, addresses, coinjoin)
        self._grow(int(addresses.max()) + 1 if addresses.size else 0)
        link_transactions(self._parents, offsets, addresses, skipped)

    def extend_rows(self, batches: Iterable[pa.RecordBatch], coinjoin: Mask | None = None) -> None:
        """Adds inputs as Arrow batches with the columns tx and address (integers), rows of one tx together.

        A transaction may go on in the next batch. `coinjoin` is by transaction number: bool[max(tx) + 1].
        """
        from quivive.money.union_find import link_rows

        skipped = np.zeros(0, np.bool_) if coinjoin is None else np.asarray(coinjoin, np.bool_)
        last: tuple[int, int] | None = None
        for batch in batches:
            txs, addresses = known_rows(_column(batch, "tx"), _column(batch, "address"))
            if not txs.size:
                continue
            if skipped.size and not 0 <= int(txs.min()) <= int(txs.max()) < skipped.size:
                raise UsageError(
                    f"coinjoin has {skipped.size} entries, but there is a transaction beyond them."
                )
            self._grow(int(addresses.max()) + 1)
            if last is not None and last[0] == txs[0]:
                link_rows(self._parents, txs[:1].repeat(2), np.array([last[1], addresses[0]]), skipped)
            link_rows(self._parents, txs, addresses, skipped)
            last = int(txs[-1]), int(addresses[-1])

    def labels(self, addresses: int = 0) -> Labels:
        """Smallest address of each cluster, of so many addresses at least: int64[max(addresses, len)]."""
        from quivive.money.union_find import flatten

        self._grow(addresses)
        labels = np.empty(self._size, np.int64)
        flatten(self._parents, 0, labels)
        return labels

    def batches(self, addresses: int = 0) -> Iterator[pa.RecordBatch]:
        """The labels as Arrow batches with the columns address and cluster, int64: never all at once."""
        import pyarrow as pa

        from quivive.money.union_find import flatten

        self._grow(addresses)
        for start in range(0, self._size, AT_ONCE):
            labels = np.empty(min(AT_ONCE, self._size - start), np.int64)
            flatten(self._parents, start, labels)
            numbers = np.arange(start, start + labels.size, dtype=np.int64)
            yield pa.record_batch({"address": numbers, "cluster": labels})

    def save(self, path: Path) -> None:
        """Writes the state (NumPy's .npy), whole or not at all."""
        beside = path.with_name(path.name + ".part")
        with beside.open("wb") as file:
            np.save(file, self._parents[: self._size], allow_pickle=False)
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Clusters:
        """A state that `save` wrote; `UsageError` if the file is no such thing."""
        try:
            parents = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UsageError(f"{path} holds no saved clusters: {error}") from error
        if parents.ndim != 1 or parents.dtype not in (np.uint32, np.int64) or not _pointing_down(parents):
            raise UsageError(f"{path} holds no saved clusters.")
        clusters = cls()
        clusters._parents, clusters._size = parents, parents.size
        return clusters

    def _grow(self, size: int) -> None:
        """Makes addresses below `size` their own clusters, where they are new."""
        if size > self._parents.size or size > np.iinfo(self._parents.dtype).max:
            room = max(size, self._parents.size + self._parents.size // 2 if self._size else 0)
            larger = apart(room, self._size)
            larger[: self._size] = self._parents[: self._size]
            self._parents = larger
        self._size = max(self._size, size)


def apart(addresses: int, start: int = 0) -> Integers:
    """Parents of addresses that are each their own from `start` on; those below are still to be filled in."""
    parents = np.empty(addresses, np.uint32 if addresses <= UNKNOWN else np.int64)
    for first in range(start, addresses, AT_ONCE):
        after = min(addresses, first + AT_ONCE)
        parents[first:after] = np.arange(first, after, dtype=parents.dtype)
    return parents


def _pointing_down(parents: Integers) -> bool:
    """Whether each is at most its own place, and none below 0."""
    return all(
        bool((part <= np.arange(first, first + part.size)).all() and (part >= 0).all())
        for first in range(0, parents.size, AT_ONCE)
        for part in (parents[first : first + AT_ONCE],)
    )


def checked(offsets: Labels, addresses: Integers, coinjoin: Mask | None) -> tuple[Labels, Integers, Mask]:
    """The arrays as the loops take them, without unknown addresses; `UsageError` if they do not fit."""
    offsets, addresses = np.asarray(offsets), _addresses(addresses)
    if offsets.ndim != 1 or offsets.size == 0 or offsets.dtype.kind not in "iu":
        raise UsageError("Offsets must be whole numbers, one more than there are transactions.")
    offsets = offsets.astype(np.int64, copy=False)
    if offsets[0] != 0 or offsets[-1] != addresses.size or not (offsets[1:] >= offsets[:-1]).all():
        raise UsageError(f"Offsets must rise from 0 to the number of inputs, which is {addresses.size}.")
    skipped = np.zeros(0, np.bool_) if coinjoin is None else np.asarray(coinjoin).astype(np.bool_, copy=False)
    if coinjoin is not None and skipped.shape != (offsets.size - 1,):
        raise UsageError(f"coinjoin must have one entry for each of the {offsets.size - 1} transactions.")
    known = _known(addresses)
    if known is not None:
        kept = np.concatenate([[0], np.cumsum(known)])
        offsets, addresses = kept[offsets].astype(np.int64), addresses[known]
    return offsets, addresses, skipped


def known_rows(txs: Integers, addresses: Integers) -> tuple[Integers, Integers]:
    """The rows whose address is known."""
    addresses = _addresses(addresses)
    known = _known(addresses)
    return (txs, addresses) if known is None else (txs[known], addresses[known])


def _addresses(addresses: Integers) -> Integers:
    """One-dimensional, uint32 or int64."""
    addresses = np.asarray(addresses)
    if addresses.ndim != 1 or (addresses.size and addresses.dtype.kind not in "iu"):
        raise UsageError("Addresses must be whole numbers, one for each input.")
    return addresses if addresses.dtype == np.uint32 else addresses.astype(np.int64, copy=False)


def _known(addresses: Integers) -> Mask | None:
    """Which addresses are known, or None where all are."""
    if not addresses.size:
        return None
    if addresses.dtype == np.uint32:
        return addresses != UNKNOWN if addresses.max() == UNKNOWN else None
    if addresses.min() < -1:
        raise UsageError("An address is a number from 0, or -1 where it is not known.")
    return addresses >= 0 if addresses.min() < 0 else None


def _column(batch: pa.RecordBatch, name: str) -> Integers:
    column = batch.column(name)
    if column.null_count:
        column = column.fill_null(-1)
    numbers: Integers = column.to_numpy(zero_copy_only=False)
    return numbers
