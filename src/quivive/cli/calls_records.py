"""`quivive calls records`: which campaigns do call records show?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.common import check_writable, counted, working, write
from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.calls.records.campaigns.campaign import Campaign, NotLooked
    from quivive.calls.records.reading import Records

_FILE = click.Path(path_type=Path)
_SHOWN = 20


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE…")
@click.option(
    "--map", "maps", multiple=True, help="Which column is which: calling=ani,start=when:%d.%m.%Y %H:%M:%S."
)
@click.option(
    "--layout", default="auto", show_default=True, help="asterisk, freeswitch, kamailio-acc, csv, …"
)
@click.option("--country", help="Where national numbers belong: two letters.")
@click.option("--zone", help="The zone of times that name none, such as Europe/Paris. Default: UTC.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
              help="What does the table work.")  # fmt: skip
@click.option(
    "--do-not-originate", "listed", type=_FILE, help="Numbers that never call, one a line; '.' ends a range."
)
@click.option("--packs", type=_FILE, help="A folder of country packs of your own.")
@click.option("--json", "as_json", is_flag=True, help="The campaigns as JSON.")
@click.option("-o", "--output", type=_FILE, help="Write to this file instead of the terminal.")
def records(files: tuple[Path, ...], maps: tuple[str, ...], layout: str, country: str | None,
    zone: str | None,
            engine: str, listed: Path | None, packs: Path | None, as_json: bool,
                output: Path | None) -> None:  # fmt: skip
    """Find campaigns in call records: CSV, Parquet, JSON, Asterisk, FreeSWITCH, Kamailio acc, our journal.

    Status: 1 campaigns were found, 3 none were found and something could not be looked for, else 0.
    """
    from quivive.calls.countries.packs_in_force import load
    from quivive.calls.records.campaigns.find import find
    from quivive.calls.records.mapping import given
    from quivive.calls.records.reading import open_records
    from quivive.engines import engine as engine_of

    if output:
        check_writable(output)
    never = _numbers(listed) if listed else []
    told = given(maps)
    with working("Reading the records"):
        opened = open_records(files, told, layout, country, zone, engine)
    with opened, working("Looking for campaigns"):
        found, missing = find(opened, engine_of(engine), packs=load(packs), do_not_originate=never)
    text = (
        json.dumps(as_object(opened, found, missing), indent=2) + "\n"
        if as_json
        else as_text(opened, found, missing)
    )
    write(text, output)
    sys.exit(1 if found else 3 if missing or not opened.calls else 0)


def _numbers(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a list of numbers.") from error
    return [line.strip().lstrip("+") for line in lines if line.strip() and not line.startswith("#")]


def as_object(opened: Records, found: list[Campaign], missing: list[NotLooked]) -> dict[str, Any]:
    """The answer that programs read."""
    return {
        "calls": opened.calls,
        "campaigns": [
            {"kind": c.kind, "key": c.key, "calls": c.calls, "first": moment(c.first),
                "last": moment(c.last), "why": c.why,
             "figures": dict(c.figures), "examples": [_example(dict(each)) for each in c.examples]}
            for c in found
        ],
        "not_looked": [{"kind": each.kind, "why": each.why} for each in missing],
        "refused": {
            "rows": opened.bad,
            "examples": [{"file": r.file, "place": r.place, "why": r.why} for r in opened.refused],
        },
        "columns": [
            {"file": part.name, "layout": part.layout, "calls": part.calls, "columns": dict(part.columns)}
            for part in opened.parts
        ],
        "notes": list(opened.notes),
    }  # fmt: skip


def _example(call: dict[str, Any]) -> dict[str, Any]:
    for side in ("calling", "called"):
        if side in call:
            call[side] = f"+{call[side]}"
    return {**call, "start": moment(call["start"])}


def moment(micros: int) -> str:
    """ISO 8601 in UTC."""
    from datetime import UTC, datetime, timedelta

    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return when.isoformat(timespec="milliseconds" if micros % 1_000_000 else "seconds").replace("+00:00", "Z")


_TITLES = {
    "do-not-originate": "Calls that show a number which never calls",
    "sim-box": "SIM box: calls from abroad let out through mobile cards",
    "wangiri": "Wangiri: one ring, to be called back",
    "number-rotation": "Number rotation: one sender, many caller's numbers",
    "neighbour-spoofing": "Neighbour spoofing: numbers like the called person's own",
    "several-trunks": "One number on several trunks at once",
    "dialer": "Dialer traffic",
}
"""In the order of what weighs most: a proven forgery first."""


def as_text(opened: Records, found: list[Campaign], missing: list[NotLooked]) -> str:
    """The answer that an analyst reads: worst first."""
    order = list(_TITLES)
    ranked = sorted(
        found, key=lambda c: (order.index(c.kind) if c.kind in order else len(order), -c.calls, c.key)
    )
    lines = [f"{counted(opened.calls, 'call')} read, {counted(len(found), 'campaign')} found.", ""]
    for kind in dict.fromkeys(c.kind for c in ranked):
        group = [c for c in ranked if c.kind == kind]
        lines += [f"!! {_TITLES.get(kind, kind)} ({counted(len(group), 'campaign')})", ""]
        for campaign in group[:_SHOWN]:
            lines += _campaign_lines(campaign)
        if len(group) > _SHOWN:
            lines += [
                f"   … and {counted(len(group) - _SHOWN, 'campaign')} more of this kind: see --json.",
                "",
            ]
    if not found:
        lines += [
            "No campaign was found. That does not prove that there is none: small and slow ones stay below",
            "the thresholds.",
            "",
        ]
    lines += _rest(opened, missing)
    return _plain(lines)


def _campaign_lines(campaign: Campaign) -> list[str]:
    first, last = (moment(each)[:19] for each in (campaign.first, campaign.last))
    lines = [f"   {campaign.key}   {counted(campaign.calls, 'call')}, {first} to {last} UTC",
             *_wrap(campaign.why, "     ")]  # fmt: skip
    for call in campaign.examples[:3]:
        each = dict(call)
        ended = (
            "not answered"
            if each.get("answered") is False or not each.get("seconds")
            else f"{each['seconds']} s"
        )
        who = f"+{each['calling']}" if each.get("calling") else "withheld"
        to = f"+{each['called']}" if each.get("called") else "no number"
        marks = "  ".join(f"{n} {each[n]}" for n in ("trunk", "spc", "attest", "imei") if each.get(n))
        lines.append(
            f"       {moment(each['start'])[:19]}  {who:>16} → {to:<16} {ended:>12}  {marks}".rstrip()
        )
    return [*lines, ""]


def _rest(opened: Records, missing: list[NotLooked]) -> list[str]:
    lines = []
    if missing:
        lines.append("Not looked for:")
        lines += [line for each in missing for line in _wrap(f"{each.kind}: {each.why}", "   ")]
    if opened.bad:
        lines.append(
            f"{counted(opened.bad, 'row')} did not read and stay{'s' * (opened.bad == 1)} out of the count:"
        )
        lines += [f"   {r.file}, {r.place}: {r.why}" for r in opened.refused[:5]]
    for part in opened.parts[:10]:
        lines.append(f"Read as {part.layout}: {part.name}, {counted(part.calls, 'call')}")
        lines += _wrap(", ".join(f"{field} ← {column}" for field, column in part.columns.items()), "   ")
    if len(opened.parts) > 10:
        lines.append(f"   … and {counted(len(opened.parts) - 10, 'file')} more: see --json.")
    for note in opened.notes[:10]:
        lines += _wrap(f"- {note}", "", "  ")
    if len(opened.notes) > 10:
        lines.append(f"- … and {counted(len(opened.notes) - 10, 'note')} more: see --json.")
    return lines


def _wrap(text: str, indent: str, later: str | None = None) -> list[str]:
    from textwrap import wrap

    return wrap(text, 100, initial_indent=indent, subsequent_indent=later or indent, break_on_hyphens=False)


def _plain(lines: list[str]) -> str:
    from quivive.render.safe import plain

    return "\n".join(plain(line) for line in lines) + "\n"
