"""How do newer trust lists replace those that ship?

    python -m quivive.media.provenance.refresh FOLDER --date 2026-11-22 --official C2PA-TRUST-LIST.pem \\
        [--official-stamps C2PA-TSA-TRUST-LIST.pem] --interim anchors.pem --allowed allowed.sha256.txt \\
        --eku store.cfg

FOLDER is this package's `trust/`, or a copy. The files come from where `lists.yaml` says; fetching them is
the reader's business, because Quivive opens no connection. Each is checked before anything is written:
certification authorities only, none made for tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quivive.errors import Unreadable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.{1,20000}?-----END CERTIFICATE-----", re.DOTALL)
_HASH = re.compile(r"[A-Za-z0-9+/]{43}=")
_PURPOSE = re.compile(r"\d+(\.\d+){3,}")
_TEST = re.compile(r"\btest", re.IGNORECASE)
AUTHORITIES = 1000


@dataclass(frozen=True)
class Authority:
    """One certificate of a list as it was published, and whether it may issue for time stamps alone."""

    pem: str
    stamps_only: bool


def authorities(published: str) -> tuple[Authority, ...]:
    """The certification authorities of a list (PEM). Raises Unreadable for one that must not be trusted."""
    found = tuple(_authority(block) for block in _BLOCK.findall(published)[:AUTHORITIES])
    if not found:
        raise Unreadable("The list holds no certificate.")
    return found


def _authority(block: str) -> Authority:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        certificate = x509.load_pem_x509_certificate(block.encode())
        usage = list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        usage = []
    except ValueError as error:
        raise Unreadable(f"A certificate of the list does not read ({error}).") from error
    name = certificate.subject.rfc4514_string()
    if _TEST.search(name):
        raise Unreadable(f"{name} is made for tests: who trusted it would trust anybody.")
    if not _may_issue(certificate):
        raise Unreadable(f"{name} is no certification authority.")
    return Authority(block, usage == [ExtendedKeyUsageOID.TIME_STAMPING])


def _may_issue(certificate: Certificate) -> bool:
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        # A root of before extensions; only its own signature can make it one.
        return certificate.version is x509.Version.v1 and certificate.issuer == certificate.subject


def signers(published: str) -> str:
    """The authorities of a list that may issue for signers."""
    return _joined(each.pem for each in authorities(published) if not each.stamps_only)


def stamps(published: str) -> str:
    """The authorities of a list that issue for time stamps alone; '' for none."""
    return _joined(each.pem for each in authorities(published) if each.stamps_only)


def _joined(blocks: Iterator[str]) -> str:
    return "".join(f"{block}\n" for block in blocks)


def allowed(published: str) -> str:
    """The single signers of a list (base64 SHA-256), with the comments that name them. Raises Unreadable."""
    lines = [line.strip() for line in published.splitlines() if line.strip()]
    wrong = [line for line in lines if not line.startswith("#") and not _HASH.fullmatch(line)]
    if wrong or not lines:
        raise Unreadable(f"This is no list of SHA-256 in base64 ({(wrong or ['it is empty'])[0][:60]}).")
    return "\n".join(lines) + "\n"


def purposes(published: str) -> str:
    """The object identifiers of purposes, with their comments. Raises Unreadable."""
    lines = [line.strip() for line in published.splitlines() if line.strip()]
    wrong = [line for line in lines if not line.startswith("//") and not _PURPOSE.fullmatch(line)]
    if wrong or not lines:
        raise Unreadable(f"This is no list of purposes ({(wrong or ['it is empty'])[0][:60]}).")
    return "\n".join(lines) + "\n"


def refresh(folder: Path, date: str, official: str, interim: str, single: str, eku: str,
            official_stamps: str = "") -> None:  # fmt: skip
    """Writes the lists, checked and parted, and their date into `folder`. Raises Unreadable; then nothing is
    written."""
    parts = {
        "official.pem": signers(official),
        "official_stamps.pem": _joined(each.pem for each in authorities(official_stamps))
        if official_stamps else "",
        "interim.pem": signers(interim),
        "interim_stamps.pem": stamps(interim),
        "interim_allowed.txt": allowed(single),
        "eku.cfg": purposes(eku),
    }  # fmt: skip
    about = folder.joinpath("lists.yaml").read_text("utf-8")
    dated = re.sub(r"(?m)^date: .*$", f"date: '{date}'", about, count=1)
    for name, content in parts.items():
        if content:
            folder.joinpath(name).write_text(content, "utf-8")
    folder.joinpath("lists.yaml").write_text(dated, "utf-8")


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="When the files were fetched.")
@click.option("--official", required=True, type=_FILE)
@click.option("--official-stamps", type=_FILE)
@click.option("--interim", required=True, type=_FILE)
@click.option("--allowed", "single", required=True, type=_FILE)
@click.option("--eku", required=True, type=_FILE)
def main(folder: Path, date: object, official: Path, official_stamps: Path | None, interim: Path,
         single: Path, eku: Path) -> None:  # fmt: skip
    """Replace the trust lists in FOLDER by newer ones."""
    try:
        refresh(folder, str(date)[:10], official.read_text("utf-8"), interim.read_text("utf-8"),
                single.read_text("utf-8"), eku.read_text("utf-8"),
                official_stamps.read_text("utf-8") if official_stamps else "")  # fmt: skip
    except Unreadable as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
