"""Does a text hold what NovelAI writes?

Layout: PNG texts Title, Description (the prompt), Software 'NovelAI', Source (the model) and Comment (JSON),
and the same as JSON in the lowest bits of alpha (NovelAI/novelai-image-metadata); in WebP in EXIF's Software
and UserComment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.media.marks.carried import Mark, Settings, Text
from quivive.media.marks.settings import first, from_mapping, mapping, words

CODE = "mark/novelai"
_PLACES = ("PNG", "EXIF")
_HIDDEN = ("stealth_pnginfo", "stealth_pngcomp", "stealth_rgbinfo", "stealth_rgbcomp", "usercomment")


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark for open and hidden texts together."""
    found: list[tuple[str, Settings]] = []
    for place in _PLACES:
        own = {text.name: text.value for text in texts if text.place == place}
        if _is_own(own):
            found.append((f"{place} Software", _settings(own)))
    for text in texts:
        content = mapping(text.value) if text.name in _HIDDEN else {}
        own = {key.lower(): words(value) for key, value in content.items()}
        if _is_own(own):
            found.append((text.label, _settings(own)))
    if found:
        places = tuple(dict.fromkeys(place for place, _ in found))
        yield Mark(CODE, "NovelAI", places, max((told for _, told in found), key=lambda s: len(s.seed)))


def _is_own(texts: Mapping[str, str]) -> bool:
    """By the program's name, or by a comment that holds NovelAI's own signature of it."""
    comment = texts.get("comment", "")
    return texts.get("software", "").strip() == "NovelAI" or (
        '"signed_hash"' in comment and '"sampler"' in comment and "uc" in mapping(comment)
    )


def _settings(texts: Mapping[str, str]) -> Settings:
    comment: Mapping[str, Any] = mapping(texts.get("comment", "") or texts.get("usercomment", ""))
    comment = mapping(comment.get("Comment")) or comment
    told = from_mapping(comment, prompt=("prompt",), seed=("seed",), sampler=("sampler",))
    prompt = told.prompt or first(texts, ("description", "imagedescription"))
    return Settings(prompt, texts.get("source", ""), told.seed, told.sampler, told.sizes,
                    excerpt=texts.get("title", ""))  # fmt: skip
