"""What do the seven kinds of campaigns do? Each kind from small and slow to large and fast.

Sizes: most campaigns are small (in the honeypot of Prasad et al., USENIX Security 2020, 95 % of campaigns
made fewer than 27 calls to 66,000 lines, in proportion some thousands to millions of lines); numbers are
mostly used once or twice, 3 % of calls imitate the neighbourhood (same paper). Small campaigns have to be
large enough that an analyst would call them one.
"""

from __future__ import annotations

from dataclasses import replace

from call_traffic.profiles import Profile

_DIALER = Profile("dialer", "a recording or a scam centre on bought lists: few answer, most hang up at "
    "once", 1, (150, 6000), numbers=(1, 6), ways="fraud", when="office", unheld=(0.03, 0.15),
    back=(0.0, 0.02), answered=(0.12, 0.35), voicemail=(0.05, 0.2), aborted=(0.0, 0.05), median=(5, 14),
    sigma=0.8, brief=(0.3, 0.6), message=(0, 8), kind="dialer")  # fmt: skip
_WANGIRI = Profile("wangiri", "one ring from a dear foreign number, in the hope of a call back", 1,
    (120, 5000), shown="dear", numbers=(1, 40), ways="gateway", when="burst", minutes=(20, 240),
    unheld=(0.02, 0.15), back=(0.02, 0.08), answered=(0.005, 0.03), voicemail=(0.0, 0.01), busy=0.01,
    aborted=(0.88, 0.95), median=(3, 8), kind="wangiri")  # fmt: skip
_ROTATION = replace(_DIALER, name="number-rotation",
    why="a new number for every call or two, one signing party", shown="fresh", numbers=(1, 2),
    calls=(200, 6000), kind="number-rotation")  # fmt: skip
_NEIGHBOUR = replace(_DIALER, name="neighbour-spoofing",
    why="the caller's first six digits are the callee's", shown="neighbour", numbers=(1, 1),
    calls=(150, 4000), kind="neighbour-spoofing")  # fmt: skip
_TRUNKS = replace(_DIALER, name="several-trunks", why="one number, not the caller's, through many "
    "carriers at once", shown="stolen", trunks=(4, 8), calls=(120, 3000), numbers=(1, 1),
    kind="several-trunks")  # fmt: skip
_NEVER = replace(_DIALER, name="do-not-originate", why="the number of a bank's or office's line that "
    "never calls", shown="listed", numbers=(1, 8), trunks=(1, 3), calls=(60, 3000), median=(15, 60),
    sigma=1.2, brief=(0.2, 0.4), kind="do-not-originate")  # fmt: skip

FRAUDS = {
    "dialer": (
        _DIALER,
        replace(_DIALER, name="dialer-walk", why="numbers dialled in order", reach="walk",
                unheld=(0.2, 0.4)),
        replace(_DIALER, name="dialer-slow", why="small and all day", when="slow", calls=(150, 600)),
        replace(_DIALER, name="dialer-burst", when="burst", minutes=(10, 60), answered=(0.2, 0.35)),
        replace(_DIALER, name="dialer-agents", why="people in a scam centre: some victims talk long",
                median=(8, 18), sigma=1.6, answered=(0.15, 0.3)),
    ),
    "wangiri": (
        _WANGIRI,
        replace(_WANGIRI, name="wangiri-walk", reach="walk", unheld=(0.2, 0.4)),
        replace(_WANGIRI, name="wangiri-slow", when="slow", calls=(120, 500), numbers=(1, 5)),
        replace(_WANGIRI, name="wangiri-many", numbers=(40, 150), calls=(800, 5000)),
    ),
    "number-rotation": (
        _ROTATION,
        replace(_ROTATION, name="rotation-walk", why="numbers shown in order", shown="ascending"),
        replace(_ROTATION, name="rotation-slow", when="slow", calls=(200, 700)),
        replace(_ROTATION, name="rotation-agents", median=(8, 18), sigma=1.6),
        replace(_ROTATION, name="rotation-block", why="a rented block, each number three to eight times",
                shown="block", numbers=(3, 8)),
    ),
    "neighbour-spoofing": (
        _NEIGHBOUR,
        replace(_NEIGHBOUR, name="neighbour-slow", when="slow", calls=(150, 600)),
        replace(_NEIGHBOUR, name="neighbour-partly", why="three of four from the neighbourhood",
                shown="neighbour-partly"),
        replace(_NEIGHBOUR, name="neighbour-burst", when="burst", minutes=(10, 90)),
    ),
    "several-trunks": (
        _TRUNKS,
        replace(_TRUNKS, name="trunks-slow", when="slow", calls=(120, 500), trunks=(4, 6)),
        replace(_TRUNKS, name="trunks-bank", why="a bank's outgoing number that its holder uses, too",
                shown="office-stolen", median=(15, 60), sigma=1.2),
    ),
    "do-not-originate": (
        _NEVER,
        replace(_NEVER, name="never-slow", when="slow", calls=(60, 300)),
        replace(_NEVER, name="never-one", numbers=(1, 1), trunks=(1, 1)),
    ),
}  # fmt: skip
"""By kind; `mobile` makes SIM boxes. A campaign takes the variants of its kind in turn."""
