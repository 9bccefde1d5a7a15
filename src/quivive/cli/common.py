"""What several commands share: the workbench with flags applied, and where output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from quivive import config
from quivive.workbench import Workbench


def workbench(config_file: Path | None, **flags: Any) -> Workbench:
    """The workbench under flag > environment > quivive.toml > default; None flags say nothing."""
    settings = config.load(config_file)
    given = {key: value for key, value in flags.items() if value is not None}
    origins = {**settings.origins, **dict.fromkeys(given, "flag")}
    return Workbench(replace(settings, **given, origins=origins))


def write(text: str, output: Path | None) -> None:
    """To the file the user named, else to stdout."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from error


def check_writable(output: Path) -> None:
    """Refuse a file that cannot be written before the work for it is done, and touch nothing."""
    folder = output.absolute().parent
    if output.is_dir():
        raise click.UsageError(f"{output} cannot be written: it is a folder.")
    if not folder.is_dir():
        raise click.UsageError(f"{output} cannot be written: there is no folder {folder}.")
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise click.UsageError(f"{output} cannot be written: permission denied.")


def colour(output: Path | None) -> bool:
    """Colour on a terminal unless NO_COLOR is set; FORCE_COLOR forces it (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def counted(number: int, name: str) -> str:
    """'1 cluster', '2 addresses'."""
    plural = "" if number == 1 else "es" if name.endswith("s") else "s"
    return f"{number:,} {name}{plural}"


@contextmanager
def working(what: str) -> Iterator[None]:
    """A sign of life on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def lazy_group(elsewhere: Mapping[str, str]) -> type[click.Group]:
    """A group that loads the commands standing in other modules of `cli` only when they are asked for.

    `elsewhere` maps a command's name to its module; function and command have one name.
    """

    class Group(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return sorted({*super().list_commands(ctx), *elsewhere})

        def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
            if name not in elsewhere:
                return super().get_command(ctx, name)
            command: click.Command = getattr(import_module(f"quivive.cli.{elsewhere[name]}"), name)
            return command

    return Group
