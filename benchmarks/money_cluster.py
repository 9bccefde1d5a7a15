"""How fast are clusters, beside graphsense-clustering, SciPy and DuckDB, and are the labels the same?

    python benchmarks/money_cluster.py LEDGER [--peers PYTHON] [--runs 7]

LEDGER: folder that ../shared/tools/make_ledger.py wrote (5,000,000 transactions for the published figures).
Each contestant runs in a process of its own, on arrays that are already in memory, several times over: least
wall and CPU seconds, and the peak memory of that process, imports included. PYTHON is an interpreter that has
numpy, pyarrow, scipy, duckdb and graphsense-clustering; contestants whose packages it lacks are left out.
Labels are with CoinJoins left out, as the interface gives them; graphsense's and SciPy's are brought to that
form outside their time. Writes benchmarks/results/money_cluster.json.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "quivive": ("numba", "numpy"),
    "graphsense": ("graphsense-clustering", "pyarrow"),
    "scipy": ("scipy",),
    "duckdb": ("duckdb",),
    "parquet": ("numba", "pyarrow"),
}
TARGETS = {"wall_over_graphsense": 2, "cpu_over_graphsense": 2, "peak_mb": 450, "pair_precision": 0.99}


def seconds() -> tuple[float, float]:
    """Wall clock, and processor time of this process with its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def peak_mb() -> int:
    """Peak memory of this process; ru_maxrss would hold that of the process that started it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)


def least(work: Callable[[], Any], runs: int) -> tuple[Any, dict[str, float]]:
    """The result, and the least wall and processor seconds."""
    walls, cpus, result = [], [], None
    for _ in range(runs):
        result = None
        wall, cpu = seconds()
        result = work()
        after = seconds()
        walls.append(after[0] - wall)
        cpus.append(after[1] - cpu)
    return result, {"wall_s": round(min(walls), 4), "cpu_s": round(min(cpus), 4)}


def quivive(folder: Path, runs: int) -> tuple[Any, dict[str, Any]]:
    """Ours; its first call in a process loads or compiles the machine code, which is told apart."""
    from quivive.money.clustering import cluster_inputs

    offsets, addresses, coinjoin = load(folder, "in_off", "in_addr", "cj")
    mixed = coinjoin.astype(bool)
    first = time.perf_counter()
    cluster_inputs(np.array([0, 2]), np.array([0, 1], addresses.dtype), np.array([False]))
    ready = time.perf_counter() - first
    labels, took = least(lambda: cluster_inputs(offsets, addresses, mixed), runs)
    return labels, {**took, "getting_ready_s": round(ready, 3)}


def graphsense(folder: Path, runs: int) -> tuple[Any, dict[str, Any]]:
    """Its Arrow path: one list of addresses a transaction. What CoinJoins spend is taken out beforehand."""
    import pyarrow as pa
    from gs_clustering import Clustering

    offsets, addresses = without_coinjoins(folder)
    largest = int(np.load(folder / "in_addr.npy").max())
    lists = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(addresses))

    def work() -> Any:
        clustering = Clustering(largest)
        clustering.process_transactions_arrow(lists)
        return clustering.get_mapping()

    mapping, took = least(work, runs)
    return mapping.column(1).to_numpy().astype(np.int64), took


def scipy(folder: Path, runs: int) -> tuple[Any, dict[str, Any]]:
    """connected_components of a sparse graph of neighbouring inputs; building the graph is its work."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    offsets, addresses = without_coinjoins(folder)
    size = int(np.load(folder / "in_addr.npy").max()) + 1

    def work() -> Any:
        joined = np.ones(addresses.size, bool)
        joined[offsets[:-1][offsets[:-1] < addresses.size]] = False
        places = np.flatnonzero(joined)
        ends = addresses[places - 1].astype(np.int32), addresses[places].astype(np.int32)
        return connected_components(coo_array((np.ones(places.size, np.int8), ends), (size, size)), False)[1]

    return smallest(*least(work, runs))


def smallest(components: Any, took: dict[str, float]) -> tuple[Any, dict[str, float]]:
    """Components named by their smallest member."""
    first = np.full(int(components.max()) + 1, components.size)
    np.minimum.at(first, components, np.arange(components.size))
    return first[components], took


def duckdb(folder: Path, runs: int) -> tuple[Any, dict[str, Any]]:
    """SQL: smaller labels are handed along edges, and along labels, until none changes. One thread."""
    import duckdb as database
    import pyarrow as pa

    offsets, addresses = without_coinjoins(folder)
    size = int(np.load(folder / "in_addr.npy").max()) + 1
    inputs = pa.table({"tx": np.repeat(np.arange(offsets.size - 1), np.diff(offsets)), "address": addresses})

    def work() -> Any:
        con = database.connect()
        con.execute("SET threads = 1")
        con.register("inputs", inputs)
        con.execute(
            "CREATE TABLE edges AS SELECT address::UINTEGER a, low::UINTEGER b FROM "
            "(SELECT address, min(address) OVER (PARTITION BY tx) low FROM inputs) WHERE address <> low"
        )
        con.execute(f"CREATE TABLE labels AS SELECT range::UINTEGER a, range::UINTEGER l FROM range({size})")
        while True:
            con.execute(
                "CREATE OR REPLACE TABLE lower AS SELECT t l, min(s)::UINTEGER n FROM ("
                "SELECT greatest(x.l, y.l) t, least(x.l, y.l) s FROM edges "
                "JOIN labels x ON x.a = edges.a JOIN labels y ON y.a = edges.b WHERE x.l <> y.l) GROUP BY t"
            )
            if not con.sql("SELECT count(*) FROM lower").fetchall()[0][0]:
                break
            while con.sql("SELECT count(*) FROM lower x JOIN lower y ON x.n = y.l").fetchall()[0][0]:
                con.execute(
                    "CREATE OR REPLACE TABLE lower AS SELECT x.l, coalesce(y.n, x.n) n "
                    "FROM lower x LEFT JOIN lower y ON x.n = y.l"
                )
            con.execute(
                "CREATE OR REPLACE TABLE labels AS SELECT a, coalesce(n, labels.l) l "
                "FROM labels LEFT JOIN lower ON labels.l = lower.l"
            )
        return con.sql("SELECT l FROM labels ORDER BY a").fetchnumpy()["l"]

    labels, took = least(work, 1)
    return labels.astype(np.int64), took


def parquet(folder: Path, runs: int) -> tuple[Any, dict[str, Any]]:
    """From a Parquet file of inputs (tx, address) to labels, by batches, and how much of it is reading."""
    from quivive.money.clustering import Clusters

    path = folder / "inputs.parquet"
    mixed = load(folder, "cj")[0].astype(bool)
    room = int(np.load(folder / "addr_ent.npy", mmap_mode="r").size)

    def work() -> Any:
        clusters = Clusters(room)
        clusters.extend_rows(batches(path), mixed)
        return clusters.labels()

    _, reading = least(lambda: sum(batch.num_rows for batch in batches(path)), runs)
    labels, took = least(work, runs)
    return labels, {
        **took,
        "reading_share_of_cpu": round(reading["cpu_s"] / took["cpu_s"], 3),
        "file_mb": round(path.stat().st_size / 1e6),
    }


def batches(path: Path) -> Any:
    """Record batches of a Parquet file, decoded on one thread."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(1 << 18, columns=["tx", "address"], use_threads=False)


def write_inputs(folder: Path, path: Path) -> None:
    """The inputs as a ledger has them: tx and address, int64, in chain order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    offsets, addresses = load(folder, "in_off", "in_addr")
    txs = np.repeat(np.arange(offsets.size - 1), np.diff(offsets))
    pq.write_table(pa.table({"tx": txs, "address": addresses.astype(np.int64)}), path, compression="zstd")


def load(folder: Path, *names: str) -> list[Any]:
    """Arrays of the ledger, in memory."""
    return [np.load(folder / f"{name}.npy") for name in names]


def without_coinjoins(folder: Path) -> tuple[Any, Any]:
    """Offsets and addresses, where CoinJoins have no inputs."""
    offsets, addresses, coinjoin = load(folder, "in_off", "in_addr", "cj")
    sizes = np.diff(offsets)
    kept = np.repeat(coinjoin == 0, sizes)
    return np.concatenate([[0], np.cumsum(np.where(coinjoin, 0, sizes))]), addresses[kept]


def pair_precision(labels: Any, owners: Any) -> float:
    """Of all pairs of addresses in one cluster, the part that has one owner."""

    def pairs(counts: Any) -> int:
        return int((counts * (counts - 1) // 2).sum())

    together = np.unique(labels, return_counts=True)[1]
    right = np.unique(labels * (int(owners.max()) + 1) + owners, return_counts=True)[1]
    return pairs(right) / pairs(together)


def truth(folder: Path, labels: Any) -> dict[str, Any]:
    """How right the clusters are by the generator's owners, with CoinJoins left out and not."""
    from quivive.money.clustering import cluster_inputs

    owners = np.load(folder / "addr_ent.npy")[: labels.size].astype(np.int64)
    naive = cluster_inputs(*load(folder, "in_off", "in_addr"))
    return {
        "pair_precision": round(pair_precision(labels, owners), 5),
        "pair_precision_with_coinjoins": round(pair_precision(naive, owners), 5),
        "clusters": int(np.unique(labels).size),
    }


CONTESTANTS = {f.__name__: f for f in (quivive, graphsense, scipy, duckdb, parquet)}


def apart(
    name: str, python: str, folder: Path, runs: int, labels: Path, **environment: str
) -> dict[str, Any] | None:
    """What a contestant did in a process of its own, or None where its packages are missing."""
    command = [python, __file__, str(folder), "--one", name, "--runs", str(runs), "--labels", str(labels)]
    variables = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def one(name: str, folder: Path, runs: int, path: Path) -> None:
    """Runs one contestant and says what it took; the peak is read before labels are written."""
    labels, took = CONTESTANTS[name](folder, runs)
    took["peak_mb"] = peak_mb()
    took["versions"] = {package: importlib.metadata.version(package) for package in PACKAGES[name]}
    np.save(path, labels)
    print(json.dumps(took))


def main() -> None:
    """Measure, compare, print, write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--labels", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.folder, given.runs, given.labels)
        return
    measured: dict[str, Any] = {}
    load_before = os.getloadavg()[0]
    write_inputs(given.folder, given.folder / "inputs.parquet")
    with tempfile.TemporaryDirectory() as scratch:
        empty = str(Path(scratch) / "cache")
        new = apart(
            "quivive", sys.executable, given.folder, 1, Path(scratch) / "new.npy", NUMBA_CACHE_DIR=empty
        )
        for name in CONTESTANTS:
            python = sys.executable if name in ("quivive", "parquet") else given.peers
            path = Path(scratch) / f"{name}.npy"
            took = apart(name, python, given.folder, given.runs, path)
            if took is not None:
                ours = np.load(Path(scratch) / "quivive.npy")
                measured[name] = {**took, "same_labels": bool(np.array_equal(np.load(path), ours))}
                print(name, measured[name], flush=True)
    (given.folder / "inputs.parquet").unlink()
    counts = {
        name: int(np.load(given.folder / f"{name}.npy", mmap_mode="r").size) for name in ("cj", "in_addr")
    }
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load_before_and_after": [round(load_before, 1), round(os.getloadavg()[0], 1)],
        "transactions": counts["cj"],
        "inputs": counts["in_addr"],
        "addresses": int(ours.size),
        "targets": TARGETS,
        "contestants": measured,
        "first_ever": new and {"compiling_s": new["getting_ready_s"], "peak_mb": new["peak_mb"]},
        **truth(given.folder, ours),
    }
    for kind in ("wall", "cpu"):
        if "graphsense" in measured:
            times = (measured[name][f"{kind}_s"] for name in ("graphsense", "quivive"))
            result[f"{kind}_over_graphsense"] = round(next(times) / next(times), 2)
    print(json.dumps(result, indent=2))
    (ROOT / "benchmarks" / "results" / "money_cluster.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
