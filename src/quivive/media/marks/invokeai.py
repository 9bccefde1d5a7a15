"""Does a text hold what InvokeAI writes, in one of its layouts?

invoke-ai/InvokeAI: `Dream`, a command line (ldm/invoke/pngwriter.py, version 1), `sd-metadata`, JSON (2.x),
and `invokeai_metadata` with `invokeai_graph` and `invokeai_workflow`, JSON (3.x and later;
invokeai/app/services/image_files/image_files_disk.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.media.marks.carried import Mark, Settings, Text
from quivive.media.marks.settings import first, from_mapping, mapping, model_name, number, size, words

CODE = "mark/invokeai"
_OWN = ("invokeai_metadata", "sd-metadata", "invokeai_graph", "invokeai_workflow", "dream")
_FLAG = re.compile(r"(?<!\S)-(s|S|W|H|C|A|U|G)[ =]?(\S{1,40})")
MOST = 20_000
"""Characters of a command line that are read."""


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark for all of InvokeAI's texts in the file, settings from the newest layout."""
    own = [text for name in _OWN for text in texts if text.name == name]
    own = [text for text in own if text.name != "dream" or _flags(text.value)]
    if own:
        places = tuple(dict.fromkeys(text.label for text in own))
        yield Mark(CODE, "InvokeAI", places, _READERS[own[0].name](own[0].value))


def _modern(value: str) -> Settings:
    content = mapping(value)
    told = from_mapping(content, prompt=("positive_prompt", "prompt"), model=("model",), seed=("seed",),
                        sampler=("scheduler",))  # fmt: skip
    reshapes = any(isinstance(key, str) and ("upscale" in key or "hrf" in key) for key in content)
    return _with(told, value, reshapes or "canvas" in words(content.get("generation_mode")))


def _middle(value: str) -> Settings:
    content = mapping(value)
    image = mapping(content.get("image"))
    told = from_mapping(image, seed=("seed",), sampler=("sampler",))
    prompts = image.get("prompt")
    one = prompts[0] if isinstance(prompts, list) and prompts else prompts
    prompt = words(one.get("prompt")) if isinstance(one, dict) else words(one)
    model = first(content, ("model_weights", "model"))
    after = image.get("postprocessing")
    reshapes = (
        bool(image.get("hires_fix")) or "esrgan" in str(after)[:2000] or "outpaint" in str(after)[:2000]
    )
    return Settings(prompt, model or model_name(content.get("model")), told.seed, told.sampler, told.sizes,
                    reshapes, excerpt=value[:200])  # fmt: skip


def _graph(value: str) -> Settings:
    return Settings(excerpt=value[:200], reshapes=True)


def _dream(value: str) -> Settings:
    flags = _flags(value)
    quoted = value[:MOST].strip().removeprefix('"').partition('" -')[0]
    return Settings(quoted, "", number(flags.get("S", "")), flags.get("A", ""),
                    size(flags.get("W"), flags.get("H")), "U" in flags, excerpt=value[:200])  # fmt: skip


def _flags(value: str) -> Mapping[str, Any]:
    """The options of a command line that has at least three of them, seed or steps among them."""
    found = dict(_FLAG.findall(value[-MOST:]))
    return found if len(found) >= 3 and found.keys() & {"s", "S"} else {}


_READERS = {
    "invokeai_metadata": _modern, "sd-metadata": _middle, "invokeai_graph": _graph,
    "invokeai_workflow": _graph, "dream": _dream,
}  # fmt: skip


def _with(told: Settings, value: str, reshapes: bool) -> Settings:
    return Settings(
        told.prompt, told.model, told.seed, told.sampler, told.sizes, reshapes, excerpt=value[:200]
    )
