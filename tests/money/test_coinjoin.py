"""What the CoinJoin rules take for what: rounds and payments of `made_rounds`, and labelled real ones."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from money import made_rounds as made
from quivive.money.addresses import segwit_address
from quivive.money.coinjoin.detect import detect
from quivive.money.coinjoin.nouns import COORDINATORS, Candidate, Coin
from quivive.money.coinjoin.reading import read
from quivive.money.coinjoin.sharing import CANNOT, FITS, GAVE_UP, shared_out

RUNS = 120


@pytest.mark.parametrize("protocol", made.ROUNDS)
def test_rounds_made_after_a_protocols_documents_are_named_after_it(protocol: str) -> None:
    rng = Random(protocol)
    found = Counter(detect(made.ROUNDS[protocol](rng)).protocol for _ in range(RUNS))
    assert found[protocol] >= 0.97 * RUNS, found


@pytest.mark.parametrize("payment", made.PAYMENTS, ids=lambda each: each.__name__)
def test_one_owners_payments_are_no_coinjoin(payment: made.Maker) -> None:
    rng = Random(payment.__name__)
    found = Counter(detect(payment(rng)).protocol for _ in range(RUNS))
    assert found == {"none": RUNS}


@pytest.mark.parametrize("payment", made.AMBIGUOUS, ids=lambda each: each.__name__)
def test_one_owners_payment_in_the_very_form_of_a_joint_one_is_never_called_so_surely(
    payment: made.Maker,
) -> None:
    rng = Random(payment.__name__)
    sure = [each for each in (detect(payment(rng)) for _ in range(RUNS)) if each.confidence > 0.7]
    assert not sure


def test_the_entry_into_whirlpool_is_named_and_is_no_coinjoin() -> None:
    verdict = detect(made.whirlpool_tx0(Random(1)))
    assert verdict.protocol == "whirlpool_tx0"
    assert not verdict.coinjoin
    assert verdict.participants == 1
    assert any("no CoinJoin itself" in reason for reason in verdict.reasons)


def test_an_early_round_is_known_by_the_coordinators_address_whatever_its_amount() -> None:
    rng = Random(2)
    equal = [made.coin(rng, 4_000_000) for _ in range(6)]
    change = [made.coin(rng, made.amount(rng)) for _ in range(7)]
    inputs = [made.coin(rng, made.amount(rng)) for _ in range(9)]
    fee = Coin(20_000, made.SEGWIT, COORDINATORS[0])
    plain = made.candidate(rng, inputs, [*equal, *change, made.coin(rng, 20_000)], made.IN_2019)
    paid = replace(plain, outputs=(*plain.outputs[:-1], fee))
    assert detect(plain).protocol != "wasabi1"
    assert detect(paid).protocol == "wasabi1"


@pytest.mark.parametrize(
    ("address", "payload"),
    [
        (COORDINATORS[0], "869f5c7a4cd7776ae0c0fcd9c3315abb239a9f0d"),
        (COORDINATORS[1], "eaaab82317670d0ee3013b073b25a7a5c780f528"),
    ],
)
def test_the_coordinators_addresses_are_whole(address: str, payload: str) -> None:
    assert segwit_address("bc", 0, bytes.fromhex(payload)) == address


def test_what_needs_input_values_says_so_and_is_less_sure() -> None:
    rng = Random(3)
    for maker in (made.whirlpool, made.joinmarket, made.wasabi2):
        whole = maker(rng)
        blind = replace(whole, inputs=tuple(replace(each, value=None) for each in whole.inputs))
        sure, unsure = detect(whole), detect(blind)
        assert unsure.protocol == sure.protocol
        assert any("needs the inputs' values" in reason for reason in unsure.reasons)
        assert not any("needs the inputs' values" in reason for reason in sure.reasons)
        assert unsure.confidence <= sure.confidence


def test_no_protocol_is_seen_before_its_time() -> None:
    rng = Random(4)
    for name in ("whirlpool", "wasabi2", "wasabi1", "whirlpool_tx0"):
        then = replace(made.ROUNDS[name](rng), time=1_420_000_000)
        assert detect(then).protocol != name


def test_a_whirlpool_round_with_one_input_below_the_pool_is_none() -> None:
    whole = made.whirlpool(Random(5))
    broken = replace(whole, inputs=(replace(whole.inputs[0], value=90_000), *whole.inputs[1:]))
    assert detect(whole).protocol == "whirlpool"
    assert detect(broken).protocol == "none"


def test_a_joinmarket_round_whose_change_does_not_add_up_is_not_claimed() -> None:
    """Half a participant's change moved to another: the form stays, the sums do not."""
    rng = Random(6)
    claimed = 0
    for _ in range(40):
        whole = made.joinmarket(rng, 5)
        outputs = list(whole.outputs)
        equal = Counter(each.value for each in outputs).most_common(1)[0][0]
        others = [k for k, each in enumerate(outputs) if each.value != equal]
        first, second = sorted(others, key=lambda k: -(outputs[k].value or 0))[:2]
        moved = (outputs[first].value or 0) // 2
        outputs[first] = replace(outputs[first], value=(outputs[first].value or 0) - moved)
        outputs[second] = replace(outputs[second], value=(outputs[second].value or 0) + moved)
        assert detect(whole).protocol == "joinmarket"
        claimed += detect(replace(whole, outputs=tuple(outputs))).confidence >= 0.95
    assert claimed <= 2


def test_a_round_that_shares_the_fee_equally_is_joint_but_of_no_known_protocol() -> None:
    rng = Random(9)
    inputs = [20_000_000 + made.amount(rng) for _ in range(3)]
    outputs = [20_000_000] * 3 + [each - 20_000_000 - 30_000 for each in inputs]
    verdict = detect(
        made.candidate(rng, [made.coin(rng, each) for each in inputs], [made.coin(rng, v) for v in outputs])
    )
    assert verdict.protocol == "equal_output"
    assert verdict.confidence >= 0.5


def test_two_equal_outputs_are_never_claimed_and_the_reason_is_said() -> None:
    verdict = detect(made.stonewall(Random(10)))
    assert verdict.protocol == detect(made.joinmarket(Random(10), 1)).protocol == "none"
    assert "neither is claimed" in verdict.reasons[0]


def test_a_coinbase_and_a_payment_say_why_they_are_none() -> None:
    rng = Random(7)
    mined = made.candidate(rng, [], [made.coin(rng, 5_000)] * 3)
    assert "coinbase" in detect(mined).reasons[0]
    paid = made.candidate(rng, [made.coin(rng, 9_000)], [made.coin(rng, 4_000), made.coin(rng, 4_500)])
    assert "no two outputs" in detect(paid).reasons[0]


def test_inputs_are_shared_out_or_proven_not_to_be() -> None:
    values, targets = np.array([70, 50, 40, 41]), np.array([101, 100])
    assert shared_out(np.array([60, 41, 52, 50]), targets, 0, 0, 2, 1_000) == FITS
    assert shared_out(values, targets, 0, 0, 0, 1_000) == CANNOT
    # Even values for odd targets: no way out but to try all.
    many = np.full(24, 2) * np.arange(1, 25)
    odd = np.array([199, 200, 201])
    assert shared_out(many, odd, 0, 0, 0, 500) == GAVE_UP


def test_hostile_sizes_take_bounded_time() -> None:
    rng = Random(8)
    inputs = [made.coin(rng, made.amount(rng)) for _ in range(3_000)]
    outputs = [made.coin(rng, 100_000) for _ in range(400)] + [
        made.coin(rng, made.amount(rng)) for _ in range(400)
    ]
    assert detect(made.candidate(rng, inputs, outputs)).protocol in ("joinmarket", "equal_output", "none")


def _labelled(folder: Path, archive: str, name: str) -> Iterator[Candidate]:
    """The half of a labelled set that was kept from development (odd first byte of the txid)."""
    with zipfile.ZipFile(folder / "money/coinjoin" / archive) as whole:
        lines = whole.open(f"Scanner/{name}.txt")
        for each in read(lines, name):
            assert isinstance(each, Candidate), each
            if int(each.txid[:2], 16) % 2:
                yield each


def test_real_wasabi_rounds_kept_from_development_are_found(shared_data: Path) -> None:
    found = [detect(each) for each in _labelled(shared_data, "dumplings__ww1_202405.zip", "WasabiCoinJoins")]
    assert len(found) == 100
    assert sum(each.protocol == "wasabi1" for each in found) >= 0.95 * len(found)
    assert all(each.coinjoin for each in found)


def test_real_spending_after_a_mix_is_no_round_of_it(shared_data: Path) -> None:
    """JoinMarket rounds that spend mixed coins stand among them; no Wasabi round does."""
    found = [detect(each) for each in _labelled(shared_data, "dumplings__ww1_202405.zip", "WasabiPostMixTxs")]
    assert not [each for each in found if each.protocol not in ("none", "joinmarket")]
    assert sum(each.coinjoin for each in found) <= 8


def test_real_joinmarket_rounds_kept_from_development_are_found(shared_data: Path) -> None:
    """Of Dumplings' 'other CoinJoins' those of four or more that JoinMarket's own definition takes in."""
    rounds = [
        each
        for each in _labelled(shared_data, "dumplings__jm_202406.zip", "OtherCoinJoins")
        if _joinmarkets_own(each)
    ]
    assert len(rounds) >= 15
    assert sum(detect(each).protocol == "joinmarket" for each in rounds) >= 0.95 * len(rounds)


def _joinmarkets_own(each: Candidate) -> bool:
    value, equal = Counter(coin.value for coin in each.outputs if coin.type != "nulldata").most_common(1)[0]
    kinds = {coin.type for coin in each.inputs}
    data = any(coin.type == "nulldata" for coin in each.outputs)
    return equal >= 4 and (value or 0) >= 75_000 and not data and made.TAPROOT not in kinds
