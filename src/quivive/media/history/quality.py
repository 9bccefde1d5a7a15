"""At which quality was a JPEG saved, told from its quantisation table (libjpeg's scale of 1 to 100)?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from quivive.media.history.jpeg import Table

LUMA: Table = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40,
    58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103,
    104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip
"""ITU-T T.81 table K.1 in zigzag order: what libjpeg and most encoders scale."""


@lru_cache(maxsize=100)
def steps(quality: int) -> Table:
    """The luma table that libjpeg writes at `quality` (jcparam.c: jpeg_quality_scaling, 8-bit baseline)."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return tuple(min(max((base * scale + 50) // 100, 1), 255) for base in LUMA)


def estimate(table: Table) -> tuple[int, bool] | None:
    """(the quality whose luma table is nearest, whether it is that very table); None without a table.

    Cameras and Photoshop write tables of their own: there the figure only says 'about as fine as'.
    """
    if len(table) != 64:
        return None
    best = nearest({place: max(step, 1) for place, step in enumerate(table)})
    return best, steps(best) == table


def nearest(known: Mapping[int, int]) -> int:
    """The quality whose luma table comes nearest to some steps, given by their place in zigzag order."""

    def apart(quality: int) -> float:
        table = steps(quality)
        return sum(abs(table[place] - step) / step for place, step in known.items())

    return min(range(100, 0, -1), key=apart)


def photoshop_preset(table: Table) -> str:
    """Pillow's name for the preset of Adobe Photoshop with this luma table ('web_high'); '' if there is none.

    Source: Pillow's PIL.JpegPresets ('JPEG quality settings equivalent to the Photoshop settings').
    """
    from PIL.JpegPresets import presets

    natural, known = _natural(table), cast("dict[str, dict[str, Any]]", presets)
    return next((name for name, preset in known.items() if list(preset["quantization"][0]) == natural), "")


def _natural(table: Table) -> list[int]:
    """Row by row what a segment holds in zigzag order."""
    order = sorted((u + v, u if (u + v) % 2 else v, u, v) for u in range(8) for v in range(8))
    rows = [0] * 64
    for step, (_, _, u, v) in zip(table, order, strict=True):
        rows[8 * u + v] = step
    return rows
