"""How is a text out of a hostile file shown? Short, printable, and with nothing in it that can be clicked."""

from __future__ import annotations

from quivive import observables
from quivive.intake import clean_name

_DEFANGED = ("url", "domain-name", "email-addr")


def shown(text: str) -> str:
    """At most 60 characters on one line, links spelt so that no program makes them live."""
    text = " ".join(text[:400].split())
    found = [o for o in observables.find(text) if o.where and o.type in _DEFANGED]
    for each in sorted(found, key=lambda o: -(o.where.start or 0) if o.where else 0):
        assert each.where
        start, end = each.where.start or 0, each.where.end or 0
        text = text[:start] + observables.defang(each.type, text[start:end]) + text[end:]
    text = clean_name(text) if text else ""
    return text if len(text) <= 60 else text[:59] + "…"
