"""Are tricks undone, honest text left alone, and offsets true?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.messages.normalise import normalise


@pytest.mark.parametrize(
    ("received", "meant", "trick"),
    [
        ("V3r1fy y0ur acc0unt n0w", "Verify your account now", "leet"),
        ("y0ur 4cc0un7 h45 b33n 5u5p3nd3d", "your account has been suspended", "leet"),
        ("H3sabiniz k1tlendi", "Hesabiniz kitlendi", "leet"),
        ("claim f r e e  g i f t today", "claim free  gift today", "spacing"),
        ("a f.r.e.e prize", "a free prize", "spacing"),
        ("您 好 恭 喜 您", "您好恭喜您", "spacing"),
        ("P\u0430yP\u0430l \u0430ccount", "PayPal account", "homoglyphs"),
        ("Ваш PayРal закрыт", "Ваш PayPal закрыт", "homoglyphs"),
        ("Подтвердите пoлучение", "Подтвердите получение", "homoglyphs"),
        ("Your ᴀᴄᴄᴏᴜɴᴛ", "Your account", "homoglyphs"),
        ("ve\u200bri\u2060fy", "verify", "zero-width"),
        ("您\u200b的\u200b账户", "您的账户", "zero-width"),
        ("𝐅𝐫𝐞𝐞 ⓕⓡⓔⓔ", "Free free", "styled-letters"),
        ("pay\u202ement", "payment", "bidi"),
        ("hxxps[:]//example[.]org/a", "https://example.org/a", "defanged"),
        ("see www(dot)example(dot)org", "see www.example.org", "defanged"),
        ("mail info[at]example[.]org", "mail info@example.org", "defanged"),
        ("Z\u0351\u036b\u0343\u036aa\u0334\u0335\u0337l", "Zal", "stacked-marks"),
    ],
)
def test_it_undoes_the_trick_and_names_it(received: str, meant: str, trick: str) -> None:
    result = normalise(received)
    assert result.text == meant
    assert trick in result.tricks


@pytest.mark.parametrize(
    "honest",
    [
        "İstanbul'da ışık yok, KAZANDINIZ mı?",
        "Привет, сорт 5, оплата 300 р.",
        "сор",
        "Это SMSка от банка",
        "Καλημέρα, 5 € έκπτωση",
        "您好，您的验证码是123456，请勿泄露。",
        "می\u200cخواهم",
        "क्\u200dष",
        "👩\u200d👩\u200d👧 hello",
        "Order AB12C3, ref L0ND0N, SW1A 1AA, mp3, covid19, b4 9am, gr8, 4G, B2B, A3F45C",
        "call J. R. R. Tolkien at 5 5 5 0 1 2 3",
        "https://example.org/a1b2c3/v3r1fy?x=p4y4 and me@example.org",
        "Thanks. Come in . Information follows.",
        "Zahlung über 1.250,00 € an Müller & Söhne",
    ],
)
def test_it_leaves_honest_text_alone(honest: str) -> None:
    result = normalise(honest)
    assert result.text == honest
    assert not result.tricks


def test_a_span_of_the_result_quotes_the_original() -> None:
    received = "Dear, P\u0430yP\u0430l: ve\u200brify at hxxp://a[.]example with f r e e gift"
    result = normalise(received)
    for meant, original in (
        ("PayPal", "P\u0430yP\u0430l"),
        ("verify", "ve\u200brify"),
        ("http://a.example", "hxxp://a[.]example"),
        ("free", "f r e e"),
    ):
        start = result.text.index(meant)
        low, high = result.span(start, start + len(meant))
        assert received[low:high] == original


def test_a_ligature_gives_both_letters_the_same_offset() -> None:
    result = normalise("a \ufb01ne day")
    assert result.text == "a fine day"
    assert result.span(2, 3) == (2, 3)
    assert result.span(2, 6) == (2, 5)


_HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("aeioАеоρ013457@$!|.[](){} :/hxtp-_*\u200b\u200d\u202e\u0301\u0334您好")),
        st.characters(),
    ),
    max_size=200,
)


@settings(max_examples=400, deadline=None)
@given(_HOSTILE)
def test_offsets_always_point_into_the_original_and_never_go_back(text: str) -> None:
    result = normalise(text)
    offsets = list(result.offsets)
    assert len(offsets) == len(result.text)
    assert all(0 <= o < len(text) for o in offsets)
    assert offsets == sorted(offsets)
    assert len(result.text) <= 20 * len(text)


_UNITS = ["a ", "a-", "a.b_", "4a", "h\u200b", "x[.]", "\u0301", "您 ", "аa", "[", "a1" * 9, "a  b "]


@pytest.mark.parametrize("unit", _UNITS)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    begin = time.perf_counter()
    normalise(unit * (200_000 // len(unit)))
    assert time.perf_counter() - begin < 5
