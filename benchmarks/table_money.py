"""The sections on money of benchmarks/README.md, from their result files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from table_lines import table

Result = Mapping[str, Any]


def cluster(result: Result) -> Iterator[str]:
    """Clustering beside others on one ledger."""
    yield "## Money: clusters"
    yield ""
    yield (
        f"`money_cluster.py`, {result['date']}, load {result['load_before_and_after'][0]}: "
        f"{result['transactions']:,} generated transactions, {result['inputs']:,} inputs, "
        f"{result['addresses']:,} addresses; all give the same labels. 'parquet' is from the ledger's files "
        "to the labels."
    )
    yield ""
    rows = [
        [name, each["wall_s"], each["cpu_s"], each["peak_mb"], _percent(each.get("reading_share_of_cpu"))]
        for name, each in result["contestants"].items()
    ]
    yield from table(["", "wall s", "CPU s", "peak MB", "of it reading"], rows)
    yield ""
    yield (
        f"Pairs of one cluster that have one owner: {100 * result['pair_precision']:.2f} % with CoinJoins "
        f"left out, {100 * result['pair_precision_with_coinjoins']:.1f} % where they merge."
    )


def taint(result: Result) -> Iterator[str]:
    """Taint over a whole ledger, and traces of one seed."""
    yield "## Money: taint"
    yield ""
    one = result["one_seed"]
    yield (
        f"`money_taint.py`, {result['date']}, load {result['load_before_and_after'][0]}: "
        f"{result['transactions']:,} generated transactions, {result['outputs']:,} outputs in memory, "
        "compiled code loaded. What FIFO does not account for is nothing. A haircut trace of one "
        f"seed along the index of spenders, {one['traces']:,} random ones: p95 "
        f"{one['1 % of the seed']['p95_ms']} ms where less than 1 % of the seed is dropped, "
        f"{one['1 % of the output']['p95_ms']} ms where less than 1 % of an output is."
    )
    yield ""
    rows = [
        [method, seeds, found["cpu_s"], f"{found['tainted_outputs']:,}", each["peak_mb"]]
        for method, each in result["whole_ledger"].items()
        for seeds, found in each["seeds"].items()
    ]
    yield from table(["method", "seeds", "CPU s", "tainted outputs", "peak MB"], rows)


def exposure(result: Result) -> Iterator[str]:
    """How long an exposure takes."""
    yield "## Money: exposure"
    yield ""
    yield (
        f"`money_exposure.py`, {result['date']}: {result['transactions']:,} generated transactions in "
        "memory, each address looked at on one side; how far its shares miss one is in the last column."
    )
    yield ""
    rows = [
        [what.replace("_", " "), *(result[what][key] for key in ("sides", "median_ms", "p95_ms", "most_ms")),
         f"{result[what]['largest_miss_of_1']:.0e}"]
        for what in ("random_addresses", "busiest_owners")
    ]  # fmt: skip
    yield from table(["", "sides", "median ms", "p95 ms", "most ms", "miss"], rows)


def coinjoin(result: Result) -> Iterator[str]:
    """CoinJoin detectors on labelled and generated transactions."""
    yield "## Money: CoinJoins"
    yield ""
    yield (
        f"`money_coinjoin.py`, {result['date']}: Dumplings' labelled transactions; half were looked at "
        "while the rules were written, the other half was kept. Dumplings' JoinMarket label is any "
        "transaction of that rough form; by JoinMarket's own definition 30 of the kept ones are CoinJoins. "
        "Of the transactions after mixing that are called CoinJoins all but one have JoinMarket's form, and "
        "their inputs can be shared out to the participants."
    )
    yield ""
    rows = []
    for name, halves in result["labelled"].items():
        cells = [
            f"{half['coinjoin at 0.5']} of {half['transactions']}: "
            + ", ".join(f"{n} {protocol}" for protocol, n in sorted(half["protocols"].items()))
            for half in halves.values()
        ]
        rows.append([name, *cells])
    yield from table(["set", "development: called a CoinJoin", "kept: called a CoinJoin"], rows)


def patterns(result: Result) -> Iterator[str]:
    """Shapes of laundering that were planted into generated traffic."""
    yield "## Money: patterns"
    yield ""
    seeds, before = (", ".join(map(str, result[key])) for key in ("seeds", "seeds_of_thresholds"))
    yield (
        f"`money_patterns.py`, {result['date']}: a generator of ordinary traffic with planted patterns, "
        f"seeds {seeds}; thresholds were set on {before}. "
        "Consolidations and fan-outs are everyday acts of services too: naming them accuses nobody."
    )
    yield ""
    rows = [
        [name, f"{each['found']} of {each['planted']}", _percent(each["recall"]), _percent(each["precision"]),
         each.get("per_100000_ordinary", "–")]
        for name, each in result["patterns"].items()
    ]  # fmt: skip
    yield from table(["pattern", "found", "recall", "right", "named in 100,000 ordinary"], rows)


def ledger(result: Result) -> Iterator[str]:
    """What a ledger costs, and all of Bitcoin would."""
    whole, large = result["whole"], result["ledgers"][-1]
    yield "## Money: a ledger, and all of Bitcoin"
    yield ""
    sizes = ", ".join(f"{table} {size}" for table, size in large["bytes by row"].items())
    reading = "; ".join(f"{each['transactions per CPU second']:,}/s" for each in result["reading"])
    yield (
        f"`money_ledger.py`, {result['date']}: {large['rows']['transactions']:,} generated transactions "
        f"with random ids and addresses. Real blocks are read at {reading} (transactions in a CPU second), "
        f"the ledger is written at {large['transactions per CPU second']:,}/s. Bytes a row: {sizes}; index "
        f"{large['index bytes by transaction']} a transaction."
    )
    yield ""
    assumed = ", ".join(f"{n / 1e9:.1f} billion {table}" for table, n in whole["assumed"].items())
    yield (f"From these rates, all of Bitcoin ({assumed}), read in steps of {whole['batch']:,} transactions:")
    yield ""
    names = [name for name in whole if name not in ("assumed", "batch")]
    yield from table(["", ""], [[name, whole[name]] for name in names])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
