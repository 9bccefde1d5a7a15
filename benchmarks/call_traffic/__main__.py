"""Write a generated day of call records: python benchmarks/call_traffic OUT [--seed 1] [--calls 1000000].

OUT ends in .parquet or .csv. `--rate` (calls a second) and `--hours` may stand instead of `--calls`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])


def main() -> None:
    """Read the arguments, write the files, say how many calls there are."""
    from call_traffic.traffic import Load, world
    from call_traffic.writing import write

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=float, default=1_000_000)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--begin", type=float, default=0.0, help="hour of the local day")
    given = parser.parse_args()
    rate = given.rate or given.calls / given.hours / 3600
    truth = write(world(given.seed, Load(rate, given.hours, given.begin)), given.out)
    print(f"{truth['calls']} generated calls, {len(truth['campaigns'])} campaigns among them")


if __name__ == "__main__":
    main()
