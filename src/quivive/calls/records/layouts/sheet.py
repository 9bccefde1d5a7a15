"""What does a reader of a layout hand on? Rows of texts under the names that the source gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Refused:
    """A row that does not read: where it stands and why."""

    file: str
    place: str
    why: str


@dataclass(frozen=True)
class Sheet:
    """Rows of one file, or of several alike.

    `sql` selects them in DuckDB; `sample` holds the first values of each column as texts; `fields` are told
    by the layout (field → column), or None where names must tell. `outcome` False: the SIP code does not
    tell whether somebody answered. `direct`: the Parquet file that holds the rows as they are.
    """

    name: str
    layout: str
    columns: tuple[str, ...]
    sql: str
    sample: Mapping[str, Sequence[str]]
    fields: Mapping[str, str] | None = None
    outcome: bool = True
    first: int = 1
    """The number of the first row for people: 2 below a header."""
    rejects: str | None = None
    """Name of DuckDB's table of lines that it could not split."""
    direct: Path | None = None
    refused: tuple[Refused, ...] = ()
    bad: int = 0
    notes: tuple[str, ...] = field(default=())
