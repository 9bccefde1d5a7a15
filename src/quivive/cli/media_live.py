"""`quivive media challenge`, `footprint` and `vpdq`: for live calls, for awareness, for films seen before."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quivive.cli.common import write

if TYPE_CHECKING:
    from quivive.media.footprint.estimate import Footprint, Range
    from quivive.media.video.vpdq import FrameHash

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--lang", "language", help="Language of the page: de, en, es. Default: that of quivive.toml.")
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", help="Form.")
@click.option("-o", "--output", type=_FILE, help="Write to this file.")
def challenge(language: str | None, form: str, output: Path | None) -> None:
    """Print what to ask of a person in a live video call, and what the answers mean.

    One page for a bank's counter or the family's telephone. Passing is no proof; calling back protects.
    """
    from quivive import config
    from quivive.media.challenge.page import as_html, as_text, page

    shown = page(language or config.load().language)
    write(as_html(shown) if form == "html" else as_text(shown), output)


@click.command()
@click.option("--seconds", type=click.FloatRange(0.1, 3600), required=True, help="Length of the clip.")
@click.option("--width", type=click.IntRange(16, 8192), required=True, help="In pixels.")
@click.option("--height", type=click.IntRange(16, 8192), required=True, help="In pixels.")
@click.option("--model", default="any", help="An open model that was measured (wan2.1-14b …). Default: any.")
@click.option("--json", "as_json", is_flag=True, help="The estimate as JSON.")
def footprint(seconds: float, width: int, height: int, model: str, as_json: bool) -> None:
    """Estimate the energy and water that generating a clip of this length and size took.

    A range with its assumptions and sources, for awareness material. It says nothing about any evidence.
    """
    from quivive.media.footprint.estimate import estimate

    found = estimate(seconds, width, height, model)
    click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if as_json else _told(found))


def _told(found: Footprint) -> str:
    which = "any open model" if found.model == "any" else found.model
    listed = sorted(set(found.sources.values()))
    numbers = [f"{what} [{listed.index(source) + 1}]" for what, source in found.sources.items()]
    sources = [f"[{number}] {source}" for number, source in enumerate(listed, 1)]
    energy, boils, water = map(_between, (found.energy_wh, found.boils_l, found.water_l))
    return (
        f"To generate {found.seconds:g} s of {found.width} × {found.height} pixels with {which} took about\n"
        f"  energy  {energy} Wh (as much as boils {boils} litres of water)\n"
        f"  water   {water} litres\n"
        "This is an estimate for awareness, and no finding about any video.\n\n"
        f"Assumptions\n{_listed(found.assumptions)}\n\n"
        f"Numbers\n{_listed(numbers)}\n\nSources\n{_listed(sources)}"
    )


def _listed(lines: Iterable[str]) -> str:
    from textwrap import fill

    from quivive.render.text import WIDTH

    return "\n".join(fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ") for line in lines)


def _between(bounds: Range) -> str:
    return f"{_rounded(bounds.low)} to {_rounded(bounds.high)}"


def _rounded(number: float) -> str:
    """Two digits that count; less than a hundredth as such."""
    from math import floor, log10

    if number < 0.01:
        return "less than 0.01"
    digits = 1 - floor(log10(number))
    return f"{round(number, digits):,.{max(digits, 0)}f}"


@click.command()
@click.argument("clip", type=_FILE)
@click.option("--every", type=click.FloatRange(0, 3600), default=1.0, help="Seconds a hash; 0: each picture.")
@click.option("--against", type=_FILE, multiple=True, metavar="FILE",
              help="Say how much of CLIP this video or vPDQ text file has too. May be repeated.")  # fmt: skip
def vpdq(clip: Path, every: float, against: tuple[Path, ...]) -> None:
    """Print the hashes of CLIP's pictures (vPDQ), or how much of CLIP other videos share.

    The hashes can be given to others to find the same film: no picture can be made from them.
    """
    from quivive.media.video.vpdq import shared, text

    own = _hashes(clip, every)
    if not against:
        return click.echo(text(own), nl=False)
    for path in against:
        share = shared(own, _hashes(path, every))
        click.echo(f"{path.name}: has {share:.0%} of the pictures of {clip.name} that can be compared.")


def _hashes(path: Path, every: float) -> tuple[FrameHash, ...]:
    """Of a video, hashed in the child, or of a vPDQ text file."""
    from quivive import config, intake
    from quivive.apart import apart
    from quivive.media.video.vpdq import SECONDS, hashes, parse
    from quivive.sniff import sniff

    data = intake.read_file(path, config.load().limits)
    media_type = sniff(data, path.name)
    if media_type in ("text/plain", "text/csv"):
        return parse(data.decode("utf-8", "replace"))
    return apart(hashes, data, media_type, every, seconds=SECONDS + 5)
