"""`quivive calls serve`: verify and sign calls while they are set up, over SIP and HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.calls.service.house import House


@click.command()
@click.option("--http", help="Address and port of the HTTP API; 'off' for none. Default: 127.0.0.1:8160.")
@click.option("--sip", help="Address and port for SIP, UDP and TCP; 'off' for none. Default: 127.0.0.1:5060.")
@click.option("--journal", type=click.Path(path_type=Path, file_okay=False),
              help="Folder for answered calls and accepted records. Default: quivive-journal.")  # fmt: skip
@click.option("--online", is_flag=True, help="Fetch certificates from the addresses that tokens name.")
@click.option("--log-numbers", is_flag=True, help="Numbers in full in the log.")
@click.option("--log-calls/--no-log-calls", default=True, help="A line in the log for every call.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Another quivive.toml.")
def serve(http: str | None, sip: str | None, journal: Path | None, online: bool, log_numbers: bool,
          log_calls: bool, config_file: Path | None) -> None:  # fmt: skip
    """Answer calls while they are set up: a SIP redirect server and the HTTP API of 3GPP Ms.

    Keys, peers and actions stand in [calls.serve] of quivive.toml. SIGHUP reads them again, SIGTERM ends
    the service once the calls under way are answered. The log goes to stderr, one JSON line an event.
    """
    from quivive import config
    from quivive.calls.service import settings
    from quivive.calls.service.fetching import Background
    from quivive.calls.service.loading import load
    from quivive.calls.service.logs import Log
    from quivive.calls.service.serve import Plan
    from quivive.calls.service.serve import serve as run
    from quivive.calls.signers import fetcher

    held = config.load(config_file)
    said = settings.read(held.calls)
    fetch = Background(fetcher()) if online else None

    def house() -> House:
        files = config.load(config_file).calls
        return load(config.call_trust(files), settings.read(files), fetch)

    plan = Plan(
        load=house,
        settings=said,
        journal=journal or said.journal,
        http=_address(http or said.http, "--http"),
        sip=_address(sip or said.sip, "--sip"),
        country=held.country,
        packs=held.calls.countries,
    )
    log = Log(numbers=log_numbers, calls=log_calls)
    try:
        run(plan, log)
    finally:
        if fetch:
            fetch.close()
        log.close()


def _address(text: str, option: str) -> tuple[str, int] | None:
    """'127.0.0.1:5060', '[::1]:5060', ':5060' (this machine alone); 'off' is None."""
    if text == "off":
        return None
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"{option} {text!r} is no address: write 127.0.0.1:5060, or 'off'.")
    return host, int(port)
