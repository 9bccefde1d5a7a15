"""What does the library for C2PA read in a file? Called in a child process: it parses hostile bytes."""

from __future__ import annotations

import io
import json
from collections import deque
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from quivive.errors import NotInstalled, TooLarge, Unreadable
from quivive.media.provenance import trust as trusted
from quivive.media.provenance.account import ENTRIES, parse, text
from quivive.media.provenance.store import Store
from quivive.media.provenance.trust import Trust

if TYPE_CHECKING:
    from c2pa import Context, Reader

TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/svg+xml", "image/heic",
     "image/heif", "image/avif", "image/jxl", "image/dng", "image/x-adobe-dng", "video/mp4",
     "video/quicktime", "video/x-m4v", "video/x-msvideo", "audio/mp4", "audio/x-m4a", "audio/mpeg",
     "audio/x-wav", "audio/wav", "audio/flac", "application/pdf"}
)  # fmt: skip
ACCOUNT = 24 * 2**20
"""Characters of the library's account of one file; genuine ones take less than a hundredth."""
ALONE, GENERATIONS = 64 * 2**20, 32
"""Octets and number of ingredients' manifests that are validated by themselves."""
_STORE = bytes.fromhex("63327061 0011 0010 8000 00aa00389b71")
"""The type of the box that holds a manifest store (C2PA 2.x, Manifest Store; ISO/IEC 19566-5)."""
_NAMED = {"audio/x-m4a": "audio/mp4", "audio/wav": "audio/x-wav", "image/heif": "image/heic"}


@dataclass(frozen=True)
class Reading:
    """A manifest store; or the address at which the file says it is; or why the one inside does not read."""

    store: Store | None = None
    remote: str = ""
    unreadable: str = ""


def read(data: bytes, media_type: str, trust: Trust | None = None) -> Reading:
    """What signed provenance a file carries; an empty reading where it carries none.

    Opens no connection. `trust` replaces the lists that ship. Raises Unreadable where the file itself does
    not read, TooLarge where its provenance is beyond all measure.
    """
    try:
        import c2pa
    except (ImportError, OSError) as error:
        raise NotInstalled(f"The reader of C2PA does not load ({error}): install c2pa-python.") from error
    context = _context(trust or trusted.shipped())
    try:
        with c2pa.Reader(_NAMED.get(media_type, media_type), io.BytesIO(data), context=context) as reader:
            told = _account(reader.json())
            store = parse(told, _account(reader.crjson()))
            return Reading(store=replace(store, alone=_alone(reader, told, context)))
    except c2pa.C2paError as error:
        return _without(str(error), data)


def _alone(reader: Reader, told: dict[str, Any], context: Context) -> dict[str, Store]:
    """Every ingredient's manifests, validated by themselves.

    One that does not read is left out, and so are those beyond the limits: each brings along its own
    ingredients, so that a long history is read as often as it is long.
    """
    import c2pa

    found: dict[str, Store] = {}
    left = ALONE
    for name in _held(told):
        content = io.BytesIO()
        try:
            left -= reader.resource_to_stream(name, content)
            if left < 0:
                break
            with c2pa.Reader("application/c2pa", content, context=context) as one:
                store = parse(_account(one.json()), _account(one.crjson()))
        except c2pa.C2paError:
            continue
        found[store.active] = store
    return found


def _held(told: dict[str, Any]) -> list[str]:
    """Names under which the library gives out the manifests of ingredients, nearest to the file first."""
    manifests, names = told.get("manifests"), dict[str, None]()
    waiting = deque([told.get("active_manifest")])
    while waiting and isinstance(manifests, dict) and len(names) < GENERATIONS:
        for ingredient in manifests.get(waiting.popleft(), {}).get("ingredients", ())[:ENTRIES]:
            name = ingredient.get("manifest_data", {}).get("identifier")
            if isinstance(name, str) and name not in names:
                names[name] = None
                waiting.append(ingredient.get("active_manifest"))
    return list(names)[:GENERATIONS]


@lru_cache(maxsize=4)
def _context(trust: Trust) -> Context:
    import c2pa

    return c2pa.Context.from_dict(trusted.settings(trust))


def _account(said: str) -> dict[str, Any]:
    if len(said) > ACCOUNT:
        raise TooLarge("The signed provenance in the file is far larger than any genuine one.")
    try:
        account = json.loads(said)
    except RecursionError as error:
        raise Unreadable("The signed provenance in the file is nested beyond all measure.") from error
    return account if isinstance(account, dict) else {}


def _without(error: str, data: bytes) -> Reading:
    """What a refusal of the library means: nothing there, elsewhere, or there but not legible."""
    kind, _, said = error.partition(":")
    if kind == "ManifestNotFound":
        return Reading()
    if "must fetch remote manifests from url" in said:
        return Reading(remote=text(said.rsplit("from url", 1)[-1], 500))
    if _STORE in data and "asset could not be parsed" not in said:
        return Reading(unreadable=text(said) or kind)
    raise Unreadable(f"The file is damaged or is not what it claims to be ({text(said)}).")
