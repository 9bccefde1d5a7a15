"""Does an unmodified SIPp get the right answer to every one of 3,000 calls, at 500 a second and more?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from calls.certificates.make import authority, issue
from calls.service.process import DAYS, Process, kept_calls, write_house
from calls.service.redirect import sipp
from calls.service.redirect.asked import PASSED, WRONG, Asked, calls

COUNT, LEAST, TRIES = 3_000, 500, 3
"""A machine that is busy with other things gets three tries at the rate, none at the answers."""
ACTIONS = """
[calls.serve.actions]
invalid = "block-analytics"
[calls.serve.contact]
url = "https://redress.example.org/"
"""


def expected(call: Asked) -> tuple[str, str]:
    """Status line and field that must come back for that very call."""
    if call.kind == "right":
        shown = f'"Caller" <sip:+{call.caller};verstat={PASSED}@example.org;user=phone>'
        return "SIP/2.0 302 Moved Temporarily", shown
    return "SIP/2.0 603 Network Blocked", "v=analytics1;url=https://redress.example.org/"


def wrong_answers(asked: Sequence[Asked], run: sipp.Run) -> list[tuple[Asked, Any]]:
    """The calls whose answer is another than it must be, or did not come."""
    found = []
    for call in asked:
        status, said = expected(call)
        answer = run.answers.get(call.number, ("", "", ""))
        is_right = answer[0] == status and said in answer[1]
        if call.kind == "right":
            is_right = is_right and said == answer[1] and f"<sip:+{call.callee}@" in answer[2]
        if not is_right:
            found.append((call, answer))
    return found


@pytest.mark.parametrize(("transport", "rate"), [("u1", 700), ("t1", 1_000)])
def test_every_call_gets_its_own_answer_and_none_is_lost(tmp_path: Path, transport: str, rate: int) -> None:
    sipp.demanded()
    rates: list[float] = []
    while len(rates) < TRIES and (not rates or rates[-1] < LEAST):
        rates.append(asked_once(tmp_path / str(len(rates)), transport, rate))
    assert max(rates) >= LEAST, "calls a second in each try"


def asked_once(folder: Path, transport: str, rate: int) -> float:
    """Ask a fresh service about all calls, hold every answer to what it must be; the calls a second."""
    folder.mkdir()
    root = authority(days=DAYS)
    own = issue(root, spc="709J", days=DAYS)
    config = write_house(folder, own, ACTIONS)
    (folder / "root.pem").write_bytes(root.pem)
    asked = list(calls(COUNT, own))
    with running(config) as process:
        run = sipp.ask(folder, asked, process.ports["sip"], rate, transport)
        assert process.end() == 0
    assert wrong_answers(asked, run) == []
    assert sum(call.kind != "right" for call in asked) == COUNT // 10
    assert {call.kind for call in asked} == {"right", *WRONG}
    kept = kept_calls(folder / "journal")
    assert sorted(line["calling"] for line in kept) == sorted(call.caller for call in asked), (
        "each call stands in the journal once"
    )
    verstats = {line["calling"]: line["verstat"] for line in kept}
    assert all((verstats[call.caller] == PASSED) == (call.kind == "right") for call in asked)
    begins = sorted(line["start"] for line in kept)
    return float((COUNT - 1) / (begins[-1] - begins[0]))


@contextmanager
def running(config: Path) -> Iterator[Process]:
    process = Process(config, ("--sip", "127.0.0.1:0", "--no-log-calls"))
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.kill()
