"""Hostile inputs, each in a child process with limits on memory and processor time."""

from __future__ import annotations

import base64
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

MEMORY = 4 * 2**30
"""Bytes of address space; libraries alone reserve about half of it."""
SECONDS = 120


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def check(path: Path, *args: str) -> tuple[dict, str]:
    """The report of a path examined under limits, and its HTML."""
    command = [sys.executable, "-m", "quivive", "check", str(path), "--no-embeddings", "--exit-zero", *args]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--json"],
        capture_output=True,
        preexec_fn=limited,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert b"Traceback" not in done.stderr
    return json.loads(done.stdout), done.stderr.decode()


def mail(body: str = "hello", **headers: str) -> bytes:
    fields = {"From": "a@example.org", "To": "b@example.org", "Subject": "s", **headers}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()).encode() + (
        b"\r\n" + body.encode()
    )


def bomb(levels: int = 4, width: int = 10) -> bytes:
    """Zip files in zip files around ten megabytes of zeros each: ten thousand times that when opened."""
    data = b"\0" * 10_000_000
    for level in range(levels):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(width):
                archive.writestr(f"{level}-{number}.{'zip' if level else 'bin'}", data)
        data = out.getvalue()
    return data


def deep_mime(depth: int) -> bytes:
    head = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: deep\r\nMIME-Version: 1.0\r\n"
    for number in range(depth):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
    return head + b"Content-Type: text/plain\r\n\r\nat the bottom\r\n"


def attached(data: bytes, name: str) -> bytes:
    encoded = base64.encodebytes(data).decode()
    head = f"Content-Type: application/zip; name={name}\r\nContent-Transfer-Encoding: base64"
    body = f"--x\r\n{head}\r\n\r\n{encoded}\r\n--x--"
    return mail(body, MIME_Version="1.0", Content_Type="multipart/mixed; boundary=x")


CASES = {
    "bomb.zip": lambda: bomb(),
    "bomb_in_mail.eml": lambda: attached(bomb(), "a.zip"),
    "deep.eml": lambda: deep_mime(10_000),
    "big.eml": lambda: mail("lorem ipsum dolor " * 2_900_000),
    "big_attachment.eml": lambda: attached(os.urandom(35_000_000), "a.zip"),
    "many_headers.eml": lambda: b"".join(b"X-H%d: v\r\n" % n for n in range(300_000)) + mail(),
    "long_header.eml": lambda: mail(Subject="=?utf-8?b?QUFB?= " * 300_000),
    "many_parts.eml": lambda: mail("--x\r\n\r\na\r\n" * 100_000, Content_Type="multipart/mixed; boundary=x"),
    "laughs.xml": lambda: (
        '<?xml version="1.0"?><!DOCTYPE smses [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
        + ']><smses count="1"><sms address="1" date="1" type="1" body="&j;"/></smses>'
    ).encode(),
    "deep.json": lambda: b'{"messages":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep.html": lambda: b"<html><body>" + b"<div>" * 200_000 + b"x",
    "long_line.txt": lambda: b"a" * 30_000_000,
    "marks.txt": lambda: ("e" + "\u0301" * 2_000_000).encode(),
    "links.txt": lambda: b"http://a.example/ " * 200_000,
    "dots.html": lambda: b"<a href='http://" + b"a." * 500_000 + b"'>x</a>",
    "broken.pdf": lambda: (
        b"%PDF-1.7\n" + b"1 0 obj<</Kids[1 0 R]/Type/Pages/Count 99999999>>endobj\n" * 20_000
    ),
    "huge.png": lambda: base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAA//8AAP//CAYAAAC+bC9dAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_ends_within_limits_and_says_what_it_could_not_see(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(CASES[name]())
    report, _ = check(path)
    assert report["attention"] in ("act", "look", "nothing-found", "could-not-look")
    assert not [e for e in report["examinations"] if "report it as a bug" in str(e["skipped"])]


def test_what_a_bomb_hides_is_not_passed_over_in_silence(tmp_path):
    path = tmp_path / "bomb.zip"
    path.write_bytes(bomb())
    report, _ = check(path)
    assert report["not_reached"] or any(e["skipped"] for e in report["examinations"])


def test_script_in_every_field_of_a_mail_stays_inert(tmp_path):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    data = mail(
        f"<html>{evil}<a href='javascript:alert(1)'>x</a></html>",
        From=f'"{evil}" <a@example.org>',
        Subject=evil,
        Reply_To=f'"{evil}" <b@example.net>',
        Content_Type="text/html",
    )
    path = tmp_path / "<img src=x>.eml"
    path.write_bytes(data)
    page = tmp_path / "r.html"
    check(path)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "quivive",
            "check",
            str(path),
            "--exit-zero",
            "--format",
            "html",
            "-o",
            str(page),
        ],
        check=True,
    )
    html = page.read_text("utf-8")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_terminal_escapes_do_not_reach_the_terminal():
    text = "\x1b]0;owned\x07\x1b[2J\x9b31m pay now \u202egnp.exe"
    done = subprocess.run(
        [sys.executable, "-m", "quivive", "check", "--text", text, "--exit-zero", "-vv"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert not any(byte in done.stdout for byte in (b"\x1b", b"\x07", "\x9b".encode(), "\u202e".encode()))


def _without_network() -> list[str] | None:
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if (
            shutil.which("unshare")
            and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
        ):
            return command
    return None


def test_it_works_with_the_network_removed():
    command = _without_network()
    if command is None:
        pytest.skip("this machine does not let a process leave the network (unshare -n)")
    done = subprocess.run(
        [*command, sys.executable, "-m", "quivive", "check", "examples/grandchild", "--json", "--exit-zero"],
        capture_output=True, cwd=ROOT, check=True,
    )  # fmt: skip
    reports = json.loads(done.stdout)
    assert [r["attention"] for r in reports[:3]] == ["act"] * 3
    # the example has a wallet, and no ledger lies beside it
    assert {e["detector"] for r in reports for e in r["examinations"] if e["skipped"]} == {"money.exposure"}
    assert "speech/heard-telephone" in {f["code"] for r in reports for f in r["findings"]}
