"""How do the loops over whole ledgers become machine code?

By numba, on one thread. The code is kept beside the module, or in the user's cache folder where the package
cannot be written to; where neither can be, it is compiled once per process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The loop as machine code: compiled at its first call with arguments of new types, then kept on disk."""
    try:
        return cast(Loop, numba.njit(loop, cache=True))
    except RuntimeError:  # numba found no folder that it may write its cache to
        return cast(Loop, numba.njit(loop))
