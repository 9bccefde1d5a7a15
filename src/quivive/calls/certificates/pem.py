"""Which labelled blocks does a PEM file hold (RFC 7468)?"""

from __future__ import annotations

import base64
import binascii
import re

from quivive.errors import Unreadable

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_CERTIFICATE = (b"CERTIFICATE", b"X509 CERTIFICATE")
_CRL = (b"X509 CRL", b"CRL")


def certificates(data: bytes) -> list[bytes]:
    """DER of the certificates, in order; DER or bare base64 of it counts as one. Raises Unreadable."""
    return _blocks(data, _CERTIFICATE)


def crls(data: bytes) -> list[bytes]:
    """DER of the revocation lists, in order; DER or bare base64 of it counts as one. Raises Unreadable."""
    return _blocks(data, _CRL)


def is_pem(data: bytes) -> bool:
    """Whether there is any labelled block."""
    return _BEGIN.search(data) is not None


def _blocks(data: bytes, labels: tuple[bytes, ...]) -> list[bytes]:
    """Text around blocks and blocks of other kinds (a key, say) are passed over, unread."""
    if not is_pem(data):
        return [data if data[:1] == b"\x30" else _base64(data)]
    _, *pieces = _BEGIN.split(data)
    return [
        _body(text, label) for label, text in zip(pieces[::2], pieces[1::2], strict=True) if label in labels
    ]


def _body(text: bytes, label: bytes) -> bytes:
    body, end, _ = text.partition(b"-----END " + label + b"-----")
    if not end:
        raise Unreadable("A block of the PEM file has no end.")
    return _base64(body)


def _base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("The file is neither PEM nor DER.") from error
