"""What is wrong with each certificate of a file, one row each?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from quivive.calls.lint.fields import read
from quivive.calls.lint.inputs import each, row
from quivive.calls.lint.linter import LintFinding, judge
from quivive.errors import Unreadable


@dataclass(frozen=True)
class Linted:
    """One certificate of a file: its findings, or why it does not read."""

    name: str
    sha256: str
    """Of the DER; '' where there is none."""
    findings: tuple[LintFinding, ...] = ()
    error: str = ""

    def row(self) -> dict[str, object]:
        """The row as the command prints it: `error` only where the certificate does not read."""
        codes = [finding.code for finding in self.findings]
        shown: dict[str, object] = {"name": self.name, "sha256": self.sha256, "findings": codes}
        return {**shown, "error": self.error} if self.error else shown


def lint_lines(name: str, data: bytes, tested: datetime | None = None) -> Iterator[Linted]:
    """Lint every certificate of a file: DER, base64, PEM with one or many, or JSON lines.

    A JSON line is an object with base64 DER in "cert"; "name" or "sha256" names it, "tested" says when
    it was tested, and so by which rules, where `tested` does not. What does not read is a row with an
    error and stops nothing.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        yield from _json_lines(name, data, tested)
        return
    try:
        found = each(data)
    except Unreadable as error:
        yield Linted(name, "", error=str(error))
        return
    for number, der in enumerate(found, start=1):
        yield _linted(name if len(found) == 1 else f"{name}#{number}", der, tested)


def _json_lines(name: str, data: bytes, tested: datetime | None) -> Iterator[Linted]:
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            own_name, der, own_time = row(line)
        except Unreadable as error:
            yield Linted(f"{name}:{number}", "", error=str(error))
        else:
            yield _linted(own_name or f"{name}:{number}", der, tested or own_time)


def _linted(name: str, der: bytes, tested: datetime | None) -> Linted:
    digest = sha256(der).hexdigest()
    try:
        return Linted(name, digest, judge(read(der), tested))
    except Unreadable as error:
        return Linted(name, digest, error=str(error))
