"""Which pictures belong to a finding, and what stands beside each in words?"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from quivive.model import Figure, Finding, Report
from quivive.render.safe import inert

BITMAPS = {"image/png": "png", "image/jpeg": "jpg"}
"""Kinds that a page may carry, with the ending of their files; drawings as text (SVG) could hold scripts."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


@dataclass(frozen=True)
class Picture:
    """A bitmap of a finding, made harmless to show.

    `source`: a data URI, '' where the picture was left out (a redacted report); `alt`: the first line of its
    text, what it is; `beside`: the other lines, what it shows.
    """

    source: str
    alt: str
    beside: tuple[str, ...]


def pictures(finding: Finding) -> list[Picture]:
    """The bitmaps of a finding, in order; figures of other kinds are left out."""
    return [_picture(figure) for figure in finding.figures if _is_bitmap(figure)]


def beside(finding: Finding) -> list[str]:
    """What the finding's pictures show, for forms that have no pictures."""
    return [line for picture in pictures(finding) for line in picture.beside]


def files(report: Report) -> Iterator[tuple[str, bytes]]:
    """Every picture of a report as a file: its name ('f3-voice-picture-1.png') and its bytes."""
    for finding in report.findings:
        bitmaps = [figure for figure in finding.figures if _is_bitmap(figure) and figure.data]
        for number, figure in enumerate(bitmaps, 1):
            # codes are ours, yet a report may come from elsewhere
            name = re.sub(r"[^\w.-]+", "-", f"{finding.id}-{finding.code}-{number}", flags=re.ASCII)
            try:
                data = base64.b64decode(figure.data, validate=True)
            except binascii.Error:
                continue
            yield f"{name.strip('.-')[:80]}.{BITMAPS[figure.media_type]}", data


def _is_bitmap(figure: Figure) -> bool:
    return figure.media_type in BITMAPS and _BASE64.fullmatch(figure.data) is not None


def _picture(figure: Figure) -> Picture:
    first, *others = figure.text.splitlines() or [""]
    source = f"data:{figure.media_type};base64,{figure.data}" if figure.data else ""
    return Picture(source, inert(first), tuple(inert(line) for line in others))
