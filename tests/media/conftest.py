"""Contexts and items for the tests of pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from media.picture_helpers import DATA
from quivive.intake import take
from quivive.media.codes import PictureCodes
from quivive.media.ocr import PictureText
from quivive.model import Context, Detector, Item, Yield


@pytest.fixture
def context() -> Context:
    return Context(now=datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture(scope="session")
def reader() -> PictureText:
    return PictureText()


@pytest.fixture(scope="session")
def scanner() -> PictureCodes:
    return PictureCodes()


@pytest.fixture
def run(context: Context) -> Callable[[Detector, Item], list[Yield]]:
    return lambda detector, item: list(detector.examine(item, context))


@pytest.fixture
def picture() -> Callable[[str], Item]:
    return lambda name: take((DATA / name).read_bytes(), name)
