"""Where are answered calls kept, so that the end of the process at any moment loses none?

One file an hour (UTC), one JSON line a call, mode 0600: numbers stand in it in full. A line is with the
operating system before its answer is sent, so that a killed process loses nothing; it is on the disk
within a second, so that a power cut loses at most the calls of that second.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from quivive.calls.service.judged import Judged
from quivive.errors import CouldNotKeep

SECONDS = 1.0
"""At most this long until a line is on the disk."""
HOUR = "%Y-%m-%dT%H"
_NAMES = tuple(field.name for field in fields(Judged))
_VALUES = attrgetter(*_NAMES)
_AS_JSON = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


class HourlyJournal:
    """The journal of one running service. Safe to use from several threads."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Raises CouldNotKeep if the folder cannot be written."""
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._fd = -1
        self._hour = -1
        self._torn = False
        self._fault: OSError | None = None
        self._dirty = threading.Event()
        self._closed = threading.Event()
        with self._lock:
            self._turn()
        self._syncing = threading.Thread(target=self._sync, name="journal", daemon=True)
        self._syncing.start()

    def keep(self, calls: Sequence[Judged]) -> None:
        """Hand the calls to the operating system. Raises CouldNotKeep; then none of them counts as kept."""
        if not calls:
            return
        data = b"".join(map(_line, calls))
        with self._lock:
            self._turn()
            self._write(data)
        self._dirty.set()

    def check(self) -> None:
        """Raises CouldNotKeep if nothing can be written now."""
        with self._lock:
            self._turn()
        if not os.access(self.folder, os.W_OK):
            raise CouldNotKeep(f"The journal's folder {self.folder} cannot be written.")

    def close(self) -> None:
        """All lines on the disk, the file closed. Again is no error."""
        self._closed.set()
        self._dirty.set()
        self._syncing.join()
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    def _turn(self) -> None:
        """Open the file of this hour, if it is another than the last."""
        hour = int(self._clock() // 3600)
        if self._fd >= 0 and hour <= self._hour:  # a clock set back does not reopen an old hour
            return
        path = self.folder / f"{datetime.fromtimestamp(hour * 3600, UTC):{HOUR}}.ndjson"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._torn = _ends_torn(fd)
        except OSError as error:
            raise CouldNotKeep(f"The journal {path} cannot be written: {error.strerror}.") from error
        if self._fd >= 0:
            os.fsync(self._fd)
            os.close(self._fd)
        self._fd, self._hour = fd, hour

    def _write(self, data: bytes) -> None:
        if self._fault:
            self._dirty.set()  # try again
            raise CouldNotKeep(f"The journal in {self.folder} fails: {self._fault.strerror}.")
        if self._torn:
            data = b"\n" + data
        try:
            written = os.write(self._fd, data)
            while written < len(data):
                self._torn = True
                written += os.write(self._fd, data[written:])
        except OSError as error:
            raise CouldNotKeep(f"The journal in {self.folder} is not written: {error.strerror}.") from error
        self._torn = False

    def _sync(self) -> None:
        while not self._closed.is_set():
            self._dirty.wait()
            self._dirty.clear()
            with self._lock:
                fd = os.dup(self._fd)
            try:
                os.fsync(fd)
                self._fault = None
            except OSError as error:  # a disk that lost lines: nothing more is accepted until it works again
                self._fault = error
            finally:
                os.close(fd)
            self._closed.wait(SECONDS)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The calls of one hour, as dictionaries of Judged's fields; a line that a crash tore is left out."""
    with path.open("rb") as lines:
        for line in lines:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict) and isinstance(found.get("start"), int | float):
                yield found


def _line(call: Judged) -> bytes:
    return _AS_JSON.encode(dict(zip(_NAMES, _VALUES(call), strict=True))).encode() + b"\n"


def _ends_torn(fd: int) -> bool:
    size = os.fstat(fd).st_size
    return size > 0 and os.pread(fd, 1, size - 1) != b"\n"
