"""The index finds the hashes that comparing with each one finds."""

from __future__ import annotations

import numpy as np
import pytest

from quivive.media.likeness.hash_index import REACH, index, near, packed, scan
from quivive.media.likeness.pdq import distance


@pytest.fixture(scope="module")
def words() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 2**64, (30_000, 4), dtype=np.uint64)


def _changed(word: np.ndarray, bits: int, seed: int) -> str:
    flipped = np.unpackbits(word.view(np.uint8))
    flipped[np.random.default_rng(seed).choice(256, bits, replace=False)] ^= 1
    return np.packbits(flipped).tobytes().hex()


@pytest.mark.parametrize("bits", [0, 1, 15, 16, 30, 31])
def test_it_finds_a_hash_however_its_bits_are_spread(words: np.ndarray, bits: int) -> None:
    known = index(words)
    for place in range(0, 30_000, 1_500):
        value = _changed(words[place], bits, place)
        assert near(known, value)[0] == (bits, place)
        assert near(known, value) == scan(words, value)


def test_what_lies_further_is_not_found(words: np.ndarray) -> None:
    assert near(index(words), _changed(words[5], REACH + 1, 1)) == []
    assert near(index(words), _changed(words[5], 12, 1), 11) == []
    assert scan(words, _changed(words[5], 12, 1), 11) == []


def test_it_does_not_answer_for_distances_that_it_cannot_know(words: np.ndarray) -> None:
    with pytest.raises(ValueError, match="up to 31"):
        near(index(words), words[0].tobytes().hex(), REACH + 1)


def test_hashes_that_stand_twice_are_both_found() -> None:
    assert near(index(packed(["ab" * 32, "00" * 32, "ab" * 32])), "ab" * 32) == [(0, 0), (0, 2)]


def test_packed_words_keep_distances() -> None:
    one, other = "0f" * 32, "1e" + "0f" * 31
    (found,) = scan(packed([one]), other)
    assert found == (distance(one, other), 0)
