"""How is a traceback told, on paper and on a screen? Hops as steps in words, and where to draw them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from quivive.calls.traceback import answers
from quivive.calls.traceback.hops import Hop
from quivive.calls.traceback.opening import Whole

STATES = {
    "found": "answered",
    "ambiguous": "several calls fit, none is certain",
    "silent": "no answer",
    "not-found": "found no such call",
    "refused": "will not tell",
}
ROLES = {
    "terminating": "serves the called party",
    "intermediate": "passed the call on",
    "gateway": "took the call in from abroad",
    "originating": "the call began here",
}
_FACTS = {
    "role": "Role",
    "upstream": "Got the call from",
    "customer": "Own customer",
    "start": "Time by its own clock",
    "clock": "Its clock",
    "calling": "Calling number seen",
    "called": "Called number seen",
    "call_id": "Call-ID",
    "attest_seen": "Attestation received",
    "attest_sent": "Attestation sent on",
    "spc": "Signed by provider code",
    "ingress": "Came in on",
    "egress": "Went out on",
    "downstream": "Handed the call to",
    "record": "Record",
    "candidates": "Calls that fit",
    "action": "What it did",
    "deadline": "Answer due",
    "why": "Explanation",
}


@dataclass(frozen=True)
class Step:
    """One hop for people: `column` and `row` place it in the picture, `above` is the step that led to it."""

    number: int
    provider: str
    state: str
    said: str
    facts: tuple[tuple[str, str], ...]
    column: int
    row: int
    above: int | None


def steps(whole: Whole) -> list[Step]:
    """The hops in order, from the called party upstream; a second upstream gets a column of its own."""
    made: list[Step] = []
    columns = 0
    for number, (hop, above) in enumerate(zip(whole.traceback.hops, whole.asked_by, strict=True)):
        beside = any(other == above for other in whole.asked_by[:number])
        columns += beside
        column = columns if beside else made[above].column if above is not None else 0
        row = made[above].row + 1 if above is not None else 0
        name, said = harmless(hop.provider), STATES[hop.state]
        made.append(Step(number + 1, name, hop.state, said, facts(hop), column, row, above))
    return made


def facts(hop: Hop) -> tuple[tuple[str, str], ...]:
    """What the hop says, field by field, in words; what it does not say is left out."""
    told = []
    for name, label in _FACTS.items():
        value = getattr(hop, name)
        if value is None or value == "" or (name == "candidates" and not value):
            continue
        told.append((label, harmless(_words(name, value))))
    return tuple(told)


def _words(name: str, value: object) -> str:
    if name in ("start", "deadline"):
        return answers.for_people(float(str(value)))
    if name == "clock":
        ahead = float(str(value))
        return f"{abs(ahead):.1f} seconds {'ahead' if ahead >= 0 else 'behind'}"
    return ROLES.get(str(value), str(value)) if name == "role" else str(value)


def harmless(text: str) -> str:
    """Without characters that move a cursor or turn the direction of reading."""
    return "".join("�" if unicodedata.category(char)[0] == "C" or char in "\u2028\u2029" else char
                   for char in text)  # fmt: skip


def result(whole: Whole) -> str:
    """What came of it, in one sentence."""
    found = whole.traceback
    missing = len(found.gaps)
    if found.complete:
        ends = [hop for hop in found.hops if hop.role == "originating" or hop.customer]
        who = f", customer {harmless(ends[-1].customer)}" if ends[-1].customer else ""
        return f"The call began at {harmless(ends[-1].provider)}{who}. No provider on the way is missing."
    places = "one place" if missing == 1 else f"{missing} places"
    return f"The way of the call is not known as a whole: {places} nobody accounts for."


def as_text(whole: Whole) -> str:
    """The whole for a terminal."""
    lines = [f"{harmless(whole.case)}: {result(whole)}", ""]
    for step in steps(whole):
        after = "" if step.above is None else f", asked because of step {step.above + 1}"
        lines.append(f"{step.number}. {step.provider}: {step.said}{after}")
        lines += [f"     {label}: {value}" for label, value in step.facts]
    for gap in whole.traceback.gaps:
        missing = harmless(gap.missing or "nobody knows who")
        lines.append(f"GAP after {harmless(gap.after)}: {missing}. {harmless(gap.why)}")
    lines += [f"OVERDUE: {harmless(each)}" for each in whole.overdue]
    lines += [f"Note: {harmless(each)}" for each in whole.notes]
    return "\n".join(lines) + "\n"
