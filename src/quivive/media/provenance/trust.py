"""Whom do we trust to sign provenance (C2PA 2.x §14.4, Trust Lists)?

The official list of the C2PA and the frozen interim list before it ship as dated data, with the purposes
(EKU) that a signer's certificate may have; without those, files of signers in good standing read as invalid.
The lists stay apart, so that a finding can say which of them knows the signer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from quivive.model import Source


@dataclass(frozen=True)
class TrustList:
    """A list of certification authorities (PEM); `allowed` are base64 SHA-256 of single signers."""

    name: str
    date: str
    anchors: str
    allowed: str = ""
    licence: str = ""

    @property
    def source(self) -> Source:
        """What the report says of it."""
        content = (self.anchors + self.allowed).encode()
        return Source(self.name, self.date, hashlib.sha256(content).hexdigest(), self.licence)


@dataclass(frozen=True)
class Trust:
    """The lists, and the object identifiers of the purposes that signers' certificates may have."""

    lists: tuple[TrustList, ...]
    purposes: str
    date: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The lists and the purposes, dated."""
        eku = Source("C2PA certificate purposes (EKU)", self.date,
                     hashlib.sha256(self.purposes.encode()).hexdigest())  # fmt: skip
        return (*(each.source for each in self.lists), eku)


@lru_cache(maxsize=1)
def shipped() -> Trust:
    """The dated lists that ship with Quivive."""
    import yaml

    folder = files("quivive.media.provenance").joinpath("trust")

    def text(name: str) -> str:
        return folder.joinpath(name).read_text("utf-8") if name else ""

    about = yaml.safe_load(text("lists.yaml"))
    date = str(about["date"])
    lists = tuple(
        TrustList(each["name"], date, text(each["anchors"]), text(each.get("allowed", "")), each["licence"])
        for each in about["lists"]
    )
    return Trust(lists, text(about["eku"]), date)


def settings(trust: Trust) -> dict[str, object]:
    """What the library is told: the lists, and that it opens no connection.

    Identity assertions (CAWG) are left undecoded: decoding one may fetch the document of a `did:web`,
    whatever the allowed hosts say (c2pa-rs issue 1645).
    """
    anchors = [
        {"trust_uri": each.name, "trust_kind": "manifest", "trust_anchors": each.anchors}
        | ({"allowed_list": each.allowed} if each.allowed else {})
        for each in trust.lists
    ]
    return {
        "trust": {"anchors": anchors, "trust_config": trust.purposes},
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "verify_timestamp_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        "core": {
            "allowed_network_hosts": [],
            "allow_redirects": False,
            "decode_identity_assertions": False,
            "max_decompressed_manifest_size_in_mb": 16,
        },
    }
