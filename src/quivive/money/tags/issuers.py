"""Which tokens can their issuer freeze, and by which contract is each known?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from quivive.errors import Unreadable
from quivive.model import Source
from quivive.money.tags import spelling


@dataclass(frozen=True, slots=True)
class Token:
    """A token on one chain. `decimals` are the digits after the point of its amounts, `freeze` is the
    function of its contract by which the issuer freezes an address, `after` what can become of the frozen
    amount, `contact` where the issuer takes requests of authorities.
    """

    symbol: str
    decimals: int
    chain: str
    contract: str
    issuer: str
    freeze: str
    after: str
    contact: str
    source: str


def token(contract: str, chain: str) -> Token | None:
    """The token of a contract in any spelling; None for one whose issuer is not known here."""
    try:
        return _tokens().get((chain, spelling.key(contract, chain)))
    except Unreadable:
        return None


def contracts(symbol: str, chain: str) -> frozenset[str]:
    """Contracts of a token on a chain as its issuer names them, spelled as a ledger of the chain does."""
    found = [each for each in _tokens().values() if each.symbol == symbol.upper() and each.chain == chain]
    return frozenset(spelling.text(spelling.key(each.contract, chain), chain) for each in found)


def all_tokens() -> tuple[Token, ...]:
    """Every token that can be frozen, in the order of the file."""
    return tuple(_tokens().values())


@lru_cache(maxsize=1)
def source() -> Source:
    """Of which date these facts are."""
    raw = _raw()
    return Source(
        "token issuers", str(_read(raw)["date"]), sha256(raw).hexdigest(), "facts, compiled by Quivive"
    )


@lru_cache(maxsize=1)
def _tokens() -> Mapping[tuple[str, bytes], Token]:
    made = (
        Token(entry["symbol"], entry["decimals"], chain, contract, issuer["name"], entry["freeze"],
              entry["after"], issuer["contact"], entry["source"])
        for issuer in _read(_raw())["issuers"]
        for entry in issuer["tokens"]
        for chain, contract in entry["contracts"].items()
    )  # fmt: skip
    return {(each.chain, spelling.key(each.contract, each.chain)): each for each in made}


def _read(raw: bytes) -> Any:
    from quivive.money.tags.yaml_reader import read_yaml

    return read_yaml(raw, "issuers.yaml").value


def _raw() -> bytes:
    return files("quivive.money.tags").joinpath("issuers.yaml").read_bytes()
