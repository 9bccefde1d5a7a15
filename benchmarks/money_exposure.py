"""How long does the exposure of an address take, and do its shares add up, on a generated ledger?

    python benchmarks/money_exposure.py [--transactions 1000000] [--addresses 300]

The ledger is made by ../shared/tools/make_ledger.py ($QUIVIVE_DATA/../tools); one address in a hundred is
given a category at random. Random addresses, and all addresses of
the twenty busiest owners, are looked at with the usual limits, each once, in
processor milliseconds for one side (what came in, or what went out). The arrays are in memory: an address of
a ledger on disk also costs the reading of what it reaches.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from money_patterns import generator  # noqa: E402

RESULT = ROOT / "benchmarks" / "results" / "money_exposure.json"
CATEGORIES = ("exchange", "gambling", "mixing_service", "sanction", "scam")


class Made:
    """A generated ledger with tags."""

    def __init__(self, transactions: int, seed: int) -> None:
        from quivive.money.exposure.utxo import Chain

        room = int(transactions * 5.5) + 4000
        arrays = generator().generate(transactions, max(2000, transactions // 6), seed, room, room)
        in_off, out_off, in_prev, out_addr, out_val, owners, joined = arrays
        spender = np.full(len(out_addr), -1, np.int64)
        spender[in_prev] = np.repeat(np.arange(transactions), np.diff(in_off))
        self.addresses, self.rng = len(owners), np.random.default_rng(seed)
        self.chain = Chain(
            in_off, in_prev.astype(np.int64), out_off, out_addr.astype(np.int64), out_val, spender,
            coinjoin=np.flatnonzero(joined),
        )  # fmt: skip
        self.owners, self.tagged = owners, self._tags()
        self.order = np.argsort(self.chain.out_addr, kind="stable")
        self.begins = np.searchsorted(self.chain.out_addr[self.order], np.arange(self.addresses + 1))

    def _tags(self) -> Any:
        from quivive.money.exposure.tagged import tagged
        from quivive.money.tags.tag import Tag

        chosen = self.rng.choice(self.addresses, self.addresses // 100, replace=False).tolist()
        kinds = self.rng.choice(CATEGORIES, len(chosen)).tolist()
        pairs = zip(chosen, kinds, strict=True)
        return tagged({address: (Tag(str(address), "btc", kind, category=kind),) for address, kind in pairs})

    def look(self, own: np.ndarray, way: str) -> tuple[float, float]:
        """Processor milliseconds, and by how much the shares miss 1."""
        from quivive.money.exposure.nouns import Limits
        from quivive.money.exposure.of_ledger import walk_utxo
        from quivive.money.exposure.rows import Names, Payments, side
        from quivive.money.exposure.utxo import net

        began = time.process_time()
        outputs = np.sort(
            np.concatenate([self.order[self.begins[a] : self.begins[a + 1]] for a in own.tolist()])
        )
        txs, change = net(self.chain, outputs)
        chosen = change > 0 if way == "incoming" else change < 0
        amounts = np.abs(change[chosen]).tolist()
        paid = Payments(txs[chosen], amounts, np.zeros(len(amounts)), np.zeros(len(amounts), bool))
        names = Names(lambda ids: [str(i) for i in ids], lambda ids: [str(i) for i in ids])
        reached = walk_utxo(self.chain, paid, own, self.tagged, Limits(), way)  # type: ignore[arg-type]
        found = side(way, paid, reached, self.tagged, names, False)  # type: ignore[arg-type]
        took = 1000 * (time.process_time() - began)
        if sum(row.amount for row in found.rows) != found.total:
            sys.exit(f"The amounts of {own.tolist()[:3]} … do not add up.")
        return took, abs(sum(row.share for row in found.rows) - 1) if found.total else 0.0


def measured(made: Made, subjects: list[np.ndarray]) -> dict[str, float]:
    """Quantiles over both sides of these sets of addresses."""
    made.look(subjects[0], "incoming")
    runs = [made.look(own, way) for own in subjects for way in ("incoming", "outgoing")]
    took = np.array([milliseconds for milliseconds, _ in runs])
    return {"sides": len(runs), "median_ms": round(float(np.median(took)), 1),
            "p95_ms": round(float(np.percentile(took, 95)), 1), "most_ms": round(float(took.max()), 1),
            "largest_miss_of_1": max(miss for _, miss in runs)}  # fmt: skip


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--transactions", type=int, default=1_000_000)
    parser.add_argument("--addresses", type=int, default=300)
    args = parser.parse_args()
    made = Made(args.transactions, 7)
    some = made.rng.choice(made.addresses, args.addresses, replace=False).tolist()
    sizes = np.bincount(made.owners)
    busiest = [np.flatnonzero(made.owners == owner) for owner in np.argsort(-sizes, kind="stable")[:20]]
    told = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} busy cores, {platform.machine()}, Python {platform.python_version()}",
        "data": "generated: see benchmarks/money_exposure.py",
        "transactions": args.transactions,
        "random_addresses": measured(made, [np.array([address]) for address in some]),
        "busiest_owners": measured(made, busiest) | {"addresses_of_the_busiest": int(sizes.max())},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(told, indent=1))
    RESULT.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
