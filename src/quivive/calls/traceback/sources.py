"""What did each provider hand in: records, captures, an answer, or nothing?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from pathlib import Path

from quivive.calls.traceback import native, tables
from quivive.calls.traceback.hops import Query
from quivive.calls.traceback.record import Record
from quivive.calls.traceback.spellings import ending
from quivive.calls.traceback.tables import Window
from quivive.errors import Unreadable, UsageError

SKEW = 90.0
"""Seconds by which a provider's clock is taken to be off at most, either way."""
AROUND = 1800.0
"""Seconds around the call whose records are read, to compare the clocks of two providers by other calls."""
_PCAP = (
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x0a\x0d\x0d\x0a",
)
_PEERS = ("peers.json", "peers.csv")


@dataclass(frozen=True)
class Provider:
    """One provider with the records that lie near the reported time, by its own clock.

    `state`: 'records' it handed in calls (perhaps none near the time); 'silent' nothing; 'refused' and
    'not-found' are its own words. `notes` say in sentences what did not read.
    """

    name: str
    records: tuple[Record, ...] = ()
    state: str = "records"
    notes: tuple[str, ...] = ()
    rows: int = 0
    answer: bool = False
    """Whether the records are its answer, chosen by the provider, not all of its calls."""

    @cached_property
    def by_ending(self) -> Mapping[str, tuple[Record, ...]]:
        """Records by the last digits of the number that was called."""
        found: dict[str, list[Record]] = {}
        for record in self.records:
            for key in {ending(text) for text in record.numbers}:
                if key:
                    found.setdefault(key, []).append(record)
        return {key: tuple(held) for key, held in found.items()}

    @cached_property
    def names_trunks(self) -> bool:
        """Whether its records tell at all where calls came in."""
        return any(record.trunk or record.upstream for record in self.records)

    @cached_property
    def names_egress(self) -> bool:
        """Whether its records tell at all where calls went."""
        return any(record.egress or record.downstream for record in self.records)

    @cached_property
    def slack(self) -> float:
        """Seconds by which its length of a call may differ from another's: billed in steps, or not."""
        lengths = [record.seconds for record in self.records if record.seconds]
        for step in (60.0, 30.0, 6.0) if lengths else ():
            if all(length % step == 0 for length in lengths):
                return step + 1.0
        return 2.0


@dataclass
class _Pile:
    """What was read of one provider so far."""

    records: list[Record] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0
    files: int = 0


def read(
    files: Mapping[str, Sequence[Path]],
    query: Query,
    columns: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    skew: float = SKEW,
) -> list[Provider]:
    """The providers with what their files say of the time of the call; a provider without files is silent.

    `columns` maps fields to column names where those do not tell (`tables.NAMES`). Raises UsageError where a
    file is not there; what does not read is named in the provider's notes.
    """
    piles: dict[str, _Pile] = {name: _Pile() for name in files}
    reach = query.tolerance + 3 * skew + AROUND

    window = query.at - reach, query.at + reach
    for name, paths in files.items():
        for path in paths:
            _take(piles, name, path, window, columns or {}, zone)
    return [_provider(name, pile) for name, pile in piles.items()]


def _take(piles: dict[str, _Pile], name: str, path: Path, window: Window,
          columns: Mapping[str, str], zone: tzinfo | None) -> None:  # fmt: skip
    if not path.is_file():
        raise UsageError(f"{path} is no file: name the records of '{name}'.")
    if path.stat().st_size == 0:
        piles[name].notes.append(f"{path.name} is empty.")
        return
    with path.open("rb") as file:
        head = file.read(4)
    try:
        found = _capture(path, window) if head in _PCAP else _table(path, window, columns, zone)
    except Unreadable as error:
        piles[name].notes.append(str(error))
        return
    for own, records in found.records.items():
        pile = piles.setdefault(_of(piles, own) or name, _Pile())
        pile.records += records
    piles[name].rows += found.rows
    piles[name].files += 1
    if found.bad:
        piles[name].notes.append(
            f"{found.bad} rows of {path.name} do not read, the first: {found.refused[0]}."
        )


def _of(piles: Mapping[str, _Pile], own: str) -> str | None:
    """A provider that a row names, as it is written already."""
    if not own:
        return None
    return next((name for name in piles if name.casefold() == own.casefold()), own)


def _table(path: Path, window: Window, columns: Mapping[str, str], zone: tzinfo | None) -> tables.Read:
    if native.is_one(path) and not columns:
        return native.read(path, window, zone)
    try:
        return tables.read(path, window, columns, zone)
    except Unreadable as error:
        try:
            return native.read(path, window, zone)
        except (Unreadable, UsageError):
            raise error from None


def _capture(path: Path, window: Window) -> tables.Read:
    from quivive.calls.traceback.legs import records_of

    found = tables.Read()
    for record in records_of(path):
        found.rows += 1
        if record.start is not None and window[0] <= record.start <= window[1]:
            found.add("", record)
    return found


def _provider(name: str, pile: _Pile) -> Provider:
    said = [record.state for record in pile.records if record.state and not record.called]
    calls = [record for record in pile.records if record.called or record.start is not None]
    answer = any(r.upstream or (r.customer and not r.trunk) for r in calls) and len(calls) <= 20
    state = "records" if pile.files and (calls or not said) else said[0] if said else "silent"
    refusals = [record.state for record in calls if record.state in ("refused", "not-found", "silent")]
    if refusals and len(refusals) == len(calls):
        state, calls = str(refusals[0]), []
    return Provider(name, tuple(calls), state, tuple(pile.notes), pile.rows, answer)


def folder(path: Path) -> tuple[dict[str, list[Path]], list[str]]:
    """Providers of a folder: each folder in it, or file, is one, by its name; and the files that name
    peers."""
    if not path.is_dir():
        raise UsageError(f"{path} is no folder with the providers' records.")
    files: dict[str, list[Path]] = {}
    peers = []
    for each in sorted(path.iterdir()):
        if each.name.startswith("."):
            continue
        if each.name in _PEERS:
            peers.append(str(each))
        elif each.is_dir():
            files[each.name] = [one for one in sorted(each.iterdir()) if one.is_file() and one.name[0] != "."]
        else:
            files.setdefault(each.name.split(".")[0], []).append(each)
    return files, peers
