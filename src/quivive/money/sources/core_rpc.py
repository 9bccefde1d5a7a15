"""Which blocks has a node that speaks Bitcoin Core's JSON-RPC (Bitcoin, Litecoin, Bitcoin Cash, Dogecoin)?

Blocks come by `getblock` with verbosity 3, which newer nodes answer with the outputs that were spent, older
ones as verbosity 2. A node that would only list transactions' hashes is asked for the serialised block.
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
from quivive.money.sources.wire import BlockReader

_HASHES_AT_ONCE = 500
_BLOCKS_AT_ONCE = 50
_BYTES_AT_ONCE = 16 << 20
_HASH_LENGTH = 64
_OUT_OF_RANGE = -8


def is_core_node(url: str) -> bool:
    """Whether the node answers `getblockhash`. Raises UsageError or CouldNotLook without any answer."""
    try:
        answer = JsonRpc(url).call("getblockhash", 0)
    except Refused:
        return False
    return isinstance(answer, str) and len(answer) == _HASH_LENGTH


def open_core_rpc(url: str, chain: str | None = None) -> CoreRpc:
    """The node at this URL, `http(s)://user:password@host:port`.

    Credentials may come from the environment instead: QUIVIVE_RPC_AUTH, `user:password`, or
    QUIVIVE_RPC_COOKIE, the path of the node's cookie file. Raises UsageError where the node refuses them or
    is one of another chain than `chain`, CouldNotLook where it is not reached or is still starting.
    """
    rpc = JsonRpc(url)
    return CoreRpc(rpc, _find_chain(rpc, chain))


class CoreRpc:
    """A source of blocks from a node; connects to nothing but that. `chain` is a key of CHAINS."""

    def __init__(self, rpc: JsonRpc, chain: Chain) -> None:
        self._rpc = rpc
        self.chain = chain.key
        self._reader, self._wire = BlockJsonReader(chain), BlockReader(chain)
        self._lists_only = False

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

        Where a reorganisation overtakes it, a block comes whose `previous` is not the one before it; or none
        does, while the node's chain is shorter for a moment.
        """
        together = 1
        tip = self.tip()
        for begin in range(start, tip + 1, _HASHES_AT_ONCE):
            heights = range(begin, min(begin + _HASHES_AT_ONCE, tip + 1))
            try:
                hashes = self._rpc.batch([("getblockhash", [height]) for height in heights])
            except Refused as error:
                if error.code != _OUT_OF_RANGE:
                    raise
                return
            todo = list(zip(heights, hashes, strict=True))
            while todo:
                before = self._rpc.received
                blocks = self._blocks(todo[:together])
                yield from blocks
                todo = todo[len(blocks) :]
                size = max(1, (self._rpc.received - before) // len(blocks))
                together = max(1, min(_BLOCKS_AT_ONCE, _BYTES_AT_ONCE // size))

    def _blocks(self, asked: list[tuple[int, Any]]) -> list[Block]:
        """The blocks of these heights and hashes. Raises Unreadable where the node gives others."""
        found = self._serialised(asked) if self._lists_only else self._detailed(asked)
        for block, (_, known) in zip(found, asked, strict=True):
            if block.hash.hex() != known:
                raise Unreadable(f"The node was asked for block {known!s:.64} and gave {block.hash.hex()}.")
        return found

    def _detailed(self, asked: list[tuple[int, Any]]) -> list[Block]:
        try:
            answers = self._rpc.batch([("getblock", [known, 3]) for _, known in asked])
        except Refused:
            # Dogecoin Core and old nodes of Bitcoin Cash take true or false only.
            self._lists_only = True
            return self._serialised(asked)
        return [self._reader.block(each) for each in answers]

    def _serialised(self, asked: list[tuple[int, Any]]) -> list[Block]:
        answers = self._rpc.batch([("getblock", [known, False]) for _, known in asked])
        found = []
        for (height, known), answer in zip(asked, answers, strict=True):
            name = f"the node's block {known!s:.64}"
            try:
                data = bytes.fromhex(answer)
            except (TypeError, ValueError):
                raise Unreadable(f"{name} is not given in hexadecimal.") from None
            found.append(self._wire.block(data, height, name))
        return found


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
