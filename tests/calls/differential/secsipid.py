"""libsecsipid by ctypes, another verifier of SHAKEN headers (asipto/secsipidx; Debian: libsecsipid-dev).

It is judged by the machine's clock and knows no call to compare a token with. `main` answers for many headers
from a process of its own, since the library brings a second runtime into whoever loads it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

MISSING = "libsecsipid is not installed (Debian packages secsipidx and libsecsipid-dev)"
FRESH = 60


def is_installed() -> bool:
    """Whether the library is there; it is not loaded for that."""
    return ctypes.util.find_library("secsipid") is not None


@cache
def library() -> ctypes.CDLL:
    """The shared library with its functions' types. Raises OSError where it is not installed."""
    found = ctypes.CDLL(ctypes.util.find_library("secsipid") or "libsecsipid.so")
    check = found.SecSIPIDCheckFullPubKey
    check.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    check.restype = ctypes.c_int
    sign = found.SecSIPIDGetIdentityPrvKey
    sign.argtypes = [ctypes.c_char_p] * 6 + [ctypes.POINTER(ctypes.c_char_p)]
    sign.restype = ctypes.c_int
    return found


def check(header: bytes, public_key: bytes, seconds: int = FRESH) -> bool:
    """Whether the library finds the header value valid and no older than that; `public_key` is PEM."""
    return bool(
        library().SecSIPIDCheckFullPubKey(header, len(header), seconds, public_key, len(public_key)) == 0
    )


def sign(orig: str, dest: str, attest: str, origid: str, x5u: str, private_key: bytes) -> bytes:
    """The Identity header value that the library makes; `private_key` is PEM."""
    out = ctypes.c_char_p()
    texts = [each.encode() for each in (orig, dest, attest, origid, x5u)]
    length = library().SecSIPIDGetIdentityPrvKey(*texts, private_key, ctypes.byref(out))
    assert length > 0, f"SecSIPIDGetIdentityPrvKey answered {length}"
    return bytes((out.value or b"")[:length])


def in_a_process(calls: Sequence[tuple[str, ...]]) -> list[str]:
    """Answers to ('check', header, key) and ('sign', orig, dest, attest, origid, x5u, key), in order."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(list(calls)), capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    answers: list[str] = json.loads(done.stdout)
    return answers


def main() -> None:
    """Read calls as JSON from standard input, write the answers."""
    answers = []
    for name, *texts in json.load(sys.stdin):
        if name == "sign":
            orig, dest, attest, origid, x5u, key = texts
            answers.append(sign(orig, dest, attest, origid, x5u, key.encode()).decode())
        else:
            answers.append("valid" if check(texts[0].encode("latin-1"), texts[1].encode()) else "invalid")
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
