"""One change of damaged input, as the fuzzing of several readers makes it."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence


def change(
    out: bytearray, at: int, odd: Sequence[bytes], lengths: Sequence[int], chance: random.Random
) -> None:
    """Change `out` at `at` in one of six ways: octet, bit, something `odd`, gap, repetition, length field."""
    kind = chance.randrange(6)
    if kind == 0 and at < len(out):
        out[at] = chance.randrange(256)
    elif kind == 1 and at < len(out):
        out[at] ^= 1 << chance.randrange(8)
    elif kind == 2:
        put = chance.choice(odd)
        out[at : at + len(put)] = put
    elif kind == 3:
        del out[at : at + chance.choice((1, 4, 16, 300))]
    elif kind == 4:
        out[at:at] = out[at : at + chance.choice((1, 4, 60, 400))]
    else:
        out[at : at + 4] = struct.pack(chance.choice(("<I", ">I")), chance.choice(lengths))
