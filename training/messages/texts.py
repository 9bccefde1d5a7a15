"""Our own texts: which messages do the templates in texts/ stand for?

Every line of texts/*.jsonl is a message with {slots}; texts/slots*.yaml hold what may fill them. Filling is
drawn from a generator seeded with the template's id, so that adding templates changes no other message. The
template's id is the group that must stay on one side of a split."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent / "texts"
SLOT = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Message:
    """A labelled message: 1 = scam or spam, 0 = legitimate. `group` never straddles a split."""

    id: str
    text: str
    label: int
    lang: str
    channel: str
    kind: str
    corpus: str
    group: str


def templates(folder: Path = HERE) -> Iterator[Mapping[str, str | int]]:
    """All templates in the order of their files."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def slots(folder: Path = HERE) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Fillers by language; what slots.yaml holds serves every language."""
    found = {p.stem.removeprefix("slots").strip("_"): yaml.safe_load(p.read_text("utf-8"))
             for p in sorted(folder.glob("slots*.yaml"))}  # fmt: skip
    shared = found.pop("", {})
    return {"": shared, **{lang: {**shared, **own} for lang, own in found.items()}}


def expand(copies: int = 1, folder: Path = HERE) -> list[Message]:
    """Every template filled `copies` times; templates without slots come once.

    Raises KeyError naming template and slot where a filler is missing.
    """
    fillers = slots(folder)
    messages: list[Message] = []
    for template in templates(folder):
        text = str(template["text"])
        for copy in range(copies if SLOT.search(text) else 1):
            messages.append(_fill(template, fillers, copy))  # noqa: PERF401 - two loops read better
    return messages


def _fill(
    template: Mapping[str, str | int], fillers: Mapping[str, Mapping[str, Sequence[str]]], copy: int
) -> Message:
    name, lang = str(template["id"]), str(template["lang"])
    values = fillers.get(lang) or fillers.get(lang.partition("-")[0]) or fillers[""]
    draw = random.Random(f"{name}/{copy}")

    def one(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise KeyError(f"Template {name} names a slot without fillers for {lang}: {match[1]}")
        return str(draw.choice(values[match[1]]))

    text = SLOT.sub(one, SLOT.sub(one, str(template["text"])))
    return Message(f"{name}/{copy}", text, int(template["label"]), lang, str(template["channel"]),
                   str(template["kind"]), "own", f"own:{name}")  # fmt: skip
