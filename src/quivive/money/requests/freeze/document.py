"""How does a freeze request read? Headings, sentences, facts and one table, in the order of their weight.

Every sentence is in words/<language>.yaml; `markdown.py` and `html.py` only draw what is built here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.resources import files

from quivive.money.requests.freeze.nouns import FreezeRequest, Hop, Officer


@dataclass(frozen=True)
class Heading:
    """A section begins."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences."""

    text: str


@dataclass(frozen=True)
class Steps:
    """A numbered list."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values; `code` holds the names of identifiers, which are copied letter by letter."""

    rows: tuple[tuple[str, str], ...]
    code: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Payments:
    """The table of the trail: a row of short cells, and below it the transaction and both addresses."""

    labels: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Signature:
    """A line to sign on."""

    text: str


Block = Heading | Paragraph | Steps | Facts | Payments | Signature


def words(language: str = "en") -> Mapping[str, str]:
    """The texts of a freeze request. Raises NotFound for a language without a file."""
    import yaml

    from quivive.errors import NotFound

    file = files("quivive.money.requests.freeze").joinpath("words", f"{language}.yaml")
    if not language.isalpha() or not file.is_file():
        raise NotFound(f"Freeze requests are not written in '{language}'; there is en.")
    found: Mapping[str, str] = yaml.safe_load(file.read_text("utf-8"))
    return found


def blocks(request: FreezeRequest, say: Mapping[str, str]) -> Iterator[Block]:
    """The request, most important first: who, what to do, by which law, where, proof, way, limits."""
    yield _head(request, say)
    yield Heading(say["ask"])
    yield Steps(tuple(_asked(request, say)))
    yield Heading(say["basis"])
    yield Paragraph(request.authority.legal_basis)
    yield Heading(say["held"])
    yield _held(request, say)
    yield Heading(say["balance"])
    yield from _balance(request, say)
    yield Heading(say["trail"])
    yield from _trail(request, say)
    yield Heading(say["method"])
    yield from _method(request, say)
    yield Heading(say["victim"])
    yield from _victim(request, say)
    yield Heading(say["sign"])
    yield Signature(say["sign/line"])
    yield Paragraph(_made(request, say))


def coins(amount: Decimal) -> str:
    """An amount in whole coins without exponent and without zeros at its end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def utc(time: datetime) -> str:
    """'2026-11-03 09:40:00'."""
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _head(request: FreezeRequest, say: Mapping[str, str]) -> Facts:
    case, to = request.authority, request.addressee
    rows = [
        (say["to"], ", ".join(part for part in (to.name, to.contact) if part)),
        (say["from"], case.name),
        (say["case_number"], case.case_number),
        (say["officer"], _contact(case.officer)),
        (say["date"], f"{request.made_at:%Y-%m-%d}"),
    ]
    if case.opened:
        rows.append((say["opened"], case.opened.isoformat()))
    if case.reply_by:
        rows.append((say["reply_by"], case.reply_by.isoformat()))
    return Facts(tuple(rows))


def _contact(officer: Officer) -> str:
    return ", ".join(part for part in (officer.name, officer.role, officer.email, officer.phone) if part)


def _asked(request: FreezeRequest, say: Mapping[str, str]) -> Iterator[str]:
    kind = request.addressee.kind
    values = {
        "amount": coins(request.amount),
        "symbol": request.asset.symbol,
        "address": request.address,
        "chain": request.asset.chain_name,
        "contract": request.asset.contract or "",
    }
    asked = say[f"ask/freeze/{kind}"].format(**values)
    memo = " " + say["ask/memo"].format(memo=request.memo) if request.memo else ""
    yield asked + memo
    yield say[f"ask/keep/{kind}"]
    if request.authority.confidential:
        yield say["ask/secret"]
    yield say["ask/confirm"].format(case=request.authority.case_number)


def _held(request: FreezeRequest, say: Mapping[str, str]) -> Facts:
    asset = request.asset
    rows = [
        (say["address"], request.address),
        (say["amount"], say["amount/value"].format(amount=coins(request.amount), symbol=asset.symbol)),
        (say["chain"], asset.chain_name),
        (say["asset"], asset.symbol),
        (say["contract"], asset.contract or say["native"]),
    ]
    if request.memo:
        rows.append((say["memo"], request.memo))
    if asset.frozen_by and request.addressee.kind == "issuer":
        rows.append((say["frozen_by"], asset.frozen_by))
    code = {say["address"], say["memo"], say["frozen_by"]} | ({say["contract"]} if asset.contract else set())
    return Facts(tuple(rows), frozenset(code))


def _balance(request: FreezeRequest, say: Mapping[str, str]) -> Iterator[Block]:
    found = request.balance
    amount = say["amount/value"].format(amount=coins(found.amount), symbol=request.asset.symbol)
    rows = (
        (say["balance/amount"], amount),
        (say["balance/block"], str(found.height)),
        (say["balance/hash"], found.hash),
        (say["balance/time"], utc(found.time)),
        (say["balance/source"], found.source),
    )
    yield Facts(rows, frozenset({say["balance/hash"]}))
    if found.amount < request.amount:
        yield Paragraph(say["balance/less"])


def _trail(request: FreezeRequest, say: Mapping[str, str]) -> Iterator[Block]:
    hops = request.trail.hops
    count = say["trail/payment"] if len(hops) == 1 else say["trail/payments"].format(n=len(hops))
    yield Paragraph(say["trail/intro"].format(count=count))
    names = ("number", "time", "amount", "traced", "txid", "from", "to")
    labels = {name: say[f"trail/{name}"] for name in names}
    yield Payments(labels, tuple(_row(number, hop, say) for number, hop in enumerate(hops, 1)))


def _row(number: int, hop: Hop, say: Mapping[str, str]) -> dict[str, str]:
    output = say["trail/output"].format(txid=hop.txid, position=hop.position)
    return {
        "number": str(number),
        "time": utc(hop.time) if hop.time else "",
        "amount": f"{coins(hop.value)} {hop.symbol}",
        "traced": f"{coins(hop.traced)} {hop.symbol}" if hop.traced is not None else "",
        "txid": hop.txid if hop.position is None else output,
        "from": ", ".join(hop.senders) or say["trail/start"],
        "to": hop.receiver or say["trail/noaddress"],
    }


def _method(request: FreezeRequest, say: Mapping[str, str]) -> Iterator[Block]:
    trail = request.trail
    if trail.method is None:
        yield Paragraph(f"{say['method/listed']} {say['method/facts']}")
        return
    values = {"height": trail.tip_height or "?", "hash": trail.tip_hash or "?"}
    yield Paragraph(f"{say['method/trace'].format(**values)} {say[f'method/{trail.method}']}")
    yield Paragraph(f"{say['method/convention']} {say['method/facts']}")


def _victim(request: FreezeRequest, say: Mapping[str, str]) -> Iterator[Block]:
    victim, rows = request.victim, list[tuple[str, str]]()
    if request.authority.summary:
        yield Paragraph(request.authority.summary)
    if victim.reference:
        rows.append((say["victim/reference"], victim.reference))
    if victim.loss:
        rows.append((say["victim/loss"], victim.loss))
    if victim.reported:
        rows.append((say["victim/reported"], victim.reported.isoformat()))
    if victim.name:
        because = say["victim/because"].format(name=victim.name, because=victim.name_because)
        rows.append((say["victim/name"], because))
    if rows:
        yield Facts(tuple(rows))
    if not victim.name:
        yield Paragraph(say["victim/withheld"])


def _made(request: FreezeRequest, say: Mapping[str, str]) -> str:
    from quivive import __version__

    made = [say["made/file"].format(name=name, sum=total) for name, total in request.files]
    return say["made"].format(version=__version__, time=utc(request.made_at), files="; ".join(made) or "-")
