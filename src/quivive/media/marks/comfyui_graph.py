"""What do the nodes of a ComfyUI graph say: prompt, model, seed, sampler, size, steps?

Names of inputs, not of nodes, are leaned on where possible: new nodes come every week and keep the names
(`seed` or `noise_seed`, `sampler_name`, `ckpt_name`, `unet_name`, `width`, `height`, `text`, `prompt`). A
drawn workflow has only lists of values; their order is known for a few nodes (comfyanonymous/ComfyUI,
nodes.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from quivive.media.marks.carried import Settings, Size
from quivive.media.marks.settings import first, number, size, words

MOST_NODES = 5_000
MOST_NAMES = 8
MOST_SIZES = 50
_WALK, _WALKS = 25, 100
"""Nodes on one way up, and ways tried."""
_TEXTS = ("text", "prompt", "t5xxl", "clip_l", "text_g", "positive_prompt", "positive", "string", "value",
          "caption", "tags", "lyrics")  # fmt: skip
_MODELS = ("ckpt_name", "unet_name", "model_name", "gguf_name", "diffusion_model", "checkpoint", "model")
_SEEDS = ("seed", "noise_seed")
_RESHAPES = re.compile(
    r"upscale|scale|resize|crop|pad|outpaint|stitch|concat|grid|combine|rotate|composite|tile|stack|batch|"
    r"montage|border|canvas|downscale|restore|rebatch|screenshot", re.IGNORECASE
)  # fmt: skip
_MAKES_SIZE = re.compile(
    r"latent|tovideo\b|to_?video|emptyimage|emptysd3|flux.*generat|image_?size", re.IGNORECASE
)
_DRAWN: dict[str, dict[str, int]] = {
    "KSampler": {"seed": 0, "sampler_name": 4},
    "KSamplerAdvanced": {"noise_seed": 1, "sampler_name": 5},
    "RandomNoise": {"noise_seed": 0},
    "KSamplerSelect": {"sampler_name": 0},
    "CheckpointLoaderSimple": {"ckpt_name": 0},
    "UNETLoader": {"unet_name": 0},
    "CLIPTextEncode": {"text": 0},
    "EmptyLatentImage": {"width": 0, "height": 1},
    "EmptySD3LatentImage": {"width": 0, "height": 1},
    "EmptyHunyuanLatentVideo": {"width": 0, "height": 1},
}
"""Node → place of its values in a drawn workflow."""
_SILENT_MODES = (2, 4)
"""Drawn nodes that were muted or bypassed."""

Node = tuple[str, Mapping[str, Any]]
"""Class and inputs."""


def settings(executed: Sequence[Mapping[str, Any]], drawn: Sequence[Mapping[str, Any]]) -> Settings:
    """Settings of the executed graphs; of the drawn ones where none was executed."""
    nodes = [node for graph in executed for node in _executed(graph)]
    prompt = next((text for graph in executed if (text := _positive(graph))), "")
    nodes = nodes or [node for graph in drawn for node in _drawn(graph)]
    inputs = [values for _, values in nodes]
    classes = tuple(dict.fromkeys(name for name, _ in nodes))
    return Settings(
        prompt=prompt or next((text for name, values in nodes if (text := _text(name, values))), ""),
        model=next((text for values in inputs if (text := first(values, _MODELS))), ""),
        seed=next((seed for values in inputs for key in _SEEDS if (seed := number(values.get(key)))), ""),
        sampler=next((text for values in inputs if (text := words(values.get("sampler_name")))), ""),
        sizes=tuple(dict.fromkeys(_sizes(nodes)))[:MOST_SIZES],
        reshapes=any(_RESHAPES.search(name) for name in classes) or _open_size(nodes),
        nodes=classes[:MOST_NAMES],
    )


def _executed(graph: Mapping[str, Any]) -> Iterator[Node]:
    for node in islice(graph.values(), MOST_NODES):
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict):
            yield words(node.get("class_type")), node["inputs"]


def _drawn(graph: Mapping[str, Any]) -> Iterator[Node]:
    for node in _drawn_nodes(graph):
        name, values = words(node.get("type")), node.get("widgets_values")
        if node.get("mode") in _SILENT_MODES or not name:
            continue
        if isinstance(values, dict):
            yield name, values
        elif isinstance(values, list):
            places = _DRAWN.get(name, {})
            yield name, {key: values[at] for key, at in places.items() if at < len(values)}
        else:
            yield name, {}


def _drawn_nodes(graph: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Nodes of the drawing, and those inside its subgraphs."""
    definitions = graph.get("definitions")
    subgraphs = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    parts = [graph, *(subgraphs if isinstance(subgraphs, list) else [])]
    lists = [part.get("nodes") for part in parts if isinstance(part, dict)]
    nodes = (node for each in lists if isinstance(each, list) for node in each if isinstance(node, dict))
    return list(islice(nodes, MOST_NODES))


def _text(name: str, values: Mapping[str, Any]) -> str:
    asks = "prompt" in values or re.search(r"encode|prompt|text", name, re.IGNORECASE)
    return first(values, _TEXTS) if asks else ""


def _sizes(nodes: Sequence[Node]) -> Iterator[Size]:
    for name, values in nodes:
        if _MAKES_SIZE.search(name):
            yield from size(values.get("width"), values.get("height"))


def _open_size(nodes: Sequence[Node]) -> bool:
    """Whether a size comes from another node, so that the text does not say it."""
    return any(
        isinstance(values.get(key), list)
        for name, values in nodes if _MAKES_SIZE.search(name) for key in ("width", "height")
    )  # fmt: skip


def _positive(graph: Mapping[str, Any]) -> str:
    """The text that the 'positive' (or the only) input of a sampling node leads back to."""
    inputs = (node.get("inputs") for node in graph.values() if isinstance(node, dict))
    links = (
        values[key] for values in inputs if isinstance(values, dict)
        for key in ("positive", "conditioning", "guider") if isinstance(values.get(key), list)
    )  # fmt: skip
    return next((text for link in islice(links, _WALKS) if (text := _upstream(graph, link))), "")


def _upstream(graph: Mapping[str, Any], link: object) -> str:
    """The first text on the way up from a link [node, output]."""
    queue, seen = [link], set[str]()
    while queue and len(seen) < _WALK:
        link = queue.pop(0)
        key = str(link[0]) if isinstance(link, list) and link else ""
        node = graph.get(key)
        inputs = node.get("inputs") if isinstance(node, dict) else None
        if key in seen or not isinstance(inputs, dict):
            continue
        seen.add(key)
        if text := first(inputs, _TEXTS):
            return text
        queue += [value for name, value in inputs.items() if isinstance(value, list) and name != "negative"]
    return ""
