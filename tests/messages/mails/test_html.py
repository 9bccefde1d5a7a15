"""Does a page give what its reader sees, where it leads, and what it asks for?"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import CouldNotLook
from quivive.intake import derive, take
from quivive.messages.mails import html
from quivive.messages.mails.html_detector import HtmlDetector
from quivive.model import Context, Finding, Item, Observable

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))


def page_item(source: str | bytes) -> Item:
    return take(source if isinstance(source, bytes) else source.encode(), "page.html", "text/html")


def attachment(source: str) -> Item:
    mail = take(b"From: a@b.example\n\n", "m.eml")
    return derive(mail, "invoice.html", source.encode(), "text/html", origin="attachment")


def examine(item: Item) -> list[Finding | Item | Observable]:
    return list(HtmlDetector().examine(item, NOW))


def kinds(item: Item) -> dict[str, str]:
    return {r.code: r.kind for r in examine(item) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("pay&nbsp;now &amp; here &#8364;5 &#x20AC;6", "pay now & here €5 €6"),
        ("<!-- no --><style>p{}</style><script>x<1</script>Yes", "Yes"),
        ("<title>T</title>Body", "Body"),
        ("a <b>bold</b>ly said", "a boldly said"),
        ("<pre>two\nlines</pre>", "two\nlines"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p title='a>b'>shown", "shown"),
        ("<ul><li>one<li>two</ul>", "one\n\ntwo"),
        ("cut off <b", "cut off"),
        ("&#99999999999999999999;x", "\ufffdx"),
        ("<SCRIPT>a</ScRiPt>b", "b"),
    ],
)
def test_text_is_what_a_reader_sees(source: str, text: str) -> None:
    assert html.read(source).text == text


@pytest.mark.parametrize(
    "source",
    [
        '<div style="display: none">secret</div>',
        '<p style="DISPLAY:NONE !important">secret</p>',
        '<span style="font-size:0px">secret</span>',
        '<span style="font-size:0">secret</span>',
        '<font color="#ffffff">secret</font>',
        '<div style="background:#000"><span style="color:#000">secret</span></div>',
        '<div style="max-height:0;overflow:hidden">secret</div>',
        '<div style="opacity:0">secret</div>',
        "<p hidden>secret</p>",
        "<style>.x{display:none}</style><p class=x>secret</p>",
        '<div style="display:none"><div>sec</div>ret</div>',
    ],
)
def test_text_that_is_not_shown_is_set_apart(source: str) -> None:
    page = html.read(source + "<p>shown</p>")
    assert page.text == "shown"
    assert "".join(page.hidden) == "secret"


@pytest.mark.parametrize(
    "source",
    [
        '<td style="font-size:0px"><span style="font-size:14px">shown</span></td>',
        '<td bgcolor="#003366"><font color="white">shown</font></td>',
        '<div style="background:url(dark.png)"><span style="color:#fff">shown</span></div>',
        '<p style="opacity:0.9">shown</p>',
        '<p style="font-size:0.9em">shown</p>',
        "<style>@media print{.x{display:none}}</style><p class=x>shown</p>",
        '<p style="line-height:0;color:#333">shown</p>',
        '<p style="display:none">\n<p>shown</p>',
    ],
)
def test_text_that_only_seems_hidden_is_shown(source: str) -> None:
    assert html.read(source).text == "shown"


def test_links_have_target_and_words() -> None:
    page = html.read(
        '<a href=" https://x.example/a?b=1&amp;c=2 ">Your <b>bank</b></a><a href=y><img alt="Pay"></a>'
    )
    assert page.links == (
        html.Link("https://x.example/a?b=1&c=2", "Your bank"),
        html.Link("y", "Pay"),
    )


def test_forms_scripts_and_redirections_are_seen() -> None:
    page = html.read(
        '<meta http-equiv="refresh" content="0; url=https://x.example/">'
        '<form action="/in"><input type="PASSWORD"></form><body onload="go()">'
    )
    assert page.forms == (html.Form("/in", True),)
    assert page.script
    assert page.refresh == "https://x.example/"


def test_a_login_page_is_no_fault_but_an_attached_one_is() -> None:
    login = '<form action="https://x.example/in"><input type="password"></form>'
    assert kinds(page_item(login)) == {"page/password-form": "informational"}
    assert kinds(attachment(login)) == {"page/attached-password-form": "fail"}


def test_an_attached_page_that_runs_or_leads_on_is_named() -> None:
    source = "<script>go()</script><meta http-equiv=refresh content='0;url=https://x.example/'>"
    assert set(kinds(attachment(source))) == {"page/attached-script", "page/attached-redirect"}
    assert kinds(page_item(source)) == {}


def test_pictures_in_the_page_become_items_and_links_observables() -> None:
    import base64

    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(300)).decode()
    results = examine(
        page_item(f'<img src="data:image/png;base64,{picture}"><a href="https://x.example.org/">go</a>')
    )
    assert [r.media_type for r in results if isinstance(r, Item) and r.origin == "picture in the page"] == [
        "image/png"
    ]
    assert ("url", "https://x.example.org/") in {
        (r.type, r.value) for r in results if isinstance(r, Observable)
    }


def test_the_declared_charset_is_used() -> None:
    source = '<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251")
    texts = [r.text for r in examine(page_item(source)) if isinstance(r, Item)]
    assert texts == ["Привет"]


HOSTILE = {
    "deep": "<div>" * 400_000,
    "misnested": "<a><b><i><div>" * 100_000,
    "unclosed tags": "<a " * 500_000,
    "unclosed quotes": "<a b=\"" * 300_000,
    "unclosed comments": "<!--" * 500_000,
    "angles": "<" * 2_000_000,
    "end tags": "<b>" * 50_000 + "</p>" * 300_000,
    "scripts": "<script></script" * 150_000,
    "invisible signs": "\u200b" * 2_000_000,
    "style": '<p style="' + "font-size:" * 200_000 + '">x',
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_pages_take_linear_time(attack: str) -> None:
    started = time.process_time()
    html.read(HOSTILE[attack])
    assert time.process_time() - started < 5


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/='\" abipstyle-!&#;:0\n{}"), max_size=400))
def test_any_markup_is_read(source: str) -> None:
    page = html.read(source)
    assert len(page.text) <= len(source) + 10 * source.count("&")
    with suppress(CouldNotLook):
        examine(page_item(source))
