import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.observables import defang, find, host_of, is_iban, luhn, parse_value, refang, registrable


def found(text: str, kind: str, country: str | None = None) -> list[str]:
    return [o.value for o in find(text, country) if o.type == kind]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("see https://postnl-herplan.top/p?id=7f3a.", "https://postnl-herplan.top/p?id=7f3a"),
        ("(see https://a.example.org/b_(c))", "https://a.example.org/b_(c)"),
        ("hxxps://evil[.]example[.]com/x", "https://evil.example.com/x"),
        ("click bit.ly/abc now", "http://bit.ly/abc"),
        ("www.example.co.uk!", "http://www.example.co.uk"),
        ("HTTPS://Example.ORG/Path", "https://example.org/Path"),
        ("http://user@10.0.0.1:8080/x", "http://user@10.0.0.1:8080/x"),
        ("“https://example.org/a”", "https://example.org/a"),
        ("http://paypal.com@203.0.113.7/x", "http://paypal.com@203.0.113.7/x"),
        ("https://a.example.org/#b@example.org", "https://a.example.org/#b@example.org"),
    ],
)
def test_links_are_found_as_they_are_meant(text, value):
    assert value in found(text, "url")


@pytest.mark.parametrize(
    "text",
    ["Thanks.Call me", "ok.so what", "I did it.is it ok", "version 1.2.3", "end.\nNext", "3.50", "e.g. this"],
)
def test_two_sentences_run_together_are_no_link(text):
    assert [o.value for o in find(text)] == []


def test_a_link_gives_its_domain_and_an_account_link_its_account():
    assert found("https://login.bank.example.co.uk/x", "domain-name") == ["login.bank.example.co.uk"]
    assert found("https://t.me/somebody", "user-account") == ["t.me/somebody"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("call +31 6 12345678 now", "+31612345678"),
        ("0044 20 7946 0958", "+442079460958"),
        ("1-888-555-0100", "+18885550100"),
        ("(202) 555-0123", "+12025550123"),
        ("+1 (202) 555-0123", "+12025550123"),
    ],
)
def test_phone_numbers_become_e164(text, value):
    assert found(text, "phone-number") == [value]


def test_national_numbers_are_read_where_the_country_is_known():
    assert found("ring 020 7946 0958", "phone-number") == []
    assert found("ring 020 7946 0958", "phone-number", "GB") == ["+442079460958"]


@pytest.mark.parametrize(
    "text", ["NL91 ABNA 0417 1643 00 en dan", "NL91ABNA0417164300", "to nl91-abna-0417-1643-00."]
)
def test_an_iban_ends_where_its_country_says(text):
    assert found(text, "iban") == ["NL91ABNA0417164300"]


def test_a_number_with_a_wrong_checksum_is_none():
    assert found("NL92 ABNA 0417 1643 00", "iban") == []
    assert found("parcel NL83 2291", "iban") == []
    assert found("4111 1111 1111 1112", "payment-card") == []
    assert not is_iban("GB00TEST00000000000000")


def test_cards_pass_luhn_and_their_scheme():
    assert found("card 4111 1111 1111 1111 ok", "payment-card") == ["4111111111111111"]
    assert luhn("79927398713")
    assert not luhn("79927398710")


def test_mail_addresses_are_found_with_their_domain():
    observables = [(o.type, o.value) for o in find("write to Bob[at]Example.com or info@exämple.de")]
    assert ("email-addr", "bob@example.com") in observables
    assert ("email-addr", "info@xn--exmple-cua.de") in observables
    assert ("domain-name", "xn--exmple-cua.de") in observables


def test_every_value_is_quoted_where_it_stands():
    text = "Pay to NL91 ABNA 0417 1643 00 or bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq, call +31 6 12345678"
    for observable in find(text):
        where = observable.where
        assert text[where.start : where.end] == where.quote


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("+44 20 7946 0958", "phone-number"),
        ("https://example.org/x", "url"),
        ("example.org", "domain-name"),
        ("somebody@example.org", "email-addr"),
        ("NL91 ABNA 0417 1643 00", "iban"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "cryptocurrency-wallet"),
        ("203.0.113.7", "ipv4-addr"),
        ("2001:db8::1", "ipv6-addr"),
    ],
)
def test_a_bare_value_is_recognised(value, kind):
    assert parse_value(value).type == kind


@pytest.mark.parametrize("value", ["hello", "no/such/file.txt", "12345678", "", "file.notatld"])
def test_what_is_no_value_is_none(value):
    assert parse_value(value) is None


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("url", "https://a.example.org/x.html", "hxxps://a[.]example[.]org/x.html"),
        ("domain-name", "a.example.org", "a[.]example[.]org"),
        ("email-addr", "x@a.org", "x[@]a[.]org"),
        ("phone-number", "+12025550123", "+12025550123"),
    ],
)
def test_defanged_values_are_not_live(kind, value, shown):
    assert defang(kind, value) == shown


def test_refang_undoes_the_usual_spellings():
    assert refang("hxxps[:]//a[.]b(dot)c/[at]") == "https://a.b.c/@"


def test_hosts_and_registrable_domains():
    assert host_of("https://user:pw@Login.Example.CO.UK:8443/a?b@c") == "login.example.co.uk"
    assert registrable("login.example.co.uk") == "example.co.uk"
    assert registrable("localhost") == ""


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_is_searched_without_error(text):
    for observable in find(text, "GB"):
        assert text[observable.where.start : observable.where.end] == observable.where.quote


@pytest.mark.parametrize(
    "text",
    ["a." * 100_000, "1 " * 100_000, "+1" * 100_000, "@a" * 100_000, "x@" * 100_000, "0x" * 100_000,
     "http://" * 30_000, "::" * 100_000, "NL91 " * 40_000, "[.]" * 60_000, "-" * 200_000, "a" * 200_000],
)  # fmt: skip
def test_hostile_texts_take_bounded_time(text):
    started = time.monotonic()
    list(find(text))
    assert time.monotonic() - started < 20  # seconds here mean 'not quadratic': 200 kB take well under one
