"""Which media does a session description offer: where to, and in which formats (SDP, RFC 8866; RFC 3264)?

Only what tells where sound goes and how to hear it is read; candidates of ICE are left out. What is wrong
with a description is named in `Sdp.problems`:

sdp-version     it does not begin with v=0 (§5.1)
sdp-line        a line that is no 'letter=value' (§5)
sdp-media       a media line that does not read (§5.14)
sdp-connection  a connection line that does not read (§5.7)
sdp-too-long    more lines or media than are read
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MOST_LINES = 4_000
MOST_MEDIA = 64
MOST_FORMATS = 128
"""An RTP payload type has seven bits (RFC 3550 §5.1)."""


@dataclass(frozen=True)
class Format:
    """What an RTP payload type means: encoding name as written, clock rate in Hz, channels, `a=fmtp`."""

    name: str
    rate: int
    channels: int = 1
    fmtp: str = ""


@dataclass(frozen=True)
class Media:
    """One medium. `address` is where its sender wants to receive it: an IP address or a name, '' if unsaid.

    `port` 0 means that the medium is refused (RFC 3264 §6); `ptime` is milliseconds of sound in a packet.
    """

    kind: str
    address: str
    port: int
    formats: Mapping[int, Format]
    protocol: str = "RTP/AVP"
    direction: str = "sendrecv"
    ptime: float | None = None
    rtcp_port: int | None = None
    crypto: tuple[str, ...] = ()
    """Keys of `a=crypto` (RFC 4568): the sound is encrypted, and this opens it."""
    fingerprints: tuple[tuple[str, str], ...] = ()
    """(algorithm, digest) of `a=fingerprint` (RFC 8122), those of the session included."""

    @property
    def encrypted(self) -> bool:
        """Whether the transport is SRTP (RFC 3711) or DTLS-SRTP (RFC 5764)."""
        return "SAVP" in self.protocol.upper()


@dataclass(frozen=True)
class Sdp:
    """A session description: its media, the address of the session and of its origin, the fingerprints."""

    media: tuple[Media, ...]
    address: str = ""
    origin: str = ""
    fingerprints: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def addresses(self) -> tuple[str, ...]:
        """All IP addresses that it names, each once, as they are written by Python's ipaddress."""
        named = (self.origin, self.address, *(medium.address for medium in self.media))
        return tuple(dict.fromkeys(found for each in named if (found := _ip(each))))


STATIC: Mapping[int, Format] = {
    0: Format("PCMU", 8000), 3: Format("GSM", 8000), 4: Format("G723", 8000), 5: Format("DVI4", 8000),
    6: Format("DVI4", 16000), 7: Format("LPC", 8000), 8: Format("PCMA", 8000), 9: Format("G722", 8000),
    10: Format("L16", 44100, 2), 11: Format("L16", 44100), 12: Format("QCELP", 8000), 13: Format("CN", 8000),
    14: Format("MPA", 90000), 15: Format("G728", 8000), 16: Format("DVI4", 11025), 17: Format("DVI4", 22050),
    18: Format("G729", 8000), 25: Format("CelB", 90000), 26: Format("JPEG", 90000), 28: Format("nv", 90000),
    31: Format("H261", 90000), 32: Format("MPV", 90000), 33: Format("MP2T", 90000), 34: Format("H263", 90000),
}  # fmt: skip
"""Payload types with a fixed meaning, by clock rate (RFC 3551 §6, tables 4 and 5)."""
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass
class _Section:
    """The lines of the session (no `media`) or of one medium."""

    media: tuple[str, int, str, tuple[int, ...]] | None = None
    address: str = ""
    direction: str = ""
    ptime: float | None = None
    rtcp_port: int | None = None
    maps: dict[int, Format] = field(default_factory=dict)
    fmtp: dict[int, str] = field(default_factory=dict)
    crypto: list[str] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)


def parse_sdp(body: bytes) -> Sdp:
    """Read a session description, as far as it reads; never raises."""
    lines = body.replace(b"\r", b"\n").split(b"\n", MOST_LINES)
    problems: list[str] = ["sdp-too-long"] if len(lines) > MOST_LINES else []
    sections, origin = [_Section()], ""
    started = False
    for letter, value in _lines(lines[:MOST_LINES], problems):
        if not started:
            started = True
            if (letter, value) != ("v", "0"):
                problems.append("sdp-version")
        if letter == "m":
            if len(sections) > MOST_MEDIA:
                problems.append("sdp-too-long")
                break
            sections.append(_Section(_media(value, problems)))
        elif letter == "c":
            sections[-1].address = _connection(value, problems)
        elif letter == "a":
            _attribute(sections[-1], value)
        elif letter == "o":
            origin = _connection(" ".join(value.split()[3:]), problems)
    session = sections[0]
    media = tuple(_joined(section, session) for section in sections[1:] if section.media)
    fingerprints = tuple(dict.fromkeys(f for section in sections for f in section.fingerprints))
    return Sdp(media, session.address, origin, fingerprints, tuple(dict.fromkeys(problems)))


def _lines(lines: list[bytes], problems: list[str]) -> Iterator[tuple[str, str]]:
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip()
        if not line:
            continue
        if len(line) < 2 or line[1] != "=" or not line[0].isalpha():
            problems.append("sdp-line")
        else:
            yield line[0], line[2:].strip()


def _media(value: str, problems: list[str]) -> tuple[str, int, str, tuple[int, ...]] | None:
    """Kind, port, protocol and payload types of 'audio 49170/2 RTP/AVP 0 8'."""
    kind, ports, protocol, *formats = [*value.split(), "", "", ""]
    port = _number(ports.partition("/")[0])
    if not kind or port is None or port > 65535 or not protocol:
        problems.append("sdp-media")
        return None
    types = [n for each in formats[: 4 * MOST_FORMATS] if (n := _number(each)) is not None and n < 128]
    return kind[:64], port, protocol[:64], tuple(dict.fromkeys(types))


def _connection(value: str, problems: list[str]) -> str:
    """The address of 'IN IP4 224.2.1.1/127' without time to live and range."""
    parts = value.split()
    if len(parts) != 3 or parts[0].upper() != "IN" or parts[1].upper() not in ("IP4", "IP6"):
        problems.append("sdp-connection")
        return ""
    return parts[2].partition("/")[0][:255]


def _attribute(section: _Section, value: str) -> None:
    name, _, rest = value.partition(":")
    name = name.strip().lower()
    if name in _DIRECTIONS:
        section.direction = name
    elif name == "rtpmap":
        _map(section, rest)
    elif name == "fmtp":
        kind, _, parameters = rest.strip().partition(" ")
        if (number := _number(kind)) is not None and number < 128:
            section.fmtp.setdefault(number, parameters.strip()[:1024])
    elif name == "ptime":
        section.ptime = _milliseconds(rest)
    elif name == "rtcp":
        section.rtcp_port = _number(rest.split()[0]) if rest.split() else None
    elif name == "crypto" and len(section.crypto) < MOST_MEDIA:
        section.crypto.append(rest.strip()[:1024])
    elif name == "fingerprint" and len(section.fingerprints) < MOST_MEDIA:
        algorithm, _, digest = rest.strip().partition(" ")
        section.fingerprints.append((algorithm.lower()[:32], digest.strip().upper()[:256]))


def _map(section: _Section, value: str) -> None:
    """One 'rtpmap:97 opus/48000/2' (§6.6); what has no clock rate is not kept."""
    kind, _, encoding = value.strip().partition(" ")
    name, rate, channels, *_ = [*encoding.strip().split("/"), "", "", ""]
    number, clock = _number(kind), _number(rate)
    if number is not None and number < 128 and name and clock:
        section.maps.setdefault(number, Format(name[:64], clock, _number(channels) or 1))


def _joined(section: _Section, session: _Section) -> Media:
    """A medium with what the session says for all of them, where its own lines are silent."""
    kind, port, protocol, types = section.media or ("", 0, "", ())
    formats = {}
    for number in types:
        known = section.maps.get(number) or STATIC.get(number) or Format("", 0)
        formats[number] = Format(known.name, known.rate, known.channels, section.fmtp.get(number, ""))
    return Media(
        kind,
        section.address or session.address,
        port,
        formats,
        protocol,
        section.direction or session.direction or "sendrecv",
        section.ptime,
        section.rtcp_port,
        tuple(section.crypto),
        tuple(dict.fromkeys([*section.fingerprints, *session.fingerprints])),
    )


def _number(text: str) -> int | None:
    """A decimal number of at most nine digits."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _milliseconds(text: str) -> float | None:
    text = text.strip()
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 6 and (not part or part.isdigit())):
        return None
    return float(f"{whole}.{part[:6] or 0}") if part.isascii() else None


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
