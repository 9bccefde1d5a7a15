"""Is the sender who the message says it is?

A mail names its sender three times: in the display name that people read, in the address, and in the
links. A text names a brand and gives a link. Where these belong to different owners, somebody pretends.
Whether an address itself was forged is the question of `authentication`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from quivive.messages.identities import brands, lookalike
from quivive.messages.identities.brands import Brand, squash
from quivive.messages.identities.claims import TEXTS, claimed_brands, is_below, mail_links, text_links
from quivive.messages.identities.links import MAIL_TYPES, OUTLOOK, mail_of
from quivive.messages.identities.services import is_free_mail, services, site, tenant
from quivive.messages.mails.mail import Address, Mail, addresses
from quivive.messages.normalise import normalise
from quivive.model import (
    Context,
    Detector,
    Finding,
    Item,
    Kind,
    Observable,
    Source,
    Subject,
    Where,
    Yield,
    finding,
)
from quivive.observables import defang

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_DOMAIN = re.compile(r"(?<![\w@.-])(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}(?![\w-])")
_VIA = re.compile(r"(?i)\b(?:via|through|über|durch|par|mediante|on behalf of|im auftrag|from)\b|\(.*\)\s*$")
_OFFICE = re.compile(
    r"(?i)\b(?:bank|support|security|service desk|help ?desk|kundenservice|kundendienst|klantenservice"
    r"|customer (?:service|care)|service client|servicio al cliente|atendimento|administrator|it department"
    r"|billing|payroll|human resources|hr team|accounts? (?:team|department)|ministry|police|government"
    r"|polizei|ministerium|gendarmerie|policía|court|customs)\b"
)


class Identity:
    """Compares the names, addresses and links by which a message says who sent it."""

    name = "messages.identity"
    version = "1"
    accepts = MAIL_TYPES | TEXTS | {OUTLOOK}
    online = False
    codes: Mapping[str, str] = {
        "identity/display-name-brand": "The sender calls itself '{display}', but the mail comes from "
        "{domain}, which does not belong to {brand}.",
        "identity/display-name-mentions-brand": "The sender's name '{display}' mentions {brand}, but the "
        "mail comes from {domain}, which does not belong to them.",
        "identity/display-name-disguised": "The sender's name '{display}' is written with look-alike "
        "letters or signs that cannot be seen; it reads {brand}.",
        "identity/display-name-address": "The sender's name shows the address {shown}, but the mail comes "
        "from {address}.",
        "identity/display-name-relayed": "The sender's name shows {shown}, while the mail comes from "
        "{address}, as mailing lists and forwarding services do.",
        "identity/reply-elsewhere": "Answers do not go to the sender ({sender}) but to {reply}, another "
        "organisation.",
        "identity/reply-to-free-mail": "The mail is sent from {sender}, but answers go to {reply}, a "
        "mailbox that anyone can open.",
        "identity/free-mail-brand": "The mail speaks for {brand} but comes from {domain}, where anyone can "
        "open a mailbox. {brand} does not write to its customers from there.",
        "identity/own-free-mail": "The sender calls itself '{display}' and writes from {domain}. That "
        "belongs to {brand}, but anyone can open a mailbox there.",
        "identity/free-mail-organisation": "The sender calls itself '{display}' but writes from {domain}, "
        "where anyone can open a mailbox.",
        "identity/brand-link-mismatch": "The message speaks for {brand}, but its link leads to {domain}, "
        "which does not belong to {brand}. Theirs is {own}.",
        "identity/brand-named-link-elsewhere": "The message names {brand}, but its link leads to {domain}, "
        "which does not belong to {brand}.",
        "identity/brand-link-hidden": "The message speaks for {brand}, but its link hides behind {domain}, "
        "so where it leads cannot be told. Theirs is {own}.",
        "identity/brand-link-own": "The message names {brand}, and its links lead to {own}, which is theirs.",
        "identity/sender-is-brand": "The sender's address belongs to {brand}. An address alone can be "
        "forged: see whether the mail is signed.",
        "identity/house-sender": "The mail claims to come from your own domain {domain}. See whether it is "
        "signed: nobody needs your permission to write your address on a mail.",
        "identity/house-spoofed": "The mail claims to come from your own domain {domain}, but errors go "
        "back to {other}: it was sent by somebody else.",
        "identity/house-name": "The sender's name mentions your own domain {own}, but the mail comes from "
        "{domain}.",
        "identity/house-lookalike": "The sender's domain {domain} looks like your own domain {own} but is "
        "not yours.",
        "identity/good-sender": "{address} is on your list of known-good senders. An address alone can be "
        "forged: see whether the mail is signed.",
        "identity/no-sender": "The mail does not say who sent it.",
    }  # fmt: skip

    def sources(self) -> tuple[Source, ...]:
        """The brand table, the word lists and the list of free mailboxes."""
        return (brands.table().source, lookalike.words().source, services().source)

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Findings on a mail's sender, or on a text that speaks for a brand."""
        if not isinstance(subject, Item):
            return
        if subject.media_type in MAIL_TYPES or subject.media_type == OUTLOOK:
            mail = mail_of(subject, context.limits)
            yield from in_mail(self, subject, mail, context)
            yield from _domains(subject, mail)
        elif subject.text and subject.meta.get("kind") != "mail":
            yield from text_links(self, subject, context)


DETECTORS = (Identity,)


def in_mail(detector: Detector, item: Item, mail: Mail, context: Context) -> Iterator[Finding]:
    """Findings on the sender of a parsed mail."""
    sender = sender_of(mail)
    if sender is None:
        yield finding(detector, "identity/no-sender", "review", item, where=Where(part="From"))
        return
    good = bool({sender.address.lower(), sender.domain} & context.house.good_senders)
    if good:
        shown = {"address": defang("email-addr", sender.address)}
        yield _sayer(detector, item, sender)("identity/good-sender", "informational", shown)
    yield from _house(detector, item, mail, sender, context)
    if not good:
        yield from _sender(detector, item, sender, mail)
    yield from _reply(detector, item, sender, mail)
    yield from _links(detector, item, sender, mail)


def _domains(item: Item, mail: Mail) -> Iterator[Observable]:
    """The domains of the mail's addresses, to be examined in their turn."""
    named = [("From", sender_of(mail)), ("Return-Path", mail.return_path)]
    named += [("Reply-To", address) for address in mail.reply_to[:5]]
    for part, address in named:
        if address and site(address.domain):
            where = Where(part=part, quote=address.address)
            yield Observable("domain-name", address.domain, item=item.name, where=where)


def sender_of(mail: Mail) -> Address | None:
    """The first mailbox of From that has an address, under the first name that stands there: a bare comma
    after the name ('"Brand", x <a@b.example>') makes mail programs show that name.
    """
    boxes = addresses(mail.header("From") or mail.header("Sender"))
    real = next((box for box in boxes if box.domain), None)
    name = next((box.display for box in boxes if box.display.strip()), "")
    return replace(real, display=name) if real else None


# --- who the sender says it is ---


def _house(
    detector: Detector, item: Item, mail: Mail, sender: Address, context: Context
) -> Iterator[Finding]:
    """The desk's own domains: forged, imitated or named."""
    own = context.house.own_domains
    mine = next((d for d in own if is_below(sender.domain, d)), None)
    says = _sayer(detector, item, sender)
    if mine:
        back = mail.return_path.domain if mail.return_path else ""
        if back and site(back) != site(sender.domain):
            listed = bool(mail.header("List-Id"))
            yield says(
                "identity/house-spoofed",
                "review" if listed else "fail",
                {"other": defang("domain-name", back)},
            )
        else:
            yield says("identity/house-sender", "informational", {})
        return
    imitated = lookalike.like_house(sender.domain, own)
    if imitated:
        yield says("identity/house-lookalike", "fail", {"own": imitated})
    named = next((d for d in own if d in sender.display.lower()), None)
    if named and not imitated:
        yield says("identity/house-name", "fail", {"own": named})


class _Says:
    """Findings about one sender, with its address as observable."""

    def __init__(self, detector: Detector, item: Item, sender: Address) -> None:
        self.detector, self.item, self.sender = detector, item, sender

    def __call__(
        self,
        code: str,
        kind: Kind,
        params: Mapping[str, object],
        topics: tuple[str, ...] = (),
        part: str = "From",
    ) -> Finding:
        shown = {"domain": defang("domain-name", self.sender.domain), "display": self.sender.display[:100]}
        seen = Observable("email-addr", self.sender.address.lower(), item=self.item.name)
        return finding(
            self.detector, code, kind, self.item, params={**shown, **params}, topics=topics,
            observables=(seen,),
            where=Where(part=part, quote=f"{self.sender.display[:200]} <{self.sender.address}>"),
        )  # fmt: skip


def _sayer(detector: Detector, item: Item, sender: Address) -> _Says:
    return _Says(detector, item, sender)


def _sender(detector: Detector, item: Item, sender: Address, mail: Mail) -> Iterator[Finding]:
    says = _sayer(detector, item, sender)
    owner = owners_of_sender(sender.domain)
    if owner:
        yield says("identity/sender-is-brand", "informational", {"brand": owner[0].name})
    address = _ADDRESS.search(sender.display)
    if address and address[0].lower() != sender.address.lower():
        yield _shown_address(says, address[0], mail)
        return
    named = _named(sender)
    if named and not {b.name for b in named} & {b.name for b in owner}:
        yield from _calls_itself(says, named, mail)
    elif not named and not owner and is_free_mail(sender.domain) and _OFFICE.search(sender.display):
        yield says("identity/free-mail-organisation", "review", {})


def _named(sender: Address) -> tuple[Brand, ...]:
    """Brands in the display name; a domain in it ('Netflix.com') counts as its owner."""
    plain = normalise(sender.display).text
    domains = [brand for match in _DOMAIN.finditer(plain) for brand in brands.owners(match[0].lower())]
    return tuple(dict.fromkeys((*domains, *brands.in_display_name(plain))))


def _shown_address(says: _Says, shown: str, mail: Mail) -> Finding:
    params = {"shown": defang("email-addr", shown), "address": defang("email-addr", says.sender.address)}
    same = site(shown.rpartition("@")[2]) == site(says.sender.domain)
    if same or _VIA.search(says.sender.display.replace(shown, " ")):
        return says("identity/display-name-relayed", "informational", params)
    if mail.header("List-Id"):
        return says("identity/display-name-relayed", "review", params)
    return says("identity/display-name-address", "fail", params)


def _calls_itself(says: _Says, named: tuple[Brand, ...], mail: Mail) -> Iterator[Finding]:
    """The display name is a brand's and the address is not."""
    brand, sender = named[0], says.sender
    params, topics = {"brand": brand.name}, (brand.topic,)
    plain = normalise(sender.display)
    if plain.tricks & {"homoglyphs", "zero-width", "styled-letters", "stacked-marks", "bidi", "spacing"}:
        yield says("identity/display-name-disguised", "fail", params, topics)
    is_name = is_only_brand(plain.text, brand)
    if _is_member(brand, sender.domain):
        return
    if is_free_mail(sender.domain) and brand in brands.owners(sender.domain):
        yield says("identity/own-free-mail", "review", params, topics)
    elif is_free_mail(sender.domain):
        yield says("identity/free-mail-brand", "fail" if is_name else "review", params, topics)
    elif is_name and not _VIA.search(sender.display):
        yield says("identity/display-name-brand", "fail", params, topics)
    else:
        yield says("identity/display-name-mentions-brand", "review", params, topics)


def _is_member(brand: Brand, domain: str) -> bool:
    """A savings bank and the like, at a domain of its own that carries the group's name honestly."""
    named = any(squash(alias) in squash(site(domain)) for alias in brand.aliases)
    return brand.local and named and lookalike.resemblance(domain) is None


_FILLER = frozenset(
    str.split(
        "the team support service services customer account accounts security secure alert alerts "
        "notification notifications notice info information center centre online bank app mail email "
        "update updates department kundenservice kunden kundendienst sicherheit konto klantenservice "
        "client clients cliente clientes atencion servicio al de der die das und and for of by from no "
        "reply noreply do not donotreply official verification billing payment payments delivery helpdesk "
        "help desk news rewards reward gutschein gift card cards karte voucher prize department inc ltd "
        "gmbh llc sa com net org www shop store wallet protocol nfts nft foundation resolution "
        "confirmation thank you hello member members membership customers prime atendimento recompensas "
        "suporte equipe team equipo assistance supermarket on 24 7 1 2 3 sms admin s a belohnung "
        "belohnungen gewinnspiel gutscheine karten premio premios regalo cadeau bon nft office"
    )
)


def is_only_brand(display: str, brand: Brand) -> bool:
    """Whether a display name says nothing but the brand, apart from 'Support', 'Team' and the like."""
    left = brands.fold(display)
    names = sorted((brands.fold(name) for name in (*brand.aliases, *brand.domains)), key=len, reverse=True)
    for name in names:
        left = re.sub(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", " ", left)
    words = re.findall(r"[^\W_]+", left)
    return squash(display) in {squash(a) for a in brand.aliases} or (
        left != brands.fold(display) and all(word in _FILLER or word.isdigit() for word in words)
    )


def owners_of_sender(domain: str) -> tuple[Brand, ...]:
    """Brands that write from a domain; the mailboxes they rent to everybody are not theirs."""
    return () if is_free_mail(domain) or tenant(domain) else brands.owners(domain)


# --- where answers and links go ---


def _reply(detector: Detector, item: Item, sender: Address, mail: Mail) -> Iterator[Finding]:
    reply = next((a for a in mail.reply_to if a.domain), None)
    if reply is None or site(reply.domain) == site(sender.domain) or _same_brand(reply, sender):
        return
    params = {"sender": defang("email-addr", sender.address), "reply": defang("email-addr", reply.address)}
    says = _sayer(detector, item, sender)
    if is_free_mail(reply.domain) and not mail.header("List-Id"):
        both = is_free_mail(sender.domain)
        yield (
            says("identity/reply-to-free-mail", "review", params, part="Reply-To")
            if not both
            else says("identity/reply-elsewhere", "review", params, part="Reply-To")
        )
    else:
        yield says("identity/reply-elsewhere", "informational", params, part="Reply-To")


def _links(detector: Detector, item: Item, sender: Address, mail: Mail) -> Iterator[Finding]:
    """The links against the brand that the mail speaks for; nothing where the brand itself sent it."""
    named = _named(sender)
    candidates = [
        b for b in dict.fromkeys((*named, *claimed_brands(mail))) if not _is_member(b, sender.domain)
    ]
    if candidates and not set(candidates) & set(brands.owners(sender.domain)):
        strong = bool(named) and is_only_brand(sender.display, candidates[0])
        yield from mail_links(detector, item, mail, candidates[0], strong=strong)


def _same_brand(one: Address, other: Address) -> bool:
    return bool({b.name for b in brands.owners(one.domain)} & {b.name for b in brands.owners(other.domain)})
