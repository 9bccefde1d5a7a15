"""Is a traceback, or its export, as it was signed, and by whom? No secret is needed to ask."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quivive.calls.traceback import signing
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.steps import harmless
from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.calls.certificates.trust import Trust


@dataclass(frozen=True)
class Said:
    """Sentences: what was changed, what else to know, and of each entry whose key signed it."""

    changed: tuple[str, ...]
    notes: tuple[str, ...]
    keys: tuple[str, ...]


def verify(path: Path, trust: Trust | None = None, receipts: Sequence[str] = ()) -> Said:
    """A traceback file, or the folder or zip of an export. Raises UsageError where it cannot be read."""
    found, around, notes = _checked(path)
    changed = [f"{fault}." for fault in [*found.faults, *around]]
    gone = [each for each in receipts if each not in found.hashes]
    changed += [f"The answer with the receipt {each} is not in it." for each in gone]
    changed += _untrusted(found, trust)
    return Said(tuple(changed), (*notes, *_notes(found)), tuple(_keys(found, trust)))


def _checked(path: Path) -> tuple[chain.Checked, list[chain.Fault], list[str]]:
    try:
        if path.is_dir() or path.suffix == ".zip":
            return chain.check_export(chain.read_files(path))
        return chain.check(signing.read_bytes(path, chain.MOST_BYTES)), [], []
    except (OSError, zipfile.BadZipFile, chain.Wrong, RuntimeError, NotImplementedError) as error:
        raise UsageError(f"{path} cannot be read as an export: {error}.") from error


def _untrusted(found: chain.Checked, trust: Trust | None) -> Iterator[str]:
    for number, entry in enumerate(found.entries):
        if entry and trust and (wrong := signing.vouched(entry, trust)[1]):
            who, codes = entry["who"]["name"], ", ".join(wrong)
            yield f"Entry {number} ({who}): its certificate is not trusted: {codes}."


def _notes(found: chain.Checked) -> Iterator[str]:
    for number, _, handed in chain.unanswered(found):
        yield f"No answer is here to what entry {number} asks {handed['to']} (due {handed['deadline']})."
    asked: dict[tuple[int | None, int], int] = {}
    for number, entry in enumerate(found.entries):
        if entry and entry["kind"] == "answer" and entry["asked"]:
            before = asked.setdefault((found.parents[number], entry["asked"]["place"]), number)
            if before != number:
                yield f"Entries {before} and {number} answer the same question."
    if not found.closed:
        yield "The file was not closed by who asked: answers may have been taken off its end."


def _keys(found: chain.Checked, trust: Trust | None) -> Iterator[str]:
    for number, entry in enumerate(found.entries):
        if entry:
            said, _ = signing.vouched(entry, trust)
            who, key = entry["who"]["name"], chain.thumbprint(entry)
            yield f"Entry {number}, {entry['kind']} of {who}: {key}, {said}."


def lines(said: Said) -> list[str]:
    """For a terminal, the worst first."""
    told = [f"CHANGED: {each}" for each in said.changed]
    told += [f"Note: {each}" for each in said.notes] + list(said.keys)
    last = "Something was changed." if said.changed else f"{len(said.keys)} entries: nothing was changed."
    return [harmless(each) for each in [*told, last]]
