"""What would an image examiner say first about this file: what it is, and what in it does not fit?

What a file says of itself can be copied, typed in or taken away, and messengers take most of it away: so an
ordinary file gets one line, and only what contradicts itself or hides something is for review: another file
behind the picture's end, a preview that shows more or something else, times that cannot all be true.
Error rates (benchmarks/media_history.py): of 3,317 sample pictures out of packages four got a finding for
review, and all four were what it says. An earlier compression, where pictures have detail enough (83 of 100)
and the two qualities lie ten or more apart, was seen in 92 of 100; wrongly in 5 of 1,000 files, all of
them of two drawings in flat colours; never once a picture was scaled in between, as messengers do.
Limits: an earlier compression is looked for in JPEG alone; what stands behind the end of HEIC, AVIF and TIFF
is seen if it is a ZIP archive; previews are those of EXIF and Photoshop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quivive.apart import apart
from quivive.intake import derive
from quivive.media.history import recompression, sentences, times
from quivive.media.history.families import Family, Traits, families
from quivive.media.history.reading import FORMATS, History, Hung, read
from quivive.media.history.shown import shown
from quivive.media.video.video_detector import ORIGIN as PICTURE_OF_VIDEO
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding

SECONDS = 2.0
MOST_DERIVED = 64 * 2**20
"""Octets of a trailer that become an item of their own."""
_SENTENCES = ("history/hidden-file", "history/text-behind", "history/film-behind", "history/picture-behind",
              "history/unknown-behind")  # fmt: skip
_BEHIND = {"file": 0, "text": 1, "film": 2, "pictures": 3, "unknown": 4}
_TIMES = {
    "order": "history/changed-before-made",
    "place": "history/satellite-time",
    "future": "history/future",
}


class FileHistory:
    """One line on what the file is, and a finding for each thing in it that a person should know of."""

    name = "media.history"
    version = "1"
    accepts = frozenset(FORMATS)
    online = False
    codes: Mapping[str, str] = sentences.CODES

    def sources(self) -> tuple[Source, ...]:
        """No dated data."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield findings, and what stands behind the picture or in its preview as items of their own."""
        if not isinstance(subject, Item) or subject.origin == PICTURE_OF_VIDEO:  # written here
            return
        history = apart(read, subject.data, subject.media_type, seconds=SECONDS)
        yield self._line(subject, history)
        yield from self._cut_off(subject, history)
        yield from self._behind(subject, history, context)
        yield from self._preview(subject, history, context)
        yield from self._times(subject, history, context)
        yield from self._editing(subject, history)
        yield from self._persons(subject, history)

    def _line(self, item: Item, history: History) -> Finding:
        """The one line that says what the file is."""
        found = families(_traits(item, history))
        code, program = _code(history, found)
        params = {
            "format": history.format, "size": f"{history.size[0]} × {history.size[1]}",
            "quality": history.quality, "camera": shown(history.camera), "program": program,
        }  # fmt: skip
        return finding(self, code, "informational", item, params=params, where=Where(part=_written(history)))

    def _cut_off(self, item: Item, history: History) -> Iterator[Yield]:
        if history.cut_off:
            yield finding(self, "history/cut-off", "informational", item)

    def _behind(self, item: Item, history: History, context: Context) -> Iterator[Yield]:
        for hung in history.trailers:
            if hung.kind == "phone" or (hung.kind == "pictures" and hung.named):
                continue
            code = _SENTENCES[_BEHIND[hung.kind]]
            kind: Kind = "review" if hung.kind == "file" else "informational"
            octets = f"{hung.end - hung.begin:,}".replace(",", " ")
            yield finding(self, code, kind, item, params={"type": hung.media_type, "octets": octets},
                          where=Where(part=f"octets {hung.begin} to {hung.end}"))  # fmt: skip
            if hung.kind != "unknown" and hung.end - hung.begin <= MOST_DERIVED:
                yield _derived(item, hung, context)

    def _preview(self, item: Item, history: History, context: Context) -> Iterator[Yield]:
        compared = history.preview
        if compared is None or compared.verdict not in ("cropped", "differs"):
            return
        yield finding(self, f"history/preview-{compared.verdict}", "review", item,
                      params={"share": round(100 * compared.share)})  # fmt: skip
        yield derive(item, "preview.jpg", history.thumbnail, "image/jpeg", origin="preview of the picture",
                     limits=context.limits)  # fmt: skip

    def _times(self, item: Item, history: History, context: Context) -> Iterator[Yield]:
        for each in times.contradictions(history.stamps, context.now):
            params = {"at": each.stamp.shown, "field": each.stamp.field}
            if each.other:
                params |= {"other": each.other.shown, "other_field": each.other.field}
            yield finding(self, _TIMES[each.kind], "review", item, params=params)

    def _editing(self, item: Item, history: History) -> Iterator[Yield]:
        if history.steps:
            steps = "; ".join(
                ", ".join(shown(part) for part in (step.action, step.program, step.when[:16]) if part)
                for step in history.steps
            )
            yield finding(self, "history/steps", "informational", item,
                          params={"count": len(history.steps), "steps": steps})  # fmt: skip
        if recompression.told(history.recompression):
            assert history.recompression
            yield finding(self, "history/recompressed", "informational", item,
                          score=history.recompression.score,
                          params={"first": history.recompression.first, "last": history.quality},
                          references=sentences.RECOMPRESSION)  # fmt: skip

    def _persons(self, item: Item, history: History) -> Iterator[Yield]:
        if history.serial:
            yield finding(self, "history/serial-number", "informational", item)
        if history.owner:
            yield finding(self, "history/owner-name", "informational", item)
        if history.place:
            latitude, longitude = (f"{angle:.1f}°" for angle in history.place)
            yield finding(self, "history/location", "informational", item,
                          params={"latitude": latitude, "longitude": longitude})  # fmt: skip


def _traits(item: Item, history: History) -> Traits:
    return Traits(
        format=history.format, size=history.size, file_name=item.name, programs=history.programs,
        camera=history.camera, facebook=history.facebook, photoshop=history.photoshop,
        screenshot=history.screenshot, bare=history.bare, subsampling=history.subsampling,
        quality=history.quality,
    )  # fmt: skip


def _code(history: History, found: tuple[Family, ...]) -> tuple[str, str]:
    """(code of the line, the program that it names): the surest and most telling family goes first."""
    by_code = {_family_code(each): " / ".join(each.names) for each in reversed(found)}
    for code in sentences.BY_FAMILY:
        if code in by_code:
            edited = code == "history/edited" and history.camera
            return ("history/edited-camera" if edited else code), by_code[code]
    if history.camera:
        return "history/camera", ""
    if history.software:
        return "history/software", shown(history.software)
    return ("history/jpeg" if history.quality else "history/file"), ""


def _family_code(family: Family) -> str:
    if family.kind == "messenger":
        return {"mark": "history/uploaded", "name": "history/messenger-name"}.get(
            family.by, "history/messenger-size"
        )
    if family.kind == "screen":
        return {"name": "history/screenshot-name", "size": "history/screen-size"}.get(
            family.by, "history/screenshot"
        )
    return "history/edited" if family.kind == "editor" else "history/converted"


def _written(history: History) -> str:
    """How the file is written, for those who know: 'JPEG, quality 75, 4:2:0, progressive'."""
    if history.format != "JPEG":
        return history.format
    words = [
        "JPEG", f"quality {history.quality}" if history.quality else "",
        f"tables of Photoshop ({history.preset})" if history.preset
        else "tables of its own" if history.own_tables else "tables of libjpeg",
        history.subsampling, "progressive" if history.progressive else "baseline",
        "usual Huffman tables" if history.standard_huffman else "optimised Huffman tables",
    ]  # fmt: skip
    return ", ".join(word for word in words if word)


def _derived(item: Item, hung: Hung, context: Context) -> Item:
    return derive(item, f"behind the picture ({hung.begin})", item.data[hung.begin : hung.end],
                  origin="behind the end of the picture", limits=context.limits)  # fmt: skip


DETECTORS = (FileHistory,)
