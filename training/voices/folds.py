"""Which clips test a model, and which may it then have learnt from?

A test fold is whole repositories. A model that is tested on it learns from no clip that shares a system or
corpus, a speaker or a repository with any clip of it: the rest, less what conflicts. Everything in one
partition would need connected components, and 'main' shows that nearly all clips are one component: the same
systems and speakers stand on many demonstration pages. So conflicting clips are left out of a fold's training
instead, and the assignment of repositories to folds is searched for few of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from corpora import Clip

COUNT = 5
SEED = 4
STEPS = 4_000
SHARED_NAMES = re.compile(r"(?:e1-|fr-)?(p\d{3}|\d{2,5})(?:[_#].*)?")


@dataclass(frozen=True)
class Fold:
    """Indices into the clips: what tests, what may train, and what conflicts and does neither."""

    test: tuple[int, ...]
    train: tuple[int, ...]
    left_out: tuple[int, ...]


def keys(clip: Clip) -> frozenset[str]:
    """What two clips must not share across training and test: system or corpus, speaker, repository."""
    found = {f"system {clip.corpus}", f"repository {clip.repository}"}
    if clip.speaker:
        found.add(f"speaker {speaker(clip)}")
    return frozenset(found)


def speaker(clip: Clip) -> str:
    """The speaker's name, the same on every page where it is a LibriSpeech or VCTK number.

    Names that only a page can mean ('spk1', 'M') are qualified by the page. Doubt merges: a page's own '61'
    counts as LibriSpeech's.
    """
    number = SHARED_NAMES.fullmatch(clip.speaker)
    if number:
        return number[1]
    known_everywhere = clip.speaker in {"LJ", "bdl", "clb", "slt", "rms", "jmk", "ksp"}
    return clip.speaker if known_everywhere else f"{clip.repository} {clip.speaker}"


def folds(clips: Sequence[Clip], count: int = COUNT, seed: int = SEED) -> tuple[Fold, ...]:
    """The folds; every clip tests exactly once. Raises AssertionError where a fold were not kept apart."""
    made = tuple(_fold(clips, tested) for tested in _assigned(clips, count, seed))
    for fold in made:
        check(clips, fold)
    assert sorted(i for fold in made for i in fold.test) == list(range(len(clips)))
    return made


def check(clips: Sequence[Clip], fold: Fold) -> None:
    """Assert that test and training share no system, corpus, speaker or repository."""
    tested = {key for i in fold.test for key in keys(clips[i])}
    learnt = {key for i in fold.train for key in keys(clips[i])}
    assert not tested & learnt, sorted(tested & learnt)[:3]


def components(clips: Sequence[Clip]) -> list[int]:
    """Sizes of the groups that share keys directly or through others, largest first."""
    groups: list[tuple[set[str], int]] = []
    for clip in clips:
        mine, size = set(keys(clip)), 1
        apart = []
        for shared, members in groups:
            if shared & mine:
                mine, size = mine | shared, size + members
            else:
                apart.append((shared, members))
        groups = [*apart, (mine, size)]
    return sorted((size for _, size in groups), reverse=True)


def _fold(clips: Sequence[Clip], tested: frozenset[str]) -> Fold:
    test = [i for i, clip in enumerate(clips) if clip.repository in tested]
    held = {key for i in test for key in keys(clips[i])}
    rest = [i for i, clip in enumerate(clips) if clip.repository not in tested]
    train = [i for i in rest if not keys(clips[i]) & held]
    return Fold(tuple(test), tuple(train), tuple(sorted(set(rest) - set(train))))


def _assigned(clips: Sequence[Clip], count: int, seed: int) -> list[frozenset[str]]:
    """Repositories to folds: random moves and swaps from the largest first, kept where they cost less."""
    rng = np.random.default_rng(seed)
    links = _Links.of(clips)
    place = np.array([rank % count for rank in np.argsort(np.argsort(-links.sizes.sum(axis=1)))])
    cost = links.cost(place, count)
    for _ in range(STEPS):
        tried = place.copy()
        one, other = rng.integers(len(place), size=2)
        if rng.random() < 0.5:
            tried[one] = rng.integers(count)
        else:
            tried[one], tried[other] = place[other], place[one]
        now = links.cost(tried, count)
        if now <= cost:
            place, cost = tried, now
    return [frozenset(np.array(links.repositories)[place == number]) for number in range(count)]


@dataclass(frozen=True)
class _Links:
    """Repositories, their clips by label [n, 2]; groups of clips: home, repositories in conflict, size."""

    repositories: tuple[str, ...]
    sizes: np.ndarray
    home: np.ndarray
    reach: np.ndarray
    weight: np.ndarray

    @staticmethod
    def of(clips: Sequence[Clip]) -> _Links:
        names = tuple(sorted({clip.repository for clip in clips}))
        number = {name: i for i, name in enumerate(names)}
        where: dict[str, set[int]] = {}
        for clip in clips:
            for key in keys(clip):
                where.setdefault(key, set()).add(number[clip.repository])
        groups = Counter(
            (number[clip.repository], frozenset(set().union(*(where[key] for key in keys(clip)))))
            for clip in clips
        )
        reach = np.array([[i in reached for i in range(len(names))] for _, reached in groups])
        sizes = np.array(
            [
                [sum(c.repository == n and c.synthetic == s for c in clips) for s in (False, True)]
                for n in names
            ]
        )
        home = np.array([repository for repository, _ in groups])
        return _Links(names, sizes, home, reach, np.array(list(groups.values())))

    def cost(self, place: np.ndarray, count: int) -> float:
        """Share of clips lost to training over all folds, and how uneven the folds are in either label."""
        inside = np.array([place == fold for fold in range(count)])
        touched = (self.reach[None] & inside[:, None, :]).any(axis=2)
        touched &= ~inside[:, self.home]
        lost = float((touched * self.weight).sum()) / float(self.weight.sum()) / count
        shares = np.array([self.sizes[mask].sum(axis=0) for mask in inside]) / self.sizes.sum(axis=0)
        return lost + 2.0 * float(((shares - 1 / count) ** 2).sum())


def main() -> None:
    """Print the folds' sizes and what could not be separated by a partition."""
    from corpora import clips as read

    clips = read()
    print("components by system, speaker and repository:", components(clips)[:6])
    for number, fold in enumerate(folds(clips)):
        counts = [
            Counter(clips[i].synthetic for i in part) for part in (fold.test, fold.train, fold.left_out)
        ]
        print(number, *(f"{name} {c[False]} real {c[True]} synthetic;" for name, c in
                        zip(("test", "train", "left out"), counts, strict=True)),
              *sorted({clips[i].repository for i in fold.test}))  # fmt: skip


if __name__ == "__main__":
    main()
