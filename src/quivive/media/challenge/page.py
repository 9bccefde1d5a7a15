"""How is the list of challenges printed: as text or HTML, on one page, in the reader's language?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from textwrap import fill

from quivive.errors import NotFound

WIDTH = 98
"""Characters of a line of the text form."""
_STYLE = """
@page { size: A4; margin: 12mm }
body { font: 10.5pt/1.3 sans-serif; color: #000; background: #fff; max-width: 186mm; margin: 1em auto }
h1 { font-size: 17pt; margin: 0 0 .3em }
h2 { font-size: 12pt; margin: .8em 0 .2em }
ol, ul { margin: .2em 0; padding-left: 1.5em }
li { margin: .15em 0 }
.protect { border: 2px solid #000; padding: .3em .6em .3em 1.8em }
.watch { color: #333; font-style: italic }
.last { font-weight: bold; margin: .4em 0 }
.sources { font-size: 7.5pt; color: #333 }
"""


@dataclass(frozen=True)
class Ask:
    """What to ask for, and what a mask may do then."""

    do: str
    watch: str


@dataclass(frozen=True)
class Page:
    """The list in one language."""

    language: str
    title: str
    lead: str
    protect: tuple[str, ...]
    ask_title: str
    ask: tuple[Ask, ...]
    means_title: str
    means: tuple[str, ...]
    never: str
    lost: str
    sources_title: str
    sources: tuple[str, ...]


def languages() -> tuple[str, ...]:
    """Languages that the list is written in."""
    names = (entry.name for entry in files("quivive.media.challenge").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def page(language: str) -> Page:
    """Raises NotFound for a language that the list is not written in."""
    import yaml

    if language not in languages():
        raise NotFound(f"There is no language '{language}'; there are {', '.join(languages())}.")
    text = files("quivive.media.challenge").joinpath(f"{language}.yaml").read_text("utf-8")
    found = yaml.load(text, Loader=yaml.CSafeLoader)
    lists = {key: tuple(found[key]) for key in ("protect", "means", "sources")}
    return Page(**{**found, **lists, "language": language, "ask": tuple(Ask(**row) for row in found["ask"])})


def as_text(one: Page) -> str:
    """For a terminal or a printer of text."""
    return "\n".join(_lines(one)) + "\n"


def _lines(one: Page) -> Iterator[str]:
    yield from (one.title.upper(), "", _filled(one.lead))
    yield from (_filled(line, f"  {number}. ") for number, line in enumerate(one.protect, 1))
    yield from ("", one.ask_title)
    for each in one.ask:
        yield from (_filled(each.do, "  [ ] "), _filled(each.watch, "      ! "))
    yield from ("", one.means_title)
    yield from (_filled(line, "  - ") for line in one.means)
    yield from ("", _filled(one.never), _filled(one.lost), "", one.sources_title)
    yield from (_filled(line, "  * ") for line in one.sources)


def _filled(text: str, before: str = "") -> str:
    return fill(text, WIDTH, initial_indent=before, subsequent_indent=" " * len(before))


def as_html(one: Page) -> str:
    """One self-contained page of A4; nothing is fetched."""
    asked = "".join(
        f'<li>{escape(each.do)} <span class="watch">{escape(each.watch)}</span></li>' for each in one.ask
    )
    return (
        f'<!doctype html>\n<html lang="{one.language}"><head><meta charset="utf-8">'
        f"<title>{escape(one.title)}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>{escape(one.title)}</h1>\n<p>{escape(one.lead)}</p>\n"
        f'<ol class="protect">{_items(one.protect)}</ol>\n'
        f"<h2>{escape(one.ask_title)}</h2>\n<ul>{asked}</ul>\n"
        f"<h2>{escape(one.means_title)}</h2>\n<ul>{_items(one.means)}</ul>\n"
        f'<p class="last">{escape(one.never)}</p>\n<p class="last">{escape(one.lost)}</p>\n'
        f'<div class="sources"><h2>{escape(one.sources_title)}</h2><ul>{_items(one.sources)}</ul></div>\n'
        "</body></html>\n"
    )


def _items(lines: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(line)}</li>" for line in lines)
