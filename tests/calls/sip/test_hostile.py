"""Hostile SIP: nothing but Unreadable comes out, in bounded time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from calls.sip import fuzz
from calls.sip.invites import FIELDS, invite
from conftest import NOON
from quivive.calls.sip.addresses import parse_address, parse_uri
from quivive.calls.sip.bodies import parts
from quivive.calls.sip.lexing import split
from quivive.calls.sip.message import parse
from quivive.calls.sip.message import split as split_stream
from quivive.calls.sip.sdp import parse_sdp
from quivive.calls.sip.vias import parse_via
from quivive.model import Context

VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=60)


def test_damaged_messages_are_read_or_refused():
    """The small version of tests/calls/sip/fuzz.py, which is run by hand over 100,000 inputs."""
    read, slowest = fuzz.run(1500, 7, Context(NOON, country="DE"))
    assert read > 500  # the damages leave SIP to be read
    assert slowest < 1


@given(st.binary(max_size=400))
def test_any_bytes_are_an_address_a_hop_and_a_description(data):
    parse_address(data), parse_uri(data), parse_via(data), parse_sdp(data)


@given(VALUE)
def test_what_a_field_holds_comes_back_as_it_was(value):
    got = parse(invite(b"", f"X-Value: {value}")).first("x-value")
    assert got == value.encode().strip(b" \t")


@given(st.lists(st.sampled_from([*FIELDS, "Subject", "X"]), min_size=1, max_size=8), st.data())
def test_folding_changes_nothing(names, data):
    values = [
        data.draw(st.lists(st.sampled_from(["a", "b;c=1", '"q"']), min_size=1, max_size=4)) for _ in names
    ]
    flat = [f"{name}: {' '.join(value)}" for name, value in zip(names, values, strict=True)]
    folded = [line.replace(" ", "\r\n\t ") for line in flat]
    assert parse(invite(b"", *flat)).headers == parse(invite(b"", *folded)).headers


@given(st.lists(st.text(st.sampled_from('ab<>"\\,; '), max_size=12), max_size=6))
def test_quoted_and_bracketed_parts_survive_a_list(texts):
    quoted = ['"' + t.replace("\\", "\\\\").replace('"', '\\"') + '"' for t in texts]
    assert split(", ".join(quoted).encode(), b",") == [q.encode() for q in quoted] or not texts


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_a_stream_gives_the_messages_that_were_put_in(bodies):
    messages = [invite(body) for body in bodies]
    assert list(split_stream(b"".join(messages))) == messages


@given(st.binary(max_size=300), st.sampled_from([b"b", b"--", b"a b"]))
def test_any_body_is_a_multipart_of_few_parts(body, boundary):
    kind = f'multipart/mixed; boundary="{boundary.decode()}"'
    assert sum(len(part.data) for part in parts(parse(invite(body, Content_Type=kind)))) <= len(body)
