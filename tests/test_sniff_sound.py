"""Is every format of sound and film told by its content, and is nothing else taken for one?"""

from __future__ import annotations

import random

import pytest

from quivive.sniff import sniff
from quivive.sniff_sound import is_adts, is_transport_stream
from voices.sound_maker import FILMS, KINDS, as_kind, film

TYPES = {
    "voice.wav": "audio/x-wav",
    "alaw.wav": "audio/x-wav",
    "mulaw.au": "audio/basic",
    "voice.mp3": "audio/mpeg",
    "voice.m4a": "audio/mp4",
    "voice.aac": "audio/aac",
    "whatsapp.opus": "audio/ogg",
    "voice.flac": "audio/flac",
    "voicemail.amr": "audio/amr",
    "voicemail.3gp": "video/3gpp",
    "voice.mka": "video/x-matroska",
    "voice.aiff": "audio/aiff",
    "voice.caf": "audio/x-caf",
    "voice.ts": "video/mp2t",
    "voice.aifc": "audio/aiff",
    "voice.au": "audio/basic",
    "voice.wma": "audio/x-ms-wma",
    "voice.flv": "video/x-flv",
    "voice.m2ts": "video/mp2t",
    "voice.mpg": "video/mpeg",
    "voice.rf64": "audio/x-wav",
    "voice.w64": "audio/x-w64",
}
FILM_TYPES = {
    "mp4": "video/mp4",
    "avi": "video/x-msvideo",
    "mov": "video/quicktime",
    "webm": "video/x-matroska",
    "flv": "video/x-flv",
    "asf": "video/x-ms-asf",
    "mpegts": "video/mp2t",
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_sound_is_told_by_its_content(name: str) -> None:
    assert sniff(as_kind(name, 0.5), "message.txt") == TYPES[name]


@pytest.mark.parametrize("container", FILMS)
def test_every_kind_of_film_is_told_by_its_content(container: str) -> None:
    assert sniff(film(container), "message.txt") == FILM_TYPES[container]


def test_a_broadcast_wave_beyond_four_gigabytes_is_a_wave():
    assert sniff(b"BW64" + as_kind("voice.rf64", 0.5)[4:]) == "audio/x-wav"


def test_an_old_film_without_a_file_type_is_a_film():
    assert sniff((8).to_bytes(4, "big") + b"wide" + (80).to_bytes(4, "big") + b"mdat" + bytes(72)) == (
        "video/quicktime"
    )


@pytest.mark.parametrize("name", ["voice.aac", "voice.ts", "voice.m2ts"])
def test_a_cut_off_sound_is_still_told(name: str) -> None:
    assert sniff(as_kind(name, 2.0)[:5000]) == TYPES[name]


@pytest.mark.parametrize(
    "text",
    [
        "G" * 2000,
        ("Grandma, " * 40)[:188] * 20,
        ("Gg1g" + "x" * 184) * 20,
        ("....Gg1g" + "x" * 184) * 20,
        ".snd me the money today, please",
        "caffè? I am at the station",
        "FORM AIFF? What is that",
        "FLV\x01 is a format of films, one that hardly anybody uses any more",
        "RF64 and RIFX are names",
        "riff.",
        "Get free money now",
        "ÿñ" * 300,
    ],
)
def test_a_text_is_no_sound_whatever_it_begins_with(text: str) -> None:
    assert sniff(text.encode()) == "text/plain"
    assert not sniff(text.encode("latin-1", "replace")).startswith(("audio/", "video/"))


def test_of_random_octets_behind_a_lucky_mark_none_is_a_stream():
    chance = random.Random(4)
    for mark in (b"\xff\xf1", b"\xff\xf9", b"\xff\xf0", b"\x47\x00\x00\x10", b"\x47\x40\x00\x10"):
        for _ in range(2000):
            data = mark + chance.randbytes(3000)
            assert not is_adts(data)
            assert not is_transport_stream(data)


def test_two_frames_alone_are_no_stream():
    aac = as_kind("voice.aac", 0.5)
    ends = [at for at in range(7, len(aac) - 7) if aac[at : at + 3] == aac[:3]]
    assert not is_adts(aac[: ends[1]])
    assert is_adts(aac[: ends[2]])


def test_frames_that_change_their_settings_are_no_stream():
    aac = bytearray(as_kind("voice.aac", 0.5))
    second = aac.index(aac[:3], 7)
    aac[second + 2] ^= 0x04  # another sampling rate
    assert not is_adts(bytes(aac))
    assert sniff(bytes(aac)) == "application/octet-stream"


@pytest.mark.parametrize(
    ("at", "octet"), [(188, 0x48), (189, 0x80), (191, 0x00)], ids=["no mark", "an error", "nothing in it"]
)
def test_a_packet_that_is_none_ends_a_stream(at: int, octet: int) -> None:
    stream = bytearray(as_kind("voice.ts", 0.5))
    stream[at] = octet
    assert not is_transport_stream(bytes(stream))
