"""Is a domain said to be whose it is?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.identity_helpers import codes, context, findings, value
from quivive.messages.identities import domains
from quivive.messages.identities.domains import Domains
from quivive.model import Observable

DETECTOR = Domains()


def about(domain: str, **house: object) -> set[str]:
    return codes(findings(DETECTOR, value(domain, "domain-name"), context(**house)))


def test_a_brands_own_domain_passes() -> None:
    found = findings(DETECTOR, value("www.paypal.com", "domain-name"))
    assert [(f.code, f.kind) for f in found] == [("domain/brand-own", "pass")]


@pytest.mark.parametrize("host", ["sites.google.com", "docs.google.com", "goo.gl"])
def test_a_brands_host_on_which_anyone_can_publish_does_not_pass(host: str) -> None:
    assert about(host) == set()


def test_an_imitation_fails_names_the_true_domain_and_its_kind_of_fraud() -> None:
    (found,) = findings(DETECTOR, value("paypa1.com", "domain-name"))
    assert (found.code, found.kind, found.topics) == ("domain/lookalike", "fail", ("payment",))
    assert "paypal.com" in found.message
    assert "paypa1[.]com" in found.message
    assert found.observables[0].value == "paypa1.com"


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ("pаypal.com", "domain/idn-confusable"),  # Cyrillic а
        ("аррӏе.com", "domain/idn-confusable"),  # Cyrillic throughout
        ("rаbobank-login.com", "domain/idn-confusable"),
        ("päypal.com", "domain/idn-confusable"),
        ("xyzаbc.com", "domain/mixed-scripts"),
        ("münchen.de", "domain/idn"),
        ("例え.jp", "domain/idn"),
        ("crédit-agricole.fr", "domain/brand-other-ending"),  # how the brand itself writes its name
    ],
)
def test_foreign_letters_are_read_as_a_person_reads_them(shown: str, code: str) -> None:
    host = ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in shown.split(".")
    )
    assert domains.to_unicode(host) == shown
    assert code in about(host)


def test_a_domain_in_one_foreign_script_is_no_imitation() -> None:
    assert about("xn--80akhnk1a6a8b1a.xn--p1ai") == {"domain/idn"}


def test_the_desks_own_domain_passes_and_its_imitation_fails() -> None:
    own = frozenset({"vellabank.nl"})
    assert about("mail.vellabank.nl", own_domains=own) == {"domain/house-own"}
    assert about("ve11abank.nl", own_domains=own) == {"domain/house-lookalike"}


def test_a_cheap_ending_alone_is_only_mentioned() -> None:
    (found,) = findings(DETECTOR, value("gardening-club.top", "domain-name"))
    assert (found.code, found.kind) == ("domain/risky-ending", "informational")


def test_an_ordinary_domain_gives_nothing() -> None:
    assert about("gardening-club.org") == set()


def test_the_sources_are_dated() -> None:
    assert domains.suffix_list().date.startswith("20")
    assert all(source.date and len(source.sha256) == 64 for source in DETECTOR.sources())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=70))
@settings(max_examples=200, deadline=None)
def test_no_host_breaks_it(host: str) -> None:
    for found in findings(DETECTOR, Observable("domain-name", host.lower())):
        assert found.code in DETECTOR.codes
    domains.to_unicode(f"xn--{host}")
