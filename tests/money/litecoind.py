"""A Litecoin Core of one's own for a test: regtest, own folder, own port, ended by its process.

Litecoin Core (Debian package `litecoind`) speaks Bitcoin Core's JSON-RPC and writes its block files.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

MISSING = "litecoind is not installed (Debian package litecoind)"
MWEB_ACTIVE = 432
"""The first height at which a regtest block has an extension block (BIP 9: three periods of 144 blocks)."""


class Litecoind:
    """One running node; `call` is its JSON-RPC, to the wallet named in `wallet` where there are several."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wallet = ""
        self.port = _free_port()
        self._process = subprocess.Popen(
            ["litecoind", "-regtest", f"-datadir={folder}", f"-rpcport={self.port}", "-rpcbind=127.0.0.1",
             "-rpcallowip=127.0.0.1", "-server", "-listen=0", "-dnsseed=0", "-par=1", "-fallbackfee=0.001",
             "-acceptnonstdtxn=1", "-dbcache=8", "-keypool=20", "-printtoconsole=0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    @property
    def blocks(self) -> Path:
        """The folder of its `blk*.dat` and `rev*.dat`."""
        return self.folder / "regtest" / "blocks"

    @property
    def cookie(self) -> Path:
        """The file that the node writes for its callers."""
        return self.folder / "regtest" / ".cookie"

    @property
    def url(self) -> str:
        """Its address with the credentials of its cookie."""
        return f"http://{self.cookie.read_text()}@127.0.0.1:{self.port}"

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call; an error of the node fails the test."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        key = base64.b64encode(self.cookie.read_bytes()).decode()
        body = json.dumps({"id": 0, "method": method, "params": params})
        connection.request(
            "POST", f"/wallet/{self.wallet}" if self.wallet else "/", body, {"Authorization": f"Basic {key}"}
        )
        answer = json.loads(connection.getresponse().read(), parse_float=Decimal)
        connection.close()
        assert answer["error"] is None, f"{method}: {answer['error']}"
        return answer["result"]

    def mine(self, blocks: int, address: str | None = None) -> list[str]:
        """Hashes of so many new blocks."""
        hashes: list[str] = self.call("generatetoaddress", blocks, address or self.call("getnewaddress"))
        return hashes

    def stop(self) -> None:
        """End the node: politely, and after ten seconds by its process id."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def _wait(self) -> None:
        for _ in range(300):
            assert self._process.poll() is None, "litecoind ended at its start"
            try:
                self.call("getblockcount")
            except (OSError, AssertionError, json.JSONDecodeError):
                time.sleep(0.1)
            else:
                return
        raise AssertionError("litecoind did not answer within half a minute")


def start(folder: Path) -> Litecoind:
    """A fresh node; the test skips where litecoind is missing, and fails where it must not be (CI)."""
    if shutil.which("litecoind") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return Litecoind(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
