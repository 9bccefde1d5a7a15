"""Reading certificates: wholly, or not at all."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import random
import warnings
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import load_der_x509_certificate

from calls.certificates.make import AT, authority, chain, constraints_der, issue, key, tlv, tn_auth_list_der
from quivive.calls.certificates import certificate
from quivive.calls.certificates.certificate import read, read_chain
from quivive.calls.certificates.constraints import Constraints
from quivive.errors import Unreadable

ROOT = authority()
LEAF = issue(ROOT, spc="709J")


def test_it_reads_what_a_certificate_says() -> None:
    found = read(LEAF.der)
    assert (found.subject, found.issuer) == (
        "CN=SHAKEN 709J,O=Example Telecom,C=US",
        "CN=Test STI Root,O=Example Telecom,C=US",
    )
    assert (found.not_before, found.not_after) == (AT - 86400, AT + 30 * 86400)
    assert found.tn_auth_list is not None
    assert found.tn_auth_list.spcs == ("709J",)
    assert found.key_usage == frozenset({"digitalSignature"})
    assert found.policies == ("2.16.840.1.114569.1.1.1",)
    assert found.signs_es256
    assert not found.is_ca
    assert read(ROOT.der).is_ca


def test_it_reads_the_claim_constraints_of_both_extensions() -> None:
    made = issue(
        ROOT,
        spc="709J",
        constraints=constraints_der(["attest"]),
        enhanced=constraints_der(must_exclude=["rcd"]),
    )
    assert read(made.der).constraints == Constraints(("attest",), (), ("rcd",))


@pytest.mark.parametrize("form", ["PEM", "DER", "base64", "PEM in other text", "PEM after a key", "CRLF"])
def test_it_reads_every_form_in_use(form: str) -> None:
    data = {
        "PEM": LEAF.pem,
        "DER": LEAF.der,
        "base64": base64.encodebytes(LEAF.der),
        "PEM in other text": b"subject=CN = SHAKEN\n" + LEAF.pem + b"\nSession ends\n",
        "PEM after a key": LEAF.key_pem + LEAF.pem,
        "CRLF": LEAF.pem.replace(b"\n", b"\r\n"),
    }[form]
    assert [each.der for each in read_chain(data)] == [LEAF.der]


def test_the_callers_certificate_comes_first_however_it_is_served() -> None:
    between = authority("Issuing CA", ROOT)
    leaf = issue(between, spc="709J")
    found = read_chain(chain(ROOT, between, leaf))
    assert [each.der for each in found] == [leaf.der, ROOT.der, between.der]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>404</html>",
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
        LEAF.der + b"\x00",
        LEAF.der[:-1],
        b"\x30\x80",
        LEAF.pem + ROOT.pem.replace(b"MII", b"MIJ"),
        b"-----BEGIN CERTIFICATE-----\n" * 10_000,
    ],
)
def test_what_is_no_certificate_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_chain(data)


def test_too_many_or_too_large_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_chain(LEAF.pem * 33)
    with pytest.raises(Unreadable):
        read_chain(b" " * (certificate.MAX_BYTES + 1) + LEAF.pem)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (key(ec.SECP384R1()), "P-384"),
        (rsa.generate_private_key(65537, 2048), "RSA"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
    ],
)
def test_a_key_that_cannot_make_es256_is_read_and_said(made: Any, kind: str) -> None:
    found = read(issue(ROOT, spc="709J", key=made).der)
    assert not found.signs_es256
    assert (found.public_key is None) == (kind != "P-384")


def test_extensions_that_do_not_read_are_named() -> None:
    made = issue(ROOT, tn_auth_list=tlv(0x16, b"709J"), enhanced=b"\x30\x00")
    found = read(made.der)
    assert found.tn_auth_list is None
    assert found.constraints is None
    assert found.malformed == ("tn-auth-list", "constraints")


def test_damaged_certificates_are_unreadable_or_read_and_nothing_else() -> None:
    """Also run by hand with 100,000 (`damage`); what is read answers every later question."""
    assert damage(2_000, seed=7) > 0


def damage(times: int, seed: int) -> int:
    """How many of so many damaged certificates still read; raises what `read` raises beyond Unreadable."""
    chance = random.Random(seed)
    full = issue(
        authority("Issuing CA", ROOT, tn_auth_list=tn_auth_list_der(["709J"])),
        spc="709J",
        numbers=["12155550100"],
        ranges=[("12155550110", 5)],
        constraints=constraints_der(["attest"], [("attest", ["A"])]),
        enhanced=constraints_der(["attest"], [("attest", ["A"])], ["rcd"]),
        crl_issuer=ROOT.x509.subject,
    ).der
    readable = 0
    for _ in range(times):
        data = bytearray(full)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            place = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[place] ^= 1 << chance.randrange(8)
                case 1:
                    data[place] = chance.randrange(256)
                case 2:
                    del data[place : place + chance.randrange(1, 9)]
                case _:
                    data[place:place] = data[max(0, place - 8) : place]
        try:
            found = read(bytes(data))
        except Unreadable:
            continue
        readable += 1
        assert repr(found)
    return readable


def test_reading_warns_nobody() -> None:
    """Real certificates have serial numbers that the library frowns upon, on stderr: here a negative one."""
    odd = bytearray(issue(ROOT, spc="709J", serial=0x0123456789ABCDEF).der)
    odd[odd.index(b"\x01\x23\x45\x67\x89\xab\xcd\xef")] = 0x81
    with pytest.warns(UserWarning, match="serial number"), contextlib.suppress(ValueError):
        load_der_x509_certificate(bytes(odd))
    with warnings.catch_warnings(), contextlib.suppress(Unreadable):
        warnings.simplefilter("error")
        read(bytes(odd))


def test_every_real_certificate_reads_but_the_three_that_are_not_der(shared_data: Path) -> None:
    unreadable = malformed = 0
    for name in ("certs.jsonl.gz", "certs_hist.jsonl.gz"):
        with gzip.open(shared_data / "calls" / "sti-certs" / name, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                try:
                    found = read(base64.b64decode(row["cert"]))
                except Unreadable:
                    unreadable += 1
                    continue
                assert found.sha256 == row["sha256"]
                malformed += "tn-auth-list" in found.malformed
    assert (unreadable, malformed) == (3, 5)
