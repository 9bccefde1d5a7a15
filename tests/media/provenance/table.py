"""Prints, as JSON, what is told of each file named, in a process that a socket would end."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from media.provenance import nosocket
from quivive.errors import CouldNotLook
from quivive.intake import take
from quivive.media.provenance.detector import Provenance
from quivive.model import Context, Finding


def told(path: Path) -> list[tuple[str, str, str]]:
    """(code, kind, message) of every finding, or why it could not be looked at."""
    context = Context(now=datetime(2026, 11, 22, tzinfo=UTC))
    try:
        found = list(Provenance().examine(take(path.read_bytes(), path.name), context))
    except CouldNotLook as error:
        return [("could-not-look", type(error).__name__, str(error))]
    return [(f.code, f.kind, f.message) for f in found if isinstance(f, Finding)]


def main() -> None:
    """The files are the process's arguments."""
    nosocket.forbid()
    print(json.dumps({name: told(Path(name)) for name in sys.argv[1:]}))
