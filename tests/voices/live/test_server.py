"""A real client over real sockets: what a provider, a desk and a stranger get to hear."""

import asyncio
import base64
import json
import re
import socket
import time
import urllib.error
import urllib.request
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quivive.errors import UsageError
from quivive.voices.live import connection, listener, rtp_server
from quivive.voices.live.access import Access
from quivive.voices.live.codecs import Codec, decoder
from quivive.voices.live.rtp import mapped
from quivive.voices.live.server import Server, Settings
from quivive.voices.sound import decode
from voices.live import provider
from voices.live.provider import FRAME, Loudness
from voices.live.test_stream import file, wire
from voices.live.test_webhook import receiver

TOKEN = "correct horse battery"
HERE = Settings(port=0, workers=1)
SPEECH = provider.frames(provider.coded(wire(8)))
SILENCE = b"\xff" * FRAME


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """Calls are judged ten times a second, so that nobody waits."""
    monkeypatch.setattr(listener, "EVERY", 0.1)
    monkeypatch.setattr(listener, "TICK", 0.02)


@asynccontextmanager
async def serving(settings=HERE, scoring=None):
    """A server on a port of its own, and its address."""
    server = Server(settings, scoring or Loudness())
    task = asyncio.create_task(server.run())
    await asyncio.wait_for(server.ready.wait(), 30)
    try:
        yield server, f"ws://127.0.0.1:{server.port}/stream"
    finally:
        server.stop()
        await asyncio.wait_for(task, 20)


def run(scenario, *given, **more):
    """A scenario, at most a minute and a half long."""
    return asyncio.run(asyncio.wait_for(scenario(*given, **more), 90))


async def until(found, seconds=15.0):
    """The first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        await asyncio.sleep(0.02)
    raise AssertionError("It did not happen in time.")


async def play(address, frames, track="inbound", first=(), headers=None):
    """Sends a call of these frames, as fast as it is taken."""
    async with connect(address, additional_headers=headers, compression=None) as link:
        for message in first or (provider.connected(), provider.start()):
            await link.send(message)
        for number, octets in enumerate(frames, 1):
            await link.send(provider.media(octets, number, track))
        await link.send(provider.stop())
        await link.wait_closed()
        return link.close_code, link.close_reason


async def get(server, path, headers=None):
    """Status, headers and text of a page."""

    def fetch():
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    return await asyncio.to_thread(fetch)


async def refused(address, *messages, headers=None, origin=None):
    """Code and reason with which the server closes after these messages."""
    async with connect(address, additional_headers=headers, origin=origin, compression=None) as link:
        try:
            for message in messages:
                await link.send(message)
            await link.wait_closed()
        except ConnectionClosed:
            pass
        return link.close_code, link.close_reason


# --- calls ---


def test_a_call_of_twilio_gets_the_verdict_of_the_file():
    async def scenario():
        async with serving() as (server, address):
            assert await play(address, SPEECH) == (1000, "")
            return await until(lambda: server.listener.ended and server.listener.ended[0])

    call = run(scenario)
    heard = decoder(Codec("PCMU"))(b"".join(SPEECH))
    assert call.sounds["inbound"].judgement == Loudness().judge(decode(file(heard))[0].samples)
    assert call.ended == "The provider ended the stream."


def test_frames_out_of_order_are_heard_in_order():
    shuffled = list(enumerate(SPEECH, 1))
    for at in range(0, len(shuffled) - 6, 6):
        shuffled[at : at + 6] = shuffled[at : at + 6][::-1]

    async def scenario():
        async with serving() as (server, address):
            async with connect(address) as link:
                await link.send(provider.telnyx_start().replace("PCMA", "PCMU"))
                for number, octets in shuffled:
                    await link.send(provider.telnyx_media(octets, number))
            mixed = await until(lambda: server.listener.ended and server.listener.ended[0])
            await play(address, SPEECH)
            plain = await until(lambda: len(server.listener.ended) == 2 and server.listener.ended[0])
            return mixed, plain

    mixed, plain = run(scenario)
    # The first turn begins with frame 6: what it overtook was lost before anything was heard.
    mixed, plain = mixed.sounds["inbound"], plain.sounds["inbound"]
    assert mixed.heard == pytest.approx(plain.heard, abs=0.11)
    assert mixed.judgement.net == pytest.approx(plain.judgement.net, abs=0.15)
    assert mixed.lost == 0


def test_both_directions_are_scored_apart():
    async def scenario():
        async with serving() as (server, address):
            async with connect(address) as link:
                await link.send(provider.start())
                for number, octets in enumerate(SPEECH, 1):
                    await link.send(provider.media(octets, number, "inbound"))
                    await link.send(provider.media(SILENCE, number, "outbound"))
                await link.send(provider.stop())
            return await until(lambda: server.listener.ended and server.listener.ended[0])

    sounds = run(scenario).sounds
    assert sounds["inbound"].judgement.net > 5
    assert sounds["outbound"].judgement.verdict == "insufficient"


def test_the_verdict_runs_while_the_call_goes_on():
    async def scenario():
        async with serving() as (server, address):
            seen = []
            async with connect(address) as link:
                await link.send(provider.start())
                for number, octets in enumerate(SPEECH, 1):
                    await link.send(provider.media(octets, number))
                    if number % 50 == 0:
                        await asyncio.sleep(0.2)
                        (call,) = server.listener.calls
                        seen += [each.judgement.verdict for each in call.sounds.values()]
            return seen

    seen = run(scenario)
    assert seen[0] == "insufficient"
    assert seen[-1] == "cannot-tell"


def test_many_calls_at_once_are_told_apart():
    async def scenario():
        async with serving(replace(HERE, most_calls=8)) as (server, address):
            lengths = range(50, 250, 25)
            await asyncio.gather(*(play(address, SPEECH[:length]) for length in lengths))
            await until(lambda: len(server.listener.ended) == 8)
            return sorted(round(call.sounds["inbound"].heard * 50) for call in server.listener.ended)

    assert run(scenario) == list(range(50, 250, 25))


def test_one_call_more_than_may_be_is_refused_and_the_others_go_on():
    async def scenario():
        async with serving(replace(HERE, most_calls=1)) as (server, address), connect(address) as link:
            await link.send(provider.start())
            await until(lambda: server.listener.calls)
            answer = await refused(address, provider.start())
            await link.send(provider.media(SPEECH[0], 1))
            return answer, len(server.listener.calls)

    (code, reason), going = run(scenario)
    assert (code, going) == (1013, 1)
    assert "no further one is taken" in reason


def test_a_call_that_cannot_be_judged_ends_alone():
    class Broken(Loudness):
        def conclude(self, windows, spoken, kind):
            if spoken:
                raise ZeroDivisionError
            return super().conclude(windows, spoken, kind)

    async def scenario():
        async with serving(scoring=Broken()) as (server, address):
            await play(address, SPEECH)
            call = await until(lambda: server.listener.ended and server.listener.ended[0])
            return call.ended, (await get(server, "/health"))[0]

    why, health = run(scenario)
    assert health == 200
    assert why == "It could not be judged (ZeroDivisionError)."


def test_stopping_gives_the_last_verdicts():
    async def scenario():
        async with serving() as (server, address), connect(address) as link:
            await link.send(provider.start())
            for number, octets in enumerate(SPEECH, 1):
                await link.send(provider.media(octets, number))
            await until(lambda: server.listener.calls and server.listener.calls[0].sounds)
            server.stop()
            await link.wait_closed()
            return server.listener.ended[0]

    call = run(scenario)
    assert call.ended == "The listener stops."
    assert call.sounds["inbound"].final


# --- hostile and broken senders ---


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        (("{",), "not JSON"),
        ((b"\x00\x01",), "binary"),
        (("[" * 60_000,), "not JSON"),
        ((provider.media(SILENCE, 1),), "does not begin with a start"),
        ((provider.connected(),) * 5, "does not begin with a start"),
        ((provider.start(encoding="AMR"),), "is not read"),
        ((provider.start(), '{"event": "media", "media": {"payload": "%%"}}'), "base64"),
        ((provider.start(), "null"), "no event"),
    ],
)
def test_a_wrong_message_closes_its_connection_saying_why_and_no_other(messages, why):
    async def scenario():
        async with serving() as (server, address), connect(address) as other:
            await other.send(provider.start())
            code, reason = await refused(address, *messages)
            await other.send(provider.media(SPEECH[0], 1))
            await until(lambda: len(server.listener.calls) == 1 and server.listener.calls[0].sounds)
            return code, reason

    code, reason = run(scenario)
    assert code == 1008
    assert why in reason


def test_a_message_that_is_too_long_ends_its_connection():
    async def scenario():
        async with serving() as (server, address):
            code, _ = await refused(address, provider.start(), "x" * 200_000)
            await until(lambda: server.listener.ended)
            return code

    assert run(scenario) == 1009


def test_who_says_nothing_is_shown_out(monkeypatch):
    monkeypatch.setattr(connection, "TO_START", 0.1)
    monkeypatch.setattr(connection, "SILENT", 0.2)

    async def scenario():
        async with serving() as (_, address):
            return await refused(address), await refused(address, provider.start())

    (first, why), (second, other) = run(scenario)
    assert (first, second) == (1008, 1008)
    assert (why, "Nothing came" in other) == ("No start message came.", True)


def test_a_stream_without_end_is_ended(monkeypatch):
    monkeypatch.setattr(connection, "LONGEST", 0.5)

    async def scenario():
        async with serving() as (_, address), connect(address) as link:
            await link.send(provider.start())
            try:
                while True:
                    await link.send(provider.media(SILENCE, 1))
                    await asyncio.sleep(0.01)
            except ConnectionClosed:
                return link.close_reason

    assert "longer than any call" in run(scenario)


def test_time_that_goes_backwards_is_heard_in_the_order_of_the_numbers():
    def backwards(number):
        message = json.loads(provider.media(SPEECH[number - 1], number))
        message["media"]["timestamp"] = str(10_000_000 - number * 20)
        return json.dumps(message)

    async def scenario():
        async with serving() as (server, address):
            async with connect(address) as link:
                await link.send(provider.start())
                for number in range(1, 201):
                    await link.send(backwards(number))
            return await until(lambda: server.listener.ended and server.listener.ended[0])

    assert run(scenario).sounds["inbound"].heard == pytest.approx(4.0, abs=0.2)


def test_who_sends_faster_than_is_heard_has_to_wait():
    class Slow(Loudness):
        def windows(self, samples):
            time.sleep(0.3)
            return super().windows(samples)

    async def scenario():
        async with serving(scoring=Slow()) as (server, address):
            most = 0

            async def watch():
                nonlocal most
                while True:
                    for call in server.listener.calls:
                        each = call._directions.get("inbound")
                        most = max(most, each._came - each._went if each else 0)
                    await asyncio.sleep(0.005)

            watching = asyncio.create_task(watch())
            await play(address, [SILENCE * 10] * 600)  # two minutes at once
            watching.cancel()
            call = await until(lambda: server.listener.ended and server.listener.ended[0])
            return most, call.sounds["inbound"].heard

    most, heard = run(scenario)
    assert most <= 31 * 8000
    assert heard == pytest.approx(120, abs=0.1)


# --- who may ---


ASKED = replace(HERE, access=Access(token=TOKEN))


@pytest.mark.parametrize(
    ("headers", "start"),
    [({"Authorization": f"Bearer {TOKEN}"}, provider.start()), ({}, provider.start(TOKEN))],
)
def test_a_stream_with_the_token_is_heard(headers, start):
    async def scenario():
        async with serving(ASKED) as (server, address):
            answer = await play(address, SPEECH[:10], first=(start,), headers=headers)
            await until(lambda: server.listener.ended)
            return answer

    assert run(scenario) == (1000, "")


@pytest.mark.parametrize(
    ("headers", "start"),
    [
        ({}, provider.start()),
        ({}, provider.start("wrong")),
        ({"Authorization": "Bearer no"}, provider.start()),
    ],
)
def test_a_stream_without_it_is_not(headers, start):
    async def scenario():
        async with serving(ASKED) as (server, address):
            return await refused(address, start, headers=headers), server.listener.calls

    (code, reason), calls = run(scenario)
    assert (code, calls) == (1008, ())
    assert "token" in reason


def test_a_browser_on_another_site_cannot_send_a_call():
    async def scenario():
        async with serving() as (_, address):
            with pytest.raises(InvalidStatus) as refusal:
                await refused(address, provider.start(), origin="https://evil.example")
            return refusal.value.response.status_code

    assert run(scenario) == 403


def test_beyond_this_machine_a_token_is_needed():
    with pytest.raises(UsageError, match="set a token"):
        Server(replace(HERE, host="0.0.0.0"), Loudness())
    with pytest.raises(UsageError, match="--rtp-from"):
        Server(replace(HERE, rtp=("0.0.0.0", 4000)), Loudness())


# --- the page, and who else is told ---


def test_the_page_shows_calls_with_their_timeline_and_no_foreign_thing():
    async def scenario():
        async with serving() as (server, address):
            await play(address, SPEECH)
            await until(lambda: server.listener.ended)
            paths = ("/", "/calls.json", "/listen.js", "/listen.css", "/no")
            return [await get(server, path) for path in paths]

    (status, headers, text), (_, _, told), (_, js, _), (_, css, _), (missing, _, _) = run(scenario)
    assert (status, missing) == (200, 404)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Cannot tell" in text
    assert "<rect" in text
    assert "CA0" in text
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    assert js["Content-Type"] == "text/javascript; charset=utf-8"
    assert css["Content-Type"] == "text/css; charset=utf-8"
    (call,) = json.loads(told)
    assert call["state"] == "ended"
    assert call["directions"]["inbound"]["timeline"][0][:2] == [0.0, 4.0]


def test_names_a_sender_made_up_are_shown_as_text():
    evil = json.loads(provider.start())
    evil["start"]["callSid"] = "<img src=x>"

    async def scenario():
        async with serving() as (server, address), connect(address) as link:
            await link.send(json.dumps(evil))
            await until(lambda: server.listener.calls)
            return (await get(server, "/"))[2]

    assert "<img" not in run(scenario)


def test_the_page_asks_for_the_token():
    async def scenario():
        basic = "Basic " + base64.b64encode(f"desk:{TOKEN}".encode()).decode()
        async with serving(ASKED) as (server, _):
            asked = await get(server, "/")
            opened = await get(server, "/", {"Authorization": basic})
            foreign = await get(server, "/calls.json", {"Authorization": "Bearer wrong"})
            return asked, opened[0], foreign[0], (await get(server, "/health"))[0]

    asked, opened, foreign, health = run(scenario)
    assert (asked[0], opened, foreign, health) == (401, 200, 401, 200)
    assert "Basic" in asked[1]["WWW-Authenticate"]


def test_without_a_token_a_foreign_name_for_this_machine_gets_nothing():
    async def scenario():
        async with serving() as (server, _):
            return (await get(server, "/", {"Host": "evil.example"}))[0]

    assert run(scenario) == 403


def test_the_webhook_hears_of_beginning_verdict_and_end():
    async def scenario(url):
        async with serving(replace(HERE, webhook=url)) as (server, address):
            async with connect(address) as link:
                await link.send(provider.start())
                await asyncio.sleep(0.2)
                for number, octets in enumerate(SPEECH, 1):
                    await link.send(provider.media(octets, number))
                    if number % 100 == 0:
                        await asyncio.sleep(0.3)
            await until(lambda: server.listener.ended)

    with receiver() as (url, came):
        run(scenario, url)
    told = [json.loads(body) for _, _, body in came]
    assert told[0]["event"] == "began"
    assert {"verdict", "ended"} <= {each["event"] for each in told}
    last = told[-1]
    assert (last["event"], last["state"], last["schema"]) == ("ended", "ended", "quivive-live/1")
    assert last["directions"]["inbound"]["final"]
    assert "Cannot tell" in last["directions"]["inbound"]["words"]


def test_the_log_has_a_line_of_json_for_each_event_and_no_sound(capsys):
    async def scenario():
        async with serving() as (server, address):
            await play(address, SPEECH[:50])
            await until(lambda: server.listener.ended)

    run(scenario)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in told if each["event"] not in ("update", "verdict")] == [
        "listening", "began", "ended", "stopped",
    ]  # fmt: skip
    assert "timeline" not in json.dumps(told)


# --- RTP ---


WITH_RTP = replace(HERE, rtp=("127.0.0.1", 0), rtp_kinds=mapped(("96=opus",)))


async def send_rtp(server, packets):
    """Packets from one socket, slowly enough for the system's buffer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number, packet in enumerate(packets):
            sender.sendto(packet, ("127.0.0.1", server.rtp_port))
            if number % 20 == 0:
                await asyncio.sleep(0.005)


def rtp_call(*streams, settings=WITH_RTP):
    """The calls that come of these packets, each list from a socket of its own, once they have ended."""

    async def scenario():
        async with serving(settings) as (server, _):
            for packets in streams:
                await send_rtp(server, packets)
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.3)
            server.stop()
            await until(lambda: not server.listener.calls)
            return list(server.listener.ended)

    return run(scenario)


def test_a_call_over_rtp_is_heard_across_the_wrap_of_its_numbers():
    packets = [provider.rtp(octets, number) for number, octets in enumerate(SPEECH, 65_400)]
    (call,) = rtp_call(packets)
    sounds = call.sounds["inbound"]
    assert sounds.heard == pytest.approx(len(SPEECH) / 50, abs=0.05)
    assert sounds.lost == 0
    assert sounds.judgement.net > 5


def test_packets_lost_and_swapped_keep_the_time_of_the_call():
    packets = [provider.rtp(octets, number) for number, octets in enumerate(SPEECH)]
    del packets[100:110]
    packets[50], packets[52] = packets[52], packets[50]
    (call,) = rtp_call(packets)
    assert call.sounds["inbound"].heard == pytest.approx(len(SPEECH) / 50, abs=0.05)
    assert call.sounds["inbound"].lost == pytest.approx(0.2, abs=0.01)


def test_another_source_is_another_call():
    first = [provider.rtp(octets, n, source=1) for n, octets in enumerate(SPEECH[:100])]
    second = [provider.rtp(octets, n, source=2) for n, octets in enumerate(SPEECH[:50])]
    calls = rtp_call(first + second)
    assert sorted(round(call.sounds["inbound"].heard, 1) for call in calls) == [1.0, 2.0]


def test_sound_that_changes_its_form_goes_on_as_another_call():
    mu = [provider.rtp(octets, n) for n, octets in enumerate(SPEECH[:100])]
    a = [provider.rtp(b"\xd5" * FRAME, n, kind=8) for n in range(100, 150)]
    assert sorted(call.codec.name for call in rtp_call(mu + a)) == ["PCMA", "PCMU"]


def test_events_and_comfort_noise_between_are_neither_sound_nor_loss():
    packets = [provider.rtp(octets, n) for n, octets in enumerate(SPEECH[:100])]
    packets[40:42] = [provider.rtp(b"\x05\x0a\x00\xa0", 40, kind=101), provider.rtp(b"\x20", 41, kind=13)]
    (call,) = rtp_call(packets)
    assert call.sounds["inbound"].lost == 0


def test_rubbish_and_single_packets_make_no_call():
    rng = np.random.default_rng(1)
    rubbish = [rng.bytes(int(n)) for n in rng.integers(0, 400, 300)]
    single = [provider.rtp(b"\xff" * 160, 5, source=n) for n in range(300)]
    assert rtp_call(rubbish + single) == []


def test_rtp_from_an_address_that_was_not_named_is_not_heard():
    packets = [provider.rtp(octets, n) for n, octets in enumerate(SPEECH[:100])]
    assert rtp_call(packets, settings=replace(WITH_RTP, rtp_senders=frozenset({"192.0.2.7"}))) == []


def test_a_source_that_falls_silent_is_over(monkeypatch):
    monkeypatch.setattr(rtp_server, "IDLE", 0.5)

    async def scenario():
        async with serving(WITH_RTP) as (server, _):
            await send_rtp(server, [provider.rtp(octets, n) for n, octets in enumerate(SPEECH[:100])])
            return (await until(lambda: server.listener.ended and server.listener.ended[0])).ended

    assert "Nothing came" in run(scenario)
