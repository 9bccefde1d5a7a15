"""Which text does a freeze request become: Markdown, HTML or JSON (`quivive.freeze-request/1`)?"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from quivive.money.requests.freeze.document import blocks, coins, words
from quivive.money.requests.freeze.nouns import FreezeRequest

SCHEMA = "quivive.freeze-request/1"
Format = Literal["markdown", "html", "json"]


def write(request: FreezeRequest, form: Format, language: str = "en") -> str:
    """The finished document."""
    if form == "json":
        return json.dumps({"schema": SCHEMA, **_plain(request)}, indent=2, ensure_ascii=False) + "\n"
    say = words(language)
    drawn = blocks(request, say)
    if form == "markdown":
        from quivive.money.requests.freeze import markdown

        return markdown.render(say["title"], say["urgent"], drawn)
    from quivive.money.requests.freeze import html

    page = say["page"].format(case=request.authority.case_number)
    return html.render(say["title"], say["urgent"], page, language, drawn)


def _plain(value: Any) -> Any:
    """Amounts as text, since a JSON number loses digits; times in UTC; what is not known is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((each.name, _plain(getattr(value, each.name))) for each in fields(value))
        return {name: each for name, each in pairs if each is not None}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return coins(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, date) else value
