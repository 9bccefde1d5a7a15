"""Does the linter for STI certificates give the codes that the public SHAKEN linter gave?

    python benchmarks/calls_lint.py [--write]

Lints the certificates of ../shared/data/calls/sti-certs (or $QUIVIVE_DATA) and prints precision and
recall of every code, each file apart and both together, once with the time at which each was tested and
once without (today's rules), and by halves of the issuers. `--write` keeps it in results/calls_lint.json.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from quivive import __version__
from quivive.calls.lint import lint
from quivive.calls.lint.inputs import tested

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "calls" / "sti-certs"
FILES = ("certs", "certs_hist")
ENOUGH = 20
"""Cases of a code from which on its figures are asked for."""
TARGET = 0.98


@dataclass(frozen=True)
class Certificate:
    """One certificate, when it was tested, and the codes that it got then and gets from us."""

    file: str
    half: int
    told: frozenset[str]
    dated: frozenset[str]
    undated: frozenset[str]


@dataclass
class Tally:
    """Counts over some certificates by code: given rightly, wrongly, and missed."""

    hits: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    same: int = 0
    of: int = 0

    def add(self, told: frozenset[str], given: frozenset[str]) -> None:
        """Count one certificate."""
        self.hits.update(told & given)
        self.wrong.update(given - told)
        self.missed.update(told - given)
        self.same += told == given
        self.of += 1

    def rows(self) -> Iterator[dict[str, Any]]:
        """Code, cases, precision and recall, most cases first."""
        codes = {*self.hits, *self.wrong, *self.missed}
        cases = {code: self.hits[code] + self.missed[code] for code in codes}
        for code in sorted(codes, key=lambda code: (-cases[code], code)):
            given = self.hits[code] + self.wrong[code]
            yield {
                "code": code,
                "cases": cases[code],
                "precision": round(self.hits[code] / given, 4) if given else None,
                "recall": round(self.hits[code] / cases[code], 4) if cases[code] else None,
            }

    def result(self) -> dict[str, Any]:
        """The tally as it is kept."""
        rows = list(self.rows())
        asked = [row for row in rows if row["cases"] >= ENOUGH]
        below = [row["code"] for row in asked if min(row["precision"] or 0, row["recall"] or 0) < TARGET]
        return {"same": self.same, "of": self.of, "codes": rows, "below_target": below}


def certificates() -> tuple[list[Certificate], float, dict[str, str]]:
    """All certificates, how many a second were linted, and the hashes of the files."""
    found, hashes, spent = [], {}, 0.0
    for file in FILES:
        packed = (DATA / f"{file}.jsonl.gz").read_bytes()
        hashes[file] = sha256(packed).hexdigest()
        for line in gzip.decompress(packed).splitlines():
            row = json.loads(line)
            der, told = base64.b64decode(row["cert"]), {each["code"] for each in row["findings"]}
            half = sha256(row["issuer"].encode()).digest()[0] % 2
            dated = _codes(der, tested(row["tested"]))
            started = time.perf_counter()
            undated = _codes(der, None)
            spent += time.perf_counter() - started
            found.append(Certificate(file, half, frozenset(told), dated, undated))
    return found, len(found) / spent, hashes


def _codes(der: bytes, when: datetime | None) -> frozenset[str]:
    return frozenset(finding.code for finding in lint(der, when))


def tally(chosen: Iterable[Certificate], dated: bool = True) -> dict[str, Any]:
    """Agreement over some certificates."""
    counts = Tally()
    for certificate in chosen:
        counts.add(certificate.told, certificate.dated if dated else certificate.undated)
    return counts.result()


def compare(found: Sequence[Certificate]) -> dict[str, Any]:
    """All tallies by name."""
    parts = {file: [each for each in found if each.file == file] for file in FILES}
    parts["both"] = list(found)
    return {
        **{name: tally(part) for name, part in parts.items()},
        **{f"half {half} of the issuers": tally(e for e in found if e.half == half) for half in (0, 1)},
        **{f"{name}, time of test not told": tally(part, dated=False) for name, part in parts.items()},
    }


def show(name: str, result: dict[str, Any]) -> None:
    """One tally as a table."""
    print(f"\n{name}: all codes alike in {result['same']:,} of {result['of']:,} certificates")
    for row in result["codes"]:
        if row["cases"] >= ENOUGH or row["precision"] != 1 or row["recall"] != 1:
            figures = (
                f"{row[key]:.3f}" if row[key] is not None else "    –" for key in ("precision", "recall")
            )
            print(f"  {row['code']:50} n={row['cases']:<5} P={next(figures)} R={next(figures)}")
    print(f"  below {TARGET} with {ENOUGH} cases or more: {', '.join(result['below_target']) or 'none'}")


def main() -> None:
    """Print and, if asked, keep the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true", help="keep the figures in results/calls_lint.json")
    write = parser.parse_args().write
    found, rate, hashes = certificates()
    compared = compare(found)
    for name, result in compared.items():
        show(name, result)
    print(f"\n{rate:,.0f} certificates a second on one core")
    if write:
        kept = {
            "version": __version__,
            "date": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "data_sha256": hashes,
            "enough": ENOUGH,
            "target": TARGET,
            "certificates_per_second": round(rate),
            "tallies": compared,
        }
        path = ROOT / "benchmarks" / "results" / "calls_lint.json"
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
