"""`quivive media`: the same picture elsewhere. Hold files against lists of known ones, compare two."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.common import lazy_group, write

if TYPE_CHECKING:
    from quivive.media.likeness.compare import Comparison
    from quivive.media.likeness.hash_list import HashList
    from quivive.media.likeness.match import Checked, Match

_FILE = click.Path(path_type=Path)
_ELSEWHERE = {"footprint": "media_live", "challenge": "media_live", "vpdq": "media_live"}
"""Commands of this group that stand in other modules."""


@click.group(cls=lazy_group(_ELSEWHERE))
def media() -> None:
    """Is this picture known, and is it the same as another? Nothing is fetched or sent."""


@media.command()
@click.argument("known", type=_FILE, metavar="LIST")
@click.argument("paths", nargs=-1, required=True, type=_FILE, metavar="PATH…")
@click.option("--distance", "most", type=click.IntRange(0, 31), default=31, show_default=True,
              help="Bits of 256 up to which PDQ hashes are close.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The matches and the log as JSON.")
@click.option("-o", "--output", type=_FILE, help="Write the result here instead of to standard output.")
@click.option("--exit-zero", is_flag=True, help="Status 0 also where something matched.")
def match(
    known: Path, paths: tuple[Path, ...], most: int, as_json: bool, output: Path | None, exit_zero: bool
) -> None:
    """Which files are on LIST, a list of hashes of known pictures?

    For units that work with abuse material, as the law allows them: no picture is shown, kept, copied or
    sent. Each file is read, hashed and forgotten; what comes out are its place and hashes. Folders are
    walked. A log line on stderr says when which list was held against how many files.

    LIST holds PDQ, MD5, SHA-1 or SHA-256 hashes: plain lines, CSV with a header, ThreatExchange or Project
    VIC/CAID JSON. An equal MD5, SHA-1 or SHA-256 is the same file. A PDQ hash up to --distance bits away is a
    picture that looks nearly the same, also mirrored, turned, in a border, or cropped around a face: close,
    but not confirmed, since a list holds no picture to lay beside it. Of a video, a picture for each second
    is looked at.

    Status: 1 something matched, else 3 if a file could not be read, else 0; 2 wrong use.
    """
    from quivive.media.likeness.hash_list import read_list
    from quivive.media.likeness.match import Matcher, files_of

    held = read_list(_bytes(known), known.name)
    matcher = Matcher(held, most)
    checked = [matcher.check(path, _named(path)) for path in files_of(paths)]
    log = _log(known, held, checked)
    write(_as_json(checked, log) if as_json else _as_text(checked, log), output)
    click.echo(json.dumps({"log": log}, ensure_ascii=False), err=True)
    found = any(each.matches for each in checked)
    sys.exit(0 if exit_zero else 1 if found else 3 if any(each.fault for each in checked) else 0)


@media.command()
@click.argument("first", type=_FILE, metavar="A")
@click.argument("second", type=_FILE, metavar="B")
@click.option("--json", "as_json", is_flag=True, help="The comparison as JSON.")
def compare(first: Path, second: Path, as_json: bool) -> None:
    """Is the picture in A the same as in B, also mirrored, turned, cropped, in a border or made smaller?

    Says how far their hashes are apart, how many points of A lie in the same places in B, and where in B the
    picture lies. Says nothing of who is to be seen: another photograph of the same person is another picture.

    Status: 1 the same or close, 0 not the same as far as can be told, 3 one could not be read.
    """
    from quivive.apart import apart
    from quivive.errors import CouldNotLook
    from quivive.intake import take
    from quivive.media.likeness.compare import compare as compared

    one, two = (take(_bytes(path), path.name) for path in (first, second))
    try:
        found = apart(compared, one.data, one.media_type, two.data, two.media_type, seconds=20)
    except CouldNotLook as error:
        click.echo(f"The pictures could not be compared. {error}", err=True)
        sys.exit(3)
    click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if as_json else _compared(found))
    sys.exit(0 if found.answer == "cannot-tell" else 1)


def _named(path: Path) -> str:
    """The path as text; octets of it that are none are shown as such, so that it prints."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _bytes(path: Path) -> bytes:
    from quivive.errors import CouldNotLook, NotFound
    from quivive.intake import read_file
    from quivive.model import Limits

    try:
        return read_file(path, Limits(item_bytes=2**31))
    except CouldNotLook as error:
        raise NotFound(f"{path} cannot be read. {error}") from error


def _log(known: Path, held: HashList, checked: list[Checked]) -> dict[str, Any]:
    """What a custody log keeps of this run: when, with what, which list, what came of it."""
    from datetime import UTC, datetime
    from hashlib import sha256

    from quivive import __version__

    matches = [match for each in checked for match in each.matches]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tool": f"quivive {__version__} media match",
        "list": known.name,
        "list_sha256": sha256(_bytes(known)).hexdigest(),
        "hashes": held.count,
        "entries_not_read": held.not_read,
        "files": len(checked),
        "octets": sum(each.size for each in checked),
        "same": len({each.path for each in matches if each.confirmed}),
        "close": len({each.path for each in matches} - {each.path for each in matches if each.confirmed}),
        "could_not_look": sum(bool(each.fault) for each in checked),
    }


def _as_json(checked: list[Checked], log: dict[str, Any]) -> str:
    matches = [asdict(match) | {"confirmed": match.confirmed} for each in checked for match in each.matches]
    faults = [
        {"path": each.path, "sha256": each.sha256, "fault": each.fault} for each in checked if each.fault
    ]
    shown = {"matches": matches, "could_not_look": faults, "log": log}
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _as_text(checked: list[Checked], log: dict[str, Any]) -> str:
    from quivive.render.safe import plain

    lines = [plain(_match(match)) for each in checked for match in each.matches]
    lines += [plain(f"{each.path}: could not look. {each.fault}") for each in checked if each.fault]
    lines.append(
        f"{log['files']} files held against {log['hashes']} hashes of {plain(log['list'])}: "
        f"{log['same']} the same, {log['close']} close (not confirmed), "
        f"{log['could_not_look']} could not be looked at."
    )
    if log["entries_not_read"]:
        lines.append(f"{log['entries_not_read']} entries of the list are of no kind that can be held against "
                     "files here (PhotoDNA, links, text).")  # fmt: skip
    return "\n".join(lines) + "\n"


def _match(found: Match) -> str:
    if found.confirmed:
        return f"{found.path}: the same file ({found.kind} {found.listed})"
    return (
        f"{found.path}: close, not confirmed (pdq {found.listed}, {found.distance} of 256 bits differ, "
        f"quality {found.quality}; {found.place}, {found.orientation})"
    )


def _compared(found: Comparison) -> str:
    near, laid = found.nearest, found.fit
    lines = [found.sentence]
    if near:
        lines.append(
            f"Nearest hashes: {near.distance} of 256 bits differ "
            f"(A: {near.first}, {near.orientation}; B: {near.second})."
        )
    else:
        lines.append("One of them is too plain for its hash to mean anything.")
    lines.append(f"{laid.points} points lie in the same places" + (
        f"; where they overlap, light and dark agree to {laid.agreement:.2f} of 1. In B it lies at "
        f"{laid.box[0]} to {laid.box[2]} % from the left and {laid.box[1]} to {laid.box[3]} % from the top."
        if laid.confirmed else "."))  # fmt: skip
    return "\n".join(lines)
