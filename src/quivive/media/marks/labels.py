"""Which labels for AI-made content does a file carry, and what do their values mean?

IPTC: property Iptc4xmpExt:DigitalSourceType, vocabulary at cv.iptc.org/newscodes/digitalsourcetype (release
of 2024-10-23, with the retired terms). China: GB 45438-2025, appendix E, and TC260-PG-20258A: a JSON object
'AIGC' in XMP (namespace TC260), EXIF, PNG texts and container tags. TikTok, CapCut and Dreamina: the tag
`aigc_info` with `aigc_label_type`, 0 in films that are not labelled (TikTok, Research API, video_tag).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quivive.media.marks.carried import Mark, Text
from quivive.media.marks.settings import mapping, number, words

AI, COMPUTED, CAPTURED, OTHER = (
    "mark/digital-source-type", "mark/source-type-computed", "mark/source-type-captured",
    "mark/source-type-other",
)  # fmt: skip
CHINA, PLATFORM = "mark/aigc-label", "mark/platform-label"
TERMS = {
    AI: ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic",
         "virtualRecording"),
    COMPUTED: ("algorithmicMedia", "dataDrivenMedia", "softwareImage", "digitalArt", "digitalCreation"),
    CAPTURED: ("digitalCapture", "computationalCapture", "compositeCapture", "negativeFilm", "positiveFilm",
               "print"),
    OTHER: ("screenCapture", "humanEdits", "minorHumanEdits", "algorithmicallyEnhanced", "composite"),
}  # fmt: skip
"""What a term speaks of: generative AI in all or part; drawn or computed; taken from life; none of these."""
_CODES = {term.lower(): (term, code) for code, terms in TERMS.items() for term in terms}
_AIGC_FIELDS = frozenset(
    {
        "Label",
        "ContentProducer",
        "ProduceID",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode1",
        "ReservedCode2",
    }
)
_CARRIERS = frozenset({"usercomment", "comment", "description", "imagedescription", "parameters"})
_LABEL = re.compile(r"[123]\Z")


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """One mark a term, a producer and a platform's label."""
    yield from dict.fromkeys(
        mark for text in texts for mark in (*_iptc(text), *_china(text), *_platform(text))
    )


def _iptc(text: Text) -> Iterator[Mark]:
    """The term at the end of the address, or written without one ('digsrctype:print')."""
    if text.name == "digitalsourcetype":
        written = re.split(r"[/:#]", text.value.strip().rstrip("/"))[-1][:80]
        term, code = _CODES.get(written.lower(), (written, OTHER))
        if written:
            yield Mark(code, "IPTC", (text.label,), details=(("term", term),))


def _china(text: Text) -> Iterator[Mark]:
    content: Mapping[str, Any] = {}
    if text.name == "aigc":
        content = mapping(text.value)
        content = mapping(content.get("AIGC")) or content
    elif text.name in _CARRIERS and '"AIGC"' in text.value[:10_000]:
        content = mapping(mapping(text.value).get("AIGC"))
    label = words(content.get("Label"))
    if _LABEL.match(label) and len(_AIGC_FIELDS & content.keys()) >= 2:
        producer = words(content.get("ContentProducer")) or words(content.get("ContentPropagator"))
        yield Mark(
            CHINA, "GB 45438", (text.label,), details=(("label", label), ("producer", producer or "–"))
        )


def _platform(text: Text) -> Iterator[Mark]:
    """A value above 0: TikTok's 1 is set by who posted it, 2 by the platform."""
    if "aigc_label_type" in text.value[:10_000]:
        kind = number(mapping(text.value).get("aigc_label_type"))
        if kind.isdigit() and int(kind) > 0:
            yield Mark(PLATFORM, "TikTok", (text.label,), details=(("label", kind),))
