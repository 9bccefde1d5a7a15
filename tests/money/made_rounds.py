"""CoinJoin rounds as the protocols' documents have them, and payments that look a little like them.

All made up from a seed: no real transaction is copied. What each is made after stands at its function. The
emulated rounds follow the wallets' published rules in outline only, so they say that a rule works as
described, not how it fares on the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

from quivive.money.coinjoin.nouns import Candidate, Coin

SEGWIT = "witness_v0_keyhash"
TAPROOT = "witness_v1_taproot"
POOLS = (100_000, 1_000_000, 5_000_000, 50_000_000)
IN_2019, IN_2021, IN_2024 = 1_565_000_000, 1_625_000_000, 1_715_000_000


def coin(rng: Random, value: int, kind: str = SEGWIT) -> Coin:
    """Of an owner that no other coin has."""
    return Coin(value, kind, f"made-up-{rng.getrandbits(64):016x}")


def candidate(
    rng: Random, inputs: Sequence[Coin], outputs: Sequence[Coin], time: int | None = IN_2021
) -> Candidate:
    """With an id of its own."""
    return Candidate(f"{rng.getrandbits(256):064x}", tuple(inputs), tuple(outputs), time)


def amount(rng: Random, middle: float = 17.0, spread: float = 1.6) -> int:
    """Satoshi, log-normal: e^17 is some 0.24 BTC."""
    return int(min(rng.lognormvariate(middle, spread), 5e11)) + 30_000


def mixed(rng: Random, coins: Sequence[Coin]) -> list[Coin]:
    """In random order."""
    return rng.sample(list(coins), len(coins))


def whirlpool(rng: Random) -> Candidate:
    """Five by five, or up to eight by eight: remixed coins, and new ones a little above the pool."""
    pool, count = rng.choice(POOLS), rng.choice((5, 5, 5, 6, 7, 8))
    new = rng.randint(1, count - 1)
    values = [pool] * (count - new) + [pool + rng.randint(300, 30_000) for _ in range(new)]
    return candidate(
        rng, mixed(rng, [coin(rng, each) for each in values]), [coin(rng, pool) for _ in range(count)]
    )


def whirlpool_tx0(rng: Random) -> Candidate:
    """One owner's coins split into premix outputs, the pool's fee, change and the fee note."""
    pool, count = rng.choice(POOLS), rng.randint(2, 70)
    premix = pool + rng.randint(300, 30_000)
    fee = pool * (50 if pool < 5_000_000 else 35) // 1000
    change = amount(rng)
    total = premix * count + fee + change + 2_000
    parts = rng.randint(1, 3)
    inputs = [coin(rng, total // parts) for _ in range(parts)]
    outputs = [coin(rng, premix) for _ in range(count)] + [coin(rng, fee), coin(rng, change)]
    return candidate(rng, inputs, [Coin(0, "nulldata"), *mixed(rng, outputs)])


def standard_denominations() -> list[int]:
    """WabiSabi's list from 5,000 satoshi to 1,000 BTC, written out anew from its definition."""
    found = {2**k for k in range(40)} | {3**k for k in range(25)} | {2 * 3**k for k in range(25)}
    found |= {m * 10**k for m in (1, 2, 5) for k in range(12)}
    return sorted(each for each in found if 5_000 <= each <= 10**11)


def wasabi2(rng: Random, wallets: int = 0) -> Candidate:
    """Each wallet breaks what it put in into denominations that the round shares, and a rest of change."""
    wallets = wallets or rng.randint(12, 90)
    coins = [[amount(rng, 15.5, 1.8) for _ in range(rng.randint(1, 10))] for _ in range(wallets)]
    fee = rng.randint(200, 3_000)
    shared = _shared_denominations([value for each in coins for value in each], fee)
    outputs = [
        value for each in coins for value in _broken_down(rng, sum(each) - fee * len(each), shared, fee)
    ]
    kinds = (SEGWIT, SEGWIT, TAPROOT)
    return candidate(
        rng,
        [
            coin(rng, value, rng.choice(kinds))
            for value in sorted((v for e in coins for v in e), reverse=True)
        ],
        [coin(rng, value, rng.choice(kinds)) for value in sorted(outputs, reverse=True)],
        IN_2024,
    )


def _shared_denominations(values: list[int], fee: int) -> list[int]:
    """Those that two or more would use if every input were broken down greedily, largest first."""
    uses: dict[int, int] = {}
    for value in values:
        left = value - fee
        for each in reversed(standard_denominations()):
            while left >= each + fee:
                left -= each + fee
                uses[each] = uses.get(each, 0) + 1
    return sorted((each for each, count in uses.items() if count > 1), reverse=True)


def _broken_down(rng: Random, left: int, shared: list[int], fee: int) -> list[int]:
    """Random among the largest that fit, eight at most; what is left becomes change, or fee if small."""
    found: list[int] = []
    while len(found) < 8 and (fitting := [each for each in shared if each + fee <= left]):
        found.append(rng.choice(fitting[:3]))
        left -= found[-1] + fee
    return [*found, left - fee] if left > 6_000 + fee else found


def wasabi1(rng: Random) -> Candidate:
    """A round of 2021: base denomination, doubled levels, change and the coordinator's fee, sorted."""
    base = 10_000_000 + rng.randint(0, 1_200_000)
    inputs: list[int] = []
    outputs: list[int] = []
    for _ in range(rng.randint(12, 90)):
        mine = [amount(rng, 15.8, 1.2) for _ in range(rng.randint(1, 3))]
        left = sum(mine) - 3_000
        if left < base:
            mine.append(base)
            left += base
        inputs += mine
        level = base
        while left >= level and level <= 8 * base:
            outputs.append(level)
            left -= level
            level *= 2
        outputs += [left] if left > 5_000 else []
    outputs.append(rng.randint(60_000, 900_000))
    return candidate(
        rng, [coin(rng, v) for v in sorted(inputs)], [coin(rng, v) for v in sorted(outputs)], IN_2021
    )


def joinmarket(rng: Random, makers: int = 0) -> Candidate:
    """A taker and makers: each maker gets back what it gave and a small gain, the taker pays."""
    makers = makers or rng.randint(4, 10)
    equal = amount(rng, 16.5, 1.3) + 100_000
    kind = rng.choice((SEGWIT, SEGWIT, "scripthash"))
    inputs: list[int] = []
    change: list[int] = []
    for _ in range(makers):
        extra = amount(rng, 16.0, 1.6)
        inputs += _parts(rng, equal + extra)
        change.append(extra + rng.randint(50, 400 + equal // 1_000))
    pays = sum(change) - (sum(inputs) - equal * makers) + rng.randint(1_000, 30_000)
    sweeps = rng.random() < 0.3
    extra = 0 if sweeps else amount(rng, 16.0, 1.6)
    inputs += _parts(rng, equal + extra + pays)
    outputs = [equal] * (makers + 1) + change + ([] if sweeps else [extra])
    return candidate(
        rng,
        mixed(rng, [coin(rng, value, kind) for value in inputs]),
        mixed(rng, [coin(rng, value, kind) for value in outputs]),
    )


def _parts(rng: Random, total: int) -> list[int]:
    """One to three coins that make up the total."""
    cuts = sorted(rng.randint(1, total - 1) for _ in range(rng.choice((0, 0, 1, 2))))
    edges = [0, *cuts, total]
    return [b - a for a, b in pairwise(edges) if b > a]


def _paid(rng: Random, payouts: Sequence[Coin], most_inputs: int, changes: int = 1) -> Candidate:
    """One owner's payment: coins of random size that suffice, payouts, change."""
    need = sum(each.value or 0 for each in payouts) + 20_000
    count = rng.randint(1, most_inputs)
    shares = [rng.random() + 0.05 for _ in range(count)]
    spare = amount(rng)
    inputs = [coin(rng, int((need + spare) * share / sum(shares)) + 1) for share in shares]
    rest = [coin(rng, spare // changes) for _ in range(changes)]
    return candidate(rng, inputs, mixed(rng, [*payouts, *rest]), rng.choice((IN_2019, IN_2021, IN_2024)))


def exchange_batch(rng: Random) -> Candidate:
    """An exchange's withdrawals: many amounts, some round and therefore equal, all kinds of addresses."""
    kinds = (SEGWIT, SEGWIT, "pubkeyhash", "scripthash", TAPROOT)
    round_ones = (1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000)
    payouts = [
        coin(rng, rng.choice(round_ones) if rng.random() < 0.3 else amount(rng, 14.5, 2.0), rng.choice(kinds))
        for _ in range(rng.randint(3, 200))
    ]
    return _paid(rng, payouts, most_inputs=40)


def round_batch(rng: Random) -> Candidate:
    """A batch of round amounts alone, sorted from large to small, as some services write them."""
    values = [m * 10**k for m in (1, 2, 5) for k in range(5, 8)]
    payouts = [coin(rng, rng.choice(values)) for _ in range(rng.randint(10, 120))]
    made = _paid(rng, payouts, most_inputs=40)
    ordered = [sorted(coins, key=lambda each: -(each.value or 0)) for coins in (made.inputs, made.outputs)]
    return candidate(rng, ordered[0], ordered[1], IN_2024)


def equal_payout(rng: Random) -> Candidate:
    """A faucet's, an airdrop's or a payroll's equal amounts, and change."""
    value = rng.choice((10_000, 50_000, 100_000, 1_000_000, 5_000_000, 10_000_000, amount(rng)))
    return _paid(rng, [coin(rng, value) for _ in range(rng.randint(5, 300))], most_inputs=4)


def tenths_payout(rng: Random) -> Candidate:
    """0.1 BTC to many from many coins of one owner, with one or two changes: the near miss of Wasabi 1."""
    payouts = [coin(rng, 10_000_000) for _ in range(rng.randint(12, 40))]
    return _paid(rng, payouts, most_inputs=60, changes=rng.choice((1, 2)))


def data_batch(rng: Random) -> Candidate:
    """A batch with a data output, as settlement of another protocol."""
    made = exchange_batch(rng)
    return candidate(rng, made.inputs, [Coin(0, "nulldata"), *made.outputs])


def consolidation(rng: Random) -> Candidate:
    """Coins of equal value, as left over from a mix, put together."""
    value = rng.choice((100_000, 1_000_000, 5_000_000, 10_500_000))
    count = rng.randint(2, 60)
    return candidate(rng, [coin(rng, value) for _ in range(count)], [coin(rng, value * count - 5_000)])


def post_mix(rng: Random) -> Candidate:
    """A mixed coin or a few spent: a payment, mostly with change."""
    value = rng.choice((1_000_000, 5_000_000, 10_500_000, 2**23, 3**15))
    count = rng.choice((1, 1, 1, 2, 3))
    paid = rng.randint(10_000, value * count - 10_000)
    outputs = [coin(rng, paid), coin(rng, value * count - paid - 900)]
    return candidate(rng, [coin(rng, value) for _ in range(count)], outputs[: rng.choice((1, 2, 2))])


def stonewall(rng: Random) -> Candidate:
    """One owner's payment in the form of two owners': the amount twice, two changes, the fee shared."""
    paid, fee = amount(rng), rng.randint(200, 5_000)
    changes = [amount(rng), amount(rng)]
    inputs = [coin(rng, part) for change in changes for part in _parts(rng, paid + change + fee)]
    outputs = [coin(rng, paid), coin(rng, paid), *(coin(rng, change) for change in changes)]
    return candidate(rng, mixed(rng, inputs), mixed(rng, outputs))


def paired_payout(rng: Random) -> Candidate:
    """A worst case: one owner pays n equal amounts and n others from n or more addresses."""
    pairs = rng.randint(3, 12)
    value = rng.choice((1_000_000, 5_000_000, amount(rng)))
    payouts = [coin(rng, value) for _ in range(pairs)] + [coin(rng, amount(rng)) for _ in range(pairs - 1)]
    made = _paid(rng, payouts, most_inputs=1)
    total = made.inputs[0].value or 0
    shares = [rng.random() + 0.05 for _ in range(pairs + rng.randint(0, 4))]
    return candidate(rng, [coin(rng, int(total * s / sum(shares)) + 1) for s in shares], made.outputs)


def coin_split(rng: Random) -> Candidate:
    """A worst case: one owner turns coins of many addresses into as many equal ones."""
    count = rng.randint(5, 30)
    inputs = [coin(rng, amount(rng)) for _ in range(count)]
    total = sum(each.value or 0 for each in inputs) - 10_000
    parts = count + rng.randint(0, 4)
    return candidate(rng, inputs, [coin(rng, total // parts) for _ in range(parts)])


Maker = Callable[[Random], Candidate]
ROUNDS: dict[str, Maker] = {
    "whirlpool": whirlpool,
    "wasabi2": wasabi2,
    "wasabi1": wasabi1,
    "joinmarket": joinmarket,
    "whirlpool_tx0": whirlpool_tx0,
}
"""Protocol → what makes one of its rounds."""
PAYMENTS: tuple[Maker, ...] = (
    exchange_batch,
    round_batch,
    equal_payout,
    tenths_payout,
    data_batch,
    consolidation,
    post_mix,
    stonewall,
)
AMBIGUOUS: tuple[Maker, ...] = (paired_payout, coin_split)
"""One owner's transactions in the very form of a joint one."""
