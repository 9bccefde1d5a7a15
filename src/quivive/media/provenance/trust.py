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

STAMPS = "Time-stamp authorities of the "


@dataclass(frozen=True)
class TrustList:
    """A list of certification authorities (PEM); `allowed` are base64 SHA-256 of single signers.

    Authorities that issue for time stamps alone stand on a list with `stamps`: whom they certify may say
    when, and may sign no provenance (C2PA 2.4 §14.4.2 keeps the lists apart; the library does not).
    """

    name: str
    date: str
    anchors: str
    allowed: str = ""
    licence: str = ""
    stamps: bool = False

    @property
    def uri(self) -> str:
        """What the library calls the list when it says where it found a signer."""
        return STAMPS + self.name if self.stamps else self.name

    @property
    def source(self) -> Source:
        """What the report says of it."""
        content = (self.anchors + self.allowed).encode()
        return Source(self.uri, self.date, hashlib.sha256(content).hexdigest(), self.licence)


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
        file = folder.joinpath(name)
        return file.read_text("utf-8") if name and file.is_file() else ""

    about = yaml.safe_load(text("lists.yaml"))
    date = str(about["date"])
    lists = (
        TrustList(each["name"], date, text(each["anchors"]), text(each.get("allowed", "")), each["licence"],
                  bool(each.get("stamps")))
        for each in about["lists"]
    )  # fmt: skip
    return Trust(tuple(each for each in lists if each.anchors), text(about["eku"]), date)


def settings(trust: Trust) -> dict[str, object]:
    """What the library is told: the lists, and that it opens no connection.

    Identity assertions (CAWG) are left undecoded: decoding one may look for the document of a `did:web`,
    whatever is said of remote manifests, and the allowed hosts did not always bind it (c2pa-rs issue 1645).
    """
    anchors = [
        {"trust_uri": each.uri, "trust_kind": "tsa" if each.stamps else "manifest"}
        | {"trust_anchors": each.anchors}
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
