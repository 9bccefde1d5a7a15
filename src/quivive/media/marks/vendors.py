"""Does a field of the file name a service that makes AI pictures, or carry its own mark?

Marks of their own: Midjourney's 'Job ID: <UUID>' behind the prompt in Description; Google's credit line
'Made with Google AI' (IPTC, 'Google extends AI transparency', 2024); Black Forest Labs' EXIF
(black-forest-labs/flux, src/flux/util.py, save_image); xAI Grok's EXIF pair of Signature and UUID, Ideogram's
Make (both: wiltodelta/remove-ai-watermarks, metadata.py). Names: what EXIF Software, XMP CreatorTool and IPTC
Credit are for is to name the maker, so a field that is such a name is read as it stands. IPTC Photo Metadata
2025.1 added AISystemUsed, AISystemVersionUsed and AIPromptInformation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from quivive.media.marks.carried import Mark, Settings, Text, value_of

CODE, SYSTEM = "mark/vendor", "mark/ai-system"
FLUX = "Black Forest Labs"
_MOST = 200
"""Characters of a field that is a name."""
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_JOB = re.compile(rf" ?{_UUID}\s*\Z", re.IGNORECASE)
_SIGNATURE = re.compile(r"Signature: ?[A-Za-z0-9+/=_-]{40,}\s*\Z")
_GOOGLE = re.compile(r"(?:made|edited|created|generated) with google ai\b", re.IGNORECASE)
_MAKER_FIELDS = frozenset(
    {"software", "creatortool", "credit", "make", "originatingprogram", "imageeditingsoftware", "generator",
     "encoder", "source"}
)  # fmt: skip
"""Fields for programs and providers; those for people would find people of the same name."""
_CAPTIONS = frozenset({"description", "imagedescription", "caption", "usercomment", "comment", "title"})
_NAMES = {
    "Midjourney": r"midjourney",
    "Adobe Firefly": r"(?:adobe )?firefly(?: \d[\w.]*)?",
    "OpenAI": r"(?:openai\b.*|dall[·\-. ]?e(?: ?\d)?|chatgpt(?: image)?|gpt-image[\w.-]*)",
    "Google": r"google (?:gemini|imagen|ai|veo)\b.*|gemini \d[\w .-]*image[\w .-]*",
    "Microsoft": r"(?:bing image creator|microsoft (?:designer|image creator)|image creator from .*)",
    "Meta AI": r"(?:imagine[d]? (?:with|by) (?:meta )?ai|meta ai|made with meta ai)",
    "Ideogram": r"ideogram(?: ai|\.ai)?",
    "Leonardo.Ai": r"leonardo(?:\.ai| ai| interactive.*)",
    "Stability AI": r"(?:stability ai|dreamstudio|stable image .*|stable assistant)",
    "Stable Diffusion": r"stable[ -]?diffusion\b.*",
    FLUX: r"black forest labs\b.*",
    "Apple Image Playground": r"(?:apple )?image playground",
    "xAI Grok": r"(?:xai )?grok(?: imagine)?",
    "Recraft": r"recraft(?:\.ai| ai)?",
    "NightCafe": r"nightcafe(?: studio| creator)?",
    "Runway": r"runway(?:ml| ai| gen-?\d.*)",
    "Kling AI": r"kling ?ai\b.*",
}  # fmt: skip
_NAMED = {vendor: re.compile(rf"(?:{name})\Z", re.IGNORECASE) for vendor, name in _NAMES.items()}


def read(texts: Sequence[Text]) -> Iterator[Mark]:
    """A mark a vendor, and one for IPTC's fields about the AI system."""
    found: dict[str, list[Mark]] = {}
    for each in _READERS:
        for mark in each(texts):
            found.setdefault(mark.whose, []).append(mark)
    for vendor, marks in found.items():
        places = tuple(dict.fromkeys(place for mark in marks for place in mark.places))
        settings = next((mark.settings for mark in marks if mark.settings != Settings()), Settings())
        yield Mark(CODE, vendor, places, settings)
    yield from _system(texts)


def _midjourney(texts: Sequence[Text]) -> Iterator[Mark]:
    for text in texts:
        prompt, _, job = text.value.rpartition("Job ID:")
        if text.name in _CAPTIONS and _JOB.match(job[:_MOST]):
            yield Mark(
                CODE, "Midjourney", (text.label,), Settings(prompt=prompt.strip(), excerpt=f"Job ID:{job}")
            )


def _google(texts: Sequence[Text]) -> Iterator[Mark]:
    for text in texts:
        if text.name in ("credit", "software", "creatortool", "source") and _GOOGLE.match(text.value[:_MOST]):
            yield Mark(CODE, "Google", (text.label,), Settings(excerpt=text.value[:_MOST]))


def _flux(texts: Sequence[Text]) -> Iterator[Mark]:
    software = value_of(texts, "EXIF", "software")
    if software.lower().startswith("ai generated"):
        made_by_flux = "flux" in software.lower() or value_of(texts, "EXIF", "make").startswith(
            "Black Forest"
        )
        yield Mark(CODE, FLUX if made_by_flux else software[:40], ("EXIF Software",),
                   Settings(prompt=value_of(texts, "EXIF", "imagedescription"),
                            model=value_of(texts, "EXIF", "model"), excerpt=software[:_MOST]))  # fmt: skip


def _grok(texts: Sequence[Text]) -> Iterator[Mark]:
    """Both together: a long signature for a description, and a UUID for an artist."""
    description, artist = value_of(texts, "EXIF", "imagedescription"), value_of(texts, "EXIF", "artist")
    if _SIGNATURE.match(description[:20_000]) and re.fullmatch(_UUID, artist.strip()[:_MOST], re.IGNORECASE):
        yield Mark(
            CODE, "xAI Grok", ("EXIF ImageDescription", "EXIF Artist"), Settings(excerpt=description[:40])
        )


def _named(texts: Sequence[Text]) -> Iterator[Mark]:
    for text in texts:
        value = text.value.strip()
        if text.name not in _MAKER_FIELDS or len(value) > _MOST:
            continue
        for vendor, name in _NAMED.items():
            # NovelAI's Source names its model so; novelai.py reads that.
            if name.match(value) and not (text.label == "PNG Source" and vendor == "Stable Diffusion"):
                yield Mark(CODE, vendor, (text.label,), Settings(excerpt=value))


_READERS: tuple[Callable[[Sequence[Text]], Iterator[Mark]], ...] = (
    _midjourney,
    _google,
    _flux,
    _grok,
    _named,
)


def _system(texts: Sequence[Text]) -> Iterator[Mark]:
    fields = {text.name: text for text in texts if text.name in ("aisystemused", "aipromptinformation")}
    if fields:
        version = next((text.value for text in texts if text.name == "aisystemversionused"), "")
        system = fields["aisystemused"].value if "aisystemused" in fields else ""
        prompt = fields["aipromptinformation"].value if "aipromptinformation" in fields else ""
        settings = Settings(prompt=prompt, model=f"{system} {version}".strip())
        yield Mark(SYSTEM, system or "?", tuple(text.label for text in fields.values()), settings)
