"""Bodies of SIP messages and session descriptions."""

from __future__ import annotations

import pytest

from calls.sip.invites import SDP, message
from quivive.calls.sip.bodies import DEPTH, MOST_PARTS, parts, sdp_of
from quivive.calls.sip.sdp import Format, parse_sdp


def mixed(*inner: bytes, boundary: bytes = b"b1") -> bytes:
    return (
        b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in inner) + b"--" + boundary + b"--\r\n"
    )


def part(media_type: str, data: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join([b"Content-Type: " + media_type.encode(), *fields, b"", data])


def test_a_plain_body_is_one_part():
    (only,) = parts(message(SDP))
    assert (only.media_type, only.data) == ("application/sdp", SDP)


def test_the_parts_of_a_multipart_with_folded_and_quoted_fields():
    body = b"preamble\r\n" + mixed(
        part("application/sdp", SDP),
        part("text/plain", b"aGVsbG8=", b"Content-Transfer-Encoding:\r\n base64", b"Content-ID: <1@x>"),
    )
    got = parts(message(body, Content_Type='multipart / mixed; charset=x; boundary="b1"'))
    assert [(each.media_type, each.data) for each in got] == [
        ("application/sdp", SDP),
        ("text/plain", b"hello"),
    ]
    assert got[1].content_id == "1@x"


def test_a_description_is_found_in_a_multipart_and_without_a_type():
    in_multipart = message(mixed(part("application/sdp", SDP)), Content_Type="multipart/mixed;boundary=b1")
    for read in (in_multipart, message(SDP, Content_Type=None), message(SDP)):
        described = sdp_of(read)
        assert described
        assert described.media[0].port == 49170


def test_a_longer_boundary_does_not_end_a_part():
    got = parts(message(mixed(b"\r\n--b12\r\nx"), Content_Type="multipart/mixed;boundary=b1"))
    assert [each.data for each in got] == [b"--b12\r\nx"]


def test_a_multipart_without_boundary_is_given_as_it_is():
    assert [each.data for each in parts(message(b"x", Content_Type="multipart/mixed"))] == [b"x"]


def test_many_and_deep_parts_are_bounded():
    many = message(mixed(*[b"\r\nx"] * 500), Content_Type="multipart/mixed;boundary=b1")
    assert len(parts(many)) == MOST_PARTS
    deep = b"\r\nx"
    for level in range(DEPTH + 5):
        deep = part(f"multipart/mixed;boundary=c{level}", mixed(deep, boundary=f"c{level}".encode()))
    (only,) = parts(message(mixed(deep), Content_Type="multipart/mixed;boundary=b1"))
    assert only.media_type == "multipart/mixed"


# --- session descriptions ---


def test_media_formats_and_addresses_are_read():
    described = parse_sdp(
        SDP + b"m=audio 0 RTP/AVP 96\r\nc=IN IP6 2001:db8::7\r\na=rtpmap:96 opus/48000/2\r\n"
    )
    first, second = described.media
    assert (first.kind, first.address, first.port, first.ptime) == ("audio", "192.0.2.7", 49170, 20.0)
    assert first.formats == {
        0: Format("PCMU", 8000),
        8: Format("PCMA", 8000),
        101: Format("telephone-event", 8000, 1, "0-16"),
    }
    assert (second.address, second.port, second.formats) == (
        "2001:db8::7",
        0,
        {96: Format("opus", 48000, 2)},
    )
    assert described.addresses() == ("192.0.2.7", "2001:db8::7")
    assert described.problems == ()


def test_a_map_may_stand_before_its_use_and_overrides_the_fixed_meaning():
    (medium,) = parse_sdp(b"v=0\r\nm=audio 1 RTP/AVP 0\r\na=rtpmap:0 X/16000\r\n").media
    assert medium.formats[0] == Format("X", 16000)


def test_fingerprints_of_session_and_medium_are_read():
    described = parse_sdp(
        b"v=0\na=fingerprint:sha-256 ab:cd\nm=audio 1 UDP/TLS/RTP/SAVPF 0\na=fingerprint:SHA-1 EF\n"
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\na=sendonly\na=rtcp:7 IN IP4 192.0.2.7\n"
    )
    assert described.fingerprints == (("sha-256", "AB:CD"), ("sha-1", "EF"))
    (medium,) = described.media
    assert medium.fingerprints == (("sha-1", "EF"), ("sha-256", "AB:CD"))
    assert (medium.encrypted, medium.direction, medium.rtcp_port) == (True, "sendonly", 7)
    assert medium.crypto == ("1 AES_CM_128_HMAC_SHA1_80 inline:x",)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("sdp-version", b"v=1\r\n"),
        ("sdp-line", b"v=0\r\ntesting=123\r\n"),
        ("sdp-line", b"v=0\r\nm =video 3227 RTP/AVP 31\r\n"),
        ("sdp-media", b"v=0\r\nm=audio 99999 RTP/AVP 0\r\n"),
        ("sdp-media", b"v=0\r\nm=audio\r\n"),
        ("sdp-connection", b"v=0\r\nc=IN IP5 192.0.2.7\r\n"),
        ("sdp-too-long", b"v=0\r\n" + b"m=audio 1 RTP/AVP 0\r\n" * 65),
        ("sdp-too-long", b"v=0\r\n" + b"a=x\r\n" * 4001),
    ],
)
def test_what_is_wrong_with_a_description_is_named(code, body):
    assert parse_sdp(body).problems == (code,)
