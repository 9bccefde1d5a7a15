"""Does an unmodified SIPp get the right answer to every one of 3,000 calls, at 500 a second and more?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from calls.certificates.make import Made, authority, issue
from calls.service.process import DAYS, Process, kept_calls, write_house
from calls.service.redirect import sipp
from calls.service.redirect.asked import PASSED, WRONG, Asked, calls

COUNT, RATE, LEAST = 3_000, 600, 500
ACTIONS = """
[calls.serve.actions]
invalid = "block-analytics"
[calls.serve.contact]
url = "https://redress.example.org/"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sipp.demanded()
    return tmp_path


@pytest.fixture
def service(folder: Path) -> Iterator[tuple[Process, Made]]:
    root = authority(days=DAYS)
    own = issue(root, spc="709J", days=DAYS)
    config = write_house(folder, own, ACTIONS)
    (folder / "root.pem").write_bytes(root.pem)
    process = Process(config, ("--sip", "127.0.0.1:0", "--no-log-calls"))
    try:
        yield process, own
    finally:
        if process.popen.poll() is None:
            process.end()


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


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_every_call_gets_its_own_answer_and_none_is_lost(
    service: tuple[Process, Made], folder: Path, transport: str
) -> None:
    process, own = service
    asked = list(calls(COUNT, own))
    run = sipp.ask(folder, asked, process.ports["sip"], RATE, transport)
    assert process.end() == 0
    assert wrong_answers(asked, run) == []
    assert sum(call.kind != "right" for call in asked) == COUNT // 10
    assert {call.kind for call in asked} == {"right", *WRONG}
    kept = kept_calls(process.config.parent / "journal")
    assert sorted(line["calling"] for line in kept) == sorted(call.caller for call in asked), (
        "each call stands in the journal once"
    )
    verstats = {line["calling"]: line["verstat"] for line in kept}
    assert all((verstats[call.caller] == PASSED) == (call.kind == "right") for call in asked)
    begins = sorted(line["start"] for line in kept)
    assert (COUNT - 1) / (begins[-1] - begins[0]) >= LEAST
