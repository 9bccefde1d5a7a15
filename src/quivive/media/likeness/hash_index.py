"""Which of a million hashes are within so many bits of this one, in a thousandth of a second?

Hashes are cut into 16 pieces of 16 bits. Two that differ in fewer than 32 bits agree in one piece but for
one bit (16 pieces, at most 31 differences), so only the hashes that share such a piece are compared: multi-
index hashing (Norouzi, Punjani, Fleet 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECES = 16
REACH = 2 * PIECES - 1
"""The largest distance that the index answers for."""


@dataclass(frozen=True)
class HashIndex:
    """`words` uint64 [n, 4]: the hashes. For each piece: hashes in its order, and where each value starts."""

    words: NDArray[np.uint64]
    order: tuple[NDArray[np.int32], ...]
    starts: tuple[NDArray[np.int32], ...]


def packed(hashes: Sequence[str]) -> NDArray[np.uint64]:
    """uint64 [n, 4] of hashes of 64 hexadecimal digits each."""
    import numpy as np

    return np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, 4)


def index(words: NDArray[np.uint64]) -> HashIndex:
    """The index of uint64 [n, 4]; takes 64 bytes a hash beside them."""
    import numpy as np

    pieces = np.ascontiguousarray(words).view(np.uint16).reshape(-1, PIECES)
    order, starts = [], []
    for column in pieces.T:
        order.append(np.argsort(column, kind="stable").astype(np.int32))
        counts = np.bincount(column, minlength=2**16)
        starts.append(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    return HashIndex(words, tuple(order), tuple(starts))


def near(known: HashIndex, value: str, most: int = REACH) -> list[tuple[int, int]]:
    """(distance, place) of the known hashes within `most` (at most `REACH`) bits, nearest first."""
    import numpy as np

    if most > REACH:
        raise ValueError(f"The index answers for distances up to {REACH}.")
    word = packed([value])[0]
    flips = np.concatenate([[0], 1 << np.arange(16)]).astype(np.uint16)
    found = [
        order[starts[piece] : starts[int(piece) + 1]]
        for part, order, starts in zip(word.view(np.uint16), known.order, known.starts, strict=True)
        for piece in part ^ flips
    ]
    places = np.unique(np.concatenate(found))
    distances = np.bitwise_count(known.words[places] ^ word).sum(axis=1)
    close = np.flatnonzero(distances <= most)
    return sorted((int(distances[each]), int(places[each])) for each in close)


def scan(words: NDArray[np.uint64], value: str, most: int = REACH) -> list[tuple[int, int]]:
    """What `near` gives, by comparing with each hash in turn; for lists that are asked once."""
    import numpy as np

    word, chunk, found = packed([value])[0], 2**16, []
    for first in range(0, len(words), chunk):
        distances = np.bitwise_count(words[first : first + chunk] ^ word).sum(axis=1, dtype=np.uint16)
        found += [(int(distances[each]), first + int(each)) for each in np.flatnonzero(distances <= most)]
    return sorted(found)
