"""How many hops of made-up calls are traced right, through providers with other clocks and other spellings?

    python benchmarks/calls_traceback.py [--cases 2100] [--seed 100000] [--small]

Each case (call_ways) is a call through 2 to 8 providers: clocks off by up to 90 s either way, rewritten
Call-IDs, eight spellings of numbers, withheld and replaced callers, routes tried in vain, forwarded calls,
the same pair again within minutes, several calls to the same number at once, other traffic from hardly any
to 400 calls, and a silent provider (sometimes two) in every third case. The providers' files are read as a
user's would be. A hop is right if the record is the true one and the provider named upstream is the true
one; it is wrong if it names another record or another provider; ambiguous if it says so. A generator is not
the telephone network: the figures say that the reasoning holds, not how often providers' records are as
complete. The matching was made on seeds 1000, 50000, 70000, 80000 and 90000 on; the figures are of others.
Writes benchmarks/results/calls_traceback.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from call_ways.world import world
from call_ways.write import written

TARGETS = {"hops_right": 0.98, "hops_wrong": 0, "gaps_named": 1.0}


def traced(folder: Path, query: dict[str, Any], first: str | None = None) -> Any:
    """What Quivive makes of a folder of providers' files."""
    from quivive.calls.traceback import peers, sources
    from quivive.calls.traceback.hops import Query
    from quivive.calls.traceback.way import trace

    files, told = sources.folder(folder)
    asked = Query(**query)
    providers = sources.read(files, asked)
    book = peers.read(told, [each.name for each in providers])
    return trace(asked, providers, book, now=query["at"], first=first)


def judged(found: Any, truth: dict[str, Any]) -> Counter[str]:
    """Hops by what became of them, and gaps."""
    count: Counter[str] = Counter()
    hops = {hop.provider: hop for hop in found.hops}
    way, silent = truth["way"], set(truth["silent"])
    above = dict(zip(way, [*way[1:], None], strict=True))
    for name in way:
        hop = hops.get(name)
        if name in silent:
            count["gaps"] += 1
            count["gaps_named"] += _is_named(found, way, name)
            continue
        count["hops"] += 1
        if hop is None:
            count["missing"] += 1
        elif (
            (hop.state == "found" and f"({truth['records'][name]})" not in (hop.record or ""))
            or hop.upstream not in (None, above[name])
            or (hop.customer and above[name])
        ):
            count["wrong"] += 1
        else:
            count[hop.state if hop.state != "found" else "right"] += 1
    count["unexplained"] += not found.complete and not found.gaps
    count["wrong"] += sum(hop.provider not in way and hop.state == "found" for hop in found.hops)
    return count


def _is_named(found: Any, way: list[str], name: str) -> bool:
    """Whether a gap says that this provider is missing, or that what follows the one before it is not
    covered."""
    if any(gap.missing == name for gap in found.gaps) or any(gap.after == name for gap in found.gaps):
        return True
    at = way.index(name)
    return any(gap.after in way[:at] for gap in found.gaps)


def measured(cases: int, seed: int, keep: Path | None = None, length_told: bool = False) -> dict[str, Any]:
    """The whole measure."""
    total: Counter[str] = Counter()
    lengths: dict[int, Counter[str]] = {}
    bad = []
    began = time.process_time()
    for case in range(cases):
        length = 2 + case % 7
        made = world(seed + case, length, case % 3 == 0)
        with tempfile.TemporaryDirectory() as place:
            folder = (keep or Path(place)) / f"case-{seed + case}"
            truth = written(made, folder, seed + case)
            if length_told and made.seconds:
                truth["query"]["seconds"] = float(round(made.seconds))
            found = traced(folder, truth["query"])
        count = judged(found, truth)
        total += count
        lengths.setdefault(length, Counter()).update(count)
        if count["wrong"] or count["missing"] or count["ambiguous"] or count["not-found"]:
            bad.append({"seed": seed + case, **count})
    hops = total["hops"]
    return {
        "cases": cases,
        "first_seed": seed,
        "hops": hops,
        **{f"hops_{name}": total[name] for name in ("right", "ambiguous", "not-found", "missing", "wrong")},
        "share_right": round(total["right"] / hops, 4),
        "share_right_or_named_ambiguous": round((total["right"] + total["ambiguous"]) / hops, 4),
        "ends_without_a_word": total["unexplained"],
        "gaps": total["gaps"],
        "gaps_named": total["gaps_named"],
        "by_length": {
            str(k): {n: v[n] for n in ("hops", "right", "ambiguous", "missing", "wrong")}
            for k, v in sorted(lengths.items())
        },
        "cpu_s": round(time.process_time() - began, 1),
        "not_right": bad,
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=2100)
    parser.add_argument("--seed", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder in which the cases stay")
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    cases = 60 if given.small else given.cases
    result = measured(cases, given.seed, given.keep)
    told = measured(cases, given.seed, given.keep, length_told=True)
    result["report_tells_length"] = {k: v for k, v in told.items() if k not in ("not_right", "by_length")}
    result |= {"what": "made-up calls (benchmarks/call_ways), no real records", "targets": TARGETS,
               "date": datetime.now(UTC).date().isoformat()}  # fmt: skip
    print(json.dumps(result, indent=1))
    if not given.small:
        path = Path(__file__).parent / "results" / "calls_traceback.json"
        path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
