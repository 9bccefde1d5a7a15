"""How is a freeze request written as Markdown? It reads as plain text, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from quivive.money.requests.freeze.document import (
    Block,
    Facts,
    Heading,
    Paragraph,
    Payments,
    Signature,
    Steps,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#!&])")


_LINE = "\\_" * 40 + "\n\n"


def render(title: str, urgent: str, blocks: Iterable[Block]) -> str:
    """The document; nothing in the values can become markup or a link."""
    parts = [f"# {plain(title)}", f"**{plain(urgent)}**"]
    for block in blocks:
        parts += _draw(block)
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Text in one line in which no character is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _draw(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"## {plain(block.text)}"
    elif isinstance(block, Paragraph):
        yield from (_safe_start(plain(part)) for part in re.split(r"\n\s*\n", block.text) if part.strip())
    elif isinstance(block, Steps):
        yield "\n".join(f"{number}. {plain(text)}" for number, text in enumerate(block.texts, 1))
    elif isinstance(block, Facts):
        yield "\n".join(_fact(name, value, name in block.code) for name, value in block.rows)
    elif isinstance(block, Payments):
        yield from _payments(block)
    elif isinstance(block, Signature):
        yield _LINE + plain(block.text)


def _safe_start(text: str) -> str:
    """A paragraph that begins like a list or a rule does not become one."""
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+=~])", r"\\\1", text))


def _fact(name: str, value: str, code: bool) -> str:
    return f"- {plain(name)}: {f'`{value}`' if code and '`' not in value else plain(value)}"


def _payments(table: Payments) -> Iterator[str]:
    """A list, not a table: ids of 64 letters fit no column."""
    for row in table.rows:
        said = [f"**{plain(table.labels['number'])} {row['number']}:** {plain(row['amount'])}"]
        said += [
            f"{plain(table.labels[name])}: {plain(row[name])}" for name in ("traced", "time") if row[name]
        ]
        ids = [f"- {plain(table.labels[name])}: {plain(row[name])}" for name in ("txid", "from", "to")]
        yield ", ".join(said) + "\n\n" + "\n".join(ids)
