import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quivive.errors import Unreadable
from quivive.voices.live import streams
from quivive.voices.live.codecs import Codec
from quivive.voices.live.streams import MOST_CHARACTERS, Media, Other, Start, Stop, parse
from voices.live import provider


def test_a_start_message_of_twilio_says_names_and_sound():
    assert parse(provider.start("secret")) == Start("MZ0", "CA0", Codec("PCMU"), "secret")


def test_a_start_message_of_telnyx_says_the_same_with_other_names():
    assert parse(provider.telnyx_start()) == Start("32DE0DEA", "v2:abc", Codec("PCMA"), "")


def test_signalwire_may_send_wide_linear_sound():
    found = parse(provider.start(encoding="L16@24000h", rate=24000))
    assert found.codec == Codec("L16LE", 24000, 24000)


def test_media_has_a_track_a_number_and_a_time():
    assert parse(provider.media(b"\xff\x00", 3, "outbound")) == Media("outbound", 3, 40, b"\xff\x00")
    assert parse(provider.telnyx_media(b"\xd5", 1)) == Media("inbound", 1, 0, b"\xd5")


def test_media_without_number_and_time_is_taken_as_it_comes():
    assert parse('{"event": "media", "media": {"payload": "/w=="}}') == Media("inbound", None, None, b"\xff")


def test_what_carries_no_sound_is_passed_over():
    assert parse(provider.stop()) == Stop()
    for event in ("connected", "dtmf", "mark", "clear", "something-new"):
        assert parse(json.dumps({"event": event})) == Other(event)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\x00\x01", "binary"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 60_000, "not JSON"),
        ('{"event": ' + "9" * 5000 + "}", "not JSON"),
        ("[]", "no event"),
        ("null", "no event"),
        ('{"event": 5}', "no event"),
        ("x" * (MOST_CHARACTERS + 1), "longer"),
        ('{"event": "start"}', "nothing in it"),
        ('{"event": "start", "start": []}', "nothing in it"),
        ('{"event": "media", "media": "x"}', "nothing in it"),
        ('{"event": "media", "media": {}}', "base64"),
        ('{"event": "media", "media": {"payload": 5}}', "base64"),
        ('{"event": "media", "media": {"payload": "%%%"}}', "base64"),
        ('{"event": "media", "media": {"payload": "é"}}', "base64"),
        ('{"event": "media", "media": {"payload": "AA=="  , "track": "third"}}', "inbound nor outbound"),
        ('{"event": "start", "start": {"mediaFormat": {"encoding": "AMR"}}}', "is not read"),
        ('{"event": "start", "start": {"mediaFormat": {"channels": 2}}}', "several channels"),
    ],
)
def test_a_message_that_is_wrong_is_refused_saying_how(text, why):
    with pytest.raises(Unreadable, match=why):
        parse(text)


def test_names_keep_only_what_can_be_logged():
    found = parse(json.dumps({"event": "start", "streamSid": "a\n<script>\x1b[0m" + "b" * 999, "start": {}}))
    assert found.stream == "ascript0m" + "b" * (120 - len("a\n<script>\x1b[0m"))


@pytest.mark.parametrize("number", ["-1", "1e9", "9" * 40, -5, 2**60, True, None, [], "٣"])
def test_numbers_that_are_none_are_taken_as_unsaid(number):
    inner = {"payload": "", "chunk": number, "timestamp": number}
    found = parse(json.dumps({"event": "media", "media": inner}))
    assert (found.number, found.milliseconds) == (None, None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["start", "media", "stop"]), json_values, json_values)
def test_any_json_is_read_or_refused_and_never_worse(event, inner, other):
    try:
        found = parse(json.dumps({"event": event, event: inner, "streamSid": other}))
    except Unreadable:
        return
    assert isinstance(found, streams.Start | streams.Media | streams.Stop)
