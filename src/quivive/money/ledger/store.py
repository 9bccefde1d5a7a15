"""What does a ledger hold, and which numbers belong to a transaction or an address?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from quivive.engines import DuckDB, Engine, Relation
from quivive.errors import NotFound, UsageError
from quivive.money.ledger import manifest as manifests
from quivive.money.ledger.columns import Column
from quivive.money.ledger.manifest import Manifest, Segment
from quivive.money.ledger.tables import FAMILIES

if TYPE_CHECKING:
    import numpy as np

    from quivive.money.ledger.flows import Flows
    from quivive.money.ledger.postings import Postings


class Ledger:
    """One chain's numbered blocks as they stood when it was opened; `money.ledger.writing` changes it."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: str | Path) -> Ledger:
        """The ledger in a folder; NotFound where there is none."""
        return cls(Path(folder), manifests.read(Path(folder)))

    @classmethod
    def create(cls, folder: str | Path, chain: str, batch: int = manifests.BATCH) -> Ledger:
        """A new, empty ledger; UsageError where the folder holds one or the chain is not known."""
        from quivive.money.chains import CHAINS

        if chain not in CHAINS:
            raise UsageError(f"There is no chain '{chain}': one of {', '.join(sorted(CHAINS))}.")
        path = Path(folder)
        if (path / manifests.NAME).exists():
            raise UsageError(f"There is a ledger in {path}.")
        path.mkdir(parents=True, exist_ok=True)
        manifest = Manifest(chain, CHAINS[chain].family, batch)
        manifests.write(path, manifest)
        return cls(path, manifest)

    @property
    def chain(self) -> str:
        """A key of `money.chains.CHAINS`."""
        return self.manifest.chain

    @property
    def family(self) -> str:
        """'utxo' or 'account'."""
        return self.manifest.family

    @property
    def tip(self) -> tuple[int, bytes] | None:
        """Height and hash of the last block; None where the ledger is empty."""
        return self.manifest.tip

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each table."""
        return {table: self.manifest.count(table) for table in FAMILIES[self.family]}

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table, in chain order."""
        return [self.file(table, segment) for segment in self.manifest.segments]

    def file(self, table: str, segment: Segment) -> Path:
        """The Parquet file that holds a table's rows of one segment."""
        return self.folder / table / f"{segment.number:06}.parquet"

    def relation(self, table: str) -> Relation:
        """A table as an engine reads it."""
        return self.files(table) or FAMILIES[self.family][table].empty_table()

    def sql(
        self,
        query: str,
        parameters: Sequence[Any] = (),
        engine: Engine | None = None,
        **more: Relation,
    ) -> pa.Table:
        """Ask the tables by their names, and the relations given beside them."""
        named = {table: self.relation(table) for table in FAMILIES[self.family]}
        return (engine or self._engine).query(query, {**named, **more}, parameters)

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """A table's columns in chain order, in record batches."""
        for path in self.files(table):
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(1 << 20, columns=list(columns))

    def address_id(self, text: str) -> int | None:
        """The number of an address in whatever spelling; None where the ledger has not seen it."""
        return self.address_ids([text])[0]

    def address_ids(self, texts: Sequence[str]) -> list[int | None]:
        """The numbers of addresses; None for those that the ledger has not seen."""
        from quivive.money.addresses import canonical_address

        spelt = [canonical_address(text, self.chain) for text in texts]
        wanted = pa.table({"text": pa.array(spelt, pa.string())})
        found = self.sql(
            "select text, address from addresses where text in (select text from wanted)", wanted=wanted
        )
        known = dict(zip(found["text"].to_pylist(), found["address"].to_pylist(), strict=True))
        return [known.get(text) for text in spelt]

    def address(self, number: int) -> str:
        """The text of an address."""
        return self.addresses([number])[0]

    def addresses(self, numbers: Iterable[int]) -> list[str]:
        """The texts of addresses by their numbers; NotFound for a number that the ledger does not have."""
        return self._column("addresses", "text", numbers)

    def address_types(self, numbers: Iterable[int]) -> list[str]:
        """The script types of addresses ('p2wpkh', …; 'account')."""
        return self._column("addresses", "type", numbers)

    def transaction_id(self, txid: str) -> int | None:
        """The number of a transaction by its hexadecimal id; of two with one id, the later."""
        try:
            wanted = bytes.fromhex(txid.removeprefix("0x"))
        except ValueError as error:
            raise UsageError(f"'{txid}' is no transaction id: 64 hexadecimal digits.") from error
        found = self.sql("select max(tx) as tx from transactions where txid = ?", [wanted])
        number: int | None = found["tx"][0].as_py()
        return number

    def txid(self, tx: int) -> str:
        """The hexadecimal id of a transaction."""
        return self.txids([tx])[0]

    def txids(self, numbers: Iterable[int]) -> list[str]:
        """The hexadecimal ids of transactions."""
        ids = self._column("transactions", "txid", numbers)
        prefix = "0x" if self.family == "account" else ""
        return [prefix + txid.hex() for txid in ids]

    def times(self, txs: Sequence[int] | np.ndarray) -> np.ndarray:
        """Unix seconds of the blocks of transactions, int64."""
        return self._of_block("time", txs)

    def heights(self, txs: Sequence[int] | np.ndarray) -> np.ndarray:
        """Heights of the blocks of transactions, int64."""
        return self._of_block("height", txs)

    def hash_at(self, height: int) -> bytes | None:
        """The hash of a block; None where the ledger does not have it."""
        found: bytes | None = self._hashes.get(height)
        return found

    def flows(self) -> Flows:
        """What is spent where, as arrays (UTXO ledgers); the index is written where it is not of this tip."""
        from quivive.money.ledger.flows import open_flows

        return open_flows(self)

    def postings(self) -> Postings:
        """Which transfers an address sent and received (account ledgers)."""
        from quivive.money.ledger.postings import open_postings

        return open_postings(self)

    def outputs_to(self, addresses: Iterable[int]) -> tuple[np.ndarray, np.ndarray]:
        """Transactions and positions (int64) of the outputs that pay these addresses, in chain order."""
        wanted = pa.table({"address": pa.array(list(addresses), pa.int64())})
        found = self.sql(
            "select tx, position from outputs where address in (select address from wanted) order by 1, 2",
            wanted=wanted,
        )
        return _int64(found["tx"]), _int64(found["position"])

    def column(self, table: str, name: str) -> Column:
        """One column of a table, read where it is asked for."""
        if (table, name) not in self._columns:
            self._columns[table, name] = Column(self.files(table), name)
        return self._columns[table, name]

    def _column(self, table: str, column: str, numbers: Iterable[int]) -> list[Any]:
        """Values of a table's column by row numbers, which are the ids of these tables."""
        wanted = list(numbers)
        reader = self.column(table, column)
        if any(not 0 <= n < len(reader) for n in wanted):
            raise NotFound(f"The ledger in {self.folder} has no such number among its {table}.")
        return reader.take(wanted)

    @cached_property
    def _engine(self) -> Engine:
        return DuckDB()

    @cached_property
    def _columns(self) -> dict[tuple[str, str], Column]:
        return {}

    @cached_property
    def _hashes(self) -> dict[int, bytes]:
        found = pa.Table.from_batches(self.batches("blocks", ["height", "hash"])) if self.tip else None
        return dict(zip(*(c.to_pylist() for c in found.columns), strict=True)) if found else {}

    def _of_block(self, column: str, txs: Sequence[int] | np.ndarray) -> np.ndarray:
        import numpy as np

        first, values = (
            np.concatenate([np.asarray(batch[c]) for batch in self.batches("blocks", [c])])
            for c in ("first_tx", column)
        )
        # a block without transactions begins where the next one does: the last that begins here is meant
        return np.asarray(values[np.searchsorted(first, np.asarray(txs), "right") - 1], np.int64)


def _int64(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.combine_chunks().to_numpy().astype("int64")
    return values
