"""Are wrong requests answered in the forms of the 3GPP description, hostile ones in bounded time?"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from calls.service.http.serving import Client, serving
from calls.service.http.test_ms import DIV, PARTIES, RPH, SHAKEN
from calls.signed import identity
from quivive.calls.service.http import ms
from quivive.calls.service.http.bodies import LONGEST

SIGNING, VERIFICATION = "/stir/v1/signing", "/stir/v1/verification"
ASKED = {**PARTIES, "identityHeader": identity().decode()}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving() as found:
        yield found


def without(request: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key != name}


@pytest.mark.parametrize("path", [SIGNING, VERIFICATION])
def test_forms_of_http_errors(client: Client, path: str) -> None:
    data = b"{}"
    plain = {"content-type": "application/json", "content-length": "2"}
    for method, where, headers, status, error in [
        ("POST", path + "/x", plain, 404, "Requested resource not found"),
        ("PUT", path, plain, 405, "Method not allowed"),
        ("POST", path, plain | {"accept": "text/html"}, 406, "Requested response body type is not supported"),
        ("POST", path, without(plain, "content-length"), 411, "Missing mandatory Content-Length headers"),
        ("POST", path, plain | {"content-type": "text/xml"}, 415, "Unsupported request body type"),
        ("POST", path, without(plain, "content-type"), 415, "Unsupported request body type"),
    ]:
        body = data if "content-length" in headers else None
        answer = client.ask(method, where, body, headers)
        assert (answer.status, answer.json["error"]) == (status, error), (method, where, headers)
        assert answer.headers["content-type"] == "application/json"
    assert client.ask("GET", path, None, {}).headers["allow"] == "POST"


def test_a_missing_body_is_named_as_each_description_names_it(client: Client) -> None:
    assert client.post(SIGNING, b"").json == {"error": "Missing Request body"}
    assert client.post(VERIFICATION, b"").json == {"error": "Missing request body"}
    assert client.post(VERIFICATION, b"").status == 400


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", "text/html, application/*;q=0.1", "", "application/json;q=1.0"]
)
def test_who_takes_json_gets_it(client: Client, accept: str) -> None:
    assert client.post(SIGNING, {"signingRequest": SHAKEN}, accept=accept).status == 200


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "*/*;q=0.0", "image/*, text/*"])
def test_who_takes_no_json_gets_406(client: Client, accept: str) -> None:
    assert client.post(SIGNING, {"signingRequest": SHAKEN}, accept=accept).status == 406


def test_a_charset_beside_the_type_is_no_fault(client: Client) -> None:
    typed = client.post(SIGNING, {"signingRequest": SHAKEN}, content_type="Application/JSON; charset=utf-8")
    assert typed.status == 200


@pytest.mark.parametrize("name", ["attest", "orig", "dest", "iat"])
def test_a_missing_parameter_of_signing_is_named(client: Client, name: str) -> None:
    answer = client.sign(**without(SHAKEN, name))
    assert (answer.status, answer.json) == (400, {"error": "Missing Mandatory Parameter", "detail": name})


@pytest.mark.parametrize(
    ("request_", "detail"),
    [
        (without(DIV, "div"), "div"),
        (DIV | {"div": {}}, "div: tn or uri"),
        (without(RPH, "rph"), "rph"),
        (RPH | {"rph": {"auth": []}}, "auth"),
        (SHAKEN | {"orig": {"tn": None}}, "orig: tn or uri"),
    ],
)
def test_what_a_kind_of_token_needs_is_named(client: Client, request_: dict[str, Any], detail: str) -> None:
    answer = client.sign(**request_)
    assert (answer.status, answer.json) == (400, {"error": "Missing Mandatory Parameter", "detail": detail})


@pytest.mark.parametrize("name", ["identityHeader", "from", "to", "time"])
def test_a_missing_parameter_of_verification_is_named(client: Client, name: str) -> None:
    answer = client.verify(**without(ASKED, name))
    assert (answer.status, answer.json["error"]) == (400, "Missing Mandatory Parameter")
    assert name in answer.json["detail"]


def test_the_outer_object_is_mandatory(client: Client) -> None:
    assert client.post(SIGNING, {}).json["error"] == "Missing Mandatory Parameter"
    assert client.post(SIGNING, {"signingRequest": []}).json["error"] == "Invalid Parameter Value"


@pytest.mark.parametrize(
    "change",
    [
        {"attest": "Z"}, {"attest": 1}, {"attest": ["A"]}, {"iat": "1671467335"}, {"iat": 1.5}, {"iat": True},
        {"iat": -1}, {"iat": 0}, {"iat": 10**15}, {"iat": 1e300}, {"orig": "12025550100"},
        {"orig": {"tn": 5}},
        {"orig": {"tn": "jo"}}, {"orig": {"tn": ["12025550100", "12025550101"]}}, {"dest": []},
        {"dest": {"tn": [{}]}}, {"dest": {"tn": [""]}}, {"dest": {"tn": ["12025550100"] * 501}},
        {"origid": 7}, {"ppt": "foo"}, {"ppt": {}}, {"requestId": "x" * 5000}, {"requestId": 5},
        {"orig": {"uri": "http://example.org"}}, {"ppt": "div", "div": {"tn": "1202", "hi": ""}},
        {"ppt": "rph", "rph": {"auth": [""]}}, {"ppt": "rph", "rph": {"auth": ["e.0"]}, "sph": ""},
    ],
)  # fmt: skip
def test_a_wrong_value_of_signing_is_refused(client: Client, change: dict[str, Any]) -> None:
    answer = client.sign(**(SHAKEN | change))
    assert (answer.status, answer.json["error"]) == (400, "Invalid Parameter Value"), answer.body


@pytest.mark.parametrize(
    "change",
    [
        {"identityHeader": 5}, {"identityHeader": {}}, {"identityHeader": [""]}, {"identityHeaders": [5]},
        {"identityHeaders": ["x"] * 30}, {"from": None, "to": 1}, {"from": []}, {"time": "now"},
        {"dest": "x"},
        {"protectedHeaders": {"a": 1}}, {"displayName": []},
    ],
)  # fmt: skip
def test_a_wrong_value_of_verification_is_refused(client: Client, change: dict[str, Any]) -> None:
    answer = client.verify(**(ASKED | change))
    assert answer.status == 400
    assert answer.json["error"] in ("Invalid Parameter Value", "Missing Mandatory Parameter")


HOSTILE = {
    "no JSON": b"{",
    "text after it": b'{"signingRequest": {}} x',
    "a list": b"[]",
    "a name twice": b'{"signingRequest": {"iat": 1, "iat": 2}}',
    "nested deeply": b'{"signingRequest":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects nested deeply": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "an integer of 200000 digits": b'{"signingRequest": {"iat": ' + b"9" * 200_000 + b"}}",
    "NaN": b'{"signingRequest": {"iat": NaN}}',
    "half a surrogate pair": b'{"signingRequest": {"attest": "\\ud800"}}',
    "not UTF-8": b'{"signingRequest": {"attest": "\xff"}}',
    "UTF-16": '{"signingRequest": {}}'.encode("utf-16"),
    "zero bytes": b"\0" * 1000,
}


@pytest.mark.parametrize("path", [SIGNING, VERIFICATION])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_400_within_a_second(client: Client, path: str, body: bytes) -> None:
    began = time.process_time()
    answer = client.post(path, body)
    assert (answer.status, answer.json["error"]) == (400, "Failed To Parse Message Body")
    assert time.process_time() - began < 1


def test_a_body_that_is_too_long_is_not_read(client: Client) -> None:
    answer = client.ask(
        "POST", SIGNING, b"", {"content-type": "application/json", "content-length": str(LONGEST + 1)}
    )
    assert answer.status == 413
    answer = client.ask(
        "POST", SIGNING, b"", {"content-type": "application/json", "content-length": "9" * 15}
    )
    assert answer.status == 413


def test_a_body_without_an_announced_length_is_not_read(client: Client) -> None:
    answer = client.ask(
        "POST", SIGNING, b"2\r\n{}\r\n0\r\n\r\n",
        {"content-type": "application/json", "transfer-encoding": "chunked"},
    )  # fmt: skip
    assert answer.status == 411


def test_a_client_that_dawdles_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ms, "SLOWEST", 0.2)
    answer = client.ask("POST", SIGNING, b"{", {"content-type": "application/json", "content-length": "100"})
    assert (answer.status, answer.json) == (408, {"error": "Request body took too long"})


def test_a_client_that_hangs_up_halfway_harms_nobody(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    head = (
        f"POST {SIGNING} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    )
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", client.port)) as half:
            half.sendall(head.encode() + b'{"signingRequest"')
    assert client.sign(**SHAKEN).status == 200
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


def test_many_long_identities_are_judged_in_bounded_time(client: Client) -> None:
    value = ("." * 10_000) + ";" + ";" * 2_000
    began = time.process_time()
    answer = client.verify(**PARTIES, identityHeaders=[value] * 20)
    assert answer.status == 200
    assert time.process_time() - began < 2


def test_elsewhere_errors_are_problem_details(client: Client) -> None:
    answer = client.ask("GET", "/nothing", None, {})
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_openapi_is_served_and_no_page_that_loads_scripts(client: Client) -> None:
    described = client.ask("GET", "/openapi.json", None, {}).json
    assert {SIGNING, VERIFICATION} <= described["paths"].keys()
    for path in (SIGNING, VERIFICATION):
        assert {"200", "400", "411", "500"} <= described["paths"][path]["post"]["responses"].keys()
    assert "http" not in json.dumps(described["paths"])
    for page in ("/docs", "/redoc"):
        assert client.ask("GET", page, None, {}).status == 404
