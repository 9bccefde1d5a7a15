"""What did a file carry? The nouns that readers of containers and of generators' texts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MOST_TEXTS = 2_000
"""Texts of one file that are looked at."""
MOST_CHARACTERS = 8 * 2**20
"""Characters of one text; ComfyUI workflows with pictures in them reach some millions."""
MOST_BLOCKS = 24
"""Blocks of EXIF, XMP and the like of one file that are read."""
MOST_IN_ALL = 24 * 2**20
"""Characters of all texts of a file."""

Size = tuple[int, int]


@dataclass(frozen=True)
class Text:
    """A named text that stands in a file: where ('PNG', 'EXIF', 'XMP'), under which name, and what."""

    place: str
    key: str
    value: str = field(repr=False)

    @property
    def name(self) -> str:
        """The key without namespace, in lower case: 'digitalsourcetype'."""
        return self.key.rpartition(":")[2].lower()

    @property
    def label(self) -> str:
        """Place and key as a person reads them: 'EXIF UserComment'."""
        return f"{self.place} {self.key}".strip()


@dataclass(frozen=True)
class Carried:
    """All that a container's reader found; `size` is that of the pixels, (0, 0) where there are none.

    `unread` says in English what was not read, and why.
    """

    texts: tuple[Text, ...] = ()
    size: Size = (0, 0)
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What a generator's text says about how the picture was made; '' and () where it does not say.

    `sizes` are those that the finished picture may have; `reshapes`: the text names a step that enlarges,
    crops or tiles, so that the size of the result cannot be foretold. `nodes` are steps of a graph, `program`
    is a program's name or version, `excerpt` the beginning of the text.
    """

    prompt: str = ""
    model: str = ""
    seed: str = ""
    sampler: str = ""
    sizes: tuple[Size, ...] = ()
    reshapes: bool = False
    nodes: tuple[str, ...] = ()
    program: str = ""
    excerpt: str = ""


@dataclass(frozen=True)
class Mark:
    """One generator's mark: the finding's code, whose it is, where it stands and what it says."""

    code: str
    whose: str
    places: tuple[str, ...]
    settings: Settings = Settings()
    details: tuple[tuple[str, str], ...] = ()
    """Further parameters of the finding's sentence."""


@dataclass(frozen=True)
class Camera:
    """What the file says about a camera: its name and one exposure value ('1/200 s')."""

    name: str
    exposure: str


@dataclass(frozen=True)
class Reading:
    """What the child process gives back: small, whatever the file."""

    marks: tuple[Mark, ...] = ()
    camera: Camera | None = None
    captured: str = ""
    """An IPTC source type that says 'a camera took it', where the file carries one."""
    size: Size = (0, 0)
    unread: tuple[str, ...] = ()


@dataclass
class Walk:
    """What walking through one file has cost so far, and what had to be left."""

    unread: list[str] = field(default_factory=list)
    blocks: int = 0
    sizes: list[Size] = field(default_factory=list)

    def another_block(self) -> bool:
        """Whether one more block of metadata in a form of its own (EXIF, XMP, IPTC) may be read."""
        self.blocks += 1
        if self.blocks == MOST_BLOCKS + 1:
            self.unread.append(f"more than {MOST_BLOCKS} blocks of metadata")
        return self.blocks <= MOST_BLOCKS

    @property
    def size(self) -> Size:
        """The first size met; (0, 0) where there was none."""
        return self.sizes[0] if self.sizes else (0, 0)


def bounded(texts: Iterable[Text]) -> tuple[tuple[Text, ...], tuple[str, ...]]:
    """The first texts within the limits, and what had to be left."""
    kept: list[Text] = []
    unread: list[str] = []
    total = 0
    for text in texts:
        if len(kept) >= MOST_TEXTS or total >= MOST_IN_ALL:
            unread.append(f"what follows {len(kept):,} texts of {total:,} characters")
            break
        value = text.value[: min(MOST_CHARACTERS, MOST_IN_ALL - total)]
        if len(value) < len(text.value):
            unread.append(f"the end of {text.label}, which is longer than {len(value):,} characters")
        total += len(value)
        kept.append(Text(text.place[:40], text.key[:80], value))
    return tuple(kept), tuple(unread)


def value_of(texts: Sequence[Text], place: str, *names: str) -> str:
    """The first value under one of these names (lower case) at a place; '' if there is none."""
    return next((text.value for text in texts if text.place == place and text.name in names), "")
