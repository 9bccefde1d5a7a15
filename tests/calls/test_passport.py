"""Are tokens and Identity headers read strictly, over the received bytes?"""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.calls import identity, passport
from quivive.calls.passport import Malformed, decode, encode


@given(st.binary(max_size=200))
def test_what_was_encoded_is_decoded(data):
    assert decode(encode(data)) == data


@given(st.binary(min_size=1, max_size=60), st.data())
def test_only_one_spelling_of_each_value_is_accepted(data, choose):
    text = bytearray(encode(data))
    text[choose.draw(st.integers(0, len(text) - 1))] = choose.draw(st.integers(0, 255))
    try:
        again = decode(bytes(text))
    except Malformed:
        return
    assert encode(again) == bytes(text)


@pytest.mark.parametrize("text", [b"QQ==", b"QR", b"Q", b"Q+8", b"Q/8", b"QQ\n", b" QQ", b"Q Q", b"\xff"])
def test_padding_stray_bits_and_foreign_characters_are_refused(text):
    with pytest.raises(Malformed, match="base64url"):
        decode(text)


def parts(header: bytes = b"{}", claims: bytes = b"{}", signature: bytes = b"A" * 86) -> bytes:
    def plain(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    return plain(header) + b"." + plain(claims) + b"." + signature


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (b"a.b", "token-not-three-parts"),
        (b"a.b.c.d", "token-not-three-parts"),
        (parts(signature=b"A" * 85), "signature-length"),
        (parts(b"[]"), "json"),
        (parts(claims=b"1"), "json"),
        (parts(claims=b'{"a":NaN}'), "json"),
        (parts(claims=b'{"a":1,"a":1}'), "json"),
        (parts(claims=b'{"a":{"b":1,"b":2}}'), "json"),
        (parts(claims=b"{'a':1}"), "json"),
        (parts(claims=b"\xff\xfe"), "json"),
        (parts(claims=b'{"iat":' + b"9" * 5000 + b"}"), "json"),
        (b"A" * 70_000, "token-too-long"),
    ],
)
def test_what_is_no_passport_is_refused_with_its_own_reason(token, code):
    with pytest.raises(Malformed) as error:
        assert passport.read(token).header
    assert error.value.code == code


def test_the_signed_bytes_are_those_received():
    token = parts(b'{ "typ":"passport"}', b'{"b":1,"a":2}')
    assert token.startswith(passport.read(token).signed)
    assert passport.read(token).claims == {"b": 1, "a": 2}


def test_an_identity_value_splits_into_token_and_parameters():
    read = identity.read(b' a.b.c ;info=<https://example.org/a;b?c=d>;alg=ES256 ; ppt="sha\\"ken"')
    assert read.token == b"a.b.c"
    assert read.parameters == {"info": "https://example.org/a;b?c=d", "alg": "ES256", "ppt": 'sha\\"ken'}


@pytest.mark.parametrize("text", [b"", b" ;info=<x>", b";alg=ES256"])
def test_an_identity_without_a_token_is_refused(text):
    with pytest.raises(Malformed, match="identity-empty"):
        identity.read(text)


def test_values_are_found_in_a_file_with_names_folding_or_neither():
    text = b"Identity: a.b.c;info=<https://example.org/x>;\r\n alg=ES256\r\ny: d.e.f\r\ng.h.i\r\n"
    assert identity.values_of(text) == (b"a.b.c;info=<https://example.org/x>; alg=ES256", b"d.e.f", b"g.h.i")
