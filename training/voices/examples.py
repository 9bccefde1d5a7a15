"""What does a voice model learn from, and over which channels does it hear it?

Three kinds of clips: rows of ../shared/data/voices that may train (`corpora.decision`), real speech out of
packages (`packages.py`) and synthetic speech (`generate.py`). Each is brought to the common form
(`corpora.prepared`) and sent through every channel once; that takes a while and is kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from channels import Samples, apply
from corpora import Clip, clips, load, may_ship, prepared

CHANNELS = ("clean", "g711a", "g711u", "gsm", "amr", "opus-voip", "mp3-64")
TELEPHONE = ("g711a", "g711u", "gsm", "amr")
WIDE_HZ = 16_000
CLASSICAL = frozenset({"espeak-ng", "flite", "festival", "open-jtalk"})
"""Engines that no fraudster uses: what tells them apart is not what tells clones apart."""
COPIED = re.compile(r"\S+/\S+\.flac")
"""In the source of a copy: the recording that it was made from."""


@dataclass(frozen=True)
class Example:
    """A clip to learn from.

    `group`: its system or corpus; `home`: clips that differ in little but who made them share it;
    `row`: its place in the manifest of the shared data, -1 for others; `narrow`: recorded over a telephone
    band, so heard only over telephone channels, or the band would give the label away.
    """

    name: str
    synthetic: bool
    group: str
    home: str
    narrow: bool
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


def examples(generated: Path, packages: Path, every_row: bool = False) -> tuple[Example, ...]:
    """All there is to learn from; `every_row`: those too that no shipped model may learn from.

    Classical engines and copies of the packages' recordings are left out: with those copies one fold went
    from 26.8 to 32.9 % equal error clean and from 30.0 to 38.0 % over G.711 (docs/decisions/0010).
    """
    rows = clips()
    copied = {clip.path: (clip.repository, False) for clip in rows}
    found = [
        Example(clip.path, clip.synthetic, clip.corpus, clip.repository, False, clip=clip, row=number)
        for number, clip in enumerate(rows)
        if every_row or may_ship(clip)
    ]
    found += [_made(line, packages, line["system"], _narrow(line)) for line in _lines(packages)]
    own = {clip.path for clip in rows}
    for line in _lines(generated):
        source = COPIED.search(line["source"]) if line["kind"] == "copy" else None
        if line["system"] in CLASSICAL or (source and source[0] not in own):
            continue
        home, narrow = copied[source[0]] if source else ("generated", _narrow(line))
        found.append(_made(line, generated, home, narrow, source[0] if source else ""))
    return tuple(found)


def heard(every: Sequence[Example], kept: Path) -> dict[str, np.ndarray]:
    """int16[examples, samples] of every channel; `kept`: the folder where they stay for the next time."""
    kept.mkdir(parents=True, exist_ok=True)
    names = np.array([each.name for each in every])
    listed = kept / "names.npy"
    old = {name: at for at, name in enumerate(np.load(listed).tolist())} if listed.exists() else {}
    if list(old) == names.tolist():
        return {channel: np.load(kept / f"{channel}.npy", mmap_mode="r") for channel in CHANNELS}
    before = {channel: np.load(kept / f"{channel}.npy", mmap_mode="r") for channel in CHANNELS} if old else {}
    whole: dict[str, list[np.ndarray]] = {channel: [] for channel in CHANNELS}
    for number, each in enumerate(every):
        sound = None if each.name in old else each.samples()
        for channel in CHANNELS:
            whole[channel].append(
                before[channel][old[each.name]] if sound is None
                else _wire(apply(sound, channel, np.random.default_rng(number)))
            )  # fmt: skip
    stacked = {channel: np.stack(parts) for channel, parts in whole.items()}
    for channel, sounds in stacked.items():
        np.save(kept / f"{channel}.npy", sounds)
    np.save(listed, names)
    return stacked


def _wire(sound: Samples) -> np.ndarray:
    return np.clip(np.round(sound * 32768), -32768, 32767).astype(np.int16)


def _lines(folder: Path) -> list[dict[str, str]]:
    listed = folder / "manifest.csv"
    if not listed.exists():
        raise FileNotFoundError(f"{listed} is missing: run generate.py and packages.py first")
    with listed.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _narrow(line: dict[str, str]) -> bool:
    return int(line["orig_rate"]) < WIDE_HZ


def _made(line: dict[str, str], folder: Path, home: str, narrow: bool, copy_of: str = "") -> Example:
    return Example(
        name=f"{folder.name}/{line['path']}",
        synthetic=line["label"] == "spoof",
        group=line["system"],
        home=home,
        narrow=narrow,
        file=folder / line["path"],
        copy_of=copy_of,
    )
