"""Do the red flags find fraud in words their authors have not seen, and leave honest messages alone?

    python benchmarks/flags.py [--misses FILE]

The messages are benchmarks/flags/<language>.jsonl (how they came about: benchmarks/flags/README.md). Figures
are shown for each half apart: authors of rules may read the dev half, so the test half is the honest one.
`--misses` lists what was missed or wrongly raised in the dev half only, never in the test half.
Writes benchmarks/results/flags.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quivive.messages import rules

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "benchmarks" / "flags"
RESULTS = ROOT / "benchmarks" / "results" / "flags.json"
LANGUAGES = ("en", "de", "es", "fr", "tr", "zh", "nl", "it", "pt")
HALVES = ("dev", "test")
ALARMS = frozenset({"fail", "review"})
Z = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Message:
    """One message of the test; `code` is the flag it is about, or "honest"."""

    id: str
    lang: str
    code: str
    label: int
    channel: str
    text: str
    half: str


@dataclass(frozen=True)
class Raised:
    """What the rules said about a message: flag to kind (fail, review, informational)."""

    message: Message
    flags: dict[str, str]

    @property
    def own(self) -> bool:
        return self.message.code in self.flags

    @property
    def alarm(self) -> bool:
        return not ALARMS.isdisjoint(self.flags.values())

    def has(self, kind: str) -> bool:
        return kind in self.flags.values()


@dataclass(frozen=True)
class Share:
    """`hits` of `of`, with the Wilson 95 % interval (Wilson 1927)."""

    hits: int
    of: int
    low: float
    high: float

    def __str__(self) -> str:
        if not self.of:
            return "-"
        return f"{self.hits}/{self.of} = {self.hits / self.of:.2f} [{self.low:.2f}, {self.high:.2f}]"


def share(raised: Iterable[Raised], holds: Callable[[Raised], bool]) -> Share:
    """Of how many does `holds` hold."""
    answers = [holds(one) for one in raised]
    hits, of = sum(answers), len(answers)
    return Share(hits, of, *wilson(hits, of))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson score interval of a proportion; (0, 1) where nothing was counted."""
    if not of:
        return 0.0, 1.0
    rate, spread = hits / of, Z * Z / of
    middle = (rate + spread / 2) / (1 + spread)
    reach = Z * ((rate * (1 - rate) + spread / 4) / of) ** 0.5 / (1 + spread)
    return round(max(middle - reach, 0.0), 4), round(min(middle + reach, 1.0), 4)


def read(languages: Sequence[str] = LANGUAGES) -> list[Message]:
    """All messages, language by language."""
    return [
        Message(**json.loads(line))
        for language in languages
        for line in (TEXTS / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def examine(message: Message) -> Raised:
    return Raised(message, {hit.rule.code: hit.rule.kind for hit in rules.match(message.text)})


def figures(raised: Sequence[Raised]) -> dict[str, Share]:
    """The six shares of a set of messages; honest ones and near-misses are counted apart."""
    scams = [one for one in raised if one.message.label]
    honest = [one for one in raised if one.message.code == "honest"]
    near = [one for one in raised if not one.message.label and one.message.code != "honest"]
    return {
        "recall_own_flag": share(scams, lambda one: one.own),
        "recall_any_flag": share(scams, lambda one: one.alarm),
        "near_miss_own_flag": share(near, lambda one: one.own),
        "near_miss_fail": share(near, lambda one: one.has("fail")),
        "honest_fail": share(honest, lambda one: one.has("fail")),
        "honest_review": share(honest, lambda one: one.has("review")),
    }


def by(raised: Sequence[Raised], key: Callable[[Message], str]) -> dict[str, dict[str, dict[str, Share]]]:
    """Figures of each group and half."""
    groups = dict.fromkeys(key(one.message) for one in raised)
    return {
        group: {half: figures(_pick(raised, half, lambda m, g=group: key(m) == g)) for half in HALVES}  # type: ignore[misc]
        for group in groups
    }


def _pick(raised: Sequence[Raised], half: str, holds: Callable[[Message], bool]) -> list[Raised]:
    return [one for one in raised if one.message.half == half and holds(one.message)]


def show(title: str, table: dict[str, dict[str, dict[str, Share]]], names: Sequence[str]) -> None:
    print(f"\n{title}")
    print(f"{'':28} half  " + "  ".join(f"{name:27}" for name in names))
    for group, halves in table.items():
        for half, row in halves.items():
            print(f"{group:28} {half:4}  " + "  ".join(f"{row[name]!s:27}" for name in names))


def misses(raised: Sequence[Raised]) -> list[str]:
    """What went wrong in the dev half, a line each. The test half is never listed."""
    lines = []
    for one in raised:
        wrong = _wrong(one)
        said = ", ".join(f"{code} ({kind})" for code, kind in one.flags.items()) or "nothing"
        if one.message.half == "dev" and wrong:
            text = json.dumps(one.message.text, ensure_ascii=False)
            lines.append(f"{wrong}\t{one.message.id}\traised: {said}\t{text}")
    return sorted(lines)


def _wrong(one: Raised) -> str:
    if one.message.label:
        return "" if one.own else "MISSED" if not one.alarm else "MISSED (another flag raised)"
    if one.message.code != "honest" and one.own:
        return "NEAR-MISS RAISED"
    return "HONEST MESSAGE FAILED" if one.has("fail") else ""


def as_json(raised: Sequence[Raised], tables: dict[str, Any]) -> dict[str, Any]:
    source = rules.RedFlags().sources()[0]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "rules": {"date": source.date, "sha256": source.sha256, "count": len(rules.all_rules())},
        "messages": {half: sum(one.message.half == half for one in raised) for half in HALVES},
        **tables,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--misses", type=Path, help="write the mistakes of the dev half here")
    wanted = parser.parse_args()
    raised = [examine(message) for message in read()]
    tables = {
        "all": by(raised, lambda _: "all"),
        "language": by(raised, lambda message: message.lang),
        "code": by([one for one in raised if one.message.code != "honest"], lambda message: message.code),
    }
    first = ("recall_own_flag", "recall_any_flag", "near_miss_own_flag")
    for name in ("all", "language"):
        show(f"By {name}", tables[name], first)
        show(f"By {name}, false alarms", tables[name], ("near_miss_fail", "honest_fail", "honest_review"))
    show("By flag", tables["code"], first)
    RESULTS.write_text(json.dumps(as_json(raised, tables), indent=1, default=asdict) + "\n", encoding="utf-8")
    if wanted.misses:
        wanted.misses.write_text("\n".join(misses(raised)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
