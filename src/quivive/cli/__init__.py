"""The command line: parse, call the workbench, print, exit. Commands are imported when they are run."""

from __future__ import annotations

import importlib
from difflib import get_close_matches

import click

COMMANDS = {
    "check": "Examine files, folders, texts or values: what is it, how strong, why, what to do.",
    "calls": "Who really called? Verify and sign calls, check certificates and numbers.",
    "voices": "Whose voice is it? Enrol voices with consent, compare recordings with them.",
    "media": "Is this picture known, or the same as another? Known-picture lists, live video, footprint.",
    "money": "Where did the money go, whose is it, where can it still be stopped?",
    "render": "Draw an old report again, in another form or language.",
    "explain": "What a detector does, why it matters, its limits and error rates.",
    "feedback": "Note that a finding was wrong or missed; kept as data on this machine.",
    "evaluate": "Measure all detectors on your own labelled cases; recalibrate; show drift.",
    "models": "Which models are in use: licence, checksum, card; fetch those of others.",
    "doctor": "What is installed, and which data has which date.",
}


class _Lazy(click.Group):
    """Loads a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        if ctx.resilient_parsing or ctx.invoked_subcommand is None:
            return click.Command(name, help=COMMANDS[name])
        command: click.Command = getattr(importlib.import_module(f"quivive.cli.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in COMMANDS:
            module = importlib.import_module(f"quivive.cli.{args[0]}")
            return args[0], getattr(module, args[0]), args[1:]
        near = get_close_matches(args[0], COMMANDS, 1) if args else []
        hint = f" Did you mean '{near[0]}'?" if near else " See 'quivive --help'."
        raise click.UsageError(f"There is no command '{args[0] if args else ''}'.{hint}")


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quivive", prog_name="quivive")
def cli() -> None:
    """Quivive: the open workbench against AI-enabled fraud.

    Everything runs on this machine; no link is ever opened.
    """


def main() -> None:
    """Entry point: Quivive's errors become a sentence and status 2, Ctrl-C status 130."""
    import sys

    from quivive.errors import Error

    try:
        status = cli.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except Error as error:
        click.echo(f"quivive: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        # A full disk, or a file that went away while it was read: no fault of ours to trace.
        if error.errno is None:
            raise
        where = f" ({error.filename})" if error.filename else ""
        click.echo(f"quivive: The machine could not read or write{where}: {error.strerror}.", err=True)
        sys.exit(2)
