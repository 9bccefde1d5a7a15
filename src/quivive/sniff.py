"""What kind of bytes are these? By content first, by name only where content cannot tell."""

from __future__ import annotations

import re

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (257, b"ustar", "application/x-tar"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (0, b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (0, b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    (0, b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/x-wav", b"AVI ": "video/x-msvideo"}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_ZIP_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
)
_BY_NAME = {
    "eml": "message/rfc822",
    "mbox": "application/mbox",
    "html": "text/html",
    "htm": "text/html",
    "svg": "image/svg+xml",
    "ics": "text/calendar",
    "json": "application/json",
    "xml": "application/xml",
    "csv": "text/csv",
    "txt": "text/plain",
}
_HEADER = re.compile(
    rb"(?:received|return-path|from|to|subject|date|message-id|mime-version|delivered-to|x-[\w-]+|"
    rb"dkim-signature|authentication-results|reply-to|content-type|arc-[\w-]+)\s*:",
    re.IGNORECASE,
)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|table|div|p|a|meta|script)\b", re.IGNORECASE)


def sniff(data: bytes, name: str = "") -> str:
    """Media type of `data`; 'application/octet-stream' where nothing tells."""
    return _by_magic(data) or _by_text(data[:65536], _suffix(name)) or "application/octet-stream"


def _suffix(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _by_magic(data: bytes) -> str | None:
    for offset, magic, media_type in _MAGIC:
        if data.startswith(magic, offset):
            return _zip_type(data) if media_type == "application/zip" else media_type
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12])
    if data[4:8] == b"ftyp":
        return _iso_media(data[8:12])
    return None


def _iso_media(brand: bytes) -> str:
    if brand in _HEIF_BRANDS:
        return "image/heic"
    if brand == b"avif":
        return "image/avif"
    return "audio/mp4" if brand.startswith(b"M4A") else "video/mp4"


def _zip_type(data: bytes) -> str:
    head = data[:4096]
    # The central directory at the end names every part, whatever their order at the start.
    names = head + data[-65536:]
    for part, media_type in _ZIP_PARTS:
        if part in names and (b"[Content_Types].xml" in names or part.startswith((b"mimetype", b"Android"))):
            return media_type
    return "application/zip"


def _by_text(head: bytes, suffix: str) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _BY_NAME.get(suffix, "text/plain")
    if b"\x00" in head:
        return None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"From ") and _HEADER.search(start[:4096]):
        return "application/mbox"
    if _HEADER.match(start) and suffix not in ("txt", "csv", "json", "html"):
        return "message/rfc822" if _looks_like_mail(start) or suffix == "eml" else "text/plain"
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return "text/calendar"
    if suffix == "eml":
        return "message/rfc822"
    return _markup(start, suffix) or _BY_NAME.get(suffix) or _plain(head)


def _looks_like_mail(start: bytes) -> bool:
    """At least two header fields before the first empty line, or one that only mail has."""
    block = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    fields = {match.group().lower() for match in re.finditer(rb"(?m)^[\w-]+(?=:)", block)}
    known = fields & {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"return-path"}
    return len(known) >= 2 or b"mime-version" in fields


def _markup(start: bytes, suffix: str) -> str | None:
    if start[:1] in (b"{", b"[") and suffix in ("json", ""):
        return "application/json"
    if start.startswith(b"<?xml") or suffix == "xml":
        return "image/svg+xml" if b"<svg" in start[:2048] else "application/xml"
    if start.startswith(b"<svg"):
        return "image/svg+xml"
    if start.startswith(b"<") and _HTML.search(start[:2048]):
        return "text/html"
    return None


def _plain(head: bytes) -> str | None:
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b\x08" for byte in head)
    return "text/plain" if control <= len(head) // 50 else None
