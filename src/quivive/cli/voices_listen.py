"""`quivive voices listen`: judge voices while the call goes on (Media Streams, RTP)."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.voices.live.server import Server, Settings

TOKEN, TWILIO, SECRET = "QUIVIVE_LISTEN_TOKEN", "QUIVIVE_TWILIO_AUTH_TOKEN", "QUIVIVE_WEBHOOK_SECRET"
"""Environment variables; secrets are never flags."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, help="Port of streams and page.")
@click.option("--token-file", type=click.Path(path_type=Path), help="File with the token that opens both.")
@click.option("--public-url", default="", help="Address of the stream as Twilio calls it (wss://…/stream).")
@click.option("--webhook", default="", help="Address that gets each verdict by POST.")
@click.option("--rtp", help="Take RTP too, on ADDRESS:PORT.")
@click.option("--rtp-from", multiple=True, help="An address that may send RTP; may be repeated.")
@click.option("--rtp-map", multiple=True, help="A payload type: 96=opus, 97=L16/16000; may be repeated.")
@click.option("--most-calls", default=16, show_default=True, type=click.IntRange(1, 1000),
              help="Calls listened to at once.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), help="Threads that judge. Default: one a core.")
def listen(**options: Any) -> None:
    """Listen to calls while they go on: is this a person speaking, or a machine?

    Speaks Twilio Media Streams (Telnyx and SignalWire alike) at /stream and, with --rtp, RTP; shows a page at
    /. One line of JSON for each verdict that changes. No sound is written anywhere. The token comes from
    $QUIVIVE_LISTEN_TOKEN or --token-file, Twilio's auth token from $QUIVIVE_TWILIO_AUTH_TOKEN, the key that
    signs the webhook from $QUIVIVE_WEBHOOK_SECRET.
    """
    from quivive.voices.live.scoring import Shipped
    from quivive.voices.live.server import Server

    settings = _settings(options)
    try:
        asyncio.run(_serve(Server(settings, Shipped())))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise UsageError(f"On {where} nothing can be heard: {error.strerror}.") from error


async def _serve(server: Server) -> None:
    """Until the user or the system says stop; then the last verdicts are given."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows: Ctrl-C ends it without last verdicts
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, server.stop)
    await server.run()


def _settings(options: dict[str, Any]) -> Settings:
    from quivive.voices.live.access import Access
    from quivive.voices.live.rtp import mapped
    from quivive.voices.live.server import Settings

    return Settings(
        host=options["host"],
        port=options["port"],
        access=Access(_token(options["token_file"]), os.environ.get(TWILIO, ""), options["public_url"]),
        most_calls=options["most_calls"],
        workers=options["workers"] or os.cpu_count() or 1,
        webhook=options["webhook"],
        webhook_secret=os.environ.get(SECRET, ""),
        rtp=_address(options["rtp"]) if options["rtp"] else None,
        rtp_kinds=mapped(options["rtp_map"]),
        rtp_senders=frozenset(options["rtp_from"]),
    )


def _token(file: Path | None) -> str:
    if file is None:
        return os.environ.get(TOKEN, "")
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The token in {file} cannot be read.") from error


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"'{text}' is no address and port: write 127.0.0.1:4000.")
    return host.strip("[]"), int(port)
