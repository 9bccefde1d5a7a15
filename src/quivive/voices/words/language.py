"""Is what the English recogniser heard English, or did it make words up for another language?

Told by the recogniser itself: for English it is sure of its words, for other languages it is not, or it
falls into a loop ('the first is the first is the …'). Four measures of that, weighed by a logistic line that
training/voices/language.py fits (model/language.json). With each language, and of English each corpus, left
out of the fit in turn, it refuses 99 % of 4 to 15 s of other languages and lets 97 % of English through, over
G.711 as well. Lists of single words are harder: with the threshold at 98 %, words were still made up for a
tenth of them, over lines and in noise alike. Measured by benchmarks/voices_words.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from quivive.voices.words.recogniser import Heard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

LEAST_SECONDS = 1.5
"""Seconds of speech below which the language is not told."""
LEAST_WORDS = 2
UNHEARD = "[…]"
_PIECE_SLACK = 2.0
"""Log odds by which a piece may be less sure than the whole: it is shorter, and stands among English."""


@dataclass(frozen=True)
class Judge:
    """log odds of English = (measures - mean) / deviation · weight + constant.

    From `threshold` on speech is written down.
    """

    mean: Values
    deviation: Values
    weight: Values
    constant: float
    threshold: float


def english(heard: Sequence[Heard]) -> float:
    """Log odds that the speech was English, all pieces together; minus infinity where nothing was heard."""
    if not any(each.sureness for each in heard):
        return float("-inf")
    judge = _judge()
    return float(((measures(heard) - judge.mean) / judge.deviation) @ judge.weight + judge.constant)


def is_english(heard: Sequence[Heard]) -> bool:
    """Whether the pieces together are English beyond the threshold."""
    words = sum(len(each.text.split()) for each in heard)
    return words >= LEAST_WORDS and english(heard) >= _judge().threshold


def judged(heard: Sequence[Heard]) -> str:
    """The text of English speech, pieces that are not as UNHEARD; '' where the whole is not English."""
    if not is_english(heard):
        return ""
    parts = [each.text if understood(each) else UNHEARD for each in heard if each.text]
    kept = [part for part, before in zip(parts, ["", *parts], strict=False)
            if part != UNHEARD or before != UNHEARD]  # fmt: skip
    return "" if kept == [UNHEARD] else "\n".join(kept)


def understood(piece: Heard) -> bool:
    """Whether a piece of speech that is English as a whole reads as English too."""
    return piece.ended and english([piece]) >= _judge().threshold - _PIECE_SLACK


def measures(heard: Sequence[Heard]) -> Values:
    """float64[4]: what `Judge` weighs.

    Mean and lowest tenth of the log probability of the tokens, their mean entropy (nats), and the share of
    three words in a row that were said before in the same piece.
    """
    import numpy as np

    sureness = np.concatenate([each.sureness for each in heard])
    doubt = np.concatenate([each.doubt for each in heard])
    long = np.array([each.seconds for each in heard])
    again = np.average([repeated(each.text) for each in heard], weights=long)
    return np.array([sureness.mean(), np.quantile(sureness, 0.1), doubt.mean(), again])


def repeated(text: str) -> float:
    """Share of the runs of three words that occur before in the text."""
    words = re.findall(r"[\w']+", text.lower())
    runs = list(zip(words, words[1:], words[2:], strict=False))
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


@lru_cache(maxsize=1)
def _judge() -> Judge:
    import numpy as np

    kept = json.loads((files("quivive.voices.words") / "model" / "language.json").read_text("utf-8"))
    mean, deviation, weight = (np.array(kept[name], float) for name in ("mean", "deviation", "weight"))
    return Judge(mean, deviation, weight, float(kept["constant"]), float(kept["threshold"]))
