"""Are our own training texts sound: schema, slots, near-duplicates, no artefact that gives the label away?

Run `python check.py [LANG ...]` here or from anywhere; without a language it checks every `<lang>_*.jsonl`.
It prints a report, and exits 1 if a file breaks the schema, repeats an id or text, or uses an undefined slot.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
FIELDS = {"id", "text", "label", "lang", "channel", "kind"}
CHANNELS = ("sms", "email", "chat", "call")
SLOT = re.compile(r"\{(\w+)\}")
BRACE = re.compile(r"[{}]")
LINK = re.compile(r"\{url_\w+\}|https?://|www\.", re.I)
MONEY = re.compile(r"\{(amt_\w+|amount|fee|bigamount)\}|[£$€₹₦]|\bRs\b|\bKsh\b", re.I)
LONG_NUMBER = re.compile(r"(?:\d[ -]?){9,}")
PRESSING = re.compile(r"urgent|\bnow\b|today|immediate", re.I)
SECRET = re.compile(r"never|do not share|don.t share", re.I)
NEAR = 0.6  # Jaccard similarity of word triples from which two templates count as near-duplicates

Row = dict[str, Any]
Slots = Mapping[str, list[str]]


def render(text: str, slots: Slots, rng: random.Random) -> str:
    """The text with each slot filled; one slot has one value within a text. Raises KeyError if undefined."""
    chosen: dict[str, str] = {}
    return SLOT.sub(lambda m: chosen.setdefault(m[1], rng.choice(slots[m[1]])), text)


def load_slots(lang: str) -> Slots:
    """The fillers of one language; empty where the language has no slot file."""
    path = HERE / f"slots_{lang}.yaml"
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}


def load(lang: str) -> Iterator[tuple[str, Row]]:
    """(where, row) of every line of the language's files."""
    for path in sorted(HERE.glob(f"{lang}_*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield f"{path.name}:{number}", json.loads(line)


def schema_errors(where: str, row: Row, lang: str, slots: Slots) -> Iterator[str]:
    """What is wrong with one row by itself."""
    if set(row) != FIELDS:
        yield f"{where}: fields are {sorted(row)}"
        return
    if type(row["label"]) is not int or row["label"] not in (0, 1):
        yield f"{where}: label {row['label']!r}"
    if row["channel"] not in CHANNELS or row["lang"] != lang or not row["kind"] or not row["text"].strip():
        yield f"{where}: channel, language, kind or text"
    for slot in set(SLOT.findall(row["text"])) - set(slots):
        yield f"{where}: undefined slot {{{slot}}}"
    if BRACE.search(SLOT.sub("", row["text"])):
        yield f"{where}: a brace that is no slot"
    if row["channel"] == "sms" and LONG_NUMBER.search(SLOT.sub("", row["text"])):
        yield f"{where}: a long number written out; use a slot"


def repeated(rows: list[Row], field: str) -> Iterator[str]:
    """Values of a field that stand in more than one row."""
    for value, count in Counter(row[field] for row in rows).items():
        if count > 1:
            yield f"{field} {count} times: {value[:80]!r}"


def triples(text: str) -> frozenset[tuple[str, ...]]:
    """Word triples, slots counting as words."""
    words = re.findall(r"\{\w+\}|[^\W_]+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset([tuple(words)])


def near_duplicates(rows: list[Row]) -> list[tuple[float, Row, Row]]:
    """Pairs of templates whose word triples overlap by NEAR or more, the nearest first."""
    sets = [triples(row["text"]) for row in rows]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    pairs = []
    for index, mine in enumerate(sets):
        for other in {o for t in mine for o in holders[t]}:
            similarity = len(mine & sets[other]) / len(mine | sets[other])
            if similarity >= NEAR:
                pairs.append((similarity, rows[other], rows[index]))
        for t in mine:
            holders[t].append(index)
    return sorted(pairs, key=lambda pair: -pair[0])


def share(rows: list[Row], holds: Callable[[str], object]) -> str:
    return f"{sum(bool(holds(r['text'])) for r in rows) / len(rows):.0%}" if rows else "-"


def decile(rows: list[Row], tenth: int) -> str:
    lengths = sorted(len(r["text"]) for r in rows)
    return str(lengths[min(len(lengths) - 1, len(lengths) * tenth // 10)]) if lengths else "-"


def capitals(text: str) -> bool:
    """Does a word of four letters or more stand in capitals?"""
    return bool(re.search(r"\b[A-Z]{4,}\b", SLOT.sub("", text)))


MEASURES: dict[str, Callable[[list[Row]], str]] = {
    "texts": lambda rows: str(len(rows)),
    "characters, 1st decile": lambda rows: decile(rows, 1),
    "characters, median": lambda rows: decile(rows, 5),
    "characters, 9th decile": lambda rows: decile(rows, 9),
    "with a link": lambda rows: share(rows, LINK.search),
    "with money": lambda rows: share(rows, MONEY.search),
    "with a phone number": lambda rows: share(rows, lambda t: "{phone" in t),
    "with a digit outside slots": lambda rows: share(rows, lambda t: re.search(r"\d", SLOT.sub("", t))),
    "with a word in capitals": lambda rows: share(rows, capitals),
    "with '!'": lambda rows: share(rows, lambda t: "!" in t),
    "with '?'": lambda rows: share(rows, lambda t: "?" in t),
    "all lower case": lambda rows: share(rows, lambda t: (s := SLOT.sub("", t)) == s.lower()),
    "ends with a full stop": lambda rows: share(rows, lambda t: t.endswith(".")),
    "without any slot": lambda rows: share(rows, lambda t: not SLOT.search(t)),
    "says urgent, now, today": lambda rows: share(rows, PRESSING.search),
    "says never share": lambda rows: share(rows, SECRET.search),
}


def print_balance(rows: list[Row]) -> None:
    """Each measure, legitimate against scam, per channel."""
    for channel in CHANNELS:
        sides = [[r for r in rows if r["channel"] == channel and r["label"] == label] for label in (0, 1)]
        if not any(sides):
            continue
        print(f"\n{channel:32}{'legitimate':>12}{'scam':>12}")
        for name, measure in MEASURES.items():
            print(f"  {name:30}{measure(sides[0]):>12}{measure(sides[1]):>12}")


def one_sided_words(rows: list[Row], top: int = 25) -> dict[int, list[str]]:
    """The words (and slots) that lean hardest to each label, by smoothed log odds."""
    count: dict[int, Counter[str]] = {0: Counter(), 1: Counter()}
    for row in rows:
        count[row["label"]].update(set(re.findall(r"\{\w+\}|[^\W\d_]{2,}|\W", row["text"].lower())))
    total = Counter(row["label"] for row in rows)

    def log_share(word: str, label: int) -> float:
        return math.log((count[label][word] + 1) / (total[label] + 2))

    odds = {
        word: log_share(word, 1) - log_share(word, 0)
        for word in count[0] | count[1]
        if count[0][word] + count[1][word] >= 8
    }
    ranked = sorted(odds, key=lambda word: odds[word])
    return {0: ranked[:top], 1: ranked[::-1][:top]}


def check(lang: str) -> int:
    """Report on one language; the number of errors."""
    slots, located = load_slots(lang), list(load(lang))
    rows = [row for _, row in located]
    errors = [e for where, row in located for e in schema_errors(where, row, lang, slots)]
    errors += [e for field in ("id", "text") for e in repeated(rows, field)]
    errors += [f"slot {name}: a filler stands twice" for name, v in slots.items() if len(set(v)) != len(v)]
    print(f"== {lang}: {len(rows)} templates, {len(slots)} slots, {len(errors)} errors")
    print("\n".join(errors))
    used = {s for row in rows for s in SLOT.findall(row["text"])}
    print("slots defined but unused:", ", ".join(sorted(set(slots) - used)) or "none")
    for similarity, one, two in near_duplicates(rows):
        mark = "ACROSS CLASSES " if one["label"] != two["label"] else ""
        print(f"near-duplicate {similarity:.2f} {mark}{one['id']} {two['id']}")
    for label, name in ((0, "legitimate"), (1, "scam")):
        kinds = Counter(f"{r['channel']}/{r['kind']}" for r in rows if r["label"] == label)
        print(f"\n{name}:", ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())))
    print_balance(rows)
    for label, words in one_sided_words(rows).items():
        print(f"\nwords that lean to {label}:", " ".join(repr(w) if not w.isalpha() else w for w in words))
    return len(errors)


def main() -> int:
    """Check the languages named, or all."""
    langs = sys.argv[1:] or sorted({p.name.split("_")[0] for p in HERE.glob("*_*.jsonl")})
    return 1 if sum([check(lang) for lang in langs]) else 0


if __name__ == "__main__":
    sys.exit(main())
