"""Damaged sound files by the thousand: python -m voices.fuzz COUNT [SEED] (from the tests folder).

Short files of every kind are changed in one to thirty places (octets set, turned, cut, doubled, lengths blown
up), cut off or given another's beginning, and decoded. Prints the slowest; stops at anything but our Error.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from damage import change
from quivive.errors import Error
from quivive.voices.sound import decode
from voices import sound_maker

_ODD = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff")
_LENGTHS = (0, 1, 8, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0)


def seeds() -> list[bytes]:
    """A quarter of a second of every kind of file."""
    sounds = [sound_maker.as_kind(name, 0.25) for name in sound_maker.KINDS]
    return [*sounds, *(sound_maker.film(container, 0.25) for container in sound_maker.FILMS)]


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The data with one to thirty changes; most of them in the first half, where headers are."""
    out = bytearray(data)
    if chance.random() < 0.1:
        del out[chance.randrange(len(out) + 1) :]
    if chance.random() < 0.05:
        out[:12] = chance.choice(others)[:12]
    for _ in range(chance.choice((1, 1, 2, 3, 5, 10, 30))):
        at = chance.randrange(chance.choice((64, 600, len(out) + 1))) % (len(out) + 1)
        change(out, at, _ODD, _LENGTHS, chance)
    return bytes(out)


def run(count: int, seed: int = 1, keep: Path | None = None) -> Iterator[tuple[float, bytes, bool]]:
    """Decode `count` damaged files: seconds, input and whether sound was found. Our Error is an answer.

    `keep`: where each input is written first, for one that takes the process down.
    """
    chance, held = random.Random(seed), seeds()
    for _ in range(count):
        data = mutated(chance.choice(held), held, chance)
        if keep:
            keep.write_bytes(data)
        started = time.process_time()
        try:
            heard = bool(decode(data))
        except Error:
            heard = False
        yield time.process_time() - started, data, heard


if __name__ == "__main__":
    place = Path(os.environ.get("FUZZ_KEEP", "/tmp/damaged.sound"))
    runs = list(run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, place))
    slowest = max(runs, key=lambda each: each[0])
    place.with_suffix(".slowest").write_bytes(slowest[1])
    total, found = sum(each[0] for each in runs), sum(each[2] for each in runs)
    print(f"{len(runs)} inputs, {total:.0f} s, sound in {found}")
    print(f"slowest {slowest[0]:.3f} s ({len(slowest[1])} octets)")
