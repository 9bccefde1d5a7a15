"""Which characters and bytes stand behind the encodings of a mail (RFC 2045, RFC 2047), also broken ones?"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator

from quivive.intake import decode

_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,80}\?[bBqQ]\?)")
_BASE64_LINE = re.compile(rb"(?m)^[A-Za-z0-9+/]{20,}={0,2}[ \t]*\r?$")
_WIDER = {  # what mail programs really write under these names (WHATWG Encoding, §4.2)
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})


def words(value: str) -> str:
    """`value` with its encoded words (RFC 2047) decoded; broken ones stay as they stand."""
    if "=?" not in value:
        return value
    value = _BETWEEN_WORDS.sub(r"\1", value)
    pieces: list[tuple[str, bytes]] = []
    position = 0
    for match in _WORD.finditer(value):
        pieces.append(("", value[position : match.start()].encode("utf-8", "replace")))
        pieces.append((match[1].lower(), _word_bytes(match[2], match[3])))
        position = match.end()
    pieces.append(("", value[position:].encode("utf-8", "replace")))
    return "".join(_join_words(pieces))


def _join_words(pieces: list[tuple[str, bytes]]) -> Iterator[str]:
    """Neighbouring words of one charset are joined before decoding: senders cut inside characters."""
    charset, held = "", bytearray()
    for next_charset, raw in pieces:
        if not raw:
            continue
        if next_charset != charset:
            yield to_text(bytes(held), charset or "utf-8")
            charset, held = next_charset, bytearray()
        held += raw
    yield to_text(bytes(held), charset or "utf-8")


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return base64(raw) if encoding in "bB" else binascii.a2b_qp(raw, header=True)


def transfer_decode(body: bytes, encoding: str) -> bytes:
    """The bytes behind a content transfer encoding (RFC 2045 §6); unknown ones are left as they are."""
    if encoding.startswith("base64"):
        return base64(body)
    if encoding.startswith("quoted"):
        return binascii.a2b_qp(body)
    return body


def base64(body: bytes) -> bytes:
    """Decode base64 however badly it was wrapped, padded or cut (RFC 2045 §6.8: ignore what is foreign)."""
    head, _, rest = body.partition(b"=")
    chunks = [head, *(rest.split(b"=") if _BASE64_LINE.search(rest) else ())]
    return b"".join(_quads(re.sub(rb"[^A-Za-z0-9+/]+", b"", chunk)) for chunk in chunks)


def _quads(kept: bytes) -> bytes:
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def to_text(raw: bytes, charset: str) -> str:
    """Characters of `raw`: as declared, unless the bytes show that the declaration is wrong."""
    name = _codec(charset)
    if name not in ("utf-8", "") and not name.startswith(("utf", "iso2022", "hz")):
        single_byte = name.startswith(("iso8859", "cp125", "koi8", "mac", "latin", "ascii"))
        if single_byte and not raw.isascii():
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                pass
    try:
        return raw.decode(name or "utf-8")
    except (UnicodeError, ValueError, LookupError):
        if name in _WIDER.values() or name.startswith(("cp125", "iso8859")):
            return raw.decode(name, "replace")
        return decode(raw, len(raw))


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip() or "utf-8").name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if name in _NOT_FOR_MAIL else _WIDER.get(name, name)
