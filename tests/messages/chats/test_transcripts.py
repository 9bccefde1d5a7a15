"""Are transcripts of calls recognised, read once, and ordinary texts left alone?"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import CouldNotLook, Unreadable
from quivive.exports import is_transcript
from quivive.intake import take
from quivive.messages.chats.transcripts import TranscriptDetector
from quivive.model import Context, Item

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))


def the_item(data: str, name: str = "call.txt") -> Item:
    item = take(data.encode(), name)
    assert item.text is None, "a transcript is not scored beside the text that comes out of it"
    (derived,) = TranscriptDetector().examine(item, NOW)
    assert isinstance(derived, Item)
    return derived


@pytest.mark.parametrize(
    "text",
    [
        "Caller: Grandma, it's me.\nCallee: Who is this?\nCaller: I need money.",
        "Suspect: I call from your bank. Innocent: Really? Suspect: Yes. Tell me the code. Innocent: No.",
        "Agent 00:12: Good morning.\nCustomer 00:15: Hello.\nAgent 00:20: Your account is blocked.",
        "[00:01] Speaker 1: Hello.\n[00:03] Speaker 2: Hi.\n[00:05] Speaker 1: Buy gift cards.",
        "SPEAKER_00: Hola.\nSPEAKER_01: ¿Quién es?\nSPEAKER_00: Su banco.",
        "Anrufer: Hier ist die Polizei.\nAngerufene: Ja?\nAnrufer: Ihr Geld ist nicht sicher.",
        "来电者：您好。\n客户：你好。\n来电者：您的账户有问题。",
        "Maria: Hello?\nOfficer Lee: Police here.\nMaria: Yes?\nOfficer Lee: Move your money.",
    ],
)
def test_calls_are_recognised_and_kept_as_they_stand(text: str) -> None:
    item = the_item(text)
    assert item.text == text
    assert (item.channel, item.origin, item.meta["kind"]) == ("call", "call", "call")
    assert len(item.meta["speakers"].split("\n")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Your parcel is held. Pay here: https://x.example.org/p",
        "Customer: your invoice is due. Pay today.",
        "Dear customer,\nNote: your account is locked.\nLink: https://x.example.org\nRegards: Bank",
        "Agent: call me back",
        "Name: Ana\nStreet: Main\nTown: Bonn\nPhone: none",
        "Subject: Hello\nFrom: Bank\nTo: you\nDate: today",
        "Bank: code 1234. Do not share it.\nBank: code 5678. Do not share it.\nBank: code 9999.",
        "Meeting at 10:00: bring papers. Meeting at 11:00: bring more.",
    ],
)
def test_ordinary_texts_stay_texts(text: str) -> None:
    assert not is_transcript(text)
    assert take(text.encode(), "m.txt").media_type == "text/plain"


def test_a_channel_given_by_the_user_stays() -> None:
    item = take(b"Caller: a.\nCallee: b.\nCaller: c.", "m.txt", channel="chat")
    (derived,) = TranscriptDetector().examine(item, NOW)
    assert isinstance(derived, Item)
    assert derived.channel == "chat"


def test_webvtt_cues_of_one_voice_become_one_turn() -> None:
    vtt = (
        "WEBVTT\n\nNOTE made up\n\n1\n00:00:01.000 --> 00:00:03.000 align:left\n"
        "<v Caller>This is your bank.\n\n"
        "00:00:03.000 --> 00:00:05.000\n<v Caller>Your account is <b>blocked</b>.\n\n"
        "00:05.000 --> 00:06.000\n<v Ana>Oh no!\n"
    )
    assert (
        the_item(vtt, "call.vtt").text == "Caller: This is your bank. Your account is blocked.\nAna: Oh no!"
    )


def test_subtitles_are_read_with_and_without_speakers() -> None:
    first = "1\n00:00:01,000 --> 00:00:03,000\nCaller: This is\nyour bank.\n\n"
    srt = first + "2\n00:00:03,500 --> 00:00:05,000\nPay now.\n"
    assert the_item(srt, "call.srt").text == "Caller: This is your bank.\nPay now."


def test_output_of_a_recogniser_is_read() -> None:
    whisper = {"text": " This is your bank. Who?", "segments": [
        {"id": 0, "start": 0.0, "end": 2.0, "text": " This is your bank.", "speaker": "SPEAKER_00"},
        {"id": 1, "start": 2.0, "end": 3.0, "text": " Who?", "speaker": "SPEAKER_01"},
    ]}  # fmt: skip
    assert (
        the_item(json.dumps(whisper), "call.json").text == "SPEAKER_00: This is your bank.\nSPEAKER_01: Who?"
    )


def test_a_transcript_without_words_is_refused() -> None:
    with pytest.raises(Unreadable):
        the_item("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "call.vtt")


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=300),
    st.sampled_from(sorted(TranscriptDetector.accepts)),
    st.sampled_from(["", "00:01.000 --> 00:02.000\n", '{"segments": ']),
)
def test_anything_gives_words_or_a_reason(text: str, media_type: str, head: str) -> None:
    item = take((head + text).encode("utf-8", "replace"), "x", media_type)
    with suppress(CouldNotLook):
        list(TranscriptDetector().examine(item, NOW))
