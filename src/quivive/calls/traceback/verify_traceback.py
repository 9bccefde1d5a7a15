"""Was this traceback changed, and where? A script that needs nothing but Python.

    python verify_traceback.py [FILE | FOLDER | ZIP]

FILE is a traceback as it passes from provider to provider (traceback.jsonl); FOLDER or ZIP is an export of
Quivive, by default the folder in which this script lies. Every hash is computed again. Signatures are checked
where the Python package `cryptography` is installed; where it is not, the script says so.
Status: 0 nothing was changed, 1 something was, 3 no change seen but signatures not checked, 2 wrong use.

The file: one entry a line, each line the canonical JSON of its entry (RFC 8785; no fractions, ASCII keys), so
that no byte is without meaning. Each entry has a digest of each of its fields; the signature covers the
digests, and the hash that the next entry quotes covers digests and signature. Salted digests of the fields of
a sealed answer let anyone check an opened answer against what its provider signed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Iterator  # noqa: UP035 - runs on old Pythons too

FORMAT = "quivive-traceback/1"
ALGORITHMS = {
    "canonical": "RFC 8785",
    "hash": "SHA-256",
    "sealing": "HPKE X25519 HKDF-SHA256 AES-256-GCM",
    "signature": "ES256",
}
FIELDS = ("answer", "asked", "covers", "header", "kind", "next", "number", "previous", "signer", "time",
          "who")  # fmt: skip
KINDS = ("question", "answer", "silence", "close")
BY_INVESTIGATOR = ("question", "silence", "close")
MOST_BYTES, MOST_LINE, MOST_ENTRIES, MOST_NEXT, DEEPEST, BLOCK = 2**24, 2**19, 512, 16, 12, 64
SKEW = timedelta(minutes=5)
"""By how much clocks of two parties may differ before an entry counts as dated before the one it follows."""
NAMES = ("traceback.jsonl", "opened.json", "traceback.html", "README.txt", "verify_traceback.py")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256. Of the two forms of a signature only that with s <= ORDER / 2 is taken."""


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was signed. `entry` is the place in the file, 0 the question; None: no
    entry is meant. `at` are the first and the last byte of the place in the file `file`."""

    entry: int | None
    who: str
    field: str
    text: str
    at: tuple[int, int] | None = None
    file: str = NAMES[0]

    def __str__(self) -> str:
        entry = "" if self.entry is None else f", entry {self.entry}" + (f" ({self.who})" if self.who else "")
        place = "" if self.at is None else f", bytes {self.at[0]}-{self.at[1]}"
        if self.at and self.at[0] == self.at[1]:
            place = f", byte {self.at[0]}"
        name = f", field {self.field}" if self.field else ""
        return f"{self.file}{entry}{name}{place}: {self.text}"


@dataclass
class Checked:
    """What a file holds: entries in their order (None where a line does not read) and what is wrong."""

    entries: list[dict[str, Any] | None] = field(default_factory=list)
    hashes: list[str | None] = field(default_factory=list)
    parents: list[int | None] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    signatures: bool | None = None
    """Whether signatures were checked; None: there was none to check."""
    closed: bool = False


class Wrong(Exception):
    """A line or a value that does not read: where in it, and why."""

    def __init__(self, at: int | None, text: str) -> None:
        super().__init__(text)
        self.at, self.text = at, text


# Bytes and digests


def canonical(value: Any) -> bytes:
    """RFC 8785 for the values that `restricted` lets pass."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def restricted(value: Any, depth: int = 0) -> None:
    """Raises Wrong on fractions, large numbers, keys that are not ASCII, half characters, deep nesting."""
    if depth > DEEPEST:
        raise Wrong(None, f"nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        for key, held in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise Wrong(None, "a key is not ASCII")
            restricted(held, depth + 1)
    elif isinstance(value, list):
        for held in value:
            restricted(held, depth + 1)
    elif isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise Wrong(None, "a text holds half a character")
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise Wrong(None, "a number has a fraction or is too large")


def digest(purpose: str, value: Any) -> str:
    """SHA-256 over purpose and value, as base64url: what was made for one purpose serves no other."""
    data = f"{FORMAT} {purpose}\n".encode() + canonical(value)
    return text64(hashlib.sha256(data).digest())


def text64(data: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def bytes64(text: str) -> bytes:
    """Back again; raises Wrong unless it is written in the one right way."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Wrong(None, "is no base64url") from None
    if text64(data) != text:
        raise Wrong(None, "is no base64url in its one right form")
    return data


def digests(entry: dict[str, Any]) -> dict[str, str]:
    """The digest of each field of an entry."""
    return {name: digest("field " + name, entry[name]) for name in FIELDS}


def entry_hash(entry: dict[str, Any]) -> str:
    """What the next entry quotes."""
    return digest("entry", {"digests": entry["digests"], "signature": entry["signature"]})


def signed_bytes(value: Any, purpose: str = "signature") -> bytes:
    """What a signature is over: the digests of an entry, or the content of a manifest."""
    return f"{FORMAT} {purpose}\n".encode() + canonical(value)


def thumbprint(entry: dict[str, Any]) -> str:
    """The hash of the key that signed: how others name it."""
    return text64(hashlib.sha256(entry["signer"]["key"].encode()).digest())


def moment(text: str) -> datetime:
    """A time as it stands in the file: UTC with milliseconds. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)  # noqa: UP017


# One line


def read_line(line: bytes) -> dict[str, Any]:
    """The entry of a line. Raises Wrong with the first byte that is not as it has to be."""
    entry = parsed(line)
    again = canonical(entry)
    if again != line:
        ends = min(len(again), len(line))
        at = next((i for i in range(ends) if again[i] != line[i]), ends)
        raise Wrong(at, "is written in another way than RFC 8785 has it")
    _shape(entry)
    return entry


def parsed(line: bytes, most: int = MOST_LINE) -> dict[str, Any]:
    """The JSON object in these bytes, with nothing in it that `restricted` refuses. Raises Wrong."""
    if len(line) > most:
        raise Wrong(most, f"the line is longer than {most} bytes")
    try:
        text = line.decode("utf-8")
        value = json.loads(text)
    except UnicodeDecodeError as error:
        raise Wrong(error.start, "is no UTF-8") from None
    except json.JSONDecodeError as error:
        raise Wrong(len(error.doc[: error.pos].encode("utf-8", "replace")), "is no JSON") from None
    except (ValueError, RecursionError):
        raise Wrong(None, "is no JSON that can be read: nested too deep, or a number too long") from None
    restricted(value)
    if not isinstance(value, dict):
        raise Wrong(0, "is no entry")
    return value


def _text(most: int, pattern: str = "") -> Callable[[Any], bool]:
    form = re.compile(pattern or ".*", re.DOTALL)
    return lambda v: isinstance(v, str) and 0 < len(v) <= most and form.fullmatch(v) is not None


def _maybe(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda v: v is None or test(v)


def _list(most: int, test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, list) and len(v) <= most and all(test(each) for each in v)


def _object(**tests: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, dict) and set(v) == set(tests) and all(t(v[k]) for k, t in tests.items())


def _is_time(value: Any) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)) and bool(moment(value))
    except (TypeError, ValueError):
        return False


def _int(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_ENTRIES


_HASH = _text(43, "[A-Za-z0-9_-]{43}")
_BASE64 = _text(2**18, "[A-Za-z0-9_-]+")
_NAME = _text(200)
_HANDED = _object(to=_NAME, signer=_maybe(_HASH), deadline=_is_time, digest=_HASH,
                  clear=_maybe(lambda v: isinstance(v, dict)), sealed=_maybe(_BASE64))  # fmt: skip
_HEADER = _object(format=lambda v: v == FORMAT, algorithms=lambda v: v == ALGORITHMS,
                  id=_text(22, "[A-Za-z0-9_-]{22}"), case=_NAME,
                  basis=_maybe(_text(2000)), seal=_HASH)  # fmt: skip
_SALTED = lambda v: isinstance(v, dict) and len(v) <= 64 and all(map(_HASH, v.values()))  # noqa: E731
SHAPES: dict[str, Callable[[Any], bool]] = {
    "answer": _maybe(_object(digests=_SALTED, sealed=_BASE64)),
    "asked": _maybe(_object(place=_int, digest=_HASH)),
    "covers": _maybe(_list(MOST_ENTRIES, _HASH)),
    "digests": _object(**dict.fromkeys(FIELDS, _HASH)),
    "header": _maybe(_HEADER),
    "kind": lambda v: v in KINDS,
    "next": _list(MOST_NEXT, _HANDED),
    "number": _int,
    "previous": lambda v: v == "" or _HASH(v),
    "signature": _text(86, "[A-Za-z0-9_-]{86}"),
    "signer": _object(key=_text(400, "[A-Za-z0-9_-]+"), certificates=_list(8, _BASE64)),
    "time": _is_time,
    "who": _object(name=_NAME, contact=_maybe(_text(500))),
}  # fmt: skip


def _shape(entry: dict[str, Any]) -> None:
    for name in sorted(set(SHAPES) ^ set(entry)):
        raise Wrong(None, f"the field {name[:40]!r} is " + ("missing" if name in SHAPES else "unknown"))
    for name, test in SHAPES.items():
        if not test(entry[name]):
            raise Wrong(path_start(entry, name), f"the field {name} is not of the right form")


def path_start(value: dict[str, Any], name: str) -> int:
    """Where the value of a key begins in the canonical JSON of an object."""
    before = [canonical(k) + b":" + canonical(value[k]) + b"," for k in sorted(value) if k < name]
    return 1 + sum(map(len, before)) + len(canonical(name)) + 1


def path_at(value: Any, at: int) -> str:
    """Which field the byte `at` of the canonical JSON of `value` belongs to: 'answer.digests.role'."""
    parts: list[tuple[str, int, Any]] = []
    if isinstance(value, dict):
        parts = [(key, len(canonical(key)) + 1, value[key]) for key in sorted(value)]
    elif isinstance(value, list):
        parts = [(str(place), 0, each) for place, each in enumerate(value)]
    start = 1
    for key, before, inner in parts:
        end = start + before + len(canonical(inner))
        if start <= at < end:
            rest = path_at(inner, at - start - before) if at >= start + before else ""
            return key + ("." + rest if rest else "")
        start = end + 1
    return ""


# The chain


def check(data: bytes, now: datetime | None = None) -> Checked:
    """All that can be said of a traceback file without a secret. Raises nothing, whatever the bytes are."""
    found = Checked()
    if len(data) > MOST_BYTES or data.count(b"\n") > MOST_ENTRIES:
        found.faults.append(Fault(None, "", "", f"more than {MOST_BYTES} bytes or {MOST_ENTRIES} entries"))
        return found
    lines = data.split(b"\n")
    if lines.pop() != b"" or not lines:
        found.faults.append(Fault(max(len(lines), 0), "", "", "the last line is cut off", (0, len(data))))
    starts = _starts(lines)
    for number, line in enumerate(lines):
        _one(found, number, line, starts[number])
    own = {fault.entry for fault in found.faults}  # beside these, others would be blamed for their change
    for number in range(len(found.entries)):
        found.parents.append(_parent(found, number, own))
    for number, entry in enumerate(found.entries):
        if entry is not None and number not in own:
            _beside(found, number, entry, now or datetime.now(timezone.utc), own)  # noqa: UP017
    _closing(found, own)
    found.faults = sorted(dict.fromkeys(found.faults), key=lambda f: -1 if f.entry is None else f.entry)
    return found


def _starts(lines: list[bytes]) -> list[int]:
    starts, start = [], 0
    for line in lines:
        starts.append(start)
        start += len(line) + 1
    return starts


def _one(found: Checked, number: int, line: bytes, start: int) -> None:
    """One line for itself: its form, its fields against their digests, its signature."""
    try:
        entry = read_line(line)
    except Wrong as wrong:
        at = (start + wrong.at,) * 2 if wrong.at is not None else (start, start + len(line))
        found.faults.append(Fault(number, "", "", wrong.text, (at[0], at[1])))
        found.entries.append(None)
        found.hashes.append(None)
        return
    found.entries.append(entry)
    found.hashes.append(entry_hash(entry))
    signed = signature_fits(entry, signed_bytes(entry["digests"]))
    found.signatures = signed is not None
    wrong_fields = [name for name, value in digests(entry).items() if value != entry["digests"][name]]
    for name in wrong_fields:
        begin = start + path_start(entry, name)
        place = (begin, begin + len(canonical(entry[name])) - 1)
        text = "is not what was signed" if signed else "does not fit its digest: one of the two was changed"
        found.faults.append(_fault(found, number, name, text, place))
    if signed is False:
        begin = start + path_start(entry, "signature")
        text = "the signature is not one of this key over this entry"
        found.faults.append(_fault(found, number, "signature", text, (begin, begin + 87)))
    for text in certificate_faults(entry):
        found.faults.append(_fault(found, number, "signer", text))


def _fault(found: Checked, number: int, name: str, text: str, at: tuple[int, int] | None = None) -> Fault:
    entry = found.entries[number]
    return Fault(number, entry["who"]["name"] if entry else "", name, text, at)


def _parent(found: Checked, number: int, own: set[int | None]) -> int | None:
    """The place of the entry that this one was added to; a fault where there is none."""
    entry = found.entries[number]
    if entry is None or number == 0:
        return None
    before, after = found.hashes[:number], found.hashes[number:]
    if entry["previous"] in before:
        return before.index(entry["previous"])
    if number in own:  # it may be its own quotation that was changed
        return None
    if entry["previous"] in after:
        text = "stands before the entry that it was added to: the order was changed"
        found.faults.append(_fault(found, number, "previous", text))
        return None
    wanted = entry["number"] - 1
    likely = [n for n in range(number) if (e := found.entries[n]) is None or e["number"] == wanted]
    blamed = likely[-1] if likely else number
    if not any(fault.entry == blamed for fault in found.faults):
        text = f"entry {number} was added to another one: this one was changed or replaced, or one is missing"
        found.faults.append(_fault(found, blamed, "", text))
    return None


def _beside(found: Checked, number: int, entry: dict[str, Any], now: datetime, own: set[int | None]) -> None:
    """One entry beside the one that it was added to: was it asked, by whom, when?"""

    def wrong(name: str, text: str) -> None:
        found.faults.append(_fault(found, number, name, text))

    if (number == 0) != (entry["header"] is not None) or (number == 0 and entry["kind"] != "question"):
        wrong("header", "the first entry, and no other, is the question with the header")
    if (entry["covers"] is not None) != (entry["kind"] == "close"):
        wrong("covers", "only the closing entry lists the entries before it")
    if moment(entry["time"]) > now + SKEW:
        wrong("time", "lies in the future")
    if any((each["clear"] is None) == (each["sealed"] is None) for each in entry["next"]):
        wrong("next", "a hand-off is either sealed or in clear")
    for place, each in enumerate(entry["next"]):
        if each["clear"] is not None and digest("hand-off", each["clear"]) != each["digest"]:
            wrong(f"next.{place}.clear", "is not what the digest beside it was made of")
    first = None if 0 in own else found.entries[0]
    if entry["kind"] in BY_INVESTIGATOR and first and entry["signer"]["key"] != first["signer"]["key"]:
        wrong("signer", "only who asked may write such an entry, and this is another key")
    parent = found.parents[number]
    if parent is not None and parent not in own and (before := found.entries[parent]) is not None:
        _after(entry, before, wrong)


def _after(entry: dict[str, Any], before: dict[str, Any], wrong: Callable[[str, str], None]) -> None:
    if entry["number"] != before["number"] + 1:
        wrong("number", "does not follow the number of the entry before")
    if moment(entry["time"]) < moment(before["time"]) - SKEW:
        wrong("time", "lies before that of the entry that it was added to")
    if before["kind"] == "close":
        wrong("previous", "was added after the file was closed")
    asked = entry["asked"]
    if (asked is not None) != (entry["kind"] in ("answer", "silence")):
        wrong("asked", "answers and silences, and nothing else, belong to a hand-off")
    elif asked is not None:
        _as_asked(entry, before, asked, wrong)


def _as_asked(entry: dict[str, Any], before: dict[str, Any], asked: dict[str, Any],
              wrong: Callable[[str, str], None]) -> None:  # fmt: skip
    handed = before["next"][asked["place"]] if asked["place"] < len(before["next"]) else None
    if handed is None or handed["digest"] != asked["digest"]:
        wrong("asked", "nobody asked this: the entry before holds no such hand-off")
        return
    if entry["kind"] == "answer" and entry["who"]["name"] != handed["to"]:
        wrong("who", f"{handed['to']!r} was asked, and another answered")
    if entry["kind"] == "answer" and handed["signer"] not in (None, thumbprint(entry)):
        wrong("signer", "signed with another key than the one that was known of who was asked")


def _closing(found: Checked, own: set[int | None]) -> None:
    closing = [n for n, entry in enumerate(found.entries) if entry and entry["kind"] == "close"]
    places = [number for number in closing if number not in own]
    for number in places:
        entry = found.entries[number]
        assert entry is not None
        covers, there = entry["covers"] or [], found.hashes[:number]
        for place in range(max(len(covers), len(there))):
            here = there[place] if place < len(there) else None
            then = covers[place] if place < len(covers) else None
            if here != then and not any(fault.entry == place for fault in found.faults):
                text = "is not the entry that stood here at the closing"
                found.faults.append(_fault(found, min(place, number), "", text))
    found.closed = bool(places) and places[-1] == len(found.entries) - 1


def unanswered(found: Checked) -> list[tuple[int, int, dict[str, Any]]]:
    """Hand-offs that no sound answer or silence follows: entry, place in it, and the hand-off."""
    broken = {fault.entry for fault in found.faults}
    done = {
        (found.parents[number], entry["asked"]["place"])
        for number, entry in enumerate(found.entries)
        if entry and entry["asked"] and found.parents[number] is not None and number not in broken
    }
    return [
        (number, place, handed)
        for number, entry in enumerate(found.entries)
        if entry
        for place, handed in enumerate(entry["next"])
        if (number, place) not in done
    ]


# Signatures


def signature_fits(entry: dict[str, Any], signed: bytes) -> bool | None:
    """Whether the key of the entry made its signature; None where `cryptography` is not installed."""
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_der_public_key
    except ImportError:
        return None
    try:
        key, pair = load_der_public_key(bytes64(entry["signer"]["key"])), bytes64(entry["signature"])
        r, s = int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big")
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1" or s > ORDER // 2:
            return False
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, Wrong):
        return False
    return True


def certificate_faults(entry: dict[str, Any]) -> list[str]:
    """Whether the first certificate is of the key and held at the time; who issued it is not looked at."""
    if not entry["signer"]["certificates"]:
        return []
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    except ImportError:
        return []
    try:
        own = x509.load_der_x509_certificate(bytes64(entry["signer"]["certificates"][0]))
        key = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        begin, end = _utc(own, "not_valid_before"), _utc(own, "not_valid_after")
    except Exception:  # the library's own set of exceptions is open
        return ["the certificate does not read"]
    faults = [] if text64(key) == entry["signer"]["key"] else ["the certificate is of another key"]
    held = begin <= moment(entry["time"]) <= end
    return faults if held else [*faults, "the certificate was not valid at the time of the entry"]


def _utc(certificate: Any, name: str) -> datetime:
    """A time of a certificate; before its release 42 `cryptography` gave it without a zone."""
    found: datetime = getattr(certificate, name + "_utc", None) or getattr(certificate, name)
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)  # noqa: UP017


# An export


def check_export(files: dict[str, bytes]) -> tuple[Checked, list[Fault], list[str]]:
    """The chain, what is wrong with the files around it, and notes, in sentences."""
    found = check(files.get(NAMES[0], b""))
    faults, notes, key = check_manifest(files)
    asker = found.entries[0] if found.entries and not any(f.entry == 0 for f in found.faults) else None
    if asker and key and key != asker["signer"]["key"]:
        faults.append(_of_manifest("signer", "signed by another key than the question"))
    faults += check_opened(found, files.get(NAMES[1], b""))
    return found, faults, notes


def check_opened(found: Checked, data: bytes) -> list[Fault]:
    """The opened answers against the salted digests that their providers signed."""
    faults: list[Fault] = []
    for number, line in enumerate(data.split(b"\n")[1:-2]):
        entry = found.entries[number] if number < len(found.entries) else None
        who = entry["who"]["name"] if entry else ""
        try:
            names = _not_as_signed(parsed(line.rstrip(b","))["fields"], entry) if entry else []
        except (Wrong, KeyError, TypeError, AttributeError):
            faults.append(Fault(number, who, "", "the opened answer does not read", None, NAMES[1]))
            continue
        text = "the opened value is not what the provider signed"
        faults += [Fault(number, who, name, text, None, NAMES[1]) for name in names]
    return faults


def _not_as_signed(opened: dict[str, Any] | None, entry: dict[str, Any]) -> list[str]:
    """The opened fields whose value, with its salt, does not give the digest in the entry."""
    if opened is None:
        return []
    signed = (entry["answer"] or {"digests": {}})["digests"]
    wrong = {
        name
        for name, held in opened.items()
        if digest("answer", [held["salt"], name, held["value"]]) != signed.get(name)
    }
    told = [digest("hand-off", each) for each in opened["next"]["value"]]
    if told != [each["digest"] for each in entry["next"]]:
        wrong.add("next")
    return sorted(wrong)


def check_manifest(files: dict[str, bytes]) -> tuple[list[Fault], list[str], Any]:
    """Every file against its hashes, by blocks: the changed byte is searched for and named.

    Gives the faults, notes, and the key that signed the list, where the list is as it was signed.
    """
    try:
        manifest = parsed(files.get("manifest.json", b"").rstrip(b"\n"), MOST_BYTES)
        content, own = manifest["content"], manifest["digest"]
        held = content["files"]
        listed = {name: (held[name]["sha256"], held[name]["size"], held[name]["blocks"]) for name in held}
        form = canonical(manifest) + b"\n" == files["manifest.json"]
        sound = form and digest("manifest", [content, manifest["signature"], manifest["signer"]]) == own
    except (Wrong, KeyError, TypeError, AttributeError, ValueError) as error:
        said = f"does not read ({error})"
        return [_of_manifest("", said)], [], None
    faults = []
    for name in sorted({*listed, *NAMES}):
        if name not in files or name not in listed:
            said = "is missing" if name in listed else "is not listed in manifest.json"
            faults.append(Fault(None, "", "", said, None, name))
        else:
            faults += _against(name, files[name], *listed[name])
    try:
        fits = signature_fits(manifest, signed_bytes(content, "manifest"))
    except (KeyError, TypeError, AttributeError):
        fits = False
    if fits is False or not sound:
        faults.append(_of_manifest("", "this list of hashes is not as it was signed"))
    extra = sorted(set(files) - set(listed) - {"manifest.json"})
    notes = [f"{name} is no part of the export and was not looked at." for name in extra]
    return faults, notes, manifest["signer"].get("key") if fits is not False and sound else None


def _of_manifest(name: str, text: str) -> Fault:
    return Fault(None, "", name, text, None, "manifest.json")


def block_hashes(data: bytes) -> list[str]:
    """SHA-256 of every 64 bytes, 12 characters of it: enough to find a place, the whole hash proves."""
    return [hashlib.sha256(data[at : at + BLOCK]).hexdigest()[:12] for at in range(0, len(data), BLOCK)]


def _against(name: str, data: bytes, whole: Any, size: Any, blocks: Any) -> Iterator[Fault]:
    here = block_hashes(data)
    same = hashlib.sha256(data).hexdigest() == whole
    if not isinstance(blocks, list) or not isinstance(size, int):
        yield _of_manifest(f"files.{name}", "these hashes do not read")
    elif same and (here != blocks or len(data) != size):
        yield _of_manifest(f"files.{name}", "a hash or size was changed here; the file itself fits")
    elif not same and here == blocks and len(data) == size:
        yield _of_manifest(f"files.{name}.sha256", "this hash was changed; the file itself fits")
    elif not same:
        most = min(len(here), len(blocks))
        places = [n for n in range(most) if here[n] != blocks[n]] or [most]
        if len(data) != size:
            text = f"the file has {len(data)} bytes and had {size}; from here on it is another"
            yield _placed(name, data, data, places[0] * BLOCK, text)
            return
        for place in places[:16]:
            yield _changed(name, data, place * BLOCK, blocks[place])
        if len(places) > 16:
            yield Fault(None, "", "", f"{len(places) - 16} more places were changed", None, name)


def _changed(name: str, data: bytes, start: int, wanted: str) -> Fault:
    """Which one byte, put back, gives the block that was: 64 places, 255 values each."""
    block = bytearray(data[start : start + BLOCK])
    for at, now in enumerate(bytes(block)):
        for was in range(256):
            block[at] = was
            if was != now and hashlib.sha256(block).hexdigest()[:12] == wanted:
                before = data[:start] + bytes(block) + data[start + BLOCK :]
                text = f"this byte was changed: it was {bytes([was])!r} and is {bytes([now])!r}"
                return _placed(name, data, before, start + at, text)
        block[at] = now
    text = "several bytes from here on were changed"
    return _placed(name, data, data, start, text, start + len(block) - 1)


def _placed(name: str, data: bytes, before: bytes, at: int, text: str, last: int | None = None) -> Fault:
    """The fault with entry and field, found in the bytes as they were before the change."""
    place = (at, at if last is None else last)
    if name not in NAMES[:2]:
        return Fault(None, "", "", text, place, name)
    number, start = before.count(b"\n", 0, at), before.rfind(b"\n", 0, at) + 1
    line = before[start:].split(b"\n", 1)[0]
    try:
        entry = parsed(line.rstrip(b","))
        who, where = entry.get("who"), path_at(entry, at - start)
    except Wrong:
        who, where = None, ""
    number -= name == NAMES[1]
    return Fault(max(number, 0), who["name"] if isinstance(who, dict) else "", where, text, place, name)


def read_files(path: Path) -> dict[str, bytes]:
    """The files of an export, a folder or a zip. Raises OSError, zipfile.BadZipFile, Wrong."""
    if path.is_dir():
        names = [each for each in path.iterdir() if each.is_file() and each.stat().st_size <= MOST_BYTES]
        return {each.name: each.read_bytes() for each in names[:64]}
    with zipfile.ZipFile(path) as archive:
        held = [each for each in archive.infolist() if not each.is_dir()]
        if len(held) > 64 or any(each.file_size > MOST_BYTES for each in held):
            raise Wrong(None, "the zip holds more or larger files than an export does")
        return {each.filename.rsplit("/", 1)[-1]: archive.read(each) for each in held}


def report(found: Checked, faults: list[Fault], notes: list[str]) -> tuple[list[str], int]:
    """What to print, and the status."""
    every = [*found.faults, *faults]
    lines = [f"CHANGED: {fault}." for fault in every] + [f"Note: {note}" for note in notes]
    if not found.signatures:
        lines.append("Signatures were NOT checked: the Python package 'cryptography' is not installed.")
    for number, _, handed in unanswered(found):
        due = handed["deadline"]
        lines.append(f"No answer is here to what entry {number} asks {handed['to']!r} (due {due}).")
    if not found.closed:
        lines.append("The file was not closed by who asked: answers may have been taken off its end.")
    for number, entry in enumerate(found.entries):
        if entry:
            who, key = entry["who"]["name"], thumbprint(entry)
            lines.append(f"Entry {number}: {entry['kind']} of {who!r}, key {key}.")
    count = len(found.entries)
    said = "Something was changed." if every else f"{count} entries: nothing was changed."
    return [*lines, said], 1 if every else 0 if found.signatures else 3


def main(arguments: list[str]) -> int:
    """Check what is named, print what is found."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        if path.is_dir() or path.suffix == ".zip":
            lines, status = report(*check_export(read_files(path)))
        else:
            lines, status = report(check(path.read_bytes()), [], [])
    except (OSError, zipfile.BadZipFile, Wrong, RuntimeError, NotImplementedError) as error:
        print(f"{path} cannot be read: {error}")
        return 2
    print("\n".join(line.encode("ascii", "backslashreplace").decode() for line in lines))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
