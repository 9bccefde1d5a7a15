"""Which DKIM signatures does a mail carry, and do they verify with a key at hand (RFC 6376)?"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quivive.messages.mails.mail import Mail

LONGEST = 32 * 2**20
"""Bytes of a mail up to which signatures are verified."""
LONGEST_HEADER = 2**18
MOST_WORK = 10**8
"""Steps that the runs of blanks in a mail may cost."""
_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*([^;]*)(?:;|$)")


Verdict = Literal["good", "bad-body", "bad-signature", "no-key", "unreadable"]


@dataclass(frozen=True)
class Signature:
    """A DKIM-Signature field as written; `domain` (d=) vouches, `signed` (h=) says for which fields."""

    domain: str
    selector: str
    algorithm: str
    signed: tuple[str, ...]
    length: int | None
    tags: Mapping[str, str]


def signatures(mail: Mail) -> tuple[Signature, ...]:
    """The DKIM-Signature fields of a mail, in order (RFC 6376 §3.5); damaged ones have empty parts."""
    return tuple(_signature(field.value) for field in mail.headers if field.name.lower() == "dkim-signature")


def _signature(value: str) -> Signature:
    tags = {name: re.sub(r"\s+", "", text) for name, text in _TAG.findall(value[:20_000])}
    length = tags.get("l", "")
    return Signature(
        domain=tags.get("d", "").lower(),
        selector=tags.get("s", ""),
        algorithm=tags.get("a", "").lower(),
        signed=tuple(name.lower() for name in tags.get("h", "").split(":") if name),
        length=int(length) if length.isdecimal() and len(length) < 16 else None,
        tags=tags,
    )


def record_name(signature: Signature) -> str:
    """Where a signer publishes its key (RFC 6376 §3.6.2.1)."""
    return f"{signature.selector}._domainkey.{signature.domain}".lower()


def verify(data: bytes, number: int, signature: Signature, keys: Mapping[str, str]) -> tuple[Verdict, str]:
    """Verify the signature at place `number` (0 the topmost) with keys at hand; the reason where it cannot
    be.

    Nothing is looked up. Times in the signature do not count: evidence is read late.
    """
    import dkim

    record = _normal(keys).get(record_name(signature))
    if record is None:
        return "no-key", ""
    reason = _too_costly(data)
    if reason:
        return "unreadable", reason
    checker = _checker(data)
    try:
        valid = checker.verify(idx=number, dnsfunc=lambda name, timeout=0: record.encode("ascii", "replace"))
    except dkim.ValidationError as error:
        return ("bad-body", "") if "body hash mismatch" in str(error) else ("unreadable", _plain(error))
    except Exception as error:  # dkimpy raises many kinds of errors on hostile fields and keys
        return "unreadable", _plain(error)
    if not valid and not hasattr(checker, "pk"):
        return "unreadable", "the key at hand does not read"
    return ("good", "") if valid else ("bad-signature", "")


def _normal(keys: Mapping[str, str]) -> dict[str, str]:
    return {name.lower().rstrip("."): record for name, record in keys.items()}


def _too_costly(data: bytes) -> str:
    """Why a mail is not put through dkimpy, some of whose steps take quadratic time on runs of spaces and
    folds.
    """
    header = min((at for at in (data.find(b"\n\n"), data.find(b"\r\n\r\n")) if at >= 0), default=len(data))
    if len(data) > LONGEST or header > LONGEST_HEADER:
        return "the mail or its header is too long"
    work = sum((m.end() - m.start()) ** 2 for m in re.finditer(rb"[ \t]{2,}", data))
    return "the mail is padded with blanks beyond measure" if work > MOST_WORK else ""


def _checker(data: bytes) -> Any:
    """A dkimpy verifier that leaves the clock out of it."""
    import dkim

    class Verifier(dkim.DKIM):  # type: ignore[misc]
        def verify_headerprep(self, idx: int = 0) -> Any:
            fields = [field for field in self.headers if field[0].lower() == b"dkim-signature"]
            tags = dkim.parse_tag_value(fields[idx][1])
            dkim.validate_signature_fields(
                {name: text for name, text in tags.items() if name not in (b"t", b"x")}
            )
            signed = [name.lower() for name in re.split(rb"\s*:\s*", tags[b"h"])]
            self.include_headers = tuple(signed)
            return tags, signed, fields

    quiet = logging.Logger("quivive.dkim", logging.CRITICAL + 1)
    return Verifier(data, logger=quiet, minkey=512)


def _plain(error: Exception) -> str:
    text = re.sub(r"\s+", " ", str(error)).strip()[:120]
    return text or type(error).__name__
