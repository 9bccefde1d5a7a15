"""Where does a model of others lie on this machine, and is it the one that quivive.toml names?

Files are kept under their sha256, so that no name or address chooses a place. Nothing is fetched but by
`fetch`, which the user calls; what arrives counts only if its sha256 is the named one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from quivive.errors import CouldNotLook, NotFound, TooLarge, Unreadable
from quivive.model import ExternalModel

MOST_BYTES = 2 * 2**30
"""The largest ONNX file that there is: protobuf ends here."""
_CHUNK = 2**20
_TIMEOUT = 30.0
"""Seconds that a server may be silent."""


def place(home: Path, model: ExternalModel) -> Path:
    """Where the model's file lies once it is there."""
    return home / "models" / f"{model.sha256}.onnx"


def read(home: Path, model: ExternalModel) -> bytes | None:
    """The model's bytes as they lie here, since `Listener` takes none but those named; None: not fetched."""
    path = place(home, model)
    if not path.is_file():
        return None
    try:
        return path.read_bytes()
    except OSError:
        return b""


def fetch(home: Path, model: ExternalModel, progress: Callable[[int], None] = lambda size: None) -> Path:
    """Download the model from its address and keep it; `progress` is told the bytes read so far.

    Raises CouldNotLook where the server does not answer, TooLarge beyond MOST_BYTES, Unreadable where what
    it hands out has another sha256.
    """
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    request = Request(model.url, headers={"User-Agent": "quivive"})  # noqa: S310 config allows no other scheme
    try:
        with urlopen(request, timeout=_TIMEOUT) as source:  # noqa: S310
            return _keep(home, model, source, progress)
    except (OSError, HTTPException, ValueError) as error:
        raise CouldNotLook(f"{model.name} could not be fetched from {model.url}: {error}.") from error


def add(home: Path, models: Iterable[ExternalModel], file: Path) -> tuple[ExternalModel, Path]:
    """Keep a file that was brought here by hand as the model whose sha256 it has.

    Raises NotFound where quivive.toml names no such model, Unreadable where the file does not read.
    """
    try:
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            model = next((each for each in models if each.sha256 == digest), None)
            if model is None:
                raise NotFound(
                    f"{file} has the sha256 {digest}, which no [[models]] of quivive.toml names: nothing was "
                    "added. Write its table first (docs/guides/models.md)."
                )
            source.seek(0)
            return model, _keep(home, model, source, lambda size: None)
    except OSError as error:
        raise Unreadable(f"{file} cannot be read or kept: {error.strerror}.") from error


def _keep(home: Path, model: ExternalModel, source: IO[bytes], progress: Callable[[int], None]) -> Path:
    """Copy to a file beside the place, and move it there only when its sha256 is the named one."""
    target = place(home, model)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            digest = _copied(source, out, model, progress)
        if digest != model.sha256:
            raise Unreadable(
                f"What came for {model.name} has the sha256 {digest}, not {model.sha256} as quivive.toml "
                "says: it was thrown away."
            )
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def _copied(source: IO[bytes], out: IO[bytes], model: ExternalModel, progress: Callable[[int], None]) -> str:
    """The sha256 of what was copied."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLarge(f"{model.name} is larger than {MOST_BYTES // 2**30} GiB: it was not kept.")
        digest.update(chunk)
        out.write(chunk)
        progress(size)
    return digest.hexdigest()
