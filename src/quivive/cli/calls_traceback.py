"""`quivive calls traceback`: the file that passes from provider to provider. Nothing is sent anywhere."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quivive.errors import UsageError

if TYPE_CHECKING:
    from quivive.calls.certificates.trust import Trust
    from quivive.calls.traceback.file import Asked, Author, HandOff
    from quivive.calls.traceback.hops import Hop, Query
    from quivive.calls.traceback.signing import Party
    from quivive.calls.traceback.verify_traceback import Checked

_FILE = click.Path(path_type=Path)
_KEYS = click.option("--keys", type=_FILE, help="Folder made by 'traceback keys'.")
_OWN_KEYS = click.option("--keys", type=_FILE, required=True, help="Folder made by 'traceback keys'.")
_KEY = click.option("--key", type=_FILE, help="Sign with this P-256 key instead, PEM or DER.")
_CERT = click.option("--cert", type=_FILE, help="Its certificate chain, such as the STI certificate.")
_AS = click.option("--as", "name", required=True, help="The provider's name, as it was asked.")
_ASK = click.option("--ask", "to", multiple=True, help="Whom to ask next, by name; may be repeated.")
_PROVIDERS = click.option("--providers", type=_FILE, multiple=True,
                          help="Public keys: public.json of a provider, or a list of such.")  # fmt: skip
_HOURS = click.option("--hours", type=click.FloatRange(0, 8760), default=24.0, show_default=True,
                      help="In how many hours an answer is due.")  # fmt: skip
_ENTRY = click.option("--entry", type=int, help="The entry that asks, if several do.")
_OUTPUT = click.option("-o", "--output", type=_FILE, required=True, help="The new file; never the old one.")
_TRUST = click.option(
    "--trust", type=_FILE, help="Root certificates, PEM, that the signers' chains must reach."
)


@click.group()
def traceback() -> None:
    """Pass a traceback from provider to provider: each sees its own question, who asked sees the whole.

    Answers are sealed for who asked and signed by who gives them. You carry the file yourself: nothing
    is sent. The password of private keys is read from $QUIVIVE_KEY_PASSWORD.
    """


@traceback.command()
@click.argument("folder", type=_FILE)
@click.option("--name", required=True, help="The name by which others ask you.")
def keys(folder: Path, name: str) -> None:
    """Make a folder of keys; its public.json is what you give to others."""
    from quivive.calls.traceback import signing

    party = signing.make_keys(folder, name)
    click.echo(f"Keys of {party.name} in {folder}. Give others {folder / signing.PUBLIC}, and only that.")
    if not os.environ.get("QUIVIVE_KEY_PASSWORD"):
        click.echo("The private keys have no password: set $QUIVIVE_KEY_PASSWORD to give them one.", err=True)


@traceback.command()
@_OWN_KEYS
@click.option("--case", required=True, help="Your reference; every provider reads it.")
@click.option("--contact", help="How a provider reaches you; every provider reads it.")
@click.option("--basis", help="On what legal basis you ask; every provider reads it.")
@click.option("--called", required=True, help="The number that was called.")
@click.option("--calling", help="The number that was shown as the caller.")
@click.option("--at", "moment", required=True, help="When, with zone: Unix seconds or ISO 8601.")
@click.option("--tolerance", type=click.FloatRange(0, 86400), default=120.0, show_default=True,
              help="By how many seconds the time may be wrong.")  # fmt: skip
@click.option("--call-id", help="Call-ID, where it is known.")
@click.option("--spoken", type=click.FloatRange(0, 86400), help="How many seconds they spoke, if known.")
@_ASK
@_PROVIDERS
@_HOURS
@_KEY
@_CERT
@_OUTPUT
def new(keys: Path, case: str, contact: str | None, basis: str | None, to: tuple[str, ...],
        providers: tuple[Path, ...], hours: float, key: Path | None, cert: Path | None, output: Path,
        **call: Any) -> None:  # fmt: skip
    """Begin a traceback: ask the provider of the number that was called."""
    from quivive.calls.traceback import file, signing

    own = _party(keys)
    if own.seal is None or signing.sealing_name(_sealing(keys)) != own.seal:
        raise UsageError(f"{keys / signing.PUBLIC} does not belong to the private key beside it.")
    query = _query(**call)
    author = _author(own.name, keys, key, cert, contact)
    asked = _hand_offs(_somebody(to), providers, query, author.at, hours)
    _write(output, file.question(case, query, author, own.seal, asked, basis))
    _told(asked, output)


def _query(called: str, calling: str | None, moment: str, tolerance: float, call_id: str | None,
           spoken: float | None) -> Query:  # fmt: skip
    from quivive.calls.traceback.hops import Query
    from quivive.cli.calls import _time

    shown = _number(calling) if calling else None
    return Query(_number(called), shown, _time(moment), tolerance, call_id, spoken)


def _number(text: str) -> str:
    from quivive.calls.numbers import canonical

    number = canonical(text)
    if number is None:
        raise UsageError(f"'{text}' is no telephone number: give it with its country code.")
    return number


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE")
@_AS
@_KEYS
@_ENTRY
@click.option("--asker", type=_FILE, help="public.json of who asks: make sure that it is they.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def asked(
    path: Path, name: str, keys: Path | None, entry: int | None, asker: Path | None, as_json: bool
) -> None:
    """Show what this provider is asked: one call, and from whom it was handed over."""
    from quivive.calls.traceback import file

    found = file.sound(file.read(path))
    _asker_is(found, asker)
    question = _waiting(found, name, entry)
    content = file.read_hand_off(found, question, _sealing(keys) if keys else None)
    first = found.entries[0] or {}
    shown = {**{k: v for k, v in content.items() if k != "salt"}, "case": first["header"]["case"],
             "asker": first["who"], "basis": first["header"]["basis"], "entry": question.entry,
             "due": (found.entries[question.entry] or {})["next"][question.place]["deadline"]}  # fmt: skip
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    click.echo(_asked_text(shown))


def _asked_text(shown: Mapping[str, Any]) -> str:
    from quivive.calls.traceback.steps import harmless

    tolerance = shown["tolerance_ms"] / 1000
    asker = shown["asker"]
    rows = [("Case", shown["case"]), ("Asked by", asker["name"]), ("Contact", asker["contact"]),
            ("Legal basis", shown["basis"]), ("Handed over by", shown["from"]), ("Called", shown["called"]),
            ("Calling", shown["calling"]), ("Time", f"{shown['at']}, give or take {tolerance:g} seconds"),
            ("Call-ID", shown["call_id"]), ("Note", shown["note"]), ("Answer due", shown["due"])]  # fmt: skip
    return "\n".join(f"{label:15} {harmless(str(value))}" for label, value in rows if value)


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE")
@_AS
@_KEYS
@_KEY
@_CERT
@_ENTRY
@click.option("--asker", type=_FILE, help="public.json of who asks: make sure that it is they.")
@click.option("--records", type=_FILE, multiple=True, help="Find the call in these call records.")
@click.option("--peers", multiple=True, metavar="NAME=TRUNK,…|FILE",
              help="Who is behind which trunk in these records.")  # fmt: skip
@click.option("--json", "given", type=_FILE, help="The answer as a JSON object.")
@click.option("--state", type=click.Choice(["found", "ambiguous", "not-found", "refused"]))
@click.option("--role", type=click.Choice(["terminating", "intermediate", "gateway", "originating"]))
@click.option("--upstream", help="Who handed the call to you; asked next unless --ask says otherwise.")
@click.option("--downstream", help="To whom you handed it.")
@click.option("--customer", help="Your own customer who made the call: a reference.")
@click.option("--start", help="When, by your own clock: Unix seconds or ISO 8601.")
@click.option("--calling", help="Calling number as you saw it.")
@click.option("--called", help="Called number as you saw it.")
@click.option("--call-id", help="Call-ID as you saw it.")
@click.option("--attest-seen", help="Attestation that came in: A, B or C.")
@click.option("--attest-sent", help="Attestation that you sent on.")
@click.option("--spc", help="Provider code that signed the call.")
@click.option("--record", help="Where it stands in your records.")
@click.option("--ingress", help="Trunk or address that it came in on.")
@click.option("--egress", help="Trunk or address that it went out on.")
@click.option("--action", help="What you did: customer warned, trunk blocked …")
@click.option("--why", help="How you found it, or why not.")
@click.option("--contact", help="How you are reached; everyone who gets the file reads it.")
@click.option("--note", help="A word to the next provider.")
@_ASK
@_PROVIDERS
@_HOURS
@_OUTPUT
def answer(path: Path, name: str, keys: Path | None, key: Path | None, cert: Path | None, entry: int | None,
           asker: Path | None, records: tuple[Path, ...], peers: tuple[str, ...], given: Path | None,
           contact: str | None, note: str | None, to: tuple[str, ...], providers: tuple[Path, ...],
           hours: float, output: Path, **fields: Any) -> None:  # fmt: skip
    """Answer what this provider is asked, and hand on to the provider that the call came from."""
    from quivive.calls.traceback import answers, file, opening

    data = file.read(path)
    found = file.sound(data)
    checked = _asker_is(found, asker)
    question = _waiting(found, name, entry)
    content = file.read_hand_off(found, question, _sealing(keys) if keys else None)
    query = answers.to_query(content)
    hop = _hop(name, query, records, peers, given, {k: v for k, v in fields.items() if v is not None})
    author = _author(name, keys, key, cert, contact)
    ask = to or ((hop.upstream,) if hop.upstream else ())
    asked = _hand_offs(ask, providers, opening.as_seen(query, hop), author.at, hours, note)
    _write(output, file.answer(data, question, hop, author, asked))
    _told(asked, output)
    receipt = file.sound(file.read(output)).hashes[-1]
    click.echo(f"Receipt of your answer: {receipt}. Keep it: it tells whether another was put in its place.")
    if not checked:
        click.echo(
            "Who asks was not checked (--asker): your answer is sealed for whoever made this file.", err=True
        )


def _hop(name: str, query: Query, records: Sequence[Path], peers: Sequence[str], given: Path | None,
         fields: dict[str, Any]) -> Hop:  # fmt: skip
    from dataclasses import asdict

    from quivive.calls.traceback import answers, signing

    value: dict[str, Any] = {}
    if records:
        value |= asdict(_matched(name, query, records, peers))
    if given:
        value |= _object(signing.read_bytes(given), given)
    if not (value or fields):
        raise UsageError("Nothing is answered: give --records, --json or the fields, at least --state.")
    value |= fields
    return answers.from_json({k: v for k, v in value.items() if k not in ("provider", "deadline")}, name)


def _object(data: bytes, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON.") from error
    if not isinstance(value, dict):
        raise UsageError(f"{path} holds no JSON object.")
    return value


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE")
@_OWN_KEYS
@_KEY
@_CERT
@click.option("--who", "name", required=True, help="The provider that did not answer.")
@_ENTRY
@click.option("--why", default="", help="What was tried.")
@_ASK
@_PROVIDERS
@_HOURS
@_OUTPUT
def silent(path: Path, keys: Path, key: Path | None, cert: Path | None, name: str, entry: int | None,
           why: str, to: tuple[str, ...], providers: tuple[Path, ...], hours: float,
           output: Path) -> None:  # fmt: skip
    """For who asked: put down that a provider did not answer, and ask another in its place (--ask)."""
    from quivive.calls.traceback import file, opening

    data = file.read(path)
    found = file.sound(data)
    question = _waiting(found, name, entry)
    author = _author(_party(keys).name, keys, key, cert, None)
    query = opening.query_at(found, question, _sealing(keys))
    asked = _hand_offs(to, providers, query, author.at, hours)
    _write(output, file.silence(data, question, why, author, asked))
    _told(asked, output)


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE")
@_OWN_KEYS
@_KEY
@_CERT
@click.option("--after", type=int, required=True, help="The entry after which the question stands.")
@_ASK
@_PROVIDERS
@_HOURS
@_OUTPUT
def ask(path: Path, keys: Path, key: Path | None, cert: Path | None, after: int, to: tuple[str, ...],
        providers: tuple[Path, ...], hours: float, output: Path) -> None:  # fmt: skip
    """For who asked: ask one more provider, after any entry."""
    from quivive.calls.traceback import file, opening

    data = file.read(path)
    author = _author(_party(keys).name, keys, key, cert, None)
    query = opening.query_after(file.sound(data), after, _sealing(keys))
    asked = _hand_offs(_somebody(to), providers, query, author.at, hours)
    _write(output, file.further(data, after, author, asked))
    _told(asked, output)


@traceback.command()
@click.argument("paths", type=_FILE, nargs=-1, required=True, metavar="FILE…")
@_OUTPUT
def join(paths: tuple[Path, ...], output: Path) -> None:
    """Put branches of one traceback together, where a provider asked two others."""
    from quivive.calls.traceback import file

    _write(output, file.join([file.read(path) for path in paths]))


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE")
@_OWN_KEYS
@click.option("--now", help="Judge deadlines as of then: Unix seconds or ISO 8601.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def read(path: Path, keys: Path, now: str | None, as_json: bool) -> None:
    """For who asked: open all answers; hops, gaps, who is silent and who is overdue.

    Status: 0 the way is whole, 1 something in the file was changed, 3 a gap or an uncertain hop.
    """
    from quivive.calls.traceback import file, opening, steps
    from quivive.cli.calls import _time

    data = file.read(path)
    told, _ = opening.whole(data, _sealing(keys), _time(now) if now else time.time())
    click.echo(json.dumps(opening.as_json(told), indent=2) if as_json else steps.as_text(told), nl=as_json)
    sys.exit(1 if told.changed else 0 if told.traceback.complete else 3)


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE|FOLDER|ZIP")
@_TRUST
@click.option(
    "--receipt", multiple=True, help="The hash that a provider kept of its answer: is it still there?"
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def verify(path: Path, trust: Path | None, receipt: tuple[str, ...], as_json: bool) -> None:
    """Check hashes and signatures of a file or an export; no key is needed. Names what was changed.

    Status: 0 nothing was changed, 1 something was.
    """
    from quivive.calls.traceback import checking

    said = checking.verify(path, _trust(trust), receipt)
    if as_json:
        click.echo(json.dumps({"changed": said.changed, "notes": said.notes, "keys": said.keys}, indent=2))
    else:
        click.echo("\n".join(checking.lines(said)))
    sys.exit(1 if said.changed else 0)


@traceback.command()
@click.argument("path", type=_FILE, metavar="FILE")
@_OWN_KEYS
@_KEY
@_CERT
@_TRUST
@_OUTPUT
def export(
    path: Path, keys: Path, key: Path | None, cert: Path | None, trust: Path | None, output: Path
) -> None:
    """For who asked: close the file and write a folder, or a .zip, that anyone can check.

    It holds personal data: give it to nobody but those who may have it.
    """
    from quivive.calls.traceback import export as exports
    from quivive.calls.traceback import file

    author = _author(_party(keys).name, keys, key, cert, None)
    exports.write(exports.export(file.read(path), _sealing(keys), author, _trust(trust)), output)
    click.echo(f"Written: {output}. Anyone can check it: python verify_traceback.py {output.name}")


def _trust(path: Path | None) -> Trust | None:
    from quivive.calls.certificates.trust import read
    from quivive.calls.traceback.signing import read_bytes
    from quivive.errors import Unreadable

    try:
        return read(read_bytes(path)) if path else None
    except Unreadable as error:
        raise UsageError(f"{path} does not read as certificates: {error}") from error


def _matched(name: str, query: Query, records: Sequence[Path], trunks: Sequence[str]) -> Hop:
    """What this provider's own records say of the call: the first step of a trace through them alone."""
    from quivive.calls.traceback import peers, sources, way

    providers = sources.read({name: records}, query)
    found = way.trace(query, providers, peers.read(trunks, [name]), time.time(), first=name)
    return next(hop for hop in found.hops if hop.provider == name)


def _party(keys: Path) -> Party:
    from quivive.calls.traceback import signing

    return next(iter(signing.read_parties([keys / signing.PUBLIC]).values()))


def _sealing(keys: Path) -> Any:
    from quivive.calls.traceback import signing

    return signing.read_sealing_key(keys / signing.SEALING)


def _author(name: str, keys: Path | None, key: Path | None, cert: Path | None, contact: str | None) -> Author:
    from quivive.calls.traceback import signing
    from quivive.calls.traceback.file import Author

    path = key or (keys / signing.SIGNING if keys else None)
    if path is None:
        raise UsageError("An entry is signed: give --keys FOLDER, or --key FILE.")
    signer = signing.signer(signing.read_bytes(path), signing.read_bytes(cert) if cert else None)
    return Author(name, signer, time.time(), contact)


def _hand_offs(to: Sequence[str], providers: Sequence[Path], query: Query, now: float, hours: float,
               note: str | None = None) -> list[HandOff]:  # fmt: skip
    from quivive.calls.traceback.file import HandOff
    from quivive.calls.traceback.signing import Party, read_parties

    known = read_parties(providers)
    return [
        HandOff(known.get(name, Party(name)), query, now + hours * 3600, note) for name in dict.fromkeys(to)
    ]


def _somebody(to: tuple[str, ...]) -> tuple[str, ...]:
    if not to:
        raise UsageError("Nobody is asked: give --ask NAME.")
    return to


def _waiting(found: Checked, name: str, entry: int | None) -> Asked:
    from quivive.calls.traceback import file

    there = [each for each in file.waiting(found, name) if entry in (None, each.entry)]
    if not there:
        others = sorted({each.to for each in file.waiting(found)})
        waits = f" It waits for {', '.join(others)}." if others else " It waits for nobody."
        raise UsageError(f"This traceback does not ask {name}.{waits}")
    if len(there) > 1:
        raise UsageError(
            f"{name} is asked by entries {', '.join(str(e.entry) for e in there)}: give --entry."
        )
    return there[0]


def _asker_is(found: Checked, path: Path | None) -> bool:
    """Whether it was made sure who asks; raises UsageError where it is another."""
    from quivive.calls.traceback.signing import read_parties
    from quivive.calls.traceback.verify_traceback import thumbprint

    if path is None:
        return False
    first = found.entries[0] or {}
    for party in read_parties([path]).values():
        if party.seal == first["header"]["seal"] and party.signer in (None, thumbprint(first)):
            return True
    raise UsageError(f"This traceback was not begun with the keys in {path}: do not answer it.")


def _told(asked: Sequence[HandOff], output: Path) -> None:
    for each in asked:
        sealed = "sealed" if each.to.seal else "in clear, since no key of it is known (--providers)"
        click.echo(f"Give {output} to {each.to.name}: the question is {sealed}.")


def _write(path: Path, data: bytes) -> None:
    from quivive.calls.traceback.signing import write_private

    try:
        write_private(path, data)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; a traceback is not written over.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
