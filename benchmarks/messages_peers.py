"""What do bogofilter and SpamAssassin, as Debian ships them, say of the same messages?

Both read mails: a message becomes one with a subject (its first line, if it is a mail) and a body, and no
other header. bogofilter is trained on exactly the messages that Quivive is trained on in that run."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from texts import Message

BOGOFILTER_CUTOFF = 0.5


def missing() -> list[str]:
    """A sentence for each peer that is not installed."""
    return [f"{name} is not installed (Debian package {name}); its rows are missing."
            for name in ("bogofilter", "spamassassin") if not shutil.which(name)]  # fmt: skip


def versions() -> dict[str, str]:
    """First line of each peer's version."""
    found = {}
    for name in ("bogofilter", "spamassassin"):
        if shutil.which(name):
            said = subprocess.run([name, "-V"], capture_output=True, text=True, check=False).stdout
            found[name] = (said.splitlines() or [""])[0]
    return found


def bogofilter(train: Sequence[Message], test: Sequence[Message]) -> npt.NDArray[np.float64] | None:
    """Spamicity per message; None where it is not installed."""
    if not shutil.which("bogofilter"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        for label, flag in ((1, "-s"), (0, "-n")):
            box = _mbox(Path(folder) / f"{label}.mbox", [m for m in train if m.label == label])
            subprocess.run(["bogofilter", "-d", folder, "-M", flag, "-I", str(box)], check=True)
        box = _mbox(Path(folder) / "test.mbox", test)
        said = subprocess.run(["bogofilter", "-d", folder, "-M", "-T", "-I", str(box)],
                              capture_output=True, text=True, check=False).stdout  # fmt: skip
    scores = [float(line.split()[1]) for line in said.splitlines() if re.match(r"[SHU] ", line)]
    if len(scores) != len(test):
        raise RuntimeError(f"bogofilter judged {len(scores)} of {len(test)} messages")
    return np.array(scores)


def spamassassin(test: Sequence[Message]) -> npt.NDArray[np.float64] | None:
    """Points per message by local tests; None where it is not installed."""
    if not shutil.which("spamassassin"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        box = _mbox(Path(folder) / "test.mbox", test)
        with box.open("rb") as stream:
            said = subprocess.run(
                ["spamassassin", "-L", "--mbox"], stdin=stream, capture_output=True, check=False
            )
    lines = said.stdout.decode("utf-8", "replace")
    scores = [float(x) for x in re.findall(r"^X-Spam-Status: \w+, score=(-?[\d.]+)", lines, re.MULTILINE)]
    if len(scores) != len(test):
        raise RuntimeError(f"SpamAssassin judged {len(scores)} of {len(test)} messages")
    return np.array(scores)


def _mbox(path: Path, messages: Sequence[Message]) -> Path:
    with path.open("w", encoding="utf-8", errors="replace") as box:
        for message in messages:
            subject, _, body = (
                message.text.partition("\n") if message.channel == "email" else ("", "", message.text)
            )
            body = re.sub(r"^(From )", r">\1", body, flags=re.MULTILINE)
            subject = re.sub(r"\s+", " ", subject)
            box.write("From a@example.org Thu Jan  1 00:00:00 2026\n")
            head = f"Subject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8"
            box.write(f"{head}\n\n{body}\n\n")
    return path
