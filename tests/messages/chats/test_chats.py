"""Are exported chats read turn by turn, in any language, and given to the detectors once?"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quivive.errors import CouldNotLook, Unreadable
from quivive.intake import take
from quivive.messages.chats import whatsapp
from quivive.messages.chats.conversation import Turn, render
from quivive.messages.chats.detector import ChatDetector, read
from quivive.model import Context, Finding, Item, Limits, Observable

NOW = Context(now=datetime(2026, 11, 22, tzinfo=UTC))


def examine(
    data: str | bytes, name: str = "chat.txt", context: Context = NOW
) -> list[Finding | Item | Observable]:
    item = take(data if isinstance(data, bytes) else data.encode(), name)
    assert item.text is None, "an export is not scored beside the conversation that comes out of it"
    return list(ChatDetector().examine(item, context))


def the_item(data: str | bytes, name: str = "chat.txt") -> Item:
    (item,) = [r for r in examine(data, name) if isinstance(r, Item)]
    return item


@pytest.mark.parametrize(
    ("phone", "export", "first"),
    [
        (
            "Android, German",
            "31.12.23, 21:41 - Ana: Hallo\n31.12.23, 21:42 - Ben: Ja",
            (2023, 12, 31, 21, 41),
        ),
        ("Android, US", "12/31/23, 9:41 PM - Ana: Hi\n12/31/23, 9:42 PM - Ben: Yes", (2023, 12, 31, 21, 41)),
        (
            "Android, US, narrow space",
            "1/2/24, 9:41\u202fAM - Ana: Hi\n1/3/24, 9:42\u202fAM - Ben: Yes",
            (2024, 1, 2, 9, 41),
        ),
        (
            "Android, India",
            "31/12/23, 9:41 pm - Ana: Hi\n31/12/23, 9:42 pm - Ben: Yes",
            (2023, 12, 31, 21, 41),
        ),
        (
            "Android, French",
            "31/12/2023 à 21:41 - Ana: Oui\n31/12/2023 à 21:42 - Ben: Non",
            (2023, 12, 31, 21, 41),
        ),
        ("Android, Dutch", "31-12-2023 21:41 - Ana: Ja\n31-12-2023 21:42 - Ben: Nee", (2023, 12, 31, 21, 41)),
        (
            "Android, Swedish",
            "2023-12-31 21:41 - Ana: Ja\n2023-12-31 21:42 - Ben: Nej",
            (2023, 12, 31, 21, 41),
        ),
        (
            "iOS, UK",
            "[31/12/2023, 21:41:05] Ana: Hi\n[31/12/2023, 21:42:05] Ben: Yes",
            (2023, 12, 31, 21, 41, 5),
        ),
        (
            "iOS, Spanish",
            "[31/12/23, 9:41:05 p. m.] Ana: Sí\n[31/12/23, 9:42:05 p. m.] Ben: No",
            (2023, 12, 31, 21, 41, 5),
        ),
        (
            "iOS, Chinese",
            "[2023/12/31 下午9:41:05] 安娜: 你好\n[2023/12/31 下午9:42:05] 本: 好",
            (2023, 12, 31, 21, 41, 5),
        ),
        (
            "iOS, marked",
            "\u200e[31.12.23, 21:41:05] Ana: Hallo\n[31.12.23, 21:42:05] Ben: Ja",
            (2023, 12, 31, 21, 41, 5),
        ),
        (
            "KakaoTalk",
            "2023년 12월 31일 오후 9:41, 안나 : 안녕\n2023년 12월 31일 오후 9:42, 벤 : 네",
            (2023, 12, 31, 21, 41),
        ),
        ("Signal tools", "[2023-12-31 21:41] <Ana> Hi\n[2023-12-31 21:42] <Ben> Yes", (2023, 12, 31, 21, 41)),
        (
            "Arabic digits",
            "٣١/١٢/٢٠٢٣، ٩:٤١ م - آنا: مرحبا\n٣١/١٢/٢٠٢٣، ٩:٤٢ م - بن: نعم",
            (2023, 12, 31, 21, 41),
        ),
    ],
)
def test_it_reads_the_export_of(phone: str, export: str, first: tuple[int, ...]) -> None:
    (conversation,) = read("text/x-chat-export", export.encode())
    assert len(conversation.turns) == 2, phone
    assert conversation.turns[0].at == datetime(*first, tzinfo=UTC)  # type: ignore[misc,arg-type]
    assert len({turn.speaker for turn in conversation.turns}) == 2
    assert take(export.encode(), "chat.txt").media_type == "text/x-chat-export"


EXPORT = """\
31.12.23, 21:40 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.
31.12.23, 21:41 - +1 202-555-0143: Hallo Mama, mein Handy ist kaputt.
Das ist meine neue Nummer: bitte speichern
31.12.23, 21:42 - Mama: <Medien ausgeschlossen>
31.12.23, 21:43 - Mama: Wer ist da?
31.12.23, 21:44 - +1 202-555-0143: IMG-20231231-WA0001.jpg (Datei angehängt)
"""


@pytest.mark.parametrize(
    "pasted",
    [
        "[21:41, 31.12.2023] Ana: Hallo\nMama\n[21:42, 31.12.2023] Ben: Wer ist da?",
        "[9:41 PM, 12/31/2023] Ana: Hallo\nMama\n[9:42 PM, 12/31/2023] Ben: Wer ist da?",
        "Ana, [31.12.2023 21:41]\nHallo\nMama\n\nBen, [31.12.2023 21:42]\nWer ist da?",
    ],
)
def test_chats_copied_out_of_a_program_are_read(pasted: str) -> None:
    item = the_item(pasted, "m.txt")
    assert item.text == "Ana: Hallo\nMama\nBen: Wer ist da?"
    assert item.received_at == datetime(2023, 12, 31, 21, 42, tzinfo=UTC)


def test_lines_run_on_and_what_nobody_says_is_left_out() -> None:
    item = the_item(EXPORT)
    assert item.text == (
        "+1 202-555-0143: Hallo Mama, mein Handy ist kaputt.\nDas ist meine neue Nummer: bitte speichern\n"
        "Mama: Wer ist da?"
    )
    assert (item.channel, item.origin, item.meta["platform"]) == ("chat", "chat", "WhatsApp")
    assert item.meta["speakers"].split("\n") == ["+1 202-555-0143", "Mama"]
    assert item.received_at == datetime(2023, 12, 31, 21, 43, tzinfo=UTC)


def test_the_number_of_a_party_becomes_an_observable() -> None:
    found = {(r.type, r.value) for r in examine(EXPORT) if isinstance(r, Observable)}
    assert ("phone-number", "+12025550143") in found


def test_the_order_of_day_and_month_is_told_by_time_going_forward() -> None:
    days = "3/1/24, 10:00 - A: x\n4/1/24, 10:00 - A: x\n2/2/24, 10:00 - A: x\n"
    months = "1/3/24, 10:00 - A: x\n1/4/24, 10:00 - A: x\n2/2/24, 10:00 - A: x\n"
    for export in (days, months):
        times = [turn.at for turn in whatsapp.read(export).turns]
        assert times[0] == datetime(2024, 1, 3, 10, tzinfo=UTC)


def test_telegram_json_gives_words_and_the_targets_that_words_hide() -> None:
    export = {
        "name": "Coach", "type": "personal_chat", "id": 1,
        "messages": [
            {"id": 1, "type": "service", "date": "2024-01-02T10:00:00", "actor": "Coach", "text": ""},
            {"id": 2, "type": "message", "date": "2024-01-02T10:01:00", "date_unixtime": "1704189660",
             "from": "Coach", "from_id": "user100", "text": ["Join ",
             {"type": "text_link", "text": "here", "href": "https://x.example.org/j"}]},
            {"id": 3, "type": "message", "date": "2024-01-02T10:02:00", "from": "Ana", "from_id": "user200",
             "text": "No"},
        ],
    }  # fmt: skip
    results = examine(json.dumps(export), "result.json")
    (item,) = [r for r in results if isinstance(r, Item)]
    assert item.text == "Coach: Join here (https://x.example.org/j)\nAna: No"
    accounts = {r.value for r in results if isinstance(r, Observable) and r.type == "user-account"}
    assert accounts == {"telegram:user100", "telegram:user200"}


def test_a_whole_telegram_export_gives_each_chat() -> None:
    chat = {
        "name": "{}",
        "messages": [{"date": "2024-01-02T10:00:00", "from": "A", "from_id": "user1", "text": "Hi"}],
    }
    export = {"chats": {"list": [{**chat, "name": "one"}, {**chat, "name": "two"}]}}
    assert [r.name for r in examine(json.dumps(export), "result.json") if isinstance(r, Item)] == [
        "result.json/one", "result.json/two",
    ]  # fmt: skip


TELEGRAM_PAGE = """<!DOCTYPE html><html><body><div class="page_wrap"><div class="page_header">
<div class="content"><div class="text bold">Coach</div></div></div><div class="history">
<div class="message service" id="m1"><div class="body details">2 January 2024</div></div>
<div class="message default clearfix" id="m2"><div class="body"><div class="pull_right date details"
 title="02.01.2024 10:01:00 UTC+01:00">10:01</div><div class="from_name">Coach </div>
<div class="text">Join <a href="https://x.example.org/j">here</a><br>today</div></div></div>
<div class="message default clearfix joined" id="m3"><div class="body"><div class="pull_right date details"
 title="02.01.2024 10:02:00 UTC+01:00">10:02</div><div class="text">Still there?</div></div></div>
<div class="message default clearfix" id="m4"><div class="body"><div class="from_name">Ana</div>
<div class="text">No</div></div></div></div></div></body></html>"""


def test_telegram_html_gives_speakers_also_where_only_the_first_message_names_them() -> None:
    item = the_item(TELEGRAM_PAGE, "messages.html")
    assert item.text == "Coach: Join here (https://x.example.org/j)\ntoday\nCoach: Still there?\nAna: No"
    assert item.meta["title"] == "Coach"
    assert item.meta["first"] == "2024-01-02T10:01:00+01:00"


def test_signal_cli_lines_are_sorted_by_partner() -> None:
    lines = [
        {"envelope": {"sourceNumber": "+12025550143", "sourceName": "Ana", "timestamp": 1704189660000,
                      "dataMessage": {"timestamp": 1704189660000, "message": "Hi"}},
         "account": "+12025550100"},
        {"envelope": {"sourceNumber": "+12025550144", "sourceName": "Ben", "timestamp": 1704189661000,
                      "dataMessage": {"timestamp": 1704189661000, "message": "Pay me"}}},
        {"envelope": {"sourceNumber": "+12025550144", "typingMessage": {"action": "STARTED"}}},
        {"envelope": {"sourceNumber": "+12025550143", "sourceName": "Ana", "timestamp": 1704189662000,
                      "dataMessage": {"message": "Bye"}}},
    ]  # fmt: skip
    export = "\n".join(json.dumps(line) for line in lines)
    results = examine(export, "signal.jsonl")
    assert [r.text for r in results if isinstance(r, Item)] == ["Ana: Hi\nAna: Bye", "Ben: Pay me"]
    assert {r.value for r in results if isinstance(r, Observable)} == {"+12025550143", "+12025550144"}


def test_signal_desktop_lines_are_read() -> None:
    line = {"date": "2024-01-02 10:01:00", "sender": "Ana", "body": "Hi", "quote": "", "attachments": []}
    assert the_item(json.dumps(line), "data.json").text == "Ana: Hi"


def test_facebook_files_are_repaired_and_put_in_order() -> None:
    broken = "Grüße".encode().decode("latin-1")
    export = {"participants": [{"name": "Ana"}], "title": "Ana", "messages": [
        {"sender_name": "Ana", "timestamp_ms": 1704189662000, "content": "later"},
        {"sender_name": "Ana", "timestamp_ms": 1704189661000, "content": broken},
    ]}  # fmt: skip
    assert the_item(json.dumps(export), "message_1.json").text == "Ana: Grüße\nAna: later"


def test_imessage_text_and_html_are_read() -> None:
    text = (
        "May 17, 2022  5:29:42 PM (Read by you after 1 hour)\n+12025550143\nHello\n\nagain\n"
        "Tapbacks:\nLiked by Me\n\nMay 17, 2022  5:30:10 PM\nMe\nWho is this?\n\n"
    )
    assert the_item(text).text == "+12025550143: Hello\n\nagain\nLiked by Me\nMe: Who is this?"
    page = (
        '<html><body><div class="message"><div class="received"><p><span class="timestamp"><a href="#1">'
        'May 17, 2022  5:29:42 PM</a> (Read by you)</span> <span class="sender">+12025550143</span></p>'
        '<div class="message_part"><span class="bubble">Hello</span></div></div></div></body></html>'
    )
    item = the_item(page, "chat.html")
    assert item.text == "+12025550143: Hello"
    assert item.received_at == datetime(2022, 5, 17, 17, 29, 42, tzinfo=UTC)


def test_of_a_long_chat_the_latest_turns_are_kept_and_the_rest_is_named() -> None:
    export = "".join(f"31.12.23, 21:41 - Ana: message {number}\n" for number in range(50))
    results = examine(export, context=Context(now=NOW.now, limits=Limits(text=200)))
    (item,) = [r for r in results if isinstance(r, Item)]
    assert item.text is not None
    assert item.text.endswith("message 49")
    assert len(item.text) <= 200
    (cut,) = [r for r in results if isinstance(r, Finding)]
    assert cut.kind == "open"
    assert int(cut.params["turns"]) == 50 - len(item.text.split("\n"))


def test_turns_know_their_place_in_the_text() -> None:
    rendered = render(
        (Turn("Ana", None, "Hi"), Turn("Ben", None, "two\nlines"), Turn("", None, "alone")), 1000
    )
    assert [rendered.text[turn.start :].startswith(turn.text) for turn in rendered.turns] == [True] * 3


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("text/x-chat-export", b"nothing of the kind"),
        ("text/x-chat-export+html", b"<p>no chat</p>"),
        ("application/x-chat-export+json", b"{broken"),
        ("application/x-chat-export+json", b"[" * 100_000),
        ("application/x-chat-export+json", b'{"a": 1}'),
    ],
)
def test_what_is_no_export_is_refused_with_a_sentence(media_type: str, data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        list(read(media_type, data))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["messages", "chats", "list", "text", "from", "from_id", "date", "name",
                                       "envelope", "dataMessage", "message", "sender_name", "content",
                                       "timestamp_ms", "body", "sender"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from([b"", b'{"envelope": 1, "sender_name": 1}\n']))
def test_json_of_any_shape_gives_chats_or_a_reason(value: object, before: bytes) -> None:
    item = take(before + json.dumps(value).encode(), "x.json", "application/x-chat-export+json")
    with suppress(CouldNotLook):
        list(ChatDetector().examine(item, NOW))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(sorted(ChatDetector.accepts)),
    st.sampled_from(
        [
            b"",
            b"[31.12.23, 21:41] ",
            b"May 17, 2022  5:29:42 PM\n",
            b'<div class="page_wrap"><div class="message ',
        ]
    ),
)
def test_any_bytes_give_chats_or_a_reason(data: bytes, media_type: str, head: bytes) -> None:
    with suppress(CouldNotLook):
        list(ChatDetector().examine(take(head + data, "x", media_type), NOW))
