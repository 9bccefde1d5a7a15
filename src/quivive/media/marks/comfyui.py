"""Does a text hold the node graph that ComfyUI writes?

Two JSON forms: `prompt`, what was executed ({id: {"class_type": …, "inputs": {…}}}), and `workflow`, what
was drawn ({"nodes": […], "links": […]}, subgraphs under "definitions"). Places, from comfyanonymous/ComfyUI:
PNG texts (nodes.py, SaveImage), a `comf` chunk in animated PNG, EXIF Model 'prompt:{…}' and Make
'workflow:{…}' in WebP (comfy_api/latest/_ui.py), container tags of films and sounds (comfy_extras/
nodes_video.py, nodes_audio.py); the `comment` tag of Kosinkadink/ComfyUI-VideoHelperSuite; UserComment of
kaanyalova/ComfyUI_ExtendedImageFormats. So the form is looked for, not the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.media.marks import comfyui_graph
from quivive.media.marks.carried import Mark, Settings, Text
from quivive.media.marks.settings import mapping, parsed

CODE = "mark/comfyui"
_PREFIX = re.compile(r"\s*(?:prompt|workflow|extra_pnginfo|generation_data)\s*:\s*(?=[{\[])", re.IGNORECASE)
_STRAY = re.compile(r'[^{"]{1,40}(?=[{"])')
"""What old writers left before the JSON of a tag."""
_BROKEN = (
    re.compile(r'"class_type"\s*:\s*"[\w ./|+\-()]{2,80}"'),
    re.compile(r'"inputs"\s*:\s*[{\[]'),
)
_BROKEN_DRAWING = (
    re.compile(r'"last_(?:node|link)_id"\s*:\s*[\d"]'),
    re.compile(r'"nodes"\s*:\s*\['),
    re.compile(r'"widgets_values"\s*:\s*[\[{]'),
)
_FIELDS = {
    "seed": re.compile(r'"(?:noise_)?seed"\s*:\s*(\d{1,20})'),
    "sampler": re.compile(r'"sampler_name"\s*:\s*"([^"\\]{1,60})"'),
    "model": re.compile(r'"(?:ckpt|unet|model)_name"\s*:\s*"([^"]{1,120})"'),
}
_DRAWN = frozenset({"widgets_values", "outputs", "inputs", "pos"})
_FORMS = ("prompt", "workflow")


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark for all graphs of the file; settings from what was executed, before what was drawn."""
    graphs = [(text, graph) for text in texts for graph in _graphs(text)]
    if graphs:
        executed = [graph for _, graph in graphs if isinstance(graph, dict) and _is_prompt(graph)]
        drawn = [graph for _, graph in graphs if isinstance(graph, dict) and not _is_prompt(graph)]
        settings = comfyui_graph.settings(executed, drawn)
        if settings == Settings():
            settings = _torn(
                next((graph for _, graph in graphs if isinstance(graph, str)), graphs[0][0].value)
            )
        places = tuple(dict.fromkeys(text.label for text, _ in graphs))
        yield Mark(CODE, "ComfyUI", places, settings)


def _graphs(text: Text) -> Iterator[Mapping[str, Any] | str]:
    """Graphs in the text, parsed; the text itself where it is a graph that is broken."""
    if "class_type" not in text.value and "nodes" not in text.value:
        return
    prefix = _PREFIX.match(text.value) or (_STRAY.match(text.value) if text.name in _FORMS else None)
    value = text.value[prefix.end() :] if prefix else text.value
    content = parsed(value)
    if isinstance(content, dict):
        drawn = text.name == "workflow" or (
            prefix is not None and prefix[0].strip().lower().startswith("workflow")
        )
        yield from [content] if drawn and isinstance(content.get("nodes"), list) else _in(content, 3)
    elif content is None and value.lstrip()[:1] in ("{", '"') and _is_torn(value):
        yield value


def _in(content: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """The graph itself, or those under 'prompt' and 'workflow', also written as strings."""
    if _is_prompt(content) or _is_workflow(content):
        yield content
    elif depth:
        for form in (*_FORMS, "extra_pnginfo", "extraMetadata"):
            yield from _in(mapping(content.get(form)), depth - 1)


def _is_prompt(content: Mapping[str, Any]) -> bool:
    return any(
        isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), dict)
        for node in content.values()
    )


def _is_workflow(content: Mapping[str, Any]) -> bool:
    nodes = content.get("nodes")
    return isinstance(nodes, list) and (
        {"links", "last_node_id"} <= content.keys()
        or any(isinstance(node, dict) and {"type", "id"} <= node.keys() and _DRAWN & node.keys()
               for node in nodes)
    )  # fmt: skip


def _is_torn(value: str) -> bool:
    return all(each.search(value) for each in _BROKEN) or sum(
        each.search(value) is not None for each in _BROKEN_DRAWING
    ) >= 2  # fmt: skip


def _torn(value: str) -> Settings:
    """What can still be made out in a graph that breaks off."""
    found = {name: match[1] for name, each in _FIELDS.items() if (match := each.search(value))}
    nodes = tuple(dict.fromkeys(re.findall(r'"class_type"\s*:\s*"([^"\\]{1,60})"', value[:200_000])))[:8]
    return Settings(
        model=found.get("model", ""),
        seed=found.get("seed", ""),
        sampler=found.get("sampler", ""),
        reshapes=True,
        nodes=nodes,
        excerpt=value[:200],
    )
