"""What can be wrong or odd in a SHAKEN header: one change each, by name.

`BROKEN` headers were changed after signing, or signed by somebody else; `SIGNED` ones were signed as they
stand, so that only a reader's rules can refuse them.
"""

from __future__ import annotations

import base64
import hmac
import random
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from calls.differential.headers import Key, Parts, encode, keys, sign, text_of

Mutation = Callable[[Parts, random.Random], bytes]
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the base point of P-256 (FIPS 186-4 D.1.2.3)."""


def _split(parts: Parts) -> tuple[bytes, bytes, bytes, bytes]:
    token, semicolon, rest = parts.value().partition(b";")
    header, claims, signature = token.split(b".")
    return header, claims, signature, semicolon + rest


def _joined(header: bytes, claims: bytes, signature: bytes, rest: bytes) -> bytes:
    return b".".join((header, claims, signature)) + rest


def _other(rng: random.Random, letter: int) -> int:
    return rng.choice([each for each in ALPHABET if each != letter])


def _char(segment: int) -> Mutation:
    def mutate(parts: Parts, rng: random.Random) -> bytes:
        split = [bytearray(each) for each in _split(parts)]
        # the last letter of a signature has unused bits: it has mutations of its own
        at = rng.randrange(len(split[segment]) - 1)
        split[segment][at] = _other(rng, split[segment][at])
        return _joined(*(bytes(each) for each in split))

    return mutate


def _signature(change: Callable[[bytes], bytes]) -> Mutation:
    """The raw 64 bytes changed."""

    def mutate(parts: Parts, rng: random.Random) -> bytes:
        header, claims, signature, rest = _split(parts)
        raw = base64.urlsafe_b64decode(signature + b"==")
        return _joined(header, claims, encode(change(raw)), rest)

    return mutate


def _text(change: Callable[[bytes, bytes, bytes], bytes]) -> Mutation:
    """The three segments, as text, changed after signing."""

    def mutate(parts: Parts, rng: random.Random) -> bytes:
        header, claims, signature, rest = _split(parts)
        return change(header, claims, signature) + rest

    return mutate


def _negated(raw: bytes) -> bytes:
    return raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")


def _der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def _stray_bits(header: bytes, claims: bytes, signature: bytes) -> bytes:
    last = ALPHABET[ALPHABET.index(signature[-1]) + 1]
    return b".".join((header, claims, signature[:-1] + bytes([last])))


def _other_alphabet(parts: Parts, rng: random.Random) -> bytes:
    while True:
        header, claims, signature, rest = _split(parts)
        changed = signature.translate(bytes.maketrans(b"-_", b"+/"))
        if changed != signature:
            return _joined(header, claims, changed, rest)


def _another_key(parts: Parts, rng: random.Random) -> bytes:
    stranger: Key = keys(1)[0]
    header, claims, _, rest = _split(parts)
    return _joined(header, claims, encode(sign(stranger, header + b"." + claims)), rest)


def _another_token(parts: Parts, rng: random.Random) -> bytes:
    header, claims, _, rest = _split(parts)
    return _joined(header, claims, _split(parts.with_claims(iat=parts.claims["iat"] - 1))[2], rest)


def _hmac(parts: Parts, rng: random.Random) -> bytes:
    """The public key as a secret for HMAC: the attack on libraries that let the token choose."""
    segments = encode(text_of({**parts.header, "alg": "HS256"})) + b"." + encode(text_of(parts.claims))
    digest = hmac.digest(parts.key.public_pem, segments, "sha256")
    return segments + b"." + encode(digest) + parts.parameters.encode()


def _unsecured(parts: Parts, rng: random.Random) -> bytes:
    segments = encode(text_of({**parts.header, "alg": "none"})) + b"." + encode(text_of(parts.claims))
    return segments + b"." + parts.parameters.encode()


BROKEN: dict[str, Mutation] = {
    "a character of the header": _char(0),
    "a character of the claims": _char(1),
    "a character of the signature": _char(2),
    "stray bits after the signature": _text(_stray_bits),
    "padding after the signature": _text(lambda h, c, s: b".".join((h, c, s + b"=="))),
    "the alphabet of plain base64": _other_alphabet,
    "a line break in the signature": _text(lambda h, c, s: b".".join((h, c, s[:40] + b"\r\n " + s[40:]))),
    "a blank in the signature": _text(lambda h, c, s: b".".join((h, c, s[:40] + b" " + s[40:]))),
    "a blank in the claims": _text(lambda h, c, s: b".".join((h, c[:9] + b" " + c[9:], s))),
    "signature cut by a character": _text(lambda h, c, s: b".".join((h, c, s[:-1]))),
    "signature cut by a byte": _signature(lambda raw: raw[:63]),
    "signature longer by a byte": _signature(lambda raw: raw + b"\0"),
    "signature empty": _text(lambda h, c, s: h + b"." + c + b"."),
    "r is zero": _signature(lambda raw: bytes(32) + raw[32:]),
    "s is zero": _signature(lambda raw: raw[:32] + bytes(32)),
    "r and s are zero": _signature(lambda raw: bytes(64)),
    "r and s are the order of the curve": _signature(lambda raw: ORDER.to_bytes(32, "big") * 2),
    "r and s exchanged": _signature(lambda raw: raw[32:] + raw[:32]),
    "s negated, which ECDSA allows": _signature(_negated),
    "signature as DER": _signature(_der),
    "signature of another key": _another_key,
    "signature of another token": _another_token,
    "two parts": _text(lambda h, c, s: h + b"." + c),
    "four parts": _text(lambda h, c, s: b".".join((h, c, s, s))),
    "five parts, as of JWE": _text(lambda h, c, s: b".".join((h, c, s, b"", b""))),
    "header left out": _text(lambda h, c, s: b"." + c + b"." + s),
    "compact form": _text(lambda h, c, s: b".." + s),
    "alg none, no signature": _unsecured,
    "alg HS256, the public key as secret": _hmac,
}


def _header(**changes: Any) -> Mutation:
    return lambda parts, rng: parts.with_header(**changes).value()


def _claims(**changes: Any) -> Mutation:
    return lambda parts, rng: parts.with_claims(**changes).value()


def _parameters(parameters: str) -> Mutation:
    return lambda parts, rng: parts.with_parameters(parameters).value()


def _claims_text(change: Callable[[bytes], bytes]) -> Mutation:
    return lambda parts, rng: parts.value(claims=change(text_of(parts.claims)))


def _header_text(change: Callable[[bytes], bytes]) -> Mutation:
    return lambda parts, rng: parts.value(header=change(text_of(parts.header)))


def _iat(change: Callable[[int], Any]) -> Mutation:
    return lambda parts, rng: parts.with_claims(iat=change(parts.claims["iat"])).value()


def _padded(parts: Parts, rng: random.Random) -> bytes:
    """Padding that is signed too."""
    body = text_of(parts.claims)
    body += b" " * ((1 - len(body)) % 3)
    return parts.signed(encode(text_of(parts.header)) + b"." + base64.urlsafe_b64encode(body))


def _address(ending: str) -> Mutation:
    def mutate(parts: Parts, rng: random.Random) -> bytes:
        x5u = parts.header["x5u"] + ending
        parameters = parts.parameters.replace(parts.header["x5u"], x5u)
        return parts.with_header(x5u=x5u).with_parameters(parameters).value()

    return mutate


def _last_first(text: bytes) -> bytes:
    last = text.index(b',"origid"')
    return b"{" + text[last + 1 : -1] + b"," + text[1:last] + b"}"


def _twice(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    """The same name once more in front: most readers see the last, some the first."""
    return lambda text: b"{" + name + b":" + value + b"," + text[1:]


SIGNED: dict[str, Mutation] = {
    # the protected header
    "alg none, signed": _header(alg="none"),
    "alg HS256, signed with the key": _header(alg="HS256"),
    "alg ES384 in the token": _header(alg="ES384"),
    "alg in small letters": _header(alg="es256"),
    "alg left out": _header(alg=None),
    "typ JWT": _header(typ="JWT"),
    "typ left out": _header(typ=None),
    "typ a number": _header(typ=1),
    "ppt left out of the token": _header(ppt=None),
    "ppt of another kind in the token": _header(ppt="div"),
    "ppt unknown": lambda parts, rng: (
        parts.with_header(ppt="new").with_parameters(";info=<{x5u}>;alg=ES256;ppt=new").value()
    ),
    "ppt a list": _header(ppt=["shaken"]),
    "x5u left out": _header(x5u=None),
    "x5u not info": _header(x5u="https://certificates.example.net/other.pem"),
    "x5u with a query": _address("?v=1"),
    "x5u with a semicolon": _address(";v"),
    "crit": _header(crit=["exp"], exp=0),
    "a foreign header name": _header(kid="1"),
    "header names in another order": _header_text(
        lambda text: text.replace(b'"typ":"passport",', b"")[:-1] + b',"typ":"passport"}'
    ),
    "header name in capitals": _header_text(lambda text: text.replace(b'"typ"', b'"TYP"')),
    "header name twice": _header_text(_twice(b'"alg"', b'"none"')),
    "header a list": lambda parts, rng: parts.value(header=b"[" + text_of(parts.header) + b"]"),
    # the claims
    "iat left out": _claims(iat=None),
    "iat a text": _iat(str),
    "iat null": _claims_text(lambda text: text.replace(b'"iat":', b'"iat":null,"was":')),
    "iat zero": _iat(lambda iat: 0),
    "iat true": _iat(lambda iat: True),
    "iat with a fraction": _iat(lambda iat: iat + 0.5),
    "iat with an exponent": _claims_text(lambda text: text.replace(b',"orig"', b'e0,"orig"')),
    "iat endless": _claims_text(lambda text: text.replace(b'"iat":', b'"iat":1e999,"was":')),
    "iat stale": _iat(lambda iat: iat - 300),
    "iat a day ahead": _iat(lambda iat: iat + 86400),
    "attest D": _claims(attest="D"),
    "attest in small letters": _claims(attest="a"),
    "attest a number": _claims(attest=1),
    "attest left out": _claims(attest=None),
    "origid left out": _claims(origid=None),
    "origid empty": _claims(origid=""),
    "origid no UUID": _claims(origid="trunk-7"),
    "orig of another caller": _claims(orig={"tn": "12025550199"}),
    "orig left out": _claims(orig=None),
    "orig a text": _claims(orig="12025550143"),
    "orig a list": _claims(orig={"tn": ["12025550143"]}),
    "orig a number": _claims(orig={"tn": 12025550143}),
    "orig empty": _claims(orig={}),
    "orig both number and address": lambda parts, rng: (
        parts.with_claims(orig={**parts.claims["orig"], "uri": "sip:a@example.org"}).value()
    ),
    "dest of another call": _claims(dest={"tn": ["12025550199"]}),
    "dest left out": _claims(dest=None),
    "dest empty": _claims(dest={}),
    "dest an empty list": _claims(dest={"tn": []}),
    "dest a text": _claims(dest="12025550143"),
    "dest.tn a text": lambda parts, rng: (
        parts.with_claims(dest={"tn": parts.claims["dest"]["tn"][0]}).value()
    ),
    "a foreign claim": _claims(note="hello", nested={"a": [1, None]}),
    "claim name in capitals": _claims_text(lambda text: text.replace(b'"orig"', b'"ORIG"')),
    "claim name twice": _claims_text(_twice(b'"orig"', b'{"tn":"12025550199"}')),
    "claims in another order": _claims_text(_last_first),
    "blanks in the claims": _claims_text(lambda text: b" " + text.replace(b",", b" ,\r\n\t") + b"\n"),
    "claims escaped": _claims_text(lambda text: text.replace(b'"tn"', b'"\\u0074n"')),
    "claims followed by more": _claims_text(lambda text: text + b"{}"),
    "claims with a comma too many": _claims_text(lambda text: text[:-1] + b",}"),
    "claims after a byte order mark": _claims_text(lambda text: b"\xef\xbb\xbf" + text),
    "claims in Latin-1": _claims_text(lambda text: b'{"a":"\xe9",' + text[1:]),
    "claims with half a surrogate pair": _claims_text(lambda text: b'{"a":"\\ud800",' + text[1:]),
    "claims with NaN": _claims_text(lambda text: b'{"a":NaN,' + text[1:]),
    "claims nested 5000 deep": _claims_text(
        lambda text: b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"," + text[1:]
    ),
    "claims a list": _claims_text(lambda text: b"[" + text + b"]"),
    "padding in the claims": _padded,
    # the parameters
    "no parameters": _parameters(""),
    "parameters in another order": _parameters(";ppt=shaken;alg=ES256;info=<{x5u}>"),
    "parameter names in capitals": _parameters(";INFO=<{x5u}>;ALG=ES256;PPT=shaken"),
    "parameters with blanks around": _parameters(" ; info = <{x5u}> ; alg = ES256 ; ppt = shaken"),
    "a foreign parameter": _parameters(';info=<{x5u}>;alg=ES256;ppt=shaken;x-a;x-b="c"'),
    "a parameter twice": _parameters(";info=<{x5u}>;alg=ES256;alg=ES256;ppt=shaken"),
    "a semicolon at the end": _parameters(";info=<{x5u}>;alg=ES256;ppt=shaken;"),
    "two headers in one, by comma": _parameters(";info=<{x5u}>;alg=ES256;ppt=shaken,a.b.c;info=<{x5u}>"),
    "info left out": _parameters(";alg=ES256;ppt=shaken"),
    "info another address": _parameters(";info=<https://certificates.example.net/a.pem>;alg=ES256;ppt=shaken"),
    "info without brackets": _parameters(";info={x5u};alg=ES256;ppt=shaken"),
    "info quoted": _parameters(';info="{x5u}";alg=ES256;ppt=shaken'),
    "info empty": _parameters(";info=<>;alg=ES256;ppt=shaken"),
    "alg parameter another": _parameters(";info=<{x5u}>;alg=ES384;ppt=shaken"),
    "alg parameter left out": _parameters(";info=<{x5u}>;ppt=shaken"),
    "alg parameter quoted": _parameters(';info=<{x5u}>;alg="ES256";ppt=shaken'),
    "ppt parameter another": _parameters(";info=<{x5u}>;alg=ES256;ppt=div"),
    "ppt parameter left out": _parameters(";info=<{x5u}>;alg=ES256"),
    "ppt parameter quoted": _parameters(';info=<{x5u}>;alg=ES256;ppt="shaken"'),
    "ppt parameter in capitals": _parameters(";info=<{x5u}>;alg=ES256;ppt=SHAKEN"),
}  # fmt: skip

MUTATIONS = {**BROKEN, **SIGNED}
