"""Where in a picture is writing, and what does it say? rapidocr's bundled models, one thread, no network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from quivive.errors import NotInstalled
from quivive.media.lines import Line
from quivive.model import Source

if TYPE_CHECKING:
    from PIL.Image import Image

SHORT_SIDE = 736
"""Pixels of the shorter side on which writing is looked for: enough for a phone's screenshot."""
FINE = 1472
"""The same for dense pages: tried where the first look finds many small lines."""
SMALL = 16.0
"""Median height of lines, in pixels of the first look, under which a page counts as dense."""
WIDE = 1600
"""Widest piece looked at in one go, in the same pixels: only panoramas are cut from left to right."""
AREA = 1_100_000
"""Largest piece, which bounds the memory that long screenshots take."""
OVERLAP = 96
SURE = 0.8
"""Recognition confidence from which a line counts as read: below it the models invent letters."""


class Reader:
    """Finds boxes of writing on a reduced picture and reads each from the original's pixels."""

    def find(self, image: Image) -> list[Any]:
        """Corners (4 × 2, clockwise from the top left) of every line, in pixels, from top to bottom."""
        boxes = self._find_at(image, SHORT_SIDE)
        scale = min(1.0, SHORT_SIDE / min(image.size))
        fine = min(FINE, WIDE * min(image.size) // image.width)
        if len(boxes) >= 8 and scale < 1 and median(_size(box)[1] for box in boxes) * scale < SMALL:
            boxes = self._find_at(image, fine)
        return sorted(_distinct(boxes), key=lambda box: (box[:, 1].min(), box[:, 0].min()))

    def read(self, image: Image, boxes: Sequence[Any]) -> list[Line]:
        """What stands in each box, placed as if the page lay straight; confidence 0 where nothing does."""
        lines = []
        for box, straight in zip(boxes, _straightened(boxes), strict=True):
            text, score = self._recognise(_crop(image, box))
            left, top = (float(side) for side in straight.min(axis=0))
            right, bottom = (float(side) for side in straight.max(axis=0))
            lines.append(Line(left, top, right, bottom, text, score))
        return lines

    def _recognise(self, crop: Any) -> tuple[str, float]:
        """Text and confidence; what reads badly is tried upside down, and the better reading counts."""
        text, score = self._recognise_as_is(crop)
        if score >= SURE:
            return text, score
        turned, turned_score = self._recognise_as_is(crop[::-1, ::-1].copy())
        return (turned, turned_score) if turned_score > score + 0.1 else (text, score)

    def _recognise_as_is(self, crop: Any) -> tuple[str, float]:
        found = self._engine(crop, use_det=False, use_cls=False, use_rec=True)
        return (found.txts[0].strip(), float(found.scores[0])) if found.txts else ("", 0.0)

    def _find_at(self, image: Image, short_side: int) -> list[Any]:
        import numpy as np

        boxes: list[Any] = []
        for piece, scale, offset in _tiles(image, short_side):
            found = self._engine(_bgr(piece), use_det=True, use_cls=False, use_rec=False)
            if found.boxes is not None:
                boxes += [(np.asarray(box, dtype=np.float32) + offset) / scale for box in found.boxes]
        return boxes

    @cached_property
    def _engine(self) -> Any:
        """rapidocr with its own scaling switched off; model paths are given, so that nothing is fetched."""
        files = _files()
        if len(files) != 2:
            raise NotInstalled("The reader of pictures or its models are missing: install rapidocr 3 again.")
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise NotInstalled(
                f"The reader of pictures does not load ({error}): install rapidocr again."
            ) from error
        paths = dict(zip(("Det", "Rec"), files, strict=True))
        return RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": 100_000,
                "Global.min_side_len": 1,
                "Det.limit_side_len": 32,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
            | {f"{task}.model_path": str(path) for task, path in paths.items()}
        )


@lru_cache(maxsize=1)
def models() -> tuple[Source, ...]:
    """The models, by name, version of the wheel that carries them, and sha256."""
    version = metadata.version("rapidocr") if find_spec("rapidocr") else ""
    return tuple(
        Source(path.name, f"rapidocr {version}", hashlib.sha256(path.read_bytes()).hexdigest(),
               "Apache-2.0", model=True)
        for path in _files()
    )  # fmt: skip


def within(boxes: Sequence[Any], squares: float) -> list[Any]:
    """The first boxes whose lengths, each in multiples of its height, add up to `squares` at most."""
    kept: list[Any] = []
    for box in boxes:
        length, height = _size(box)
        squares -= length / max(height, 1.0)
        if squares < 0:
            break
        kept.append(box)
    return kept


def _files() -> list[Path]:
    """The detector and the recogniser in the wheel's folder, in this order; fewer if missing."""
    spec = find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else Path()
    found = [sorted(folder.glob(f"*_{task}_*.onnx"))[:1] for task in ("det", "rec")] if spec else []
    return [path for paths in found for path in paths]


def _tiles(image: Image, short_side: int) -> Iterator[tuple[Image, float, Any]]:
    """The picture reduced to `short_side`, in pieces of at most AREA: each with its scale and offset."""
    import numpy as np
    from PIL import Image as pil

    scale = min(1.0, short_side / min(image.size))
    width, height = (max(round(side * scale), 32) for side in image.size)
    small = image.resize((width, height), pil.Resampling.BILINEAR, reducing_gap=2.0)
    across = min(width, WIDE)
    down = max(AREA // across, 2 * OVERLAP)
    for top in _starts(height, down):
        for left in _starts(width, across):
            piece = small.crop((left, top, min(left + across, width), min(top + down, height)))
            yield piece, scale, np.array([left, top], dtype=np.float32)


def _starts(length: int, piece: int) -> range:
    """Where pieces begin that overlap by a line's height, so that no line is cut in all of them."""
    return range(0, max(length - OVERLAP, 1), piece - OVERLAP)


def _distinct(boxes: Sequence[Any]) -> list[Any]:
    """Without boxes that a larger one mostly covers: tiles overlap and see a line twice."""
    kept: list[Any] = []
    for box in sorted(boxes, key=lambda box: -_size(box)[0] * _size(box)[1]):
        if not any(_covered(box, other) > 0.7 for other in kept):
            kept.append(box)
    return kept


def _covered(box: Any, other: Any) -> float:
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    (x0, y0), (x1, y1) = other.min(axis=0), other.max(axis=0)
    shared = max(min(right, x1) - max(left, x0), 0) * max(min(bottom, y1) - max(top, y0), 0)
    return float(shared / max((right - left) * (bottom - top), 1.0))


def _straightened(boxes: Sequence[Any]) -> list[Any]:
    """The boxes turned back by the slant that most of the long ones share (a photographed screen)."""
    import numpy as np

    runs = [box[1] - box[0] for box in boxes if _size(box)[0] > 3 * _size(box)[1]]
    slants = [float(np.arctan2(run[1], run[0])) for run in runs]
    slant = median(slants) if slants else 0.0
    if abs(slant) < 0.005 or abs(slant) > 0.6:
        return list(boxes)
    cos, sin = np.cos(slant), np.sin(slant)
    return [box @ np.array([[cos, -sin], [sin, cos]]) for box in boxes]


def _size(box: Any) -> tuple[float, float]:
    """Length and height of a box of writing, whichever way it leans."""
    import numpy as np

    sides = float(np.linalg.norm(box[0] - box[1])), float(np.linalg.norm(box[0] - box[3]))
    return max(sides), min(sides)


def _bgr(image: Image) -> Any:
    import numpy as np

    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _crop(image: Image, box: Any) -> Any:
    """The box set upright, as the recogniser wants it; tall boxes (turned writing) lie on their side."""
    import cv2
    import numpy as np

    low = np.maximum(np.floor(box.min(axis=0)) - 2, 0)
    high = np.minimum(np.ceil(box.max(axis=0)) + 2, image.size)
    pixels = _bgr(
        image.crop(
            (int(low[0]), int(low[1]), max(int(high[0]), int(low[0]) + 1), max(int(high[1]), int(low[1]) + 1))
        )
    )
    width = max(int(np.linalg.norm(box[0] - box[1])), int(np.linalg.norm(box[2] - box[3])), 1)
    height = max(int(np.linalg.norm(box[0] - box[3])), int(np.linalg.norm(box[1] - box[2])), 1)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform((box - low).astype(np.float32), corners)
    upright = cv2.warpPerspective(
        pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC
    )
    return np.ascontiguousarray(np.rot90(upright)) if height >= 1.5 * width else upright
