"""Cuts a process, and all that it starts, off every network: opening a socket ends it (Linux seccomp).

A patched `socket` module says nothing about native code; a filter in the kernel does, and needs no privilege
and no tool. The system calls: socket(2), and io_uring_setup(2), by which sockets can be had without it.
"""

from __future__ import annotations

import ctypes
import platform
import signal
import struct
import subprocess
import sys

import pytest

from conftest import ROOT

_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_IO_URING_SETUP = 425
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_KILL_PROCESS, _ALLOW = 0x80000000, 0x7FFF0000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
KILLED = -signal.SIGSYS
"""The return code of a process that tried."""


def possible() -> bool:
    return platform.system() == "Linux" and platform.machine() in _SOCKET


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid() -> None:
    """From here on this process and its children die where they open a socket. Raises OSError."""
    architecture, socket = _SOCKET[platform.machine()]
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture: another one's numbers would mean other calls
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_EQUAL, 1, 0, socket),
        (_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    library = ctypes.CDLL(None, use_errno=True)
    for call in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)):
        if library.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "no filter of system calls can be set here")


def apart_from_the_network(script: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Runs Python code, which is to call `forbid` first. Skips the test where there is no such filter."""
    if not possible():
        pytest.skip("system calls are filtered on Linux only")
    paths = f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}, {str(ROOT / 'src')!r}]; "
    return subprocess.run([sys.executable, "-c", paths + script, *arguments],
                          capture_output=True, timeout=300, check=False)  # fmt: skip
