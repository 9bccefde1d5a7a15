"""How does the library's account of a manifest store become nouns?

Everything in it came out of the file and is somebody's word at best: names are cut and freed of control
characters, lists are bounded, what has another shape than the standard says is passed over.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from quivive.media.provenance.store import (
    DISCLOSURE,
    Ingredient,
    Manifest,
    Signer,
    Stamp,
    Standing,
    Statement,
    Status,
    Store,
)

NAME = 120
"""Characters of a name, and of anything else that a file says of itself."""
MANIFESTS = 64
ENTRIES = 200
"""Ingredients, actions or statuses of one manifest that are looked at."""
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_METADATA = frozenset({"c2pa.metadata", "cawg.metadata", "stds.iptc", "stds.iptc.photo-metadata",
                       "stds.schema-org.CreativeWork"})  # fmt: skip


def parse(validated: Mapping[str, Any], described: Mapping[str, Any]) -> Store:
    """The store from the library's two accounts: Reader.json and Reader.crjson, both parsed."""
    manifests = [_manifest(_table(each)) for each in _list(described.get("manifests"))[:MANIFESTS]]
    results = _table(validated.get("validation_results"))
    deltas = [_table(_table(each).get("validationDeltas")) for each in _list(results.get("ingredientDeltas"))]
    return Store(
        active=text(validated.get("active_manifest"), 500),
        manifests={each.label: each for each in manifests},
        own=_statuses(_table(results.get("activeManifest"))),
        others=tuple(status for delta in deltas for status in _statuses(delta)),
    )


def text(value: object, most: int = NAME) -> str:
    """A value on one line without anything that moves a cursor or turns reading direction; '' for no text."""
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value[:5])
    if not isinstance(value, (str, int, float)):
        return ""
    head = " ".join(str(value)[: most * 4].split())
    clean = "".join("�" if unicodedata.category(char) in _UNSAFE else char for char in head)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _manifest(raw: Mapping[str, Any]) -> Manifest:
    newer, older = _table(raw.get("claim.v2")), _table(raw.get("claim"))
    claim, signature = newer or older, _table(raw.get("signature"))
    assertions = dict(_signed(claim, _table(raw.get("assertions"))))
    label = text(raw.get("label"), 500)
    actions = list(_actions(assertions))
    return Manifest(
        label=label,
        version=2 if newer else 1,
        generator=_generator(claim),
        signer=_signer(_table(signature.get("certificateInfo"))),
        stamp=_stamp(_table(signature.get("timeStampInfo"))),
        actions=tuple(dict.fromkeys(text(each.get("action")) for each in actions if each.get("action"))),
        statements=tuple(dict.fromkeys(
            [*map(_of_action, _with_term(actions)), *_of_metadata(assertions), *_disclosed(assertions)])),
        ingredients=tuple(_ingredient(_table(each)) for name, each in assertions.items()
                          if name.startswith("c2pa.ingredient"))[:ENTRIES],
        identity=any(name.startswith("cawg.identity") for name in assertions),
    )  # fmt: skip


def _signed(claim: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The assertions that the claim lists: others may lie in the file, but nobody signed them."""
    for kind in ("assertions", "created_assertions", "gathered_assertions"):
        for each in _list(claim.get(kind))[:ENTRIES]:
            name = str(_table(each).get("url", "")).rsplit("/", 1)[-1]
            if name in held:
                yield name, held[name]


def _actions(assertions: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Actions, and the templates that actions refer to (C2PA 2.x, Actions)."""
    for name, data in assertions.items():
        if name.startswith("c2pa.actions"):
            table = _table(data)
            for each in [*_list(table.get("actions")), *_list(table.get("templates"))][:ENTRIES]:
                yield _table(each)


def _with_term(actions: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (each for each in actions if isinstance(each.get("digitalSourceType"), str))


def _of_action(action: Mapping[str, Any]) -> Statement:
    agent = action.get("softwareAgent")
    named = _named(_table(agent)) if isinstance(agent, dict) else text(agent)
    return Statement(term(str(action["digitalSourceType"])), text(action.get("action")), named)


def _of_metadata(assertions: Mapping[str, Any]) -> Iterator[Statement]:
    """Iptc4xmpExt:DigitalSourceType in a metadata assertion, whatever prefix it is written with."""
    for name, data in assertions.items():
        if name.split("__")[0] in _METADATA:
            for key, value in list(_table(data).items())[:ENTRIES]:
                if key.rsplit(":", 1)[-1].lower() == "digitalsourcetype":
                    values = value if isinstance(value, list) else [value]
                    yield from (Statement(term(each)) for each in values[:5] if isinstance(each, str))


def _disclosed(assertions: Mapping[str, Any]) -> Iterator[Statement]:
    """An AI disclosure (C2PA 2.4): that a model was used, and which."""
    for name, data in assertions.items():
        if name.split("__")[0] == DISCLOSURE:
            yield Statement(DISCLOSURE, text(_table(data).get("modelType")),
                            text(_table(data).get("modelName")))  # fmt: skip


def term(uri: str) -> str:
    """The last part of a term's address: 'trainedAlgorithmicMedia'."""
    return text(uri.strip().rstrip("/").rsplit("/", 1)[-1])


def _ingredient(raw: Mapping[str, Any]) -> Ingredient:
    link = _table(raw.get("activeManifest")) or _table(raw.get("c2pa_manifest"))
    url = str(link.get("url", ""))
    label = text(url.split("/c2pa/", 1)[-1].split("/", 1)[0], 500) if "/c2pa/" in url else ""
    return Ingredient(
        title=text(raw.get("dc:title") or raw.get("title")),
        relationship=text(raw.get("relationship"), 20),
        manifest=label,
        recorded=_recorded(raw),
    )


def _recorded(raw: Mapping[str, Any]) -> tuple[Status, ...]:
    """What the ingredient's user noted: a table since version 3, before that a list of codes.

    Of a list only the failures are told from the rest, by the form of their codes.
    """
    results = _table(raw.get("validationResults"))
    if results:
        return _statuses(_table(results.get("activeManifest")))
    codes = [_table(each) for each in _list(raw.get("validationStatus"))[:ENTRIES]]
    return tuple(Status(_standing(text(each.get("code"))), text(each.get("code")), "") for each in codes)


def _standing(code: str) -> Standing:
    if code.endswith((".match", ".validated", ".trusted", ".insideValidity", ".notRevoked")):
        return "success"
    failed = code.endswith((".mismatch", ".missing", ".invalid", ".expired", ".untrusted", ".outsideValidity",
                            ".revoked", ".malformed", ".unsupported", ".multiple", ".error"))  # fmt: skip
    return "failure" if failed and not code.startswith("timeStamp.") else "informational"


def _statuses(raw: Mapping[str, Any]) -> tuple[Status, ...]:
    kinds: tuple[Standing, ...] = ("success", "informational", "failure")
    return tuple(
        Status(kind, text(_table(each).get("code")), text(_table(each).get("url"), 500),
               text(_table(each).get("explanation")))
        for kind in kinds for each in _list(raw.get(kind))[:ENTRIES]
    )  # fmt: skip


def _signer(certificate: Mapping[str, Any]) -> Signer:
    return Signer(_party(_table(certificate.get("subject"))), _party(_table(certificate.get("issuer"))))


def _stamp(info: Mapping[str, Any]) -> Stamp | None:
    time = text(info.get("timestamp"), 40)
    authority = _party(_table(_table(info.get("certificateInfo")).get("subject")))
    return Stamp(time[:19], authority) if time else None


def _party(name: Mapping[str, Any]) -> str:
    """'Organisation (common name)' of an X.509 name."""
    organisation, common = text(name.get("O")), text(name.get("CN"))
    if organisation and common and organisation != common:
        return f"{organisation} ({common})"
    return organisation or common


def _generator(claim: Mapping[str, Any]) -> str:
    info = claim.get("claim_generator_info")
    first = _table(_list(info)[0]) if isinstance(info, list) and info else _table(info)
    return _named(first) or text(claim.get("claim_generator"))


def _named(product: Mapping[str, Any]) -> str:
    return text(f"{text(product.get('name'))} {text(product.get('version'), 30)}".strip())


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
