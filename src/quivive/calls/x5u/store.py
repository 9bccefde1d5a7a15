"""How are fetched certificates kept on disk, so that a damaged or foreign file does no harm?

One file an address, named for the hash of the address: a line of JSON, then the answer's bytes. A file is
written beside and moved into place; one that does not read, that is for another address or whose hash does
not fit counts as absent.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

LONGEST_FILE = 256 * 1024
_PLAIN_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Neither a link nor a pipe that waits."""


@dataclass(frozen=True)
class Kept:
    """An answer's bytes, when it was fetched and until when it may be used (unix seconds)."""

    data: bytes
    fetched: float
    until: float


class Store:
    """A folder of at most `most` answers; the longest unused ones go first. A full disk is no error."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most

    def load(self, url: str) -> Kept | None:
        """What was kept for this address; None where nothing readable is."""
        try:
            descriptor = os.open(self._path(url), _PLAIN_FILE)
            with open(descriptor, "rb") as file:
                head, data = file.readline(LONGEST_FILE), file.read(LONGEST_FILE)
            about = json.loads(head)
            kept = Kept(data, float(about["fetched"]), float(about["until"]))
            fits = about["url"] == url and about["sha256"] == sha256(data).hexdigest()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return kept if fits else None

    def save(self, url: str, kept: Kept) -> None:
        """Writes or replaces the file of this address, and drops the oldest beyond the bound."""
        about = {"url": url, "sha256": sha256(kept.data).hexdigest(), "fetched": kept.fetched,
                 "until": kept.until}  # fmt: skip
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._path(url), json.dumps(about).encode() + b"\n" + kept.data)
            self._drop_oldest()

    def _path(self, url: str) -> Path:
        return self._folder / f"{sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()}.x5u"

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise

    def _drop_oldest(self) -> None:
        files = list(self._folder.glob("*.x5u"))
        if len(files) > self._most:
            files.sort(key=lambda file: file.stat().st_mtime)
            for file in files[: len(files) - self._most]:
                file.unlink(missing_ok=True)
