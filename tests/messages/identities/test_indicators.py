"""Is a known-bad value found in the forms lists have, and a well-known domain spared?"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.identity_helpers import context, findings
from quivive.errors import BadConfig
from quivive.messages.identities import indicators
from quivive.messages.identities.indicator_lists import merge, read_list
from quivive.messages.identities.indicators import Indicators
from quivive.model import Observable

DETECTOR = Indicators()
BAD = {
    "evil.example.net": "desk, 2026-11-01",
    "bad.example.com/pay": "desk",
    "someone@fraud.example": "desk",
    "+12025550143": "desk",
    "de89370400440532013000": "desk",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq": "desk",
    "youtube.com": "a careless list",
    "bit.ly/3xyz": "desk",
    "pages.dev": "a careless list",
}


def about(type_: str, value: str) -> dict[str, str]:
    found = findings(DETECTOR, Observable(type_, value), context(bad_values=BAD))
    return {f.code: f.kind for f in found}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("domain-name", "evil.example.net"),
        ("url", "https://bad.example.com/pay"),
        ("url", "http://bad.example.com/pay/"),
        ("url", "https://bad.example.com/pay?id=7"),
        ("email-addr", "someone@fraud.example"),
        ("phone-number", "+12025550143"),
        ("iban", "DE89370400440532013000"),
        ("cryptocurrency-wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        ("url", "https://bit.ly/3xyz"),  # one page of a well-known service
    ],
)
def test_a_listed_value_fails(type_: str, value: str) -> None:
    assert about(type_, value) == {"indicator/listed": "fail"}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("url", "https://www.evil.example.net/x"),
        ("domain-name", "a.b.evil.example.net"),
        ("email-addr", "x@evil.example.net"),
    ],
)
def test_what_lies_below_a_listed_domain_fails(type_: str, value: str) -> None:
    assert about(type_, value) == {"indicator/listed-parent": "fail"}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("domain-name", "example.net"),
        ("domain-name", "notevil.example.net"),
        ("url", "https://bad.example.com/"),
        ("email-addr", "other@fraud.example"),
        ("phone-number", "+12025550144"),
    ],
)
def test_neighbours_do_not(type_: str, value: str) -> None:
    assert about(type_, value) == {}


@pytest.mark.parametrize("value", ["youtube.com", "www.youtube.com", "someone.pages.dev"])
def test_a_well_known_domain_on_a_list_is_said_and_spared(value: str) -> None:
    assert about("domain-name", value) == {"indicator/popular": "informational"}


def test_the_finding_says_where_it_was_learned() -> None:
    (found,) = findings(DETECTOR, Observable("domain-name", "evil.example.net"), context(bad_values=BAD))
    assert "desk, 2026-11-01" in found.message
    assert "evil[.]example[.]net" in found.message


BUNDLE = {
    "type": "bundle",
    "objects": [
        {
            "type": "indicator",
            "pattern": "[domain-name:value='one.example.net']",
            "modified": "2024-05-02T08:36:18Z",
        },
        {
            "type": "indicator",
            "pattern": "[url:value = 'https://two.example.net/a' OR email-addr:value='x@y.example']",
        },
        {"type": "indicator", "pattern": "[file:name='three.example.net']"},
        {"type": "malware", "name": "four.example.net"},
        {"type": "domain-name", "value": "five.example.net"},
    ],
}


@pytest.mark.parametrize(
    ("data", "values", "date"),
    [
        (json.dumps(BUNDLE).encode(),
         {"one.example.net", "two.example.net/a", "x@y.example", "five.example.net"}, "2024-05-02"),
        (json.dumps({"version": 20241110, "name": "w", "list": ["A.example.net"]}).encode(),
         {"a.example.net"}, "2024-11-10"),
        (b"# updated 2025-01-02\nhxxps://bad[.]example[.]com/a/\n*.evil.example\n\n+1 202 555 0143\n",
         {"bad.example.com/a", "evil.example", "+12025550143"}, "2025-01-02"),
        (b"0.0.0.0 host.example.net\n127.0.0.1 other.example.net # note\n",
         {"host.example.net", "other.example.net"}, ""),
        (b"id,indicator,seen\n1,csv.example.net,2024-01-01\n2,\"b.example.net\",x\n",
         {"csv.example.net", "b.example.net"}, ""),
        (b"wallet;note\nbc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq;x\n",
         {"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"}, ""),
        (gzip.compress(b"zipped.example.net\n", mtime=0), {"zipped.example.net"}, ""),
    ],
)  # fmt: skip
def test_it_reads_the_forms_lists_have(data: bytes, values: set[str], date: str) -> None:
    found = read_list(data, "list")
    assert found.values == values
    assert found.date == date


def test_it_reads_an_archive_of_lists_and_merges_them() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in (
            ("a.txt", b"a.example.net\n"),
            ("b.json", json.dumps(BUNDLE).encode()),
            ("x.md", b"n.example.net"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    found = read_list(packed.getvalue(), "pack.tgz")
    assert {"a.example.net", "one.example.net"} <= found.values
    assert "n.example.net" not in found.values
    merged = merge([found, read_list(b"a.example.net\n", "second")])
    assert merged["a.example.net"] == "pack.tgz (2024-05-02)"


@pytest.mark.parametrize(
    "data",
    [b"", b"# nothing\n", b"{}", b"[1, 2", b"\x1f\x8bbroken", b"{" * 100_000, b"[" * 100_000, b"\x00" * 600],
)
def test_what_is_no_list_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadConfig, match=r"my\.list"):
        read_list(data, "my.list")


def test_the_published_spyware_domains_read(shared_data: Path) -> None:
    data = (shared_data / "messages" / "ioc" / "amnesty_investigations_stix2_domains.tgz").read_bytes()
    found = read_list(data, "Amnesty International, investigations (CC BY)")
    assert len(found.values) > 4000
    assert found.date.startswith("2024-")
    assert not [value for value in found.values if indicators.is_popular(value)]


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_read_or_are_refused(data: bytes) -> None:
    try:
        found = read_list(data, "x")
    except BadConfig:
        return
    assert found.values


@given(st.sampled_from(sorted(DETECTOR.accepts)), st.text(min_size=1, max_size=80))
@settings(max_examples=200, deadline=None)
def test_a_value_is_found_under_its_own_key(type_: str, value: str) -> None:
    keys = list(indicators.keys_of(type_, value))
    found = findings(DETECTOR, Observable(type_, value), context(bad_values={keys[0]: "x"}))
    assert len(found) == 1
