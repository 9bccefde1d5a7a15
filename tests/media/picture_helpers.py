"""Short names for what the tests of pictures ask again and again."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from quivive.model import Finding, Item, Observable, Yield

DATA = Path(__file__).parent.parent / "data/media"


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def texts(results: list[Yield]) -> list[str]:
    return [result.text or "" for result in results if isinstance(result, Item)]


def codes(results: list[Yield]) -> list[str]:
    return [result.code for result in results if isinstance(result, Finding)]


def values(results: list[Yield]) -> set[tuple[str, str]]:
    return {(result.type, result.value) for result in results if isinstance(result, Observable)}
