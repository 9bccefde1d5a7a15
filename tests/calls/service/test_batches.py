"""Is a batch of records accepted once, and does its slice become Parquet once, whatever is interrupted?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from calls.service.process import kept_records, rows
from quivive.calls.service import batches, slices
from quivive.calls.service.batches import AnotherBody, Batches
from quivive.calls.service.records_in import SCHEMA, read
from quivive.errors import CouldNotKeep

SECONDS = 300.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_395_600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> Batches:
    return Batches(tmp_path, clock)


def batch(first: int, count: int = 3) -> Any:
    return read(rows(first, count), "application/x-ndjson", {}).records


def test_a_key_is_accepted_once_also_by_the_next_process(tmp_path: Path, kept: Batches, clock: Clock) -> None:
    assert not kept.add("k", "d", batch(0), 0).again
    assert kept.add("k", "d", batch(0), 0).again
    kept.close()
    after = Batches(tmp_path, clock)
    assert after.find("k", "d").again  # type: ignore[union-attr]
    with pytest.raises(AnotherBody):
        after.add("k", "other", batch(0), 0)
    assert kept_records(tmp_path) == ["r0", "r1", "r2"]


def test_a_slice_is_due_once_it_is_over_and_becomes_one_file(
    tmp_path: Path, kept: Batches, clock: Clock
) -> None:
    kept.add("a", "d", batch(0), 0)
    kept.add("b", "d", batch(3), 0)
    clock.now += SECONDS
    (number,) = kept.seal()
    assert slices.close(tmp_path, number) == 6
    assert slices.close(tmp_path, number) == 0
    (file,) = (tmp_path / "slices").iterdir()
    table = pq.read_table(file)
    assert table.schema.equals(SCHEMA)
    assert table["id"].to_pylist() == [f"r{n}" for n in range(6)]
    assert len(set(table["record"].to_pylist())) == 6
    assert kept.seal() == []
    assert kept.add("a", "d", batch(0), 0).again


def test_closing_that_was_killed_before_the_batches_went_is_done_again_and_doubles_nothing(
    tmp_path: Path, kept: Batches, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.add("a", "d", batch(0), 0)
    clock.now += SECONDS
    (number,) = kept.seal()

    def killed(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(slices, "_sync_folder", killed)  # the file is there, the batches are, too
    with pytest.raises(KeyboardInterrupt):
        slices.close(tmp_path, number)
    monkeypatch.undo()
    assert slices.close(tmp_path, number) == 3
    assert kept_records(tmp_path) == ["r0", "r1", "r2"]


def test_what_an_interrupted_closing_left_half_written_is_cleared_away(tmp_path: Path, kept: Batches) -> None:
    (tmp_path / "slices").mkdir()
    (tmp_path / "slices" / "x.part123").write_bytes(b"half")
    order = slices.Order(str(tmp_path), (), 3600.0, 1_795_395_600.0, search=False)
    slices.carry_out(order)
    assert list((tmp_path / "slices").iterdir()) == []


def test_clocks_set_back_and_forth_overwrite_no_slice(tmp_path: Path, kept: Batches, clock: Clock) -> None:
    begun = clock.now
    for key, first, moment in (("a", 0, 0), ("b", 3, 86400), ("c", 6, 0), ("d", 9, 0)):
        clock.now = begun + moment
        kept.add(key, "d", batch(first), 0)
        for number in kept.seal():
            slices.close(tmp_path, number)
            kept.forget(-1e9)  # the file alone tells that the number is taken
    assert len(list((tmp_path / "slices").iterdir())) == 4
    assert sorted(kept_records(tmp_path)) == sorted(f"r{n}" for n in range(12))


def test_keys_are_forgotten_in_time_but_never_with_records_that_are_not_parquet(
    tmp_path: Path, kept: Batches, clock: Clock
) -> None:
    kept.add("a", "d", batch(0), 0)
    clock.now += 86400
    kept.forget(3600)
    assert kept.find("a", "d") is not None
    slices.close(tmp_path, kept.seal()[0])
    kept.forget(3600)
    assert kept.find("a", "d") is None


def test_a_database_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "batches.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(CouldNotKeep):
        Batches(tmp_path)


def test_bodies_come_in_the_order_of_their_acceptance(tmp_path: Path, kept: Batches) -> None:
    for key, first in (("z", 0), ("a", 3), ("m", 6)):
        kept.add(key, "d", batch(first), 0)
    found = [table["id"][0].as_py() for table in batches.bodies(batches.open_db(tmp_path), None)]
    assert found == ["r0", "r3", "r6"]


def test_the_window_is_searched_and_its_answer_kept(tmp_path: Path, kept: Batches, clock: Clock) -> None:
    kept.add("a", "d", batch(0, 100), 0)
    clock.now += SECONDS
    order = slices.Order(str(tmp_path), tuple(kept.seal()), 3600.0, clock.now)
    assert slices.carry_out(order)["calls"] == 100
    assert (tmp_path / slices.FOUND).stat().st_mode & 0o077 == 0


def test_slices_are_deleted_once_they_are_older_than_the_house_keeps_them(
    tmp_path: Path, kept: Batches, clock: Clock
) -> None:
    for key, days in (("old", 0), ("new", 2)):
        clock.now += days * 86400
        kept.add(key, "d", batch(days * 3), 0)
        close = tuple(kept.seal())
        slices.carry_out(slices.Order(str(tmp_path), close, 3600.0, clock.now, kept=86400.0, search=False))
    assert kept_records(tmp_path) == ["r6", "r7", "r8"]
