"""Does the end of the process at a random moment lose or double anything that was accepted?"""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from pathlib import Path
from typing import Any

from calls.service.process import Process, invite, kept_calls, kept_records, rows, sign_request, write_house

KILLS = 6
PER_BATCH = 50


class Sender:
    """Posts batches and signs calls without end; a batch without an answer is sent again with its key."""

    def __init__(self) -> None:
        self.process: Process | None = None
        self.accepted: list[int] = []
        self.again = 0
        self.signed: list[int] = []
        self.redirected: list[int] = []
        self.asked = 0
        self.ended = False
        self.wrong: list[Any] = []

    def post(self) -> None:
        number = 0
        while not self.ended:
            headers = {"content_type": "application/x-ndjson", "idempotency_key": f"b{number}"}
            status, said = self._try("/records", rows(number * PER_BATCH, PER_BATCH), **headers)
            if status in (200, 201):
                self.accepted.append(number)
                self.again += said["again"]
                number += 1
            elif status is not None:
                self.wrong.append((status, said))

    def sign(self) -> None:
        while not self.ended:
            number, self.asked = self.asked, self.asked + 1
            status, said = self._try(
                "/stir/v1/signing", sign_request(number), content_type="application/json"
            )
            if status == 200:
                self.signed.append(number)
            elif status is not None:
                self.wrong.append((status, said))

    def invite(self) -> None:
        number = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.settimeout(0.2)
            while not self.ended:
                number += 1
                try:
                    phone.sendto(
                        invite(number), ("127.0.0.1", self.process.ports["sip"] if self.process else 9)
                    )
                    answer = phone.recv(65_535)
                except OSError:  # nobody is there
                    time.sleep(0.01)
                    continue
                if answer.startswith(b"SIP/2.0 302 "):
                    self.redirected.append(int(answer.split(b"Call-ID: ")[1].split(b"@")[0]))
                else:
                    self.wrong.append(answer)
                time.sleep(0.003)

    def _try(self, path: str, body: bytes, **headers: str) -> tuple[int | None, Any]:
        """None where the service is gone."""
        process = self.process
        time.sleep(0.003)  # leaves the machine some time for the slices
        try:
            if process is not None:
                return process.ask(path, body, **headers)
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.01)
        return None, None


def test_every_record_and_call_that_was_answered_is_there_once_after_kills_at_random(tmp_path: Path) -> None:
    config = write_house(tmp_path, more="slice = 1\nwindow = 5")
    moments, sender = random.Random(7), Sender()
    threads = [threading.Thread(target=each) for each in (sender.post, sender.sign, sender.invite)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            sender.process = Process(config, ("--sip", "127.0.0.1:0"))
            time.sleep(moments.uniform(0.1, 2.5))
            sender.process.kill()
        sender.process = Process(config, ("--sip", "127.0.0.1:0"))
        time.sleep(1)
    finally:
        sender.ended = True
        for thread in threads:
            thread.join()
    sender.process.wait_for("slices-closed", seconds=180)
    assert sender.process.end() == 0
    assert not sender.wrong

    ids = kept_records(tmp_path / "journal")
    sent = [
        f"r{number}"
        for batch in sender.accepted
        for number in range(batch * PER_BATCH, (batch + 1) * PER_BATCH)
    ]
    assert len(sent) > 1000
    assert len(ids) == len(set(ids)), "a record was doubled"
    assert not set(sent) - set(ids), "an accepted record was lost"
    assert set(ids) - set(sent) <= {f"r{n}" for n in range(len(sent), len(sent) + PER_BATCH)}

    calls = kept_calls(tmp_path / "journal")
    assert len(sender.redirected) > 50
    of_sip = {call["call_id"] for call in calls if call["service"] == "sip"}
    assert not {f"{number}@example.org" for number in sender.redirected} - of_sip, "an answered call was lost"
    origids = {call["origid"] for call in calls}
    lost = [number for number in sender.signed if f"00000000-0000-4000-8000-{number:012}" not in origids]
    assert len(sender.signed) > 50
    assert not lost, "an answered call is not in the journal"
