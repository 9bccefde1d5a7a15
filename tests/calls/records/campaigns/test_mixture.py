"""What share of calls a machine made, and which numbers are likely its own."""

import numpy as np
import pytest

from quivive.calls.records.campaigns.mixture import MACHINE, Usual, counted, usual

PEOPLE = Usual(np.array((0.25, 0.44, 0.12, 0.19)))
LIMITS = {"evidence": 22, "share_percent": 20}


def drawn(share: float, calls: int, seed: int) -> np.ndarray:
    rates = share * MACHINE + (1 - share) * PEOPLE.rates
    return np.random.default_rng(seed).multinomial(calls, rates)[None, :]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.8, 1.0])
def test_the_share_of_a_machine_is_estimated(share: float) -> None:
    found = [PEOPLE.shares(drawn(share, 1000, seed))[0][0] for seed in range(20)]
    assert np.mean(found) == pytest.approx(share, abs=0.03)
    assert np.std(found) < 0.08


def test_people_alone_are_no_evidence() -> None:
    evidence = [PEOPLE.shares(drawn(0.0, 1000, seed))[1][0] for seed in range(500)]
    # Half of all draws lean to the machine; of these, twice the log ratio is chi-squared with one degree.
    assert np.mean(np.array(evidence) > 3.84) < 0.06
    assert not any(PEOPLE.mixed(drawn(0.0, 1000, seed), LIMITS)[0] for seed in range(500))


def test_a_machine_that_made_a_third_of_four_hundred_calls_is_seen() -> None:
    assert np.mean([PEOPLE.mixed(drawn(0.33, 400, seed), LIMITS)[0] for seed in range(100)]) > 0.9


def test_a_conversation_is_a_person_s_and_a_call_nobody_answered_a_machine_s() -> None:
    numbers = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 1]])
    mixed = np.vstack([numbers, np.repeat([[1, 0, 0, 0]], 8, axis=0)])
    assert PEOPLE.likely(mixed)[:5].tolist() == [True, True, False, False, False]


def test_what_is_usual_is_read_from_the_records() -> None:
    row = {"calls": 1000, "answered": 750, "brief": 440, "long": 190}
    assert counted(row).tolist() == [[250, 440, 120, 190]]
    assert usual(row).rates == pytest.approx(PEOPLE.rates, abs=0.01)
    assert usual({"calls": 0, "answered": 0, "brief": 0, "long": 0}).rates == pytest.approx([0.25] * 4)
