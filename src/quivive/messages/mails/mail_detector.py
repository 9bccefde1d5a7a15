"""What comes out of an e-mail to be looked at in turn, and what about its build is suspicious?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from quivive import observables
from quivive.intake import derive
from quivive.messages.mails import html, passwords
from quivive.messages.mails.disguise import risks
from quivive.messages.mails.mail import Address, Attachment, Mail, parse
from quivive.model import Context, Detector, Finding, Item, Kind, Source, Subject, Where, Yield, finding

MAIL_CODES = {
    "mail/hidden-text": "The mail holds {characters} letters of text that its reader cannot see.",
    "mail/password-form": "The mail itself asks for a password in a form. No honest sender does that.",
    "mail/form": "The mail holds a form to fill in; what is typed goes to {target}.",
    "mail/script": "The mail holds a script. Honest mail has none: mail programs do not run them.",
    "mail/only-remote-pictures": "The mail shows only pictures that would be loaded from the web; "
    "they were not loaded, so what they say was not examined.",
    "mail/attached-program": "The attachment {name} is {kind}.",
    "mail/attached-container": "The attachment {name} is {kind}, a way to carry programs past mail filters.",
    "mail/attached-macro": "The attachment {name} is an Office file that can hold macros.",
    "mail/double-extension": "The attachment {name} looks like a {pretends} file but is a {extension} file.",
    "mail/reversed-name": "The name of the attachment {name} holds invisible signs that turn its letters "
    "around, to hide what kind of file it is.",
    "mail/type-mismatch": "The attachment {name} is named as a {extension} file but is {content}.",
    "mail/damaged": "The mail is not built as the standards ask: {defects}.",
    "mail/not-all-read": "Only part of this mail was read: {defects}.",
}
_RISK_CODES: dict[str, tuple[str, Kind]] = {
    "program": ("mail/attached-program", "fail"),
    "container": ("mail/attached-container", "review"),
    "macro": ("mail/attached-macro", "review"),
    "double-extension": ("mail/double-extension", "fail"),
    "reversed-name": ("mail/reversed-name", "fail"),
    "mismatch": ("mail/type-mismatch", "review"),
}
_LOCKABLE = ("application/", "text/html")
HIDDEN = 300
"""Letters and digits that a mail may hide: newsletters put up to two such lines before their first words."""


class MailDetector:
    """Opens RFC 5322 messages: their text, attachments, links and addresses."""

    name = "messages.mail"
    version = "1"
    accepts = frozenset({"message/rfc822", "message/global"})
    online = False
    codes: Mapping[str, str] = MAIL_CODES

    def sources(self) -> tuple[Source, ...]:
        """Nothing dated: the standards decide."""
        return ()

    def examine(self, subject: Subject, context: Context) -> Iterator[Yield]:
        """Yield text, attachments, links and addresses of a mail; raise Unreadable if it is none."""
        if isinstance(subject, Item):
            yield from examine_mail(self, subject, parse(subject.data, context.limits), context)


def examine_mail(detector: Detector, item: Item, mail: Mail, context: Context) -> Iterator[Yield]:
    """What a parsed mail gives, whatever file format it came in."""
    yield from _text(item, mail, context)
    yield from _build(detector, item, mail)
    for attachment in mail.attachments:
        yield from _attachment(detector, item, mail, attachment, context)
    if mail.page:
        yield from html.picture_items(item, mail.page, context.limits)
    yield from _link_observables(item, mail, context)
    yield from _address_observables(item, mail)


def _text(item: Item, mail: Mail, context: Context) -> Iterator[Item]:
    if not mail.text.strip():
        return
    sender = mail.sender or Address("", "", "")
    meta = {
        "kind": "mail",
        "subject": mail.subject,
        "from": sender.address,
        "from_display": sender.display,
        "date": mail.date.isoformat() if mail.date else "",
    }
    text = derive(item, "text", mail.text, origin="text of the mail", channel="email", meta=meta,
                  limits=context.limits)  # fmt: skip
    yield replace(text, received_at=mail.date or item.received_at)


def _build(detector: Detector, item: Item, mail: Mail) -> Iterator[Finding]:
    """Findings about how the mail is made."""
    if mail.page:
        yield from _page_findings(detector, item, mail.page)
        if mail.page.remote and not mail.page.text.strip() and not mail.body_text.strip():
            yield finding(detector, "mail/only-remote-pictures", "open", item)
    cut = [defect for defect in mail.defects if defect.startswith(("only", "parts nested"))]
    odd = [defect for defect in mail.defects if defect not in cut]
    if cut:
        yield finding(detector, "mail/not-all-read", "open", item, params={"defects": "; ".join(cut)})
    if odd:
        yield finding(detector, "mail/damaged", "informational", item, params={"defects": "; ".join(odd)})


def _page_findings(detector: Detector, item: Item, page: html.Page) -> Iterator[Finding]:
    hidden = sum(character.isalnum() for piece in page.hidden for character in piece)
    if hidden > HIDDEN:
        quote = " … ".join(page.hidden)[:200]
        yield finding(detector, "mail/hidden-text", "review", item, params={"characters": hidden},
                      where=Where(part="HTML body", quote=quote))  # fmt: skip
    for form in page.forms[:3]:
        where = Where(part="HTML body", quote=form.action[:200])
        if form.password:
            yield finding(detector, "mail/password-form", "fail", item, where=where)
        elif form.action:
            params = {"target": observables.defang("url", form.action)}
            yield finding(detector, "mail/form", "informational", item, params=params, where=where)
    if page.script:
        yield finding(detector, "mail/script", "review", item, where=Where(part="HTML body"))


def _attachment(
    detector: Detector, item: Item, mail: Mail, attachment: Attachment, context: Context
) -> Iterator[Yield]:
    for risk, params in risks(attachment.name, attachment.data):
        code, kind = _RISK_CODES[risk]
        where = Where(part=f"attachment {params['name']}")
        yield finding(detector, code, kind, item, params=params, where=where)
    derived = derive(
        item,
        attachment.name,
        attachment.data,
        _media_type(attachment),
        origin="attached mail" if attachment.media_type == "message/rfc822" else "attachment",
        channel="email",
        meta={"declared_type": attachment.media_type, "inline": "yes" if attachment.inline else "no"},
        limits=context.limits,
    )
    if derived.media_type.startswith(_LOCKABLE):
        derived = replace(derived, hints=passwords.hints(mail.text))
    yield derived


def _media_type(attachment: Attachment) -> str | None:
    """Bytes decide; the mail's word counts only for an attached mail, whose first lines may be odd."""
    return "message/rfc822" if attachment.media_type in ("message/rfc822", "message/global") else None


def _link_observables(item: Item, mail: Mail, context: Context) -> Iterator[Yield]:
    if mail.page:
        yield from html.observables_of(item, mail.page, context.country)


def _address_observables(item: Item, mail: Mail) -> Iterator[Yield]:
    named = [("From", mail.sender), ("Return-Path", mail.return_path)]
    named += [("Reply-To", address) for address in mail.reply_to[:20]]
    for part, address in named:
        if address and address.address:
            found = observables.parse_value(address.address)
            if found and found.type == "email-addr":
                yield replace(found, item=item.name, where=Where(part=part, quote=address.address))


DETECTORS = (MailDetector,)
