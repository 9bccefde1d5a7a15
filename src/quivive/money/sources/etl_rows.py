"""Where in the tables of an ethereum-etl export do the rows of each block stand?

Rows may be in any order and over several files (its workers write as they finish): where they stand is noted
first, some 30 bytes a row, then they are read block by block. Tables are told apart by their columns, not by
their names. One row is one line, in CSV as in JSON.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from quivive.errors import NotFound, Unreadable
from quivive.money.sources.abi import quantity

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Row = Mapping[str, Any]
_Read = TypeVar("_Read")
SUFFIXES = (".csv", ".json", ".jsonl", ".ndjson")
LONGEST_LINE = 64 * 2**20
HIGHEST = 2**40
_TELLING = (
    # the first column that a row has says which table it is of
    ("trace_type", "trace"),
    ("topics", "log"),
    ("token_address", "token_transfer"),
    ("cumulative_gas_used", "receipt"),
    ("parent_hash", "block"),
    ("from_address", "transaction"),
    ("bytecode", "contract"),
    ("symbol", "token"),
)
_KINDS = {kind for _, kind in _TELLING}
_FIELD = re.compile(r'"([^"]*(?:""[^"]*)*)"|([^",]*)')


@dataclass(frozen=True, slots=True)
class Placed:
    """A row, the table it is of, and its place for messages: file, line and byte."""

    kind: str
    row: Row
    place: str


class Rows:
    """The rows of an export by height. `kinds` are the tables that it has."""

    def __init__(self, path: Path) -> None:
        self._paths = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.suffix in SUFFIXES)
        if not self._paths:
            raise NotFound(f"The folder {path} holds no table of ethereum-etl (CSV or JSON).")
        self.name = path.name
        self.kinds: set[str] = set()
        self.receipts = False
        self._headers: dict[int, list[str]] = {}
        self._open: dict[int, BinaryIO] = {}
        columns: tuple[array[int], ...] = (array("q"), array("q"), array("q"), array("q"))
        for number in range(len(self._paths)):
            self._note(number, columns)
        self._sort(columns)

    def blocks(self, start: int) -> Iterator[tuple[int, list[Placed]]]:
        """Heights from this one on that have rows, with these."""
        import numpy as np

        begin = int(np.searchsorted(self._heights, start))
        for height, at in groupby(range(begin, len(self._heights)), key=lambda i: int(self._heights[i])):
            yield height, [self._read(i) for i in at]

    def at(self, height: int) -> list[Placed]:
        """The rows of one height; empty where it has none."""
        import numpy as np

        begin, end = np.searchsorted(self._heights, [height, height + 1])
        return [self._read(i) for i in range(begin, end)]

    @property
    def heights(self) -> tuple[int, int]:
        """The lowest and the highest."""
        return int(self._heights[0]), int(self._heights[-1])

    def _sort(self, columns: Sequence[array[int]]) -> None:
        import numpy as np

        heights, files, lines, offsets = (np.frombuffer(each, dtype=np.int64) for each in columns)
        if not len(heights):
            raise Unreadable(f"{self.name} holds no rows.")
        order: npt.NDArray[np.int64] = np.lexsort((lines, files, heights))
        self._heights, self._files = heights[order], files[order]
        self._lines, self._offsets = lines[order], offsets[order]

    def _note(self, number: int, columns: Sequence[array[int]]) -> None:
        """Note height, file, line and byte of each row of one file."""
        with self._paths[number].open("rb") as file:
            offset, line = self._header(number, file)
            while text := file.readline(LONGEST_LINE + 1):
                if text.strip():
                    placed = self._placed(number, line, offset, text)
                    self._count(placed)
                    if placed.kind not in ("contract", "token"):
                        height = guarded(
                            placed,
                            partial(_height, column="number" if placed.kind == "block" else "block_number"),
                        )
                        for column, value in zip(columns, (height, number, line, offset), strict=True):
                            column.append(value)
                offset, line = offset + len(text), line + 1

    def _count(self, placed: Placed) -> None:
        self.kinds.add(placed.kind)
        if placed.kind == "receipt" or "receipt_gas_used" in placed.row:
            self.receipts = True

    def _header(self, number: int, file: BinaryIO) -> tuple[int, int]:
        """Byte and line at which the rows begin; a JSON table has no header."""
        if self._paths[number].suffix != ".csv":
            return 0, 1
        first = file.readline(LONGEST_LINE)
        place = self._place(number, 1, 0)
        self._headers[number] = fields(_text(first, place).removeprefix("\ufeff"), place)
        return len(first), 2

    def _read(self, index: int) -> Placed:
        number, offset = int(self._files[index]), int(self._offsets[index])
        if number not in self._open:
            self._open[number] = self._paths[number].open("rb")
        file = self._open[number]
        file.seek(offset)
        return self._placed(number, int(self._lines[index]), offset, file.readline(LONGEST_LINE + 1))

    def _placed(self, number: int, line: int, offset: int, data: bytes) -> Placed:
        place = self._place(number, line, offset)
        if len(data) > LONGEST_LINE:
            raise Unreadable(f"{place}: the line is longer than {LONGEST_LINE >> 20} MiB.")
        text = _text(data, place)
        row = _object(text, place) if number not in self._headers else self._cells(number, text, place)
        return Placed(_kind(row, place), row, place)

    def _cells(self, number: int, text: str, place: str) -> Row:
        header, cells = self._headers[number], fields(text, place)
        if len(cells) != len(header):
            raise Unreadable(f"{place}: {len(cells)} fields in place of {len(header)}.")
        return {name: cell or None for name, cell in zip(header, cells, strict=True)}

    def _place(self, number: int, line: int, offset: int) -> str:
        return f"{self._paths[number].name}, line {line} (byte {offset})"


def fields(text: str, place: str) -> list[str]:
    """The fields of one line of CSV (RFC 4180)."""
    if '"' not in text:
        return text.split(",")
    found, at = [], 0
    while True:
        match = _FIELD.match(text, at)
        quoted, plain = match.groups() if match else (None, "")
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        at = match.end() if match else at
        if at == len(text):
            return found
        if text[at] != ",":
            raise Unreadable(f"{place}: a quotation mark stands where none may be.")
        at += 1


def _text(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Unreadable(f"{place}: the line is no UTF-8 text.") from None


def _object(text: str, place: str) -> Row:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise Unreadable(f"{place}: the line is no JSON object.")
    return row


def _kind(row: Row, place: str) -> str:
    named = row.get("type")
    if isinstance(named, str) and named in _KINDS:
        return named
    kind = next((kind for column, kind in _TELLING if column in row), None)
    if kind is None:
        raise Unreadable(f"{place}: this is no row of a table of ethereum-etl that I know.")
    return kind


def _height(row: Row, column: str) -> int:
    height = quantity(row[column])
    if height > HIGHEST:
        raise Unreadable(f"there is no block {height}.")
    return height


def guarded(placed: Placed, read: Callable[[Row], _Read]) -> _Read:
    """What is read from the row; any fault in it names file, line and byte."""
    try:
        return read(placed.row)
    except KeyError as error:
        raise Unreadable(f"{placed.place}: the column {error.args[0]!r} is missing.") from None
    except (TypeError, ValueError, AttributeError, RecursionError, Unreadable) as error:
        raise Unreadable(f"{placed.place}: {error}") from None
