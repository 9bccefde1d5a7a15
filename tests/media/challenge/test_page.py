"""The list of challenges says the same in every language and fits on one page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from quivive.errors import NotFound
from quivive.media.challenge.page import as_html, as_text, languages, page
from quivive.render.lang import languages as spoken

PAGE_LINES = 66
"""Of text on one sheet of A4."""


def test_it_is_written_in_every_language_of_the_reports() -> None:
    assert languages() == spoken()


@pytest.mark.parametrize("language", languages())
def test_it_fits_on_a_sheet(language: str) -> None:
    lines = as_text(page(language)).splitlines()
    assert len(lines) <= PAGE_LINES
    assert max(map(len, lines)) <= 98


@pytest.mark.parametrize("language", languages())
def test_every_language_says_as_much(language: str) -> None:
    one, english = page(language), page("en")
    for part in ("protect", "ask", "means", "sources"):
        assert len(getattr(one, part)) == len(getattr(english, part))
    assert all(source in as_text(one) for source in ("arXiv:2210.06186", "FBI", "Europol"))


@pytest.mark.parametrize("language", languages())
def test_what_protects_comes_before_what_to_look_at(language: str) -> None:
    text = as_text(page(language))
    assert text.index("3. ") < text.index("[ ]")


def test_the_page_fetches_nothing_and_holds_all_words() -> None:
    found: list[str] = []
    tags: set[str] = set()

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.add(tag)
            assert not {name for name, _ in attrs} & {"src", "href"}

    Reader().feed(as_html(page("de")))
    words = " ".join(found)
    one = page("de")
    assert all(
        line in words for line in (one.lead, one.never, one.lost, *one.protect, *one.means, *one.sources)
    )
    assert not tags & {"script", "link", "img"}


def test_a_language_that_there_is_not_is_refused() -> None:
    for name in ("fr", "../en", "page"):
        with pytest.raises(NotFound):
            page(name)
