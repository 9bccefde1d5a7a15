"""Calls for a redirect server: each with a token of its own, some of them wrong in one of several ways."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from calls.certificates.make import Made, key
from quivive.calls import sign
from quivive.calls.sign import Token

X5U = "https://cert.example.org/own.pem"
PASSED = "TN-Validation-Passed"


@dataclass(frozen=True)
class Asked:
    """One call; `kind` is 'right', or one of WRONG: then it is to be blocked."""

    number: int
    caller: str
    callee: str
    token: str
    kind: str

    @property
    def row(self) -> str:
        """Its line for SIPp's -inf."""
        return f"{self.number};{self.caller};{self.callee};{self.token}"


def calls(count: int, own: Made) -> Iterator[Asked]:
    """Calls of different callers, signed now; each tenth is wrong, in each way as often."""
    wrong = tuple(WRONG)
    for number in range(count):
        caller, callee = f"1{201 + number // 100}55501{number % 100:02}", f"12025550{100 + number % 83}"
        kind = wrong[number // 10 % len(wrong)] if number % 10 == 9 else "right"
        made = WRONG.get(kind, _right)
        yield Asked(number, caller, callee, made(caller, callee, own), kind)


def _signed(caller: str, callee: str, own: Made, x5u: str = X5U, late: int = 0) -> str:
    token = Token(caller, [callee], attest="A", origid=str(uuid.uuid4()), iat=int(time.time()) - late)
    return sign.sign(token, own.key, x5u).partition(";")[0]  # type: ignore[arg-type]


def _right(caller: str, callee: str, own: Made) -> str:
    return _signed(caller, callee, own)


def _changed(caller: str, callee: str, own: Made) -> str:
    token = _signed(caller, callee, own)
    return token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:]


def _of_a_stranger(caller: str, callee: str, own: Made) -> str:
    return _signed(caller, callee, Made(own.x509, _stranger))


_stranger = key()

WRONG: Mapping[str, Callable[[str, str, Made], str]] = {
    "signature changed": _changed,
    "key of somebody else": _of_a_stranger,
    "another caller signed": lambda caller, callee, own: _signed("12025550199", callee, own),
    "token of another call": lambda caller, callee, own: _signed(caller, "12025550198", own),
    "an hour old": lambda caller, callee, own: _signed(caller, callee, own, late=3600),
    "an hour ahead": lambda caller, callee, own: _signed(caller, callee, own, late=-3600),
    "no token": lambda caller, callee, own: "eyJhbGciOi.no.token",
    "cut off": lambda caller, callee, own: _signed(caller, callee, own)[:-40],
    "certificate address changed": lambda caller, callee, own: _signed(
        caller, callee, own, "https://cert.example.org/other.pem"
    ),
}
"""Ways in which a token is wrong, all of which fail; the Identity field around it always names X5U."""
