"""Which format of sound or film opens these bytes?

Signatures, each from the format's own description: AIFF and AIFF-C (Apple, 'FORM' chunk), AU (Sun's
<audio/au.h>; the .snd header), CAF (Apple, Core Audio Format, file header), ASF with WMA and WMV (Microsoft,
Advanced Systems Format §3.1, §10.1), FLV (Adobe, Video File Format 10.1 §E.2), MPEG-TS (ISO/IEC 13818-1
§2.4.3.2), MPEG-PS (§2.5.3.3), ADTS (ISO/IEC 14496-3 §1.A.2.2), RIFF (Microsoft and IBM, 1991), RF64 and BW64
(EBU Tech 3306, ITU-R BS.2088), Wave64 (Sony, 16-octet chunk names), Ogg (RFC 3533), FLAC (RFC 9639), AMR
(RFC 4867 §5.1), Matroska (RFC 9559), ISO media (ISO/IEC 14496-12 §4.3).
"""

from __future__ import annotations

_AT_ZERO: tuple[tuple[bytes, str], ...] = (
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    *((b"ID3" + bytes([version]), "audio/mpeg") for version in (2, 3, 4)),
    (b"#!AMR", "audio/amr"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"caff\x00\x01", "audio/x-caf"),
    (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", "audio/x-w64"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
)
_CHUNKED: dict[tuple[bytes, bytes], str] = {
    (b"RIFF", b"WAVE"): "audio/x-wav",
    (b"RIFX", b"WAVE"): "audio/x-wav",
    (b"RF64", b"WAVE"): "audio/x-wav",
    (b"BW64", b"WAVE"): "audio/x-wav",
    (b"RIFF", b"AVI "): "video/x-msvideo",
    (b"FORM", b"AIFF"): "audio/aiff",
    (b"FORM", b"AIFC"): "audio/aiff",
}
"""By the first four octets and those after the size."""
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")
_BEFORE_BRANDS = (b"moov", b"mdat", b"wide", b"free", b"skip")
"""Boxes that open a QuickTime file from before there were file types."""
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PICTURE = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
"""Names, as they lie in the file, of the header and of the media type of a stream of pictures."""
_LEAST_FRAMES, _MOST_FRAMES = 3, 8
"""Frames or packets in a row without which two lucky octets are not a sound, and those looked at."""


def media_type(data: bytes) -> str | None:
    """Media type of a sound or film; None for anything else."""
    for mark, kind in _AT_ZERO:
        if data.startswith(mark):
            return kind
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[4:8] in _BEFORE_BRANDS and data[:1] == b"\0":
        return "video/quicktime"
    if data.startswith(_ASF):
        return "video/x-ms-asf" if _ASF_PICTURE in data[:65536] else "audio/x-ms-wma"
    return _CHUNKED.get((data[:4], data[8:12])) or _by_fields(data)


def _by_fields(data: bytes) -> str | None:
    """Formats whose mark is so short that the fields behind it must make sense too."""
    if _is_au(data):
        return "audio/basic"
    if data[:4] == b"FLV\x01" and data[4:5] <= b"\x05" and data[5:9] == b"\x00\x00\x00\x09":
        return "video/x-flv"
    if is_transport_stream(data):
        return "video/mp2t"
    if is_adts(data):
        return "audio/aac"
    if data[:2] == b"\xff\xfb" or (data[:1] == b"\xff" and data[1:2] in (b"\xf3", b"\xf2", b"\xfa")):
        return "audio/mpeg"
    return None


def _is_au(data: bytes) -> bool:
    """Whether behind '.snd' come a header of 24 octets or more and an encoding that there is."""
    begins, encoding = int.from_bytes(data[4:8], "big"), int.from_bytes(data[12:16], "big")
    return data[:4] == b".snd" and 24 <= begins < 2**20 and 1 <= encoding <= 27


def is_transport_stream(data: bytes) -> bool:
    """Whether packets of 188 octets follow one another, or of 192 with a time stamp before each (M2TS)."""
    return _packets(data, 0, 188) or _packets(data, 4, 192)


def _packets(data: bytes, first: int, size: int) -> bool:
    """Whether each packet begins with 0x47, without the error mark, and says that something is in it.

    0x47 is a G, so a text may do that too; but the table of programmes, packet 0, has zeros in its header.
    """
    starts = range(first, min(len(data) - 3, _MOST_FRAMES * size), size)
    headers = [data[at : at + 4] for at in starts]
    sound = all(each[0] == 0x47 and each[1] < 0x80 and each[3] & 0x30 for each in headers)
    return len(headers) >= _LEAST_FRAMES and sound and b"\0" in data[: _LEAST_FRAMES * size]


def is_adts(data: bytes) -> bool:
    """Whether frames of AAC follow one another, each as long as it says and with the first one's settings."""
    at = frames = 0
    while frames < _MOST_FRAMES and at + 7 <= len(data):
        header = data[at : at + 7]
        if header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
            return False
        if (header[1:3], header[3] >> 4) != (data[1:3], data[3] >> 4):
            return False
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        at, frames = at + max(length, 7), frames + 1
    return frames >= _LEAST_FRAMES


def _iso_media(data: bytes) -> str:
    """By the major brand of the file type box (ISO/IEC 14496-12 §4.3), then by the compatible ones."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    major, rest = data[8:12], data[16:size]
    brands = [major, *(rest[i : i + 4] for i in range(0, len(rest), 4))]
    if major in _AVIF_BRANDS or (major in (b"mif1", b"msf1") and set(_AVIF_BRANDS) & set(brands)):
        return "image/avif"
    if major in _HEIF_BRANDS:
        return "image/heic"
    if major.startswith(b"M4"):
        return "audio/mp4" if major[2:3] in (b"A", b"B") else "video/mp4"
    if major == b"qt  ":
        return "video/quicktime"
    return "video/3gpp" if major.startswith((b"3gp", b"3g2")) else "video/mp4"
