"""Which column of somebody's call records is which of ours?

Names of columns differ from exporter to exporter, but are put together from the same words: a party and a
number, a side and a trunk, a moment and a time. What is not told by its name must be told by a map.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from quivive.calls.records.names import ENDINGS, MILLIS, NAMES, PREFIXES
from quivive.errors import UsageError

MANDATORY = ("start", "calling", "called")


@dataclass(frozen=True)
class Chosen:
    """The source `column` of a field; `format` as of strptime, where a map gave one."""

    column: str
    format: str | None = None
    scale: int = 1
    """So many of the column's units are a second (1000: milliseconds)."""


@dataclass(frozen=True)
class Columns:
    """Fields with their columns, and sentences on what was decided."""

    fields: Mapping[str, Chosen]
    notes: tuple[str, ...] = ()

    def shown(self) -> dict[str, str]:
        """Field → source column, for the user."""
        return {name: each.column for name, each in self.fields.items()}


def given(texts: Iterable[str]) -> dict[str, Chosen]:
    """What the user's --map says: 'calling=ani,start=when:%d.%m.%Y %H:%M:%S'. Raises UsageError."""
    found: dict[str, Chosen] = {}
    for text in texts:
        for part in re.split(r",(?=\s*\w+\s*=)", text):
            name, equals, rest = part.partition("=")
            name = name.strip().lower()
            if not equals or not rest.strip():
                raise UsageError(f"--map {part!r} does not read: write FIELD=COLUMN, such as calling=ani.")
            if name not in NAMES:
                raise UsageError(f"--map names no field {name!r}; there are: {', '.join(NAMES)}.")
            column, mark, form = rest.partition(":%")
            found[name] = Chosen(column.strip(), "%" + form if mark else None)
    return found


def choose(columns: Sequence[str], told: Mapping[str, Chosen], source: str,
           fits: Callable[[str, str], bool] = lambda field, column: True) -> Columns:  # fmt: skip
    """The map of a file with these `columns`; `fits` says whether a column's values can be of a field.

    Raises UsageError where a mandatory field has no column, or several that stand equal.
    """
    fields, notes = _told(columns, told, source), []
    taken = {each.column for each in fields.values()}
    keys = {column: _key(column) for column in columns}
    for reading in (_same, _without_prefix, _ends):
        for field in NAMES:
            if field in fields or field in ("date", "time"):
                continue
            free = [column for column in columns if column not in taken]
            here = next((found for tier in reading(field)
                         if (found := [c for c in free if tier(keys[c]) and fits(field, c)])),
                             [])  # fmt: skip
            if len(here) > 1 and field in MANDATORY:
                raise UsageError(_ambiguous(source, field, here, columns))
            if here:
                fields[field] = Chosen(here[0], scale=_scale(field, keys[here[0]]))
                taken.add(here[0])
            if len(here) > 1:
                notes.append(f"{source}: '{here[0]}' was taken as {field}, not {_listed(here[1:])}.")
    _join_date(fields, keys, columns, fits)
    missing = [field for field in MANDATORY if field not in fields]
    if missing:
        alike = {f: [c for c in columns if any(keys[c] in tier for tier in NAMES[f])] for f in missing}
        raise UsageError(_missing(source, missing, columns, alike))
    return Columns(fields, tuple(notes))


def _same(field: str) -> list[Callable[[str], bool]]:
    """Tests of a name, the surest first: it is one of the field's."""
    return [frozenset(tier).__contains__ for tier in NAMES[field]]


def _without_prefix(field: str) -> list[Callable[[str], bool]]:
    """It is one after a word that says nothing is taken off."""
    names = frozenset(name for tier in NAMES[field] for name in tier)
    return [lambda key: any(key.startswith(each) and key[len(each) :] in names for each in PREFIXES)]


def _ends(field: str) -> list[Callable[[str], bool]]:
    """It ends in a word that only this field has."""
    return [lambda key: key.endswith(ENDINGS[field])] if field in ENDINGS else []


def _told(columns: Sequence[str], told: Mapping[str, Chosen], source: str) -> dict[str, Chosen]:
    """The map that was given, its columns found: by name, by name in any case, or by place from 1."""
    fields = {}
    for field, chosen in told.items():
        name = chosen.column
        same = [c for c in columns if c == name] or [c for c in columns if c.lower() == name.lower()]
        if not same and name.isdigit() and 1 <= int(name) <= len(columns):
            same = [columns[int(name) - 1]]
        if not same:
            raise UsageError(f"{source} has no column '{name}', which --map gives as {field}. "
                             f"It has: {_listed(columns)}.")  # fmt: skip
        fields[field] = Chosen(same[0], chosen.format, _scale(field, _key(same[0])))
    return fields


def _join_date(fields: dict[str, Chosen], keys: Mapping[str, str], columns: Sequence[str],
               fits: Callable[[str, str], bool]) -> None:  # fmt: skip
    """A date and a time of day in two columns stay two, and make the start together."""
    if "date" in fields and "time" in fields:
        fields.setdefault("start", fields["date"])
    if fields.get("start") and fields["start"].format is None and not fits("moment", fields["start"].column):
        named = {
            field: [c for c in columns if keys[c] in NAMES[field][0] and fits(field, c)]
            for field in ("date", "time")
        }
        if named["date"] and named["time"]:
            fields["date"], fields["time"] = Chosen(named["date"][0]), Chosen(named["time"][0])
            fields["start"] = fields["date"]


def _key(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())


def _scale(field: str, key: str) -> int:
    if field not in ("seconds", "duration", "ring"):
        return 1
    if key.endswith("usec") or key == "uduration":
        return 1_000_000
    return 1000 if key.endswith(MILLIS) or key == "mduration" else 1


def _listed(columns: Iterable[str]) -> str:
    names = [f"'{each}'" for each in columns]
    return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")


def _missing(
    source: str, fields: Sequence[str], columns: Sequence[str], alike: Mapping[str, Sequence[str]]
) -> str:
    hint = " ".join(f"--map {field}=COLUMN" for field in fields)
    near = ""
    for field, names in alike.items():
        if names:
            near += f" {_listed(names)} is named like {field}, but its values do not read as that."
            form = f" Give the form of the time: --map 'start={names[0]}:%d.%m.%Y %H:%M:%S'."
            near += form if field == "start" else ""
    return (f"{source}: no column is known to be {' or '.join(fields)}. It has: {_listed(columns)}.{near} "
            f"Say which it is: {hint}.")  # fmt: skip


def _ambiguous(source: str, field: str, here: Sequence[str], columns: Sequence[str]) -> str:
    return (f"{source}: {_listed(here)} could each be {field}. It has: {_listed(columns)}. "
            f"Say which it is: --map {field}={here[0]}.")  # fmt: skip
