"""`quivive money request`: documents to hand over. Each is written or refused; none is sent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quivive.money.requests.freeze.nouns import FreezeRequest
    from quivive.money.requests.freeze.write import Format
    from quivive.money.requests.travel_rule.forms import Form

_FILE = click.Path(path_type=Path)
_OUTPUT = click.option("-o", "--output", type=_FILE, help="Write here instead of to standard output.")

_TRACE = click.option(
    "--trace", type=_FILE, help="A trace (JSON of 'quivive money trace --json') as the trail."
)


@click.group()
def request() -> None:
    """What leaves the house: freeze requests, suspicious-transaction reports, Travel Rule messages, TagPacks.

    A document is written, or refused with a list of everything that is missing. Nothing is sent.
    """


@request.command()
@click.argument("case", type=_FILE, metavar="CASE")
@_TRACE
@click.option("--format", "form", type=click.Choice(["markdown", "html", "json"]),
              help="Default: by the ending of --output, else markdown.")  # fmt: skip
@click.option("--lang", "language", default="en", show_default=True, help="Language of the document.")
@_OUTPUT
def freeze(case: Path, trace: Path | None, form: Format | None, language: str, output: Path | None) -> None:
    """A request to an exchange or a stablecoin issuer to freeze what lies at an address.

    CASE is a YAML or JSON file: case number, authority, officer, legal basis, addressee, asset with contract,
    address, balance at a block, and the whole trail, if no --trace is given. The request is refused, with
    everything that is missing, where one of these is absent or malformed or the trail has a gap.

    Status: 0 written, 2 refused.
    """
    from quivive.cli.common import write
    from quivive.money.requests.freeze.write import write as drawn

    write(drawn(_checked(case, trace), form or _by_ending(output), language), output)


@request.command()
@click.argument("case", type=_FILE, metavar="CASE")
@_TRACE
@click.option("--abuse", help="What the money comes from, as a concept of GraphSense: scam, ransomware …")
@_OUTPUT
def tagpack(case: Path, trace: Path | None, abuse: str | None, output: Path | None) -> None:
    """The addresses of a case as a TagPack, for whoever else may meet them.

    CASE and --trace are those of 'freeze', and checked alike. Every address that the money came to gets a
    tag; whoever paid first does not, that is the victim. Read it through before you give it away: a tag is a
    statement about an address for all to read.

    Status: 0 written, 2 refused.
    """
    from quivive.cli.common import write
    from quivive.errors import UsageError
    from quivive.money.requests.case_tags import case_tags
    from quivive.money.tags.tagpack import problems, write_pack

    pack = case_tags(_checked(case, trace), abuse)
    if wrong := problems(pack, "the TagPack"):
        raise UsageError(
            "The TagPack is not written: " + "; ".join(sorted({each.reason for each in wrong})) + "."
        )
    write(write_pack(pack), output)


def _checked(case: Path, trace: Path | None) -> FreezeRequest:
    """The request of a case file and a trace, with the sums of both."""
    from datetime import UTC, datetime

    from quivive.money.requests.freeze.case import freeze_request
    from quivive.money.requests.reading import parse, read_bytes

    given = {path: read_bytes(path) for path in (case, trace) if path}
    files = {path.name: hashlib.sha256(data).hexdigest() for path, data in given.items()}
    return freeze_request(
        parse(given[case], case.name),
        datetime.now(UTC).replace(microsecond=0),
        parse(given[trace], trace.name) if trace else None,
        files,
    )


def _by_ending(output: Path | None) -> Format:
    ending = output.suffix.lower() if output else ""
    return "html" if ending in (".html", ".htm") else "json" if ending == ".json" else "markdown"


@request.command("str")
@click.argument("report", type=_FILE, metavar="REPORT")
@click.option("--schema", type=_FILE, help="Check against your unit's own schema (XSD); needs xmlschema.")
@click.option("--plain-names", is_flag=True,
              help="Names in plain Latin letters, as in a passport's machine-readable lines.")  # fmt: skip
@_OUTPUT
def suspicious_transaction(report: Path, schema: Path | None, plain_names: bool, output: Path | None) -> None:
    """A suspicious-transaction report in the XML of goAML 5.0, for a financial-intelligence unit.

    REPORT is a YAML or JSON file (docs/guides/money-requests.md lists the fields), or an older goAML
    report in XML. Codes, lengths and required fields differ from unit to unit: with --schema the report is
    written only if it fits.

    Status: 0 written, 2 refused.
    """
    from quivive.cli.common import write
    from quivive.money.requests.problems import Refused
    from quivive.money.requests.reading import parse, read_bytes
    from quivive.money.requests.suspicious_transaction.reader import read_report
    from quivive.money.requests.suspicious_transaction.writer import report as written

    data = read_bytes(report)
    old = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    document = read_report(data, report.name) if old else parse(data, report.name)
    found = written(document, plain_names=plain_names)
    if schema:
        from quivive.money.requests.suspicious_transaction.schema import faults

        if wrong := faults(found, schema):
            raise Refused(f"The report does not fit {schema.name} and is not written.", wrong)
    write(found.text(), output)


@request.command("travel-rule")
@click.argument("message", type=_FILE, metavar="MESSAGE")
@click.option("--form", type=click.Choice(["code", "2020", "2023"]), default="code", show_default=True,
              help="Whose names: the CODE network's schema, IVMS101 of 2020, or 101.2023.")  # fmt: skip
@_OUTPUT
def travel_rule(message: Path, form: Form, output: Path | None) -> None:
    """A Travel Rule message (IVMS101) in JSON: originator, beneficiary and their providers.

    MESSAGE is a YAML or JSON file: in simple words (docs/guides/money-requests.md) or in the structure of
    IVMS101 itself, of any version. The standard's rules are checked beyond the schema; what is still open (no
    receiving provider yet) is said on stderr.

    Status: 0 written, 2 refused.
    """
    import json
    from datetime import UTC, datetime

    from quivive.cli.common import write
    from quivive.money.requests.problems import lines
    from quivive.money.requests.reading import read
    from quivive.money.requests.travel_rule.forms import drawn
    from quivive.money.requests.travel_rule.message import message as checked

    found = checked(read(message), datetime.now(UTC), form)
    write(json.dumps(drawn(found.content, form), indent=2, ensure_ascii=False) + "\n", output)
    if found.notes:
        click.echo(f"Still open:\n{lines(found.notes)}", err=True)
