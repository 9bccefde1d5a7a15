"""Does a text hold what Fooocus writes, in either of its schemes?

lllyasviel/Fooocus, modules/meta_parser.py and modules/private_logger.py: PNG texts `parameters` and
`fooocus_scheme` ('fooocus': JSON; 'a1111': settings as of A1111); in JPEG and WebP EXIF's UserComment,
MakerNote (the scheme) and Software ('Fooocus v2.…'). runew0lf/RuinedFooocus: JSON with "software":
"RuinedFooocus".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from quivive.media.marks import a1111
from quivive.media.marks.carried import Mark, Settings, Text, value_of
from quivive.media.marks.settings import from_mapping, mapping, words, written_size

CODE = "mark/fooocus"
_CARRIERS = ("parameters", "usercomment", "stealth_pnginfo", "stealth_pngcomp")


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark for all of Fooocus' texts in the file."""
    named = _named(texts)
    found = [
        (text, told) for text in texts if text.name in _CARRIERS and (told := _settings(text.value, named))
    ]
    if found or named:
        places = tuple(dict.fromkeys(text.label for text, _ in found)) or (named,)
        yield Mark(CODE, "Fooocus", places, found[0][1] if found else Settings())


def _named(texts: Sequence[Text]) -> str:
    """Where a field names Fooocus; '' where none does."""
    if value_of(texts, "PNG", "fooocus_scheme") in ("fooocus", "a1111"):
        return "PNG fooocus_scheme"
    return "EXIF Software" if value_of(texts, "EXIF", "software").startswith("Fooocus") else ""


def _settings(value: str, named: str) -> Settings | None:
    content = mapping(value) if "base_model" in value or "RuinedFooocus" in value else {}
    own = words(content.get("version")).startswith("Fooocus") or content.get("software") == "RuinedFooocus"
    if content and (
        own or {"adm_guidance", "base_model"} <= content.keys() or (named and "base_model" in content)
    ):
        told = from_mapping(content, prompt=("prompt", "Prompt"), model=("base_model", "base_model_name"),
                            seed=("seed",), sampler=("sampler", "sampler_name"))  # fmt: skip
        sizes = told.sizes or written_size(content.get("resolution"))
        return replace(told, sizes=sizes, reshapes="upscale" in value[:20_000].lower(), excerpt=value[:200])
    infotext = a1111.infotext(value)
    return infotext if infotext and (named or "Version: Fooocus" in value) else None
