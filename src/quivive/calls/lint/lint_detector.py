"""Whose certificate for signing calls is this, and is it made as the rules ask?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from quivive.calls.lint import fields as field
from quivive.calls.lint import inputs, tn_auth_list
from quivive.calls.lint.fields import Fields
from quivive.calls.lint.linter import LintFinding, codes, judge
from quivive.model import Context, Finding, Item, Kind, Source, Subject, Where, Yield, finding

_MOST = 16
"""Certificates of one file that are looked at; chains have three or four."""


class Linter:
    """Names the holder of an STI certificate, and each rule that it breaks.

    A broken rule is a fault of form: half of the genuine certificates in use have one. It tells how
    carefully the issuer works, not that a call was forged; that is what verification is for.
    """

    name = "calls.certificate"
    version = "1"
    accepts = frozenset({"application/x-x509-cert"})
    online = False
    codes: Mapping[str, str] = {
        "sti-certificate/seen": "This certificate lets {subject} (service provider code {spc}) sign calls "
        "from {start} to {end}. It was issued by {issuer}.",
        "sti-certificate/seen-without-code": "This certificate of {subject} is for signing calls from "
        "{start} to {end}, but does not name one service provider code. It was issued by {issuer}.",
        "sti-certificate/lint": "The certificate breaks a rule for certificates that sign calls: "
        "{explanation} ({code}, {clause}). This is a fault of form and by itself no sign of "
        "a forgery.",
        "sti-certificate/other": "This is a certificate of {subject}, issued by {issuer}, valid from {start} "
        "to {end}. It is not one with which a provider signs calls.",
    }

    def sources(self) -> tuple[Source, ...]:
        """The table of codes."""
        return (_table(),)

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Holder, issuer and dates of each certificate; the rules that those for calls break."""
        if not isinstance(subject, Item):
            return
        certificates = inputs.each(subject.data)[:_MOST]
        for number, der in enumerate(certificates, start=1):
            where = Where(part=f"certificate {number}") if len(certificates) > 1 else None
            yield from _findings(self, subject, field.read(der), where)


DETECTORS = (Linter,)


def _findings(detector: Linter, item: Item, fields: Fields, where: Where | None) -> Iterator[Finding]:
    for_calls = fields.extension(field.TN_AUTH_LIST) is not None
    yield _seen(detector, item, fields, where, for_calls)
    for broken in judge(fields) if for_calls else ():
        yield _broken(detector, item, broken, where)


def _seen(detector: Linter, item: Item, fields: Fields, where: Where | None, for_calls: bool) -> Finding:
    spc, _ = tn_auth_list.spc(fields)
    code = "seen" if spc else "seen-without-code"
    params = {
        "subject": _called(fields.subject),
        "issuer": _called(fields.issuer),
        "spc": spc,
        "start": fields.not_before.date().isoformat(),
        "end": fields.not_after.date().isoformat(),
    }
    code = f"sti-certificate/{code if for_calls else 'other'}"
    return finding(detector, code, "informational", item, params=params, where=where)


def _broken(detector: Linter, item: Item, broken: LintFinding, where: Where | None) -> Finding:
    meant = codes()[broken.code]
    kind: Kind = "review" if broken.level == "error" else "informational"
    params = {"code": broken.code, "clause": meant.clause, "explanation": meant.means.rstrip(".")}
    return finding(
        detector,
        "sti-certificate/lint",
        kind,
        item,
        params=params,
        where=where or Where(quote=broken.details),
        references=(meant.clause,),
    )


def _called(name: tuple[tuple[str, str], ...]) -> str:
    """Organisation and common name, as far as they stand there."""
    parts = [text for oid in (field.ORGANISATION, field.COMMON_NAME) for kind, text in name if kind == oid]
    return ", ".join(dict.fromkeys(parts)) or "(no name)"


@lru_cache(maxsize=1)
def _table() -> Source:
    data = files("quivive.calls.lint").joinpath("codes.yaml").read_bytes()
    return Source("rules of the public SHAKEN linter", "2025-08-18", sha256(data).hexdigest())
