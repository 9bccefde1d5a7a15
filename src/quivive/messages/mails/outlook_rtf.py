"""What does the RTF body of an Outlook message say (MS-OXRTFCP, MS-OXRTFEX)?"""

from __future__ import annotations

import re
import struct

from quivive.errors import Unreadable

LENGTH = 4 * 2**20
"""Bytes of one body after decompression."""

_PRESET = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the dictionary holds before the first byte (MS-OXRTFCP §2.1.2.1)."""
_TOKEN = re.compile(
    r"\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    r"|\\(?P<symbol>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)
_CODE_PAGE = re.compile(r"\\ansicpg(\d{3,5})")
_WORDS = {"par": "\r\n", "line": "\r\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“",
          "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—"}  # fmt: skip


def decompress(data: bytes) -> bytes:
    """RTF from PidTagRtfCompressed. Raises Unreadable where it is neither LZFu nor plain."""
    if len(data) < 16:
        raise Unreadable("The RTF body is cut off.")
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == 0x414C454D:
        return data[16 : 16 + min(size, LENGTH)]
    if kind != 0x75465A4C:
        raise Unreadable("The RTF body is compressed in an unknown way.")
    return _inflate(data, min(size, LENGTH))


def _inflate(data: bytes, size: int) -> bytes:
    """LZFu: a ring of 4,096 bytes, eight tokens to a control byte (MS-OXRTFCP §3.1.3)."""
    ring = bytearray(_PRESET.ljust(4096, b"\0"))
    write, position, out = len(_PRESET), 16, bytearray()
    while position < len(data) and len(out) < size:
        control, position = data[position], position + 1
        for bit in range(8):
            if control >> bit & 1:
                if position + 2 > len(data):
                    return bytes(out)
                token, position = int.from_bytes(data[position : position + 2], "big"), position + 2
                if token >> 4 == write:
                    return bytes(out)
                piece = _copied(ring, token >> 4, (token & 15) + 2, write)
            else:
                piece, position = data[position : position + 1], position + 1
            for byte in piece:
                ring[write] = byte
                write = (write + 1) % 4096
            out += piece
    return bytes(out[:size])


def _copied(ring: bytearray, offset: int, length: int, write: int) -> bytes:
    """A stretch of the ring that may run into what it writes itself."""
    piece = bytearray()
    for step in range(length):
        at = (offset + step) % 4096
        behind = (at - write) % 4096
        piece.append(piece[behind] if behind < len(piece) else ring[at])
    return bytes(piece)


def to_html(rtf: bytes) -> str:
    """The HTML that Outlook wrapped in RTF (MS-OXRTFEX); '' where the RTF wraps none."""
    source = rtf[:LENGTH].decode("latin-1")
    if "\\fromhtml" not in source[:1000]:
        return ""
    page = _CODE_PAGE.search(source[:1000])
    return _Unwrapper(f"cp{page[1]}" if page else "cp1252").run(source)


def to_text(rtf: bytes) -> str:
    """The words of an RTF document."""
    from striprtf.striprtf import rtf_to_text

    try:
        return str(rtf_to_text(rtf[:LENGTH].decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable("The RTF body is damaged.") from error


class _Unwrapper:
    """Keeps text and HTML tags; drops other '\\*' groups and what is meant for RTF readers only."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.out: list[str] = []
        self.held = bytearray()
        self.states: list[tuple[bool, bool]] = []
        self.dropped = self.for_rtf = False
        self.starred = False
        self.to_skip = 0

    def run(self, source: str) -> str:
        for match in _TOKEN.finditer(source):
            if match["hex"]:
                self._byte(int(match["hex"], 16))
            elif match["brace"]:
                self._brace(match["brace"])
            elif match["word"]:
                self._word(match["word"].lower(), match["number"])
            elif match["symbol"]:
                self._symbol(match["symbol"])
            elif match["text"]:
                self._write(match["text"])
        self._flush()
        return "".join(self.out)

    def _byte(self, byte: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        elif not (self.dropped or self.for_rtf):
            self.held.append(byte)

    def _brace(self, brace: str) -> None:
        if brace == "{":
            self.states.append((self.dropped, self.for_rtf))
        elif self.states:
            self.dropped, self.for_rtf = self.states.pop()
        self.starred = False

    def _word(self, word: str, number: str | None) -> None:
        if self.starred:
            self.dropped = self.dropped or word != "htmltag"
            self.starred = False
        elif word == "htmlrtf":
            self.for_rtf = number != "0"
        elif word in ("fonttbl", "colortbl", "stylesheet", "info", "pict"):
            self.dropped = True
        elif word == "u" and number:
            self._write(chr(int(number) % 65536))
            self.to_skip = 1
        elif word in _WORDS:
            self._write(_WORDS[word])

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self.starred = True
        else:
            self._write({"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n"}.get(symbol, symbol))

    def _write(self, text: str) -> None:
        if self.to_skip and text:
            text, self.to_skip = text[self.to_skip :], 0
        if not (self.dropped or self.for_rtf):
            self._flush()
            self.out.append(text)

    def _flush(self) -> None:
        if self.held:
            from quivive.messages.mails.charsets import to_text as decode

            self.out.append(decode(bytes(self.held), self.encoding))
            self.held.clear()
