"""What tells English from other languages in what the English recogniser makes of it?

    python training/voices/language.py PROMPTS [--write] [--keep FILE]

Fits src/quivive/voices/words/model/language.json: a logistic line over `language.measures`. PROMPTS is a
folder into which the Debian packages asterisk-core-sounds-{en,es,fr,it,ru}-g722 were unpacked (dpkg -x; CC
BY-SA 3.0 and CC BY 3.0: five people reading menus); `espeak-ng` says
language_texts.yaml; the rest are the rows of the shared manifest that may train a shipped model (corpora.py).
Each example is heard clean and over G.711. Seeded; some five minutes on one core. Without --write the figures
are printed and nothing is kept.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import corpora
import numpy as np
import yaml
from channels import RATE, apply
from numpy.typing import NDArray

from quivive.voices.sound import decode
from quivive.voices.words.language import Judge, measures
from quivive.voices.words.recogniser import recogniser

HERE = Path(__file__).parent
MODEL = HERE.parents[1] / "src/quivive/voices/words/model/language.json"
CONDITIONS = ("clean", "g711a")
RIDGE = 3.0
"""Of the squared weights, whose columns have deviation 1; the examples together weigh as many as they are."""
REFUSED = 0.99
"""Share of the speech in other languages, each left out of training, that the threshold refuses."""
FOLDS = 6
LONGEST = 15.0

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A clip: float32 samples at RATE, its language ('en', 'de' …), what it is from and how it was heard."""

    samples: NDArray[np.float32]
    language: str
    corpus: str
    condition: str = "clean"

    @property
    def english(self) -> bool:
        return self.language == "en"

    @property
    def group(self) -> str:
        """What is left out together: a corpus of English, or a whole other language."""
        return f"en {self.corpus}" if self.english else self.language


def examples(prompts: Path) -> Iterator[Example]:
    """All that may train a shipped model, clean, at most LONGEST."""
    for each in (*read_prompts(prompts), *said_by_espeak(), *manifest(shipping=True)):
        cut = each.samples[: round(LONGEST * RATE)]
        if len(cut) >= 1.5 * RATE:
            yield replace(each, samples=cut)


# --- where the speech comes from ---

_VOICES = {"en_US_f_Allison": "en", "es_MX_f_Allison": "es", "fr_CA_f_June": "fr", "it_IT_m_Carlo": "it",
           "ru_RU_f_IvrvoiceRU": "ru"}  # fmt: skip
_LEAST_OCTETS = 6_000
"""Of a file of G.722: three quarters of a second."""
_NO_SPEECH = re.compile("tone|beep|silence|music|seconds")


def read_prompts(folder: Path, most: int = 40) -> Iterator[Example]:
    """Menus as five people read them, joined to 5 s or more with a fifth of a second between."""
    order = random.Random(1)
    for voice, language in _VOICES.items():
        paths = sorted(path for path in folder.rglob(f"{voice}/*.g722") if _is_speech(path))
        order.shuffle(paths)
        found = 0
        parts: list[NDArray[np.float32]] = []
        for path in paths:
            parts += [read_g722(path), np.zeros(RATE // 5, np.float32)]
            if sum(map(len, parts)) >= 5 * RATE and found < most:
                yield Example(np.concatenate(parts), language, "menus")
                parts, found = [], found + 1


def _is_speech(path: Path) -> bool:
    return path.stat().st_size > _LEAST_OCTETS and not _NO_SPEECH.search(path.name)


def read_g722(path: Path) -> NDArray[np.float32]:
    """Samples at RATE of a file of bare G.722."""
    import av

    with av.open(str(path), format="g722") as file:
        frames = [frame.to_ndarray().ravel() for frame in file.decode(audio=0)]
    return (np.concatenate(frames) / 32768).astype(np.float32)


def said_by_espeak() -> Iterator[Example]:
    """language_texts.yaml, each sentence by two voices (English: three)."""
    texts = yaml.safe_load((HERE / "language_texts.yaml").read_text(encoding="utf-8"))
    for language, sentences in texts.items():
        name, variants = ("en-us", ("", "+f2", "+m4")) if language == "en" else (language, ("", "+f3"))
        for sentence in sentences:
            for variant in variants:
                command = ["espeak-ng", "-v", name + variant, "-s", "150", "--stdout", sentence]
                sound = subprocess.run(command, capture_output=True, check=True).stdout
                yield Example(decode(sound)[0].samples, language, "espeak-ng")


def manifest(shipping: bool) -> Iterator[Example]:
    """The shared rows that may (or, where not `shipping`, may not) train a shipped model."""
    with (corpora.data_folder() / "manifest.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["path"]: row["source_path"] for row in csv.DictReader(file)}
    for clip in corpora.clips():
        language = spoken_language(clip, sources[clip.path])
        if language and corpora.may_ship(clip) == shipping:
            yield Example(corpora.load(clip), language, clip.corpus)


def spoken_language(clip: corpora.Clip, source: str) -> str:
    """The manifest gives the language of the page; of some files the name says another. '': not known."""
    if clip.corpus == "real:FireRed-prompts":
        # VCTK's and LibriTTS's names: English prompts of a Chinese page.
        return "en" if re.search(r"/(p\d{3}#|\d{3,4}_\d{3,6}_\d{6}_)", source) else "zh"
    if clip.corpus == "real:JP-studio":
        english = "/en/" in source or "LJSpeech" in source
        return "en" if english else "ja"
    if "bigvgan" in clip.repository and not re.search("ltclean|ltother", source):
        return ""
    if "pyAudioAnalysis" in clip.repository or clip.language == "mul":
        return ""
    return clip.language


# --- what the recogniser makes of it ---


def heard(each: Example, condition: str) -> Values:
    """The measures of an example over a channel."""
    rng = np.random.default_rng(1)
    return measures([recogniser().hear(apply(each.samples, condition, rng))])


# --- the line ---


def fitted(rows: Values, marks: Sequence[Example]) -> Judge:
    """Weighted ridge logistic regression, by Newton's method."""
    mean, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    table = np.column_stack([(rows - mean) / deviation, np.ones(len(rows))])
    target = np.array([each.english for each in marks], float)
    weight, line = balance(marks), np.zeros(table.shape[1])
    punished = np.append(np.full(rows.shape[1], RIDGE), 1e-6)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(table @ line, -30, 30)))
        slope = table.T @ (weight * (chance - target)) + punished * line
        bend = (table.T * (weight * chance * (1 - chance))) @ table + np.diag(punished)
        step = np.linalg.solve(bend, slope)
        line -= step
        if np.abs(step).max() < 1e-6:
            break
    return Judge(mean, deviation, line[:-1], float(line[-1]), 0.0)


def balance(marks: Sequence[Example]) -> Values:
    """English and the rest weigh the same; within either a group counts by the root of its examples."""
    sizes = Counter(each.group for each in marks)
    weight = np.array([sizes[each.group] ** -0.5 for each in marks])
    for side in (True, False):
        own = np.array([each.english is side for each in marks])
        weight[own] *= len(marks) / 2 / weight[own].sum()
    return weight


def log_odds(judge: Judge, rows: Values) -> Values:
    """Of each row that it is English."""
    odds: Values = ((rows - judge.mean) / judge.deviation) @ judge.weight + judge.constant
    return odds


def left_out(rows: Values, marks: Sequence[Example]) -> Values:
    """Log odds of each example by a line that saw neither its language nor, of English, its corpus."""
    groups = np.array([each.group for each in marks])
    fold: dict[str, int] = {}
    for side in (True, False):
        names = sorted({each.group for each in marks if each.english is side})
        random.Random(1).shuffle(names)
        fold |= {name: number % FOLDS for number, name in enumerate(names)}
    number = np.array([fold[group] for group in groups])
    odds = np.zeros(len(rows))
    for each in range(FOLDS):
        seen = number != each
        judge = fitted(rows[seen], [mark for mark, kept in zip(marks, seen, strict=True) if kept])
        odds[~seen] = log_odds(judge, rows[~seen])
    return odds


def threshold(odds: Values, marks: Sequence[Example]) -> float:
    """What refuses REFUSED of the other languages over the channel where they pass most easily."""
    return max(
        float(np.quantile([odd for odd, each in zip(odds, marks, strict=True)
                           if not each.english and each.condition == condition], REFUSED))
        for condition in CONDITIONS
    )  # fmt: skip


def table(odds: Values, marks: Sequence[Example], least: float) -> Iterator[str]:
    """Share let through, by channel, language and corpus."""
    keys = sorted({(each.condition, each.english, each.corpus if each.english else each.language)
                   for each in marks})  # fmt: skip
    for condition, english, name in keys:
        own = [odd >= least for odd, each in zip(odds, marks, strict=True)
               if (each.condition, each.english) == (condition, english)
               and name == (each.corpus if each.english else each.language)]  # fmt: skip
        side = "English" if english else "other"
        yield f"{condition:6} {side:8} {name:24} {np.mean(own):5.2f} of {len(own)}"


def write(judge: Judge, path: Path = MODEL) -> None:
    """The line as the numbers it is."""
    path.parent.mkdir(exist_ok=True)
    names = ("mean", "deviation", "weight", "constant", "threshold")
    kept = {name: np.round(getattr(judge, name), 5).tolist() for name in names}
    path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path, help="measures are kept here and taken from here the next time")
    given = parser.parse_args()
    clips = list(examples(given.prompts))
    marks = [replace(each, condition=name) for name in CONDITIONS for each in clips]
    if given.keep and given.keep.exists():
        rows = np.load(given.keep)
    else:
        rows = np.array([heard(each, each.condition) for each in marks])
        if given.keep:
            np.save(given.keep, rows)
    odds = left_out(rows, marks)
    least = threshold(odds, marks)
    for line in table(odds, marks, least):
        print(line)
    for english in (True, False):
        own = np.array([each.english is english for each in marks])
        print("English let through" if english else "others let through", np.mean(odds[own] >= least))
    if given.write:
        write(replace(fitted(rows, marks), threshold=least))


if __name__ == "__main__":
    main()
