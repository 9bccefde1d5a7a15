"""What kind of bytes are these? By content first, by name only where content cannot tell."""

from __future__ import annotations

import re

from quivive import exports, sniff_sound

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
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
    (0, b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (0, b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (0, b"\x4d\x3c\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (0, b"\xa1\xb2\x3c\x4d", "application/vnd.tcpdump.pcap"),
    (0, b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    (0, b"-----BEGIN CERTIFICATE-----", "application/x-x509-cert"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe\x00\x00\x00", "application/x-mach-binary"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (0, b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "application/onenote"),
    (0, b"ITSF\x03\x00\x00\x00", "application/vnd.ms-htmlhelp"),
    (0, b"vhdxfile", "application/x-vhd"),
    (0, b"conectix", "application/x-vhd"),
    (0x8001, b"CD001", "application/x-iso9660-image"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
)
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_ZIP_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/", _OOXML + "wordprocessingml.document"),
    (b"xl/", _OOXML + "spreadsheetml.sheet"),
    (b"ppt/", _OOXML + "presentationml.presentation"),
)
_ZIP_MIMETYPES: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/epub+zip", "application/epub+zip"),
    *(
        (b"mimetype" + kind.encode(), kind)
        for kind in (_ODF + "text", _ODF + "spreadsheet", _ODF + "presentation", _ODF + "graphics")
    ),
)
_X509_V3 = b"\xa0\x03\x02\x01\x02"
"""The version field that opens a certificate's content (RFC 5280 §4.1)."""
_OUTLOOK_STREAM = "__properties_version1.0".encode("utf-16-le")
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
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "msg": "application/vnd.ms-outlook",
    "txt": "text/plain",
}
_HEADER = re.compile(
    rb"(?:received|return-path|from|to|subject|date|message-id|mime-version|delivered-to|x-[\w-]+|"
    rb"dkim-signature|authentication-results|reply-to|content-type|arc-[\w-]+)\s*:",
    re.IGNORECASE,
)
_MBOX = re.compile(rb"From [^\r\n]{0,200}\r?\n>?[!-9;-~]{1,76}:", re.IGNORECASE)
"""The separator line and a header field: a text that begins 'From next month …' is no mailbox."""
_SIP = re.compile(rb"SIP/\d\.\d \d{3}[ \r\n]|[A-Z]{1,32} +[^\r\n]{1,4000} SIP/\d\.\d *\r?\n")
"""The first line of a response or a request (RFC 3261 §7.1, §7.2)."""
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|table|div|p|a|meta|script)\b", re.IGNORECASE)


def sniff(data: bytes, name: str = "") -> str:
    """Media type of `data`; 'application/octet-stream' where nothing tells."""
    suffix = _suffix(name)
    kind = _by_magic(data) or _by_text(data[:65536], suffix) or "application/octet-stream"
    damaged = kind == "application/x-ole-storage" and suffix == "msg"  # cut off before its directory
    return _BY_NAME["msg"] if damaged else kind


def _suffix(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _by_magic(data: bytes) -> str | None:
    for offset, magic, media_type in _MAGIC:
        if data.startswith(magic, offset):
            look_inside = _LOOK_INSIDE.get(media_type)
            return look_inside(data) if look_inside else media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:2] == b"\x30\x82" and data[4:6] == b"\x30\x82" and data[8:13] == _X509_V3:
        return "application/x-x509-cert"
    if data[:2] == b"MZ" and b"PE\x00\x00" in data[:4096]:
        return "application/vnd.microsoft.portable-executable"
    if data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    return sniff_sound.media_type(data)


def _zip_type(data: bytes) -> str:
    """By the first entry or by the parts that the central directory names, whatever their order."""
    for mark, media_type in _ZIP_MIMETYPES:
        if data.startswith(mark, 30):
            return media_type
    names = data[:4096] + data[-65536:]
    if b"AndroidManifest.xml" in names and (b"classes.dex" in names or b"resources.arsc" in names):
        return "application/vnd.android.package-archive"
    if b"[Content_Types].xml" in names:
        return next((kind for part, kind in _ZIP_PARTS if part in names), "application/zip")
    if b"META-INF/MANIFEST.MF" in names and b".class" in names:
        return "application/java-archive"
    return "application/zip"


def _ole_type(data: bytes) -> str:
    """An Outlook message by a stream that each has (MS-OXMSG §2.4); names are UTF-16 (MS-CFB §2.6.1)."""
    return "application/vnd.ms-outlook" if _OUTLOOK_STREAM in data else "application/x-ole-storage"


_LOOK_INSIDE = {"application/zip": _zip_type, "application/x-ole-storage": _ole_type}


def _by_text(head: bytes, suffix: str) -> str | None:
    head = _as_utf8(head)
    if head.count(0) > len(head) // 200:  # a stray NUL does not make a text binary
        return None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _SIP.match(start):
        return "message/sip"
    if _MBOX.match(start):
        return "application/mbox"
    if _HEADER.match(start) and suffix not in ("txt", "csv", "json", "html"):
        return "message/rfc822" if _looks_like_mail(start) or suffix == "eml" else "text/plain"
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return "text/calendar"
    if start[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    if suffix == "eml":
        return "message/rfc822"
    if start[:2] == b"#!":
        return "text/x-shellscript"
    by_name = None if suffix == "msg" else _BY_NAME.get(suffix)
    return _markup(start, suffix) or exports.text_export(start) or by_name or _plain(head)


def _as_utf8(head: bytes) -> bytes:
    """UTF-16 text (with a byte order mark) as UTF-8, so that one set of marks tells what it is."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "replace").encode("utf-8", "replace")
    return head


def _looks_like_mail(start: bytes) -> bool:
    """At least two header fields before the first empty line, or one that only mail has."""
    block = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    fields = {match.group().lower() for match in re.finditer(rb"(?m)^[\w-]+(?=:)", block)}
    known = fields & {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"return-path"}
    return len(known) >= 2 or b"mime-version" in fields


def _markup(start: bytes, suffix: str) -> str | None:
    if start[:1] in (b"{", b"[") and suffix in ("json", "jsonl", "ndjson", ""):
        return exports.json_export(start) or ("application/json" if _is_json(start) else None)
    if b"<smses" in start[:4096]:
        return "application/x-sms-backup+xml"
    if start.startswith(b"<?xml") or suffix == "xml":
        return _xml_shape(start)
    if start.startswith(b"<svg"):
        return "image/svg+xml"
    if start.startswith(b"<") and _HTML.search(start[:2048]):
        return exports.html_export(start) or "text/html"
    return None


def _is_json(start: bytes) -> bool:
    """'[' also opens a chat line; JSON goes on with a value or closes."""
    return re.match(rb"[\[{]\s*(?:[\[{\"\]}]|-?\d+(?:\.\d+)?\s*[,\]]|true|false|null|$)", start) is not None


def _xml_shape(start: bytes) -> str:
    if b"<svg" in start[:2048]:
        return "image/svg+xml"
    return "text/html" if b"<html" in start[:2048].lower() else "application/xml"


def _plain(head: bytes) -> str | None:
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b\x08" for byte in head)
    return "text/plain" if control <= len(head) // 50 else None
