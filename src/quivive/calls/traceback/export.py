"""How is a finished traceback handed over, to a prosecutor or a court, so that anyone can check it?"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quivive.calls.traceback import signing
from quivive.calls.traceback import verify_traceback as chain
from quivive.calls.traceback.file import Author, close, sound
from quivive.calls.traceback.opening import Opened, Whole, as_json, whole
from quivive.calls.traceback.page import render
from quivive.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from quivive.calls.certificates.trust import Trust

ENTRIES, OPENED, PAGE, README, SCRIPT = chain.NAMES
MANIFEST = "manifest.json"
_README = """\
A call traceback, as it was opened by who asked for it.

traceback.html        to read and to print
opened.json           the same for machines: opened answers, with the salts that tie them to what was signed
traceback.jsonl       the file as it passed from provider to provider: sealed answers, signatures, hashes
manifest.json         the hashes of these files, signed by who asked
verify_traceback.py   checks all of it; needs Python 3.8 or later, for signatures the package 'cryptography'

Run: python verify_traceback.py
It says 'nothing was changed', or names the file, the entry, the field and the byte.
Whose the keys are it cannot know: compare them with those that the providers publish.
"""


def export(
    data: bytes, key: X25519PrivateKey, author: Author, trust: Trust | None = None
) -> dict[str, bytes]:
    """The files of an export. A file that is not closed yet is closed by `author`, who asked.

    Raises UsageError where an entry was changed, or the file is another's.
    """
    closed = data if sound(data).closed else close(data, author)
    told, opened = whole(closed, key, author.at)
    found = sound(closed)
    vouched = [_vouched(entry, trust) for entry in found.entries]
    made = {
        ENTRIES: closed,
        OPENED: opened_json(told, opened),
        PAGE: render(told, found.entries, vouched).encode(),
        README: _README.encode(),
        SCRIPT: files("quivive.calls.traceback").joinpath("verify_traceback.py").read_bytes(),
    }
    return {**made, MANIFEST: manifest(made, author)}


def _vouched(entry: Mapping[str, Any] | None, trust: Trust | None) -> str:
    if entry is None:
        return ""
    said, wrong = signing.vouched(entry, trust)
    return f"{said}. NOT TRUSTED: {', '.join(wrong)}" if wrong else said


def opened_json(told: Whole, opened: Opened) -> bytes:
    """JSON, with each entry's opened fields on a line of its own, as canonical as the file itself."""
    lines = [
        chain.canonical({"fields": fields, "problem": problem})
        for fields, problem in zip(opened.fields, opened.problems, strict=True)
    ]
    last = json.dumps(as_json(told), sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
    return b'{"entries":[\n' + b",\n".join(lines) + b"\n" + b'],"traceback":' + last + b"}\n"


def manifest(made: Mapping[str, bytes], author: Author) -> bytes:
    """The hashes of the files, whole and by blocks, signed by who asked."""
    listed = {
        name: {
            "blocks": chain.block_hashes(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
        }
        for name, data in made.items()
    }
    content, signer = {"files": listed, "format": chain.FORMAT}, author.signer.public()
    signature = signing.signed(chain.signed_bytes(content, "manifest"), author.signer)
    digest = chain.digest("manifest", [content, signature, signer])
    value = {"content": content, "digest": digest, "signature": signature, "signer": signer}
    return chain.canonical(value) + b"\n"


def write(made: Mapping[str, bytes], output: Path) -> None:
    """Into a new folder, or one zip where the name ends so; readable by the owner only.

    Raises UsageError where it is there already: an export is not mixed with another.
    """
    try:
        if output.suffix == ".zip":
            signing.write_private(output, _zip(made))
            return
        output.mkdir(mode=0o700)
        for name, data in made.items():
            signing.write_private(output / name, data)
    except FileExistsError as error:
        raise UsageError(f"{output} is there already; it is not written over.") from error
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {os.strerror(error.errno or 0)}.") from error


def _zip(made: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
