"""Do signatures count for what they prove, and results only for those who may say them?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.identity_helpers import NOON, codes, findings, mail_item
from quivive.intake import take
from quivive.messages.identities import authentication
from quivive.messages.identities.authentication import Authentication
from quivive.messages.mails.mail import parse
from quivive.model import Context, Finding, House, Item, Kind

DATA = Path(__file__).parents[2] / "data" / "messages"
DETECTOR = Authentication()


def keys() -> dict[str, str]:
    name, _, record = (DATA / "keys.txt").read_text("utf-8").strip().partition(" ")
    return {name: record}


def signed(name: str = "signed", change: tuple[bytes, bytes] = (b"", b"")) -> Item:
    data = (DATA / f"{name}.eml").read_bytes()
    assert change[0] in data
    return take(data.replace(*change) if change[0] else data, "m.eml", "message/rfc822")


def look(item: Item, known: dict[str, str] | None = None) -> list[Finding]:
    mail = parse(item.data)
    return list(authentication.in_mail(DETECTOR, item, mail, keys() if known is None else known, NOON))


def kinds(found: list[Finding]) -> dict[str, Kind]:
    return {f.code: f.kind for f in found if f.code != "auth/not-checked-offline"}


def test_a_genuine_signature_of_the_sender_passes() -> None:
    assert kinds(look(signed())) == {"auth/dkim-pass": "pass"}


def test_a_changed_text_fails() -> None:
    found = look(signed(change=(b"November is ready", b"November is wrong")))
    assert kinds(found) == {"auth/dkim-body-changed": "fail"}


def test_a_changed_subject_fails() -> None:
    found = look(signed(change=(b"Subject: Your statement", b"Subject: Your new account")))
    assert kinds(found) == {"auth/dkim-fail": "fail"}


def test_a_changed_text_on_a_mailing_list_is_only_doubted() -> None:
    changed = signed(change=(b"is ready.\r\n", b"is ready.\r\n-- \r\nThe list\r\n"))
    listed = take(b"List-Id: <l.example.org>\r\n" + changed.data, "m.eml", "message/rfc822")
    assert kinds(look(listed)) == {"auth/dkim-body-changed-list": "review"}


def test_without_the_key_it_says_which_key_is_wanting() -> None:
    found = look(signed(), known={})
    assert kinds(found) == {"auth/dkim-no-key": "open"}
    assert "test[.]_domainkey[.]vellabank[.]example" in found[0].message


def test_a_signature_of_another_domain_says_nothing_about_the_sender() -> None:
    assert kinds(look(signed("signed_for_another"))) == {"auth/dkim-pass-other": "informational"}


def test_a_signature_that_leaves_gaps_says_so() -> None:
    assert kinds(look(signed("signed_part")))["auth/dkim-length"] == "review"
    assert kinds(look(signed("signed_thin")))["auth/dkim-unsigned-fields"] == "review"


def test_text_added_to_a_partly_signed_mail_still_verifies_and_is_warned_of() -> None:
    found = kinds(look(signed("signed_part", change=(b"is ready.\r\n", b"is ready.\r\nPay here!\r\n"))))
    assert found == {"auth/dkim-pass": "pass", "auth/dkim-length": "review"}


def test_a_damaged_key_or_signature_cannot_be_looked_at() -> None:
    name = next(iter(keys()))
    assert "auth/dkim-unreadable" in kinds(look(signed(), known={name: "v=DKIM1; p=!!!"}))
    assert "auth/dkim-unreadable" in kinds(look(signed(change=(b" bh=", b" zz="))))


def test_keys_of_the_house_are_used() -> None:
    given_context = Context(now=NOON, house=House(dkim_keys=keys()))
    assert "auth/dkim-pass" in codes(list(DETECTOR.examine(signed(), given_context)))  # type: ignore[arg-type]


def test_what_needs_the_network_is_named_once() -> None:
    found = [f for f in look(signed()) if f.code == "auth/not-checked-offline"]
    assert [f.kind for f in found] == ["open"]


# --- what hosts assert ---

RECEIVED = (
    "Received: from mx2.inbox.example by store.inbox.example; Sun, 22 Nov 2026 12:00:02 +0000\r\n"
    "{inside}"
    "Received: from sender.example.net (203.0.113.9) by mx2.inbox.example; 22 Nov 2026 12:00:01 +0000\r\n"
    "{outside}"
)
VERDICT = "Authentication-Results: {by}; {result}\r\n"


def asserted(
    result: str, by: str = "mx2.inbox.example", place: str = "inside", **headers: str
) -> dict[str, Kind]:
    line = VERDICT.format(by=by, result=result) if by else f"Authentication-Results: {result}\r\n"
    before = RECEIVED.format(**{"inside": "", "outside": "", place: line})
    fields = {
        "From": "Vella Bank <service@vellabank.example>",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    found = kinds(look(mail_item(headers=fields, before=before)))
    found.pop("auth/unsigned")
    return found


def test_what_the_receiving_host_found_counts() -> None:
    assert asserted("dmarc=pass header.from=vellabank.example") == {"auth/results-pass": "pass"}
    assert asserted("dmarc=fail header.from=vellabank.example") == {"auth/results-fail": "fail"}
    assert asserted("dkim=pass header.d=vellabank.example; spf=none") == {"auth/results-pass": "pass"}
    spf = asserted("spf=softfail smtp.mailfrom=service@vellabank.example; dkim=none; dmarc=none")
    assert spf == {"auth/results-spf-fail": "review"}


def test_a_field_without_a_name_counts_where_it_stands_inside() -> None:
    assert asserted("dmarc=fail header.from=vellabank.example", by="") == {"auth/results-fail": "fail"}


@pytest.mark.parametrize(
    ("by", "place"),
    [
        ("mx.elsewhere.example.net", "inside"),  # another name
        ("mx2.inbox.example", "outside"),  # the right name, but below the line where the mail came in
        ("", "outside"),
    ],
)
def test_what_anyone_could_have_written_counts_for_nothing(by: str, place: str) -> None:
    assert asserted("dmarc=pass header.from=vellabank.example", by, place) == {
        "auth/results-unproven": "informational"
    }


def test_a_forged_line_below_the_genuine_one_changes_nothing() -> None:
    before = RECEIVED.format(
        inside=VERDICT.format(by="mx2.inbox.example", result="dmarc=none"),
        outside="Received: from mx3.inbox.example by mx2.inbox.example; x\r\n"
        + VERDICT.format(by="mx2.inbox.example", result="dmarc=pass header.from=vellabank.example"),
    )
    item = mail_item(headers={"From": "service@vellabank.example"}, before=before)
    assert "auth/results-pass" not in kinds(look(item))


def test_a_result_about_another_domain_does_not_speak_for_the_sender() -> None:
    found = asserted("dkim=pass header.d=mailer.example.net; spf=pass smtp.mailfrom=mailer.example.net")
    assert found == {"auth/results-weak": "informational"}


def test_a_failure_on_a_mailing_list_is_only_doubted() -> None:
    found = asserted("dmarc=fail header.from=vellabank.example", List_Id="<l.example.org>")
    assert found == {"auth/results-fail-list": "review"}


def test_a_mail_without_received_lines_has_no_receiving_host() -> None:
    before = VERDICT.format(by="mx2.inbox.example", result="dmarc=pass header.from=vellabank.example")
    found = kinds(look(mail_item(headers={"From": "service@vellabank.example"}, before=before)))
    assert "auth/results-unproven" in found


def test_a_seal_is_mentioned() -> None:
    found = kinds(
        look(mail_item(headers={"ARC-Seal": "i=1; a=rsa-sha256; cv=none; d=inbox.example; s=x; b=x"}))
    )
    assert found["auth/arc"] == "informational"


def test_hostile_mails_take_no_time() -> None:
    signature = b"DKIM-Signature: v=1; a=rsa-sha256; d=vellabank.example; s=test; h=from; bh=x; b="
    hostile = (
        signature + b" " * 60000 + b"!\r\nFrom: a@b.example\r\n\r\nx",
        signature + b"x\r\nFrom: a@b.example\r\n\r\n" + b" " * 3_000_000,
        b"".join([signature + b"x\r\n"] * 2000) + b"From: a@b.example\r\n\r\nx",
        signature + b"x\r\n" + b" a\r\n" * 200_000 + b"From: a@b.example\r\n\r\nx",
        b"Authentication-Results: " + b"a=b;" * 50000 + b"\r\nFrom: a@b.example\r\n\r\nx",
    )
    started = time.monotonic()
    for data in hostile:
        look(take(data, "m.eml", "message/rfc822"))
    assert time.monotonic() - started < 20


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_signature_breaks_it(value: bytes) -> None:
    line = b"DKIM-Signature: v=1; d=vellabank.example; s=test; " + value.replace(b"\n", b" ") + b"\r\n"
    for found in look(take(line + signed().data, "m.eml", "message/rfc822")):
        assert found.code in DETECTOR.codes


def test_a_mail_is_no_signature_test_for_other_items() -> None:
    assert findings(DETECTOR, take(b"text", "t.txt", "text/plain")) == []
