"""Does a file that came with a message run when opened, or pretend to be another kind of file?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from quivive.sniff import sniff

Risk = Literal["program", "container", "macro", "page", "double-extension", "reversed-name", "mismatch"]

_PROGRAMS = frozenset(
    str.split(
        "apk appx appxbundle bat cmd com cpl dll dmg exe hta inf jar jnlp js jse lnk msc msi msix msp "
        "pif pkg ps1 psm1 reg scf scr sct settingcontent-ms sh url vb vbe vbs website wsc wsf wsh xbap "
        "xll"
    )
)
_CONTAINERS = frozenset(str.split("cab img iso one onepkg udf vhd vhdx"))
"""Files that mount or unfold on a click and so carry programs past a mail filter."""
_MACROS = frozenset(str.split("docm dotm potm ppam ppsm pptm sldm xlam xlsb xlsm xltm"))
_HARMLESS = frozenset(
    str.split(
        "avi bmp csv doc docx eml gif heic jpeg jpg m4a mov mp3 mp4 odt pdf png ppt pptx rtf tif tiff "
        "txt wav xls xlsx zip"
    )
)
_DISGUISED = _PROGRAMS | _CONTAINERS | {"html", "htm", "svg"}
_PAGES = frozenset({"text/html", "image/svg+xml"})
_RUNS = {
    "application/vnd.microsoft.portable-executable": "a Windows program",
    "application/x-elf": "a Linux program",
    "application/x-mach-binary": "a macOS program",
    "application/x-ms-shortcut": "a Windows shortcut",
    "application/vnd.android.package-archive": "an Android app",
    "application/java-archive": "a Java program",
    "text/x-shellscript": "a script",
}
_UNFOLDS = {
    "application/x-iso9660-image": "a disk image",
    "application/x-vhd": "a virtual disk",
    "application/vnd.ms-cab-compressed": "a cabinet archive",
    "application/onenote": "a OneNote notebook",
}
_SHAPES = {  # what the end of a name promises, and the content that keeps the promise
    "pdf": ("application/pdf",),
    "jpg": ("image/",),
    "jpeg": ("image/",),
    "png": ("image/",),
    "gif": ("image/",),
    "txt": ("text/", "application/json", "message/", "application/mbox"),
    "mp3": ("audio/", "video/"),
    "wav": ("audio/",),
    "mp4": ("video/", "audio/"),
    "docx": ("application/",),
    "xlsx": ("application/",),
}
_REVERSING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def risks(name: str, data: bytes) -> Iterator[tuple[Risk, dict[str, str]]]:
    """What is dangerous about a file, by its true name (control characters kept) and its bytes.

    Yields the kind of risk and what to name in the sentence about it.
    """
    content = sniff(data)
    last = name.replace("\\", "/").rpartition("/")[2].rstrip(" .")  # as Windows saves it
    stems = [part.strip().lower() for part in last.split(".")]
    extension = re.sub(r"[^\w-]+$", "", stems[-1]) if len(stems) > 1 else ""
    shown = {"name": _REVERSING.sub("", name)}
    if _REVERSING.search(name):
        yield "reversed-name", {**shown, "extension": extension}
    if len(stems) > 2 and stems[-2] in _HARMLESS and extension in _DISGUISED:
        yield "double-extension", {**shown, "pretends": stems[-2], "extension": extension}
    if content in _RUNS or extension in _PROGRAMS:
        yield "program", {**shown, "kind": _RUNS.get(content, f"a .{extension} file, which runs when opened")}
    elif content in _UNFOLDS or extension in _CONTAINERS:
        yield "container", {**shown, "kind": _UNFOLDS.get(content, f"a .{extension} file")}
    elif extension in _MACROS:
        yield "macro", {**shown, "extension": extension}
    if not _keeps_promise(extension, content):
        yield "mismatch", {**shown, "extension": extension, "content": content}


def _keeps_promise(extension: str, content: str) -> bool:
    """False only where a name promises what the content clearly is not."""
    if extension not in _SHAPES or content == "application/octet-stream":
        return True
    return content.startswith(_SHAPES[extension]) and not (content in _PAGES and extension != "txt")
