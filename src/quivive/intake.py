"""How do bytes become an Item: hashed, named, typed, decoded, within limits?"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quivive.errors import TooLarge, Unreadable
from quivive.model import Channel, Item, Limits, Observable
from quivive.sniff import sniff

VALUE_TYPE = "text/x-value"
"""Media type of a bare value (a number, a link, the payload of a QR code): no message, so not scored."""
EMPTY_TYPE = "application/x-empty"
"""Media type of a file without an octet: what it was meant to hold never arrived."""
TEXT_TYPES = frozenset({"text/plain", VALUE_TYPE})


@dataclass(frozen=True)
class Input:
    """Something to check: bytes under a name, a path, or a bare value (with its spelling as `data`)."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    value: Observable | None = None
    media_type: str | None = None
    channel: Channel | None = None


def take(
    data: bytes,
    name: str,
    media_type: str | None = None,
    channel: Channel | None = None,
    limits: Limits = Limits(),
) -> Item:
    """The root item of an examination.

    Raises TooLarge when `data` exceeds `limits.item_bytes`.
    """
    if len(data) > limits.item_bytes:
        raise TooLarge(
            f"{name} is {len(data) / 2**20:.0f} MiB; the limit for one item is "
            f"{limits.item_bytes / 2**20:.0f} MiB (raise it with --max-bytes)."
        )
    media_type = media_type or (sniff(data, name) if data else EMPTY_TYPE)
    return Item(
        name=clean_name(name),
        media_type=media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        data=data,
        text=decode(data, limits.text) if media_type in TEXT_TYPES else None,
        channel=channel,
    )


def read_file(path: Path, limits: Limits = Limits()) -> bytes:
    """The bytes of a regular file. Raises Unreadable or TooLarge; never follows into a device or pipe."""
    try:
        if not path.is_file():
            raise Unreadable(f"{path.name} is not a file, or is gone.")
        size = path.stat().st_size
        if size > limits.item_bytes:
            raise TooLarge(
                f"{path.name} is {size / 2**20:.0f} MiB; the limit for one item is "
                f"{limits.item_bytes / 2**20:.0f} MiB (raise it with --max-bytes)."
            )
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error


def derive(
    parent: Item,
    name: str,
    data: bytes | str,
    media_type: str | None = None,
    *,
    origin: str,
    channel: Channel | None = None,
    hints: tuple[str, ...] = (),
    meta: Mapping[str, str] | None = None,
    limits: Limits = Limits(),
) -> Item:
    """An item found in another: it inherits channel and time, and is named after its parent.

    Text given as `str` becomes a text/plain item without a decoding round trip.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    media_type = media_type or ("text/plain" if isinstance(data, str) else sniff(raw, name))
    text = None
    if media_type in TEXT_TYPES:
        text = _tidy(data if isinstance(data, str) else decode(raw, limits.text))[: limits.text]
    return Item(
        name=f"{parent.name}/{clean_name(name)}",
        media_type=media_type,
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        data=raw,
        text=text,
        parent=parent.name,
        origin=origin,
        channel=channel or parent.channel,
        received_at=parent.received_at,
        hints=hints or parent.hints,
        meta=meta or {},
    )


def clean_name(name: str) -> str:
    """A name that is safe to print and to read: no control or bidi characters, at most 120 long."""
    unsafe = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    safe = "".join("_" if unicodedata.category(c) in unsafe else c for c in name[:4096])
    safe = safe.strip().replace("\\", "/") or "unnamed"
    return safe if len(safe) <= 120 else safe[:80] + "…" + safe[-39:]


def decode(data: bytes, most: int = Limits().text) -> str:
    """Text of `data`: BOM, then UTF-8, then the likeliest legacy encoding; never raises.

    At most `most` characters; line ends become '\\n', lone surrogates U+FFFD.
    """
    data = data[: most * 4]
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(bom):
            return _tidy(data[len(bom) :].decode(encoding, "replace"))[:most]
    try:
        return _tidy(data.decode("utf-8"))[:most]
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4 and len(data) == most * 4:
            return _tidy(data.decode("utf-8", "replace"))[:most]
    return _tidy(_legacy(data))[:most]


def _legacy(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:65536]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isprintable() else text
