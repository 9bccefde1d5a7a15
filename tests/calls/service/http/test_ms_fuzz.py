"""Whatever stands where in a request: is it answered with 200 or 400, and always in JSON?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.service.http.serving import Client, serving
from calls.service.http.test_ms import DIV, PARTIES, RPH, SHAKEN
from calls.signed import identity

VERIFY = {
    **PARTIES,
    "identityHeader": identity().decode(),
    "identityHeaders": [identity().decode()],
    "dest": {"tn": "12025550188"},
    "protectedHeaders": ["Resource-Priority: esnet.1"],
    "requestId": "1",
    "displayName": "Jo",
}
REQUESTS = [
    *(("signing", each) for each in (SHAKEN, DIV, RPH)),
    ("verification", VERIFY),
    ("verification", {**PARTIES, "identity": identity().decode()}),
]
ODD = ("sip:", "tel:+", "sip:a@b", "+1 202 555 0100", "a.b.c;ppt=rph", "\0")
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(ODD),
)
NAMES = st.sampled_from(["tn", "uri", "auth", "x"])
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner), max_leaves=6
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving() as found:
        yield found


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=st.sampled_from(REQUESTS), changes=st.lists(st.tuples(st.integers(0, 50), ANYTHING), max_size=3))
def test_any_value_anywhere(
    client: Client, asked: tuple[str, dict[str, Any]], changes: list[tuple[int, Any]]
) -> None:
    service, request = asked[0], dict(asked[1])
    for place, value in changes:
        request[sorted(request)[place % len(request)]] = value
    answer = client.post(f"/stir/v1/{service}", {f"{service}Request": request})
    assert answer.status in (200, 400), (request, answer.body)
    assert isinstance(json.loads(answer.body), dict)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(value=st.binary(max_size=40), place=st.integers(0, 400))
def test_any_bytes_within_a_token(client: Client, value: bytes, place: int) -> None:
    token = identity()
    changed = (token[:place] + value + token[place + len(value) :]).decode("latin-1")
    response = client.verify(**PARTIES, identityHeader=changed or "x")
    assert response.status == 200
    found = response.json["verificationResponse"]
    if changed.encode().partition(b";")[0] != token.partition(b";")[0]:
        assert found["verstatValue"] != "TN-Validation-Passed"
