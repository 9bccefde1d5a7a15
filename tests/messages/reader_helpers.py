"""The makers of archives and a way to run one detector, for the tests of readers."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from quivive.errors import CouldNotLook
from quivive.model import Context, Detector, Finding, Item, Yield

DATA = Path(__file__).parent.parent / "data"
CONTEXT = Context(now=datetime(2026, 11, 22, tzinfo=UTC))


def maker(path: str) -> ModuleType:
    """A generator of test data, imported by its path."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, DATA / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def look(detector: Detector, item: Item) -> tuple[list[Yield], str]:
    """What a detector yields, and why it stopped looking ('' if it did not)."""
    results: list[Yield] = []
    try:
        results.extend(detector.examine(item, CONTEXT))
        for_reason = ""
    except CouldNotLook as error:
        for_reason = str(error)
    return results, for_reason


def codes(results: list[Yield]) -> list[tuple[str, str]]:
    return [(each.code, each.kind) for each in results if isinstance(each, Finding)]


def items(results: list[Yield]) -> dict[str, Item]:
    return {each.name: each for each in results if isinstance(each, Item)}
