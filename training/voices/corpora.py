"""Which recordings may a shipped model learn from, and how are they brought to a common form?

`decision` says for every row of ../shared/data/voices/manifest.csv whether a model that ships may be trained
on it; the other rows are for measuring. `prepared` takes away what gives the label away without any voice in
it: the silence around the speech, loudness, length, offset and the upper edge of the band, where the
resampling of another rate leaves its trace (tests/voices/test_confounds.py)."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from channels import RATE, Samples

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 4.0
LOUDNESS_DB = -26.0
BAND_HZ = (50, 7_800)
QUIET_DB = 35.0
OPEN_CORPORA = {
    "LibriSpeech CC BY 4.0": "LibriSpeech, CC BY 4.0",
    "LibriTTS CC BY 4.0": "LibriTTS, CC BY 4.0",
    "MLS CC BY 4.0": "Multilingual LibriSpeech, CC BY 4.0",
    "VCTK CC BY 4.0": "VCTK, CC BY 4.0",
    "Common Voice CC0": "Common Voice, CC0",
    "LJSpeech public domain": "LJ Speech, public domain",
    "CMU ARCTIC free": "CMU ARCTIC, free for any use",
}
CLOSED_CORPORA = ("RAVDESS CC BY-NC-SA", "Expresso CC BY-NC")
OPEN_REPOSITORIES = {
    "Apache": "Apache-2.0",
    "The MIT License": "MIT",
    "MIT License": "MIT",
    "Permission is hereby granted, free o": "MIT",
    "CC0 1.0": "CC0",
}
CLOSED_REPOSITORIES = ("NonCommercial", "no licence file in repo")
OTHERS_SAMPLES = frozenset(
    {"CLaM-TTS", "FlashSpeech", "Mega-TTS2", "NaturalSpeech2", "NaturalSpeech3", "VALL-E", "Voicebox"}
)
"""Systems without public weights: a comparison page can only have taken their samples from another page."""
OTHERS_RECORDINGS = frozenset({"real:web", "real:news", "real:radio/web", "web-deepfake-trump"})
"""Taken from broadcasts, films and the web by the repository that publishes them."""


@dataclass(frozen=True)
class Clip:
    """One row of the manifest; `corpus` is the real corpus or the system that made the clip."""

    path: str
    synthetic: bool
    corpus: str
    kind: str
    speaker: str
    language: str
    repository: str
    rate: int
    file_format: str
    seconds: float
    licence: str


@dataclass(frozen=True)
class Decision:
    """May a shipped model learn from a clip, why, and what remains doubtful about it ('' where nothing)?"""

    ships: bool
    why: str
    doubt: str = ""


def data_folder() -> Path:
    """Where the shared data lies: $QUIVIVE_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("QUIVIVE_DATA", REPOSITORY.parent / "shared" / "data")) / "voices"


def clips() -> tuple[Clip, ...]:
    """All rows of the manifest, in its order."""
    with (data_folder() / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(_clip(row) for row in csv.DictReader(lines))


def load(clip: Clip) -> Samples:
    """The clip's samples as they lie in the data: mono float32 at 16 kHz."""
    import av

    with av.open(str(data_folder() / clip.path)) as file:
        (stream,) = file.streams.audio
        if stream.rate != RATE:
            raise ValueError(f"{clip.path} is at {stream.rate} Hz, not {RATE}")
        mono = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        parts = [part.to_ndarray()[0] for frame in file.decode(stream) for part in mono.resample(frame)]
    return np.concatenate(parts).astype(np.float32)


def may_ship(clip: Clip) -> bool:
    """May a model that ships be trained on this clip? See `decision` for the reasons."""
    return decision(clip).ships


def decision(clip: Clip) -> Decision:
    """The licence decision for one clip.

    1. A recording of a corpus under NC terms: no. 2. A real recording of a corpus that is open: yes, whoever
    hosts the copy, because everyone who receives CC BY material has the licensor's own offer (CC BY 4.0,
    section 2(a)(5)(A)). 3. Else the licence of the repository counts: open yes; none, NC or ND no. Where
    the repository may not have had the right to license a clip, the decision says so in `doubt`.
    """
    closed = next((name for name in CLOSED_CORPORA if name in clip.licence), None)
    if closed:
        return Decision(False, f"the corpus is not open: {closed}")
    corpus = next((why for name, why in OPEN_CORPORA.items() if clip.licence.startswith(name)), None)
    if corpus and not clip.synthetic:
        return Decision(True, f"the recording is of an open corpus: {corpus}")
    if any(name in clip.licence for name in CLOSED_REPOSITORIES):
        return Decision(False, "the repository has no licence or one with NC or ND")
    open_one = next((why for name, why in OPEN_REPOSITORIES.items() if name in clip.licence), None)
    if open_one is None:
        return Decision(False, "the licence is not known")
    return Decision(True, f"the repository is open: {open_one}", _doubt(clip))


def prepared(samples: Samples) -> Samples:
    """What every detector of training and evaluation hears: SECONDS of speech, LOUDNESS_DB, within BAND_HZ.

    Silence before and after is cut (frames QUIET_DB under the loudest), the start is kept, what is too short
    is repeated, and the band is cut where an offset and a resampler's edge may lie. Returns
    float32[SECONDS * RATE].
    """
    speech = band_limited(spoken(samples))
    wanted = int(SECONDS * RATE)
    whole = np.resize(speech, wanted) if speech.size else np.zeros(wanted, np.float32)
    return levelled(whole)


def spoken(samples: Samples) -> Samples:
    """From the first to the last 20 ms frame within QUIET_DB of the loudest."""
    size = RATE // 50
    count = samples.size // size
    if not count:
        return samples
    power = np.mean(samples[: count * size].reshape(count, size).astype(np.float64) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-QUIET_DB / 10))
    return samples[loud[0] * size : (loud[-1] + 1) * size] if loud.size else samples


def band_limited(samples: Samples, band: tuple[float, float] = BAND_HZ) -> Samples:
    """Nothing left outside `band` (Hz); inside, the first 20 and the last 200 Hz rise and fall linearly."""
    if not samples.size:
        return samples
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(samples.size, 1 / RATE)
    spectrum *= np.clip((band[1] - hertz) / 200.0, 0.0, 1.0) * np.clip((hertz - band[0]) / 20.0, 0.0, 1.0)
    return np.fft.irfft(spectrum, samples.size).astype(np.float32)


def levelled(samples: Samples, loudness_db: float = LOUDNESS_DB) -> Samples:
    """At `loudness_db` of full scale in root mean square; silence stays silence."""
    power = float(np.mean(samples.astype(np.float64) ** 2)) if samples.size else 0.0
    gain = np.sqrt(10 ** (loudness_db / 10) / power) if power > 1e-12 else 1.0
    return (samples * gain).astype(np.float32)


def _doubt(clip: Clip) -> str:
    if clip.corpus in OTHERS_SAMPLES:
        return "a sample that the repository took from another page"
    if clip.corpus in OTHERS_RECORDINGS:
        return "a recording that the repository took from a broadcast, a film or the web"
    return ""


def _clip(row: dict[str, str]) -> Clip:
    return Clip(
        path=row["path"],
        synthetic=row["label"] == "spoof",
        corpus=row["system"],
        kind=row["kind"],
        speaker=row["speaker"],
        language=row["language"],
        repository=row["source_repo"],
        rate=int(row["orig_rate"]),
        file_format=row["orig_format"],
        seconds=float(row["seconds"]),
        licence=row["licence"],
    )


def main() -> None:
    """Print how many clips of each label may train a shipped model, by reason."""
    from collections import Counter

    for label in (False, True):
        counts = Counter(decision(clip) for clip in clips() if clip.synthetic == label)
        for found, count in counts.most_common():
            print("synthetic" if label else "real", found.ships, count, found.why, found.doubt)


if __name__ == "__main__":
    main()
