"""The SIP torture messages (RFC 4475) and SIPp templates that are shared: what does each hold?"""

from __future__ import annotations

import re

import pytest

from quivive.calls.sip.bodies import parts, sdp_of
from quivive.calls.sip.caller import call_of
from quivive.calls.sip.faults import faults
from quivive.calls.sip.message import parse, split

VALID = (
    "wsinv intmeth esc01 escnull esc02 lwsdisp longreq dblreq semiuri transports mpart01 unreason noreason"
)
FAULTY = {
    "badaspec": ["uri-whitespace"],
    "badbranch": ["branch-empty"],
    "baddate": ["date"],
    "baddn": ["head-unfinished", "display-name"],  # the shared copy lacks its last empty line
    "badinv01": ["parameter-empty", "via"],
    "badvers": ["version-unknown", "via"],
    "bcast": ["via-broadcast"],
    "bext01": ["extension-unknown"],
    "bigcode": ["status-code"],
    "clerr": ["body-short"],
    "escruri": ["uri-headers"],
    "insuf": ["header-missing", "max-forwards-missing"],
    "inv2543": ["max-forwards-missing", "from-tag-missing"],
    "invut": ["body-type-unknown"],
    "ltgtruri": ["request-uri-brackets"],
    "lwsruri": ["request-uri-whitespace"],
    "lwsstart": ["start-line-whitespace"],
    "mcl01": ["content-length-conflict"],
    "mismatch01": ["cseq-method"],
    "mismatch02": ["cseq-method"],
    "multi01": ["header-repeated"],
    "ncl": ["content-length"],
    "novelsc": ["uri-scheme-unknown"],
    "quotbal": ["display-name-quote"],
    "regaut01": ["scheme-unknown"],
    "regbadct": ["uri-needs-brackets"],
    "scalar02": ["number-range"],
    "scalarlg": ["number-range"],
    "test": [
        "version-missing", "line-without-colon", "header-missing", "uri-scheme-missing", "from-tag-missing",
        "sdp-line",
    ],
    "trws": ["start-line-whitespace"],
    "unkscm": ["uri-scheme-unknown"],
    "unksm2": ["uri-scheme-unknown"],
}  # fmt: skip
SOUND = "cparam01 cparam02 regescrt sdp01 zeromf"
"""Written as they should be: what a proxy must refuse in them is no matter of form (RFC 4475 §3.3, §3.4)."""
TABLE: dict[str, list[str]] = {name: [] for name in f"{VALID} {SOUND}".split()} | FAULTY


@pytest.fixture(scope="module")
def torture(shared_data):
    return shared_data / "calls" / "rfc4475"


@pytest.mark.parametrize("name", TABLE)
def test_each_torture_message_has_its_problems_and_no_others(torture, name):
    assert sorted(faults(parse((torture / f"{name}.dat").read_bytes()))) == sorted(TABLE[name])


def test_the_table_knows_every_shared_message(torture):
    assert {path.stem for path in torture.glob("*.dat")} == set(TABLE)


def read(torture, name):
    return parse((torture / f"{name}.dat").read_bytes())


def test_the_tortuous_invite_is_read_whole(torture):
    message = read(torture, "wsinv")
    assert (message.method, len(message.headers), len(message.body)) == ("INVITE", 14, 150)
    assert [via.split(b"/", 2)[2].split()[0] for via in message.all("via")] == [b"UDP", b"TCP", b"UDP"]
    call = call_of(message)
    assert call.sender
    assert call.sender.display == 'J Rosenberg \\"'
    assert call.sender.parameters["tag"] == "98asjd8"
    assert (call.caller, call.callees) == (
        "sip:jdrosen@example.com",
        ("sip:vivekg@chair-dnrc.example.com",),
    )


def test_the_escapes_mean_what_they_say(torture):
    call = call_of(read(torture, "esc01"))
    assert call.target == "sip:sips%3Auser%40example.com@example.net"
    assert call.callees == ("sip:user@example.com",)
    assert read(torture, "esc02").method == "RE%47IST%45R"
    assert len(read(torture, "esc02").all("contact")) == 2  # 'C%6Fntact' is another field


def test_a_semicolon_in_a_name_begins_no_parameter(torture):
    assert call_of(read(torture, "semiuri")).target == "sip:user;par=u%40example.net@example.com"


def test_the_second_request_of_a_datagram_is_found(torture):
    data = (torture / "dblreq.dat").read_bytes()
    message = parse(data)
    assert (message.method, message.body) == ("REGISTER", b"")
    assert parse(message.extra).method == "INVITE"
    assert [parse(each).method for each in split(data)] == ["REGISTER", "INVITE"]


def test_the_parts_of_a_multipart_are_read(torture):
    assert [(part.media_type, len(part.data)) for part in parts(read(torture, "mpart01"))] == [
        ("text/plain", 5),
        ("application/octet-stream", 342),
    ]


def test_a_telephone_call_of_2001_is_read(torture):
    call = call_of(read(torture, "inv2543"))
    assert call.caller == "13035551111"
    assert call.callees == ("16505552222",)


@pytest.mark.parametrize("name", ["wsinv", "esc01", "longreq", "unreason", "clerr", "quotbal"])
def test_the_session_descriptions_are_read(torture, name):
    described = sdp_of(read(torture, name))
    assert described
    assert [
        (medium.kind, medium.port, medium.formats[min(medium.formats)].name) for medium in described.media
    ] == [
        ("audio", 49217, "PCMU"),
        ("video", 3227, "H261"),
    ]


# --- the SIPp templates of the Asterisk test suite ---

FILLED = {
    "dest": "12155550199", "service": "12155550100", "remote_ip": "192.0.2.1", "remote_port": "5060",
    "transport": "UDP", "local_ip": "192.0.2.2", "local_port": "5062", "branch": "z9hG4bK-1",
    "media_ip": "192.0.2.2", "call_number": "1", "call_id": "1-1@192.0.2.2",
    "media_ip_type": "4", "media_port": "6000",
}  # fmt: skip


def sent(template):
    """The INVITE of a SIPp scenario, as SIPp sends it."""
    text = re.search(r"<!\[CDATA\[\s*(INVITE.*?)\]\]>", template, re.DOTALL)
    assert text
    filled = re.sub(r"\[(\w+)\]", lambda m: FILLED.get(m[1], m[0]), text[1])
    lines = [line.strip() for line in filled.splitlines()]
    head, body = "\r\n".join(lines).split("\r\n\r\n", 1)
    body = body.strip() + "\r\n"
    return f"{head.replace('[len]', str(len(body)))}\r\n\r\n{body}".encode()


def test_every_sipp_invite_is_read(shared_data):
    paths = sorted((shared_data / "calls" / "asterisk-keys").glob("*_sipp_inv*.xml"))
    assert len(paths) == 9
    for path in paths:
        message = parse(sent(path.read_text("utf-8")))
        call, described = call_of(message), sdp_of(message)
        assert faults(message) == (), path.name
        assert described
        assert described.media[0].address == "192.0.2.2"
        if "anon" in path.name:
            assert (call.caller, call.anonymous) == (None, True)
        else:
            assert call.caller
            assert (call.caller.isdigit(), call.anonymous) == (True, False)
            assert len(call.identities) == bool(
                re.search(r"^\s*Identity:", path.read_text("utf-8"), re.MULTILINE)
            )
