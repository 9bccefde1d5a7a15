"""Where in this picture are faces, to a hundredth of their size, however the picture was cropped?

Two small networks of MediaPipe (BlazeFace, Apache-2.0; MODEL_CARD.md): one finds faces in the whole picture,
the other looks again at each from close by until its place settles, also mirrored and a little off, and the
mean of that is taken. So the same face in a cropped, mirrored or smaller copy gets the same place. Nothing
is learnt of who it is: a cat's face will do as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]
    """[n, 8, 2]: centre, width and height, then eyes, nose, mouth and ears, each x and y in pixels."""

MOST = 3
"""Faces of one picture: the surest that are large enough."""
SURE = 0.4
SMALL = 20
"""Pixels across; smaller faces hash to noise."""
LOOKS = 2
"""Times a face is looked at from close by before the mean of eight looks is taken."""
ROUND = 2.0
"""Side of the close look in widths of the face."""
_AWAY = ((-0.06, -0.06), (0.06, -0.06), (-0.06, 0.06), (0.06, 0.06))
"""Offsets of the eight looks, in sides of the look; each also mirrored."""
_MIRRORED = (0, 1, 3, 2, 4, 5, 7, 6)
"""Left and right change places in a mirrored picture."""


@dataclass(frozen=True)
class Face:
    """Its centre and about its width, in pixels of the picture."""

    x: float
    y: float
    size: float


@dataclass(frozen=True)
class _Network:
    session: Any
    side: int
    anchors: NDArray[np.float64]


def find(image: NDArray[Any]) -> tuple[Face, ...]:
    """At most `MOST` faces of uint8 RGB [height, width, 3], the surest first."""
    import numpy as np

    height, width = image.shape[:2]
    far, side = _network("far"), float(max(height, width))
    scores, rows = _look(far, image, ((width - side) / 2, (height - side) / 2, side), SURE)
    found: list[Face] = []
    for row in rows[np.argsort(-scores, kind="stable")][: 4 * MOST]:
        face = _settled(image, row) if row[1].max() >= SMALL else None
        if face and not any(_close(face, other) for other in found):
            found.append(face)
        if len(found) == MOST:
            break
    return tuple(found)


def _close(one: Face, other: Face) -> bool:
    return abs(one.x - other.x) + abs(one.y - other.y) < 0.5 * max(one.size, other.size)


def _settled(image: NDArray[Any], row: Rows) -> Face | None:
    """The face where close looks agree that it is; None where they see none."""
    import numpy as np

    for _ in range(LOOKS):
        again = _nearest(image, row, (0.0, 0.0))
        if again is None:
            return None
        row = again
    looks = [_nearest(image, row, away, mirrored) for away in _AWAY for mirrored in (False, True)]
    seen = [each for each in looks if each is not None]
    if not seen:
        return None
    points = np.mean(seen, axis=0)[2:]
    x, y = points.mean(axis=0)
    return Face(float(x), float(y), float(2.2 * np.sqrt(((points - (x, y)) ** 2).sum(axis=1).mean())))


def _nearest(
    image: NDArray[Any], row: Rows, away: tuple[float, float], mirrored: bool = False
) -> Rows | None:
    """The face nearest to where `row` says, seen from close by."""
    import numpy as np

    side = float(row[1].max()) * ROUND
    left, top = row[0] - side / 2 + np.array(away) * side
    scores, rows = _look(_network("near"), image, (float(left), float(top), side), 0.3, mirrored)
    if not len(scores):
        return None
    return np.asarray(rows[np.argmin(np.hypot(*(rows[:, 0] - row[0]).T))])


def _look(
    network: _Network,
    image: NDArray[Any],
    square: tuple[float, float, float],
    sure: float,
    mirrored: bool = False,
) -> tuple[NDArray[np.float64], Rows]:
    """Scores above `sure` and rows of the faces in a square (left, top, side); one for each face."""
    import numpy as np

    left, top, side = square
    seen = cut(image, left, top, side, network.side)
    pixels = np.ascontiguousarray(seen[:, ::-1] if mirrored else seen)
    given = (pixels.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    regressed, logits = network.session.run(["regressors", "classificators"], {"input": given})
    scores = 1 / (1 + np.exp(-np.clip(logits.ravel().astype(np.float64), -50, 50)))
    sure_enough = np.flatnonzero(scores > sure)
    rows = regressed.reshape(-1, 8, 2)[sure_enough].astype(np.float64) / network.side
    rows[:, [0, 2, 3, 4, 5, 6, 7]] += network.anchors[sure_enough][:, None]
    if mirrored:
        rows[:, [0, 2, 3, 4, 5, 6, 7], 0] = 1 - rows[:, [0, 2, 3, 4, 5, 6, 7], 0]
        rows = rows[:, _MIRRORED]
    rows *= side
    rows[:, [0, 2, 3, 4, 5, 6, 7]] += (left, top)
    return _merged(scores[sure_enough], rows)


def _merged(scores: NDArray[np.float64], rows: Rows) -> tuple[NDArray[np.float64], Rows]:
    """Answers that overlap are one face: their mean, weighted by score."""
    import numpy as np

    kept_scores, kept = [], []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        same = _overlap(rows[left[0]], rows[left]) > 0.3
        same[0] = True
        group = left[same]
        kept_scores.append(scores[group[0]])
        kept.append(np.average(rows[group], axis=0, weights=scores[group]))
        left = left[~same]
    return np.array(kept_scores), np.array(kept).reshape(-1, 8, 2)


def _overlap(one: Rows, others: Rows) -> NDArray[np.float64]:
    """Area that boxes share over the area of both together."""
    import numpy as np

    low = np.maximum(one[0] - one[1] / 2, others[:, 0] - others[:, 1] / 2)
    high = np.minimum(one[0] + one[1] / 2, others[:, 0] + others[:, 1] / 2)
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    return np.asarray(shared / (np.prod(one[1]) + np.prod(others[:, 1], axis=1) - shared + 1e-9))


def cut(image: NDArray[Any], left: float, top: float, side: float, size: int) -> NDArray[np.uint8]:
    """The square at (left, top) as `size` by `size` pixels; beyond the edge its last pixels go on."""
    import cv2
    import numpy as np

    shrink = max(int(side / size), 1)
    if shrink > 1:  # averaged, or fine patterns would leave false ones
        x, y = max(int(left), 0), max(int(top), 0)
        image = image[y : max(int(top + side) + 1, y + 1), x : max(int(left + side) + 1, x + 1)]
        height, width = image.shape[:2]
        if not height or not width:
            return np.zeros((size, size, 3), np.uint8)
        small = (max(width // shrink, 1), max(height // shrink, 1))
        left, top = left - x, top - y
        image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        across, down = width / small[0], height / small[1]
    else:
        across = down = 1.0
    scale = size / side
    move = np.array([[scale * across, 0, -left * scale], [0, scale * down, -top * scale]], np.float32)
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(image, move, (size, size), flags=cv2.INTER_LINEAR, borderMode=border))


@lru_cache(maxsize=2)
def _network(name: str) -> _Network:
    """'far' (256 pixels, the whole picture) or 'near' (128 pixels, a face)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    model = files("quivive.media.likeness.faces").joinpath(f"{name}.onnx").read_bytes()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return _Network(session, 256 if name == "far" else 128, _anchors())


def _anchors() -> NDArray[np.float64]:
    """[896, 2]: centres in shares of the side; two to a cell of a 16 by 16 grid, six of an 8 by 8 one."""
    import numpy as np

    grids = []
    for cells, each in ((16, 2), (8, 6)):
        line = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(grid, each, axis=0))
    return np.concatenate(grids)
