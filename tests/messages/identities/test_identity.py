"""Is a sender who pretends told from one who writes as himself?"""

from __future__ import annotations

import gzip
import json
import tarfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.identity_helpers import codes, context, findings, mail_item, results, text_item
from quivive.intake import take
from quivive.messages.identities.identity import Identity
from quivive.model import Observable

DATA = Path(__file__).parents[2] / "data" / "messages"
DETECTOR = Identity()


def mail(sender: str, html: str = "", body: str = "Hello.", **more: str) -> set[str]:
    headers = {"From": sender, **{name.replace("_", "-"): text for name, text in more.items()}}
    return codes(findings(DETECTOR, mail_item(body, html, headers)))


def sms(text: str) -> set[str]:
    return codes(findings(DETECTOR, text_item(text)))


# --- display names ---


@pytest.mark.parametrize(
    "sender",
    [
        "PayPal <service@mailer.example.net>",
        "PayPal Service Team <service@mailer.example.net>",
        "support netflix <a@mailer.example.net>",
        "Netflix.com <a@mailer.example.net>",
        "DHL Express <noreply@parcel.example>",
        '"Edeka-Gutschein", abc <a@mailer.example.net>',  # mail programs show the name
        "=?utf-8?Q?Trust_Wallet?= <a@mailer.example.net>",
    ],
)
def test_a_name_that_is_a_brands_with_an_address_elsewhere_fails(sender: str) -> None:
    assert "identity/display-name-brand" in mail(sender)


def test_the_finding_names_brand_and_domain_and_cites_the_address() -> None:
    item = mail_item(headers={"From": "PayPal <service@mailer.example.net>"})
    found = next(f for f in findings(DETECTOR, item) if f.code == "identity/display-name-brand")
    assert found.kind == "fail"
    assert "mailer[.]example[.]net" in found.message
    assert found.topics == ("payment",)
    assert found.observables[0] == Observable("email-addr", "service@mailer.example.net", item="m.eml")


@pytest.mark.parametrize(
    "sender",
    [
        "PayPal <service@paypal.com>",
        "PayPal <service@eu.paypal.com>",
        "Tim <tim@example.org>",
        "Norton <norton@example.org>",
        "Chase <chase@example.org>",
        "Jane Apple <jane@example.org>",
        "The Orange Tree <hello@orangetree.example>",
        "Post Office Choir <choir@example.org>",
        "Weekly News <news@example.org>",
    ],
)
def test_brands_themselves_and_people_called_alike_do_not(sender: str) -> None:
    assert not {c for c in mail(sender) if c.startswith("identity/display-name")}


@pytest.mark.parametrize(
    "sender",
    ["Jane via PayPal <jane@lists.example.org>", "News about Netflix series <news@example.org>"],
)
def test_a_name_that_mentions_a_brand_is_only_doubted(sender: str) -> None:
    found = mail(sender)
    assert "identity/display-name-brand" not in found
    assert "identity/display-name-mentions-brand" in found


def test_look_alike_letters_in_a_name_fail() -> None:
    sender = "=?utf-8?B?" + "0KBheVBhbA==" + "?= <a@mailer.example.net>"  # 'РayPal' with a Cyrillic Р
    assert "identity/display-name-disguised" in mail(sender)


def test_another_address_inside_the_name_fails() -> None:
    assert "identity/display-name-address" in mail('"boss@vellabank.example" <x@mailer.example.net>')


@pytest.mark.parametrize(
    "sender",
    [
        '"someone@example.org" <someone@example.org>',
        '"someone@example.org" <bounce@mail.example.org>',
        '"someone@example.com via Discussion" <list@lists.example.org>',
    ],
)
def test_an_address_inside_the_name_may_be_honest(sender: str) -> None:
    assert "identity/display-name-address" not in mail(sender)


def test_a_company_at_a_free_mailbox_is_said() -> None:
    assert "identity/free-mail-brand" in mail("Uniswap <uniswap.team@gmail.com>")
    assert "identity/free-mail-organisation" in mail("Customer Service <help.desk.team@gmail.com>")
    assert mail("Jane Doe <jane.doe@gmail.com>") == set()


def test_a_mail_without_a_sender_is_looked_at() -> None:
    assert mail("") == {"identity/no-sender"}
    assert mail("undisclosed") == {"identity/no-sender"}


# --- answers ---


def test_answers_to_a_free_mailbox_are_looked_at() -> None:
    found = findings(
        DETECTOR, mail_item(headers={"From": "CEO <ceo@firm.example>", "Reply-To": "ceo.firm@gmail.com"})
    )
    assert codes(found, "review") == {"identity/reply-to-free-mail"}


@pytest.mark.parametrize(
    "more",
    [
        {"Reply_To": "someone.else@example.org"},
        {"Reply_To": "list@lists.example.com"},
        {"Reply_To": "jane@gmail.com", "List_Id": "<list.example.org>"},
    ],
)
def test_answers_elsewhere_may_be_honest(more: dict[str, str]) -> None:
    item_codes = mail("Someone <someone@example.org>", **more)
    assert item_codes <= {"identity/reply-elsewhere"}


# --- links ---


LINK = '<p>{text}</p><a href="{href}">Continue</a>'


def test_a_mail_in_a_brands_name_with_links_elsewhere_fails() -> None:
    html = LINK.format(text="Your account is limited", href="https://verify.example.net/x")
    found = mail("PayPal <service@mailer.example.net>", html=html)
    assert "identity/brand-link-mismatch" in found


def test_a_brands_own_mail_may_link_where_it_likes() -> None:
    html = LINK.format(text="Your PayPal account", href="https://partner.example.net/x")
    assert not {c for c in mail("PayPal <service@paypal.com>", html=html) if "link" in c}


def test_a_newsletter_that_names_a_brand_is_left_alone() -> None:
    html = LINK.format(
        text="This week: Netflix, Spotify and Amazon compared", href="https://blog.example.org/1"
    )
    found = findings(DETECTOR, mail_item(html=html, headers={"From": "Tech Weekly <hi@letters.example.org>"}))
    assert not codes(found, "fail", "review")


@pytest.mark.parametrize(
    "text",
    [
        "PostNL: uw pakket is vertraagd. Herplan via https://herplan.example.top/p",
        "Your Netflix account is on hold: https://example.xyz/pay",
        "ING: uw bankpas verloopt. Vraag aan op http://pas.example.net",
        "Santander: acceso desde un nuevo dispositivo. Si no fue usted: https://verifica.example.net",
        "SBI: your YONO account is blocked, update PAN https://some-page.pages.dev/",
        "Google: your storage is full https://sites.google.com/view/some-page",
        "Pаypal: your account is limited, log in at https://example.net/",  # Cyrillic а
    ],
)
def test_a_text_that_speaks_for_a_brand_and_links_elsewhere_fails(text: str) -> None:
    assert "identity/brand-link-mismatch" in sms(text)


@pytest.mark.parametrize(
    "text",
    [
        "PostNL: uw pakket komt vandaag. Volg: https://jouw.postnl.nl/track/1",
        "Netflix and chill? see https://blog.example.org/netflix",
        "I paid with PayPal, the receipt is at https://shop.example.org/r/1. " + "We talked about it. " * 60,
        "Chase the deal: https://shop.example.org",
        "Your Amazon parcel comes with DHL: https://www.dhl.de/track",
        "Your bank never asks for codes. HSBC customers report fraud at https://cybercrime.gov.in",
        "See you at 8",
        "",
    ],
)
def test_a_text_with_the_brands_own_link_or_without_a_claim_does_not(text: str) -> None:
    assert not {c for c in sms(text) if c == "identity/brand-link-mismatch"}


def test_a_short_link_in_a_brands_name_is_doubted() -> None:
    assert sms("Vodafone: your bill is ready https://bit.ly/3abc") == {"identity/brand-link-hidden"}


def test_the_text_finding_points_at_the_brand() -> None:
    text = "Hello! Your Netflix account is on hold: https://example.xyz/pay"
    (found,) = findings(DETECTOR, text_item(text))
    assert found.where is not None
    assert text[found.where.start : found.where.end] == "Netflix"


# --- the desk's own ---


OWN = frozenset({"vellabank.example"})


def house(sender: str, **more: str) -> set[str]:
    headers = {"From": sender, **{name.replace("_", "-"): text for name, text in more.items()}}
    given_house = context(own_domains=OWN, good_senders=frozenset({"friend@example.org"}))
    return codes(findings(DETECTOR, mail_item(headers=headers), given_house))


def test_its_own_domain_forged_imitated_or_named_is_said() -> None:
    forged = house("Service <service@vellabank.example>", Return_Path="<bounce@mailer.example.net>")
    assert "identity/house-spoofed" in forged
    assert "identity/house-lookalike" in house("Service <service@ve11abank.example>")
    assert "identity/house-name" in house("vellabank.example support <a@mailer.example.net>")


def test_its_own_mail_and_known_senders_are_no_alarm() -> None:
    own = house("Service <service@vellabank.example>", Return_Path="<bounce@mail.vellabank.example>")
    assert own == {"identity/house-sender"}
    assert house("Friend <friend@example.org>") == {"identity/good-sender"}


def test_the_domains_of_a_mails_addresses_are_examined_in_their_turn() -> None:
    item = mail_item(headers={"From": "X <x@one.example.org>", "Reply-To": "y@two.example.com"})
    found = {(o.type, o.value) for o in results(DETECTOR, item) if isinstance(o, Observable)}
    assert found == {("domain-name", "one.example.org"), ("domain-name", "two.example.com")}


# --- honest mail ---


def honest_senders() -> list[str]:
    lines = (DATA / "honest_senders.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


NEWSLETTERS = (
    '<p>Your invoice is ready.</p><a href="https://u1.ct.sendgrid.net/ls/click?upn=x">View it</a>',
    '<p>News</p><a href="https://shop.us1.list-manage.com/track/click?u=1">www.shop.example.org</a>',
    '<p>Pay with PayPal, Klarna or Visa. Follow us:</p><a href="https://www.facebook.com/shop">Facebook</a>'
    '<a href="https://apps.apple.com/app/1">App Store</a><a href="https://shop.example.org/sale">Sale</a>',
)


@pytest.mark.parametrize("html", NEWSLETTERS)
def test_firms_that_sign_their_own_mail_are_never_called_forgers(html: str) -> None:
    called = {sender: codes(findings(DETECTOR, mail_item(html=html, headers={"From": sender})), "fail")
              for sender in honest_senders()}  # fmt: skip
    assert {sender: found for sender, found in called.items() if found} == {}


def test_hardly_any_of_them_is_doubted() -> None:
    doubted = [
        s for s in honest_senders() if codes(findings(DETECTOR, mail_item(headers={"From": s})), "review")
    ]
    assert len(doubted) <= 0.02 * len(honest_senders())


@pytest.mark.parametrize("html", NEWSLETTERS)
@pytest.mark.parametrize(
    "sender", ["The Shop <news@shop.example.org>", "Jane <jane@gmail.com>", "news@shop.example.org"]
)
def test_newsletters_of_other_firms_are_no_forgeries(sender: str, html: str) -> None:
    assert not codes(findings(DETECTOR, mail_item(html=html, headers={"From": sender})), "fail")


# --- measured on real mail ---


def test_forgeries_among_real_phishing_are_found(shared_data: Path) -> None:
    """Of 300 real phishing mails about a third speak in a brand's name from a foreign address."""
    with tarfile.open(shared_data / "messages" / "raw_phishing_300.tar.xz") as archive:
        files = [archive.extractfile(m) for m in archive if m.isfile() and m.name.endswith(".eml")]
        mails = [file.read() for file in files if file]
    hits = 0
    for number, data in enumerate(mails):
        found = findings(DETECTOR, take(data, f"{number}.eml", "message/rfc822", "email"))
        hits += bool(codes(found, "fail"))
    assert hits >= 0.25 * len(mails)


def test_honest_mail_is_hardly_ever_called_a_forgery(shared_data: Path) -> None:
    with gzip.open(shared_data / "messages" / "email_spamassassin.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["text"] for row in rows if row["label"] == 0][::3]
    false = sum(bool(codes(findings(DETECTOR, text_item(text, "email")), "fail")) for text in texts)
    assert false < 0.01 * len(texts)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_header_breaks_it(sender: str, reply: str) -> None:
    clean = [text.replace("\r", " ").replace("\n", " ") for text in (sender, reply)]
    for found in findings(DETECTOR, mail_item(headers={"From": clean[0], "Reply-To": clean[1]})):
        assert found.code in DETECTOR.codes


@pytest.mark.parametrize(
    "text",
    [
        "PayPal Netflix your bank account " * 6000 + "https://x.example.net",
        "paypal." * 28000 + " https://x.example.net",
        " ".join(f"https://d{number}-paypal-login.example.net/" for number in range(4000)),
        "中国移动" * 40000 + " https://x.example.net/",
        "a@" * 90000,
    ],
    ids=["words", "dots", "links", "no spaces", "ats"],
)
def test_long_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    findings(DETECTOR, text_item(text))
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "sender", ["PayPal " * 9000, '"x" <a@b.example>, ' * 3000, "((" * 20000, '"' + "(" * 30000]
)
def test_long_senders_take_no_time(sender: str) -> None:
    started = time.monotonic()
    findings(DETECTOR, mail_item(headers={"From": f"{sender} <a@b.example>"}))
    assert time.monotonic() - started < 4
