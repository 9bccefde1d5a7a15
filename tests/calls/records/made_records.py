"""Call records as several programs write them, of the same made-up calls."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

FIRST = 1_772_427_605  # 2026-03-02 05:00:05 UTC


@dataclass(frozen=True)
class Made:
    """One call as it was: Unix seconds, seconds of ringing and talking, numbers."""

    number: int
    start: int
    ring: int
    seconds: int
    calling: int
    called: int

    @property
    def answered(self) -> bool:
        return self.seconds > 0


def calls(count: int = 40, seed: int = 7) -> list[Made]:
    dice = random.Random(seed)
    return [
        Made(n, FIRST + 37 * n, dice.randrange(2, 20), dice.choice((0, dice.randrange(1, 300))),
             12025550100 + dice.randrange(100), 12125550100 + dice.randrange(100))
        for n in range(count)
    ]  # fmt: skip


def clock(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}"


def rows(lines: Iterable[Iterable[object]], delimiter: str = ",", quoting: int = csv.QUOTE_ALL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(lines)  # type: ignore[arg-type]
    return text.getvalue()


def asterisk(made: Iterable[Made]) -> str:
    """cdr_csv's Master.csv with uniqueid and userfield."""
    return rows(
        ["", c.calling, c.called, "from-trunk", f'"Alex, desk" <{c.calling}>', f"PJSIP/acme-{c.number:08x}",
         f"PJSIP/out-{c.number:08x}", "Dial", "PJSIP/1,30", clock(c.start),
             clock(c.start + c.ring) if c.answered else "",
         clock(c.start + c.ring + c.seconds), c.ring + c.seconds, c.seconds,
             "ANSWERED" if c.answered else "NO ANSWER",
         "DOCUMENTATION", f"{c.start}.{c.number}", ""]
        for c in made
    )  # fmt: skip


def _freeswitch(c: Made) -> list[object]:
    return ["Alex", f"+{c.calling}", f"+{c.called}", "default", clock(c.start),
            clock(c.start + c.ring) if c.answered else "", clock(c.start + c.ring + c.seconds),
                c.ring + c.seconds,
            c.seconds, "NORMAL_CLEARING" if c.answered else "NO_ANSWER", f"uuid-{c.number}", "",
                ""]  # fmt: skip


def freeswitch(made: Iterable[Made]) -> str:
    """mod_cdr_csv with its template 'example'."""
    return rows([*_freeswitch(c), "PCMU", "PCMU"] for c in made)


def freeswitch_sql(made: Iterable[Made]) -> str:
    """mod_cdr_csv with its template 'sql'."""
    return "".join(f"INSERT INTO cdr VALUES ({rows([_freeswitch(c)]).strip()});\n" for c in made)


def freeswitch_json(c: Made) -> str:
    """mod_json_cdr: a file a call, times in microseconds, texts as in a URL."""
    answered = c.start + c.ring if c.answered else 0
    variables = {
        "start_uepoch": str(c.start * 1_000_000), "answer_uepoch": str(answered * 1_000_000),
        "end_uepoch": str((c.start + c.ring + c.seconds) * 1_000_000),
        "start_stamp": clock(c.start).replace(" ", "%20"),
        "duration": str(c.ring + c.seconds), "billsec": str(c.seconds),
        "hangup_cause_q850": "16" if c.answered else "19",
        "sip_network_ip": "192.0.2.7", "sip_call_id": f"{c.number}%40pbx.example", "uuid": f"uuid-{c.number}",
    }  # fmt: skip
    profile = {"caller_id_number": f"%2B{c.calling}".replace("%2B", "+"), "destination_number": str(c.called)}
    return json.dumps({"core-uuid": "x", "variables": variables, "callflow": [{"caller_profile": profile}]})


def kamailio_rows(made: Iterable[Made]) -> list[dict[str, object]]:
    """acc's transactions: an INVITE a call, with the time of its final reply, and a BYE if answered."""
    found: list[dict[str, object]] = []
    for c in made:
        replied = c.start + c.ring
        found.append({"method": "INVITE", "from_tag": f"f{c.number}", "to_tag": f"t{c.number}",
            "callid": f"id{c.number}",
                      "sip_code": 200 if c.answered else 487, "sip_reason": "OK", "time": replied,
                      "src_user": f"+{c.calling}",
                      "src_domain": "a.example", "src_ip": "192.0.2.9", "dst_ouser": "x",
                      "dst_user": c.called,
                      "dst_domain": "b.example"})  # fmt: skip
        if c.answered:  # here the called side hangs up: tags are the other way round
            found.append({"method": "BYE", "from_tag": f"t{c.number}", "to_tag": f"f{c.number}",
                "callid": f"id{c.number}",
                          "sip_code": 200, "sip_reason": "OK", "time": replied + c.seconds, "src_user": "",
                          "src_domain": "",
                          "src_ip": "", "dst_ouser": "", "dst_user": "", "dst_domain": ""})  # fmt: skip
    return sorted(found, key=lambda row: str(row["time"]))


def kamailio_log(made: Iterable[Made]) -> str:
    names = {"time": "timestamp", "callid": "call_id", "sip_code": "code", "sip_reason": "reason"}
    order = ("time", "method", "from_tag", "to_tag", "callid", "sip_code", "sip_reason", "src_user",
        "src_domain", "src_ip",
             "dst_ouser", "dst_user", "dst_domain")  # fmt: skip
    return "".join(
        "Mar  2 05:00:00 sbc kamailio[17]: NOTICE: acc [acc.c:279]: acc_log_request(): ACC: "
        f"{'call missed' if row['sip_code'] == 487 else 'transaction answered'}: "
        + ";".join(f"{names.get(name, name)}={row[name]}" for name in order) + "\n"
        for row in kamailio_rows(made)
    ) + "Mar  2 05:00:01 sbc kamailio[17]: INFO: another line\n"  # fmt: skip


def kamailio_flat(made: Iterable[Made]) -> str:
    return "".join("|".join(str(value) for value in row.values()) + "\n" for row in kamailio_rows(made))


def kamailio_text(made: Iterable[Made]) -> str:
    """db_text: a line of names and types, then rows of colons."""
    found = kamailio_rows(made)
    kinds = " ".join(f"{name}({'int' if name == 'time' else 'string'})" for name in found[0])
    escaped = ([str(value).replace(":", "\\:") for value in row.values()] for row in found)
    return f"id(int,auto) {kinds}\n" + "".join(f"{n}:{':'.join(row)}\n" for n, row in enumerate(escaped, 1))


def kamailio_table(made: Iterable[Made]) -> str:
    """The table acc as a database writes it out: times as its clock shows them."""
    found = kamailio_rows(made)
    return rows([["id", *found[0]], *([n, *(clock(int(str(v))) if k == "time" else v for k, v in row.items())]
                                      for n, row in enumerate(found))],
                                          quoting=csv.QUOTE_MINIMAL)  # fmt: skip


def journal(made: Iterable[Made]) -> str:
    """What the service writes down of each call it answered."""
    return "".join(
        json.dumps({"start": c.start + 0.25, "service": "sip", "calling": str(c.calling),
            "called": str(c.called),
                    "call_id": f"id{c.number}", "trunk": "acme", "action": "route-on", "sip_code": 404,
                    "verdict": "valid",
                    "verstat": "TN-Validation-Passed", "attest": "A", "spc": "709J", "certificate": "ab12",
                    "x5u": "https://x.example/a.pem", "origid": "o1", "reasons": []}) + "\n"
        for c in made
    )  # fmt: skip
