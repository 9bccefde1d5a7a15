"""What is a check? A function of a certificate's fields that says in words what is wrong, or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from quivive.calls.lint.fields import Fields

Check: TypeAlias = Callable[[Fields], str | None]
Checks: TypeAlias = Mapping[str, Check]
"""Checks by the code they give, in the order in which findings are listed."""
