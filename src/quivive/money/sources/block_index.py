"""Which of the blocks in a node's files make the chain with the most work, and at which heights?

Files hold blocks in the order in which they came: children before parents, stale ones among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from quivive.errors import Unreadable
from quivive.money.sources.raw_files import RawFile
from quivive.money.sources.wire import HEADER, damaged, read_header, read_size

_WINDOW = 1024
"""So far ahead of its tip a node asks for blocks (Core's BLOCK_DOWNLOAD_WINDOW)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands, and what of its header chooses the chain."""

    file: int
    offset: int
    size: int
    previous: bytes
    work: int
    version: int


@dataclass(frozen=True, slots=True)
class BestChain:
    """Hashes in height order from `first` on."""

    first: int
    hashes: list[bytes]

    @property
    def tip(self) -> int:
        return self.first + len(self.hashes) - 1


def index_file(file: RawFile, number: int, magic: bytes, double_sha: bool, into: dict[bytes, Place]) -> None:
    """Add the blocks of one file. Raises Unreadable where one is cut short or its header is damaged."""
    for offset, size in file.records(magic):
        add_block(file, number, offset, size, double_sha, into)
    file.close()


def add_block(
    file: RawFile, number: int, offset: int, size: int, double_sha: bool, into: dict[bytes, Place]
) -> None:
    """Add the block that stands there; `double_sha` says that its hash must meet its own target."""
    head = file.read(offset, HEADER)
    if size <= HEADER or len(head) < HEADER:
        raise damaged(file.name, offset, f"a block of {size} bytes is cut short")
    header = read_header(head)
    if header.target == 0 or (double_sha and int.from_bytes(header.hash, "big") > header.target):
        raise damaged(file.name, offset, "the header does not meet its own target: the block is damaged")
    into.setdefault(header.hash, Place(number, offset, size, header.previous, header.work, header.version))


def choose_chain(
    places: dict[bytes, Place], genesis: set[bytes], height_of: Callable[[bytes], int | None]
) -> BestChain:
    """The chain with the most work; of several that do not meet, the one that reaches highest.

    `height_of` tells the height that a block without its parent says of itself. Raises Unreadable where that
    says none, or where blocks between two parts are missing.
    """
    if not places:
        raise Unreadable("There is no block in these files.")
    heights, works = _heights_and_works(places, genesis, height_of)
    tips: dict[int, bytes] = {}
    roots = _roots(places)
    for each, work in works.items():
        best = tips.get(roots[each])
        if best is None or work > works[best]:
            tips[roots[each]] = each
    tip = max(tips.values(), key=lambda each: (heights[each], works[each]))
    hashes = [tip]
    while (before := places[hashes[-1]].previous) in places:
        hashes.append(before)
    chain = BestChain(heights[hashes[-1]], hashes[::-1])
    _check_gaps(chain, [heights[each] for each in tips.values()])
    return chain


def _roots(places: dict[bytes, Place]) -> dict[bytes, int]:
    """For each block the number of the part of the tree to which it belongs."""
    roots: dict[bytes, int] = {}
    for each in places:
        path = []
        while each in places and each not in roots:
            path.append(each)
            each = places[each].previous
        number = roots.get(each, len(roots))
        roots.update(dict.fromkeys(path, number))
    return roots


def _heights_and_works(
    places: dict[bytes, Place], genesis: set[bytes], height_of: Callable[[bytes], int | None]
) -> tuple[dict[bytes, int], dict[bytes, int]]:
    heights: dict[bytes, int] = {}
    works: dict[bytes, int] = {}
    for each in places:
        path = []
        while each in places and each not in heights:
            path.append(each)
            each = places[each].previous
        height, work = heights.get(each, -1), works.get(each, 0)
        if each not in heights:
            height = _root_height(path[-1], places[path[-1]], genesis, height_of) - 1
        for one in reversed(path):
            height, work = height + 1, work + places[one].work
            heights[one], works[one] = height, work
    return heights, works


def _root_height(
    root: bytes, place: Place, genesis: set[bytes], height_of: Callable[[bytes], int | None]
) -> int:
    if root in genesis:
        return 0
    height = 1 if place.previous in genesis else height_of(root)
    if height is None:
        raise Unreadable(
            f"Block {root.hex()} does not say its height, as blocks before BIP 34 do not, and its parent is "
            "not in these files. Add the files from the first block on."
        )
    return height


def _check_gaps(chain: BestChain, tips: list[int]) -> None:
    below = [height for height in tips if height < chain.first - _WINDOW]
    if below:
        missing = f"{max(below) + 1:,} to {chain.first - 1:,}"
        raise Unreadable(f"Blocks {missing} are missing: a file of the folder is not there.")


def coinbase_height(block: bytes) -> int | None:
    """The height that the coinbase begins with (BIP 34, block version 2 on), else None."""
    if int.from_bytes(block[:4], "little") < 2:
        return None
    try:
        _, at = read_size(block, HEADER)
        at += 6 if block[at + 4] == 0 else 4
        _, begin = read_size(block, at + 37)
        size = block[begin]
    except IndexError:
        return None
    if 0x51 <= size <= 0x60:
        return size - 0x50
    return int.from_bytes(block[begin + 1 : begin + 1 + size], "little") if 1 <= size <= 4 else None


def has_witness(block: bytes) -> bool:
    """Whether the coinbase has a witness, as in a Bitcoin block that holds any (BIP 141), never in Cash."""
    try:
        _, at = read_size(block, HEADER)
        return block[at + 4] == 0
    except IndexError:
        return False
