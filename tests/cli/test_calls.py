"""`quivive calls`: do the commands say what the verifier, signer and linter found?"""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from calls.certificates.make import AT
from calls.signed import CALLEE, CALLER, X5U, identity, provider, root, token
from quivive.cli import cli

SIP = """INVITE sip:+{callee}@example.org SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
From: "Example Bank" <sip:+{caller}@example.com;user=phone>;tag=1
To: <sip:+{callee}@example.org;user=phone>
Call-ID: 1@192.0.2.1
CSeq: 1 INVITE
Identity: {identity}
Content-Length: 0

"""


def run(*args: str, data: bytes | None = None):
    return CliRunner().invoke(cli, ["calls", *args], input=data)


@pytest.fixture
def files(tmp_path):
    """A signed call, its certificate and its root as files."""
    written = {
        "identity": identity(),
        "bare": token(),
        "cert": provider().pem,
        "root": root().pem,
        "key": provider().key_pem,
        "sip": SIP.format(caller=CALLER, callee=CALLEE, identity=identity().decode())
        .replace("\n", "\r\n")
        .encode(),
    }
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in written}


def verify(files, *args: str):
    result = run("verify", "--trust", files["root"], "--at", str(AT), "--json", *args)
    return result.exit_code, json.loads(result.stdout)


def test_a_signed_call_is_valid_by_its_parts(files):
    status, said = verify(
        files, "--identity", files["identity"], "--cert", files["cert"], "--orig", CALLER, "--dest", CALLEE
    )
    assert status == 0
    assert {name: said[name] for name in ("verdict", "signature", "sip_code", "ppt", "attest")} == {
        "verdict": "valid", "signature": "valid", "sip_code": None, "ppt": "shaken", "attest": "A",
    }  # fmt: skip
    assert said["verstat"] == "TN-Validation-Passed"


def test_a_signed_call_is_valid_by_its_sip_request(files):
    status, said = verify(files, "--sip", files["sip"], "--cert", files["cert"])
    assert (status, said["verdict"]) == (0, "valid")


def test_a_caller_other_than_the_signed_one_is_invalid_with_reason_and_clause(files):
    status, said = verify(files, "--sip", files["sip"], "--cert", files["cert"], "--orig", "+1 202 555 0199")
    assert (status, said["verdict"], said["signature"], said["sip_code"]) == (1, "invalid", "valid", 438)
    (reason,) = [each for each in said["reasons"] if each["code"] == "caller-mismatch"]
    assert set(reason) == {"code", "text", "reference"}
    assert "RFC 8224" in reason["reference"]


def test_without_a_certificate_it_could_not_look(files):
    status, said = verify(files, "--sip", files["sip"])
    assert (status, said["verdict"], said["signature"]) == (3, "could-not-look", "not-checked")


def test_a_bare_passport_on_stdin_and_a_key_as_hex(files, tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = provider().key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    (tmp_path / "hex").write_text(point.hex() + "\n")
    result = run("verify", "--identity", "-", "--pubkey", str(tmp_path / "hex"), "--json", data=token())
    said = json.loads(result.stdout)
    assert said["signature"] == "valid"
    assert "caller-missing" in [each["code"] for each in said["reasons"]]


def test_the_words_say_what_holds_and_what_does_not(files):
    args = ["verify", "--sip", files["sip"], "--cert", files["cert"], "--trust", files["root"]]
    good = run(*args, "--at", "2026-11-22T12:00:00Z").stdout
    assert good.startswith("VALID")
    assert "the provider knows the customer" in good
    bad = run(*args, "--at", "2026-11-22T15:00:00Z").stdout
    assert bad.startswith("INVALID")
    assert "too long before the call" in bad


def test_what_was_signed_is_verified(files, tmp_path):
    signed = run(
        "sign", "--key", files["key"], "--cert", files["cert"], "--x5u", X5U, "--orig", CALLER,
        "--dest", CALLEE, "--attest", "B", "--at", str(AT),
    )  # fmt: skip
    assert signed.exit_code == 0
    (tmp_path / "signed").write_text(signed.stdout)
    _, said = verify(files, "--identity", str(tmp_path / "signed"), "--cert", files["cert"],
                     "--orig", CALLER, "--dest", CALLEE)  # fmt: skip
    assert (said["verdict"], said["attest"]) == ("valid", "B")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (["--attest", "A", "--ppt", "div"], "attest"),
        (["--ppt", "shaken"], "does not attest"),
        (["--attest", "A", "--orig", "nobody"], "neither a telephone number"),
        (["--ppt", "invented"], "no kind of token"),
    ],
)
def test_what_cannot_be_signed_is_refused_with_the_reason(files, change, why):
    args = ["sign", "--key", files["key"], "--x5u", X5U, "--dest", CALLEE, "--orig", CALLER, *change]
    result = run(*args)
    assert result.exit_code != 0
    assert why in str(result.exception)


def test_a_table_of_the_users_changes_the_answer(files, tmp_path):
    (tmp_path / "table.yaml").write_text("codes: {callee-mismatch: {sip: 403}}")
    _, said = verify(files, "--sip", files["sip"], "--cert", files["cert"], "--dest", "12025550188",
                     "--refusals", str(tmp_path / "table.yaml"))  # fmt: skip
    assert said["sip_code"] == 403


def test_lint_prints_a_row_for_each_certificate(files):
    result = run("lint", files["cert"], files["root"], "--jsonl")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [set(row) for row in rows] == [{"name", "sha256", "findings"}] * 2
    assert all(isinstance(code, str) for row in rows for code in row["findings"])


def test_a_token_dated_long_ago_keeps_its_valid_signature(files):
    status, said = verify(files, "--identity", files["bare"], "--cert", files["cert"], "--orig", CALLER,
                          "--dest", CALLEE, "--at", str(AT + 9999))  # fmt: skip
    assert (status, said["signature"], said["sip_code"]) == (1, "valid", 403)


def test_a_number_that_may_not_call_is_told_with_its_statute():
    result = run("caller", "+49110", "--to", "+49 30 23125 111")
    assert result.exit_code == 1
    assert "emergency number" in result.stdout
    assert "§ 120" in result.stdout


def test_what_is_not_known_of_the_trunk_is_cannot_tell():
    args = ["caller", "+44 20 7946 0123", "--to", "+44 161 496 0999", "--json"]
    assert run(*args).exit_code == 3
    assert run(*args, "--trunk", "international").exit_code == 1
    assert run(*args, "--trunk", "national").exit_code == 0


def test_a_number_that_no_rule_speaks_against_is_not_called_genuine():
    result = run("caller", "+44 20 7946 0123", "--to", "+44 161 496 0999", "--trunk", "national")
    assert "does not prove who calls" in " ".join(result.stdout.split())
