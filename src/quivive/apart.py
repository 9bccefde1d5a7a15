"""How are hostile bytes read so that they take nothing down? In a child process with limits.

Decoders in C crash, hang and eat memory on bytes made for it. What calls one is a plain function of bytes;
`apart` runs it in a child that may use so much memory and so many seconds and then is killed. The child is
kept for the next call, so that libraries and models load once. It is no cage for code that takes over the
decoder: for that, run the whole workbench in a container.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar, cast

from quivive.errors import CouldNotLook, TooLarge, Unreadable

MEMORY = 900 * 2**20
"""Bytes of its own that the child may hold."""
PATIENCE = 10
"""A call that waits more than it computes is ended after so many times its seconds."""
AGAIN = 0.5
"""Seconds at most for a file whose reading was ended for its time before: one reader's patience is enough."""
_LENGTH = struct.Struct("<Q")

T = TypeVar("T")


def apart(function: Callable[..., T], *given: object, seconds: float = 20.0) -> T:
    """`function(*given)`, computed by the child within `seconds` of its processor time.

    The function is one that can be imported; what it is given and gives can be pickled. Raises what it
    raises; TooLarge where it used up its memory or time, Unreadable where it took the child down.
    """
    return _child.call(function, given, seconds)


class _Child:
    """The one child process of this process, started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()
        self._stalled: int | None = None
        """The hash of the bytes on which the last reader was ended for its time."""

    def call(self, function: Callable[..., T], given: tuple[object, ...], seconds: float) -> T:
        with self._one_at_a_time:
            warm, what = self._process is not None, _hash(given)
            seconds = min(seconds, AGAIN) if what is not None and what == self._stalled else seconds
            try:
                answer = self._answer(function, given, seconds)
            except TooLarge:
                self._stalled = what
                raise
            if isinstance(answer[1], MemoryError) and warm:  # models that it holds for others took the room
                answer = self._answer(function, given, seconds)
        return cast("T", _result(answer))

    def _answer(
        self, function: Callable[..., Any], given: tuple[object, ...], seconds: float
    ) -> tuple[bool, Any]:
        process = self._running()
        late = threading.Timer(seconds * PATIENCE, process.kill)
        late.start()
        try:
            _send(process.stdin, pickle.dumps((function, given, seconds), protocol=5))
            answer: tuple[bool, Any] = _receive(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _ended(self.end()) from None
        except BaseException:  # an interrupt, between a question and its answer
            self.end()
            raise
        finally:
            late.cancel()
        if isinstance(answer[1], MemoryError):
            self.end()  # what it holds may never come back
        return answer

    def end(self) -> int | None:
        """Ends the process, if there is one, and gives its exit status."""
        process, self._process = self._process, None
        if process is None or not process.stdin or not process.stdout:
            return None
        with suppress(OSError):  # what was still to be written to a dead process
            process.stdin.close()
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        return process.returncode

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is not None:
            self.end()
        if self._process is None:
            # What libraries print about hostile files is hostile too.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n"
                 "from quivive.apart import serve; serve()"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},  # each holds memory
            )  # fmt: skip
        return self._process


_child = _Child()
atexit.register(_child.end)


def _hash(given: tuple[object, ...]) -> int | None:
    return hash(given[0]) if given and isinstance(given[0], bytes) else None


def serve() -> None:
    """In the child: answers calls until there are no more."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints is taken for an answer
    _limit_memory()
    while True:
        try:
            function, given, seconds = _receive(questions)
        except EOFError:
            return
        _limit_seconds(seconds)
        try:
            answer = pickle.dumps((True, function(*given)), protocol=5)
        except BaseException as error:
            answer = _failed(error)
        _limit_seconds(0)
        _send(answers, answer)


def _failed(error: BaseException) -> bytes:
    """The error, pickled; some libraries' errors do not come back from that, so their words go instead."""
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301
    except Exception:
        answer = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}"[:500])))
    return answer


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_seconds(seconds: float) -> None:
    """Ends this process after so much more of its processor time; 0: no limit.

    By a timer, which counts from now. RLIMIT_CPU counts from the process's start and by ticks, which on a
    busy machine run ahead of `getrusage` (by a tenth, measured): a child that had worked for a minute would
    be ended at once.
    """
    if hasattr(signal, "setitimer"):  # Windows has none
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _send(to: BinaryIO | Any, content: bytes) -> None:
    to.write(_LENGTH.pack(len(content)))
    to.write(content)
    to.flush()


def _receive(source: BinaryIO | Any) -> Any:
    (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
    return pickle.loads(_exactly(source, length))  # noqa: S301 (from our own other half)


def _exactly(source: BinaryIO | Any, length: int) -> bytes:
    content: bytes = source.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _ended(status: int | None) -> CouldNotLook:
    if status in (-signal.SIGPROF, -signal.SIGKILL):
        return TooLarge("Reading it took too long and was ended.")
    return Unreadable("It is damaged, or made to break programs: the reader of such files crashed on it.")


def _result(answer: tuple[bool, Any]) -> Any:
    good, value = answer
    if good:
        return value
    if isinstance(value, MemoryError):
        raise TooLarge("Reading it takes more memory than a file may use.") from None
    raise value
