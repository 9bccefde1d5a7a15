"""Whom do we trust to vouch for STI certificates?

The roots that ship were seen, not decreed: `trust/roots.yaml` says from where and since when. The STI-PA's
own list replaces them (`roots` under `[calls]`, or `--trust FILE`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from quivive.calls.certificates import certificate, crl
from quivive.calls.certificates.certificate import Certificate
from quivive.calls.certificates.crl import Crl
from quivive.model import Source

MAX_BYTES = 2**22
MAX_ROOTS = 1000


@dataclass(frozen=True)
class Trust:
    """Roots, CAs that help to find a path to them (trusted no further than a root signed them), lists."""

    roots: tuple[Certificate, ...]
    intermediates: tuple[Certificate, ...]
    crls: tuple[Crl, ...]
    source: Source


@lru_cache(maxsize=1)
def shipped() -> Trust:
    """The dated roots that ship with Quivive, without revocation lists (they live for days)."""
    import yaml

    folder = files("quivive.calls.certificates").joinpath("trust")
    about = yaml.safe_load(folder.joinpath("roots.yaml").read_text("utf-8"))
    roots = folder.joinpath("roots.pem").read_bytes()
    between = folder.joinpath("intermediates.pem").read_bytes()
    return Trust(
        certificate.read_all(roots, MAX_ROOTS, MAX_BYTES),
        certificate.read_all(between, MAX_ROOTS, MAX_BYTES),
        (),
        Source(about["name"], str(about["date"]), hashlib.sha256(roots).hexdigest(), about["licence"]),
    )


def read(roots: bytes | None, crls: Sequence[bytes] = ()) -> Trust:
    """Trust in the user's own roots (PEM, one or many; None: those that ship), with revocation lists.

    Every certificate among the roots is trusted as such. Raises Unreadable.
    """
    base = shipped() if roots is None else _own(roots)
    lists = tuple(each for data in crls for each in crl.read(data))
    return Trust(base.roots, base.intermediates, lists, base.source)


def _own(roots: bytes) -> Trust:
    found = certificate.read_all(roots, MAX_ROOTS, MAX_BYTES)
    source = Source("STI roots of the user", "", hashlib.sha256(roots).hexdigest())
    return Trust(found, (), (), source)
