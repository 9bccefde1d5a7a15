"""What do the files look like that each provider of a made-up world hands in, and what is the truth?"""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from call_ways.world import House, Line, World

COLUMNS = {
    "csv": (
        "call_date",
        "src",
        "dst",
        "billsec",
        "duration",
        "disposition",
        "in_trunk",
        "out_trunk",
        "call_id",
        "sip_code",
        "uniqueid",
        "original_called",
        "attestation",
    ),
    "json": (
        "start_time",
        "calling_number",
        "called_number",
        "seconds",
        "ring",
        "answered",
        "ingress_trunk",
        "egress_trunk",
        "sip_call_id",
        "sip_code",
        "id",
        "diversion",
        "attest",
    ),
    "parquet": (
        "start",
        "calling",
        "called",
        "seconds",
        "ring",
        "answered",
        "trunk",
        "egress",
        "call_id",
        "sip_code",
        "id",
        "redirecting_number",
        "attest",
    ),
}


def written(made: World, folder: Path, seed: int) -> dict[str, Any]:
    """Write every provider's file and peers.json; return the query and the truth."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    trunks = {
        name: {other: _trunk(rng, other, at) for at, other in enumerate(made.houses)} for name in made.houses
    }
    truth: dict[str, str] = {}
    for house in made.houses.values():
        rows = []
        for at, line in enumerate(line for line in made.lines if line.house == house.name):
            rows.append(_row(rng, house, line, trunks[house.name], at))
            if line.target:
                truth[house.name] = rows[-1]["id"]
        if house.name not in made.silent:
            _file(folder, house, rows)
    peers = {
        name: {trunk: other for other, trunk in own.items() if other != name} for name, own in trunks.items()
    }
    (folder / "peers.json").write_text(json.dumps({"of": peers}, indent=1))
    query = {"called": made.called, "calling": made.calling or "anonymous", "at": made.at, "tolerance": 30.0}
    return {"query": query, "way": made.way[::-1], "silent": made.silent, "records": truth}


def _trunk(rng: random.Random, other: str, at: int) -> str:
    return rng.choice(
        (
            f"TG{rng.randint(100, 999)}{at}",
            f"192.0.2.{at + 16 * rng.randint(1, 14)}",
            f"{other[:3].upper()}_SBC{at}",
        )
    )


def _row(rng: random.Random, house: House, line: Line, trunks: dict[str, str], at: int) -> dict[str, Any]:
    start = line.start + house.skew
    stamp: float = float(int(start)) if house.whole_seconds else round(start, 3)
    seconds = -(-int(line.seconds + 0.999) // house.step) * house.step if line.answered else 0
    origin = rng.choice((None, f"customer-{at % 7}", "cust_line"))
    return {
        "start": stamp,
        "calling": _spelt(house, line.calling),
        "called": _spelt(house, line.called),
        "seconds": seconds,
        "ring": round(line.ring),
        "answered": line.answered,
        "trunk": trunks[line.came] if line.came else origin,
        "egress": trunks[line.went] if line.went else None,
        "call_id": line.call_id,
        "sip_code": line.code,
        "id": f"{house.name[:2].lower()}{at:05d}",
        "other": _spelt(house, line.diversion) if line.diversion and house.tells_diversion else None,
        "attest": None,
    }


def _spelt(house: House, number: str | None) -> str | None:
    if number is None:
        return {"sip": "sip:anonymous@anonymous.invalid", "plus": "anonymous", "tech": "Restricted"}.get(
            house.shape
        )
    return {
        "plus": "+" + number, "digits": number, "national": number[1:], "00": "00" + number,
        "tech": f"{house.tech}#{number}", "sip": f"sip:+{number}@sbc.example;user=phone",
        "rn": f"{number};rn=+12025559999;npdi", "digit-prefix": house.tech + number,
    }[house.shape]  # fmt: skip


def _file(folder: Path, house: House, rows: list[dict[str, Any]]) -> None:
    name = folder / house.name
    if house.layout == "csv":
        names = COLUMNS["csv"]
        with name.with_suffix(".csv").open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(names)
            for row in rows:
                when = (
                    datetime.fromtimestamp(row["start"], UTC)
                    .isoformat(" ", "milliseconds")
                    .removesuffix("+00:00")
                )
                whole = row["seconds"] + row["ring"] if house.tells_ring else ""
                word = "ANSWERED" if row["answered"] else "NO ANSWER"
                out.writerow(
                    (
                        when,
                        row["calling"],
                        row["called"],
                        row["seconds"],
                        whole,
                        word,
                        row["trunk"],
                        row["egress"],
                        row["call_id"],
                        row["sip_code"],
                        row["id"],
                        row["other"],
                        "",
                    )
                )
    elif house.layout == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = [dict(zip(COLUMNS["parquet"], _values(house, row), strict=True)) for row in rows]
        for each in table:
            each["start"] = int(each["start"] * 1_000_000)
        schema = pa.schema(
            [
                (
                    c,
                    {
                        "start": pa.int64(),
                        "seconds": pa.int64(),
                        "ring": pa.int64(),
                        "answered": pa.bool_(),
                        "sip_code": pa.int64(),
                    }.get(c, pa.string()),
                )
                for c in COLUMNS["parquet"]
            ]
        )
        pq.write_table(pa.Table.from_pylist(table, schema), name.with_suffix(".parquet"))
    else:
        table = [dict(zip(COLUMNS["json"], _values(house, row), strict=True)) for row in rows]
        text = json.dumps(table) if house.layout == "json" else "\n".join(map(json.dumps, table)) + "\n"
        name.with_suffix(".json" if house.layout == "json" else ".jsonl").write_text(text)


def _values(house: House, row: dict[str, Any]) -> list[Any]:
    row = dict(row)
    row["ring"] = row["ring"] if house.tells_ring else None
    return list(row.values())
