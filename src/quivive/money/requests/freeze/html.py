"""How is a freeze request printed? One HTML page: no script, no link, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable

from quivive.money.requests.freeze.document import Block


def render(title: str, urgent: str, page: str, language: str, blocks: Iterable[Block]) -> str:
    """The page; the template escapes every value."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("quivive.money.requests.freeze", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawn = [(type(block).__name__, block) for block in blocks]
    return environment.get_template("request.html.j2").render(
        title=title, urgent=urgent, page=page, language=language, blocks=drawn
    )
