"""The command as a process of its own."""

import json
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from quivive.cli.voices_listen import TOKEN, _address, _settings, listen
from quivive.errors import UsageError

QUIETLY = {"host": "127.0.0.1", "port": 0, "token_file": None, "public_url": "", "webhook": "", "rtp": None,
           "rtp_from": (), "rtp_map": (), "most_calls": 4, "workers": None}  # fmt: skip


def test_the_token_comes_from_the_environment_or_a_file_and_never_from_a_flag(tmp_path, monkeypatch):
    monkeypatch.setenv(TOKEN, "from the environment")
    assert _settings(QUIETLY).access.token == "from the environment"
    path = tmp_path / "token"
    path.write_text("from the file, with an end\n", "utf-8")
    assert _settings({**QUIETLY, "token_file": path}).access.token == "from the file, with an end"
    assert "--token " not in CliRunner().invoke(listen, ["--help"]).output


def test_a_token_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        _settings({**QUIETLY, "token_file": tmp_path / "none"})


@pytest.mark.parametrize(
    ("text", "where"), [("127.0.0.1:4000", ("127.0.0.1", 4000)), ("[::1]:5", ("::1", 5))]
)
def test_an_address_has_a_port(text, where):
    assert _address(text) == where


@pytest.mark.parametrize("text", ["", "4000", ":4000", "host:", "host:x", "host:70000"])
def test_an_address_without_one_is_refused(text):
    with pytest.raises(UsageError, match="no address and port"):
        _address(text)


def test_beyond_this_machine_it_does_not_start_without_a_token():
    answer = CliRunner().invoke(listen, ["--host", "0.0.0.0"])
    assert isinstance(answer.exception, UsageError)
    assert "set a token" in str(answer.exception)


def test_it_listens_until_it_is_told_to_stop():
    command = [sys.executable, "-c", "from quivive.cli.voices_listen import listen; listen()", "--port", "0"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert first["event"] == "listening"
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
    assert process.returncode == 0
