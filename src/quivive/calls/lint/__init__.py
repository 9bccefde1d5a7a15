"""Which rules for STI certificates (ATIS-1000080, US SHAKEN certificate policy, RFC 5280) does one break?"""

from __future__ import annotations

from quivive.calls.lint.lines import Linted, lint_lines
from quivive.calls.lint.linter import Code, LintFinding, codes, explain, lint

__all__ = ["Code", "LintFinding", "Linted", "codes", "explain", "lint", "lint_lines"]
