"""Are CoinJoins found, is nothing else, and how fast over a ledger?

    python benchmarks/money_coinjoin.py [--ledger FOLDER]

Real: the labelled sets of ../shared/data/money/coinjoin (or $QUIVIVE_DATA) in two halves by the first byte
of the txid: rules were made while looking at the even half, the odd half was kept for this report. The
labels are Dumplings' rules, nobody's word, so each set is counted as labelled and by what stands in it.
Made up: rounds and payments of tests/money/made_rounds.py. FOLDER: a ledger of shared/tools/make_ledger.py.
Writes benchmarks/results/money_coinjoin.json.
"""

from __future__ import annotations

import argparse
import bz2
import hashlib
import json
import os
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from money import made_rounds as made  # noqa: E402
from quivive import __version__  # noqa: E402
from quivive.money.chains import CHAINS  # noqa: E402
from quivive.money.coinjoin.caution import doubtful  # noqa: E402
from quivive.money.coinjoin.columns import detect_columns, left_out  # noqa: E402
from quivive.money.coinjoin.detect import detect  # noqa: E402
from quivive.money.coinjoin.joinmarket import can_be_shared, chance_fits, form, limits  # noqa: E402
from quivive.money.coinjoin.nouns import PROTOCOLS, Candidate, Verdict  # noqa: E402
from quivive.money.coinjoin.reading import read  # noqa: E402
from quivive.money.coinjoin.reading.blocks import candidate  # noqa: E402
from quivive.money.coinjoin.shape import EQUAL, PLACES, measure  # noqa: E402
from quivive.money.coinjoin.sharing import FITS  # noqa: E402
from quivive.money.sources.wire import BlockReader  # noqa: E402

DATA = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "money"
SETS = {
    "wasabi1": ("dumplings__ww1_202405.zip", "WasabiCoinJoins"),
    "after wasabi1": ("dumplings__ww1_202405.zip", "WasabiPostMixTxs"),
    "joinmarket": ("dumplings__jm_202406.zip", "OtherCoinJoins"),
    "after joinmarket": ("dumplings__jm_202406.zip", "OtherCoinJoinPostMixTxs"),
    "joinmarket's filter": ("jm_filter_false_positives.zip", "OtherCoinJoins"),
}
MADE = 1_000
RUNS = 5


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ledger", type=Path, help="a folder written by make_ledger.py")
    given = parser.parse_args()
    sets = {name: _labelled(*where) for name, where in SETS.items()}
    result = {
        "version": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "sha256": {archive: _sha256(archive) for archive in sorted({each for each, _ in SETS.values()})},
        "labelled": {name: _halves(each) for name, each in sets.items()},
        "joinmarket by its own definition": _own_definition(sets["joinmarket"]),
        "sums moved": _control(sets["joinmarket"] + sets["after joinmarket"]),
        "made up": _made_up(),
        "blocks": {name: _counted(map(detect, _block(name))) for name in ("btcd", "rust-bitcoin")},
    }
    if given.ledger:
        result["ledger"] = _ledger(given.ledger)
    (ROOT / "benchmarks/results/money_coinjoin.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    json.dump(result, sys.stdout, indent=1)


def _sha256(archive: str) -> str:
    return hashlib.sha256((DATA / "coinjoin" / archive).read_bytes()).hexdigest()


def _labelled(archive: str, name: str) -> list[Candidate]:
    with zipfile.ZipFile(DATA / "coinjoin" / archive) as whole:
        found = list(read(whole.open(f"Scanner/{name}.txt"), name))
    if not all(isinstance(each, Candidate) for each in found):
        raise SystemExit(f"{archive}: not all lines of {name} read")
    return [each for each in found if isinstance(each, Candidate)]


def _odd(each: Candidate) -> bool:
    return int(each.txid[:2], 16) % 2 == 1


def _halves(found: list[Candidate]) -> dict[str, Any]:
    return {
        "development": _counted(detect(each) for each in found if not _odd(each)),
        "kept": _counted(detect(each) for each in found if _odd(each)),
    }


def _counted(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """How many, by protocol, and how many look joint at 0.5 or more (a protocol's own marks)."""
    found = list(verdicts)
    return {
        "transactions": len(found),
        "protocols": dict(sorted(Counter(each.protocol for each in found).items())),
        "coinjoin at 0.5": sum(each.coinjoin and each.confidence >= 0.5 for each in found),
    }


def _own_definition(found: list[Candidate]) -> dict[str, Any]:
    """Recall where JoinMarket's `is_jm_tx` agrees with the label, and its wallets could have signed.

    That is: three or more equal outputs of 75,000 satoshi or more, no data output, no taproot input.
    """
    counts: dict[str, Any] = {}
    for least in (3, 4):
        for half, kept in (("development", False), ("kept", True)):
            own = [each for each in found if _odd(each) == kept and _joinmarkets_own(each, least)]
            hits = [detect(each) for each in own]
            counts[f"{least} or more, {half}"] = {
                "transactions": len(own),
                "joinmarket": sum(each.protocol == "joinmarket" for each in hits),
                "coinjoin at 0.5": sum(each.coinjoin and each.confidence >= 0.5 for each in hits),
            }
    return counts


def _joinmarkets_own(each: Candidate, least: int) -> bool:
    if any(coin.type == "nulldata" for coin in each.outputs):
        return False
    value, equal = Counter(coin.value for coin in each.outputs).most_common(1)[0]
    taproot = any(coin.type == made.TAPROOT for coin in each.inputs)
    return equal >= least and (value or 0) >= 75_000 and not taproot


def _control(found: list[Candidate]) -> dict[str, int]:
    """Of those in JoinMarket's form, four or more equal: how many add up, and how many would by chance.

    By chance: the other outputs are moved at random by up to 5 % each, their sum kept. Only those count of
    which fewer than one way of sharing out would fit by chance.
    """
    rng = Random(31)
    counts = Counter[str]()
    for each in found:
        ins = np.array([coin.value or 0 for coin in each.inputs])
        outs = np.array([coin.value or 0 for coin in each.outputs])
        shape = np.zeros(PLACES, np.int64)
        none, codes = np.zeros(0, np.int64), np.zeros(0, np.int8)
        ordered = measure(ins, outs, codes, codes, none, none, 0, none, shape)
        gain, spare = limits(shape)
        taproot = any(coin.type == made.TAPROOT for coin in each.inputs)
        if shape[EQUAL] < 4 or taproot or not form(shape) or chance_fits(shape, ordered, gain + spare) >= 0:
            continue
        counts["in the form"] += 1
        counts["add up"] += can_be_shared(shape, ins, ordered, gain, spare) == FITS
        moved = _moved(rng, ordered, int(shape[3]))
        counts["add up when moved"] += can_be_shared(shape, ins, moved, gain, spare) == FITS
    return dict(counts)


def _moved(rng: Random, outs: np.ndarray[Any, Any], equal: int) -> np.ndarray[Any, Any]:
    moved = outs.copy()
    others = [k for k in range(len(outs)) if outs[k] != equal]
    for k in others:
        moved[k] = int(outs[k] * rng.uniform(0.95, 1.05))
    moved[others[-1]] += outs.sum() - moved.sum()
    return np.sort(np.maximum(moved, 1))


def _made_up() -> dict[str, Any]:
    """Rounds, payments and the worst cases; each kind from a seed of its own."""
    makers = {**made.ROUNDS, **{each.__name__: each for each in (*made.PAYMENTS, *made.AMBIGUOUS)}}
    makers["wasabi2, 2 to 6 wallets"] = lambda rng: made.wasabi2(rng, rng.randint(2, 6))
    makers["joinmarket, 2 makers"] = lambda rng: made.joinmarket(rng, 2)
    return {name: _counted(_some(maker)) for name, maker in makers.items()}


def _some(maker: made.Maker) -> Iterator[Verdict]:
    rng = Random(41)
    for _ in range(MADE):
        yield detect(maker(rng))


def _block(name: str) -> Iterator[Candidate]:
    """The transactions of a real block; what they spend is unknown."""
    if name == "btcd":
        data = bz2.decompress((DATA / "blocks/btcd/277647.dat.bz2").read_bytes())[8:]
    else:
        data = (DATA / "blocks/rust-bitcoin/mainnet_block_c835b2.raw").read_bytes()
    block = BlockReader(CHAINS["btc"]).block(data, 0, name)
    for each in block.transactions:
        yield candidate(each, block.time)  # type: ignore[arg-type]


def _ledger(folder: Path) -> dict[str, Any]:
    """Least of some runs on one thread; what its CoinJoins look like (no protocol made them)."""
    load = {
        name: np.load(folder / f"{name}.npy") for name in ("in_off", "in_prev", "out_off", "out_val", "cj")
    }
    addresses = {name: np.load(folder / f"{name}.npy").astype(np.int64) for name in ("in_addr", "out_addr")}
    columns = (load["in_off"], load["out_val"][load["in_prev"]], load["out_off"], load["out_val"])
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        protocol, confidence = detect_columns(*columns, **addresses)
        seconds.append(time.process_time() - start)
    joint, out = load["cj"].astype(bool), left_out(protocol, confidence)
    careful = doubtful(load["in_off"], load["out_off"], load["out_val"], addresses["in_addr"])
    return {
        "transactions": len(protocol),
        "processor seconds": round(min(seconds), 2),
        "transactions a second": round(len(protocol) / min(seconds)),
        "load average": os.getloadavg()[0],
        "its CoinJoins": _named(protocol[joint]),
        "its others": _named(protocol[~joint]),
        "left out of clustering": {"CoinJoins": int(out[joint].sum()), "others": int(out[~joint].sum())},
        "doubtful": {"CoinJoins": int(careful[joint].sum()), "others": int(careful[~joint].sum())},
    }


def _named(codes: np.ndarray[Any, Any]) -> dict[str, int]:
    return {PROTOCOLS[code]: int(count) for code, count in enumerate(np.bincount(codes)) if count}


if __name__ == "__main__":
    main()
