"""Did the same voice, a person's or a machine's, call in another case?

Where a purpose is stated, a voice becomes an observable of type `voice`, matched by nearness: its numbers in
one octet each, and a mark of the model, without which they mean nothing. Over a threshold of likeness two
calls are linked; how often that is right or wrong is measured in benchmarks/voices_speakers.py. A link is a
hint to compare the cases, no proof of who spoke.
"""

from __future__ import annotations

import base64
import binascii

from quivive.errors import UsageError
from quivive.model import Observable
from quivive.voices.speakers.compare import card, known
from quivive.voices.speakers.hearing import Voice

TYPE = "voice"
_STEPS = 127.0
_MARK = 12
"""Hex digits of the model's hash that open a value."""
_MOST = 1024
"""Numbers of the largest voice that is looked at."""


def observable(voice: Voice, purpose: str, item: str = "") -> Observable:
    """A voice as a value others may have seen. Raises UsageError without a purpose or a fit model.

    Biometric data is made for a purpose or not at all (GDPR art. 5(1)(b), 9); whoever keeps it keeps that
    too.
    """
    if not purpose.strip():
        raise UsageError("A voice is made comparable across cases only for a purpose: state it.")
    if "link" not in card(voice.model):
        raise UsageError("This model tells people apart too badly to link calls: name a better one.")
    return Observable(TYPE, value(voice), item, match="near")


def value(voice: Voice) -> str:
    """'<model>:<base64 of signed octets>', one for each number, the largest of which becomes 127."""
    import numpy as np

    largest = max(float(np.abs(voice.numbers).max()), 1e-9)
    octets = np.round(voice.numbers / largest * _STEPS).astype(np.int8).tobytes()
    return f"{voice.model[:_MARK]}:{base64.b64encode(octets).decode('ascii')}"


def nearness(one: str, other: str) -> float | None:
    """Likeness (cosine) of two values; None where either is not a voice's, or of another model."""
    import numpy as np

    first, second = _octets(one), _octets(other)
    if first is None or second is None or len(first) != len(second) or _mark(one) != _mark(other):
        return None
    a, b = (np.frombuffer(each, np.int8).astype(np.float64) for each in (first, second))
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length else None


def linked(one: str, other: str) -> bool:
    """Whether two values are near enough to link their cases; never for a model that was not measured."""
    near = nearness(one, other)
    model = next((each for each in known() if each.startswith(_mark(one))), "")
    return near is not None and near >= float(card(model).get("link", 2.0))


def _mark(text: str) -> str:
    return text.partition(":")[0]


def _octets(text: str) -> bytes | None:
    try:
        found = base64.b64decode(text.partition(":")[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(_mark(text)) == _MARK and 0 < len(found) <= _MOST else None
