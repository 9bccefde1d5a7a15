"""Make the DKIM test keys and the mails signed with them: python tests/data/messages/make_signed.py

The keys are for tests only and sign for example domains. Running it again makes other keys, so that all files
change together.
"""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import dkim

HERE = Path(__file__).parent
MAIL = (
    b"From: Vella Bank <service@vellabank.example>\r\nTo: you@example.com\r\nSubject: Your statement\r\n"
    b"Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@vellabank.example>\r\n"
    b"\r\nYour statement for November is ready.\r\n"
)
ALL = [b"from", b"to", b"subject", b"date", b"message-id"]


def main() -> None:
    """Write signed.eml and its variants, and keys.txt with the TXT record."""
    make = ["openssl", "genrsa", "-traditional", "2048"]
    private = subprocess.run(make, check=True, capture_output=True).stdout
    public = subprocess.run(
        ["openssl", "rsa", "-pubout", "-outform", "DER"], input=private, check=True, capture_output=True
    ).stdout
    record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
    (HERE / "keys.txt").write_text(f"test._domainkey.vellabank.example {record}\n")
    write("signed", MAIL, private)
    write("signed_part", MAIL, private, length=True)
    write("signed_thin", MAIL, private, include_headers=[b"from"])
    write("signed_for_another", MAIL.replace(b"service@vellabank", b"service@other"), private)


def write(name: str, mail: bytes, private: bytes, **options: Any) -> None:
    """Sign `mail` for vellabank.example and write it."""
    options = {"include_headers": ALL, "canonicalize": (b"relaxed", b"relaxed"), **options}
    line = dkim.sign(mail, b"test", b"vellabank.example", private, **options)
    (HERE / f"{name}.eml").write_bytes(line + mail)


if __name__ == "__main__":
    main()
