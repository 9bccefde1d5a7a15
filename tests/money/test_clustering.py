"""Addresses that sign together belong together, CoinJoins left out."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import UsageError
from quivive.money.clustering import Clusters, cluster_inputs
from quivive.money.merging import merged_by

patient = settings(deadline=None)  # the first example of a kind compiles
transactions = st.lists(st.lists(st.integers(-1, 30), max_size=6), max_size=25)


def arrays(lists: list[list[int]], kind: Any = np.int64) -> tuple[Any, Any]:
    """Offsets and addresses of these inputs; -1 wraps around in an unsigned array, as it does in a ledger."""
    offsets = np.cumsum([0, *map(len, lists)])
    return offsets, np.array([address for one in lists for address in one], np.int64).astype(kind)


def slowly(lists: list[list[int]], mixed: list[bool]) -> list[int]:
    """Labels by joining sets until nothing changes."""
    size = max((address for one in lists for address in one), default=-1) + 1
    sets = [{address} for address in range(size)]
    for one, coinjoin in zip(lists, mixed, strict=True):
        known = {address for address in one if address >= 0}
        if not coinjoin and known:
            touched = [group for group in sets if group & known]
            sets = [group for group in sets if not group & known] + [set().union(*touched)]
    label = {address: min(group) for group in sets for address in group}
    return [label[address] for address in range(size)]


@patient
@given(transactions, st.data(), st.sampled_from([np.int64, np.uint32]))
def test_labels_are_those_of_joining_sets_by_hand(
    lists: list[list[int]], data: st.DataObject, kind: Any
) -> None:
    mixed = data.draw(st.lists(st.booleans(), min_size=len(lists), max_size=len(lists)))
    labels = cluster_inputs(*arrays(lists, kind), np.array(mixed, bool))
    assert labels.dtype == np.int64
    assert labels.tolist() == slowly(lists, mixed)
    assert cluster_inputs(*arrays(lists, kind)).tolist() == slowly(lists, [False] * len(lists))


def test_two_inputs_join_and_a_third_comes_by_a_later_transaction() -> None:
    labels = cluster_inputs(*arrays([[3, 5], [], [0], [5, 1]]))
    assert labels.tolist() == [0, 1, 2, 1, 4, 1]


def test_a_coinjoin_joins_nobody() -> None:
    offsets, addresses = arrays([[0, 1], [2, 3]])
    assert cluster_inputs(offsets, addresses, np.array([False, True])).tolist() == [0, 0, 2, 3]
    assert cluster_inputs(offsets, addresses).tolist() == [0, 0, 2, 2]


def test_a_ledger_without_inputs_has_no_labels() -> None:
    assert cluster_inputs(np.zeros(1, np.int64), np.zeros(0, np.uint32)).size == 0
    assert cluster_inputs(*arrays([[-1, -1]])).size == 0


@pytest.mark.parametrize("kind", [np.int64, np.uint32])
def test_an_unknown_address_between_two_known_ones_does_not_part_them(kind: Any) -> None:
    assert cluster_inputs(*arrays([[2, -1, 0], [-1, 1]], kind)).tolist() == [0, 1, 0]


@pytest.mark.parametrize("inputs", [5_000, 20_000])
def test_transactions_across_the_bounds_of_what_is_read_at_once(inputs: int) -> None:
    generator = np.random.default_rng(inputs)
    lists = [generator.integers(0, inputs, size).tolist() for size in generator.integers(0, 4, inputs // 2)]
    lists[7] = list(range(1_000, 9_000, 2))
    assert cluster_inputs(*arrays(lists)).tolist() == by_search(lists)


def by_search(lists: list[list[int]]) -> list[int]:
    """Labels by walking from the smallest address to whoever it can reach."""
    size = max(address for one in lists for address in one) + 1
    near: list[list[int]] = [[] for _ in range(size)]
    for one in lists:
        for address in one[1:]:
            near[one[0]].append(address)
            near[address].append(one[0])
    labels = [-1] * size
    for start in range(size):
        waiting = [start] if labels[start] < 0 else []
        while waiting:
            here = waiting.pop()
            if labels[here] < 0:
                labels[here] = start
                waiting += near[here]
    return labels


def test_memory_maps_of_a_ledger_will_do(tmp_path: Any) -> None:
    offsets, addresses = arrays([[0, 2], [1]], np.uint32)
    np.save(tmp_path / "offsets.npy", offsets)
    np.save(tmp_path / "addresses.npy", addresses)
    mapped = (np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("offsets", "addresses"))
    assert cluster_inputs(*mapped).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("offsets", "addresses", "coinjoin", "says"),
    [
        ([0, 3], [1, 2], None, "rise from 0 to the number of inputs"),
        ([0, 2, 1, 2], [1, 2], None, "rise from 0"),
        ([1, 2], [1, 2], None, "rise from 0"),
        ([], [], None, "one more than there are transactions"),
        ([0.0, 2.0], [1, 2], None, "whole numbers"),
        ([0, 2], [1.5, 2], None, "whole numbers"),
        ([0, 2], [1, -7], None, "from 0, or -1"),
        ([0, 2], [1, 2], [True, False], "one entry for each"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(offsets: Any, addresses: Any, coinjoin: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        cluster_inputs(
            np.array(offsets), np.array(addresses), None if coinjoin is None else np.array(coinjoin)
        )


@patient
@given(transactions, st.data())
def test_blocks_added_one_by_one_give_the_labels_of_a_run_from_scratch(
    lists: list[list[int]], data: st.DataObject
) -> None:
    clusters, rest = Clusters(room=3), lists
    while rest:
        some = data.draw(st.integers(1, len(rest)))
        clusters.extend(*arrays(rest[:some]))
        rest = rest[some:]
    assert clusters.labels().tolist() == cluster_inputs(*arrays(lists)).tolist()


def test_saved_clusters_go_on_where_they_stopped(tmp_path: Any) -> None:
    clusters = Clusters()
    clusters.extend(*arrays([[0, 1], [4, 3]]))
    clusters.save(tmp_path / "clusters.npy")
    again = Clusters.load(tmp_path / "clusters.npy")
    again.extend(*arrays([[1, 3], [7, 6]]))
    assert again.labels().tolist() == [0, 0, 2, 0, 0, 5, 6, 6]
    assert [path.name for path in tmp_path.iterdir()] == ["clusters.npy"]


@pytest.mark.parametrize("damage", ["text", "floats", "upwards", "missing"])
def test_a_file_that_holds_no_clusters_is_refused(tmp_path: Any, damage: str) -> None:
    path = tmp_path / "clusters.npy"
    if damage == "text":
        path.write_text("these are no clusters")
    elif damage == "floats":
        np.save(path, np.zeros(4))
    elif damage == "upwards":
        np.save(path, np.array([0, 2, 2], np.uint32))
    with pytest.raises(UsageError, match="no saved clusters"):
        Clusters.load(path)


def rows(lists: list[list[int]], size: int) -> list[pa.RecordBatch]:
    """The inputs as Arrow batches of some rows, so that transactions are cut anywhere."""
    txs = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    batch = pa.record_batch({"tx": txs, "address": arrays(lists)[1]})
    return [batch.slice(start, size) for start in range(0, batch.num_rows, size)]


@patient
@given(transactions, st.integers(1, 7), st.data())
def test_arrow_batches_cut_anywhere_give_the_same_labels(
    lists: list[list[int]], size: int, data: st.DataObject
) -> None:
    mixed = np.array(data.draw(st.lists(st.booleans(), min_size=len(lists), max_size=len(lists))), bool)
    clusters = Clusters()
    clusters.extend_rows(rows(lists, size), mixed)
    assert clusters.labels().tolist() == cluster_inputs(*arrays(lists), mixed).tolist()


def test_labels_come_as_arrow_batches_too() -> None:
    clusters = Clusters()
    clusters.extend(*arrays([[3, 1]]))
    (batch,) = clusters.batches(addresses=6)
    assert batch.to_pydict() == {"address": [0, 1, 2, 3, 4, 5], "cluster": [0, 1, 2, 1, 4, 5]}
    assert batch.schema.types == [pa.int64(), pa.int64()]


def test_rows_of_a_transaction_beyond_the_mask_are_refused() -> None:
    with pytest.raises(UsageError, match="beyond"):
        Clusters().extend_rows(rows([[0, 1], [1, 2]], 9), np.array([False]))


def test_the_transaction_that_merged_two_addresses_is_named_with_the_way_there() -> None:
    offsets, addresses = arrays([[0, 1], [2, 3], [1, 2], [0, 3]])
    chain = merged_by(offsets, addresses, None, 0, 3)
    assert chain == ((0, 0, 1), (2, 1, 2), (1, 2, 3))
    assert max(step.tx for step in chain) == 2, "the later, shorter evidence merged nothing"
    assert merged_by(offsets, addresses, np.array([False, False, True, False]), 0, 3) == ((3, 0, 3),)
    assert merged_by(offsets, addresses, np.array([False, False, True, True]), 0, 3) is None
    assert merged_by(offsets, addresses, None, 2, 2) == ()
    assert merged_by(offsets, addresses, None, 0, 99) is None


@patient
@given(transactions, st.integers(0, 30), st.integers(0, 30))
def test_a_chain_holds_and_its_latest_transaction_is_the_one_that_merged(
    lists: list[list[int]], one: int, other: int
) -> None:
    chain = merged_by(*arrays(lists), None, one, other)
    labels = cluster_inputs(*arrays(lists)).tolist()
    together = one == other or (max(one, other) < len(labels) and labels[one] == labels[other])
    assert (chain is not None) == together
    if not chain:
        return
    assert (chain[0].source, chain[-1].target) == (one, other)
    assert all(step.target == after.source for step, after in pairwise(chain))
    assert all({step.source, step.target} <= set(lists[step.tx]) for step in chain)
    last = max(step.tx for step in chain)
    before = cluster_inputs(*arrays([*lists[:last], [30]])).tolist()
    assert before[one] != before[other]
