"""Does the service start, take a new house, say how it is, and end as its operator expects?"""

from __future__ import annotations

import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from calls.certificates.make import issue
from calls.service.process import (
    Process,
    invite,
    kept_calls,
    kept_records,
    rows,
    sign_request,
    waiting_slices,
    write_house,
)
from quivive.cli.calls_serve import serve


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_house(tmp_path_factory.mktemp("house"), more="slice = 1\nwindow = 60\nfreshness = 60")


@pytest.fixture(scope="module")
def running(house: Path) -> Iterator[Process]:
    process = Process(house)
    try:
        yield process
    finally:
        process.kill()


def test_it_listens_on_this_machine_alone_unless_told(running: Process) -> None:
    assert {each["host"] for each in running.events("listening")} == {"127.0.0.1"}


def test_it_is_live_and_ready_and_says_why(running: Process) -> None:
    assert running.ask("/healthz") == (200, {"status": "ok"})
    status, said = running.ask("/readyz")
    assert status == 200
    assert {each["name"]: each["ok"] for each in said["checks"]} == {
        "certificate": True,
        "trust": True,
        "journal": True,
    }


def test_figures_for_prometheus_count_the_calls_and_hold_no_number(running: Process) -> None:
    assert running.ask("/stir/v1/signing", sign_request(1), content_type="application/json")[0] == 200
    status, text = running.ask("/metrics")
    assert status == 200
    assert 'quivive_calls_total{action="signed",service="signing"' in text
    assert "2025550" not in text


def test_a_batch_sent_again_is_accepted_once_and_another_body_under_its_key_refused(running: Process) -> None:
    headers = {"content_type": "application/x-ndjson", "idempotency_key": "night 1"}
    assert running.ask("/records", rows(0, 3), **headers) == (
        201, {"accepted": 3, "refused": 0, "again": False, "reasons": []})  # fmt: skip
    assert running.ask("/records", rows(0, 3), **headers)[1]["again"] is True
    status, said = running.ask("/records", rows(5, 3), **headers)
    assert status == 422
    assert said["title"]
    assert "another body" in said["detail"]


def test_without_a_key_the_body_is_the_key(running: Process) -> None:
    first, again = (running.ask("/records", rows(100, 2), content_type="application/x-ndjson") for _ in "12")
    assert (first[0], again[0]) == (201, 200)


def test_records_that_do_not_read_are_refused_whole_or_named(running: Process) -> None:
    assert running.ask("/records", b"{]", content_type="application/x-ndjson")[0] == 400
    assert running.ask("/records", b"x", content_type="image/png")[0] == 400
    parties = b"12025550100,12025550101"
    body = b"start,calling,called\nyesterday,%b\n2026-11-23T01:00:00Z,%b\n" % (parties, parties)
    status, said = running.ask("/records", body, content_type="text/csv")
    assert status == 201
    assert (said["accepted"], said["refused"], said["reasons"][0]["row"]) == (1, 1, 1)


def test_a_closed_slice_is_searched_and_its_answer_served(running: Process) -> None:
    running.ask("/records", rows(200, 40), content_type="application/x-ndjson")
    already = len(running.events("slices-closed"))
    running.wait_for("slices-closed", already + 2, seconds=180)  # at low priority
    status, said = running.ask("/campaigns")
    assert status == 200
    assert said["from"] == "records"
    assert said["calls"] >= 40
    assert isinstance(said["campaigns"], list)
    assert {"kind", "why"} <= set(said["not_looked"][0]) if said["not_looked"] else True


def test_numbers_in_the_log_are_masked_and_stand_in_the_journal_in_full(
    running: Process, house: Path
) -> None:
    running.ask("/stir/v1/signing", sign_request(77), content_type="application/json")
    running.wait_for("call")
    assert "2025550" not in running.log.read_text()
    calls = kept_calls(house.parent / "journal")
    assert "12025550100" in {call["calling"] for call in calls}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (house.parent / "journal" / "calls").iterdir())


def test_a_second_service_on_the_same_journal_is_refused(running: Process, house: Path) -> None:
    asked = CliRunner().invoke(serve, ["--config", str(house), "--http", "127.0.0.1:0", "--sip", "off"])
    assert asked.exit_code != 0
    assert "Another service writes to the journal" in str(asked.exception)


def test_reload_under_load_drops_no_call_and_a_bad_file_leaves_the_old_house(tmp_path: Path) -> None:
    config = write_house(tmp_path)
    process = Process(config, ("--sip", "127.0.0.1:0"))
    answers: list[int] = []
    redirected: list[bytes] = []
    ended = threading.Event()

    def call() -> None:
        number = 0
        while not ended.is_set():
            answers.append(
                process.ask("/stir/v1/signing", sign_request(number), content_type="application/json")[0]
            )
            number += 1

    def ring() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.settimeout(5)
            while not ended.is_set():
                phone.sendto(invite(len(redirected)), ("127.0.0.1", process.ports["sip"]))
                redirected.append(phone.recv(65_535))  # a timeout here would be a call without an answer

    threads = [threading.Thread(target=each) for each in (call, call, ring)]
    for thread in threads:
        thread.start()
    try:
        for times in range(1, 4):
            process.popen.send_signal(signal.SIGHUP)
            process.wait_for("reloaded", times)
            end = time.monotonic() + 20
            while min(len(answers), len(redirected)) < 10 * times and time.monotonic() < end:
                time.sleep(0.02)
        good = config.read_text()
        config.write_text(good.replace('key = "own.key"', 'key = "gone.key"'))
        process.popen.send_signal(signal.SIGHUP)
        failed = process.wait_for("reload-failed")
        assert "gone.key" in failed["text"]
        assert "old house stays" in failed["text"]
        assert "quivive_reload_failed 1.0" in process.ask("/metrics")[1]
        config.write_text(good)
        process.popen.send_signal(signal.SIGHUP)
        process.wait_for("reloaded", 4)
        assert "quivive_reload_failed 0.0" in process.ask("/metrics")[1]
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert len(answers) > 20
    assert set(answers) == {200}
    assert len(redirected) > 20
    assert {answer[:12] for answer in redirected} == {b"SIP/2.0 302 "}
    assert process.end() == 0
    calls = kept_calls(tmp_path / "journal")
    assert len(calls) == len(answers) + len(redirected)


def test_a_new_key_is_in_force_after_a_reload(tmp_path: Path) -> None:
    process = Process(write_house(tmp_path))
    try:
        other = "https://cert.example.org/other.pem"
        text = (tmp_path / "quivive.toml").read_text()
        (tmp_path / "quivive.toml").write_text(
            text.replace('x5u = "https://cert.example.org/own.pem"', f'x5u = "{other}"')
        )
        process.popen.send_signal(signal.SIGHUP)
        process.wait_for("reloaded")
        _, said = process.ask("/stir/v1/signing", sign_request(1), content_type="application/json")
        assert f"<{other}>" in said["signingResponse"]["identityHeader"]
    finally:
        process.kill()


def test_a_certificate_that_ends_soon_is_said_by_readiness(tmp_path: Path) -> None:
    days = (time.time() - 1_795_348_800) / 86400  # from the tests' noon to the real clock
    process = Process(write_house(tmp_path, issue(None, spc="709J", days=(days - 9, days + 0.5))))
    try:
        status, said = process.ask("/readyz")
        assert status == 503
        assert [each["name"] for each in said["checks"] if not each["ok"]] == ["certificate"]
        assert process.ask("/healthz")[0] == 200
    finally:
        process.kill()


def test_sigterm_answers_what_is_under_way_and_ends_with_status_0(tmp_path: Path) -> None:
    process = Process(write_house(tmp_path))
    process.ask("/records", rows(0, 10), content_type="application/x-ndjson")
    assert process.end() == 0
    assert process.events("ended")


def test_addresses_keys_and_actions_that_do_not_read_are_refused_with_the_key_named(tmp_path: Path) -> None:
    config = write_house(tmp_path)
    good = config.read_text()
    for old, new, said in (
        ('networks = ["127.0.0.0/8"]', 'networks = ["here"]', "networks"),
        ('attest = "A"', 'attest = "Z"', "attest"),
        ('attest = "A"', 'fields = "body"', "fields"),
        ('journal = "journal"', 'only_peers = "no"', "only_peers"),
        ('journal = "journal"', 'jurnal = "journal"', "jurnal"),
        ('journal = "journal"', "slice = -1", "slice"),
        ('chain = "own.pem"', 'chain = "root.pem"', "does not belong"),
        ('chain = "own.pem"', 'password = "NOT_SET_HERE"', "NOT_SET_HERE"),
        ('journal = "journal"', '[calls.serve.actions]\ninvalid = "explode"', "explode"),
        ('journal = "journal"', '[calls.serve.contact]\nurl = "a\\"b"', "contact"),
    ):
        config.write_text(good.replace(old, new))
        asked = CliRunner().invoke(serve, ["--config", str(config), "--http", "127.0.0.1:0", "--sip", "off",
                                           "--journal", str(tmp_path / "other")])  # fmt: skip
        assert asked.exit_code != 0, new
        assert said in str(asked.exception), (new, asked.exception)


def test_an_address_without_a_port_is_refused() -> None:
    asked = CliRunner().invoke(serve, ["--http", "localhost"])
    assert "is no address" in str(asked.exception)


def test_a_slice_that_could_not_be_closed_is_told_and_closed_later(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "slices").write_text("in the way")
    process = Process(write_house(tmp_path, more="slice = 1"))
    try:
        process.ask("/records", rows(0, 5), content_type="application/x-ndjson")
        assert process.wait_for("slice-failed", seconds=180)["text"]
        assert "quivive_searches_failed_total 0.0" not in process.ask("/metrics")[1]
        (tmp_path / "journal" / "slices").unlink()
        end = time.monotonic() + 180
        while waiting_slices(tmp_path / "journal") and time.monotonic() < end:
            time.sleep(0.1)
        assert process.end() == 0
        assert kept_records(tmp_path / "journal") == [f"r{number}" for number in range(5)]
        assert list((tmp_path / "journal").glob("slices/*.parquet"))
    finally:
        process.kill()


def test_silent_connections_past_the_usual_limit_of_open_files_stop_nobody(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1_024:
        pytest.skip("The system lets a process open fewer than 1,024 files.")
    file = write_house(tmp_path)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))  # what the service inherits
    try:
        process = Process(file, ("--sip", "127.0.0.1:0"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        with ExitStack() as lines:
            for _ in range(200):
                address = ("127.0.0.1", process.ports["sip"])
                lines.enter_context(socket.create_connection(address, 10)).sendall(b"INVITE sip:a")
            assert process.ask("/healthz")[0] == 200
    finally:
        process.kill()
