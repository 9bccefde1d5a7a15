"""Made-up call records: a town that telephones, and one campaign of each kind. Nothing is random."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from quivive.calls.records.columns import COLUMNS

TYPES = {"bigint": pa.int64(), "integer": pa.int32(), "varchar": pa.string(), "boolean": pa.bool_()}
BEGIN = 1_790_000_000
"""Unix seconds at which the records begin."""
TOWN = 12025550000


@dataclass(frozen=True)
class Made:
    """Records, as `find` takes them."""

    sql: str
    relations: dict[str, pa.Table]


@dataclass
class Book:
    """Calls, one row after the other."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def call(
        self, calling: int | None, called: int, at: int, seconds: int = 0, ring: int = 12, **more: Any
    ) -> None:
        """One call `at` seconds after BEGIN; 0 seconds is not answered."""
        row = {"calling": calling, "called": called, "start": (BEGIN + at) * 1_000_000, "seconds": seconds,
               "ring": ring, "answered": seconds > 0, "trunk": "peer-1", "spc": "701J"} | more  # fmt: skip
        self.rows.append(row)

    def records(self, without: tuple[str, ...] = ()) -> Made:
        """As an Arrow table, in the order of the calls' starts; columns of `without` are null."""
        rows = sorted(self.rows, key=lambda row: (row["start"], str(row["calling"]), row["called"]))
        columns = {
            column.name: pa.array(
                [None if column.name in without else row.get(column.name) for row in rows]
                if column.name != "record" else list(range(len(rows))),
                TYPES[column.sql],
            )
            for column in COLUMNS
        }  # fmt: skip
        return Made(f"select {', '.join(columns)} from made", {"made": pa.table(columns)})


def town(book: Book, people: int = 300) -> Book:
    """People who call a few others; two of three calls are answered, one in four of them lasts."""
    for person in range(people):
        for nth in range(6):
            other = (person * 7 + nth * 13 + 1) % people
            long = (0, 45, 200, 0, 20, 90)[(person + nth) % 6]
            book.call(number(person), number(other), person * 211 % 80_000 + nth * 900, long,
                      trunk=f"peer-{person % 5}", spc=f"70{person % 4}J",
                      origid=f"home-{person % 30}")  # fmt: skip
    return book


def number(person: int) -> int:
    """A person's number; the exchanges of the town have hundred people each."""
    return TOWN + person // 100 * 10_000 + person % 100 + 100


def reached(nth: int) -> int:
    """Numbers far away, which nobody else calls."""
    return 13035550000 + nth % 97 * 10_000 + nth


def machine(nth: int) -> int:
    """Seconds of a call that nobody waits for: three of four are not answered."""
    return (0, 0, 9, 0)[nth % 4]


def dialer(book: Book, calling: int = 14045550123, calls: int = 120) -> Book:
    """One number through a list."""
    for nth in range(calls):
        book.call(calling, reached(nth), 20_000 + nth * 20, machine(nth), origid="dialer")
    return book


def wangiri(book: Book, calling: int = 22177000100, calls: int = 90) -> Book:
    """Rings once from abroad, from three numbers; every tenth calls back."""
    for nth in range(calls):
        bait, victim = calling + nth % 3, reached(nth)
        book.call(bait, victim, 30_000 + nth * 5, 0, ring=3, trunk="abroad", spc=None)
        if nth % 10 == 0:
            book.call(victim, bait, 31_000 + nth * 5, 70)
    return book


def rotation(book: Book, calls: int = 160) -> Book:
    """One customer of a signer, a new number after every second call."""
    for nth in range(calls):
        book.call(
            15105550000 + nth // 2 * 7919, reached(nth), 40_000 + nth * 9, machine(nth), origid="rotating"
        )
    return book


def in_sequence(book: Book, calls: int = 160) -> Book:
    """Numbers that count up, on the trunks and with the signatures of everybody."""
    for nth in range(calls):
        book.call(15105550000 + nth // 2, reached(nth), 40_000 + nth * 9, machine(nth),
                  trunk=f"peer-{nth % 5}", spc=f"70{nth % 4}J", origid=f"home-{nth % 30}")  # fmt: skip
    return book


def sim_box(book: Book, first: int = 491701000100, cards: int = 3, calls: int = 60) -> Book:
    """Cards in one device that carry other people's conversations."""
    for card in range(cards):
        for nth in range(calls):
            book.call(first + card, 493025550000 + card * 1000 + nth, 10_000 + nth * 400,
                      (0, 190, 65, 240)[nth % 4], imei="356938035643809", imsi=f"26201000000000{card}",
                      cell="262-01-1-7")  # fmt: skip
    return book


def neighbours(book: Book, calls: int = 80) -> Book:
    """Every call shows a number of the called one's own exchange."""
    for nth in range(calls):
        called = reached(nth)
        neighbour = called - called % 10_000 + (called + 4_321) % 10_000
        book.call(neighbour, called, 50_000 + nth * 11, machine(nth),
                  origid="near")  # fmt: skip
    return book


def borrowed(book: Book, calling: int = 12065550123, calls: int = 40) -> Book:
    """One number, shown by four gateways at a time."""
    for nth in range(calls):
        book.call(
            calling, reached(nth), 60_000 + nth * 15, 80, trunk=f"gateway-{nth % 4}", spc=f"80{nth % 4}K"
        )
    return book


def carriers(book: Book, carriers: int = 8, people: int = 1600) -> Book:
    """Customers of several carriers, each with an exchange of its own; one in ten took its number along."""
    for person in range(carriers * people):
        home = person // people
        carrier = (home + 1 + person % (carriers - 1)) % carriers if person % 10 == 0 else home
        calling = 13125550000 + home * 10_000 + person % people
        for nth in range(2):
            talk = (30, 0, 200, 25, 90, 0, 15, 40)[(person * 3 + nth * 5) % 8]
            book.call(calling, reached(person + nth * 17), person * 41 % 70_000 + nth * 7_000, talk,
                      trunk=f"carrier-{carrier}", spc=f"90{carrier}J", origid=None)  # fmt: skip
    return book


def hidden(book: Book, calls: int = 240) -> Book:
    """One customer among a carrier's others, with its signature: numbers of other exchanges, once each."""
    for nth in range(calls):
        number = 13125555000 + (1 + nth % 7) * 10_000 + nth * 7
        book.call(number, reached(nth + 5_000), 30_000 + nth * 9, machine(nth), trunk="carrier-0",
                  spc="900J", origid=None)  # fmt: skip
    return book


def hidden_near(book: Book, calls: int = 240) -> Book:
    """As `hidden`, with numbers of the exchange that is called."""
    for nth in range(calls):
        exchange = 13125550000 + (1 + nth % 7) * 10_000
        book.call(exchange + 5000 + nth * 7, exchange + nth % 200, 30_000 + nth * 9, machine(nth),
                  trunk="carrier-0", spc="900J", origid=None)  # fmt: skip
    return book
