"""How is the way of a call shown: as a table for an analyst, and as JSON?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from textwrap import fill
from typing import Any

from quivive.calls.traceback.hops import Hop, Traceback
from quivive.calls.traceback.legs import Joined, Leg
from quivive.calls.traceback.peers import Peers
from quivive.calls.traceback.sources import Provider

_WIDTH = 100
_STATES = {
    "found": "",
    "ambiguous": "AMBIGUOUS",
    "silent": "SILENT",
    "not-found": "NO SUCH RECORD",
    "refused": "REFUSED",
}
CLOCK_NOTE = (
    "In the United States an answer is due within 24 hours (47 CFR 64.1200(n)(1)); asked outside business "
    "hours, the hours begin with the next business day."
)


def as_json(found: Traceback, providers: Iterable[Provider], peers: Peers) -> dict[str, Any]:
    """The traceback, what to ask next, and what did not read; times are Unix seconds, with UTC beside
    them."""
    return {
        "query": asdict(found.query) | {"at_utc": clock(found.query.at)},
        "complete": found.complete,
        "hops": [asdict(hop) | {"start_text": clock(hop.start), "signer": peers.signer(hop.spc),
                                "deadline_utc": clock(hop.deadline)} for hop in found.hops],
        "gaps": [asdict(gap) for gap in found.gaps],
        "ask": list(questions(found)),
        "notes": {each.name: list(each.notes) for each in providers if each.notes},
    }  # fmt: skip


def clock(time: float | None) -> str | None:
    """'2026-11-22 12:00:00.120', of a clock in UTC."""
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(round(time, 3), UTC).isoformat(" ", "milliseconds")[:23]
    except (OverflowError, ValueError, OSError):
        return None


def as_text(found: Traceback, providers: Iterable[Provider], peers: Peers) -> str:
    """The table, the gaps in capitals, and what to ask whom by when."""
    query = found.query
    lines = [f"Call to {query.called} from {query.calling or 'an unknown number'} at {clock(query.at)} UTC, "
             f"± {query.tolerance:g} s", ""]  # fmt: skip
    lines += _table([_row(at, hop, peers) for at, hop in enumerate(found.hops, 1)]) if found.hops else []
    lines.append("")
    for at, hop in enumerate(found.hops, 1):
        lines += _wrapped(f"{at}. {hop.provider}: {hop.why}", "   ")
    lines += _gaps(found)
    asked = list(questions(found))
    if asked:
        lines += ["", "Ask next:"]
        for each in asked:
            lines += _wrapped(f"- {each['whom']}: {each['what']} Answer by {each['by_utc']} UTC.", "  ")
        lines += _wrapped(CLOCK_NOTE, "")
    for provider in providers:
        for note in provider.notes:
            lines += _wrapped(f"Note on {provider.name}: {note}", "  ")
    lines += ["", _verdict(found)]
    return "\n".join(lines)


def _verdict(found: Traceback) -> str:
    if found.complete:
        last = found.hops[-1]
        return f"COMPLETE: the call began at {last.provider}, with {last.customer}."
    lost = sum(hop.state != "found" for hop in found.hops)
    return f"NOT COMPLETE: {len(found.gaps)} gaps; {lost} of {len(found.hops)} hops are not certain."


def _gaps(found: Traceback) -> Iterator[str]:
    if found.gaps:
        yield ""
    for gap in found.gaps:
        where = f"GAP AFTER {gap.after}: {gap.missing or 'NOBODY KNOWN'} IS MISSING."
        yield from _wrapped(f"{where.upper()} {gap.why}", "   ")


_HEAD = ("", "provider", "role", "came from", "its clock (UTC)", "att. in/out", "signer", "record", "action")


def _row(at: int, hop: Hop, peers: Peers) -> tuple[str, ...]:
    state = _STATES[hop.state] + (f" ({hop.candidates})" if hop.candidates else "")
    came = hop.upstream or (f"customer {hop.customer}" if hop.customer else "?")
    time = (clock(hop.start) or "-")[:19] + (f" ({hop.clock:+.0f} s)" if hop.clock is not None else "")
    signer = peers.signer(hop.spc)
    return (
        str(at), hop.provider, state or hop.role or "-", came, time,
        f"{hop.attest_seen or '-'}/{hop.attest_sent or '-'}",
        f"{hop.spc} {signer}" if hop.spc and signer else hop.spc or "-", hop.record or "-", hop.action or "-",
    )  # fmt: skip


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    from quivive.render.safe import plain

    table = [_HEAD, *([plain(cell)[:44] for cell in row] for row in rows)]
    used = [at for at in range(len(_HEAD)) if at < 5 or any(row[at] not in ("-", "-/-") for row in table[1:])]
    widths = {at: max(len(row[at]) for row in table) for at in used}
    return ["  ".join(row[at].ljust(widths[at]) for at in used).rstrip() for row in table]


def questions(found: Traceback) -> Iterator[dict[str, Any]]:
    """Whom to ask what, and by when: for each hop that is open."""
    by = found.hops[0].deadline if found.hops else None
    deadlines = [hop.deadline for hop in found.hops if hop.deadline]
    by = min(deadlines) if deadlines else by
    for hop in found.hops:
        if hop.state in ("silent", "refused"):
            yield _question(
                hop.provider,
                "Who handed you this call, over which trunk, with which attestation; or "
                "which customer made it?",
                hop.deadline,
            )
        elif hop.state == "not-found":
            below = hop.downstream or "The next provider"
            yield _question(
                hop.provider,
                f"{below} names you as who handed it the call, and your records show none: "
                "look again, with your clock's error and every number format.",
                hop.deadline,
            )
        elif hop.state == "ambiguous":
            yield _question(
                hop.provider,
                f"Which of the {hop.candidates or 'several'} calls that fit is it? Give the SIP "
                "Call-ID, the length, and the trunk it came in on.",
                by,
            )
    for gap in found.gaps:
        after = next((each for each in found.hops if each.provider == gap.after), None)
        if gap.missing is None and after is not None and after.state == "found" and not after.upstream:
            line = f" over '{after.ingress}'" if after.ingress else ""
            yield _question(after.provider, f"Who handed you the call{line}?", by)


def _question(whom: str, what: str, by: float | None) -> dict[str, Any]:
    return {"whom": whom, "what": what, "by": by, "by_utc": (clock(by) or "24 hours from now")[:19]}


def legs_json(calls: Sequence[Joined]) -> dict[str, Any]:
    """Calls that captures show, leg by leg."""
    return {"calls": [{"legs": [_leg(leg) for leg in call.legs], "why": list(call.why)} for call in calls]}


def _leg(leg: Leg) -> dict[str, Any]:
    names = (
        "provider",
        "capture",
        "start",
        "end",
        "source",
        "target",
        "calling",
        "called",
        "call_id",
        "answered",
        "attest",
    )
    return {name: getattr(leg, name) for name in names} | {
        "packets_compared": len(leg.sound),
        "streams": sorted(leg.streams),
    }


def legs_text(calls: Sequence[Joined]) -> str:
    """The same for reading."""
    lines = []
    for number, call in enumerate(calls, 1):
        one = "1 leg" if len(call.legs) == 1 else f"{len(call.legs)} legs"
        lines.append(f"Call {number}: {one}")
        for leg in call.legs:
            what = (
                f"{leg.calling or 'nobody shown'} calls {leg.called}"
                if leg.call_id
                else "sound without signalling"
            )
            lines += _wrapped(
                f"- {leg.provider} ({leg.capture}): {leg.source} to {leg.target}, {clock(leg.start)} UTC, "
                f"{leg.end - leg.start:.1f} s, {what}",
                "  ",
            )
        lines += [line for text in call.why for line in _wrapped(f"  One call: {text}", "  ")]
    return "\n".join(lines) or "The captures hold no call."


def _wrapped(text: str, indent: str) -> list[str]:
    from quivive.render.safe import plain

    return fill(plain(text), _WIDTH, subsequent_indent=indent, break_long_words=False).splitlines()
