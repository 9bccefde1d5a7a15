"""What does the running service tell its operator? One line of JSON an event, on stderr.

Numbers are masked but for their last two digits, unless the operator asked for them. A reader that does not
keep up loses lines, and is told how many: no call waits for a log.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from quivive.calls.service.judged import Journal, Judged

MOST = 10_000
"""Lines that wait to be written."""
_NUMBER = re.compile(r"\d{5,}(?=\d{2}(?!\d))")


class Log:
    """Writes events on a thread of its own."""

    def __init__(self, out: TextIO | None = None, numbers: bool = False, calls: bool = True) -> None:
        """`numbers`: in full. `calls`: a line for every call."""
        self._out, self._numbers, self.calls = out or sys.stderr, numbers, calls
        self._lines: deque[str] = deque()
        self._lost = 0
        self._some = threading.Condition()
        self._ended = False
        self._writing = threading.Thread(target=self._write, name="log", daemon=True)
        self._writing.start()

    def tell(self, event: str, level: str = "info", **fields: Any) -> None:
        """One event; fields that are None are left out."""
        said = {key: self._shown(value) for key, value in fields.items() if value is not None}
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": moment, "level": level, "event": event, **said}, default=str)
        with self._some:
            if len(self._lines) < MOST:
                self._lines.append(line)
            else:
                self._lost += 1
            self._some.notify()

    def close(self) -> None:
        """All lines are written, if somebody reads them within two seconds."""
        with self._some:
            self._ended = True
            self._some.notify()
        self._writing.join(2.0)

    def _shown(self, value: Any) -> Any:
        return masked(value) if isinstance(value, str) and not self._numbers else value

    def _write(self) -> None:
        while True:
            with self._some:
                while not self._lines and not self._ended:
                    self._some.wait()
                lines, lost = list(self._lines), self._lost
                self._lines.clear()
                self._lost = 0
            if not lines:
                return
            if lost:
                lines.append(json.dumps({"level": "warning", "event": "log-lines-lost", "lines": lost}))
            try:
                self._out.write("\n".join(lines) + "\n")
                self._out.flush()
            except (OSError, ValueError):  # nobody reads any more: the service goes on
                continue


def masked(text: str) -> str:
    """The text with every run of seven or more digits hidden but for the last two: '*********00'."""
    return _NUMBER.sub(lambda found: "*" * len(found.group()), text)


class ToldJournal:
    """A journal whose calls are also told, once they are kept."""

    def __init__(self, journal: Journal, log: Log) -> None:
        self._journal, self._log = journal, log

    def keep(self, calls: Sequence[Judged]) -> None:
        """As `Journal.keep`."""
        self._journal.keep(calls)
        if not self._log.calls:
            return
        for call in calls:
            self._log.tell(
                "call", service=call.service, calling=call.calling, called=call.called, trunk=call.trunk,
                action=call.action, sip_code=call.sip_code, verdict=call.verdict, verstat=call.verstat,
                attest=call.attest, spc=call.spc, reasons=call.reasons or None)  # fmt: skip


class Told(logging.Handler):
    """Hands what libraries log to our log: who and what kind, never the text of an error."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """One line; an exception by its name and place."""
        error = record.exc_info[1] if record.exc_info else None
        place = None
        if error is not None and error.__traceback__ is not None:
            last = error.__traceback__
            while last.tb_next:
                last = last.tb_next
            place = f"{last.tb_frame.f_code.co_filename.rpartition('quivive/')[2]}, line {last.tb_lineno}"
        self._log.tell("library", record.levelname.lower(), logger=record.name, place=place,
                       error=type(error).__name__ if error else None,
                       text=None if error else record.getMessage())  # fmt: skip
