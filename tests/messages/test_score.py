"""Does the shipped score tell scams from the notices they imitate, the same way for every disguise?"""

from __future__ import annotations

import time
from datetime import UTC, datetime

import numpy as np
import pytest

from quivive import evidence
from quivive.intake import take
from quivive.messages.features import letter_grams, tokenise, word_grams
from quivive.messages.language import language
from quivive.messages.one_time_code import delivers_code
from quivive.messages.score import ScoreModel, guess_channel, load, score
from quivive.messages.score_detector import MessageScore
from quivive.model import Context, Finding, Limits

SCAM = (
    "Your parcel could not be delivered. Pay the 1.99 redelivery fee at http://parcel-fee.example/pay today."
)
RELATIVE = "Mum I lost my phone, this is my new number. Please send me 500 today, whatsapp me here"
CHAT = "Running late, start dinner without me. See you around eight, love you"
CODE = "482913 is your verification code. Do not share it with anyone."


@pytest.fixture(scope="module")
def model() -> ScoreModel:
    return load()


def findings(text: str, *, embeddings: bool = False, channel: str | None = "sms") -> list[Finding]:
    item = take(text.encode(), "m.txt", "text/plain", channel, Limits())  # type: ignore[arg-type]
    context = Context(now=datetime(2026, 11, 22, tzinfo=UTC), embeddings=embeddings)
    return list(MessageScore().examine(item, context))


@pytest.mark.parametrize("embeddings", [False, True])
def test_a_scam_scores_above_a_chat_message(model: ScoreModel, embeddings: bool) -> None:
    scam = score(model, SCAM, "sms", embeddings=embeddings)
    chat = score(model, CHAT, "sms", embeddings=embeddings)
    assert scam.score > chat.score + 2


def test_the_words_that_carried_it_are_quoted_from_the_message(model: ScoreModel) -> None:
    text = "Dear customer, your p\u0430rcel is held. P\u200bay the redelivery fee now"
    scored = score(model, text, "sms", embeddings=False)
    quotes = {text[start:end].replace("\u200b", "") for start, end, _ in scored.words}
    assert quotes & {"p\u0430rcel", "redelivery", "fee", "Pay", "customer", "held"}
    assert all(0 <= start < end <= len(text) for start, end, _ in scored.words)


def test_the_words_add_up_to_the_lexical_part(model: ScoreModel) -> None:
    few = "claim your prize now"
    weights = model.weights("short")
    scored = score(model, few, "sms", embeddings=False)
    total = sum(share for _, _, share in scored.words) / weights.alone.lexical
    assert total + weights.lexical.intercept == pytest.approx(scored.parts["lexical"], abs=1e-2)


@pytest.mark.parametrize(
    "disguise",
    [
        lambda t: t.replace("a", "\u0430").replace("e", "\u0435").replace("o", "\u043e"),
        lambda t: t.replace("e", "3").replace("o", "0"),
        lambda t: "\u200b".join(t),
        lambda t: t.replace("http://", "hxxp://").replace(".example", "[.]example"),
        lambda t: t.replace("Pay", "P a y").replace("parcel", "p a r c e l"),
    ],
    ids=["homoglyphs", "leet", "zero-width", "defanged", "spacing"],
)
def test_a_disguise_changes_the_score_little(model: ScoreModel, disguise) -> None:  # type: ignore[no-untyped-def]
    plain = score(model, SCAM, "sms", embeddings=False).score
    tricked = score(model, disguise(SCAM), "sms", embeddings=False).score
    assert abs(plain - tricked) < 0.35 * abs(plain) + 1


def test_the_same_message_gets_the_same_score_twice(model: ScoreModel) -> None:
    assert score(model, SCAM, "sms") == score(load(), SCAM, "sms")


def test_five_hundred_text_messages_a_second_without_embeddings(model: ScoreModel) -> None:
    score(model, SCAM, "sms", embeddings=False)
    begin = time.process_time()
    for i in range(200):
        score(model, f"{SCAM} {i}", "sms", embeddings=False)
    assert time.process_time() - begin < 200 / 250  # on one core; both give twice that


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud800 pay now please", "!" * 50_000, "a." * 100_000, "9 " * 100_000]
)
def test_hostile_text_is_scored_in_bounded_time(model: ScoreModel, text: str) -> None:
    begin = time.process_time()
    assert np.isfinite(score(model, text, None, embeddings=len(text) < 100).score)
    assert time.process_time() - begin < 5


def test_a_scam_is_for_review_with_a_ratio_and_a_chat_message_is_not() -> None:
    (scam,) = findings(RELATIVE, embeddings=True)
    assert scam.code == "score/scam-message"
    assert scam.kind == "review"
    assert scam.weight is not None
    assert scam.weight.bounds[0] <= scam.weight.log10 <= scam.weight.bounds[1]
    (chat,) = findings(CHAT, embeddings=True)
    assert chat.kind == "informational"
    assert chat.weight is not None
    assert chat.weight.log10 < 0


NEWS = """Gardening Post, issue 88

IN THIS ISSUE
1. When to cut back lavender
2. Six spades compared, from $15
3. Readers' letters

Our six spades dug the same bed of clay for a month. The cheapest bent; the second cheapest did not, and
is our choice. The full test is at https://garden.example/spades

You get this letter because you subscribed on our site. To stop, follow the link there."""
BULK = """Refinance now and save hundreds

Dear homeowner, lenders are fighting for your business. Bad credit is no problem, everyone is accepted. Cut
your monthly payment in half and take a holiday with what is left over. It takes one minute and is free.

http://loan-quotes.example/now

To be removed from our list reply with REMOVE."""
HEADLINE = """Ferry firm buys rival for 40 million

The two lines will share a timetable from spring. Fares stay as they are for a year, the regulator said. More
at https://news.example/ferry"""


@pytest.mark.parametrize("plain", [NEWS, HEADLINE])
def test_a_newsletter_or_headline_scores_below_unasked_bulk_mail(model: ScoreModel, plain: str) -> None:
    assert score(model, plain, "email").score < score(model, BULK, "email").score - 2
    (found,) = findings(plain, embeddings=True, channel="email")
    assert found.kind != "review"


def test_a_lone_one_time_code_never_weighs_for_a_scam() -> None:
    (code,) = findings(CODE, embeddings=True)
    assert code.weight is not None
    assert code.weight.log10 <= 0
    (asked,) = findings("Mum, I sent you a 6 digit code by mistake, 482913. Please send me the code back")
    assert asked.score is not None
    assert code.score is not None
    assert asked.score > code.score


@pytest.mark.parametrize(
    ("text", "lone"),
    [
        (CODE, True),
        ("Ihr Sicherheitscode lautet 482 913. Geben Sie ihn nicht weiter.", True),
        ("您的验证码是482913，请勿告诉他人。", True),
        ("Doğrulama kodunuz 482913. Kimseyle paylaşmayın.", True),
        ("I sent you a code 482913 by mistake, please forward it to me", False),
        ("Your code is 482913. Verify at http://bank.example/x", False),
        ("Ваш код 482913. Перешлите его мне", False),
        ("Your verification is pending, call 0909 555 0101 with code 482913", False),
    ],
)
def test_it_tells_a_delivered_code_from_one_that_is_asked_for(text: str, lone: bool) -> None:
    assert delivers_code(text) is lone


def test_a_language_without_validation_gets_a_score_and_no_ratio() -> None:
    (found,) = findings("Uw pakket kon niet worden bezorgd, betaal 1,99 euro via http://pakket.example")
    assert found.score is not None
    assert found.weight is None
    assert "not validated for nl/sms" in found.message
    assert found.kind == "open"


def test_a_text_without_words_is_not_scored() -> None:
    assert findings("12345 !!") == []


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("See you at 8", "sms"),
        ("Subject line\n" + "This is a longer text. " * 40, "email"),
        ("Anna: hi\nBen: hello\nAnna: how are you", "chat"),
    ],
)
def test_the_channel_is_guessed_from_the_form(text: str, channel: str) -> None:
    assert guess_channel(text) == channel


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ok see u", "en"),
        ("Your account has been locked", "en"),
        ("Hesabınız bloke edildi, hemen giriş yapın", "tr"),
        ("您的账户123456已被冻结", "zh"),
        ("Ihr Konto wurde gesperrt, bitte melden Sie sich", "de"),
        ("123 !!", "und"),
    ],
)
def test_it_names_the_language(text: str, code: str) -> None:
    assert language(text) == code


def test_numbers_and_links_become_classes() -> None:
    first = tokenise("Call 0909 555 0101 or pay £500 at http://a.example/1 code 123456").texts
    second = tokenise("Call 0801 555 0199 or pay £20 at https://other.example/xyz code 654321").texts
    assert first == second


def test_every_gram_belongs_to_a_token() -> None:
    tokens = tokenise("Win a prize, 您好 now!")
    for grams in (word_grams(tokens), letter_grams(tokens)):
        assert len(grams.places) == len(grams.first) == len(grams.last)
        assert grams.first.min() >= 0
        assert grams.last.max() < len(tokens.texts)


def test_every_shipped_calibration_has_two_hundred_messages_a_class_and_says_more_than_nothing(
    model: ScoreModel,
) -> None:
    for cell in model.card["cells"]:
        calibration = evidence.calibration_from(cell["calibration"])
        assert calibration.validated
        assert calibration.slope > 0
        assert cell["cllr"] < 1


@pytest.mark.parametrize("embeddings", [False, True])
def test_which_wallet_it_is_does_not_matter(model: ScoreModel, embeddings: bool) -> None:
    wallets = ("bc1qjkg27p265exad5g8c5r88605zg6k3h3ar0nvsk", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh")
    one, other = (score(model, f"pay to {w} please", "sms", embeddings=embeddings) for w in wallets)
    assert one.score == pytest.approx(other.score)
    assert one.score < score(model, SCAM, "sms", embeddings=embeddings).score
