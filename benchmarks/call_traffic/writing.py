"""How does an operator export its records? As Parquet or CSV; and what is true about them, in files
beside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from call_traffic.calls import ANSWERED, OUTCOMES, Calls
from call_traffic.numbering import Array
from call_traffic.traffic import World, kind, slices

COLUMNS = ("id", "start", "ring", "seconds", "disposition", "calling", "called", "trunk_in", "trunk_out",
"spc", "certificate", "origid", "attest", "verstat", "sip_code", "cause", "imei", "imsi", "cell")  # fmt: skip


def tables(made: World, minutes: float = 60.0) -> Iterator[tuple[pa.Table, Calls]]:
    """The records of each slice in the export's form, and the same calls as the generator knows them."""
    signatures = made.network.signatures
    names = {
        "trunk": pa.array(made.network.trunks),
        **{
            part: pa.array([getattr(each, part) for each in signatures])
            for part in ("spc", "certificate", "origid")
        },
    }
    first = 1
    for calls in slices(made, minutes):
        yield _table(calls, names, first), calls
        first += len(calls["start"])


def _table(calls: Calls, names: dict[str, Any], first: int) -> pa.Table:
    size, outcome = len(calls["start"]), calls["outcome"]
    words, codes, causes = (np.array(each) for each in zip(*OUTCOMES, strict=True))
    unsigned = calls["signature"] < 0
    signer = {
        part: _coded(calls["signature"], names[part], unsigned) for part in ("spc", "certificate", "origid")
    }
    release = np.where(outcome == ANSWERED, 16, causes[outcome])
    columns = {
        "id": pa.array(np.arange(first, first + size)),
        "start": pa.array(calls["start"], pa.timestamp("us", tz="UTC")),
        "ring": pa.array(calls["ring"]),
        "seconds": pa.array(calls["seconds"]),
        "disposition": pa.array(words[outcome]).dictionary_encode(),
        "calling": _number(calls["calling"]),
        "called": _number(calls["called"]),
        "trunk_in": _coded(calls["trunk"], names["trunk"]),
        "trunk_out": _coded(calls["egress"], names["trunk"]),
        **signer,
        "attest": _coded(calls["attest"] - 1, pa.array(["A", "B", "C"]), unsigned),
        "verstat": _coded(_verstat(calls), pa.array(["TN-Validation-Passed", "TN-Validation-Failed",
                                                     "No-TN-Validation"])),
        "sip_code": pa.array(codes[outcome].astype(np.int16)),
        "cause": pa.array(release.astype(np.int16)),
        "imei": _digits(calls["imei"]),
        "imsi": _digits(calls["imsi"]),
        "cell": _cells(calls["cell"]),
    }  # fmt: skip
    return pa.table({name: columns[name] for name in COLUMNS})


def _number(values: Array) -> pa.Array:
    return pa.array(values, mask=values == 0)


def _coded(values: Array, words: pa.Array, empty: Array | None = None) -> pa.Array:
    kept = np.where(values < 0, 0, values).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(kept, mask=empty), words)


def _verstat(calls: Calls) -> Array:
    """One in three hundred signatures does not verify (clocks, certificates); the same rows for the same
    seed."""
    return np.where(calls["signature"] < 0, 2, calls["start"] % 307 == 0)


def _digits(values: Array) -> pa.Array:
    text = pc.utf8_lpad(pa.array(values).cast(pa.string()), 15, "0")
    return pc.if_else(pa.array(values == 0), pa.scalar(None, pa.string()), text)


def _cells(values: Array) -> pa.Array:
    text = pc.binary_join_element_wise("001-01-", pa.array(values).cast(pa.string()), "")
    return pc.if_else(pa.array(values == 0), pa.scalar(None, pa.string()), text)


def plain(table: pa.Table) -> pa.Table:
    """The table without dictionaries, as other programs write it."""
    return table.cast(pa.schema([(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
                                 for f in table.schema]))  # fmt: skip


def write(made: World, path: Path, minutes: float = 60.0) -> dict[str, Any]:
    """Writes PATH (.parquet or .csv), and the do-not-originate list and the truth beside it; returns the
    truth.

    Beside it lie `NAME-dno.txt`, `NAME-truth.json` (campaigns and their records) and `NAME-sources.parquet`
    (what each record is, to explain false alarms). Numbers in CSV have a '+', times an offset.
    """
    campaigns: dict[int, list[Array]] = {}
    sources: list[Array] = []
    writer: Any = None
    count = 0
    for table, calls in tables(made, minutes):
        rows = plain(table)
        if path.suffix == ".csv":
            rows = _for_csv(rows)
        writer = writer or _writer(path, rows.schema)
        writer.write_table(rows)
        for campaign in np.unique(calls["campaign"][calls["campaign"] >= 0]):
            campaigns.setdefault(int(campaign), []).append(
                np.flatnonzero(calls["campaign"] == campaign) + count
            )
        sources.append(calls["source"])
        count += len(calls["start"])
    writer.close()
    return _truth(made, path, campaigns, np.concatenate(sources))


def _writer(path: Path, schema: pa.Schema) -> Any:
    if path.suffix == ".csv":
        return pyarrow.csv.CSVWriter(path, schema)
    return pq.ParquetWriter(path, schema, compression="zstd", store_schema=False)


def _for_csv(table: pa.Table) -> pa.Table:
    for name in ("calling", "called"):
        text = pc.binary_join_element_wise("+", table[name].cast(pa.string()), "")
        table = table.set_column(table.schema.get_field_index(name), name, text)
    local = pc.strftime(table["start"].cast(pa.timestamp("us", tz="-05:00")), "%Y-%m-%dT%H:%M:%S%z")
    return table.set_column(table.schema.get_field_index("start"), "start", local)


def _truth(made: World, path: Path, campaigns: dict[int, list[Array]], sources: Array) -> dict[str, Any]:
    by_number = {caller.campaign: caller for caller in made.callers if caller.campaign >= 0}
    truth = {
        "generated": "by benchmarks/call_traffic: not measured traffic",
        "seed": made.seed,
        "calls": len(sources),
        "campaigns": [
            {
                "kind": kind(made, by_number[number]),
                "variant": made.sources[by_number[number].source],
                "size": sum(map(len, rows)),
                "calls": np.concatenate(rows).tolist(),
            }
            for number, rows in sorted(campaigns.items())
        ],
    }
    path.with_name(f"{path.stem}-truth.json").write_text(json.dumps(truth))
    path.with_name(f"{path.stem}-dno.txt").write_text(
        "".join(f"{number}\n" for number in made.listed.tolist())
    )
    coded = pa.DictionaryArray.from_arrays(pa.array(sources.astype(np.int16)), pa.array(made.sources))
    pq.write_table(pa.table({"source": coded}), path.with_name(f"{path.stem}-sources.parquet"))
    return truth
