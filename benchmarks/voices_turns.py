"""How often are two people on one channel told apart, whose speech is whose then, and is one person ever two?

    python benchmarks/voices_turns.py [--more MANIFEST] [--recordings 150] [--choose]

Recordings are put together from clips of real people of ../shared/data/voices (or $QUIVIVE_DATA) who taught
the model of voices nothing: turns of 2 to 6 s, 10 to 24 s in all, each person's loudness within 4 dB, clean
and over G.711. `one`: one person's clips; `one role`: a role of a game, acted; `two, one corpus`: two people
recorded alike, so that no microphone tells them apart; `two, two corpora`; `spliced`: 4 to 6 s of another put
into one's speech.
`--more`: a manifest of further real speech that trained nothing (columns path, speaker, system). People are
parted in two halves: the likeness from which on two sides are one voice was chosen on one (`--choose` says by
what), the figures are of the other. Writes benchmarks/results/voices_turns.json."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as np  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "training" / "voices"), str(HERE.parent / "src")]

import channels  # noqa: E402
from channels import RATE, Samples  # noqa: E402
from corpora import clips, levelled, load, may_ship, spoken  # noqa: E402
from folds import speaker  # noqa: E402
from speaker_examples import tested  # noqa: E402

from quivive import __version__  # noqa: E402
from quivive.voices import turns  # noqa: E402
from quivive.voices.speech import Segment, net_seconds, only_speech, segments  # noqa: E402

KINDS = ("one", "one role", "two, one corpus", "two, two corpora", "spliced")
ROLES = frozenset(
    {"real:0ad", "real:fillets-cs-others", "real:hedgewars", "real:megaglest", "real:warzone2100"}
)
"""Corpora of games whose speakers are roles: acted, with effects, and some perhaps by several people."""
LINES = ("clean", "g711a")
LONGEST = 24.0
MOST_CLIPS = 8
FALSE_SPLITS = 0.02
"""Share of one person's recordings that the chosen likeness may part."""
SEED = 4
RESULTS = HERE / "results" / "voices_turns.json"


@dataclass(frozen=True)
class Person:
    """Clips of one person in one corpus."""

    name: str
    corpus: str
    clips: tuple[Samples, ...]

    @property
    def role(self) -> bool:
        """Whether the name is a role's."""
        return self.corpus in ROLES

    @property
    def reports(self) -> bool:
        """Whether figures are reported on this person; the others choose the threshold."""
        return bool(zlib.crc32(self.name.encode()) % 2)


@dataclass(frozen=True)
class Recording:
    """Samples and who speaks in each: 0, 1, or -1 nobody."""

    samples: Samples
    who: np.ndarray


@dataclass(frozen=True)
class Tried:
    """What became of one recording: how alike its sides are, whether it was parted, the share then right."""

    kind: str
    line: str
    likeness: float
    parted: bool
    rightly: float


def people(more: Path | None) -> tuple[Person, ...]:
    """Everyone with two clips or more who taught the model of voices nothing."""
    every = clips()
    kept = {speaker(clip) for clip in tested(every)}
    trained = {speaker(clip) for clip in every if may_ship(clip) and clip.speaker} - kept
    found: dict[str, Person] = {}
    for clip in every:
        if not clip.synthetic and clip.speaker and speaker(clip) not in trained:
            _add(found, speaker(clip), clip.corpus.split("/")[0], load(clip))
    for path, name, corpus in _listed(more) if more else ():
        _add(found, name, corpus, _read(path))
    return tuple(each for each in found.values() if len(each.clips) >= 2)


def _listed(manifest: Path) -> Iterator[tuple[Path, str, str]]:
    """Path, speaker and corpus of every real row; one corpus for those of a family ('asterisk-fr')."""
    with manifest.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            corpus = row["system"]
            if row["label"] == "real":
                family = corpus if corpus in ROLES else corpus.split("-")[0]
                yield manifest.parent / row["path"], row["speaker"], family


def _read(path: Path) -> Samples:
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32")
    return channels.resample(samples, rate, RATE)


def _add(found: dict[str, Person], name: str, corpus: str, samples: Samples) -> None:
    """One more clip of two seconds or more, levelled, unless it is a copy or there are enough."""
    clip, known = levelled(spoken(samples)), found.get(name, Person(name, corpus, ()))
    wanted = len(clip) >= 2 * RATE and len(known.clips) < MOST_CLIPS
    if wanted and not any(_copy(clip, each) for each in known.clips):
        found[name] = Person(name, known.corpus, (*known.clips, clip))


def _copy(one: Samples, other: Samples) -> bool:
    """Whether two clips are one recording; heard at 2 kHz, which is enough to tell."""
    a, b = (each[: len(each) // 8 * 8].reshape(-1, 8).mean(axis=1) for each in (one, other))
    size = 1 << int(np.ceil(np.log2(a.size + b.size)))
    both = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.abs(both).max()) > 0.7 * float(np.linalg.norm(a) * np.linalg.norm(b))


def recording(kind: str, speaks: Sequence[Person], rng: np.random.Generator) -> Recording:
    """Turns of 2 to 6 s until it is 10 to 24 s; of one spliced in a single turn, the second."""
    wanted = rng.uniform(10, LONGEST) * RATE
    if len(speaks) == 1:  # no clip twice: a repeated one is more alike than speech is
        wanted = min(wanted, max(sum(map(len, speaks[0].clips)), 8 * RATE))
    places = [int(rng.integers(len(each.clips))) for each in speaks]
    loudness = [10 ** (rng.uniform(-4, 4) / 20) for _ in speaks]
    parts: list[Samples] = []
    who: list[np.ndarray] = []
    number = 0
    while sum(map(len, parts)) < wanted:
        now = number % len(speaks) if kind != "spliced" else int(number == 1)
        seconds = rng.uniform(4, 6) if kind == "spliced" and now else rng.uniform(2, 6)
        said, places[now] = _turn(speaks[now].clips, places[now], seconds)
        parts.append(loudness[now] * said)
        who.append(np.full(len(said), now))
        if rng.random() < 0.7:
            pause = rng.normal(scale=1e-4, size=round(rng.uniform(0.1, 0.6) * RATE)).astype(np.float32)
            parts.append(pause)
            who.append(np.full(len(pause), -1))
        number += 1
    return Recording(np.concatenate(parts).astype(np.float32), np.concatenate(who))


def _turn(said: Sequence[Samples], place: int, seconds: float) -> tuple[Samples, int]:
    """So many seconds from clips that follow one another, faded in and out; which clip is next."""
    parts: list[Samples] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(said[place % len(said)])
        place += 1
    turn = np.concatenate(parts)[: round(seconds * RATE)].copy()
    fade = np.linspace(0, 1, RATE // 50, dtype=np.float32)
    turn[: fade.size] *= fade
    turn[-fade.size :] *= fade[::-1]
    return turn, place


def drawn(everyone: Sequence[Person], kind: str, number: int, rng: np.random.Generator) -> Sequence[Person]:
    """Who speaks in a recording: everyone in turn, with one drawn of those who fit."""
    among = [each for each in everyone if each.role == (kind == "one role")]
    first = among[number % len(among)] if among else None
    if first is None or kind.startswith("one"):
        return (first,) if first else ()
    alike = kind == "two, one corpus" or (kind == "spliced" and number % 2 == 0)
    fit = [each for each in among if each != first and (each.corpus == first.corpus) == alike]
    return (first, fit[int(rng.integers(len(fit)))]) if fit else ()


def tried(kind: str, line: str, made: Recording) -> Tried:
    """The recording over the line, as the detector parts it."""
    samples = channels.apply(made.samples, line, np.random.default_rng(SEED))
    heard = segments(samples)
    enough = net_seconds(heard) >= turns.LEAST_TO_PART
    found = turns.parted(turns.hearings(only_speech(samples, heard))) if enough else None
    both = turns.told_apart(found, heard)
    rightly = _rightly(made.who, both) if len(both) == 2 else 0.0
    return Tried(kind, line, found.likeness if found else 1.0, len(both) == 2, rightly)


def _rightly(who: np.ndarray, both: Sequence[Sequence[Segment]]) -> float:
    """Of all speech that was given to either voice the share that is its, whichever is called first."""
    counts = np.zeros((2, 2))
    for number, said in enumerate(both):
        for each in said:
            heard = who[round(each.start * RATE) : round(each.end * RATE)]
            counts[number] += [(heard == 0).sum(), (heard == 1).sum()]
    straight = float(np.trace(counts))
    return max(straight, float(counts.sum()) - straight) / max(float(counts.sum()), 1.0)


def trials(among: Sequence[Person], kinds: Sequence[str], recordings: int) -> Iterator[Tried]:
    """Every kind over every line, the same recordings over each."""
    for kind in kinds:
        rng = np.random.default_rng(SEED)
        for number in range(2 * recordings if kind == "one" else recordings):
            speaks = drawn(among, kind, number, rng)
            if speaks:
                made = recording(kind, speaks, rng)
                yield from (tried(kind, line, made) for line in LINES)


def summary(found: Sequence[Tried]) -> list[dict[str, Any]]:
    """By kind and line: recordings, how many were parted, and the share of speech then told rightly."""
    rows = []
    for (kind, line), count in Counter((each.kind, each.line) for each in found).items():
        parted = [each for each in found if (each.kind, each.line) == (kind, line) and each.parted]
        right = (
            float(np.mean([each.rightly for each in parted]))
            if parted and not kind.startswith("one")
            else None
        )
        rows.append({"kind": kind, "line": line, "recordings": count, "parted": len(parted),
                     "share": round(len(parted) / count, 4), "interval": _interval(len(parted), count),
                     "told_rightly": None if right is None else round(right, 4)})  # fmt: skip
    return rows


def _interval(hits: int, of: int, z: float = 1.96) -> list[float]:
    """95 %, Wilson 1927."""
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * ((share * (1 - share) + spread / 4) / of) ** 0.5
    return [round(max(middle - half, 0.0), 4), round(min(middle + half, 1.0), 4)]


def main() -> None:
    """Measure on the half of the people that reports; with --choose say what the other half would choose."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--more", type=Path, help="a manifest of further real speech")
    parser.add_argument("--recordings", type=int, default=150, help="of each kind, twice as many of one")
    parser.add_argument("--choose", action="store_true", help="print the likeness chosen on the other half")
    asked = parser.parse_args()
    everyone = people(asked.more)
    among = [each for each in everyone if each.reports != asked.choose]
    found = list(trials(among, KINDS[:1] if asked.choose else KINDS, asked.recordings))
    rows = summary(found)
    print(json.dumps(rows, indent=1))
    if asked.choose:
        print("likeness", float(np.quantile([each.likeness for each in found], FALSE_SPLITS)))
        return
    RESULTS.write_text(json.dumps({
        "date": datetime.now(UTC).date().isoformat(), "version": __version__,
        "people": sum(not each.role for each in among), "corpora": len({each.corpus for each in among}),
        "more": bool(asked.more), "most_alike": turns.MOST_ALIKE, "rows": rows,
    }, indent=1) + "\n", "utf-8")  # fmt: skip


if __name__ == "__main__":
    main()
