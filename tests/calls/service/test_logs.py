"""Does the log tell every event as one line, without numbers and without holding up a call?"""

from __future__ import annotations

import io
import json
import logging
import threading

from quivive.calls.service.logs import MOST, Log, Told, masked


def told(log: Log, out: io.StringIO) -> list[dict[str, object]]:
    log.close()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_numbers_show_their_last_two_digits_alone() -> None:
    assert masked("sip:+12025550142@example.org") == "sip:+*********42@example.org"
    assert masked("code 302 after 12345") == "code 302 after 12345"


def test_numbers_are_masked_unless_asked_for() -> None:
    for numbers, shown in ((False, "*********00"), (True, "12025550100")):
        out = io.StringIO()
        log = Log(out, numbers)
        log.tell("call", calling="12025550100")
        assert told(log, out)[0]["calling"] == shown


def test_an_event_is_one_line_whatever_it_holds() -> None:
    out = io.StringIO()
    log = Log(out)
    log.tell("call", called="a\nb", sip_code=None)
    (line,) = told(log, out)
    assert line["called"] == "a\nb"
    assert "sip_code" not in line


class Stuck(io.StringIO):
    """Somebody who does not read."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.begun = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.begun.set()
        self.go.wait(10)
        return super().write(text)


def test_a_reader_that_does_not_keep_up_loses_lines_and_is_told_how_many() -> None:
    out = Stuck()
    log = Log(out)
    log.tell("call")
    out.begun.wait(10)
    for number in range(MOST + 499):
        log.tell("call", number=number)
    out.go.set()
    lines = told(log, out)
    lost = sum(int(str(line["lines"])) for line in lines if line["event"] == "log-lines-lost")
    assert lost > 0
    assert lost + sum(line["event"] == "call" for line in lines) == MOST + 500


def test_an_error_of_a_library_is_told_by_kind_and_place_never_by_its_text() -> None:
    out = io.StringIO()
    log = Log(out)
    logger = logging.getLogger("test_logs")
    logger.addHandler(Told(log))
    logger.propagate = False
    try:
        raise ValueError("12025550100 at 10.0.0.1")
    except ValueError:
        logger.exception("failed for %s", "12025550100")
    (line,) = told(log, out)
    assert line["error"] == "ValueError"
    assert "555" not in out.getvalue()
