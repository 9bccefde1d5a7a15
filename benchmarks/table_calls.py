"""The sections on calls where they flow of benchmarks/README.md, from their result files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from table_lines import table

Result = Mapping[str, Any]


def service(result: Result) -> Iterator[str]:
    """The SIP redirect server under SIPp."""
    yield "## Calls: the SIP service"
    yield ""
    core = result["core"]
    yield (
        f"`calls_service.py`, {result['date']}, {result['machine']}, {result['sipp'].rstrip('.')}: every "
        "INVITE has a signature of its own, one in ten is wrong, every answer is held against what is right "
        "for that call. "
        f"Judging and writing one answer takes {core['core_us']} µs of one core. Milliseconds are SIPp's, "
        "which shares the two cores."
    )
    yield ""
    rows = [
        [run["transport"], run["asked_per_second"], f"{run['calls']:,}", run["per_second"], run["lost"],
         run["wrong"], run["ms"]["p50"], run["ms"]["p99"], run["cpu_us"], run["peak_mb"]]
        for run in result["runs"]
    ]  # fmt: skip
    head = [
        "",
        "asked a second",
        "calls",
        "reached",
        "lost",
        "wrong",
        "ms p50",
        "ms p99",
        "CPU µs a call",
        "peak MB",
    ]
    yield from table(head, rows)


def records(result: Result) -> Iterator[str]:
    """Campaigns found in generated call records."""
    yield "## Calls: campaigns in call records"
    yield ""
    accuracy, speed = result["accuracy"], result["speed"]
    yield (
        f"`calls_records.py`, {result['date']}, load {result['load_before_and_after'][0]}. The traffic is "
        f"generated ({result['generated']}). {speed['calls']:,} records from Parquet through every detector: "
        f"{speed['cpu_s']} CPU s on one core, {speed['records_per_cpu_second']:,} a second, "
        f"peak {speed['peak_mb']:,} MB. "
        f"Recall on days of seeds {accuracy['seeds'][0]} to {accuracy['seeds'][-1]}, which set no threshold; "
        f"{accuracy['false_alarms_per_million']} false alarms for a million ordinary calls, "
        f"{accuracy['ordinary_calls_inside_per_million']} ordinary calls inside reports. DuckDB and "
        f"Spark find {'the same' if result['engines']['equal'] else 'NOT the same'}."
    )
    yield ""
    rows = [
        [kind, each["campaigns"], each["recall"], each["recall_merged"], each["false_alarms"]]
        for kind, each in accuracy["kinds"].items()
    ]
    yield from table(["kind", "campaigns", "recall", "with merged ones", "false alarms"], rows)


def traceback(result: Result) -> Iterator[str]:
    """Generated calls traced hop by hop."""
    yield "## Calls: traceback"
    yield ""
    yield (
        f"`calls_traceback.py`: {result['what']}; {result['cases']} calls through 2 to 8 providers, one in "
        "three with a silent one. Right: provider, record and upstream."
    )
    yield ""
    told = result["report_tells_length"]
    rows = [
        [name, each["hops"], each["share_right"], each["hops_ambiguous"], each["hops_missing"],
         each["hops_wrong"], f"{each['gaps_named']} of {each['gaps']}"]
        for name, each in (("numbers and time", result), ("and how long the call lasted", told))
    ]  # fmt: skip
    yield from table(
        ["the report tells", "hops", "right", "ambiguous", "missing", "wrong", "gaps named"], rows
    )


def stream(result: Result) -> Iterator[str]:
    """A day of records through the running service."""
    figures = result["figures"]
    memory = figures["service_mb"]
    yield "## Calls: a day of records through the service"
    yield ""
    yield (
        f"`calls_stream.py`, {result['date']}: {result['data']}, {result['lapse']}. "
        f"{figures['records_posted']:,} records posted, {figures['records_kept_distinct']:,} kept, "
        "each once. Memory of the service, MB: at most "
        f"{memory['first_third_max']} in the first third of the slices, "
        f"{memory['last_third_max']} in the last; "
        f"of the process that searches, {figures['slice_process_mb']['first_third_max']} and "
        f"{figures['slice_process_mb']['last_third_max']}. Calls signed meanwhile: "
        f"{figures['calls_signed_meanwhile']:,}, failed {figures['calls_failed']}."
    )
