"""What may a voice model learn from, and what tests it?

The rows of ../shared/data/voices and the synthetic speech that `generate.py` makes. Real speech out of
packages (`packages.py`) is not learnt from: prompts joined to clips cost more than their variety gave
(docs/decisions/0010); it tests instead.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from channels import Samples
from corpora import Clip, clips, load, may_ship, prepared

CLASSICAL = frozenset({"espeak-ng", "flite", "festival", "open-jtalk"})
"""Engines that no fraudster uses: what tells them apart is not what tells clones apart."""
COPIED = re.compile(r"\S+/\S+\.flac")
"""In the source of a copy: the recording that it was made from."""


@dataclass(frozen=True)
class Example:
    """A clip.

    `group`: its system or corpus; `row`: its place in the manifest of the shared data, -1 for others;
    `ships`: whether a model that ships may learn from it; `copy_of`: the recording that a vocoder made it
    from.
    """

    name: str
    synthetic: bool
    group: str
    ships: bool = True
    file: Path | None = None
    clip: Clip | None = None
    row: int = -1
    copy_of: str = ""

    def samples(self) -> Samples:
        """In the common form."""
        if self.clip is not None:
            return prepared(load(self.clip))
        from engines.sound import read

        assert self.file is not None
        return prepared(read(self.file)[0])


def examples(generated: Path) -> tuple[Example, ...]:
    """All there is but the classical engines; the rows first, in the order of the manifest."""
    found = [
        Example(clip.path, clip.synthetic, clip.corpus, may_ship(clip), clip=clip, row=number)
        for number, clip in enumerate(clips())
    ]
    found += [_made(line, generated) for line in _lines(generated) if line["system"] not in CLASSICAL]
    return tuple(found)


def _made(line: dict[str, str], folder: Path) -> Example:
    source = COPIED.search(line["source"]) if line["kind"] == "copy" else None
    return Example(
        name=f"{folder.name}/{line['path']}",
        synthetic=line["label"] == "spoof",
        group=line["system"],
        file=folder / line["path"],
        copy_of=source[0] if source else "",
    )


def _lines(folder: Path) -> list[dict[str, str]]:
    listed = folder / "manifest.csv"
    if not listed.exists():
        raise FileNotFoundError(f"{listed} is missing: run generate.py first")
    with listed.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
