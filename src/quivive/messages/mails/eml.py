"""How is a mail of another format written down as RFC 5322, so that it is examined like any mail?"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from email.header import Header

from quivive.messages.mails.mail import Attachment, Mail

_OWN = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-length"})
_SEALS = frozenset({"dkim-signature", "arc-seal", "arc-message-signature"})
"""Signatures over the bytes as they travelled: over other bytes they would only seem forged."""


def write(mail: Mail) -> bytes:
    """The same fields, bodies and attachments as one multipart message; same mail, same bytes."""
    parts = [_body("plain", mail.body_text), _body("html", mail.body_html), *map(_file, mail.attachments)]
    parts = [part for part in parts if part]
    boundary = b"=_" + hashlib.sha256(b"".join(parts)).hexdigest().encode()[:40]
    head = b"".join(_fields(mail))
    head += b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    return (
        head
        + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
        + b"--"
        + boundary
        + b"--\r\n"
    )


def _fields(mail: Mail) -> Iterator[bytes]:
    for field in mail.headers:
        if field.name.lower() not in _OWN | _SEALS:
            value = re.sub(r"[\r\n\0]+", " ", field.raw)
            encoded = value if value.isascii() else Header(value, "utf-8", maxlinelen=0).encode(linesep="")
            yield f"{field.name}: {encoded}\r\n".encode("ascii", "replace")


def _body(subtype: str, text: str) -> bytes:
    if not text.strip():
        return b""
    raw = text.encode("utf-8", "replace")
    return _part(f"text/{subtype}; charset=utf-8", "inline", raw)


def _file(attachment: Attachment) -> bytes:
    kind = re.sub(r"[^\w/.+-]", "", attachment.media_type, flags=re.ASCII) or "application/octet-stream"
    if kind == "message/rfc822":
        return b"Content-Type: message/rfc822\r\n\r\n" + attachment.data
    name = "".join(f"%{byte:02X}" for byte in attachment.name.encode("utf-8", "replace"))
    return _part(kind, f"attachment; filename*=utf-8''{name}", attachment.data)


def _part(kind: str, disposition: str, data: bytes) -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Disposition: {disposition}\r\n"
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + b"\r\n".join(
        binascii.b2a_base64(data[at : at + 57], newline=False) for at in range(0, len(data), 57)
    )
