"""How are texts from the file shown so that they do no harm: short, on one line, without live links?"""

from __future__ import annotations

import re
import unicodedata

from quivive import observables
from quivive.media.marks.carried import Mark

PROMPT = 160
"""Characters of a prompt, and of a shorter field, that are shown."""
FIELD = 80
_LIVE = re.compile(r"(?i)http(s?)://")
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def shown(text: str, most: int = FIELD) -> str:
    """One line of at most `most` characters; links spelt so that no program makes them live."""
    line = " ".join(_plain(text[: most * 8]).split())
    short = line[:most] + ("…" if len(line) > most or len(text) > most * 8 else "")
    spans = sorted((o.where.start or 0, o.where.end or 0, o.type) for o in observables.find(short) if o.where)
    for start, end, kind in reversed(spans):
        if kind in ("url", "domain-name", "email-addr") and "[.]" not in short[start:end]:
            short = short[:start] + observables.defang(kind, short[start:end]) + short[end:]
    return _LIVE.sub(r"hxxp\1://", short)


def _plain(text: str) -> str:
    """Characters that move a cursor, turn the direction of reading or are not there become spaces."""
    return "".join(" " if unicodedata.category(char) in _UNSAFE else char for char in text)


def settings(mark: Mark) -> str:
    """What the text says, under the names that generators use in every language; '–' for nothing."""
    told = mark.settings
    parts = {
        "Prompt": f"“{shown(told.prompt, PROMPT)}”" if told.prompt.strip() else "",
        "Model": shown(told.model),
        "Seed": shown(told.seed),
        "Sampler": shown(told.sampler),
        "Size": ", ".join(f"{width}×{height}" for width, height in told.sizes[:3]),
        "Nodes": ", ".join(shown(node, 40) for node in told.nodes),
        "Version": shown(told.program, 40),
    }
    said = "; ".join(f"{name}: {value}" for name, value in parts.items() if value)
    return said or (f"“{shown(told.excerpt)}”" if told.excerpt.strip() else "–")


def places(mark: Mark) -> str:
    """Where the mark stands: 'PNG parameters, EXIF UserComment'."""
    return ", ".join(shown(place, 60) for place in mark.places[:4])
