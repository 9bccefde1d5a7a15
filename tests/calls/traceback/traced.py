"""A traceback for tests: an authority, three providers, and files that went any way among them.

alpha (serves the called party) got the call from beta, beta from gamma, whose customer called.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from quivive.calls.traceback import file, opening, signing
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.file import Author, HandOff
from quivive.calls.traceback.hops import Hop, Query
from quivive.calls.traceback.signing import Party, Signer

START = time.time() - 3600.0
"""When the file was begun; the file's own rules forbid entries from the future."""
QUERY = Query("12025550177", "12025550100", START - 7200.0, 60.0)
SECRET = "customer-of-gamma-4711"
SAID = {
    "police": None,
    "alpha": Hop("alpha", "found", "terminating", upstream="beta", start=QUERY.at + 0.25, attest_seen="B"),
    "beta": Hop("beta", "found", "intermediate", upstream="gamma", clock=-1.5, ingress="trunk 7"),
    "gamma": Hop("gamma", "found", "originating", customer=SECRET, action="trunk blocked"),
}


@dataclass(frozen=True)
class Keys:
    """All keys of one party."""

    sealing: X25519PrivateKey
    signer: Signer
    party: Party


@cache
def keys(name: str) -> Keys:
    sealing, signer = X25519PrivateKey.generate(), Signer(generate_private_key(SECP256R1()))
    thumb = chain.thumbprint({"signer": signer.public()})
    return Keys(sealing, signer, Party(name, signing.sealing_name(sealing), thumb))


def author(name: str, at: float = START, signer: Signer | None = None) -> Author:
    return Author(name, signer or keys(name).signer, at)


def hand_off(name: str, party: Party | None = None, query: Query = QUERY, hours: float = 24.0) -> HandOff:
    return HandOff(party or keys(name).party, query, START + hours * 3600)


def begun(*to: str, case: str = "case 1", hours: float = 24.0) -> bytes:
    """A new file of the police that asks `to`."""
    ask = [hand_off(each, hours=hours) for each in to or ("alpha",)]
    return file.question(case, QUERY, author("police"), str(keys("police").party.seal), ask)


def asked(data: bytes, name: str) -> file.Asked:
    (found,) = file.waiting(chain.check(data), name)
    return found


def answered(data: bytes, name: str, *to: str, hop: Hop | None = None, **more: Any) -> bytes:
    """The file with the answer that `name` gives, handing on to `to`."""
    said = hop or SAID[name]
    assert said is not None
    ask = [hand_off(each) for each in to]
    return file.answer(data, asked(data, name), said, author(name, **more), ask)


@cache
def through_three() -> bytes:
    """Question, alpha, beta, gamma."""
    return answered(answered(answered(begun(), "alpha", "beta"), "beta", "gamma"), "gamma")


@cache
def closed() -> bytes:
    return file.close(through_three(), author("police"))


def told(data: bytes, now: float = START + 60) -> opening.Whole:
    return opening.whole(data, keys("police").sealing, now)[0]


def lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def named(data: bytes) -> dict[int | None, set[str]]:
    """The fields at fault, by entry."""
    found: dict[int | None, set[str]] = {}
    for fault in chain.check(data).faults:
        found.setdefault(fault.entry, set()).add(fault.field)
    return found


def rewritten(line: bytes, signer: Signer, **changed: Any) -> bytes:
    """An entry with fields changed, signed again: what a cheat with a key of his own can do."""
    entry = {**chain.read_line(line.rstrip(b"\n")), **changed}
    return chain.canonical(signing.sign(entry, signer)) + b"\n"
