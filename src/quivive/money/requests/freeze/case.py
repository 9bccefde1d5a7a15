"""Is everything there that an exchange or issuer needs to freeze? If not, all that is missing, at once.

What addressees ask for: the token's contract, the address, the whole way of the money there, what lies there
now, a case number and an authority that can be asked back (law-enforcement guides of stablecoin issuers and
exchanges). One table a part; the fields are described in docs/guides/money-requests.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from quivive.money.chains import Chain
from quivive.money.requests import checks
from quivive.money.requests.form import Form, one_of, text
from quivive.money.requests.freeze.nouns import (
    UNKNOWN,
    Addressee,
    Asset,
    Authority,
    Balance,
    FreezeRequest,
    Kind,
    Officer,
    Trail,
    Victim,
)
from quivive.money.requests.freeze.trace_trail import from_trace
from quivive.money.requests.freeze.trail import from_case
from quivive.money.requests.problems import Problem, Refused
from quivive.money.requests.reading import Document, unseen
from quivive.money.tags.issuers import Token, contracts, token

_WHAT = "The case does not do for a freeze request: {} missing or wrong."
_COIN = ("native", "none", "coin")
"""What stands for a contract where the chain's own coin is to be frozen."""


def freeze_request(
    case: Document, now: datetime, trace: Document = None, files: Mapping[str, str] | None = None
) -> FreezeRequest:
    """The checked request of a case file and, where there is one, a trace. `files`: name → SHA-256.

    Raises Refused with everything that is missing or wrong.
    """
    problems: list[Problem] = [*unseen(case), *unseen(trace, ("trace",))]
    form = Form(case, (), problems)
    authority, addressee = _authority(form, now), _addressee(form)
    victim = _victim(form, now)
    chain, asset = _asset(form, addressee)
    target, memo, amount_given = _target(form, chain, asset)
    balance = _balance(form, chain, asset, now)
    form.may("notes", text(100_000))
    trail = _trail(form, trace, chain, asset, target, now)
    form.close()
    _covered(form, amount_given, trail, target)
    wanted = amount_given or (trail.traced or _brought(trail, target) if trail else None)
    last = max((hop.time for hop in trail.hops if hop.time), default=None) if trail else None
    if balance and last and balance.time < last:
        form.fault("is earlier than the last payment of the trail: look it up again", "balance", "time")
    if problems or not (authority and addressee and asset and target and balance and trail and wanted):
        raise Refused(_WHAT.format(_count(len(set(problems)))), problems)
    return FreezeRequest(authority, addressee, victim, asset, target, memo, wanted, balance, trail, now,
                         tuple((files or {}).items()))  # fmt: skip


def _covered(form: Form, amount: Decimal | None, trail: Trail | None, target: str | None) -> None:
    """What is asked for came there by the trail; what is not said is what lies there of the traced."""
    if trail is None:
        return
    if amount is None:
        if trail.method and not trail.traced:
            form.fault(
                f"is missing: by the rule {trail.method}, none of the traced money lies at the address (any "
                "more), so that the amount has to be stated and answered for",
                "freeze",
                "amount",
            )
        return
    brought = _brought(trail, target)
    if 0 < brought < amount:
        form.fault(f"is more than the trail brings there ({brought:f})", "freeze", "amount")


def _brought(trail: Trail, target: str | None) -> Decimal:
    """All that the trail's payments bring to the address."""
    return sum((hop.value for hop in trail.hops if checks.same(hop.receiver, target)), Decimal())


def _count(number: int) -> str:
    return "1 thing is" if number == 1 else f"{number} things are"


def _authority(form: Form, now: datetime) -> Authority | None:
    case = form.table("case")
    number = case.need("number", text(100), "the reference by which the addressee can ask back")
    name = case.need("authority", text(200), "who asks")
    basis = case.need("legal_basis", text(2000), "the order or provision that allows this request")
    opened = case.may("opened", lambda value: checks.day(value, now))
    reply_by = case.may("reply_by", _any_day)
    summary = case.may("summary", text(4000))
    confidential = case.may("confidential", one_of("true", "false", "yes", "no")) in ("true", "yes")
    officer = _officer(case)
    case.close()
    if number is None or name is None or basis is None or officer is None:
        return None
    return Authority(number, name, basis, officer, opened, reply_by, summary, confidential)


def _any_day(value: str) -> date:
    return checks.day(value, datetime.max)


def _officer(case: Form) -> Officer | None:
    form = case.table("officer")
    name = form.need("name", text(200))
    role, phone = form.may("role", text(200)), form.may("phone", text(60))
    email = form.may("email", text(200))
    if email is None and phone is None:
        form.fault("has neither email nor phone: the addressee must be able to ask back")
    form.close()
    return Officer(name, role, email, phone) if name else None


def _addressee(form: Form) -> Addressee | None:
    table = form.table("addressee")
    name = table.need("name", text(200))
    kind = table.need("kind", one_of("exchange", "issuer"), "'exchange' or 'issuer'")
    contact = table.may("contact", text(300))
    table.close()
    return Addressee(name, cast(Kind, kind), contact) if name and kind else None


def _victim(form: Form, now: datetime) -> Victim:
    """The name is taken over only with a reason why the addressee needs it."""
    table = form.table("victim", needed=False)
    reference, loss = table.may("reference", text(100)), table.may("loss", text(100))
    reported = table.may("reported", lambda value: checks.day(value, now))
    name, because = table.may("name", text(200)), table.may("disclose_name_because", text(300))
    table.close()
    return Victim(reference, loss, reported, name if because else None, because if name else None)


def _asset(form: Form, addressee: Addressee | None) -> tuple[Chain | None, Asset | None]:
    """The asset; also where something of it is missing, so that amounts and trail are checked in any case."""
    table = form.table("asset")
    chain = table.need("chain", checks.chain, "as btc, eth, trx")
    symbol = table.need("symbol", text(20), "as USDT, BTC")
    decimals = table.may("decimals", lambda value: checks.whole(value, 77))
    given = table.may("contract", text(200))
    table.close()
    if chain is None:
        if given is None:
            table.fault("is missing: the token's contract, or 'native' for the chain's own coin", "contract")
        return None, None
    if (given is None and chain.family == "utxo") or (given and given.lower() in _COIN):
        _coin(table, chain, symbol, decimals, addressee)
        return chain, Asset(chain.key, chain.name, symbol or "?", chain.decimals, None)
    contract = _contract(table, chain, symbol, given)
    if contract and decimals is None:
        table.fault(
            "is missing: the digits after the point of the token (USDT and USDC on eth: 6)", "decimals"
        )
    known = token(contract, chain.key) if contract else None
    if known:
        _issued(form, known, symbol, addressee)
        _divided(table, known, decimals)
    digits, by = 77 if decimals is None else decimals, known.freeze if known else None
    return chain, Asset(chain.key, chain.name, symbol or "?", digits, contract or UNKNOWN, by)


def _divided(table: Form, known: Token, decimals: int | None) -> None:
    """Wrong digits are an amount that is wrong a thousandfold."""
    if decimals not in (None, known.decimals):
        table.fault(f"is {decimals}, but {known.symbol} has {known.decimals}", "decimals")


def _coin(
    table: Form, chain: Chain, symbol: str | None, decimals: int | None, addressee: Addressee | None
) -> None:
    """The chain's own coin is called and divided as it is, and nobody issues it."""
    if symbol and symbol.upper() != chain.coin:
        table.fault(f"is '{symbol}', but the own coin of {chain.name} is {chain.coin}", "symbol")
    if decimals is not None and decimals != chain.decimals:
        table.fault(f"is {decimals}, but {chain.coin} has {chain.decimals}", "decimals")
    if addressee and addressee.kind == "issuer":
        table.fault("the chain's own coin has no issuer who could freeze it: address an exchange", "contract")


def _contract(table: Form, chain: Chain, symbol: str | None, given: str | None) -> str | None:
    """The token's contract. Never filled in by us: a wrong one is a request for another token, so that
    whoever asks has to name it."""
    known = ", ".join(sorted(contracts(symbol or "", chain.key)))
    if given is None:
        hint = f" (of {symbol} on {chain.key}, the issuer names {known})" if known else ""
        said = "is missing: the contract of the token, or 'native' for the chain's own coin"
        table.fault(said + hint, "contract")
        return None
    if chain.family == "utxo":
        table.fault(f"{chain.name} has no token contracts: leave it out", "contract")
        return None
    try:
        contract = checks.address(given, chain)
    except ValueError as error:
        table.fault(str(error), "contract")
        return None
    if known and token(contract, chain.key) is None:
        table.fault(f"is not the contract of {symbol} on {chain.name}: the issuer names {known}; it cannot "
                    "freeze a look-alike", "contract")  # fmt: skip
    return contract


def _issued(form: Form, known: Token, symbol: str | None, addressee: Addressee | None) -> None:
    """A token goes by its own name, and its own issuer is asked."""
    if symbol and symbol.upper() != known.symbol:
        form.fault(f"is '{symbol}', but this is the contract of {known.symbol}", "asset", "symbol")
    if addressee and addressee.kind == "issuer" and known.issuer.lower() not in addressee.name.lower():
        said = f"is '{addressee.name}', but {known.symbol} is issued by {known.issuer}"
        form.fault(said, "addressee", "name")


def _target(
    form: Form, chain: Chain | None, asset: Asset | None
) -> tuple[str | None, str | None, Decimal | None]:
    table = form.table("freeze")
    hint = "the address to freeze"
    address = table.need("address", (lambda v: checks.address(v, chain)) if chain else text(200), hint)
    memo = table.may("memo", text(100))
    amount = table.may("amount", lambda value: checks.amount(value, asset.decimals if asset else 77))
    table.close()
    if address and asset and checks.same(address, asset.contract):
        table.fault("is the token's contract itself, not the address that holds the money", "address")
    return address, memo, amount


def _balance(form: Form, chain: Chain | None, asset: Asset | None, now: datetime) -> Balance | None:
    table = form.table("balance")
    digits = asset.decimals if asset else 77
    amount = table.need("amount", lambda value: checks.amount(value, digits), "what lies at the address now")
    height = table.need("block_height", lambda value: checks.whole(value, 2**53), "the block it was read at")
    read_hash = (lambda v: checks.block_hash(v, chain)) if chain else text(100)
    block = table.need("block_hash", read_hash, "that block's hash")
    time = table.need(
        "time", lambda value: checks.moment(value, now), "when it was read, or that block's time"
    )
    source = table.need("source", text(300), "whose node or explorer says so")
    table.close()
    if amount is None or height is None or block is None or time is None or source is None:
        return None
    return Balance(amount, height, block, time, source)


def _trail(
    form: Form, trace: Document, chain: Chain | None, asset: Asset | None, target: str | None, now: datetime
) -> Trail | None:
    """From the trace where one is given, else from the case file."""
    if chain is None or asset is None:
        if not list(form.rows("trail")) and trace is None:
            form.fault("is missing: every payment from the seed to the address to freeze", "trail")
        return None
    if trace is None:
        return from_case(form, chain, asset, target, now)
    if list(form.rows("trail")):
        form.fault("stands in the case file, and there is a trace as well: give one of them", "trail")
    return from_trace(trace, chain, asset, target, form.problems)
