"""`quivive calls`: who really called? Verify and sign Identity headers, lint STI certificates."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.cli.common import lazy_group
from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.calls.forwarding import CallVerdict
    from quivive.calls.lint import Linted
    from quivive.calls.signers import Signers
    from quivive.calls.verify import Policy

STATUS = {"valid": 0, "invalid": 1, "could-not-look": 3}
_FILE = click.Path(path_type=Path, allow_dash=True)


_ELSEWHERE: dict[str, str] = {
    "records": "calls_records",
    "serve": "calls_serve",
    "trace": "calls_trace",
    "traceback": "calls_traceback",
}
"""Commands of this group that stand in other modules."""


@click.group(cls=lazy_group(_ELSEWHERE))
def calls() -> None:
    """Who really called? Verify, sign and serve calls, find campaigns in call records, trace calls back."""


@calls.command()
@click.option("--identity", type=_FILE, help="Identity header, or a bare PASSporT; '-' reads stdin.")
@click.option("--sip", type=_FILE, help="The SIP request; its headers say who calls whom.")
@click.option("--orig", help="The caller's number as it was shown (instead of the SIP request's).")
@click.option("--dest", multiple=True, help="A number that was called; may be repeated.")
@click.option("--at", "moment", help="When the call arrived: Unix seconds or ISO 8601. Default: now.")
@click.option("--cert", type=_FILE, help="The signer's certificate chain, PEM or DER.")
@click.option("--pubkey", type=_FILE, help="The signer's public key: PEM, DER or the point as hex.")
@click.option("--trust", type=_FILE, help="STI roots to trust instead of those that ship, PEM.")
@click.option("--crl", type=_FILE, multiple=True, help="A revocation list, PEM or DER; may be repeated.")
@click.option("--refusals", type=_FILE, help="YAML with other SIP codes and verstat values by reason.")
@click.option("--freshness", type=float, default=60.0, help="Seconds that token and call may lie apart.")
@click.option("--online", is_flag=True, help="Fetch the certificate from the address that the token names.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Another quivive.toml.")
def verify(
    identity: Path | None, sip: Path | None, moment: str | None, as_json: bool, **options: Any
) -> None:
    """Does the call carry a valid STIR Identity (RFC 8224)?

    Status: 0 valid, 1 invalid, 3 could not look.
    """
    from quivive.calls.forwarding import verify_call

    if identity is None and sip is None:
        raise click.UsageError("Name an Identity header with --identity or a SIP request with --sip.")
    values, call, bypass = _call(identity, sip, options["orig"], options["dest"])
    signers, policy = _signers(options)
    verdict = verify_call(values, call, signers, _time(moment), policy, bypass)
    click.echo(json.dumps(_as_json(verdict), indent=2) if as_json else _as_text(verdict))
    sys.exit(STATUS[verdict.verdict])


def _call(identity: Path | None, sip: Path | None, orig: str | None, dest: tuple[str, ...]) -> Any:
    from quivive.calls import asserted
    from quivive.calls.asserted import party
    from quivive.calls.identity import values_of
    from quivive.calls.verify import Call

    found = asserted.read(_read(sip)) if sip else asserted.Asserted(Call(), (), False)
    if found is None:
        raise UsageError(f"{sip} is no request that calls somebody.")
    values, call, bypass = found.identities, found.call, found.bypass
    if identity:
        values = values_of(_read(identity))
    if orig is not None:
        call = _with(call, caller=party(orig), anonymous=False)
    if dest:
        call = _with(call, callees=tuple(party(each) for each in dest))
    return values, call, bypass


def _with(call: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(call, **changes)


def _signers(options: dict[str, Any]) -> tuple[Signers, Policy]:
    from quivive.calls import refusals, signers
    from quivive.calls.certificates import trust
    from quivive.calls.verify import Policy
    from quivive.cli.common import workbench

    bench = workbench(options["config_file"])
    house = bench.call_trust()
    table = house.refusals
    if options["refusals"]:
        table = _read(options["refusals"]).decode("utf-8", "replace")
    policy = Policy(options["freshness"], refusals.changed(table, "the table of refusals") if table else
                    refusals.shipped())  # fmt: skip
    if options["pubkey"]:
        if options["cert"]:
            raise click.UsageError("Give --cert or --pubkey, not both.")
        return signers.GivenKey(signers.read_key(_read(options["pubkey"]))), policy
    roots = _read(options["trust"]) if options["trust"] else b"".join(house.roots or ()) or None
    lists = [_read(each) for each in options["crl"]] or list(house.crls)
    trusted = trust.read(roots, lists)
    if options["cert"]:
        return signers.GivenCertificate(_read(options["cert"]), trusted), policy
    fetch = signers.fetcher() if options["online"] else None
    return signers.Certificates(house.certificates, trusted, fetch), policy


def _as_json(verdict: CallVerdict) -> dict[str, Any]:
    main = verdict.main
    shown: dict[str, Any] = {
        "verdict": verdict.verdict,
        "signature": verdict.signature,
        "sip_code": verdict.sip_code,
        "verstat": verdict.verstat,
        "ppt": main.ppt if main else None,
        "attest": main.attest if main else None,
        "reasons": [_reason(each) for each in verdict.reasons],
    }
    if len(verdict.tokens) > 1 or any(each.nested for each in verdict.tokens):
        shown["tokens"] = [_token(each) for each in verdict.tokens]
    return shown


def _token(verdict: Any) -> dict[str, Any]:
    names = ("verdict", "signature", "sip_code", "verstat", "ppt", "attest")
    shown = {name: getattr(verdict, name) for name in names}
    shown["reasons"] = [_reason(each) for each in verdict.reasons]
    return shown | ({"nested": [_token(each) for each in verdict.nested]} if verdict.nested else {})


def _reason(reason: Any) -> dict[str, str]:
    text = f"{reason.text} ({reason.detail})" if reason.detail else reason.text
    return {"code": reason.code, "text": text, "reference": reason.reference}


_WORDS = {
    "valid": "VALID: the caller's number was signed by a provider that may speak for it.",
    "invalid": "INVALID: do not trust the number shown.",
    "could-not-look": "COULD NOT LOOK: nothing is proven, neither for the number nor against it.",
}
_KEY_GIVEN = "VALID for the key given: whose key it is was not checked."
_ATTESTED = {
    "A": "A: the provider knows the customer and the customer's right to the number",
    "B": "B: the provider knows the customer, not the right to the number",
    "C": "C: the provider only knows where the call entered its network",
}


def _as_text(verdict: CallVerdict) -> str:
    main = verdict.main
    given = verdict.verdict == "valid" and any(each.code == "key-given" for each in verdict.reasons)
    lines = [_KEY_GIVEN if given else _WORDS[verdict.verdict], f"  signature  {verdict.signature}"]
    if main:
        lines.append(f"  token      {main.ppt or 'PASSporT without extension'}")
    if main and main.attest:
        lines.append(f"  attested   {_ATTESTED[main.attest]}")
    if main and main.signer and main.signer.certificate:
        lines.append(f"  signer     {main.signer.certificate.subject}")
    lines.append(f"  verstat    {verdict.verstat}")
    if verdict.sip_code:
        lines.append(f"  SIP        {verdict.sip_code}")
    for reason in verdict.reasons:
        said = _reason(reason)
        lines.append(f"  - {said['text']} [{reason.code}; {reason.reference or 'no clause'}]")
    return _wrapped(lines)


def _time(text: str | None) -> float:
    if text is None:
        return time.time()
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--at {text!r} is no time: give Unix seconds or 2026-11-22T12:00:00Z.") from error
    return moment.timestamp() if moment.tzinfo else datetime.fromisoformat(text + "+00:00").timestamp()


def _read(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


@calls.command()
@click.option("--key", type=_FILE, required=True, help="The private key, PEM or DER (P-256).")
@click.option("--x5u", required=True, help="The https address at which the certificate lies.")
@click.option("--cert", type=_FILE, help="The certificate: make sure that key and number belong to it.")
@click.option("--orig", required=True, help="The caller's number, or a sip: address.")
@click.option("--dest", multiple=True, required=True, help="A number that is called; may be repeated.")
@click.option("--ppt", default="shaken", help="shaken, div, div-o, rph, rcd, or 'none' for RFC 8225 alone.")
@click.option("--attest", type=click.Choice(["A", "B", "C"]), help="What the provider knows (RFC 8588 §4).")
@click.option("--origid", help="Origination identifier; a new UUID unless given.")
@click.option("--at", "moment", help="When the token is signed: Unix seconds or ISO 8601. Default: now.")
@click.option("--div", help="The number that forwards the call (RFC 8946).")
@click.option("--opt", type=_FILE, help="The original token, for div-o.")
@click.option("--rph", multiple=True, help="A priority, such as ets.0; may be repeated (RFC 8443).")
@click.option("--rcd", type=_FILE, help="Name and card of the caller, a JSON object (RFC 9795).")
@click.option("--rcdi", "digests", is_flag=True, help="Sign digests of name and card too.")
@click.option("--crn", help="The reason of the call (RFC 9795 §5.2).")
def sign(key: Path, x5u: str, cert: Path | None, moment: str | None, ppt: str, **options: Any) -> None:
    """Sign a call: print the value of its Identity header (RFC 8224 §6.1).

    The key's password, if it has one, is read from $QUIVIVE_KEY_PASSWORD.
    """
    import os

    from quivive.calls.sign import Token, read_private_key
    from quivive.calls.sign import sign as signed

    options["rcd"] = _object(options["rcd"]) if options["rcd"] else None
    options["opt"] = _read(options["opt"]).decode("ascii", "replace") if options["opt"] else None
    token = Token(ppt=None if ppt == "none" else ppt, iat=int(_time(moment)), **options)
    password = os.environ.get("QUIVIVE_KEY_PASSWORD")
    private = read_private_key(_read(key), password.encode() if password else None)
    click.echo(signed(token, private, x5u, _read(cert) if cert else None))


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_read(path))
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError(f"{path} holds no JSON object.")
    return value


@calls.command()
@click.argument("certificates", nargs=-1, required=True, type=_FILE, metavar="CERT…")
@click.option("--jsonl", is_flag=True, help='A line each: {"name","sha256","findings":[code,…]}.')
@click.option("--tested", help="Judge by the rules of that day (ISO 8601); they changed in November 2023.")
def lint(certificates: tuple[Path, ...], jsonl: bool, tested: str | None) -> None:
    """Check STI certificates against ATIS-1000080, RFC 5280 and the SHAKEN certificate policy.

    Reads PEM, DER, and JSON lines with base64 DER in "cert". Status: 1 if anything was found, else 0.
    """
    from quivive.calls.lint import lint_lines

    found = False
    day = datetime.fromtimestamp(_time(tested), UTC) if tested else None
    for path in certificates:
        for linted in lint_lines(path.name, _read(path), day):
            found = found or bool(linted.findings or linted.error)
            click.echo(json.dumps(linted.row()) if jsonl else _lint_text(linted))
    sys.exit(1 if found else 0)


def _lint_text(linted: Linted) -> str:
    from quivive.calls.lint import explain

    if linted.error:
        return _wrapped([f"{linted.name}: could not look: {linted.error}"])
    lines = [f"{linted.name}: {len(linted.findings) or 'no'} findings"]
    for finding in linted.findings:
        code = explain(finding.code)
        lines.append(f"  {finding.level:7} {finding.code}: {code.means} [{code.clause}]")
    return _wrapped(lines)


@calls.command()
@click.argument("number")
@click.option("--to", "callee", help="The number that was called.")
@click.option("--trunk", help="How the call came in: national, international, or a country such as FR.")
@click.option(
    "--signed/--unsigned", "authenticated", default=None, help="Whether a signature proved the number."
)
@click.option("--roaming/--at-home", default=None, help="Whether the caller's mobile is abroad.")
@click.option("--at", "moment", help="When the call arrived: Unix seconds or ISO 8601. Default: now.")
@click.option("--country", help="Where it arrived, if the called number does not tell: two letters.")
@click.option("--packs", type=click.Path(path_type=Path), help="A folder of country packs of your own.")
@click.option("--json", "as_json", is_flag=True, help="The judgements as JSON.")
def caller(number: str, moment: str | None, packs: Path | None, as_json: bool, **options: Any) -> None:
    """May NUMBER be shown as the caller? Country rules, where no signature tells.

    Status: 1 a rule forbids or doubts it, 3 something needed to decide is unknown, else 0.
    """
    from quivive.calls.countries.judge import describe
    from quivive.calls.countries.packs_in_force import load

    said = describe(number, at=_time(moment), packs=load(packs), **options)
    click.echo(json.dumps(said, indent=2) if as_json else _caller_text(number, said))
    kinds = {each["kind"] for each in said["judgements"]}
    sys.exit(1 if kinds & {"fail", "review"} else 3 if "open" in kinds else 0)


_SIGNS = {"fail": "!!", "review": "! ", "open": "? ", "informational": "- "}


def _caller_text(number: str, said: dict[str, Any]) -> str:
    lines = [said["number"] or number]
    for each in said["judgements"]:
        lines += [f"{_SIGNS[each['kind']]} {each['text']}", f"   [{each['rule']}; {each['source']}]"]
    if not said["judgements"]:
        lines.append("No rule speaks against this number. That does not prove who calls: it can be forged.")
    return _wrapped(lines)


def _wrapped(lines: list[str]) -> str:
    from textwrap import fill

    from quivive.render.safe import plain
    from quivive.render.text import WIDTH

    # a line's own blanks stay: they are the layout
    return "\n".join(
        fill(plain(line), WIDTH, subsequent_indent="     ", break_long_words=False) for line in lines
    )
