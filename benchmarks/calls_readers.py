"""The readers of calls that benchmarks/calls_fuzz.py feeds: seeds, words of their language, how to read.

`read` answers with a word for what became of the input, or raises our own Error where it is refused.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from calls import signed
from calls.captures import fuzz as captures_fuzz
from calls.certificates import make
from calls.lint import made as lint_made
from calls.sip import fuzz as sip_fuzz
from quivive.calls import identity, lint, passport, rcd, sign
from quivive.calls.captures.capture_detector import Captures
from quivive.calls.certificates import chain, crl
from quivive.calls.certificates.certificate import read_chain
from quivive.calls.forwarding import verify_call
from quivive.calls.sip import caller, message
from quivive.calls.verify import Call, Policy
from quivive.errors import Unreadable
from quivive.intake import take
from quivive.model import Context, Limits

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("QUIVIVE_DATA", ROOT.parent / "shared" / "data")) / "calls"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MOST_SHARED = 200
DER_WORDS = (
    b"\x30\x80", b"\x30\x82\xff\xff", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00", b"\x05\x00", b"\x00\x00",
    b"\x02\x01\xff", b"\x02\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x16\x04709J", b"\x0c\x02\xc3\x28",
    b"\xa0\x03\x02\x01\x02", b"\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x1a", b"\x06\x03\x55\x1d\x0f",
    b"\x17\x0d000000000000Z", b"\x18\x0f99991231235959Z", b"\x13\x00", b"\x1e\x03\xd8\x00\x00", b"\x30" * 64,
    b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"-----BEGIN X509 CRL-----\n", b"=",
)  # fmt: skip
JSON_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 0.5, 1e308, 10**400, -(10**400), "", "\ud800", "\x00", "A", "D", "sha256-",
    "sha256-AAAA", "/", "/0", "/nam", "/jcd/1", "~", "12025550100", "sip:a@b", "sip:",
    "tel:+1;phone-context=+33", "9" * 600, [], [[]], {}, {"": {}}, {"tn": []}, {"tn": [None]},
    {"uri": "sip:a@b"}, {"tn": "1", "uri": "2"}, ["A"] * 600, json.loads("[" * 400 + "]" * 400),
)  # fmt: skip


class Reader(Protocol):
    """One reader and what it is fed."""

    @property
    def words(self) -> tuple[bytes, ...]:
        """Pieces of the language that it reads."""
        ...

    @property
    def seeds(self) -> list[bytes]:
        """Sound inputs."""
        ...

    def made(self, rng: random.Random) -> bytes | None:
        """An input built otherwise than by injuring bytes, None to have a seed injured."""
        ...

    def read(self, data: bytes) -> str:
        """What became of it."""
        ...


def shared(pattern: str, most: int = 70_000) -> Iterator[bytes]:
    """Files of the shared data, smaller ones, none where there is none."""
    for path in sorted(SHARED.glob(pattern)):
        if path.is_file() and path.stat().st_size <= most:
            yield path.read_bytes()


class Sip:
    """SIP messages and streams of them."""

    words = (
        *sip_fuzz.SPICE,
        b"i: 1\r\n",
        b"\r\n\t",
        b"SIP/2.0/UDP ",
        b";branch=z9hG4bK",
        b"<<",
        b'""',
        b"sips:[",
    )

    @cached_property
    def seeds(self) -> list[bytes]:
        """Invitations and answers of the tests, and the torture messages of RFC 4475."""
        return [*sip_fuzz.seeds(), *shared("rfc4475/*.dat")]

    def made(self, rng: random.Random) -> None:
        """Bytes are enough."""

    def read(self, data: bytes) -> str:
        """Cut a stream into messages, parse, and ask who calls whom."""
        pieces = sum(1 for _ in message.split(data))
        found = message.parse(data)
        caller.call_of(found)
        return "read with problems" if found.problems or pieces != 1 else "read"


class Passports:
    """Identity headers: injured bytes, and tokens signed over claims of any kind."""

    words = (
        b".", b";", b"..", b"=", b'"', b"<", b">", b";info=<", b";alg=ES256", b";ppt=", b'";', b"\\", b" ",
        b"\r\n ", b"eyJ", b"e30", b"W10", b"bnVsbA", b"-", b"_", b"+", b"/", b"\xff", b"\x00", b",",
    )  # fmt: skip

    def __init__(self) -> None:
        self._signed: set[bytes] = set()
        self._signers = signed.at_hand()
        self._call = Call(signed.CALLER, (signed.CALLEE,), make.AT, media_keys=frozenset())
        self._policy = Policy()

    @cached_property
    def seeds(self) -> list[bytes]:
        """Every kind of token; tokens of vendors, whose keys are not at hand here."""
        made = [self._value(ppt, claims) for ppt, claims in self._kinds()]
        vendors = [json.loads(data) for data in shared("identity/vendor-tokens.json", 10**7)]
        return made + [text.encode() for each in vendors for text in _tokens(each)]

    def _kinds(self) -> list[tuple[str | None, dict[str, Any]]]:
        base = signed.claims(attest=None, origid=None)
        rich = {"nam": "Example Bank", "jcd": ["vcard", [["fn", {}, "text", "Example Bank"]]]}
        digests = {f"/{name}": rcd.digest(value) for name, value in rich.items()}
        div = {"div": {"tn": signed.CALLEE}}
        return [
            (None, base),
            ("shaken", signed.claims()),
            ("shaken", signed.claims(mky=[{"alg": "sha-256", "dig": "00AA"}])),
            ("div", base | div),
            ("div-o", base | div | {"opt": signed.token().decode()}),
            ("rph", base | {"rph": {"auth": ["ets.0"]}}),
            ("rcd", base | {"rcd": rich, "rcdi": digests, "crn": "Your appointment"}),
        ]

    def _value(self, ppt: str | None, claims: Any) -> bytes:
        header = {"alg": "ES256", "typ": "passport", "x5u": signed.X5U} | ({"ppt": ppt} if ppt else {})
        return self._sign(header, claims) + f";info=<{signed.X5U}>;alg=ES256;ppt={ppt}".encode()

    def _sign(self, header: Any, claims: Any) -> bytes:
        texts = [json.dumps(each).encode() for each in (header, claims)]
        segments = b".".join(passport.encode(text) for text in texts)
        self._signed.add(segments)
        key: Any = signed.provider().key
        return segments + b"." + passport.encode(sign.signature(key, segments))

    def made(self, rng: random.Random) -> bytes | None:
        """Every other one: header and claims with some values replaced, validly signed."""
        if rng.random() < 0.5:
            return None
        ppt, claims = rng.choice(self._kinds())
        header: Any = {"alg": "ES256", "typ": "passport", "x5u": signed.X5U, "ppt": ppt}
        for _ in range(rng.choice((1, 1, 2, 4))):
            if rng.random() < 0.2:
                header = replaced(header, rng)
            else:
                claims = replaced(claims, rng)
        return self._sign(header, claims) + rng.choice((b"", b";info=<x>", b";ppt=div"))

    def read(self, data: bytes) -> str:
        """Verify it alone and as one of two of a forwarded call."""
        verdict = verify_call([data, data], self._call, self._signers, make.AT, self._policy)
        one = verdict.tokens[0]
        if one.signature == "valid" and one.passport and one.passport.signed not in self._signed:
            raise AssertionError("a signature is said to be valid that nobody made")
        json.dumps(
            [[each.code, each.text, each.detail] for each in verdict.reasons], ensure_ascii=False
        ).encode()
        identity.values_of(data)
        return one.verdict


def _tokens(value: Any) -> Iterator[str]:
    """Texts anywhere in a JSON value that look like a token."""
    if isinstance(value, str) and value.startswith("eyJ") and value.count(".") >= 2:
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _tokens(each)


def replaced(value: Any, rng: random.Random) -> Any:
    """The same JSON value with one place in it given another value, left out or named otherwise."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.2:
        return rng.choice(JSON_VALUES)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        return [*value[:at], replaced(value[at], rng), *value[at + 1 :]]
    name = rng.choice(list(value))
    if rng.random() < 0.15:
        return {key: each for key, each in value.items() if key != name}
    if rng.random() < 0.15:
        return value | {rng.choice(("tn", "uri", "crit", "/nam", "icn", "jcl", "\ud800", "")): value[name]}
    return value | {name: replaced(value[name], rng)}


def certificates() -> list[bytes]:
    """DER of certificates: leaves, authorities, delegates, with every STIR extension; and shared ones."""
    root = make.authority()
    limits = make.constraints_der(["attest"], [("attest", ["A", "B"])], ["rcd"])
    own = [
        root,
        make.issue(root, spc="709J"),
        make.issue(root, numbers=["12025550100", "*67"], ranges=[("12025550110", 10)]),
        make.issue(root, spc=["709J", "710J"], constraints=make.constraints_der(["attest"])),
        make.issue(root, spc="709J", enhanced=limits, crl_issuer=make.named("STI-PA CRL")),
    ]
    return [*(each.der for each in own), lint_made.made(), *shared_certificates()]


def shared_certificates() -> list[bytes]:
    """Some of the shared certificates, evenly drawn."""
    path = SHARED / "sti-certs" / "certs.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        ders = [base64.b64decode(json.loads(row)["cert"]) for row in rows]
    return ders[:: max(1, len(ders) // MOST_SHARED)]


def rebuilt_some(der: bytes, rng: random.Random) -> bytes:
    """DER with one or two values changed."""
    for _ in range(rng.choice((1, 1, 2))):
        der = rebuilt(der, rng)
    return der


def rebuilt(der: bytes, rng: random.Random) -> bytes:
    """DER with one value somewhere within changed, and right lengths around it."""
    values = list(tlvs(der))
    if not values:
        return rng.choice(DER_WORDS)
    at = rng.randrange(len(values))
    tag, content = values[at]
    inner = bool(tag & 0x20) or (tag == 0x04 and content[:1] == b"\x30")
    if inner and content and rng.random() < 0.9:
        values[at] = (tag, rebuilt(content, rng))
    else:
        values[at : at + 1] = changed(tag, content, rng)
    return b"".join(make.tlv(tag, content) for tag, content in values)


def changed(tag: int, content: bytes, rng: random.Random) -> list[tuple[int, bytes]]:
    """One value left out, doubled, given another tag, or with another content."""
    match rng.randrange(6):
        case 0:
            return []
        case 1:
            return [(tag, content)] * rng.choice((2, 3, 200))
        case 2:
            return [(rng.choice((tag ^ 0x20, 0x02, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x16, 0x30, 0xA0)), content)]
        case 3:
            return [(tag, rng.choice(DER_WORDS))]
        case 4:
            return [(tag, content[: rng.randrange(len(content) + 1)])]
        case _:
            at = rng.randrange(len(content) + 1)
            return [(tag, content[:at] + rng.randbytes(rng.choice((1, 2, 9))) + content[at + 1 :])]


def tlvs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents, as far as they read."""
    at = 0
    while at + 2 <= len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start], "big")
        yield tag, data[start : start + size]
        at = start + size


def pem(der: bytes, kind: str = "CERTIFICATE") -> bytes:
    """PEM in lines of 64."""
    return f"-----BEGIN {kind}-----\n".encode() + base64.encodebytes(der) + f"-----END {kind}-----\n".encode()


class Certificates:
    """Chains: DER, PEM, base64; what reads is judged too."""

    words = DER_WORDS

    def __init__(self) -> None:
        self._trust = signed.trusted()

    @cached_property
    def ders(self) -> list[bytes]:
        """Single certificates."""
        return certificates()

    @cached_property
    def seeds(self) -> list[bytes]:
        """DER mostly, since injuries reach further there."""
        ders = self.ders
        chains = [
            pem(ders[1]) + pem(ders[0]),
            b"text\n" + b"".join(map(pem, ders[:5])),
            base64.b64encode(ders[1]),
        ]
        return (
            ders
            + chains
            + list(shared("libstirshaken-ref/**/*.pem"))
            + list(shared("asterisk-keys/**/*.crt"))
        )

    def made(self, rng: random.Random) -> bytes | None:
        """Three of four: one or two values within changed, the lengths around them made to fit."""
        return rebuilt_some(rng.choice(self.ders), rng) if rng.random() < 0.75 else None

    def read(self, data: bytes) -> str:
        """Read the chain, check its path."""
        found = chain.check(read_chain(data), self._trust, make.AT)
        return "read, path good" if not found.reasons else "read, path bad"


class Lint(Certificates):
    """The linter over the same certificates."""

    def read(self, data: bytes) -> str:
        """Lint by today's rules and by the first."""
        findings = lint.lint(data)
        lint.lint(data, datetime(2023, 1, 1, tzinfo=UTC))
        return "read, findings" if findings else "read, none"


class Crls:
    """Revocation lists."""

    words = DER_WORDS

    def __init__(self) -> None:
        self._trust = signed.trusted()

    @cached_property
    def seeds(self) -> list[bytes]:
        """Direct and indirect, with some entries."""
        root = make.authority("CRL root")
        leaves = [make.issue(root, spc="709J").x509 for _ in range(3)]
        lists = [
            make.crl(root),
            make.crl(root, leaves),
            make.crl(root, leaves, indirect=True),
            make.crl(root, leaves, indirect=True, issuer_once=True) + root.pem,
        ]
        return lists + [base64.b64decode(b"".join(each.splitlines()[1:-1])) for each in lists[:3]]

    def made(self, rng: random.Random) -> bytes | None:
        """Three of four: values within changed, the lengths around them made to fit."""
        return rebuilt_some(rng.choice(self.seeds[-3:]), rng) if rng.random() < 0.75 else None

    def read(self, data: bytes) -> str:
        """Read the lists."""
        return f"read, {'some' if any(each.revoked for each in crl.read(data)) else 'none'} revoked"


class Packets:
    """Packet captures, to the sound that is taken out of them."""

    words = (
        b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x0a\x0d\x0d\x0a", b"\x1a\x2b\x3c\x4d",
        b"\x08\x00\x45\x00", b"\x86\xdd\x60", b"\x81\x00", b"\x80\x00", b"\x80\x80", b"\xff" * 16,
        b"\x00" * 16, *sip_fuzz.SPICE[:20],
    )  # fmt: skip

    def __init__(self) -> None:
        self._detector, self._context = Captures(), Context(NOON, limits=Limits())

    @cached_property
    def seeds(self) -> list[bytes]:
        """Captures of the tests' maker, and shared ones under 100 kB, cut to 64 KiB."""
        return [data[:65_536] for data in captures_fuzz.seeds()]

    def made(self, rng: random.Random) -> None:
        """Bytes are enough."""

    def read(self, data: bytes) -> str:
        """Examine it as `quivive check` would, and count what it gives."""
        kind = "application/x-pcapng" if data[:1] == b"\n" else "application/vnd.tcpdump.pcap"
        found = [
            getattr(each, "code", "") for each in self._detector.examine(take(data, "a", kind), self._context)
        ]
        if not found:
            raise Unreadable("nothing was said")
        return "read, nothing in it" if "capture/nothing" in found else "read"


READERS: dict[str, Callable[[], Reader]] = {
    "SIP messages": Sip,
    "Identity and PASSporT": Passports,
    "certificates": Certificates,
    "revocation lists": Crls,
    "certificate linter": Lint,
    "captures": Packets,
}
