"""Which generator's marks does the file carry, and what contradicts them?

Programs that make pictures, films and sounds with AI write into the file how they did it, and some label
what they make. Where such a text is there, it says more than any score: often the prompt, the model and the
seed. It proves nothing by itself, since anyone can add or remove it, and most services and messengers
remove it: a file without marks may have been made by AI all the same. What does not fit together (another
size than the text says, a camera's data beside a workflow, two generators) is told too.
`benchmarks/media_marks.py` measures what is found and what is found wrongly; `references.py` says where
each mark is documented. Not read: what is signed (C2PA, another detector), and watermarks in pixels that
only their makers can read (SynthID).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quivive.apart import apart
from quivive.media.marks import containers, contradictions, reading, references, wording
from quivive.media.marks.carried import Mark
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding

SECONDS = 2.0
_ANYONE = " Anyone can add or remove such a text."
_SETTINGS = " ({place}). It says: {settings}." + _ANYONE
_APART = "What the file carries does not fit together: "
_PROGRAMS = {
    "invokeai": "InvokeAI", "novelai": "NovelAI", "fooocus": "Fooocus", "swarmui": "SwarmUI",
    "easydiffusion": "Easy Diffusion", "drawthings": "Draw Things",
}  # fmt: skip
_LABEL_NOTE = " Anyone can add, change or remove this label."
_INFORMATIONAL = frozenset(
    {"mark/source-type-captured", "mark/source-type-other", "mark/scaled", "mark/partly-read"}
)


class GeneratorMarks:
    """Reads the texts that generators of AI content leave in pictures, films and sounds. No score."""

    name = "media.marks"
    version = "1"
    accepts = containers.TYPES
    online = False
    codes: Mapping[str, str] = {
        "mark/a1111": "The file carries settings as Stable Diffusion web UI (AUTOMATIC1111) and its "
        "relatives write them into the pictures that they make" + _SETTINGS,
        "mark/comfyui": "The file carries a node graph of ComfyUI, a program that makes and edits pictures, "
        "films and sounds with AI models" + _SETTINGS,
        **{f"mark/{code}": f"The file carries settings as {name} writes them into the pictures that it makes"
           f"{_SETTINGS}" for code, name in _PROGRAMS.items()},
        "mark/stealth": "The file carries a text hidden in the lowest bits of its pixels ({place}), as "
        "makers of AI pictures hide their settings; it reads “{text}”." + _ANYONE,
        "mark/vendor": "The file carries a mark of {vendor}, which makes pictures, films or sounds with AI"
        + _SETTINGS,
        "mark/ai-system": "The file carries the entry that it was made with the AI system {vendor} (IPTC"
        "; {place}). It says: {settings}." + _ANYONE,
        "mark/digital-source-type": "The file carries the label “{term}” (IPTC digital source type; "
        "{place}). Programs set it where AI made or changed all or a part of it." + _LABEL_NOTE,
        "mark/source-type-computed": "The file carries the label “{term}” (IPTC digital source type; "
        "{place}). Programs set it where the content was drawn or computed and not taken from life."
        + _LABEL_NOTE,
        "mark/source-type-captured": "The file carries the label “{term}” (IPTC digital source type; "
        "{place}). Programs set it where a camera or scanner took it; without a signature that counts for "
        "nothing." + _LABEL_NOTE,
        "mark/source-type-other": "The file carries the label “{term}” (IPTC digital source type; {place}). "
        "It neither says that AI made the content nor that it was taken from life." + _LABEL_NOTE,
        "mark/aigc-label": "The file carries the label for AI-generated content that China prescribes "
        "(GB 45438-2025; {place}): value {label}, where 1 means that AI made it, 2 that AI may have made it "
        "and 3 that this is suspected. Producer or service: {producer}." + _LABEL_NOTE,
        "mark/platform-label": "The file carries a video platform's label for AI-generated content "
        "({place}, value {label}). Who posts a film or the platform itself sets it." + _LABEL_NOTE,
        "mark/contradiction-size": _APART + "the text of {generator} says {told} pixels, the picture has "
        "{size}. It was cropped or changed after it was made, or the text was copied from another picture.",
        "mark/scaled": "The text of {generator} says {told} pixels, the picture has {size}. That fits an "
        "enlarged or reduced copy, or several pictures side by side.",
        "mark/contradiction-camera": _APART + "the mark of {generator}, and a camera's data ({camera}, "
        "{exposure}). One of both was copied in, or a photograph was worked on with that program.",
        "mark/contradiction-source-type": _APART + "the label “{term}”, which says that it was taken from "
        "life, and {generator}, which speaks of AI.",
        "mark/contradiction-generators": _APART + "marks of two different makings, {one} and {other}. One of "
        "both was copied in, or the picture went through both.",
        "mark/partly-read": "Not everything in which a generator's mark could stand was read: {what}.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """No dated data."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield a finding a mark and a contradiction; none where the file carries neither."""
        if not isinstance(subject, Item):
            return
        found = apart(reading.read, subject.data, subject.media_type, seconds=SECONDS)
        for mark in found.marks:
            yield self._say(mark, subject)
        for each in contradictions.find(found):
            params = {key: wording.shown(value, 120) for key, value in each.params.items()}
            yield finding(self, each.code, _kind(each.code), subject, params=params)
        if found.unread:
            what = "; ".join(dict.fromkeys(found.unread[:5]))
            yield finding(self, "mark/partly-read", "informational", subject, params={"what": what})

    def _say(self, mark: Mark, item: Item) -> Finding:
        place = wording.places(mark)
        params = {"place": place, "settings": wording.settings(mark), "vendor": wording.shown(mark.whose)}
        params |= {key: wording.shown(value, wording.PROMPT) for key, value in mark.details}
        return finding(self, mark.code, _kind(mark.code), item, params=params, where=Where(part=place),
                       references=references.of(mark.code, mark.whose), topics=("made-picture",))  # fmt: skip


def _kind(code: str) -> Kind:
    return "informational" if code in _INFORMATIONAL else "review"


DETECTORS = (GeneratorMarks,)
