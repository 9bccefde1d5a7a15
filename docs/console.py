"""Writes what a page shows of the program: `python docs/console.py PAGE…` (`--check` only compares).

Every ```console block is run, line by line that begins with `$ quivive `, and what it prints takes the place
of what stood there. The table between `<!-- refusals -->` marks is that of calls/refusals.yaml.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from quivive.calls import refusals
from quivive.cli import cli

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"(?<=<!-- refusals -->\n).*?(?=<!-- /refusals -->)", re.DOTALL)


def refreshed(page: str) -> str:
    """The page with what the program prints today; run beside a copy of the examples, nothing is kept."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("examples").symlink_to(ROOT / "examples")
        os.environ["QUIVIVE_HOME"] = folder
        page = _BLOCK.sub(lambda block: _run(block[0]), page)
    return _TABLE.sub(lambda _: table(), page)


def _run(block: str) -> str:
    """The commands of a block, each with what it prints on stdout and stderr together."""
    # a command goes on over lines that end with a backslash
    commands = re.findall(r"^\$ quivive (?:.*\\\n)*.*$", block, re.MULTILINE)
    return "".join(f"{command}\n{_output(command)}" for command in commands)


def _output(command: str) -> str:
    words = shlex.split(command.removeprefix("$ quivive ").replace("\\\n", " "))
    return CliRunner().invoke(cli, words, prog_name="quivive").output


def table() -> str:
    """Every reason with its effect, SIP code, verstat value, sentence and clause, in Markdown."""
    rows = ["", "| code | effect | SIP | verstat | what it says | clause |", "|---|---|---|---|---|---|"]
    for each in refusals.shipped().refusals.values():
        shown = (f"`{each.code}`", each.effect, each.sip, each.verstat, each.text, each.reference)
        rows.append(f"| {' | '.join(str(cell or '–') for cell in shown)} |")
    return "\n".join([*rows, "", ""])


def main() -> None:
    """Write the pages named, or with --check say which are stale (status 1)."""
    pages = [Path(name) for name in sys.argv[1:] if name != "--check"]
    stale = [path for path in pages if refreshed(path.read_text("utf-8")) != path.read_text("utf-8")]
    for path in stale:
        if "--check" not in sys.argv:
            path.write_text(refreshed(path.read_text("utf-8")), "utf-8")
        print(f"{path} {'is stale' if '--check' in sys.argv else 'was written anew'}")
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
