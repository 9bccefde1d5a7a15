"""Which blocks are in a node's `blk*.dat` files, or in a file with one block?

A folder's `xor.dat` is heeded; its `rev*.dat`, or undo data beside a single file, tell what the inputs spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from quivive.errors import NotFound, Unreadable, UsageError
from quivive.money.blocks import Block, Transaction
from quivive.money.chains import CASH_FORK, CHAINS, FORK_HEIGHT, Chain
from quivive.money.sources.block_index import (
    BestChain,
    Place,
    add_block,
    choose_chain,
    coinbase_height,
    has_witness,
    index_file,
)
from quivive.money.sources.raw_files import RawFile, read_key
from quivive.money.sources.undo import UndoFile, UndoReader, look_up, read_utxo_store
from quivive.money.sources.wire import HEADER, BlockReader, double_sha, read_header, with_spent

_LARGEST_BLOCK = 256 << 20
_OPEN_UNDO_FILES = 16
_SAMPLE = 10
_BESIDE = (".undo", ".rev", ".utxostore", ".utxostore.bz2")
Fill = Callable[[list[Transaction]], list[Transaction]]


def open_block_files(path: Path, chain: str | None = None, spent: bool | None = None) -> BlockFiles:
    """The blocks in a folder of `blk*.dat`, in one of those, or in a file that is one raw block.

    `spent` says whether inputs get the outputs they spend, where undo data are there; None is: only where the
    blocks do not begin at the chain's first, so that a ledger could not know those outputs otherwise. Raises
    UsageError where `chain` is not what the files hold or cannot be told, Unreadable where they are damaged.
    """
    paths = _block_paths(path)
    files = [RawFile(each, read_key(each.parent)) for each in paths]
    magic = next((each.read(0, 4) for each in files if each.size), b"")
    chains = [each for each in CHAINS.values() if each.magic == magic and magic]
    if not chains and path.is_file():
        return _open_raw_block(path, files[0], chain, spent)
    if not chains:
        raise Unreadable(f"{paths[0].name}, byte 0: {magic.hex()} is the magic of no chain that I know.")
    chains = _wanted(chains, chain, path.name)
    places: dict[bytes, Place] = {}
    for number, file in enumerate(files):
        index_file(file, number, magic, all(each.double_sha for each in chains), places)
    return BlockFiles(paths, files, places, _by_genesis(chains, places, chain, path.name), chain, spent)


class BlockFiles:
    """A source of blocks of a UTXO chain from files: their places are kept, one block at a time is read.

    `chain` is a key of CHAINS.
    """

    def __init__(
        self,
        paths: list[Path],
        files: list[RawFile],
        places: dict[bytes, Place],
        chains: list[Chain],
        wanted: str | None,
        spent: bool | None,
    ) -> None:
        self._paths, self._files, self._places = paths, files, places
        self._last = 0
        genesis = {each.genesis for each in chains if each.genesis is not None}
        self._best = choose_chain(places, genesis, lambda each: coinbase_height(self._read(each)))
        self._chain = _by_fork(chains, self._best, wanted, lambda each: has_witness(self._read(each)))
        self.chain = self._chain.key
        self._with_spent = self._best.first > 1 if spent is None else spent
        self._reader = BlockReader(self._chain)
        self._undo = UndoReader(self._chain, self._reader.payee)

    def tip(self) -> int:
        """Height of the last block."""
        return self._best.tip

    def first(self) -> int:
        """Height of the first block."""
        return self._best.first

    def hash_at(self, height: int) -> bytes:
        """Hash of the block at this height of the chain with the most work. Raises NotFound outside it."""
        if not self._best.first <= height <= self._best.tip:
            raise NotFound(f"These files hold blocks {self._best.first} to {self._best.tip}, not {height}.")
        return self._best.hashes[height - self._best.first]

    def blocks(self, start: int) -> Iterator[Block]:
        """Blocks in chain order from this height on. Raises Unreadable with file and byte offset."""
        undo_files: dict[int, UndoFile | None] = {}
        beside = self._beside() if self._with_spent else None
        for height in range(max(start, self._best.first), self._best.tip + 1):
            known = self.hash_at(height)
            place = self._places[known]
            fill = None
            if self._with_spent:
                fill = beside or partial(self._fill_from_undo_file, place, undo_files)
            name = self._files[place.file].name
            yield self._reader.block(self._read(known), height, name, place.offset, fill)

    def _read(self, known: bytes) -> bytes:
        place = self._places[known]
        if place.file != self._last:
            self._files[self._last].close()
            self._last = place.file
        return self._files[place.file].read(place.offset, place.size)

    def _fill_from_undo_file(
        self, place: Place, undo_files: dict[int, UndoFile | None], transactions: list[Transaction]
    ) -> list[Transaction]:
        """With the spent outputs that the block's `rev*.dat` has; as they were where that has none."""
        undo_file = self._undo_file(place.file, undo_files) if len(transactions) > 1 else None
        found = undo_file.find(place.previous, len(transactions)) if undo_file is not None else None
        if undo_file is None or found is None:
            return transactions
        data, offset = found
        return with_spent(
            transactions, self._undo.block(data, undo_file.name, offset), undo_file.name, offset
        )

    def _undo_file(self, number: int, undo_files: dict[int, UndoFile | None]) -> UndoFile | None:
        if number not in undo_files:
            if len(undo_files) >= _OPEN_UNDO_FILES:
                del undo_files[min(undo_files)]
            block_file = self._paths[number]
            path = block_file.with_name(block_file.name.replace("blk", "rev", 1))
            there = path != block_file and path.is_file()
            undo_files[number] = (
                UndoFile(RawFile(path, read_key(path.parent)), self._chain.magic) if there else None
            )
        return undo_files[number]

    def _beside(self) -> Fill | None:
        """What fills in spent outputs from undo data or a `utxostore` beside a single file, if any."""
        if len(self._paths) > 1:
            return None
        path = self._paths[0]
        stem = path.name.removesuffix(".bz2").removesuffix(".gz").rpartition(".")[0] or path.name
        options = [path.with_name(name + end) for name in (stem, path.name) for end in _BESIDE]
        found = next((each for each in options if each.is_file()), None)
        if found is None:
            return None
        file = RawFile(found)
        data = file.read(0, _LARGEST_BLOCK)
        if ".utxostore" in found.name:
            store = read_utxo_store(data, self._undo, file.name)
            return partial(look_up, store=store)
        return partial(self._fill_from_undo_data, file.name, data)

    def _fill_from_undo_data(
        self, name: str, data: bytes, transactions: list[Transaction]
    ) -> list[Transaction]:
        """From bare undo data, with or without the checksum that `rev*.dat` has behind them."""
        previous = self._places[self._best.hashes[0]].previous[::-1]
        if double_sha(previous + data[:-32]) == data[-32:]:
            data = data[:-32]
        return with_spent(transactions, self._undo.block(data, name), name, 0)


def _block_paths(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(path.glob("blk*.dat")) or sorted((path / "blocks").glob("blk*.dat"))
    if not found:
        raise NotFound(f"There is no blk*.dat in the folder {path.name}.")
    return found


def _open_raw_block(path: Path, file: RawFile, chain: str | None, spent: bool | None) -> BlockFiles:
    """A file that is one block without magic, as `getblock` verbosity 0 gives it (in bytes)."""
    if file.size <= HEADER or file.size > _LARGEST_BLOCK:
        raise Unreadable(f"{path.name}, byte 0: {file.size} bytes are neither a block nor a file of blocks.")
    header = read_header(file.read(0, HEADER))
    worked = int.from_bytes(header.hash, "big") <= header.target < 1 << 224
    if chain is None and not worked:
        raise UsageError(
            f"{path.name} has no magic that I know. If it is a raw block, say of which chain (--chain)."
        )
    pair = chain in (None, "btc", "bch")
    chains = [CHAINS["btc"], CHAINS["bch"]] if pair else [CHAINS[str(chain)]]
    places: dict[bytes, Place] = {}
    add_block(file, 0, 0, file.size, chains[0].double_sha, places)
    return BlockFiles([path], [file], places, chains, chain, spent)


def _wanted(chains: list[Chain], wanted: str | None, name: str) -> list[Chain]:
    if wanted is not None and wanted not in (each.key for each in chains):
        held = " or ".join(each.name for each in chains)
        raise UsageError(f"{name} holds blocks of {held}, not of {CHAINS[wanted].name}.")
    return chains


def _by_genesis(
    chains: list[Chain], places: dict[bytes, Place], wanted: str | None, name: str
) -> list[Chain]:
    """Those chains whose first block is among the blocks or right before them; all where none is."""
    befores = {each.previous for each in places.values()}
    known = [each for each in chains if each.genesis in places or each.genesis in befores]
    return _wanted(known or chains, wanted, name)


def _by_fork(
    chains: list[Chain], best: BestChain, wanted: str | None, has_witness: Callable[[bytes], bool]
) -> Chain:
    """The chain, where Bitcoin and Bitcoin Cash share the magic and the first 478,558 blocks."""
    pair = {"btc", "bch"} <= {each.key for each in chains}
    found = _told_apart(best, has_witness) if pair else None
    if wanted is not None:
        if found not in (None, wanted) and best.tip >= FORK_HEIGHT:
            raise UsageError(f"These blocks are of {CHAINS[str(found)].name}, not of {CHAINS[wanted].name}.")
        return CHAINS[wanted]
    if found is None and (pair or len({each.genesis for each in chains}) > 1):
        keys = ", ".join(each.key for each in chains)
        raise UsageError(f"The blocks do not tell which of {keys} they are of: say which (--chain).")
    return CHAINS[found] if found is not None else chains[0]


def _told_apart(best: BestChain, has_witness: Callable[[bytes], bool]) -> str | None:
    if best.tip < FORK_HEIGHT:
        return "btc"
    if best.first <= FORK_HEIGHT:
        return "bch" if best.hashes[FORK_HEIGHT - best.first] == CASH_FORK else "btc"
    if any(has_witness(each) for each in best.hashes[-_SAMPLE:]):
        return "btc"
    return "bch" if len(best.hashes) >= _SAMPLE else None
