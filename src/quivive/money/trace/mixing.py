"""What becomes of traced money in one transaction, under each method?

A transaction is two rows of amounts laid beside each other, its inputs and its outputs; whatever of the
inputs reaches beyond the outputs is the fee. Forward the inputs are traced and the outputs asked, backward
the other way round: under fifo both read the same two rows, and under haircut both take the same shares, so
that what goes forward from a to b comes backward from b to a.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quivive.money.trace.nouns import Amount, Method

Spans = tuple[tuple[int, int], ...]
"""Half-open intervals of satoshis within one output, in order, apart from each other."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What is traced of one output of `value` satoshis. Methods that are not traced stay at nothing."""

    value: int
    poisoned: bool = False
    haircut: float = 0.0
    spans: Spans = ()

    def taint(self, methods: Sequence[Method]) -> dict[Method, Amount]:
        """Amounts by method, in satoshis."""
        amounts: dict[Method, Amount] = {
            "poison": self.value if self.poisoned else 0,
            "haircut": self.haircut,
            "fifo": length(self.spans),
        }
        return {method: amounts[method] for method in methods}


def whole(value: int, methods: Sequence[Method]) -> Traced:
    """An output all of whose money is traced."""
    spans = ((0, value),) if "fifo" in methods else ()
    return Traced(value, "poison" in methods, float(value) if "haircut" in methods else 0.0, spans)


Pair = tuple[int, int]
_Piece = tuple[int, int, int, int]
"""A traced span where it landed: the place it is from, the place it is at, start and end in that."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """What came of one transaction. Keys are places in the rows, from 0.

    `reached` is what is traced of the places asked for, `moved` how much of it each of them has from which
    traced place (traced place, place reached), `fee` what of it was paid as the fee.
    """

    reached: Mapping[int, Traced]
    moved: Mapping[Pair, Mapping[Method, Amount]]
    fee: Mapping[Method, Amount]


def forward(
    inputs: Sequence[int], outputs: Sequence[int], traced: Mapping[int, Traced], methods: Sequence[Method]
) -> Mixed:
    """Where traced inputs went. `inputs` and `outputs` are values, `traced` is by place in `inputs`."""
    fee = max(sum(inputs) - sum(outputs), 0)
    reached, moved = _mix(inputs, [*outputs, fee], sum(inputs), traced, methods)
    last = len(outputs)
    paid = reached.get(last, Traced(fee)).taint(methods)
    return Mixed(
        {place: each for place, each in reached.items() if place != last},
        {pair: taint for pair, taint in moved.items() if pair[1] != last},
        paid,
    )


def backward(
    inputs: Sequence[int], outputs: Sequence[int], traced: Mapping[int, Traced], methods: Sequence[Method]
) -> Mixed:
    """Where traced outputs came from; `traced` is by place in `outputs`. What they hold was no fee here."""
    reached, moved = _mix(outputs, inputs, sum(inputs), traced, methods)
    return Mixed(reached, moved, dict.fromkeys(methods, 0))


def _mix(
    row: Sequence[int],
    other: Sequence[int],
    came: int,
    traced: Mapping[int, Traced],
    methods: Sequence[Method],
) -> tuple[dict[int, Traced], dict[Pair, dict[Method, Amount]]]:
    """Carry what is traced of `row` over to the `other` row. `came` is the value of all inputs: of every
    traced amount, each place gets its value's share of that under haircut."""
    pieces = list(_cut(row, other, traced))
    spans, shared = _landed(pieces), _shared(pieces)
    poisoned = any(each.poisoned for each in traced.values())
    held = sum(each.haircut for each in traced.values())
    reached = {
        place: Traced(value, poisoned, held * value / came if held else 0.0, spans.get(place, ()))
        for place, value in enumerate(other)
        if value and (poisoned or held or place in spans)
    }
    moved = {
        (origin, place): Traced(
            one.value if each.poisoned else 0,
            each.poisoned,
            each.haircut * one.value / came if each.haircut else 0.0,
            ((0, shared.get((origin, place), 0)),),
        ).taint(methods)
        for origin, each in traced.items()
        for place, one in reached.items()
    }
    return reached, {pair: taint for pair, taint in moved.items() if any(taint.values())}


def length(spans: Iterable[tuple[int, int]]) -> int:
    """Satoshis in these spans."""
    return sum(end - start for start, end in spans)


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same satoshis in as few spans as hold them."""
    whole: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)


def _pieces(row: Sequence[int], traced: Mapping[int, Traced]) -> Iterator[tuple[int, int, int]]:
    """Traced spans as (start, end, place), counted from the beginning of the row."""
    at = 0
    for place, value in enumerate(row):
        if place in traced:
            for start, end in traced[place].spans:
                yield at + start, at + end, place
        at += value


def _cut(row: Sequence[int], other: Sequence[int], traced: Mapping[int, Traced]) -> Iterator[_Piece]:
    """Traced spans of `row` as they lie on the `other` row; what reaches beyond that lies nowhere.

    Both rows are read once.
    """
    place, begins = 0, 0
    for start, end, origin in _pieces(row, traced):
        while start < end and place < len(other):
            ends = begins + other[place]
            if start >= ends:
                place, begins = place + 1, ends
                continue
            upto = min(end, ends)
            yield origin, place, start - begins, upto - begins
            start = upto


def _shared(pieces: Iterable[_Piece]) -> dict[Pair, int]:
    """Satoshis that two places have in common."""
    sums: dict[Pair, int] = {}
    for origin, place, start, end in pieces:
        sums[origin, place] = sums.get((origin, place), 0) + end - start
    return sums


def _landed(pieces: Iterable[_Piece]) -> dict[int, Spans]:
    """Traced spans by place in the other row."""
    landed: dict[int, list[tuple[int, int]]] = {}
    for _, place, start, end in pieces:
        landed.setdefault(place, []).append((start, end))
    return {place: joined(spans) for place, spans in landed.items()}
