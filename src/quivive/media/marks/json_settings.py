"""Does a JSON text hold what SwarmUI, Easy Diffusion or Draw Things write?

SwarmUI: `sui_image_params` in PNG's `parameters` or EXIF's UserComment (mcmonkeyprojects/SwarmUI,
docs/Image Metadata Format.md). Easy Diffusion: PNG texts, or JSON in UserComment, with
`use_stable_diffusion_model` (easydiffusion/easydiffusion, ui/easydiffusion/utils/save_utils.py). Draw Things:
JSON in XMP's exif:UserComment with `c` and `uc` for the prompts (receyuki/stable-diffusion-prompt-reader,
format/drawthings.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quivive.media.marks.carried import Mark, Settings, Text
from quivive.media.marks.settings import from_mapping, mapping, written_size

SWARM, EASY, DRAW = "mark/swarmui", "mark/easydiffusion", "mark/drawthings"
_EASY_KEYS = ("use_stable_diffusion_model", "stable diffusion model")
_TELLING = ("sui_image_params", "use_stable_diffusion_model", "Stable Diffusion model", '"uc"')
_EASY_COMPANY = frozenset(
    {"seed", "prompt", "num_inference_steps", "steps", "guidance_scale", "sampler_name"}
)


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark a text that is of a known form, and one for Easy Diffusion's texts in PNG together."""
    for text in texts:
        content = mapping(text.value) if any(name in text.value for name in _TELLING) else {}
        if isinstance(content.get("sui_image_params"), dict):
            yield Mark(SWARM, "SwarmUI", (text.label,), _swarm(content["sui_image_params"], text.value))
        elif _is_easy(lowered := {key.lower(): value for key, value in content.items()}):
            yield Mark(EASY, "Easy Diffusion", (text.label,), _easy(lowered))
        elif {"c", "uc", "seed", "sampler"} <= content.keys():
            yield Mark(DRAW, "Draw Things", (text.label,), _draw(content, text.value))
    open_texts = {text.name: text.value for text in texts if text.place == "PNG"}
    if _is_easy(open_texts):
        yield Mark(EASY, "Easy Diffusion", ("PNG use_stable_diffusion_model",), _easy(open_texts))


def _swarm(content: Mapping[str, Any], value: str) -> Settings:
    told = from_mapping(content, prompt=("prompt",), model=("model",), seed=("seed",), sampler=("sampler",))
    reshapes = any("upscale" in key or "crop" in key or "outpaint" in key for key in content)
    return replace(told, reshapes=reshapes, excerpt=value[:200])


def _is_easy(content: Mapping[str, Any]) -> bool:
    return any(key in content for key in _EASY_KEYS) and len(_EASY_COMPANY & content.keys()) >= 2


def _easy(content: Mapping[str, Any]) -> Settings:
    told = from_mapping(content, prompt=("prompt",), model=_EASY_KEYS, seed=("seed",),
                        sampler=("sampler_name", "sampler"))  # fmt: skip
    upscaled = content.get("use_upscale") not in (None, "", "None", "none", False)
    return replace(told, reshapes=upscaled)


def _draw(content: Mapping[str, Any], value: str) -> Settings:
    told = from_mapping(content, prompt=("c",), model=("model",), seed=("seed",), sampler=("sampler",))
    v2 = mapping(content.get("v2"))
    reshapes = any("upscaler" in key for key in (*content, *v2))
    return replace(told, sizes=written_size(content.get("size")), reshapes=reshapes, excerpt=value[:200])
