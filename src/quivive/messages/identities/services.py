"""Which services do links pass through or live on, and which mailboxes can anyone open?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from quivive.model import Source
from quivive.observables import registrable

_LISTS = ("shorteners", "hosting", "forms", "tunnels", "qr", "trackers", "free_mail", "programs")


@dataclass(frozen=True)
class Services:
    """The lists of `services.yaml`; hosts match with everything below them."""

    shorteners: frozenset[str]
    hosting: frozenset[str]
    forms: frozenset[str]
    tunnels: frozenset[str]
    qr: frozenset[str]
    trackers: frozenset[str]
    free_mail: frozenset[str]
    programs: frozenset[str]
    redirects: Mapping[str, tuple[str, ...]]
    wrappers: Mapping[str, tuple[str, ...]]
    source: Source


@lru_cache(maxsize=1)
def services() -> Services:
    """The shipped lists."""
    import yaml

    raw = files("quivive.messages.identities").joinpath("services.yaml").read_bytes()
    content = yaml.load(raw, Loader=yaml.CSafeLoader)
    return Services(
        **{name: frozenset(map(str, content[name])) for name in _LISTS},
        redirects={host: tuple(names) for host, names in content["redirects"].items()},
        wrappers={host: tuple(names) for host, names in content["wrappers"].items()},
        source=Source("link and mail services", str(content["date"]), sha256(raw).hexdigest(), "Apache-2.0"),
    )


def entry(host: str, known: frozenset[str] | Mapping[str, tuple[str, ...]]) -> str | None:
    """The entry of a list that the host is or lies below ('bit.ly' for 'www.bit.ly'), else None."""
    labels = host.lower().rstrip(".").split(".")
    return next((name for i in range(len(labels)) if (name := ".".join(labels[i:])) in known), None)


def site(host: str) -> str:
    """The registrable domain of a host, also under the endings kept for examples (RFC 2606)."""
    host = host.lower().rstrip(".")
    labels = host.split(".")
    if len(labels) >= 2 and labels[-1] in ("example", "test", "invalid") and all(labels):
        return ".".join(labels[-2:])
    return registrable(host)


def tenant(host: str) -> str | None:
    """The hosting or tunnel service under whose name a host stands: 'github.io' for 'someone.github.io'."""
    found = entry(host, services().hosting) or entry(host, services().tunnels)
    return found if found and found != host else None


def is_anyones(host: str) -> bool:
    """Whether anyone can put pages, forms or short links up at a host, whoever owns it (sites.google.com)."""
    known = services()
    forms = {form.partition("/")[0] for form in known.forms}
    return bool(tenant(host)) or host in known.hosting or host in forms or bool(entry(host, known.shorteners))


def is_free_mail(domain: str) -> bool:
    """Whether anyone can open a mailbox there."""
    return domain.lower() in services().free_mail
