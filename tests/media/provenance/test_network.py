"""No file makes the reader open a connection, though the library would for some."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from media.provenance.maker import Identity, identity_kept_at, made, picture, signed
from media.provenance.nosocket import KILLED, apart_from_the_network

FORBID = "from media.provenance import nosocket; nosocket.forbid(); "


@pytest.fixture(scope="module")
def luring(tmp_path_factory: pytest.TempPathFactory, camera: Identity) -> dict[str, Path]:
    """Files that ask to be looked up: a manifest kept elsewhere, an identity whose key is kept elsewhere."""
    camera_made = made("digitalCapture")
    content = {
        "remote": signed(picture(), camera, camera_made, remote="https://192.0.2.1/m.c2pa", embed=False),
        "identity": signed(picture(), camera, camera_made, identity_kept_at("identity.example")),
    }
    folder = tmp_path_factory.mktemp("luring")
    for name, data in content.items():
        (folder / f"{name}.jpg").write_bytes(data)
    return {name: folder / f"{name}.jpg" for name in content}


def test_a_process_that_opens_a_socket_is_ended() -> None:
    """Without this the other tests would pass wherever the filter does nothing."""
    assert apart_from_the_network(FORBID + "import socket; socket.socket()").returncode == KILLED


def test_a_child_of_such_a_process_is_ended_too() -> None:
    child = "[sys.executable, '-c', 'import socket; socket.socket()']"
    done = apart_from_the_network(FORBID + f"import subprocess; print(subprocess.run({child}).returncode)")
    assert int(done.stdout) == KILLED


@pytest.mark.parametrize("name", ["remote", "identity"])
def test_the_library_alone_would_ask_elsewhere(name: str, luring: dict[str, Path]) -> None:
    """The files do lure: this is what a reader without our settings does."""
    done = apart_from_the_network(FORBID + "import c2pa; c2pa.Reader(sys.argv[1])", str(luring[name]))
    assert done.returncode == KILLED


def test_we_ask_nobody(luring: dict[str, Path]) -> None:
    done = apart_from_the_network(
        "from media.provenance import table; table.main()", *map(str, luring.values())
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    codes = {Path(name).stem: {code for code, _, _ in found} for name, found in told.items()}
    assert codes["remote"] == {"c2pa/remote-not-fetched"}
    assert {"c2pa/unknown-signer", "c2pa/identity-unchecked"} <= codes["identity"]
