"""What does this RTF file say, and does it fetch or carry something? (RTF 1.9.1)"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from quivive import observables
from quivive.errors import NotInstalled, TooLarge, Unreadable
from quivive.intake import derive
from quivive.messages.documents.office import LINKS, OFFICE_CODES, link_observables
from quivive.model import Context, Item, Source, Subject, Yield, finding

MOST = 16 * 2**20
TEXTUAL = 4 * 2**20
"""Bytes that are left once pictures and objects, which are kept as hexadecimal digits, are cut out."""
_HEX = re.compile(rb"[0-9a-fA-F\s]{32,}")
_LINK = re.compile(r'HYPERLINK\s+"?([^"\\{}\s]{1,2048})')
_TEMPLATE = re.compile(r"\\\*\\template\s{1,9}([^{}]{1,2048})\}")
_OBJECT = re.compile(r"\\object\b|\\objdata\b|\\objocx\b|\\objautlink\b|\\objupdate\b")


class Rtf:
    """Takes RTF apart."""

    name = "messages.rtf"
    version = "1"
    accepts = frozenset({"application/rtf", "text/rtf"})
    online = False
    codes: Mapping[str, str] = {
        "document/remote-template": OFFICE_CODES["document/remote-template"],
        "document/active-object": "The document holds an object that other programs act upon when it is "
        "opened, a known way in for harmful programs.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the specification decides."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield text and links; raise CouldNotLook where it is damaged or too large."""
        if not isinstance(subject, Item):
            return
        if subject.size > MOST:
            raise TooLarge(f"The document is larger than {MOST // 2**20} MiB.")
        source = _HEX.sub(_short, subject.data)[:TEXTUAL].decode("latin-1")
        if _OBJECT.search(source):
            yield finding(self, "document/active-object", "review", subject)
        for target in _TEMPLATE.findall(source)[:3]:
            if "://" in target or target.startswith("\\\\"):
                shown = observables.defang("url", target.strip()[:200])
                yield finding(self, "document/remote-template", "fail", subject, params={"target": shown})
        yield from link_observables(subject, _LINK.findall(source)[:LINKS])
        text = _text(source)[: context.limits.text]
        if any(c.isalnum() for c in text):
            yield derive(subject, "text", text, origin="text of the document", limits=context.limits)


def _short(run: re.Match[bytes]) -> bytes:
    """Long runs of hexadecimal digits are no text."""
    return run[0] if len(run[0]) < 512 else b""


def _text(source: str) -> str:
    try:
        from striprtf import striprtf
    except ImportError as error:
        raise NotInstalled(f"The reader of RTF does not load ({error}): install striprtf.") from error
    read: Any = striprtf.rtf_to_text
    try:
        return str(read(source, errors="ignore")).strip()
    except Exception as error:  # it takes whatever code page and number the file names
        raise Unreadable(f"The document is damaged ({type(error).__name__}).") from error


DETECTORS = (Rtf,)
