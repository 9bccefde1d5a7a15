import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.errors import UsageError
from quivive.voices.live.codecs import Codec
from quivive.voices.live.rtp import mapped, parse
from voices.live.provider import rtp


def test_a_packet_says_kind_number_time_and_source():
    found = parse(rtp(b"\xff\xfe", 70_000, kind=8, source=99))
    assert (found.kind, found.number, found.time, found.source) == (8, 70_000 % 65536, 70_000 * 160, 99)
    assert found.octets == b"\xff\xfe"


def test_contributors_extension_and_padding_are_no_sound():
    head = rtp(b"", 1)[1:]
    extension = b"\xbe\xde\x00\x01" + b"ext!"
    whole = bytes([0x80 | 0x20 | 0x10 | 2]) + head + b"csrc" * 2 + extension + b"sound" + b"\x00\x00\x03"
    assert parse(whole).octets == b"sound"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80" * 11, b"\x40" + b"\x00" * 20, rtp(b"x", 1)[:11], b"\x9f" + rtp(b"", 1)[1:],
     b"\x90" + rtp(b"", 1)[1:], b"\xa0" + rtp(b"\xff", 1)[1:], b"\x80\xc8" + b"\x00" * 30],
)  # fmt: skip
def test_what_is_no_packet_of_sound_is_none(data):
    assert parse(data) is None


@given(st.binary(max_size=80))
def test_any_octets_are_read_or_refused(data):
    found = parse(data)
    assert found is None or len(found.octets) <= len(data) - 12


def test_payload_types_can_be_named():
    kinds = mapped(("96=opus", "97=L16/16000"))
    assert kinds[96] == Codec("OPUS", 48000, 48000)
    assert kinds[97] == Codec("L16", 16000, 16000)
    assert kinds[0] == Codec("PCMU")


@pytest.mark.parametrize("text", ["opus", "96", "200=opus", "x=opus", "96=amr", "96=L16/x", "96=L16/7"])
def test_a_name_that_is_wrong_is_refused(text):
    with pytest.raises(UsageError, match="does not name a payload type"):
        mapped((text,))
