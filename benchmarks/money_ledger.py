"""What does a ledger cost to make, and what would all of Bitcoin need?

    python benchmarks/money_ledger.py MAKE_LEDGER.PY BLOCK… [--transactions 1000000]

MAKE_LEDGER.PY is the shared generator: its amounts and degrees are made up; transaction ids and addresses are
drawn at random here in the shares of today's script types, since they decide how little can be compressed.
BLOCK is a raw block (bz2 allowed): what reading real blocks costs is measured on these. Figures for all of
Bitcoin follow from the rates, and from the counts in WHOLE. Writes benchmarks/results/money_ledger.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from quivive import __version__
from quivive.money.addresses import base58check, segwit_address
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.ingest import ingest
from quivive.money.sources import open_source

WHOLE = {"transactions": 1.3e9, "inputs": 3.3e9, "outputs": 3.6e9, "addresses": 1.4e9}
"""Bitcoin by the end of 2025: transactions as the issue states, the others by their share of late years."""
BATCHES = (50_000, 200_000, 800_000)
"""Transactions a step, to tell what a step costs from what a process costs."""
BATCH = 10_000_000
"""Transactions a step that all of Bitcoin would be read with."""
PER_BLOCK = 2_500
KINDS = (
    ("witness_v0_keyhash", 0.45),
    ("pubkeyhash", 0.25),
    ("scripthash", 0.15),
    ("witness_v1_taproot", 0.15),
)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("generator", type=Path)
    parser.add_argument("blocks", nargs="+")
    parser.add_argument("--transactions", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, str(options.generator), str(options.transactions), folder], check=True
        )
        ledgers = [_apart(Path(folder), batch) for batch in BATCHES]
    result: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "reading": [reading(block) for block in options.blocks],
        "ledgers": ledgers,
    }
    result["whole"] = whole(result)
    path = Path(__file__).parent / "results" / "money_ledger.json"
    path.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))


def _apart(arrays: Path, batch: int) -> dict[str, Any]:
    """`ledger` in a process of its own, for the memory that it takes."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(ledger, arrays, batch).result()


def reading(spec: str) -> dict[str, Any]:
    """Rate of reading a real block from its bytes, the best of five."""
    best = np.inf
    for _ in range(5):
        source = open_source(spec, "btc")
        before = time.process_time()
        blocks = list(source.blocks(source.first()))
        best = min(best, time.process_time() - before)
    count = sum(len(block.transactions) for block in blocks)
    return {
        "block": Path(spec).name,
        "transactions": count,
        "transactions per CPU second": round(count / best),
    }


class Made:
    """The generated ledger as blocks with ids and addresses of real length; its arrays stay on the disk."""

    chain = "btc"

    def __init__(self, folder: Path) -> None:
        names = ("in_off", "out_off", "in_prev", "out_addr", "out_val")
        arrays = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in names)
        self.in_off, self.out_off, self.in_prev, self.out_addr, self.out_val = arrays
        draw = np.random.default_rng(7)
        addresses = int(self.out_addr.max()) + 1
        self.kind = draw.choice(len(KINDS), addresses, p=[share for _, share in KINDS]).astype(np.int8)

    def first(self) -> int:
        return 1

    def tip(self) -> int:
        return (len(self.in_off) - 1) // PER_BLOCK

    def hash_at(self, height: int) -> bytes:
        return _digest("block", height)

    def blocks(self, start: int) -> Iterator[Block]:
        for height in range(start, self.tip() + 1):
            first = (height - 1) * PER_BLOCK
            transactions = tuple(self._transaction(t) for t in range(first, first + PER_BLOCK))
            yield Block(height, self.hash_at(height), self.hash_at(height - 1), 600 * height, transactions)

    def _transaction(self, t: int) -> Transaction:
        prev = self.in_prev[self.in_off[t] : self.in_off[t + 1]].tolist()
        rows = range(self.out_off[t], self.out_off[t + 1])
        made = np.searchsorted(self.out_off, prev, "right") - 1
        inputs = tuple(
            Input(_digest("tx", int(tx)), o - int(self.out_off[tx])) for tx, o in zip(made, prev, strict=True)
        )
        return Transaction(_digest("tx", t), inputs, tuple(self._output(o) for o in rows))

    def _output(self, row: int) -> Output:
        address = int(self.out_addr[row])
        kind, payload = self.kind[address], _digest("address", address)
        text = (
            segwit_address("bc", 0, payload[:20]),
            base58check(b"\0" + payload[:20]),
            base58check(b"\5" + payload[:20]),
            segwit_address("bc", 1, payload),
        )[kind]
        return Output(int(self.out_val[row]), KINDS[kind][0], text)


def ledger(arrays: Path, batch: int) -> dict[str, Any]:
    """Time by step, memory and bytes of a ledger."""
    made = Made(arrays)
    with tempfile.TemporaryDirectory() as folder:
        return _ledger(made, Path(folder), batch)


def _ledger(made: Made, folder: Path, batch: int) -> dict[str, Any]:
    idle = _peak()
    times: list[float] = []
    began, wall = time.process_time(), time.perf_counter()
    making = [0.0]

    class Timed(Made):
        def blocks(self, start: int) -> Iterator[Block]:
            source = made.blocks(start)
            while True:
                before = time.process_time()
                block = next(source, None)
                making[0] += time.process_time() - before
                if block is None:
                    return
                yield block

    timed = Timed.__new__(Timed)
    timed.__dict__ = made.__dict__
    found = ingest(
        timed, folder, batch=batch, tell=lambda h, t: times.append(time.process_time() - making[0])
    )
    seconds = time.process_time() - began - making[0]
    sizes = {t: sum(p.stat().st_size for p in (folder / t).glob("*.parquet")) for t in found.counts}
    before = time.process_time()
    found.flows()
    indexing = time.process_time() - before
    index = sum(p.stat().st_size for p in (folder / "index").rglob("*.npy"))
    blocks = batch // PER_BLOCK
    ends = np.array(times)[blocks - 1 :: blocks]
    steps = np.diff(ends, prepend=began)
    return {
        "rows": found.counts,
        "batch": batch,
        "CPU seconds": round(seconds, 1),
        "wall seconds": round(time.perf_counter() - wall, 1),
        "transactions per CPU second": round(found.counts["transactions"] / seconds),
        "seconds of each step": [round(float(s), 2) for s in steps],
        "bytes by row": {t: round(size / max(found.counts[t], 1), 2) for t, size in sizes.items()},
        "index bytes by transaction": round(index / found.counts["transactions"], 1),
        "index CPU seconds": round(indexing, 1),
        "peak MiB over idle": round((_peak() - idle) / 2**20),
    }


def whole(result: dict[str, Any]) -> dict[str, Any]:
    """All of Bitcoin from these rates."""
    small, middle, large = result["ledgers"]
    tables = sum(large["bytes by row"][t] * n for t, n in WHOLE.items())
    index = large["index bytes by transaction"] * WHOLE["transactions"]
    # a step costs its own rows, and a look at all rows before it
    steps = small["seconds of each step"]
    look, own = np.polyfit(np.arange(len(steps)) * small["batch"], steps, 1)
    count = WHOLE["transactions"]
    numbering = own / small["batch"] * count + max(look, 0) * count**2 / (2 * BATCH)
    peak = [each["peak MiB over idle"] for each in (middle, large)]
    memory = (peak[1] - peak[0]) / (large["batch"] - middle["batch"]) * BATCH
    slowest = min(r["transactions per CPU second"] for r in result["reading"])
    return {
        "assumed": WHOLE,
        "batch": BATCH,
        "disk GB": round((tables + index) / 1e9),
        "of which index GB": round(index / 1e9),
        "memory of a step GiB": round((peak[0] + memory) / 1024, 1),
        "memory of clusters GiB": round(WHOLE["addresses"] * 4 / 2**30, 1),
        "reading CPU hours": round(count / slowest / 3600, 1),
        "numbering CPU hours": round(numbering / 3600, 1),
    }


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
