"""A real Ethereum node (anvil) for tests, and small contracts written out in the EVM's own words."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quivive.errors import CouldNotLook
from quivive.money.sources.abi import TRANSFER
from quivive.money.sources.evm_node import Node

# Yellow Paper, appendix H.2; EIP-3855 for PUSH0
OPCODES = {
    "STOP": 0x00, "ADD": 0x01, "SUB": 0x03, "DIV": 0x04, "LT": 0x10, "ORIGIN": 0x32, "CALLER": 0x33,
    "CALLVALUE": 0x34, "CALLDATALOAD": 0x35, "CODECOPY": 0x39, "POP": 0x50, "MSTORE": 0x52, "SLOAD": 0x54,
    "SSTORE": 0x55, "JUMPI": 0x57, "GAS": 0x5A, "JUMPDEST": 0x5B, "PUSH0": 0x5F, "PUSH1": 0x60, "PUSH2": 0x61,
    "PUSH8": 0x67, "PUSH32": 0x7F, "DUP1": 0x80, "LOG3": 0xA3, "CALL": 0xF1, "RETURN": 0xF3, "REVERT": 0xFD,
    "SELFDESTRUCT": 0xFF,
}  # fmt: skip

SUPPLY = 1_000_000
TOKEN_RUNTIME = f"""
    PUSH1 24 CALLDATALOAD                       ; value
    DUP1 CALLER SLOAD LT PUSH1 3b JUMPI         ; to 'fail' if the caller has less
    DUP1 CALLER SLOAD SUB CALLER SSTORE         ; caller's balance − value
    DUP1 PUSH1 04 CALLDATALOAD SLOAD ADD
    PUSH1 04 CALLDATALOAD SSTORE                ; receiver's balance + value
    PUSH0 MSTORE PUSH1 04 CALLDATALOAD CALLER PUSH32 {TRANSFER[2:]}
    PUSH1 20 PUSH0 LOG3 STOP                    ; Transfer(caller, receiver, value)
    JUMPDEST PUSH0 PUSH0 REVERT                 ; fail
"""
"""`transfer(address,uint256)` whatever the selector; balances lie in storage under the address."""
TOKEN_CREATION = f"""
    PUSH8 {SUPPLY:016x} DUP1 CALLER SSTORE PUSH0 MSTORE
    CALLER PUSH0 PUSH32 {TRANSFER[2:]} PUSH1 20 PUSH0 LOG3   ; Transfer(nobody, caller, supply)
"""
HALF_ON = "PUSH0 PUSH0 PUSH0 PUSH0 PUSH1 02 CALLVALUE DIV {to} GAS CALL POP {end}"
FORWARDER = HALF_ON.format(to="PUSH0 CALLDATALOAD", end="STOP")
"""Sends half of what it gets on to the address in its first argument."""
REVERTER = HALF_ON.format(to="ORIGIN", end="PUSH0 PUSH0 REVERT")
"""Sends half of what it gets back to who signed, then takes everything back."""
GIVES_AWAY = "ORIGIN SELFDESTRUCT"
"""Creation code that ends the contract at once and pays what it was given to who signed."""


def assembled(text: str) -> bytes:
    """Bytecode of mnemonics and hexadecimal arguments; a semicolon begins a comment."""
    words = re.sub(r";.*", "", text).split()
    return bytes.fromhex("".join(f"{OPCODES[word]:02x}" if word in OPCODES else word for word in words))


def creation(runtime: bytes, before: bytes = b"") -> str:
    """Code that runs `before` and then leaves `runtime` at the new address."""
    length = len(before) + 13
    copy = f"PUSH2 {len(runtime):04x} DUP1 PUSH2 {length:04x} PUSH1 00 CODECOPY PUSH1 00 RETURN"
    return "0x" + (before + assembled(copy) + runtime).hex()


def word(value: int | str) -> str:
    """A call's argument: 32 bytes in hexadecimal."""
    return f"{value:064x}" if isinstance(value, int) else value[2:].rjust(64, "0")


def binary() -> str | None:
    """anvil, from $QUIVIVE_ANVIL or the path."""
    return os.environ.get("QUIVIVE_ANVIL") or shutil.which("anvil")


@contextmanager
def running(program: str, folder: Path, *options: str) -> Iterator[str]:
    """The URL of a node started for this and ended after it; it picks a free port itself."""
    log = folder / "anvil.log"
    command = [program, "--port", "0", "--order", "fifo", *options]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
    try:
        yield _url(process, log)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the session of our own making: npm's starter and the node
        process.wait()


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(200):
        if found := re.search(r"Listening on (127\.0\.0\.1:\d+)", log.read_text(errors="replace")):
            return f"http://{found[1]}"
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"anvil did not start: {log.read_text(errors='replace')[-2000:]}")


class Desk:
    """Sends transactions to a node that mines when told; its accounts are unlocked, so we sign nothing."""

    def __init__(self, url: str) -> None:
        self.node = Node(url)
        self.accounts: list[str] = self.node.call("eth_accounts")
        self.node.call("evm_setAutomine", False)

    def send(self, sender: str, to: str | None, value: int = 0, data: str = "0x") -> str:
        """Queue a transaction; its hash."""
        fields: dict[str, Any] = {"from": sender, "value": hex(value), "data": data, "gas": hex(500_000)}
        txid: str = self.node.call("eth_sendTransaction", fields | ({"to": to} if to else {}))
        return txid

    def mine(self) -> int:
        """Put what is queued into one block; its height."""
        self.node.call("evm_mine")
        return int(self.node.call("eth_blockNumber"), 16)

    def receipt(self, txid: str) -> dict[str, Any]:
        """The receipt of a mined transaction."""
        for _ in range(100):
            if (found := self.node.call("eth_getTransactionReceipt", txid)) is not None:
                return dict(found)
            time.sleep(0.02)
        raise CouldNotLook("the transaction was not mined")

    def deploy(self, sender: str, code: str, value: int = 0) -> str:
        """Create a contract in a block of its own; its address."""
        txid = self.send(sender, None, value, code)
        self.mine()
        return str(self.receipt(txid)["contractAddress"])
