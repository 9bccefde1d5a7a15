"""How is an engine asked that is a program which writes a WAV file?"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from channels import Samples

from engines.engine import Missing, Unspoken
from engines.sound import read

SECONDS = 120


def program(name: str, package: str) -> str:
    """Where the program is; raise Missing with the Debian packages that bring it."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"The program {name} is not installed: apt-get install {package}.")
    return found


def wav(command: Sequence[str], said: str | bytes) -> tuple[Samples, int]:
    """Run the command with `said` on standard input; `{out}` in it is the file. Samples and rate in Hz."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "out.wav")
        given = said.encode() if isinstance(said, str) else said
        filled = [part.replace("{out}", file) for part in command]
        try:
            subprocess.run(filled, input=given, check=True, capture_output=True, timeout=SECONDS)
        except subprocess.SubprocessError as error:
            raise Unspoken(f"{command[0]} did not speak: {error}") from error
        return read(Path(file))
