"""Are imitations of a brand's domain told from honest neighbours?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.messages.identities import brands, lookalike
from quivive.messages.identities.indicators import is_popular
from quivive.messages.identities.lookalike import edit, like_house, resemblance, skeleton

HONEST = Path(__file__).parents[2] / "data" / "messages" / "honest_domains.txt"
STRONG = ("embedded", "confusable", "spelling", "words")


def honest() -> list[str]:
    lines = HONEST.read_text("utf-8").splitlines()
    return sorted({word for line in lines if not line.startswith("#") for word in line.split()})


@pytest.mark.parametrize(
    ("host", "brand", "how"),
    [
        ("paypa1.com", "PayPal", "spelling"),
        ("paypai.com", "PayPal", "spelling"),
        ("arnazon.com", "Amazon", "spelling"),
        ("micros0ft.com", "Microsoft", "spelling"),
        ("instargam.com", "Instagram", "spelling"),
        ("netfliix.com", "Netflix", "spelling"),
        ("welsfargo.com", "Wells Fargo", "spelling"),
        ("bankofamerlca.com", "Bank of America", "spelling"),
        ("postnl-herplan.top", "PostNL", "words"),
        ("dhl-paket-zoll.info", "DHL", "words"),
        ("securepaypallogin.com", "PayPal", "words"),
        ("paypa1-login.com", "PayPal", "words"),
        ("usps.parcel-info.top", "USPS", "words"),
        ("appleid-verify.com", "Apple", "words"),
        ("sparkasse-login.de", "Sparkasse", "words"),
        ("paypal-login.pages.dev", "PayPal", "words"),
        ("paypal.com.secure-login.example.com", "PayPal", "embedded"),
        ("hmrc.gov.uk-refund.com", "HMRC", "embedded"),
        ("netflix.top", "Netflix", "ending"),
        ("ups-delivery.com", "UPS", "name"),
        ("correos-es.top", "Correos", "name"),
        ("paypal.example.com", "PayPal", "name"),
    ],
)
def test_it_names_the_brand_and_how_it_is_imitated(host: str, brand: str, how: str) -> None:
    found = resemblance(host)
    assert found is not None
    assert (found.brand.name, found.how) == (brand, how)


@pytest.mark.parametrize(
    "host",
    [
        "sparkasse-musterstadt.de",  # savings banks have domains of their own
        "netflix.zendesk.com",  # a tenant at a service for firms
        "www-paypal-com.proxy.library.example.edu",
        "paypal.github.io",  # firms have such pages; a bare name says nothing
        "amazone.de",
        "example.org",
        "localhost",
        "",
    ],
)
def test_it_leaves_these_alone(host: str) -> None:
    assert resemblance(host) is None


def test_no_brands_own_domain_is_called_an_imitation() -> None:
    flagged = [d for brand in brands.table().brands for d in brand.domains if resemblance(f"www.{d}")]
    assert flagged == []


def test_honest_domains_stand_in_none_of_our_lists() -> None:
    """Else the next test could not fail."""
    assert len(honest()) >= 200
    for domain in honest():
        assert not brands.owners(domain), domain
        assert not is_popular(domain), domain
        assert domain.split(".")[0] not in lookalike.words().neighbours, domain


def test_no_honest_domain_is_called_an_imitation_and_few_are_doubted() -> None:
    found = {domain: resemblance(domain) for domain in honest()}
    assert [d for d, r in found.items() if r and r.how in STRONG] == []
    assert sum(r is not None for r in found.values()) <= len(found) * 0.03


LONG_NAMES = [b for b in brands.table().brands if len(brands.squash(b.name)) >= 9 and not b.ordinary]


@given(st.sampled_from(LONG_NAMES), st.integers(0, 200))
@settings(max_examples=150, deadline=None)
def test_any_swap_of_two_letters_in_a_long_name_is_seen(brand: brands.Brand, at: int) -> None:
    label = brands.squash(brand.name)
    place = 1 + at % (len(label) - 2)
    swapped = label[:place] + label[place + 1] + label[place] + label[place + 2 :]
    if swapped == label or lookalike.keys().get(swapped) or swapped in lookalike.words().neighbours:
        return
    found = resemblance(f"{swapped}.com")
    assert found is not None
    assert found.how in ("spelling", "near", "words", "name")


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("payapl", "paypal", "swap"), ("paypol", "paypal", "replace"), ("paypall", "paypal", "add"),
        ("papal", "paypal", "drop"), ("paypal", "paypal", ""), ("pyapla", "paypal", ""),
        ("pal", "paypal", ""),
    ],
)  # fmt: skip
def test_edit_is_the_one_damerau_step(one: str, other: str, how: str) -> None:
    assert edit(one, other) == how


@given(st.text("abcil10rnmvw", max_size=12))
def test_skeleton_is_stable(label: str) -> None:
    assert skeleton(skeleton(skeleton(label))) == skeleton(skeleton(label))


@pytest.mark.parametrize(
    "host", ["ve11abank.nl", "vellabank-login.com", "velabank.nl", "vellabank.nl.example.com"]
)
def test_it_sees_imitations_of_the_desks_own_domain(host: str) -> None:
    assert like_house(host, ["vellabank.nl"]) == "vellabank.nl"


@pytest.mark.parametrize("host", ["vellabank.nl", "mail.vellabank.nl", "other.nl", "bank.nl"])
def test_its_own_and_unlike_domains_are_none(host: str) -> None:
    assert like_house(host, ["vellabank.nl"]) is None


def test_hosts_as_long_as_dns_allows_take_no_time() -> None:
    started = time.monotonic()
    for host in (
        "paypal-" * 8 + "x.com",
        "a" * 63 + ".com",
        "-".join("abcdefgh" * 7)[:63] + ".com",
        ".".join(["paypal"] * 30) + ".com",
    ):
        resemblance(host)
    assert time.monotonic() - started < 2


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_string_gets_an_answer(host: str) -> None:
    resemblance(host)
