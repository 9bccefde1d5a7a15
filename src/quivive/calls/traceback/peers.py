"""Which provider stands behind a trunk, an address or a service provider code?"""

from __future__ import annotations

import csv
import io
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from quivive.errors import BadConfig

CUSTOMER = "customer"
"""The name that says: this line is a customer's own, no provider's."""
_CUSTOMER_WORDS = frozenset(
    [
        "customer",
        "customers",
        "cust",
        "subscriber",
        "subscribers",
        "subs",
        "client",
        "enterprise",
        "pbx",
        "retail",
        "access",
        "residential",
        "enduser",
        "user",
        "originating",
        "origin",
    ]
)
_OWN_WORDS = frozenset({"local", "internal", "own", "subscriber", "subscribers"})


@dataclass(frozen=True)
class Peers:
    """Trunks by whose they are ('' for everybody) and their name, networks alike, and codes of signers.

    `names` are the providers taking part; `country` is where a provider is, if said.
    """

    trunks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    networks: tuple[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network, str], ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    country: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def of(self, provider: str, trunk: str | None) -> str | None:
        """Who is behind a trunk of `provider`: a provider's name, 'customer', or None where nobody said."""
        if not trunk:
            return None
        for whose in (_fold(provider), ""):
            for form in _forms(trunk):
                if (whose, form) in self.trunks:
                    return self.trunks[whose, form]
        return self._by_address(provider, trunk) or self._by_name(provider, trunk)

    def signer(self, spc: str | None) -> str | None:
        """The provider of a service provider code."""
        return self.codes.get(_fold(spc)) if spc else None

    def knows(self, name: str) -> str | None:
        """The provider of that name as the others write it; None for nobody known."""
        return next((each for each in self.names if _fold(each) == _fold(name)), None)

    def _by_address(self, provider: str, trunk: str) -> str | None:
        try:
            address = ipaddress.ip_address(_host(trunk))
        except ValueError:
            return None
        fitting = {
            name for whose, net, name in self.networks if whose in ("", _fold(provider)) and address in net
        }
        return fitting.pop() if len(fitting) == 1 else None

    def _by_name(self, provider: str, trunk: str) -> str | None:
        """A trunk that is called as a provider, alone or as one of its words: 'tg-northtel-01'."""
        words = _words(trunk)
        named = [
            each for each in self.names if _fold(each) != _fold(provider) and _holds(words, _words(each))
        ]
        if len(named) == 1:
            return named[0]
        longest = [each for each in named if all(_holds(_words(each), _words(other)) for other in named)]
        if len(longest) == 1:
            return longest[0]
        return CUSTOMER if not named and set(words) & _CUSTOMER_WORDS else None


def is_own(trunk: str | None) -> bool:
    """Whether it is no line between networks, so that the call began or ended here."""
    return not trunk or bool(set(_words(trunk)) & (_CUSTOMER_WORDS | _OWN_WORDS))


def read(given: Iterable[str], names: Iterable[str]) -> Peers:
    """NAME=TRUNK,TRUNK… for each, or files: CSV with columns provider, trunk, peer; or JSON. Raises
    BadConfig.

    JSON: {"NAME": ["TRUNK", "192.0.2.0/24", "spc:1234", "country:US"]}; a list of objects as the rows of
    the CSV; {"of": {"PROVIDER": {"TRUNK": "NAME"}}} for trunks that only PROVIDER calls so.
    'PROVIDER/TRUNK' does the same.
    """
    rows: list[tuple[str, str, str]] = []
    for text in given:
        path = Path(text)
        if "=" not in text or path.is_file():
            rows += _file(path)
        else:
            rows += _pairs(text)
    return _made(rows, list(names))


def _pairs(text: str) -> list[tuple[str, str, str]]:
    """NAME=TRUNK,TRUNK,NAME=TRUNK: what follows a name is its own until the next name."""
    found, name = [], ""
    for part in text.split(","):
        before, equals, after = part.partition("=")
        name, trunk = (before.strip(), after.strip()) if equals else (name, part.strip())
        if trunk:
            found.append(("", trunk, name))
    return found


def _made(rows: list[tuple[str, str, str]], names: list[str]) -> Peers:
    trunks: dict[tuple[str, str], str] = {}
    networks, codes, country = [], {}, {}
    for name in (row[2] for row in rows):
        if _fold(name) != CUSTOMER and not any(_fold(name) == _fold(each) for each in names):
            names.append(name)
    for whose, trunk, written in rows:
        name = next((each for each in names if _fold(each) == _fold(written)), CUSTOMER)
        kind, colon, rest = trunk.partition(":")
        if colon and kind.lower() in ("spc", "ocn"):
            codes[_fold(rest)] = name
        elif colon and kind.lower() == "country":
            country[name] = rest.strip().upper()
        else:
            if (
                not whose
                and "/" in trunk
                and any(_fold(trunk.partition("/")[0]) == _fold(each) for each in names)
            ):
                whose, _, trunk = trunk.partition("/")
            try:
                networks.append((_fold(whose), ipaddress.ip_network(_network(trunk), strict=False), name))
            except ValueError:
                held = trunks.setdefault((_fold(whose), _fold(trunk)), name)
                if held != name:
                    raise BadConfig(f"The trunk '{trunk}' is said to be of {held} and of {name}: "
                                    "say whose trunk it is, as PROVIDER/TRUNK.") from None  # fmt: skip
    return Peers(trunks, tuple(networks), codes, country, tuple(names))


def _network(text: str) -> str:
    return text if "/" in text else _host(text)


def _file(path: Path) -> list[tuple[str, str, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{path} does not read: give NAME=TRUNK,… or a file with columns provider, trunk, peer."
        ) from error
    try:
        return _rows(json.loads(text)) if text.lstrip()[:1] in ("{", "[") else _table(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadConfig(f"{path} does not read as a file of peers: {error}") from error


def _table(text: str) -> list[tuple[str, str, str]]:
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    return [_row(row) for row in reader]


def _row(row: Mapping[str, str | None]) -> tuple[str, str, str]:
    plain = {
        str(key).strip().lower(): (value or "").strip()
        for key, value in row.items()
        if isinstance(value, str)
    }
    name = next((plain[key] for key in ("peer", "neighbour", "neighbor", "name", "is") if plain.get(key)), "")
    trunk = next((plain[key] for key in ("trunk", "ip", "address", "network", "line") if plain.get(key)), "")
    if not trunk and (plain.get("spc") or plain.get("ocn")):
        trunk = "spc:" + (plain.get("spc") or plain["ocn"])
    whose = plain.get("provider") or plain.get("of") or plain.get("whose") or ""
    if not name and whose:
        whose, name = "", whose
    if not name or not trunk:
        raise ValueError("each row needs a trunk and whose it is (columns provider, trunk, peer)")
    return whose, trunk, name


def _rows(value: object) -> list[tuple[str, str, str]]:
    if isinstance(value, list):
        return [_row(each) for each in value]
    found: list[tuple[str, str, str]] = []
    if not isinstance(value, dict):
        raise ValueError("an object or a list is wanted")
    for name, held in value.items():
        if name == "of" and isinstance(held, dict):
            found += [(whose, trunk, str(peer)) for whose, own in held.items() for trunk, peer in own.items()]
        elif isinstance(held, dict):  # {"PROVIDER": {"TRUNK": "NAME"}}
            found += [(name, trunk, str(peer)) for trunk, peer in held.items()]
        else:
            found += [("", str(trunk), name) for trunk in ([held] if isinstance(held, str) else held)]
    return found


def _fold(text: str) -> str:
    return text.strip().casefold()


def _forms(trunk: str) -> list[str]:
    """As written, without the unique part of a channel name ('PJSIP/northtel-0000002a'), without the port."""
    folded = _fold(trunk)
    channel = re.sub(r"^(?:pjsip|sip|iax2|dahdi|sofia/[^/]+)/", "", folded)
    return [folded, channel, re.sub(r"-[0-9a-f]{8}$", "", channel), _host(folded)]


def _host(text: str) -> str:
    """'192.0.2.1' of 'sip:192.0.2.1:5060'."""
    bare = (
        re.sub(r"^(?:sips?:|udp:|tcp:|tls:)", "", text.strip().lower()).rpartition("@")[2].partition(";")[0]
    )
    if bare.startswith("["):
        return bare[1:].partition("]")[0]
    return bare.rpartition(":")[0] if bare.count(":") == 1 else bare


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _holds(words: list[str], part: list[str]) -> bool:
    return bool(part) and any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))
