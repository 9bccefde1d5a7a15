"""How many of the values in a phone's screenshot are found, and what does reading one cost?

    python benchmarks/media_text.py [--count 60] [--write]

The screenshots are generated: made-up messages and values (benchmarks/ocr.py, make_pictures.py of the tests)
in the fonts of DejaVu and Liberation that are installed, in three sizes, light and dark, as taken and after
two messengers. Drawn letters are cleaner than a telephone's, and there is one layout: no figure for what
people send. A value counts as found if the detector's text holds it whole; what is found but was never shown
counts as invented (most often a link with one letter misread: nothing in a link can vouch for it).
Processor seconds are those of this process and its child, start of the child included in the first.
Where Tesseract is on the PATH, its lines go the same way (reading order, repair) for comparison.
The made-up screenshots of the shared data are read too, where they are there. --write writes
results/media_text.json.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from quivive import __version__, apart, observables
from quivive.intake import take
from quivive.media import tesseract
from quivive.media.engine import models
from quivive.media.lines import text_of
from quivive.media.ocr import PictureText
from quivive.media.repair import repaired
from quivive.model import Context, Item

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/data/media")]
from make_pictures import DARK, LIGHT, chat  # noqa: E402

from ocr import made_up_values  # noqa: E402

RESULT = HERE / "results" / "media_text.json"
SHARED = Path(os.environ.get("QUIVIVE_DATA", HERE.parents[1] / "shared" / "data")) / "media"
FONTS = (
    "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSansCondensed.ttf", "dejavu/DejaVuSerif.ttf",
    "dejavu/DejaVuSansMono.ttf", "liberation/LiberationSans-Regular.ttf",
    "liberation/LiberationSans-Bold.ttf", "liberation/LiberationSerif-Regular.ttf",
)  # fmt: skip
SIZES = (30, 40, 54)
"""Pixels of the letters on a screen 1080 wide."""
SENT = {"as taken": None, "messenger, 1280": (1280, 80), "messenger, 800": (800, 60)}
"""Longest side in pixels and JPEG quality."""
SHOWN = {
    "sms.png": {"https://postnl-herplan.top/p?id=7f3a", "+31612345678", "NL91ABNA0417164300",
                "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"},
}  # fmt: skip
SHOWN["sms_wa.jpg"] = SHOWN["sms.png"]
WORDS = (
    "Your parcel could not be delivered. Pay the fee before 6 pm or it goes back.",
    "Mum, I dropped my phone in the sink! Write to my new number, it's urgent.",
    "Your account was limited. Confirm your details today.",
)


@dataclass(frozen=True)
class Shot:
    """A screenshot with the values that it shows and how it was made."""

    item: Item
    values: frozenset[str]
    font: str
    size: int
    theme: str
    sent: str


def shots(count: int, seed: int) -> Iterator[Shot]:
    """`count` screenshots that take all fonts, sizes, themes and ways in turn."""
    dice = random.Random(seed)
    fonts = [path for path in map(Path("/usr/share/fonts/truetype").joinpath, FONTS) if path.is_file()]
    for number in range(count):
        font, size = fonts[number % len(fonts)], SIZES[number % len(SIZES)]
        theme, sent = ("light", "dark")[number // 3 % 2], list(SENT)[number // 2 % len(SENT)]
        said = made_up_values(dice)
        messages = [("them", f"{dice.choice(WORDS)} {value}") for value in said]
        picture = chat("Info", messages, font, size=size, theme=DARK if theme == "dark" else LIGHT)
        data = arrived(picture, sent)
        found = [observables.parse_value(value) for value in said]
        yield Shot(
            take(data, f"{number}"), frozenset(o.value for o in found if o), font.stem, size, theme, sent
        )


def arrived(picture: Image.Image, sent: str) -> bytes:
    """The picture as it reaches a desk."""
    buffer, how = io.BytesIO(), SENT[sent]
    if how is None:
        picture.save(buffer, "PNG")
    else:
        picture.thumbnail((how[0], how[0]), Image.Resampling.LANCZOS)
        picture.save(buffer, "JPEG", quality=how[1])
    return buffer.getvalue()


def found_by_us(item: Item) -> set[str]:
    """Values in the text that the detector gives."""
    context = Context(now=datetime.now(UTC))
    return values(
        *(each.text or "" for each in PictureText().examine(item, context) if isinstance(each, Item))
    )


def found_by_tesseract(item: Item, engine: tesseract.Engine) -> set[str]:
    """Values in Tesseract's lines, put in order and repaired as ours are."""
    picture = Image.open(io.BytesIO(item.data)).convert("RGB")
    return values(repaired(text_of(tesseract.lines(picture, engine)))[0])


def values(*texts: str) -> set[str]:
    """Typed values of texts, without the domains of links, which are shown as links."""
    return {o.value for text in texts for o in observables.find(text) if o.type != "domain-name"}


def processor() -> float:
    """Seconds of this process and of its child, which ends for it and starts anew when it is needed."""
    apart._child.end()
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def costs(item: Item, rounds: int = 3) -> dict[str, float]:
    """Processor seconds of one screenshot: with a child that must start, and for each further one."""
    before = processor()
    found_by_us(item)
    first = processor() - before
    before, started = processor(), time.monotonic()
    for _ in range(rounds + 1):
        found_by_us(item)
    whole = time.monotonic() - started
    return {"first": round(first, 2), "further": round((processor() - before - first) / rounds, 2),
            "wall_seconds_each": round(whole / (rounds + 1), 2), "pixels": pixels(item)}  # fmt: skip


def pixels(item: Item) -> int:
    """Width times height."""
    width, height = Image.open(io.BytesIO(item.data)).size
    return width * height


def tallied(rows: Sequence[tuple[Shot, set[str]]]) -> dict[str, Any]:
    """Recall over all and by every property, and values that were found but not shown."""
    by: dict[str, Counter[str]] = {}
    for shot, found in rows:
        for key in ("all", shot.font, f"{shot.size} px", shot.theme, shot.sent):
            tally = by.setdefault(key, Counter())
            tally["shown"] += len(shot.values)
            tally["found"] += len(shot.values & found)
            tally["invented"] += len(found - shot.values)
    return {key: {**tally, "recall": round(tally["found"] / tally["shown"], 3)} for key, tally in by.items()}


def shared() -> dict[str, Any]:
    """The made-up screenshots of the shared data: what of them was found, and IBANs that are none."""
    rows = {}
    for name, want in SHOWN.items():
        if (SHARED / name).is_file():
            found = found_by_us(take((SHARED / name).read_bytes(), name))
            rows[name] = {"shown": len(want), "found": len(want & found), "invented": len(found - want)}
    return rows


def main() -> None:
    """Read all, print the figures; with --write keep them for benchmarks/README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("-v", action="store_true", help="print what was missed and what was invented")
    given = parser.parse_args()
    made = list(shots(given.count, given.seed))
    engine = tesseract.installed()
    result = {
        "date": datetime.now(UTC).date().isoformat(), "version": __version__,
        "machine": f"{platform.machine()}, shared", "models": [model.sha256 for model in models()],
        "screenshots": len(made), "seed": given.seed,
        "generated_by": "benchmarks/media_text.py: drawn letters, not a telephone's",
        "processor_seconds": costs(made[0].item), "shared": shared(),
    }  # fmt: skip
    ours = [(shot, found_by_us(shot.item)) for shot in made]
    result["ours"] = tallied(ours)
    for shot, found in ours if given.v else ():
        print(shot.font, shot.size, shot.sent, sorted(shot.values - found), sorted(found - shot.values))
    if engine:
        rows = [(shot, found_by_tesseract(shot.item, engine)) for shot in made]
        result["tesseract"] = {"version": engine.version, "languages": engine.languages} | tallied(rows)
    print(json.dumps(result, indent=1))
    if given.write:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
