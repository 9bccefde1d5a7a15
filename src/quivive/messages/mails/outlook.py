"""What does an Outlook message file say and carry (MS-OXMSG over MS-CFB)?"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import TYPE_CHECKING

from quivive.errors import Unreadable
from quivive.intake import derive
from quivive.messages.mails import mime, outlook_rtf
from quivive.messages.mails.charsets import to_text
from quivive.messages.mails.eml import write
from quivive.messages.mails.mail import Attachment, Mail, compose
from quivive.messages.mails.mime import Field
from quivive.model import Context, Item, Limits, Source, Subject, Yield, finding

if TYPE_CHECKING:
    from olefile import OleFileIO

ATTACHMENTS = 200
DEPTH = 6
"""Levels of messages in messages."""

_BROKEN = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What olefile raises on damaged compound files."""
_SUBJECT, _HEADERS, _BODY, _RTF, _HTML = "0037", "007D", "1000", "1009", "1013"
_SENDER_NAMES, _SENDER_ADDRESSES = ("0C1A", "0042"), ("5D01", "5D02", "0C1F", "0065")
_RECIPIENT_NAMES, _RECIPIENT_ADDRESSES = ("3001",), ("39FE", "3003")
_DATA, _LONG_NAME, _SHORT_NAME, _MIME_TAG, _CONTENT_ID = "3701", "3707", "3704", "370E", "3712"
_SENT, _DELIVERED, _INTERNET_CODE_PAGE, _CODE_PAGE = 0x0039, 0x0E06, 0x3FDE, 0x3FFD


class OutlookDetector:
    """Writes Outlook messages (.msg) down as mails, which the other detectors then examine."""

    name = "messages.outlook"
    version = "1"
    accepts = frozenset({"application/vnd.ms-outlook"})
    online = False
    codes: Mapping[str, str] = {
        "outlook/not-all-read": "Only part of this Outlook message was read: {defects}.",
    }

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield the message as RFC 5322; raise Unreadable if the file is damaged."""
        if not isinstance(subject, Item):
            return
        mail = parse(subject.data, context.limits)
        origin = "the Outlook message as e-mail"
        yield derive(subject, "mail", write(mail), "message/rfc822", origin=origin, channel="email",
                     limits=context.limits)  # fmt: skip
        if mail.defects:
            params = {"defects": "; ".join(mail.defects)}
            yield finding(self, "outlook/not-all-read", "open", subject, params=params)


def parse(data: bytes, limits: Limits = Limits()) -> Mail:
    """Read an Outlook message. Raises Unreadable when the compound file or the message is damaged."""
    from olefile import OleFileIO

    try:
        with OleFileIO(BytesIO(data)) as file:
            return _Storage(file, "", limits, [limits.item_bytes]).mail(0)
    except _BROKEN as error:
        raise Unreadable("This Outlook message is damaged: its compound file does not read.") from error


class _Storage:
    """One storage of the compound file: a message, a recipient or an attachment."""

    def __init__(self, file: OleFileIO, prefix: str, limits: Limits, budget: list[int]) -> None:
        self.file, self.prefix, self.limits = file, prefix, limits
        self.budget = budget
        """Bytes that may still be read: many streams of a hostile file can share the same sectors."""
        self.fixed = self._fixed()
        page = self.fixed.get(_CODE_PAGE, 1252)
        self.encoding = f"cp{page}" if page not in (0, 65001) else "utf-8"

    def mail(self, depth: int) -> Mail:
        headers = self.text(_HEADERS)
        fields = mime.read(headers.encode("utf-8", "replace")).fields if headers.strip() else ()
        body_html = self._html()
        defects: list[str] = []
        body_text = self.text(_BODY) or ("" if body_html else self._rtf_text(defects))
        attachments = tuple(self._attachments(depth, defects))
        if not (fields or body_text or body_html or self.text(_SUBJECT)):
            raise Unreadable("This compound file holds no Outlook message.")
        return compose(
            self._completed(fields),
            body_text[: self.limits.text].replace("\r\n", "\n"),
            body_html,
            attachments,
            tuple(defects),
            self.limits,
        )

    def text(self, *properties: str) -> str:
        """The first of these string properties that is set, Unicode or in the file's code page."""
        for identifier in properties:
            raw = self.read(f"__substg1.0_{identifier}001F")
            if raw:
                return raw.decode("utf-16-le", "replace").rstrip("\0")
            raw = self.read(f"__substg1.0_{identifier}001E")
            if raw:
                return to_text(raw, self.encoding).rstrip("\0")
        return ""

    def read(self, stream: str) -> bytes:
        path = f"{self.prefix}/{stream}" if self.prefix else stream
        if not self.file.exists(path) or self.file.get_type(path) != 2:
            return b""
        self.budget[0] -= self.file.get_size(path)
        if self.budget[0] < 0:
            raise Unreadable("This Outlook message unfolds to more than one item may hold.")
        with self.file.openstream(path) as opened:
            return bytes(opened.read())

    def _fixed(self) -> dict[int, int]:
        """Properties of fixed length (MS-OXMSG §2.4.2): identifier → the 8 bytes of its value."""
        raw = self.read("__properties_version1.0")
        is_message = "__" not in self.prefix.rpartition("/")[2] or self.prefix.endswith("000D")
        start = 8 if not is_message else 24 if self.prefix else 32
        entries = range(start, len(raw) - 15, 16)
        return {
            struct.unpack_from("<H", raw, at + 2)[0]: struct.unpack_from("<Q", raw, at + 8)[0]
            for at in entries
        }

    def _html(self) -> str:
        text = self.text(_HTML)
        raw = b"" if text else self.read(f"__substg1.0_{_HTML}0102")
        page = self.fixed.get(_INTERNET_CODE_PAGE, 65001) & 0xFFFFFFFF
        if raw:
            text = to_text(raw, "utf-8" if page == 65001 else f"cp{page}")
        if not text:
            packed = self.read(f"__substg1.0_{_RTF}0102")
            text = outlook_rtf.to_html(outlook_rtf.decompress(packed)) if packed else ""
        return text

    def _rtf_text(self, defects: list[str]) -> str:
        packed = self.read(f"__substg1.0_{_RTF}0102")
        try:
            return outlook_rtf.to_text(outlook_rtf.decompress(packed)) if packed else ""
        except Unreadable as error:
            defects.append(str(error).rstrip("."))
            return ""

    def _completed(self, fields: tuple[Field, ...]) -> tuple[Field, ...]:
        """Header fields, made from properties where the message never travelled by SMTP."""
        known = {field.name.lower() for field in fields}
        made = {
            "From": _address(self.text(*_SENDER_NAMES), self.text(*_SENDER_ADDRESSES)),
            "To": ", ".join(self._recipients()),
            "Subject": self.text(_SUBJECT),
            "Date": _time(self.fixed.get(_SENT) or self.fixed.get(_DELIVERED) or 0),
        }
        added = (
            Field(name, value, value) for name, value in made.items() if value and name.lower() not in known
        )
        return (*fields, *added)

    def _recipients(self) -> Iterator[str]:
        for storage in self._inside("__recip_version1.0_"):
            yield _address(storage.text(*_RECIPIENT_NAMES), storage.text(*_RECIPIENT_ADDRESSES))

    def _attachments(self, depth: int, defects: list[str]) -> Iterator[Attachment]:
        for number, storage in enumerate(self._inside("__attach_version1.0_"), 1):
            if number > ATTACHMENTS:
                defects.append(f"only the first {ATTACHMENTS} attachments were read")
                return
            name = storage.text(_LONG_NAME, _SHORT_NAME) or f"attachment {number}"
            data, media_type = storage.read(f"__substg1.0_{_DATA}0102"), storage.text(_MIME_TAG)
            embedded = f"{storage.prefix}/__substg1.0_{_DATA}000D"
            if not data and self.file.exists(embedded):
                if depth >= DEPTH:
                    defects.append(f"parts nested deeper than {DEPTH} levels were not opened")
                    continue
                data, media_type = self._embedded(embedded, depth), "message/rfc822"
            content_id = storage.text(_CONTENT_ID)
            if data:
                yield Attachment(name, media_type, data, bool(content_id), content_id)

    def _embedded(self, path: str, depth: int) -> bytes:
        return write(_Storage(self.file, path, self.limits, self.budget).mail(depth + 1))

    def _inside(self, prefix: str) -> Iterator[_Storage]:
        base = self.prefix.split("/") if self.prefix else []
        for entry in self.file.listdir(streams=False, storages=True):
            if entry[:-1] == base and entry[-1].startswith(prefix):
                yield _Storage(self.file, "/".join(entry), self.limits, self.budget)


def _address(name: str, address: str) -> str:
    name = name.replace('"', "'").strip()
    if "@" not in address:  # an Exchange directory name, no mailbox
        return f'"{name}"' if name else ""
    return f'"{name}" <{address}>' if name and name != address else address


def _time(value: int) -> str:
    """RFC 5322 date of a FILETIME: 100 ns since 1601 (MS-DTYP §2.3.3)."""
    try:
        when = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=value // 10)
    except OverflowError:
        return ""
    return format_datetime(when.replace(microsecond=0)) if value else ""


DETECTORS = (OutlookDetector,)
