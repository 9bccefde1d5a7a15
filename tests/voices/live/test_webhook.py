import asyncio
import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from quivive.errors import UsageError
from quivive.voices.live.webhook import Webhook, checked


@contextmanager
def receiver(answers=(), pause=0.0):
    """A receiver on this machine; answers with these codes in turn, then 200.

    Yields its address and what came.
    """
    came, codes = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(pause)
            came.append((self.path, dict(self.headers), body))
            self.send_response(codes.pop(0) if codes else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/news", came
    finally:
        server.shutdown()
        server.server_close()


def send(url, *news, secret=""):
    """Puts the news, waits until all is sent; what failed."""
    failed = []

    async def run():
        webhook = Webhook(url, secret, failed.append)
        task = asyncio.create_task(webhook.run())
        for call, value in news:
            webhook.put(call, value)
        await webhook.rest(10.0)
        task.cancel()

    asyncio.run(run())
    return failed


def test_news_comes_as_json_and_signed():
    with receiver() as (url, came):
        assert send(url, ("a", {"verdict": "alarm"}), secret="key") == []
    (path, headers, body) = came[0]
    assert (path, json.loads(body)) == ("/news", {"verdict": "alarm"})
    assert headers["X-Quivive-Signature"] == "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest()


def test_a_failure_is_tried_again():
    with receiver([500, 503]) as (url, came):
        assert send(url, ("a", {"n": 1})) == []
    assert len(came) == 3


def test_it_gives_up_and_says_so():
    with receiver([500] * 9) as (url, came):
        assert send(url, ("a", {"n": 1})) == ["it answered 500"]
    assert len(came) == 3


def test_a_redirect_is_not_followed():
    with receiver([302] * 9) as (url, came):
        assert send(url, ("a", {"n": 1})) == ["it answered 302"]
    assert {path for path, _, _ in came} == {"/news"}


def test_a_slow_receiver_gets_the_latest_news_of_a_call_only():
    with receiver(pause=0.3) as (url, came):
        busy = [(f"other {n}", {"n": n}) for n in range(4)]
        send(url, *busy, *(("a", {"n": n}) for n in range(100)))
    assert json.loads(came[-1][2]) == {"n": 99}
    assert len(came) == 5


def test_nobody_there_is_said():
    with receiver() as (url, _):
        pass
    assert "does not answer" in send(url, ("a", {}))[0]


@pytest.mark.parametrize("url", ["", "desk.example", "ftp://desk.example", "file:///etc/passwd", "http://"])
def test_what_is_no_address_of_http_is_refused(url):
    with pytest.raises(UsageError, match="webhook"):
        checked(url)
