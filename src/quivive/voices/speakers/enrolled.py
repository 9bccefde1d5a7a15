"""Whose voices may be compared with, who consented to that, when and how?

One JSON file a person in a folder of the user's, readable by the user alone: name, consent, the voice in
numbers, which files it came from (by hash). No sound is kept. Numbers of another model are refused: they
compare with nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.errors import CouldNotLook, NotFound, UsageError
from quivive.voices.speakers.compare import card
from quivive.voices.speakers.encoder import unit
from quivive.voices.speakers.hearing import Voice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = "quivive-voice/1"
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Consent:
    """`who` allowed it, `how` (in words), `when` (ISO 8601), and the user who `recorded` it."""

    who: str
    how: str
    when: str
    recorded: str


@dataclass(frozen=True)
class Enrolled:
    """A person's voice with the consent to compare with it; `files` are SHA-256 of what it was made from."""

    name: str
    consent: Consent
    voice: Voice
    files: tuple[str, ...]


def joined(voices: Sequence[Voice]) -> Voice:
    """One voice from several recordings of a person, each weighing as long as it speaks."""
    import numpy as np

    seconds = sum(each.seconds for each in voices)
    mean = np.sum([each.numbers * each.seconds for each in voices], axis=0)
    spoken = sum(each.seconds for each in voices if each.telephone)
    return Voice(unit(mean), seconds, spoken > seconds / 2, voices[0].model)


def enroll(
    folder: Path, name: str, voices: Sequence[Voice], files: Sequence[bytes], consent: Consent
) -> Enrolled:
    """Keep a voice. Raises UsageError without a name, a consent or a voice, and where the name is taken."""
    if not name.strip() or not consent.how.strip():
        raise UsageError(
            "A voice is enrolled with a name and with the person's consent: say how it was given."
        )
    if not voices:
        raise UsageError("None of the recordings holds enough speech to enrol a voice.")
    if _path(folder, name).exists():
        raise UsageError(f"There is a voice '{name}' already. Remove it with --forget first.")
    hashes = tuple(hashlib.sha256(each).hexdigest() for each in files)
    kept = Enrolled(name.strip(), consent, joined(voices), hashes)
    _write(_path(folder, name), _to_json(kept))
    return kept


def load(folder: Path, name: str) -> Enrolled:
    """A kept voice. Raises NotFound, or CouldNotLook where its file is damaged or of another model."""
    path = _path(folder, name)
    if not path.is_file():
        there = ", ".join(sorted(names(folder))) or "none"
        raise NotFound(f"There is no enrolled voice '{name}' (enrolled: {there}).")
    return _read(path)


def forget(folder: Path, name: str) -> None:
    """Remove a voice for good. Raises NotFound."""
    path = _path(folder, name)
    if not path.is_file():
        raise NotFound(f"There is no enrolled voice '{name}'.")
    path.unlink()


def names(folder: Path) -> tuple[str, ...]:
    """Names of all voices in the folder that can be read."""
    found = []
    for path in sorted(folder.glob("*.voice.json")) if folder.is_dir() else ():
        try:
            found.append(_read(path).name)
        except CouldNotLook:  # said when it is asked for by name
            continue
    return tuple(found)


def _path(folder: Path, name: str) -> Path:
    """A file name from which no name can climb out, different for different names."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.strip().casefold()).strip("-")[:40]
    digest = hashlib.sha256(name.strip().casefold().encode("utf-8", "replace")).hexdigest()[:12]
    return folder / f"{plain or 'voice'}-{digest}.voice.json"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"The voice cannot be kept in {path.parent}: {error.strerror}.") from error


def _to_json(kept: Enrolled) -> str:
    voice = {
        "numbers": base64.b64encode(kept.voice.numbers.astype("<f4").tobytes()).decode("ascii"),
        "seconds": round(kept.voice.seconds, 2),
        "telephone": kept.voice.telephone,
        "model": kept.voice.model,
    }
    body = {"format": FORMAT, "name": kept.name, "consent": asdict(kept.consent), "voice": voice,
            "files": list(kept.files)}  # fmt: skip
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _read(path: Path) -> Enrolled:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        return _from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CouldNotLook(f"The enrolled voice {path.name} is damaged; enrol it again.") from error


def _from_json(body: Mapping[str, Any]) -> Enrolled:
    """Raises ValueError, KeyError or TypeError for what `_to_json` does not write."""
    if body["format"] != FORMAT:
        raise ValueError("another format")
    voice, consent = body["voice"], body["consent"]
    said = Consent(*(str(consent[key]) for key in ("who", "how", "when", "recorded")))
    model = str(voice["model"])
    numbers = _numbers(str(voice["numbers"]), model)
    kept = Voice(numbers, float(voice["seconds"]), bool(voice["telephone"]), model)
    return Enrolled(str(body["name"]), said, kept, tuple(map(str, body["files"])))


def _numbers(text: str, model: str) -> NDArray[np.float32]:
    """Raises ValueError for numbers that are not those of a voice by a model that is known here."""
    import numpy as np

    found = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    if found.shape != (card(model).get("size"),) or not np.isfinite(found).all():
        raise ValueError("not the numbers of a voice")
    return unit(found)
