"""What does a file's C2PA manifest store hold, and what did validation say of each part? The nouns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DISCLOSURE = "c2pa.ai-disclosure"
"""The label of the assertion by which a signer says that a model was used (C2PA 2.4)."""

Standing = Literal["success", "informational", "failure"]


@dataclass(frozen=True)
class Status:
    """One result of validation (C2PA 2.x §15.2, Status Codes); `said` is the library's explanation."""

    standing: Standing
    code: str
    url: str
    said: str = ""


@dataclass(frozen=True)
class Signer:
    """Whom the signing certificate names, and who issued it."""

    name: str
    issuer: str


@dataclass(frozen=True)
class Stamp:
    """When a time-stamp authority says the signature existed (RFC 3161)."""

    time: str
    authority: str


@dataclass(frozen=True)
class Statement:
    """A kind of source that a manifest states (IPTC digital source type), and for which step of the work.

    An AI disclosure is one too: its `term` is the assertion's own label.
    """

    term: str
    action: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Ingredient:
    """Something the file was made from; `recorded` is what its user noted of its validation."""

    title: str
    relationship: str
    manifest: str
    recorded: tuple[Status, ...]


@dataclass(frozen=True)
class Manifest:
    """What one signer states."""

    label: str
    version: int
    generator: str
    signer: Signer
    stamp: Stamp | None
    actions: tuple[str, ...]
    statements: tuple[Statement, ...]
    ingredients: tuple[Ingredient, ...]
    identity: bool


@dataclass(frozen=True)
class Store:
    """All manifests of a file, by label, and what validation said: of the active one, of its history.

    Of the history the library leaves out what whoever used an ingredient had noted, true or not. So `alone`
    holds each ingredient's manifests as a store of their own, validated by itself; the content that they were
    signed for is not here and cannot be checked.
    """

    active: str
    manifests: Mapping[str, Manifest]
    own: tuple[Status, ...]
    others: tuple[Status, ...]
    alone: Mapping[str, Store] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest | None:
        """The active manifest."""
        return self.manifests.get(self.active)
