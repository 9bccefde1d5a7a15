"""Which transaction is this line of Dumplings' Scanner files?

Fields between `:::` are txid, block hash, index in the block, block time, inputs, outputs; inputs and
outputs between `}{`; an input is `txid-position-satoshi+script+type`, an output `satoshi+script+type`. The
types' names are those of an older library ('Unknown' is taproot), so the type is read from the script.
"""

from __future__ import annotations

from quivive.money.coinjoin.nouns import Candidate, Coin
from quivive.money.coinjoin.reading.amounts import (
    Faulty,
    checked,
    paid_to,
    satoshi,
    script_of,
    time_of,
    txid_of,
)


def transaction(line: bytes) -> Candidate:
    """The transaction of one line. Raises Faulty where it is none."""
    try:
        fields = line.decode("ascii").split(":::")
    except UnicodeDecodeError:
        raise Faulty("the line is no text in ASCII.") from None
    if len(fields) != 6:
        raise Faulty(f"a line of Dumplings has 6 fields between ':::', this one {len(fields)}.")
    txid, _, _, time, inputs, outputs = fields
    return Candidate(
        txid=txid_of(txid),
        inputs=tuple(_input(each) for each in _split(inputs)),
        outputs=checked(tuple(_coin(each) for each in _split(outputs))),
        time=time_of(_whole(time)) if time else None,
    )


def _split(field: str) -> list[str]:
    return field.split("}{") if field else []


def _input(text: str) -> Coin:
    parts = text.split("-", 2)
    if len(parts) != 3:
        raise Faulty("an input has no txid, position and value between '-'.")
    return _coin(parts[2])


def _coin(text: str) -> Coin:
    parts = text.split("+")
    if len(parts) != 3:
        raise Faulty("an input or output has no value, script and type between '+'.")
    return paid_to(script_of(parts[1]), satoshi(_whole(parts[0])))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise Faulty(f"'{text[:20]}' is no whole number.")
    return int(text)
