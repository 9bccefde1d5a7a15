"""Do the signing and verification services answer as 3GPP TS 24.229 Annex V and ATIS-1000082 ask?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from calls.certificates.make import AT
from calls.service.http.serving import ORIGID, Client, Kept, serving
from calls.signed import CALL, CALLEE, CALLER, at_hand, claims, codes, identity, judged
from quivive.calls.passport import decode
from quivive.calls.service.house import Peer
from quivive.calls.verify import Call

FIRST, SECOND = "12025550188", "12025550199"
SHAKEN = {
    "attest": "A",
    "orig": {"tn": CALLER},
    "dest": {"tn": [CALLEE]},
    "iat": int(AT),
    "origid": ORIGID,
}
DIV = {
    "ppt": "div",
    "orig": {"tn": CALLER},
    "dest": {"tn": [FIRST]},
    "div": {"tn": CALLEE},
    "iat": int(AT),
}
RPH = {
    "ppt": "rph",
    "orig": {"tn": CALLER},
    "dest": {"tn": [CALLEE]},
    "iat": int(AT),
    "rph": {"auth": ["esnet.1"]},
}
PARTIES = {"from": {"tn": CALLER}, "to": {"tn": CALLEE}, "time": int(AT)}


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="module")
def client(kept: Kept) -> Iterator[Client]:
    with serving(kept) as found:
        yield found


def signed(client: Client, asked: dict[str, Any]) -> str:
    answer = client.sign(**asked)
    assert answer.status == 200, answer.body
    return str(answer.json["signingResponse"]["identityHeader"])


def claims_in(value: str) -> dict[str, Any]:
    return dict(json.loads(decode(value.split(".")[1].encode())))


def verified(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.verify(**(PARTIES | asked))
    assert answer.status == 200, answer.body
    return dict(answer.json["verificationResponse"])


def only(response: dict[str, Any]) -> dict[str, Any]:
    (entry,) = response["verifyResults"]
    return dict(entry["verifyResult"])


def test_a_call_is_signed_and_our_own_verifier_accepts_it(client: Client) -> None:
    value = signed(client, SHAKEN)
    verdict = judged(value.encode(), CALL)
    assert (verdict.verdict, verdict.attest) == ("valid", "A")
    assert claims_in(value)["origid"] == ORIGID


def test_the_answer_has_the_names_of_3gpp_and_of_atis_and_reflects_the_request_id(client: Client) -> None:
    response = client.sign(**SHAKEN, requestId="12378").json["signingResponse"]
    assert response["identity"] == response["identityHeader"]
    assert response["requestId"] == "12378"


def test_a_forwarded_call_is_signed_with_its_history_index(client: Client) -> None:
    value = signed(client, DIV | {"div": {"tn": CALLEE, "hi": "1.1"}})
    assert claims_in(value)["div"] == {"hi": "1.1", "tn": CALLEE}
    assert judged(value.encode(), Call(CALLER, (FIRST,))).verdict == "valid"


def test_a_priority_is_signed_with_its_callback(client: Client) -> None:
    value = signed(client, RPH | {"sph": "psap-callback"})
    assert claims_in(value)["rph"] == {"auth": ["esnet.1"]}
    assert claims_in(value)["sph"] == "psap-callback"
    assert judged(value.encode()).verdict == "valid"


def test_a_caller_may_be_an_address(client: Client) -> None:
    said = claims_in(signed(client, SHAKEN | {"orig": {"uri": "sip:jo@example.org", "tn": None}}))
    assert said["orig"] == {"uri": "sip:jo@example.org"}
    said = claims_in(signed(client, SHAKEN | {"dest": {"uri": ["jo@example.org"]}}))
    assert said["dest"] == {"uri": ["sip:jo@example.org"]}


def test_what_was_signed_verifies_over_http(client: Client) -> None:
    response = verified(
        client, identityHeader=signed(client, SHAKEN), requestId="45690", displayName="Jo Public"
    )
    assert response == {
        "requestId": "45690",
        "displayName": "Jo Public",
        "verstatValue": "TN-Validation-Passed",
        "verifyResults": [{"verifyResult": {"ppt": "shaken", "status": "pass", "validClaims": SHAKEN}}],
    }


def test_atis_names_are_read_and_answered(client: Client) -> None:
    response = verified(client, identity=signed(client, SHAKEN), to={"tn": [CALLEE]})
    assert response["verstat"] == response["verstatValue"] == "TN-Validation-Passed"
    response = verified(client, identity=signed(client, SHAKEN), **{"from": {"tn": FIRST}})
    assert response["verstat"] == "TN-Validation-Failed"
    assert (response["reasonCode"], response["reasonText"]) == (438, "Invalid Identity Header")
    assert "caller-mismatch" in response["reasonDesc"]


def test_a_token_for_another_caller_fails_and_says_why(client: Client) -> None:
    value = signed(client, SHAKEN)
    response = verified(client, identityHeader=value, **{"from": {"tn": FIRST}})
    assert response["verstatValue"] == "TN-Validation-Failed"
    result = only(response)
    assert (result["ppt"], result["status"], result["reasonCode"]) == ("shaken", "fail", 438)
    assert "caller-mismatch" in result["reasonDescription"]
    assert result["passport"] == value.partition(";")[0]
    assert "validClaims" not in result


def test_a_changed_signature_fails(client: Client) -> None:
    head, _, tail = signed(client, SHAKEN).partition(";")
    changed = head[:-20] + ("A" if head[-20] != "A" else "B") + head[-19:]
    response = verified(client, identityHeader=f"{changed};{tail}")
    assert response["verstatValue"] == "TN-Validation-Failed"
    assert "signature-wrong" in only(response)["reasonDescription"]


def test_a_stale_token_fails_with_403(client: Client) -> None:
    old = identity(claims(iat=int(AT) - 3600)).decode()
    result = only(verified(client, identityHeader=old, time=int(AT) - 3600))
    assert (result["status"], result["reasonCode"], result["reasonText"]) == ("fail", 403, "Stale Date")


def test_without_the_certificate_nothing_was_validated_and_nothing_failed() -> None:
    with serving(signers=at_hand(x5u="https://cert.example.org/other.pem")) as stranger:
        response = verified(stranger, identityHeader=identity().decode())
    assert response["verstatValue"] == "No-TN-Validation"
    assert only(response)["status"] == "fail"
    assert "certificate-not-at-hand" in only(response)["reasonDescription"]


def test_a_forwarded_call_has_a_result_for_each_number_it_came_through(client: Client) -> None:
    links = [signed(client, DIV), signed(client, DIV | {"dest": {"tn": [SECOND]}, "div": {"tn": FIRST}})]
    response = verified(
        client, identityHeader=signed(client, SHAKEN), identityHeaders=links, dest={"tn": SECOND}
    )
    assert response["verstatValue"] == "TN-Validation-Passed"
    assert [each["verifyResult"]["ppt"] for each in response["verifyResults"]] == ["shaken", "div", "div"]
    assert response["divResult"] == [
        {"div": {"tn": CALLEE}, "verstatValue": "TN-Validation-Passed"},
        {"div": {"tn": FIRST}, "verstatValue": "TN-Validation-Passed"},
    ]


def test_a_missing_link_fails_the_number(client: Client) -> None:
    link = signed(client, DIV | {"dest": {"tn": [SECOND]}, "div": {"tn": FIRST}})
    response = verified(
        client, identityHeader=signed(client, SHAKEN), identityHeaders=[link], dest={"tn": SECOND}
    )
    assert response["verstatValue"] == "TN-Validation-Failed"


def test_a_forwarders_token_alone_says_nothing_of_the_caller(client: Client) -> None:
    response = verified(client, identityHeaders=[signed(client, DIV)], dest={"tn": FIRST})
    assert "verstatValue" not in response
    assert response["divResult"][0]["verstatValue"] == "TN-Validation-Passed"


@pytest.mark.parametrize(
    ("headers", "priority"),
    [
        ([], "RPH-Validation-Passed"),
        (["Resource-Priority: esnet.1"], "RPH-Validation-Passed"),
        (["resource-priority:ESNET.1"], "RPH-Validation-Passed"),
        (["Resource-Priority: esnet.0"], "RPH-Validation-Failed"),
        (["Resource-Priority: esnet.1, ets.0"], "RPH-Validation-Failed"),
        (["Priority: psap-callback"], "RPH-Validation-Failed"),
    ],
)
def test_a_call_may_claim_no_more_priority_than_was_signed(
    client: Client, headers: list[str], priority: str
) -> None:
    response = verified(client, identityHeaders=[signed(client, RPH)], protectedHeaders=headers)
    assert response["verstatPriority"] == priority
    assert "verstatValue" not in response


def test_a_refused_priority_does_not_touch_the_callers_number(client: Client) -> None:
    forged = signed(client, RPH | {"orig": {"tn": SECOND}})
    response = verified(client, identityHeader=signed(client, SHAKEN), identityHeaders=[forged])
    assert response["verstatValue"] == "TN-Validation-Passed"
    assert response["verstatPriority"] == "RPH-Validation-Failed"


def test_a_token_that_is_none_is_answered_not_refused(client: Client) -> None:
    response = verified(client, identityHeader="this is no token;info=<x>;ppt=shaken")
    assert response["verstatValue"] == "TN-Validation-Failed"
    assert (only(response)["ppt"], only(response)["status"]) == ("shaken", "fail")


def test_claims_that_json_cannot_hold_are_left_out_of_the_answer(client: Client) -> None:
    said = json.dumps(claims()).encode()[:-1] + b',"odd":1e999}'
    from calls.signed import X5U, token

    value = token(said) + f";info=<{X5U}>;alg=ES256;ppt=shaken".encode()
    response = verified(client, identityHeader=value.decode())
    assert response["verstatValue"] == "TN-Validation-Passed"
    assert only(response) == {"ppt": "shaken", "status": "pass"}


def test_every_answered_call_is_in_the_journal(client: Client, kept: Kept) -> None:
    kept.calls.clear()
    value = signed(client, SHAKEN | {"requestId": "one"})
    verified(client, identityHeader=value, requestId="two")
    client.sign(**(SHAKEN | {"attest": "Z"}))
    first, second = kept.calls
    assert (first.service, first.action, first.calling, first.called, first.call_id) == (
        "signing", "signed", CALLER, CALLEE, "one")  # fmt: skip
    assert (first.spc, first.attest, first.origid, first.start) == ("709J", "A", ORIGID, AT)
    assert (second.service, second.verdict, second.verstat) == (
        "verification", "valid", "TN-Validation-Passed")  # fmt: skip
    assert (second.spc, second.certificate, second.origid) == (first.spc, first.certificate, ORIGID)
    assert second.x5u == first.x5u is not None
    assert "\n" not in repr(second)


def test_an_answer_that_cannot_be_kept_is_not_given() -> None:
    with serving(Kept(is_full=True)) as full:
        answer = full.sign(**SHAKEN)
    assert (answer.status, answer.json) == (500, {"error": "Internal server error"})


def test_a_house_without_a_key_signs_nothing() -> None:
    with serving(credentials={}) as keyless:
        answer = keyless.sign(**SHAKEN)
    assert (answer.status, answer.json["error"]) == (500, "Internal server error")
    assert "no key" in answer.json["detail"]


def peer(network: str, **more: Any) -> Peer:
    return Peer("a trunk", (ip_network(network),), **more)


def test_who_is_not_among_the_peers_is_refused() -> None:
    with serving(peers=(peer("192.0.2.0/24"),)) as closed:
        assert closed.sign(**SHAKEN).status == 403
        assert closed.verify(**PARTIES, identityHeader=identity().decode()).status == 403
    with serving(peers=(peer("192.0.2.0/24"),), only_peers=False) as open_to_all:
        assert open_to_all.sign(**SHAKEN).status == 403  # else anybody could have any number vouched for
        assert open_to_all.verify(**PARTIES, identityHeader=identity().decode()).status == 200


def test_a_peers_attestation_is_signed_where_the_request_has_none() -> None:
    bare = {name: value for name, value in SHAKEN.items() if name not in ("attest", "origid")}
    with serving(peers=(peer("127.0.0.0/8", attest="B", origid=ORIGID),)) as known:
        said = claims_in(signed(known, bare))
    assert (said["attest"], said["origid"]) == ("B", ORIGID)


def test_nothing_is_signed_for_a_peer_whose_calls_are_verified() -> None:
    kept = Kept()
    with serving(kept, peers=(peer("127.0.0.0/8", role="verify", trunk="T1"),)) as known:
        assert known.sign(**SHAKEN).status == 403
        verified(known, identityHeader=identity().decode())
    assert [call.trunk for call in kept.calls] == ["T1"]


def test_codes_of_the_helper_are_those_of_the_verifier(client: Client) -> None:
    assert codes(judged(signed(client, SHAKEN).encode(), CALL)) == []
