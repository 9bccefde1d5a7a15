"""Does a text hold the settings that Stable Diffusion web UI (AUTOMATIC1111) and its forks write?

Grammar: AUTOMATIC1111/stable-diffusion-webui, modules/processing.py (create_infotext) and
modules/infotext_utils.py (parse_generation_parameters): the prompt, a line 'Negative prompt: …', and a line
'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, …'. Under the name `parameters` in PNG, in
EXIF's UserComment in JPEG and WebP, as a comment in GIF (modules/images.py, save_image_with_geninfo). Forge,
reForge, SD.Next (modules/infotext.py, with 'App: SD.Next') and Civitai's generator write the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from quivive.media.marks.carried import Mark, Settings, Text
from quivive.media.marks.settings import number, side, size, written_size

CODE = "mark/a1111"
MOST_LINES = 2_000
MOST_PAIRS = 300
MOST_LINE = 65_536
"""Characters of the line of settings that are read."""
_STEPS = re.compile(r"[ \t]*Steps: ?\d{1,5}\s*(?:,|$)")
_IN_A_LINE = re.compile(
    r"\bSteps: ?\d{1,5}, ?(?:Sampler|Size|CFG scale|Seed|Schedule type|Scheduler|Version|Model): "
)
"""Savers that put all into one line leave no line that begins with Steps."""
_KEY = re.compile(r"[A-Za-z][\w \-/+.]{0,60}\Z")
_KNOWN = frozenset(
    {"sampler", "cfg scale", "seed", "size", "model hash", "model", "schedule type", "scheduler", "clip skip",
     "denoising strength", "vae", "vae hash", "distilled cfg scale", "app", "version", "civitai resources",
     "hires upscale", "backend", "pipeline", "operations", "lora hashes", "created date", "ensd", "rng"}
)  # fmt: skip
_OWN_KEYS = ("parameters", "usercomment", "comment")
_ENLARGERS = re.compile(r"upscale|resize|postprocess|outpaint|extras|script|tile", re.IGNORECASE)


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark a text that follows the grammar."""
    for text in texts:
        settings = infotext(text.value, least=1 if text.name in _OWN_KEYS else 3)
        if settings:
            yield Mark(CODE, "Stable Diffusion web UI", (text.label,), settings)


def infotext(value: str, least: int = 1) -> Settings | None:
    """What the text says; None where no line begins with Steps and names `least` other settings of these.

    A caption that talks of steps and samplers has no such line.
    """
    if "Steps:" not in value and "Postprocess upscale" not in value:
        return None
    lines = value.splitlines()[-MOST_LINES:]
    if least == 1 and not any(map(_STEPS.match, lines)):
        lines = [part for line in lines for part in _parted(line)]
    for index, line in enumerate(lines):
        if _STEPS.match(line) or line.startswith("Postprocess upscale by: "):
            pairs = dict(_pairs(line[:MOST_LINE]))
            if sum(key.lower() in _KNOWN or key.startswith("Postprocess") for key in pairs) >= least:
                return _settings(lines[:index], pairs)
    return None


def _parted(line: str) -> list[str]:
    """A line that holds prompt and settings, as the lines that it would be."""
    found = _IN_A_LINE.search(line)
    if not found:
        return [line]
    prompt, negative, rest = line[: found.start()].partition("Negative prompt:")
    return [prompt, negative + rest, line[found.start() :]] if negative else [prompt, line[found.start() :]]


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """'Key: value' parts between commas; commas in quotes or brackets part nothing."""
    start = depth = 0
    quoted, count = False, 0
    for at, char in enumerate(line + ","):
        if char == '"' and line[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and char in "[{(":
            depth += 1
        elif not quoted and char in ")}]":
            depth = max(depth - 1, 0)
        elif char == "," and not quoted and not depth:
            key, colon, value = line[start:at].strip().partition(":")
            start, count = at + 1, count + 1
            if colon and _KEY.match(key):
                yield key, value.strip()
            if count >= MOST_PAIRS:
                return


def _settings(before: list[str], pairs: dict[str, str]) -> Settings:
    stop = next((i for i, line in enumerate(before) if line.startswith("Negative prompt:")), len(before))
    sizes = written_size(pairs.get("Size", ""))
    larger = _hires(sizes, pairs)
    known = {"Hires upscale", "Hires resize", "Hires upscaler", "Hires steps"}
    return Settings(
        prompt="\n".join(before[:stop]).strip(),
        model=pairs.get("Model", pairs.get("Model hash", "")),
        seed=number(pairs.get("Seed", "")),
        sampler=pairs.get("Sampler", ""),
        sizes=sizes + larger,
        reshapes=any(_ENLARGERS.search(key) for key in pairs if not (larger and key in known)),
        program=" ".join(pairs[key] for key in ("App", "Version") if key in pairs),
        excerpt=", ".join(f"{key}: {value}" for key, value in list(pairs.items())[:6]),
    )


def _hires(sizes: tuple[tuple[int, int], ...], pairs: dict[str, str]) -> tuple[tuple[int, int], ...]:
    """The size after the second pass, by factor or as written ('1024x0': the other side follows)."""
    resized = re.match(r"(\d{1,5})x(\d{1,5})\Z", pairs.get("Hires resize", ""))
    if not sizes:
        return ()
    width, height = sizes[0]
    if resized:
        wide, high = side(resized[1]), side(resized[2])
        return size(wide or width * high // height, high or height * wide // width)
    factor = re.match(r"\d{1,2}(?:\.\d{1,4})?\Z", pairs.get("Hires upscale", ""))
    return size(int(width * float(factor[0])), int(height * float(factor[0]))) if factor else ()
