"""Every wrapping that certificates come in, and one bad certificate that stops nothing."""

import base64
import json
from hashlib import sha256

from calls.lint import made as m
from calls.lint.made import made
from quivive.calls.lint import lint_lines

SOUND, SHORT = made(), made(serial=77)


def rows(name, data):
    return [linted.row() for linted in lint_lines(name, data)]


def pem(der, label=b"CERTIFICATE"):
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, base64.encodebytes(der), label)


def expected(name, der, *codes):
    return {"name": name, "sha256": sha256(der).hexdigest(), "findings": list(codes)}


def test_der_base64_and_pem_are_one_row():
    for data in (
        SOUND,
        base64.b64encode(SOUND),
        base64.encodebytes(SOUND),
        pem(SOUND),
        b"Mine:\n" + pem(SOUND),
    ):
        assert rows("c.pem", data) == [expected("c.pem", SOUND)]


def test_a_chain_is_a_row_for_each_certificate():
    chain = pem(SOUND) + pem(b"\x30\x00", b"EC PRIVATE KEY") + pem(SHORT)
    assert rows("chain.pem", chain) == [
        expected("chain.pem#1", SOUND),
        expected("chain.pem#2", SHORT, "e_atis_serial_number_size"),
    ]


def test_json_lines_are_named_by_themselves_or_by_their_place():
    lines = [
        {"cert": base64.b64encode(SOUND).decode(), "name": "own"},
        {"cert": base64.b64encode(SHORT).decode(), "sha256": "as told"},
        {"cert": base64.b64encode(SHORT).decode()},
    ]
    data = b"\xef\xbb\xbf" + b"\n\n".join(json.dumps(line).encode() for line in lines)
    assert rows("f.jsonl", data) == [
        expected("own", SOUND),
        expected("as told", SHORT, "e_atis_serial_number_size"),
        expected("f.jsonl:5", SHORT, "e_atis_serial_number_size"),
    ]


def test_a_row_that_says_when_it_was_tested_is_judged_by_the_rules_of_then():
    plain = {"cert": base64.b64encode(made({**m.LEAF, "SN": "1"})).decode(), "name": "x"}
    for told, codes in (
        ("06 Jul 23 14:05 UTC", ["e_atis_certificate_policies"]),
        ("2023-07-06T14:05:00+00:00", ["e_atis_certificate_policies"]),
        ("2023-07-06", ["e_atis_certificate_policies"]),
        ("18 Aug 25 20:04 UTC", []),
        ("some day", []),
        (None, []),
    ):
        (row,) = rows("f", json.dumps({**plain, "tested": told}).encode())
        assert row["findings"] == codes, told


def test_findings_that_a_row_brings_along_have_no_say():
    line = {"cert": base64.b64encode(SOUND).decode(), "findings": [{"code": "e_atis_version"}]}
    assert rows("f", json.dumps(line).encode())[0]["findings"] == []


def test_what_does_not_read_is_a_row_with_the_reason_and_stops_nothing():
    good = json.dumps({"cert": base64.b64encode(SOUND).decode(), "name": "good"}).encode()
    bad = [b"{", b"[]", b'{"cert": 5}', b'{"cert": "\xc3\xa9"}', b'{"cert": "MAA="}', b"{" * 100_000]
    got = rows("f", b"\n".join([good, *bad, good]))
    assert [row["name"] for row in got] == ["good", "f:2", "f:3", "f:4", "f:5", "f:6", "f:7", "good"]
    assert all(("error" in row) == (row["name"] != "good") for row in got)
    assert all(row["findings"] == [] for row in got)


def test_a_file_without_a_certificate_is_one_row_with_the_reason():
    for data in (b"", b"hello", pem(SOUND, b"EC PRIVATE KEY"), b"-----BEGIN CERTIFICATE-----\nAAAA"):
        (row,) = rows("f", data)
        assert row["error"], data
