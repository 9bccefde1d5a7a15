"""Is a link that hides its aim seen, and an honest one left alone?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.identity_helpers import codes, context, findings, mail_item, results, text_item
from quivive.messages.identities import urls
from quivive.messages.identities.links import Links
from quivive.model import Observable

DETECTOR = Links()


def about(url: str) -> set[str]:
    return codes(findings(DETECTOR, Observable("url", url)))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://paypal.com@evil.example.net/x", "link/user-info"),
        ("http://admin:secret@printer.example.net/", "link/credentials"),
        ("http://203.0.113.7/login", "link/ip-host"),
        ("http://3232235777/a", "link/disguised-ip"),
        ("http://0x7f.1/", "link/disguised-ip"),
        ("https://example.net:4433/", "link/odd-port"),
        ("https://example.net/%252e%252e/%2561", "link/encoded"),
        ("https://www.google.com/url?q=https://evil.example.net/a&sa=D", "link/redirect"),
        ("https://example.net/go?next=https%3A%2F%2Fother.example.com%2F", "link/leads-on"),
        ("https://bit.ly/3abc", "link/shortener"),
        ("https://qrco.de/abc", "link/qr-service"),
        ("https://some-page.pages.dev/login", "link/free-hosting"),
        ("https://sites.google.com/view/some-page", "link/free-hosting"),
        ("https://docs.google.com/forms/d/e/abc", "link/form-builder"),
        ("https://abcd.ngrok-free.app/", "link/tunnel"),
        ("https://example.net/#someone@example.org", "link/address-in-link"),
        ("https://example.net/?e=c29tZW9uZUBleGFtcGxlLm9yZw==", "link/address-in-link"),
        ("https://example.net/files/invoice.apk", "link/program"),
        ("http://a.b.c.d.e.f.example.net/", "link/deep"),
        ("https://example.net/" + "x" * 1600, "link/long"),
    ],
)
def test_each_trick_has_its_finding(url: str, code: str) -> None:
    assert code in about(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/news/2026/11/a-long-article?utm_source=letter&id=42",
        "https://example.org:8080/x",
        "https://bit.ly",
        "https://www.google.com/search?q=weather",
        "https://example.org/a%20b/c%2Fd",
        "https://github.io",
        "https://example.org/app.html",
        "https://example.com/login?next=/account",
        "https://docs.google.com/document/d/abc",
    ],
)
def test_ordinary_links_give_nothing(url: str) -> None:
    assert about(url) == set()


def test_the_aim_inside_a_link_is_examined_in_its_turn() -> None:
    subject = Observable(
        "url", "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example.net%2Fa"
    )
    derived = [x for x in results(DETECTOR, subject) if isinstance(x, Observable)]
    wrapper = "nam02.safelinks.protection.outlook.com"
    assert {o.value for o in derived} == {"https://evil.example.net/a", "evil.example.net", wrapper}
    assert codes(findings(DETECTOR, subject)) == {"link/wrapped"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("urldefense.proofpoint.com/v2/url?u=https-3A__www.example.net_a&d=x", "https://www.example.net/a"),
        ("urldefense.com/v3/__https://www.example.net/a__;!!x", "https://www.example.net/a"),
    ],
)
def test_it_reads_what_mail_filters_wrap(path: str, target: str) -> None:
    parts = urls.split(f"https://{path}")
    assert parts is not None
    assert [t for _, _, t in urls.targets(parts)] == [target]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("3232235777", "192.168.1.1"), ("0x7f.1", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"),
        ("10.1.2.3", "10.1.2.3"),
        ("example.org", None), ("1.2.3.4.5", None), ("999.1.1.1", None), ("1.2.3", "1.2.0.3"), ("", None),
    ],
)  # fmt: skip
def test_numeric_hosts_are_read_as_browsers_do(host: str, address: str | None) -> None:
    assert urls.ip_of(host) == address


def anchor(shown: str, href: str, sender: str = "news@letters.example") -> set[str]:
    item = mail_item(
        html=f'<p>Hi, see <a href="{href}">{shown}</a></p>', headers={"From": f"News <{sender}>"}
    )
    return codes(findings(DETECTOR, item))


def test_words_that_name_another_address_fail() -> None:
    assert "link/shown-elsewhere" in anchor("www.paypal.com", "https://evil.example.net/x")
    assert "link/shown-elsewhere" in anchor("https://bank.example.com/login", "http://evil.example.net/")


@pytest.mark.parametrize(
    ("shown", "href"),
    [
        ("www.example.org", "https://example.org/page"),
        ("Click here", "https://evil.example.net/x"),
        ("Visit paypal.com today", "https://evil.example.net/x"),
        ("youtube.com", "https://youtu.be/abc"),  # one owner
        ("version 2.0.1", "https://example.net/"),
        ("someone@example.org", "https://example.net/"),
    ],
)
def test_words_that_name_no_other_owner_do_not(shown: str, href: str) -> None:
    assert anchor(shown, href) == {"link/not-opened"}


@pytest.mark.parametrize(
    "href",
    [
        "https://u123.ct.sendgrid.net/ls/click?upn=abc",
        "https://shop.us1.list-manage.com/track/click?u=1",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.shop.example.org%2F",
        "https://any.example.net/?to=https%3A%2F%2Fwww.shop.example.org%2F",
    ],
)
def test_click_counters_of_newsletters_are_no_forgeries(href: str) -> None:
    assert anchor("www.shop.example.org", href) <= {"link/shown-counted", "link/not-opened"}


def test_a_senders_own_counter_is_only_doubted() -> None:
    found = anchor("www.shop.example.org", "https://go.letters.example/x")
    assert "link/shown-elsewhere" not in found
    assert found & {"link/shown-maybe-counted", "link/shown-counted"}


def test_a_script_behind_a_link_fails() -> None:
    assert "link/script" in anchor("Open", "javascript:alert(1)")


def test_that_links_were_not_opened_is_said_once_a_message() -> None:
    item = text_item("See https://example.org/a and https://example.org/b and www.example.net/c")
    found = findings(DETECTOR, item)
    assert [(f.code, f.kind) for f in found] == [("link/not-opened", "open")]
    assert found[0].params["count"] == "3"
    assert findings(DETECTOR, text_item("No link here. Thanks.Bye")) == []


def test_links_to_the_desks_own_pages_are_not_held_against_them() -> None:
    given_house = context(own_domains=frozenset({"vellabank.example"}))
    found = findings(DETECTOR, Observable("url", "https://vellabank.example/app.apk"), given_house)
    assert {f.kind for f in found} == {"informational"}


def test_hostile_links_take_no_time() -> None:
    started = time.monotonic()
    for url in ("https://example.org/?" + "a=https://x.example&" * 5000, "https://" + "a." * 5000 + "com/",
                "https://example.org/" + "%25" * 20000, "https://" + "@" * 20000, "https://[" * 5000,
                "https://example.org/#" + "a@" * 20000):  # fmt: skip
        results(DETECTOR, Observable("url", url))
    assert time.monotonic() - started < 5


@given(st.text(max_size=200), st.sampled_from(["https://", "http://user@", "https://google.com/url?q=", ""]))
@settings(max_examples=200, deadline=None)
def test_no_link_breaks_it(rest: str, start: str) -> None:
    for found in findings(DETECTOR, Observable("url", start + rest)):
        assert found.code in DETECTOR.codes
