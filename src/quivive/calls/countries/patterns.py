"""Which numbers does a dial-plan pattern mean?

As in the dial plans of telephone exchanges: `X` is any digit, `N` 2 to 9, `[13-5]` one of these, and a dot
at the end one digit or more. Numbers in full stand with plus and country code, short numbers without; spaces
are for reading. '+49 30 XXXX.' is a number of Berlin with five digits or more, '118XX' a directory service.
"""

from __future__ import annotations

import re

_PIECE = re.compile(r"[0-9XN]|\[[0-9](?:-[0-9])?(?:[0-9](?:-[0-9])?)*\]", re.ASCII)


def compile_pattern(text: str) -> re.Pattern[str]:
    """The regular expression of a pattern. Raises ValueError where it is none."""
    compact = text.replace(" ", "")
    body = compact.removeprefix("+").removesuffix(".")
    pieces = _PIECE.findall(body)
    if not pieces or "".join(pieces) != body:
        raise ValueError(f"{text!r} is no dial-plan pattern")
    plus = r"\+" if compact.startswith("+") else ""
    written = plus + "".join({"X": "[0-9]", "N": "[2-9]"}.get(piece, piece) for piece in pieces)
    try:
        return re.compile(written + ("[0-9]+" if compact.endswith(".") else ""), re.ASCII)
    except re.error as error:  # a range that runs backwards
        raise ValueError(f"{text!r} is no dial-plan pattern: {error}") from error
