"""Does the table of brands hold what it says, and is a brand found where it is meant and only there?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.messages.identities import brands
from quivive.messages.rulebook import TOPICS
from quivive.observables import registrable


def named(text: str) -> set[str]:
    return {mention.brand.name for mention in brands.mentions(text)}


def claimed(text: str) -> set[str]:
    return {mention.brand.name for mention in brands.mentions(text) if mention.claimed}


def test_the_table_knows_hundreds_of_brands_of_many_countries() -> None:
    known = brands.table().brands
    assert len(known) >= 250
    assert len({brand.country for brand in known}) >= 30


def test_every_brand_has_a_true_domain_a_topic_and_a_country() -> None:
    for brand in brands.table().brands:
        assert brand.domains, brand.name
        assert brand.topic in TOPICS, brand.name
        assert re.fullmatch(r"[A-Z]{2}|\*", brand.country), brand.name
        for domain in brand.domains:
            # 'gov.uk' and 'bnpparibas' are endings by themselves
            assert registrable(domain) or registrable(f"x.{domain}"), (brand.name, domain)
            assert domain == domain.lower().strip("."), domain


def test_no_two_brands_share_a_name() -> None:
    names = [brand.name for brand in brands.table().brands]
    assert len(names) == len(set(names))


def test_no_mailbox_or_page_that_anyone_can_have_counts_as_a_brands_page() -> None:
    from quivive.messages.identities.services import tenant

    rented = {d for brand in brands.table().brands for d in brand.domains if tenant(f"x.{d}")}
    assert rented <= {"sharepoint.com"}


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("Your PayPal account has been limited", "PayPal"),
        ("PostNL: uw pakket kon niet worden bezorgd", "PostNL"),
        ("Chase account alert: a payment was declined", "Chase"),
        ("ORANGE: votre facture est disponible", "Orange"),
        ("Ihr Konto bei der Sparkasse wurde gesperrt", "Sparkasse"),
        ("Tu cuenta CaixaBankNow ha sido suspendida", "CaixaBank"),
        ("credit agricole : nouvelle connexion", "Crédit Agricole"),
        ("【三井住友銀行】お取引の確認", "SMBC"),
        ("Dear SBI customer, your YONO account is blocked", "State Bank of India"),
        ("UPS: Your package is waiting", "UPS"),
    ],
)
def test_it_finds_the_brand_a_message_speaks_for(text: str, brand: str) -> None:
    assert brand in claimed(text)


@pytest.mark.parametrize(
    "text",
    [
        "An apple a day keeps the doctor away",
        "The orange was sweet and the target was hit",
        "I had to chase the bus, then the ups and downs of the day",
        "we three will discover the sky at the post office",
        "See you at the wise owl. Tim says hi, so does Norton.",
        "He is a steam engine fan; the telegram came late",
        "ing is an ending, ee too",
        "sars and hermes are words",
        "Send it to info@paypal.example.org or see paypal.example.net/x",
    ],
)
def test_everyday_words_and_addresses_are_no_brands(text: str) -> None:
    assert not named(text)


def test_a_brand_that_is_only_talked_about_is_named_but_not_claimed() -> None:
    text = "We discussed whether the shares of Netflix would fall further. " * 8
    assert named(text) == {"Netflix"}
    assert not claimed(text)


def test_own_domains_count_with_everything_below_them_and_nothing_beside() -> None:
    assert [b.name for b in brands.owners("www.paypal.com")] == ["PayPal"]
    assert brands.owners("notpaypal.com") == ()
    assert brands.owners("paypal.com.example.org") == ()


def test_a_person_called_like_a_brand_is_a_person() -> None:
    assert brands.in_display_name("Tim") == ()
    assert brands.in_display_name("Chase") == ()
    assert [b.name for b in brands.in_display_name("Chase Bank")] == ["Chase"]


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_mentions_lie_in_the_text_they_quote(text: str) -> None:
    for mention in brands.mentions(text):
        assert text[mention.start : mention.end] == mention.alias
