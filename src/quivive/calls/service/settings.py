"""What does `[calls.serve]` of quivive.toml say: where to listen, for whom, with which keys?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from math import inf
from pathlib import Path
from typing import Any, Literal, get_args

from quivive.calls.service.house import Action, Contact, Peer, Place, Role
from quivive.calls.verify import Answer
from quivive.config import CallFiles
from quivive.errors import BadConfig

Attest = Literal["A", "B", "C"]


@dataclass(frozen=True)
class CredentialFiles:
    """`[[calls.serve.credentials]]`: files of a key. `password` names an environment variable."""

    key: Path
    x5u: str
    name: str = ""
    chain: Path | None = None
    password: str = ""


@dataclass(frozen=True)
class ServeSettings:
    """`[calls.serve]`. Addresses are 'host:port'; times are seconds. What a flag says goes before it."""

    http: str = "127.0.0.1:8160"
    sip: str = "127.0.0.1:5060"
    journal: Path = Path("quivive-journal")
    freshness: float = 60.0
    """How far token and call may lie apart (RFC 8224 §6.2)."""
    slice: float = 300.0
    window: float = 3600.0
    """Campaigns are looked for in the slices of so many last seconds."""
    expiry: float = 86400.0
    """A certificate that ends within this time makes the service not ready."""
    keys_kept: float = 172800.0
    """For so long a batch of records that is sent again is known."""
    kept: float = inf
    """After so long, answered calls and records are deleted."""
    credentials: tuple[CredentialFiles, ...] = ()
    peers: tuple[Peer, ...] = ()
    actions: Mapping[Answer, Action] = field(default_factory=dict)
    contact: Contact | None = None
    only_peers: bool = True
    """Where peers are named, calls of nobody else are answered."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Names in posted records → columns of `calls.records.columns`."""


_FORMS: Mapping[str, tuple[str, ...]] = {
    "serve": tuple(each.name for each in fields(ServeSettings)),
    "credentials": tuple(each.name for each in fields(CredentialFiles)),
    "peers": tuple(each.name for each in fields(Peer)),
    "contact": tuple(each.name for each in fields(Contact)),
}
_SECONDS = {"freshness": (1, 3600), "slice": (1, 3600), "window": (1, 86400), "expiry": (0, 31622400),
            "keys_kept": (3600, 31622400), "kept": (86400, 3162240000)}  # fmt: skip


def read(files: CallFiles) -> ServeSettings:
    """The table, checked. Raises BadConfig naming the key."""
    table = files.serve
    _known(table, "serve", "[calls.serve]")
    given: dict[str, Any] = {
        key: _text(table, key, "[calls.serve]") for key in ("http", "sip") if key in table
    }
    given |= {key: _seconds(table[key], key) for key in _SECONDS if key in table}
    if "journal" in table:
        given["journal"] = files.base / _text(table, "journal", "[calls.serve]")
    if "only_peers" in table:
        given["only_peers"] = _bool(table["only_peers"], "only_peers")
    if "contact" in table:
        given["contact"] = _contact(table["contact"])
    return ServeSettings(
        **given,
        credentials=tuple(_credential(each, files.base) for each in _tables(table, "credentials")),
        peers=tuple(_peer(each) for each in _tables(table, "peers")),
        actions=_actions(table.get("actions", {})),
        columns=_strings(table.get("columns", {}), "[calls.serve.columns]"),
    )


def _credential(table: Mapping[str, Any], base: Path) -> CredentialFiles:
    where = "[[calls.serve.credentials]]"
    _known(table, "credentials", where)
    said = _strings(table, where)
    for key in ("key", "x5u"):
        if not said.get(key):
            raise BadConfig(f"{where} says nothing of {key}.")
    chain = said.get("chain")
    return CredentialFiles(
        base / said["key"],
        said["x5u"],
        said.get("name", ""),
        base / chain if chain else None,
        said.get("password", ""),
    )


def _peer(table: Mapping[str, Any]) -> Peer:
    where = "[[calls.serve.peers]]"
    _known(table, "peers", where)
    said = _strings({key: value for key, value in table.items() if key != "networks"}, where)
    if not said.get("name"):
        raise BadConfig(f"{where} says nothing of name.")
    if said.get("role", "auto") not in get_args(Role):
        raise BadConfig(f"{where} role must be one of {', '.join(get_args(Role))}, not {said['role']!r}.")
    if said.get("attest", "A") not in get_args(Attest):
        raise BadConfig(f"{where} attest must be A, B or C, not {said['attest']!r}.")
    if said.get("fields", "message") not in get_args(Place):
        raise BadConfig(f"{where} fields must be message or contact, not {said['fields']!r}.")
    return Peer(networks=_networks(table.get("networks", []), where), **said)  # type: ignore[arg-type]


def _networks(values: Any, where: str) -> tuple[IPv4Network | IPv6Network, ...]:
    if not isinstance(values, list) or not values:
        raise BadConfig(f"{where} networks must be a list such as ['192.0.2.0/24'].")
    try:
        return tuple(ip_network(each) for each in values)
    except ValueError as error:
        raise BadConfig(f"{where} networks: {error}.") from error


def _actions(table: Any) -> dict[Answer, Action]:
    said = _strings(table, "[calls.serve.actions]")
    for verdict, action in said.items():
        if verdict not in get_args(Answer):
            raise BadConfig(f"[calls.serve.actions] knows {', '.join(get_args(Answer))}, not '{verdict}'.")
        if action not in get_args(Action):
            known = ", ".join(get_args(Action))
            raise BadConfig(f"[calls.serve.actions] {verdict} must be one of {known}, not {action!r}.")
    defaults = {"valid": "show", "invalid": "show", "could-not-look": "show"}
    return {**defaults, **said}  # type: ignore[dict-item]


def _contact(table: Any) -> Contact:
    said = _strings(table, "[calls.serve.contact]")
    _known(said, "contact", "[calls.serve.contact]")
    if any(mark in value for value in said.values() for mark in '";\r\n\\'):
        raise BadConfig("[calls.serve.contact] values go into a SIP header: no quotes, semicolons or lines.")
    return Contact(**said)


def _seconds(value: Any, key: str) -> float:
    low, high = _SECONDS[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadConfig(f"[calls.serve] {key} must be {low} to {high} seconds, not {value!r}.")
    return float(value)


def _bool(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise BadConfig(f"[calls.serve] {key} must be true or false, not {value!r}.")
    return value


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value:
        raise BadConfig(f"{where} {key} must be text, not {value!r}.")
    return value


def _strings(table: Any, where: str) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise BadConfig(f"{where} must be a table of strings.")
    return dict(table)


def _tables(table: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadConfig(f"[calls.serve] {key} is written as [[calls.serve.{key}]], one table each.")
    return found


def _known(table: Mapping[str, Any], form: str, where: str) -> None:
    for key in table:
        if key not in _FORMS[form]:
            raise BadConfig(f"Unknown key '{key}' in {where}; known are {', '.join(_FORMS[form])}.")
