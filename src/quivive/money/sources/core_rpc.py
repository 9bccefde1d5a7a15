"""Which blocks has a node that speaks Bitcoin Core's JSON-RPC (Bitcoin, Litecoin, Bitcoin Cash, Dogecoin)?

Blocks come by `getblock` with verbosity 3, which newer nodes answer with the outputs that were spent, older
ones as verbosity 2. A node that only lists transactions' hashes is asked for each by `getrawtransaction`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quivive.errors import Unreadable, UsageError
from quivive.money.blocks import Block, Input, Output, Transaction
from quivive.money.chains import CASH_FORK, CHAINS, FORK_HEIGHT, Chain
from quivive.money.scripts import script_reader
from quivive.money.sources.json_rpc import JsonRpc, Refused
from quivive.money.sources.units import to_units

_METHOD_NOT_FOUND = -32601
_HASHES_AT_ONCE = 500
_BLOCKS_AT_ONCE = 50
_BYTES_AT_ONCE = 16 << 20
_HASH_LENGTH = 64


def is_core_node(url: str) -> bool:
    """Whether the node answers `getblockhash`. Raises UsageError or CouldNotLook without any answer."""
    try:
        answer = JsonRpc(url).call("getblockhash", 0)
    except Refused:
        return False
    return isinstance(answer, str) and len(answer) == _HASH_LENGTH


def open_core_rpc(url: str, chain: str | None = None) -> CoreRpc:
    """The node at this URL, `http(s)://user:password@host:port`.

    Credentials may come from the environment instead: QUIVIVE_RPC_COOKIE, the path of the node's cookie file,
    or QUIVIVE_RPC_USER and QUIVIVE_RPC_PASSWORD. Raises UsageError where the node refuses them or is one of
    another chain than `chain`, CouldNotLook where it is not reached or is still starting.
    """
    rpc = JsonRpc(url)
    return CoreRpc(rpc, _find_chain(rpc, chain))


class CoreRpc:
    """A source of blocks from a node; connects to nothing but that. `chain` is a key of CHAINS."""

    def __init__(self, rpc: JsonRpc, chain: Chain) -> None:
        self._rpc = rpc
        self.chain = chain.key
        self._reader = BlockJsonReader(chain)

    def tip(self) -> int:
        """Height of the last block."""
        return _whole(self._rpc.call("getblockcount"), "getblockcount")

    def first(self) -> int:
        """Height of the first block that the node still has: 0 unless it prunes."""
        info = self._rpc.call("getblockchaininfo")
        pruned = info.get("pruneheight", 0) if isinstance(info, dict) and info.get("pruned") else 0
        return _whole(pruned, "getblockchaininfo")

    def hash_at(self, height: int) -> bytes:
        """Hash of the block at this height now."""
        return _hash(self._rpc.call("getblockhash", height), "getblockhash")

    def blocks(self, start: int) -> Iterator[Block]:
        """Blocks in chain order from this height to the tip of this moment.

        Where a reorganisation overtakes it, a block comes whose `previous` is not the one before it.
        """
        together = 1
        tip = self.tip()
        for begin in range(start, tip + 1, _HASHES_AT_ONCE):
            end = min(begin + _HASHES_AT_ONCE, tip + 1)
            hashes = self._rpc.batch([("getblockhash", [height]) for height in range(begin, end)])
            done = 0
            while done < len(hashes):
                answers, size = self._blocks(hashes[done : done + together])
                yield from (self._reader.block(answer) for answer in answers)
                done += len(answers)
                together = max(1, min(_BLOCKS_AT_ONCE, _BYTES_AT_ONCE * len(answers) // max(size, 1)))

    def _blocks(self, hashes: list[Any]) -> tuple[list[dict[str, Any]], int]:
        """Answers to `getblock`, and the bytes they took."""
        before = self._rpc.received
        try:
            answers = self._rpc.batch([("getblock", [each, 3]) for each in hashes])
        except Refused:
            # Dogecoin Core and old Bitcoin Cash nodes take true or false only.
            answers = self._rpc.batch([("getblock", [each, True]) for each in hashes])
        for answer in answers:
            self._with_transactions(answer)
        return answers, self._rpc.received - before

    def _with_transactions(self, block: Any) -> None:
        """Where the block only lists hashes, ask for the transactions themselves."""
        listed = block.get("tx") if isinstance(block, dict) else None
        if not isinstance(listed, list) or not listed or not isinstance(listed[0], str):
            return
        if block.get("height") == 0:
            # Nodes do not give out the first block's only transaction, and nobody can spend it.
            block["tx"] = [{"txid": listed[0], "vin": [{"coinbase": ""}], "vout": []}]
            return
        block["tx"] = self._rpc.batch([("getrawtransaction", [txid, 1]) for txid in listed])


class BlockJsonReader:
    """Reads `getblock` answers of one chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._payee = script_reader(chain)

    def block(self, answer: Any) -> Block:
        """The block in the answer, fractions in it being Decimal. Raises Unreadable naming the block."""
        name = f"the node's block {answer.get('hash')}" if isinstance(answer, dict) else "the node's block"
        try:
            transactions = tuple(self._transaction(each) for each in answer["tx"])
            previous = answer.get("previousblockhash", "00" * 32)
            return Block(
                _whole(answer["height"], name), _hash(answer["hash"], name), _hash(previous, name),
                _whole(answer["time"], name), transactions,
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise Unreadable(f"{name} lacks or garbles a field: {error!r}.") from None

    def _transaction(self, answer: dict[str, Any]) -> Transaction:
        coinbase = "coinbase" in answer["vin"][0]
        inputs = () if coinbase else tuple(self._input(each) for each in answer["vin"])
        outputs = tuple(self._output(each) for each in answer["vout"])
        return Transaction(_hash(answer["txid"], "a transaction"), inputs, outputs)

    def _input(self, answer: dict[str, Any]) -> Input:
        spent = answer.get("prevout")
        output = self._output(spent) if spent is not None else None
        return Input(_hash(answer["txid"], "an input"), _whole(answer["vout"], "an input"), output)

    def _output(self, answer: dict[str, Any]) -> Output:
        kind, address = self._payee(bytes.fromhex(answer["scriptPubKey"]["hex"]))
        return Output(to_units(answer["value"], self._chain), kind, address)


def _find_chain(rpc: JsonRpc, wanted: str | None) -> Chain:
    """The chain by its first block. Raises UsageError where that is not the wanted or no known one."""
    genesis = _hash(rpc.call("getblockhash", 0), "getblockhash")
    chains = [each for each in CHAINS.values() if each.genesis == genesis]
    if not chains:
        raise UsageError(f"The node is of a chain that I do not know; its first block is {genesis.hex()}.")
    cash = len(chains) > 1 and _is_cash(rpc)
    found = next(each for each in chains if each.key.startswith("bch") == cash)
    if wanted not in (None, found.key):
        raise UsageError(f"The node is one of {found.name} ({found.key}), not of {wanted}.")
    return found


def _is_cash(rpc: JsonRpc) -> bool:
    """Whether the node follows Bitcoin Cash: by the block that forked, else by the name of its program."""
    try:
        return _hash(rpc.call("getblockhash", FORK_HEIGHT), "getblockhash") == CASH_FORK
    except Refused:
        info = rpc.call("getnetworkinfo")
        program = str(info.get("subversion", "")) if isinstance(info, dict) else ""
        return "cash" in program.lower() or "bch" in program.lower()


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable(f"{name} has {value!r:.40} where a whole number should be.")
    return value


def _hash(value: Any, name: str) -> bytes:
    try:
        found = bytes.fromhex(value)
    except (TypeError, ValueError):
        found = b""
    if len(found) * 2 != _HASH_LENGTH:
        raise Unreadable(f"{name} has {value!r:.80} where a hash should be.")
    return found
