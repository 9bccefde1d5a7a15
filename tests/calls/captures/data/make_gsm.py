"""Makes tone.gsm: a second of a 440 Hz tone in GSM 06.10, encoded by the system's libsndfile."""

from __future__ import annotations

import ctypes
import math
from pathlib import Path

RATE, FORMAT, WRITE = 8000, 0x040000 | 0x0020, 0x20  # SF_FORMAT_RAW | SF_FORMAT_GSM610, SFM_WRITE


class Info(ctypes.Structure):
    """SF_INFO of sndfile.h."""

    _fields_ = [
        ("frames", ctypes.c_int64),
        ("samplerate", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("format", ctypes.c_int),
        ("sections", ctypes.c_int),
        ("seekable", ctypes.c_int),
    ]


def make(path: Path) -> None:
    """Write the file."""
    library = ctypes.CDLL("libsndfile.so.1")
    library.sf_open.restype = ctypes.c_void_p
    library.sf_write_short.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_short), ctypes.c_int64]
    library.sf_close.argtypes = [ctypes.c_void_p]
    samples = [int(12000 * math.sin(2 * math.pi * 440 * t / RATE)) for t in range(RATE)]
    info = Info(0, RATE, 1, FORMAT, 0, 0)
    file = library.sf_open(str(path).encode(), WRITE, ctypes.byref(info))
    library.sf_write_short(file, (ctypes.c_short * RATE)(*samples), RATE)
    library.sf_close(file)


if __name__ == "__main__":
    make(Path(__file__).with_name("tone.gsm"))
