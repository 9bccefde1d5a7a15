"""`quivive calls traceback` as an authority and three providers use it, from the question to the export."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conftest import ROOT
from quivive.cli.calls_traceback import traceback
from quivive.errors import UsageError

CALL = ("--called", "+1 202 555 0177", "--calling", "+1 202 555 0100", "--at", "2026-11-22T12:00:00Z")
RECORDS = (
    "start,caller,callee,duration,trunk_in,trunk_out\n"
    "2026-11-22T11:58:00Z,12025550144,12025550166,20,tg-gamma,local\n"
    "2026-11-22T12:00:05Z,12025550100,12025550177,61,tg-beta,local\n"
)


def run(*words: object, status: int = 0) -> Result:
    done = CliRunner().invoke(traceback, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys of the police and of two providers; the third has none."""
    monkeypatch.chdir(tmp_path)
    for name in ("police", "alpha", "beta"):
        run("keys", name, "--name", name)
    return tmp_path


def begun(*more: object) -> None:
    run(
        "new",
        "--keys",
        "police",
        "--case",
        "2026-42",
        "--contact",
        "desk@example.org",
        *CALL,
        "--ask",
        "alpha",
        "--providers",
        "alpha/public.json",
        *more,
        "-o",
        "0.jsonl",
    )


def read(path: str, status: int = 3) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("read", path, "--keys", "police", "--json", status=status).stdout)
    return told


def test_from_the_question_through_three_providers_one_silent_to_an_export(folder: Path) -> None:
    begun()
    shown = json.loads(
        run(
            "asked", "0.jsonl", "--as", "alpha", "--keys", "alpha", "--asker", "police/public.json", "--json"
        ).stdout
    )
    assert (shown["called"], shown["calling"], shown["from"]) == ("12025550177", "12025550100", "police")

    run(
        "answer",
        "0.jsonl",
        "--as",
        "alpha",
        "--keys",
        "alpha",
        "--asker",
        "police/public.json",
        "--state",
        "found",
        "--role",
        "terminating",
        "--upstream",
        "beta",
        "--start",
        "2026-11-22T12:00:03Z",
        "--providers",
        "beta/public.json",
        "-o",
        "1.jsonl",
    )
    told = read("1.jsonl")
    assert [(hop["provider"], hop["state"]) for hop in told["hops"]] == [
        ("alpha", "found"),
        ("beta", "silent"),
    ]

    late = run("read", "1.jsonl", "--keys", "police", "--now", "2099-01-01T00:00:00Z", status=3).stdout
    assert "OVERDUE: beta is overdue since" in late

    run(
        "silent",
        "1.jsonl",
        "--keys",
        "police",
        "--who",
        "beta",
        "--why",
        "Two reminders.",
        "--ask",
        "gamma",
        "-o",
        "2.jsonl",
    )
    assert "GAP after alpha: beta" in run("read", "2.jsonl", "--keys", "police", status=3).stdout
    Path("gamma.json").write_text(json.dumps({"state": "found", "role": "originating", "customer": "line 7"}))
    run("keys", "gamma", "--name", "gamma")
    run("answer", "2.jsonl", "--as", "gamma", "--keys", "gamma", "--json", "gamma.json", "-o", "3.jsonl")

    told = read("3.jsonl")
    assert [(hop["provider"], hop["state"]) for hop in told["hops"]] == [
        ("alpha", "found"),
        ("beta", "silent"),
        ("gamma", "found"),
    ]
    assert told["hops"][2]["customer"] == "line 7"
    assert [gap["missing"] for gap in told["gaps"]] == ["beta"]
    assert "4 entries: nothing was changed." in run("verify", "3.jsonl").stdout

    run("export", "3.jsonl", "--keys", "police", "-o", "out")
    run("export", "3.jsonl", "--keys", "police", "-o", "out.zip")
    assert "5 entries: nothing was changed." in run("verify", "out").stdout
    assert json.loads(run("verify", "out.zip", "--json").stdout)["changed"] == []
    done = subprocess.run(
        [sys.executable, "out/verify_traceback.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "5 entries: nothing was changed.")


def test_a_way_that_is_whole_has_status_0(folder: Path) -> None:
    begun()
    run(
        "answer",
        "0.jsonl",
        "--as",
        "alpha",
        "--keys",
        "alpha",
        "--state",
        "found",
        "--role",
        "originating",
        "--customer",
        "line 7",
        "-o",
        "1.jsonl",
    )
    assert read("1.jsonl", status=0)["complete"] is True


def test_a_changed_file_has_status_1_and_takes_no_answer(folder: Path) -> None:
    begun()
    data = Path("0.jsonl").read_bytes()
    Path("x.jsonl").write_bytes(data.replace(b"2026-42", b"2026-43"))
    assert "entry 0 (police), field header" in run("verify", "x.jsonl", status=1).stdout
    with pytest.raises(UsageError, match="not as it was signed"):
        run("answer", "x.jsonl", "--as", "alpha", "--keys", "alpha", "--state", "refused", "-o", "y.jsonl")
    assert not Path("y.jsonl").exists()


def test_a_provider_finds_the_call_in_its_own_records(folder: Path) -> None:
    begun()
    Path("cdr.csv").write_text(RECORDS)
    run(
        "answer",
        "0.jsonl",
        "--as",
        "alpha",
        "--keys",
        "alpha",
        "--records",
        "cdr.csv",
        "--peers",
        "beta=tg-beta",
        "-o",
        "1.jsonl",
    )
    alpha, beta = read("1.jsonl")["hops"]
    assert (alpha["state"], alpha["upstream"]) == ("found", "beta")
    assert "cdr.csv" in alpha["record"]
    assert (beta["provider"], beta["state"]) == ("beta", "silent")


def test_every_command_of_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (ROOT / "docs" / "guides" / "calls-traceback.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    Path("cdr.csv").write_text(RECORDS)
    commands = [line for block in guide.split("```sh\n")[1:] for line in block.split("```")[0].splitlines()]
    assert len(commands) > 10
    for line in commands:
        command, _, allowed = line.partition(" || ")
        words = shlex.split(command)
        assert words[:3] == ["quivive", "calls", "traceback"]
        run(*words[3:], status=3 if allowed else 0)
    told = read("after-gamma.jsonl")
    assert [hop["state"] for hop in told["hops"]] == ["found", "silent", "found"]


def test_branches_are_joined(folder: Path) -> None:
    begun()
    run(
        "answer",
        "0.jsonl",
        "--as",
        "alpha",
        "--keys",
        "alpha",
        "--state",
        "ambiguous",
        "--ask",
        "beta",
        "--ask",
        "gamma",
        "-o",
        "1.jsonl",
    )
    for name in ("beta", "gamma"):
        run(
            "answer", "1.jsonl", "--as", name, "--keys", "beta", "--state", "not-found", "-o", f"{name}.jsonl"
        )
    run("join", "beta.jsonl", "gamma.jsonl", "-o", "2.jsonl")
    assert [hop["provider"] for hop in read("2.jsonl")["hops"]] == ["alpha", "beta", "gamma"]


def test_who_asked_asks_one_more(folder: Path) -> None:
    begun()
    run("answer", "0.jsonl", "--as", "alpha", "--keys", "alpha", "--state", "not-found", "-o", "1.jsonl")
    run("ask", "1.jsonl", "--keys", "police", "--after", "1", "--ask", "beta", "-o", "2.jsonl")
    assert [hop["provider"] for hop in read("2.jsonl")["hops"]] == ["alpha", "beta"]


def test_private_keys_are_their_owners_alone_and_never_overwritten(folder: Path) -> None:
    assert Path("police").stat().st_mode & 0o777 == 0o700
    for name in ("sealing-key.pem", "signing-key.pem"):
        assert Path("police", name).stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="not overwritten"):
        run("keys", "police", "--name", "police")


def test_keys_with_a_password_open_only_with_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIVIVE_KEY_PASSWORD", "made up for a test")
    run("keys", "closed", "--name", "closed")
    assert b"ENCRYPTED" in Path("closed", "sealing-key.pem").read_bytes()
    words = ("new", "--keys", "closed", "--case", "1", *CALL, "--ask", "alpha", "-o")
    run(*words, "a.jsonl")
    monkeypatch.delenv("QUIVIVE_KEY_PASSWORD")
    with pytest.raises(UsageError, match="QUIVIVE_KEY_PASSWORD"):
        run(*words, "b.jsonl")


def test_the_private_key_is_nowhere_in_what_is_given_away(folder: Path) -> None:
    begun()
    run("export", "0.jsonl", "--keys", "police", "-o", "out")
    secrets = [
        b"".join(Path("police", name).read_bytes().splitlines()[1:-1])
        for name in os.listdir("police")
        if name.endswith(".pem")
    ]
    for path in [Path("0.jsonl"), Path("police/public.json"), *Path("out").iterdir()]:
        assert not any(secret in path.read_bytes() for secret in secrets)
        assert b"PRIVATE" not in path.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("answer", "0.jsonl", "--as", "delta", "--keys", "alpha", "--state", "found"),
            "does not ask delta.*alpha",
        ),
        (("answer", "0.jsonl", "--as", "alpha", "--keys", "alpha"), "Nothing is answered"),
        (("answer", "0.jsonl", "--as", "alpha", "--state", "found"), "sealed for this provider's key"),
        (("answer", "0.jsonl", "--as", "alpha", "--keys", "beta", "--state", "found"), "does not open"),
        (
            (
                "answer",
                "0.jsonl",
                "--as",
                "alpha",
                "--keys",
                "alpha",
                "--asker",
                "beta/public.json",
                "--state",
                "found",
            ),
            "not begun with the keys",
        ),
        (("silent", "0.jsonl", "--keys", "beta", "--who", "alpha"), "not for this key"),
        (("ask", "0.jsonl", "--keys", "police", "--after", "9", "--ask", "beta"), "no entry 9"),
        (("ask", "0.jsonl", "--keys", "police", "--after", "0"), "Nobody is asked"),
        (("export", "0.jsonl", "--keys", "beta"), "not for this key|only who asked"),
        (("join", "0.jsonl", "nowhere.jsonl"), "cannot be read"),
        (
            ("new", "--keys", "police", "--case", "1", "--called", "nobody", "--at", "1", "--ask", "alpha"),
            "no telephone number",
        ),
        (
            ("new", "--keys", "police", "--case", "1", "--called", "+12025550177", "--at", "noon"),
            "is no time",
        ),
        (
            ("new", "--keys", "police", "--case", "1", "--called", "+12025550177", "--at", "1"),
            "Nobody is asked",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    from quivive.errors import Error

    begun()
    with pytest.raises(Error, match=said):
        run(*words, "-o", "new.jsonl")
    assert not Path("new.jsonl").exists()


def test_no_traceback_is_written_over(folder: Path) -> None:
    begun()
    before = Path("0.jsonl").read_bytes()
    with pytest.raises(UsageError, match="not written over"):
        run("answer", "0.jsonl", "--as", "alpha", "--keys", "alpha", "--state", "refused", "-o", "0.jsonl")
    assert Path("0.jsonl").read_bytes() == before
