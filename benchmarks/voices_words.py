"""How often are words written down that nobody said, and how well those that somebody did?

    python benchmarks/voices_words.py PROMPTS WORDS [--made FOLDER] [--every N] [--write]

Needs the extra `words` and espeak-ng. Everything goes through the detector `voices.words` as a WAV file, over
each channel of CHANNELS (training/voices/channels.py).

Language: speech that training/voices/language.py did not learn from. Rows of the shared manifest that may
not train a shipped model; WORDS, the sounds of the Debian package ktuberling-data unpacked (single words in
24 languages, joined to 6 s; a person each); FOLDER, clips of an engine with a manifest.csv (path,
language) of its own. Figure: share of the clips of which words were written down, wanted near 1 for
English and near 0 for the rest.

Words: PROMPTS, the package asterisk-core-sounds-en-g722 with its texts (asterisk-core-sounds-en), and
language_texts.yaml as espeak-ng says it. Figure: word error rate (edit distance over words said) of what was
written down, and the share of clips that were. Figures up to 30 count as their words.

Speed: seconds of one core a second of sound, all steps.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quivive import __version__
from quivive.calls.captures.audio import wav
from quivive.errors import CouldNotLook
from quivive.intake import take
from quivive.model import Context, Item
from quivive.voices.sound import RATE, decode
from quivive.voices.words.words_detector import Words

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "training/voices"))
import language  # noqa: E402
from channels import apply, with_noise  # noqa: E402

Samples = NDArray[np.float32]
CHANNELS = ("clean", "g711a", "gsm", "opus-voip", "g711a in noise")
NOISE_DB = 15.0
"""How far the noise of the last channel lies below the speech."""


@dataclass(frozen=True)
class Clip:
    """Speech, what is said in it where that is known, and where it is from."""

    samples: Samples
    language: str
    corpus: str
    said: str = ""


@dataclass(frozen=True)
class Outcome:
    """`written`: what the detector wrote down, '' where it refused; `seconds` of one core it took."""

    clip: Clip
    channel: str
    written: str
    seconds: float


# --- clips ---


def unlearnt(words: Path, made: Path | None) -> Iterator[Clip]:
    """Speech of corpora that the judge of language did not learn from."""
    for each in language.manifest(shipping=False):
        yield Clip(each.samples, each.language, "shared manifest")
    yield from _single_words(words)
    if made:
        yield from _made(made)


def _single_words(folder: Path) -> Iterator[Clip]:
    for place in sorted(folder.rglob("ktuberling/sounds/*/")):
        parts: list[Samples] = []
        for path in sorted(path for path in place.iterdir() if path.suffix in (".ogg", ".wav", ".opus")):
            parts += [_decoded(path), np.zeros(RATE // 5, np.float32)]
            if sum(map(len, parts)) >= 6 * RATE:
                yield Clip(np.concatenate(parts), place.name.partition("@")[0], "single words")
                parts = []


def _made(folder: Path) -> Iterator[Clip]:
    import csv

    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("kind") == "tts"]
    for row in rows:
        if (path := folder / row["path"]).is_file():
            yield Clip(_decoded(path), row["language"], f"made by {row['system']}")


def transcribed(prompts: Path) -> Iterator[Clip]:
    """English whose words are known."""
    (page,) = prompts.rglob("core-sounds-en.txt.gz")
    for line in gzip.decompress(page.read_bytes()).decode().splitlines():
        name, _, said = line.partition(": ")
        paths = list(prompts.rglob(f"en_US_f_Allison/{name}.g722"))
        if paths and not re.search(r"[\[(;]", said) and len(said.split()) >= 4:
            yield Clip(language.read_g722(paths[0]), "en", "menus read by one person", said)
    for each, said in zip(_english_by_espeak(), _english_texts(), strict=True):
        yield Clip(each.samples, "en", "espeak-ng", said)


def _english_by_espeak() -> list[language.Example]:
    return [each for each in language.said_by_espeak() if each.english]


def _english_texts() -> list[str]:
    import yaml

    texts = yaml.safe_load((HERE.parent / "training/voices/language_texts.yaml").read_text(encoding="utf-8"))
    return [said for said in texts["en"] for _ in range(3)]


def _decoded(path: Path) -> Samples:
    return decode(path.read_bytes())[0].samples


# --- measuring ---


def measured(clips: Sequence[Clip], channels: Sequence[str]) -> Iterator[Outcome]:
    """Each clip over each channel, through the detector."""
    for number, clip in enumerate(clips):
        for channel in channels:
            rng = np.random.default_rng(number)
            codec = channel.partition(" ")[0]
            noisy = with_noise(clip.samples, NOISE_DB, rng) if " " in channel else clip.samples
            heard = apply(noisy, codec, rng)
            before = time.process_time()
            yield Outcome(clip, channel, written(heard), time.process_time() - before)


def written(samples: Samples) -> str:
    """What voices.words writes down of a recording."""
    data = wav((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), RATE)
    context = Context(datetime.now(UTC))
    try:
        found = [each for each in Words().examine(take(data, "clip.wav"), context) if isinstance(each, Item)]
    except CouldNotLook:
        return ""
    return "\n".join(each.text or "" for each in found)


_FIGURES = re.findall(
    "[a-z]+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
)
_NUMBERS = {str(number): word for number, word in enumerate(_FIGURES)} | {"30": "thirty"}


def plain(text: str) -> list[str]:
    """Words in small letters without signs."""
    found = re.findall(r"[a-z']+|\d+", text.lower().replace("’", "'").replace("[…]", " "))
    return [_NUMBERS.get(word, word).strip("'") for word in found]


def errors(read: str, said: str) -> int:
    """Words to change, add or take away (Levenshtein)."""
    a, b = plain(read), plain(said)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


# --- figures ---


def languages(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Clips and share written down, by corpus, language and channel."""
    rows: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for each in outcomes:
        rows[each.clip.corpus, each.clip.language, each.channel].append(bool(each.written))
    return [
        {"corpus": corpus, "language": name, "channel": channel, "clips": len(own),
         "written": round(float(np.mean(own)), 3)}
        for (corpus, name, channel), own in sorted(rows.items())
    ]  # fmt: skip


def totals(outcomes: Sequence[Outcome], channels: Sequence[str]) -> list[dict[str, object]]:
    """Clips and share written down, with a 95 % interval over clips, English and others."""
    rng, rows = np.random.default_rng(1), []
    for channel in channels:
        for english in (True, False):
            own = np.array([bool(each.written) for each in outcomes if each.channel == channel
                            and (each.clip.language == "en") is english])  # fmt: skip
            drawn = [rng.choice(own, len(own)).mean() for _ in range(1000)]
            low, high = np.quantile(drawn, (0.025, 0.975))
            rows.append({"channel": channel, "speech": "English" if english else "other languages",
                         "clips": len(own), "written": round(float(own.mean()), 3),
                         "low": round(float(low), 3), "high": round(float(high), 3)})  # fmt: skip
    return rows


def word_errors(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Word error rate of what was written down, by corpus and channel."""
    rows: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for each in outcomes:
        rows[each.clip.corpus, each.channel].append(each)
    return [
        {"corpus": corpus, "channel": channel, "clips": len(own),
         "written": round(float(np.mean([bool(each.written) for each in own])), 3),
         "word_error_rate": _rate([each for each in own if each.written])}
        for (corpus, channel), own in sorted(rows.items())
    ]  # fmt: skip


def _rate(outcomes: Sequence[Outcome]) -> float | None:
    said = sum(len(plain(each.clip.said)) for each in outcomes)
    wrong = sum(errors(each.written, each.clip.said) for each in outcomes)
    return round(wrong / said, 3) if said else None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prompts", type=Path)
    parser.add_argument("words", type=Path)
    parser.add_argument("--made", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every Nth clip")
    parser.add_argument("--channels", nargs="+", default=list(CHANNELS), choices=CHANNELS)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    foreign = list(measured(list(unlearnt(given.words, given.made))[:: given.every], given.channels))
    known = list(measured(list(transcribed(given.prompts))[:: given.every], given.channels))
    whole = [*foreign, *known]
    result = {
        "date": datetime.now(UTC).date().isoformat(), "version": __version__, "every": given.every,
        "model": [source.__dict__ for source in Words().sources()],
        "totals": totals(foreign, given.channels), "languages": languages(foreign),
        "words": word_errors(known),
        "real_time_factor": round(sum(each.seconds for each in whole)
                                  / sum(len(each.clip.samples) / RATE for each in whole), 4),
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if given.write:
        (HERE / "results/voices_words.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
