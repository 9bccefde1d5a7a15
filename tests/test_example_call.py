"""Do the call and the voice message of the example case show what their page (examples/README.md) says?"""

from __future__ import annotations

import io
import json
import struct
import wave
from array import array

import pytest
from click.testing import CliRunner

from conftest import NOON, ROOT
from quivive import config
from quivive.cli import cli
from quivive.model import Report
from quivive.workbench import Workbench
from test_docs import load

CALL = ROOT / "examples" / "grandchild" / "7-phone-call.pcap"
MESSAGE = ROOT / "examples" / "grandchild" / "8-voicemail.opus"
CONFIG = ROOT / "examples" / "quivive.toml"


def examined(settings: config.Settings) -> Report:
    return Workbench(settings, clock=lambda: NOON).check(CALL, keep=True)


@pytest.fixture(scope="module")
def at_the_company() -> Report:
    """With the certificate, root, revocation list and trunks that the telephone company has."""
    return examined(config.load(CONFIG, environ={}))


@pytest.fixture
def elsewhere(tmp_path) -> Report:
    return examined(config.load(environ={"QUIVIVE_HOME": str(tmp_path)}))


def kinds(report: Report) -> dict[str, str]:
    return {found.code: found.kind for found in report.findings}


def test_the_call_was_made_between_numbers_for_fiction_and_took_place(at_the_company):
    (call,) = [found for found in at_the_company.findings if found.code == "capture/call"]
    assert "442079460123" in call.message
    assert "441632960177" in call.message
    assert "2026-11-03 09:40:00" in call.message


def test_the_copied_identity_is_refused_for_caller_and_callee(at_the_company):
    assert at_the_company.attention == "act"
    stir = {code: kind for code, kind in kinds(at_the_company).items() if code.startswith("stir/")}
    assert stir == {
        "stir/caller-mismatch": "fail",
        "stir/callee-mismatch": "fail",
        "stir/signature-genuine": "pass",
    }


def test_the_british_number_from_abroad_is_refused_by_the_trunk(at_the_company):
    assert kinds(at_the_company)["caller/gb-from-abroad"] == "fail"


def test_without_the_certificate_the_mismatches_stand_and_the_signature_was_not_looked_at(elsewhere):
    found = kinds(elsewhere)
    assert elsewhere.attention == "act"
    assert found["stir/caller-mismatch"] == found["stir/callee-mismatch"] == "fail"
    assert found["stir/certificate-not-at-hand"] == "open"
    assert "caller/gb-from-abroad" not in found


def test_the_signature_itself_is_valid_and_the_certificate_was_good_at_the_time(at_the_company, tmp_path):
    (invite,) = [item for item in at_the_company.items if item.media_type == "message/sip"]
    (tmp_path / "invite.sip").write_bytes(invite.data)
    args = ["calls", "verify", "--sip", str(tmp_path / "invite.sip"), "--at", invite.received_at.isoformat(),
            "--config", str(CONFIG), "--json"]  # fmt: skip
    done = CliRunner().invoke(cli, args)
    verdict = json.loads(done.output)
    assert done.exit_code == 1
    assert (verdict["verdict"], verdict["signature"]) == ("invalid", "valid")
    assert (verdict["ppt"], verdict["attest"], verdict["sip_code"]) == ("shaken", "A", 438)
    assert [reason["code"] for reason in verdict["reasons"]] == ["caller-mismatch", "callee-mismatch"]


@pytest.mark.parametrize(("speaker", "seconds"), [("caller", 10.0), ("callee", 2.0)])
def test_what_was_said_can_be_played(at_the_company, speaker, seconds):
    (item,) = [item for item in at_the_company.items if item.name.endswith(f"call-1-{speaker}.wav")]
    assert item.media_type == "audio/x-wav"
    with wave.open(io.BytesIO(item.data)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        samples = array("h", sound.readframes(sound.getnframes()))
    assert len(samples) / 8000 > seconds
    assert max(samples) > 5000, "somebody speaks"


def test_both_are_heard_over_the_telephone_and_judged_where_there_is_speech_enough(elsewhere):
    found = kinds(elsewhere)
    assert found["speech/heard-telephone"] == "informational"
    assert found["voice/insufficient-speech"] == "open"
    assert elsewhere.score("synthetic-voice") is not None


def test_the_voice_message_is_judged_by_its_sound_and_its_words_raise_the_red_flags(tmp_path):
    settings = config.load(environ={"QUIVIVE_HOME": str(tmp_path)})
    report = Workbench(settings, clock=lambda: NOON).check(MESSAGE)
    found = kinds(report)
    assert found["speech/heard-wideband"] == found["words/english"] == "informational"
    assert len([code for code in found if code.startswith("voice/")]) == 1
    assert report.weight("synthetic-voice") is not None
    assert {code for code, kind in found.items() if code.startswith("flag/") and kind == "fail"}
    assert report.attention in ("act", "look")


def test_nothing_of_the_sound_is_missing_or_cut(at_the_company):
    blemishes = {"capture/gaps", "capture/audio-damaged", "capture/audio-cut", "capture/damaged"}
    assert not blemishes & set(kinds(at_the_company))


def test_it_is_small_and_no_private_key_lies_beside_it():
    assert CALL.stat().st_size <= 400_000
    assert MESSAGE.stat().st_size <= 40_000
    files = [path for path in (ROOT / "examples").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert not [path for path in files if b"PRIVATE KEY" in path.read_bytes()]


def test_dating_a_recording_moves_its_clock_and_nothing_else():
    make = load("make_call", ROOT / "examples" / "make_call.py")
    capture = CALL.read_bytes()
    later = make.dated(capture, make.STARTS.timestamp() + 3600.0)
    assert struct.unpack_from("<I", later, 24)[0] == struct.unpack_from("<I", capture, 24)[0] + 3600
    assert make.dated(later, make.STARTS.timestamp()) == capture


def test_checksums_left_open_are_filled_in_as_rfc_768_has_it():
    make = load("make_call", ROOT / "examples" / "make_call.py")
    # by hand: 192.0.2.1 + 192.0.2.2 + 17 + 2 × length 10 + ports 1 and 2 + the word 'hi', in ones' complement
    udp = struct.pack(">4H", 1, 2, 10, 0xBEEF) + b"hi"
    frame = bytes(26) + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + udp
    total = 0xC000 + 0x0201 + 0xC000 + 0x0202 + 17 + 10 + 1 + 2 + 10 + 0x6869
    total = (total & 0xFFFF) + (total >> 16)
    assert struct.unpack_from(">H", make.checked(frame), 40)[0] == ~total & 0xFFFF
