"""Made-up cases for the tests of money requests. Addresses are hashes of words; nobody holds their keys."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import base58

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def evm(word: str) -> str:
    """An Ethereum address in one letter case."""
    return "0x" + hashlib.sha256(f"quivive test {word}".encode()).hexdigest()[:40]


def txid(word: str) -> str:
    return hashlib.sha256(f"quivive payment {word}".encode()).hexdigest()


def bitcoin(word: str) -> str:
    """A P2PKH address of Bitcoin."""
    return base58.b58encode_check(b"\x00" + hashlib.sha256(word.encode()).digest()[:20]).decode()


def tron(word: str) -> str:
    return base58.b58encode_check(b"\x41" + hashlib.sha256(word.encode()).digest()[:20]).decode()


TOKEN = evm("token contract")


def freeze_case() -> dict[str, Any]:
    """A whole case: a made-up token on Ethereum, two payments, an exchange."""
    return {
        "case": {
            "number": "EX-2026-0412",
            "authority": "Example County Police, Cyber Unit",
            "legal_basis": "Preservation order of Example District Court of 2026-11-20, no. 7 Xs 12/26.",
            "opened": "2026-11-17",
            "summary": "The victim was told by a cloned voice to move savings to a 'safe wallet'.",
            "officer": {
                "name": "Kim Example",
                "role": "Detective",
                "email": "cyber@police.example",
                "phone": "+1 202 555 0142",
            },
        },
        "victim": {"reference": "V-1", "loss": "12500 USD", "reported": "2026-11-16", "name": "Robin Sample"},
        "addressee": {"name": "Example Exchange Ltd", "kind": "exchange", "contact": "le@exchange.example"},
        "asset": {"chain": "eth", "symbol": "XUSD", "contract": TOKEN, "decimals": "6"},
        "freeze": {"address": evm("deposit"), "amount": "12499.5"},
        "balance": {
            "amount": "13000",
            "block_height": "24100200",
            "block_hash": "0x" + txid("block"),
            "time": "2026-11-21T08:00:00Z",
            "source": "own node",
        },
        "trail": [
            {"txid": txid("one"), "from": evm("victim"), "to": evm("mule"), "value": "12500",
             "time": "2026-11-15T10:00:00Z"},
            {"txid": txid("two"), "from": evm("mule"), "to": evm("deposit"), "value": "12499.5",
             "time": "2026-11-15T11:30:00Z"},
        ],
    }  # fmt: skip


def trace() -> dict[str, Any]:
    """A trace on Bitcoin: a seed, two ways that meet at a deposit address, a branch that leads elsewhere."""

    def node(name: str, position: int, value: int, depth: int) -> dict[str, Any]:
        return {
            "id": f"{txid(name)}:{position}",
            "txid": txid(name),
            "position": position,
            "address": bitcoin(f"{name}{position}"),
            "value": value,
            "cluster": None,
            "depth": depth,
            "time": 1_795_000_000 + 600 * depth,
            "tags": [],
            "taint": {"fifo": value, "haircut": float(value), "poison": value},
        }

    nodes = [node("seed", 0, 100_000_000, 0), node("left", 0, 60_000_000, 1), node("left", 1, 39_990_000, 1),
             node("deposit", 0, 99_980_000, 2), node("branch", 0, 1, 2)]  # fmt: skip
    ids = [each["id"] for each in nodes]
    pairs = [(0, 1), (0, 2), (1, 3), (2, 3), (2, 4)]
    return {
        "schema": "quivive.trace/1",
        "chain": "btc",
        "ledger": {"tip_height": 920_000, "tip_hash": "00000000" + txid("tip")[8:]},
        "direction": "forward",
        "methods": ["fifo", "haircut", "poison"],
        "made_at": "2026-11-21T09:00:00Z",
        "seeds": [
            {"txid": txid("seed"), "position": 0, "address": nodes[0]["address"], "value": 100_000_000}
        ],
        "nodes": nodes,
        "edges": [
            {"source": ids[a], "target": ids[b], "txid": nodes[b]["txid"], "taint": {}} for a, b in pairs
        ],
        "stops": [],
        "patterns": [],
        "totals": {},
        "stoppable": [],
    }


def bitcoin_case() -> dict[str, Any]:
    """The case that goes with `trace`."""
    case = freeze_case()
    del case["trail"]
    case["asset"] = {"chain": "btc", "symbol": "BTC"}
    case["freeze"] = {"address": bitcoin("deposit0")}
    case["balance"] |= {"amount": "0.9998", "block_height": "920000", "block_hash": txid("block")}
    return case
