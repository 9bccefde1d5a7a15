"""Which addresses may be asked for a certificate?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

PORTS = (443, 8443)
LONGEST_URL = 2048
"""Characters of an address; the longest seen in the wild has 106."""

_URL = re.compile(
    r"https://(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?)",
    re.ASCII,
)
"""RFC 3986 §3 without user information and fragment; the host is a name, dotted IPv4 or IPv6 literal."""

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)

_NOT_PUBLIC_4 = tuple(
    map(
        ip_network,
        ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
         "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
         "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)  # fmt: skip
"""IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771), reserved (RFC 1112)."""
_UNICAST_6 = ip_network("2000::/3")
"""All that IANA has given out for the public network. IPv4-mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96 and
64:ff9b:1::/48), unique local, link-local, loopback and multicast addresses all lie outside."""
_NOT_PUBLIC_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Teredo, benchmarking, ORCHID and other protocol blocks; documentation; 6to4; documentation (RFC 9637)."""


def public(address: Address) -> bool:
    """Whether an address belongs to the public network, by a list of our own.

    `ipaddress.is_global` has changed between Python's patch releases; what may be asked should not.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver gives for a name. Raises OSError."""
    import socket

    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Policy:
    """What may be asked and how long for; the defaults are those for the public network.

    `allow_address`, `resolve` and `ca_file` (PEM) are for networks with addresses, names or TLS roots of
    their own, and for tests.
    """

    ports: Collection[int] = PORTS
    seconds: float = 5.0
    """Wall-clock time of everything: name, connection, handshake, headers and body."""
    bytes: int = 64 * 1024
    ca_file: Path | None = None
    allow_address: Callable[[Address], bool] = public
    resolve: Callable[[str, int], Sequence[str]] = resolve


@dataclass(frozen=True)
class Url:
    """The parts of an https address: `host` as a name or a parsed literal, `target` as it is sent."""

    host: str | Address
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What stands in the Host field (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if isinstance(self.host, IPv6Address) else str(self.host)
        return host if self.port == 443 else f"{host}:{self.port}"


def read_url(text: str) -> Url | None:
    """The parts of an address, None where it is no plain https URL with a well-formed host."""
    found = _URL.fullmatch(text) if len(text) <= LONGEST_URL else None
    host = _host(found["host"]) if found else None
    if found is None or host is None:
        return None
    target = found["target"]
    return Url(host, int(found["port"] or 443), target if target.startswith("/") else f"/{target}")


def _host(text: str) -> str | Address | None:
    """A name or address; None for what a resolver might read as an address in disguise ('0x7f.1')."""
    try:
        return IPv6Address(text[1:-1]) if text.startswith("[") else IPv4Address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        named = all(_LABEL.fullmatch(label) for label in labels) and not _NUMBER.fullmatch(labels[-1])
        return text.removesuffix(".").lower() if named else None


def refusal(
    url: str, ports: Collection[int] = PORTS, allow_address: Callable[[Address], bool] = public
) -> str | None:
    """The code with which an x5u address is refused before anything is asked; None where it may be asked.

    'x5u-scheme' for what is no plain https URL (user information, fragments, spaces and other odd characters
    included), 'x5u-port', 'x5u-address' for a literal outside the public network and for localhost.
    """
    parts = read_url(url)
    if parts is None:
        return "x5u-scheme"
    if parts.port not in ports:
        return "x5u-port"
    address = _certain_address(parts.host)
    return "x5u-address" if address is not None and not allow_address(address) else None


def _certain_address(host: str | Address) -> Address | None:
    """The address that is known without asking: a literal, or loopback for localhost (RFC 6761 §6.3)."""
    if isinstance(host, str):
        return IPv4Address("127.0.0.1") if host.split(".")[-1] == "localhost" else None
    return host
