"""Does every example of the 3GPP description pass?

The description is not free of faults. Those met here, each made sure of below, and what the service does:

* signing 'SHAKEN w/PPT' lacks a comma after `"ppt": "shaken"`: as it stands it is answered 400 (Failed To
  Parse Message Body), with the comma it is signed.
* verification 'RPH' has no `identityHeader`, which the schema requires: `identityHeaders` alone is accepted.
* `protectedHeaders` of 'SHAKEN w/1-Diversion' is a text, not a list: a text is read as a list of one.
* `time` lies hours to years from the tokens' `iat`, which the responses call a pass: such a token is not
  fresh (RFC 8224 §6.2 step 4) and is refused; requests made again have the time of their tokens.
* `dest` of two forwarded calls is not the number that their `div` token leads to, which the responses call
  a pass: links that lead elsewhere are refused (RFC 8946 §6); requests made again go where the token leads.
* the `rph` token of two requests grants another priority than their response shows or their Resource-Priority
  claims: requests made again have the response's.
* property examples have number and address at once, though either is to be given: the number counts;
  `ppt` is 'shaken, div or rph' and `attest` 'A , B or C' there, no values but lists of them: refused.

The certificates of the tokens in the examples are not at hand: those are answered with No-TN-Validation and
that reason. Made again with the tests' own key, the same requests get the response of the example to the
letter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from calls.certificates.make import AT
from calls.service.http import ms_description
from calls.service.http.ms_description import Description, Sample
from calls.service.http.serving import Client, Kept, serving
from calls.signed import identity, provider
from quivive.calls.passport import decode
from quivive.calls.signers import GivenKey
from quivive.calls.verify import Call, Policy, verify

SIGNED = ["SHAKEN", "SHAKEN w/PPT", "DIV", "DIV History-Info Header", "RPH", "RPH-SPH"]
VERIFIED = [
    "SHAKEN",
    "SHAKEN w/1-Diversion",
    "SHAKEN w/2-Diversion",
    "RPH",
    "SHAKEN w/RPH",
    "SHAKEN w/RPH-DIV",
]
TEN_YEARS = 10 * 366 * 86_400.0


@pytest.fixture(scope="module")
def described(shared_data: Path) -> Description:
    return ms_description.read(shared_data)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving() as found:
        yield found


def sample(described: Description, path: str, label: str) -> Sample:
    return next(each for each in described.samples(path) if each.label == label)


def results(response: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["verifyResult"] for each in response["verifyResults"]]


def claims_in(value: str) -> dict[str, Any]:
    return dict(json.loads(decode(value.split(".")[1].encode())))


def tokens_of(asked: dict[str, Any]) -> list[str]:
    first = [asked["identityHeader"]] if "identityHeader" in asked else []
    return [*first, *asked.get("identityHeaders", [])]


def remade(request: Sample) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request with tokens over the response's claims, signed now by us, and the response to expect."""
    asked, wanted = deepcopy(request.asked), deepcopy(request.answered)
    made: dict[str, list[str]] = {"shaken": [], "other": []}
    for each in results(wanted):
        each["validClaims"]["iat"] = int(AT)
        made["shaken" if each["ppt"] == "shaken" else "other"].append(
            identity(each["validClaims"], ppt=each["ppt"]).decode()
        )
        if each["ppt"] == "div":  # the last forwarder's token says where the call goes
            asked["dest"] = {"tn": each["validClaims"]["dest"]["tn"][0]}
        if each["ppt"] == "rph":
            (granted,) = each["validClaims"]["rph"]["auth"]
            others = [line for line in asked["protectedHeaders"] if not line.startswith("Resource-Priority")]
            asked["protectedHeaders"] = [*others, f"Resource-Priority: {granted}"]
    asked["time"] = int(AT)
    asked |= {"identityHeader": made["shaken"][0]} if made["shaken"] else {}
    return asked | ({"identityHeaders": made["other"]} if made["other"] else {}), wanted


def test_all_samples_are_here(described: Description) -> None:
    assert [each.label for each in described.samples("/signing")] == SIGNED
    assert [each.label for each in described.samples("/verification")] == VERIFIED


@pytest.mark.parametrize("label", SIGNED)
def test_a_signing_example_is_signed_as_asked(client: Client, described: Description, label: str) -> None:
    request = sample(described, "/signing", label)
    assert described.faults("signingRequest", request.request) == []
    answer = client.post("/stir/v1/signing", request.request)
    assert answer.status == 200
    assert described.faults("signingResponse", answer.json) == []
    value = answer.json["signingResponse"]["identityHeader"]
    asked = request.asked
    assert claims_in(value) == {name: said for name, said in asked.items() if name != "ppt"}
    (caller,), ((callee,),) = asked["orig"].values(), asked["dest"].values()
    key = GivenKey(provider().x509.public_key())  # type: ignore[arg-type]
    verdict = verify(value.encode(), Call(caller, (callee,)), key, asked["iat"], Policy())
    assert (verdict.verdict, verdict.ppt) == ("valid", asked.get("ppt", "shaken"))


@pytest.mark.parametrize("label", VERIFIED)
def test_a_verification_example_gets_an_answer_of_the_right_form(
    client: Client, described: Description, label: str
) -> None:
    request = sample(described, "/verification", label)
    answer = client.post("/stir/v1/verification", request.request)
    assert answer.status == 200
    assert described.faults("verificationResponse", answer.json) == []
    found = answer.json["verificationResponse"]
    assert [each["ppt"] for each in results(found)] == [each["ppt"] for each in results(request.answered)]
    assert found.keys() == request.answered.keys()
    for each, value in zip(results(found), tokens_of(request.asked), strict=True):
        assert each["status"] == "fail"
        assert "certificate-not-at-hand" in each["reasonDescription"]
        assert each["passport"] == value.partition(";")[0]


@pytest.mark.parametrize("label", VERIFIED)
def test_without_the_vendors_certificate_nothing_is_validated(described: Description, label: str) -> None:
    asked = sample(described, "/verification", label).asked
    links = [claims_in(value) for value in tokens_of(asked)]
    ends = [said["dest"]["tn"][0] for said in links if "div" in said]
    asked |= {"dest": {"tn": ends[-1]}} if ends else {}
    # the tokens are of 2022: a house that takes any age shows what their age would hide
    with serving(policy=Policy(freshness=TEN_YEARS)) as patient:
        found = patient.verify(**asked).json["verificationResponse"]
    if any("attest" in said for said in links):
        assert found["verstatValue"] == "No-TN-Validation"
    if any("rph" in said for said in links):
        assert found["verstatPriority"] == "No-RPH-Validation"
    assert [each["verstatValue"] for each in found.get("divResult", [])] == ["No-TN-Validation"] * len(ends)
    assert {each["reasonCode"] for each in results(found) if "reasonCode" in each} <= {436}


@pytest.mark.parametrize("label", VERIFIED)
def test_made_again_with_a_key_at_hand_it_gets_the_response_of_the_example(
    client: Client, described: Description, label: str
) -> None:
    asked, wanted = remade(sample(described, "/verification", label))
    answer = client.verify(**asked)
    assert described.faults("verificationResponse", answer.json) == []
    assert answer.json == {"verificationResponse": wanted}


def test_the_faults_of_the_description_are_as_told_above(client: Client, described: Description) -> None:
    signing, verification = described.samples("/signing"), described.samples("/verification")
    assert [each.label for each in signing + verification if each.repaired] == ["SHAKEN w/PPT"]
    by_label = {each.label: each for each in verification}
    assert described.faults("verificationRequest", by_label["RPH"].request) == [
        "'identityHeader' is a required property"
    ]
    diverted = by_label["SHAKEN w/1-Diversion"]
    assert isinstance(diverted.asked["protectedHeaders"], str)
    assert len(described.faults("verificationRequest", diverted.request)) == 1
    for each in verification:
        assert all(abs(claims_in(v)["iat"] - each.asked["time"]) > 3600 for v in tokens_of(each.asked))
    elsewhere = [
        each.label for each in verification for value in tokens_of(each.asked)[-1:]
        if "dest" in each.asked and each.asked["dest"]["tn"] not in json.dumps(
            [claims_in(token) for token in tokens_of(each.asked)])
    ]  # fmt: skip
    assert elsewhere == ["SHAKEN w/1-Diversion", "SHAKEN w/RPH-DIV"]
    shown = {each.label: each for each in verification if "verstatPriority" in each.answered}
    other = [
        label for label, each in shown.items()
        if claims_in(tokens_of(each.asked)[-1])["rph"] != results(each.answered)[-1]["validClaims"]["rph"]
    ]  # fmt: skip
    assert other == ["RPH", "SHAKEN w/RPH-DIV"]


def test_the_example_that_is_no_json_is_told_so(client: Client, described: Description) -> None:
    said = described.whole["paths"]["/signing"]["post"]["x-code-samples"][1]["source"]
    text = said.partition("Response:")[0].partition("Request:")[2].strip()
    answer = client.post("/stir/v1/signing", text.encode())
    assert (answer.status, answer.json["error"]) == (400, "Failed To Parse Message Body")


def test_a_signing_request_of_the_property_examples(client: Client, described: Description) -> None:
    asked = described.by_properties("signingRequest")
    refused = client.sign(**asked)
    assert (refused.status, refused.json["error"]) == (400, "Invalid Parameter Value")
    for ppt in ("shaken", "div", "rph"):
        answer = client.sign(**(asked | {"ppt": ppt, "attest": "B"}))
        assert described.faults("signingResponse", answer.json) == []
        assert answer.json["signingResponse"]["requestId"] == asked["requestId"]


def test_a_verification_request_of_the_property_examples(client: Client, described: Description) -> None:
    asked = described.by_properties("verificationRequest")
    answer = client.verify(**asked)
    assert answer.status == 200
    assert described.faults("verificationResponse", answer.json) == []
    found = answer.json["verificationResponse"]
    assert (found["requestId"], found["displayName"]) == (asked["requestId"], asked["displayName"])
    assert [each["status"] for each in results(found)] == ["fail"] * 3


@pytest.mark.parametrize("path", ["/signing", "/verification"])
def test_every_error_example_is_what_its_fault_is_answered_with(
    client: Client, described: Description, path: str
) -> None:
    said, plain = "/stir/v1" + path, {"content-type": "application/json", "content-length": "2"}
    name = path[1:] + "Request"
    answers = [
        client.post(said, b""),
        client.post(said, {name: {}}),
        client.post(said, {name: 7}),
        client.post(said, b"{"),
        client.post(said, b"{}", accept="text/html"),
        client.post(said + "/none", b"{}"),
        client.post(said, b"{}", content_type="text/plain"),
        client.ask("POST", said, None, {"content-type": "application/json"}),
        client.ask("DELETE", said, b"{}", plain),
    ]
    with serving(Kept(is_full=True)) as full:
        value = identity().decode()
        party: dict[str, Any] = {"tn": "12025550100"}
        sign = {"attest": "A", "orig": party, "dest": {"tn": ["12025550177"]}, "iat": int(AT), "origid": "x"}
        verify_ = {"identityHeader": value, "from": party, "to": party, "time": int(AT)}
        answers.append(full.post(said, {name: sign if path == "/signing" else verify_}))
    found = [(each.status, each.json["error"]) for each in answers]
    assert found == list(described.errors(path))
    assert all(isinstance(each.json, dict) for each in answers)


def test_the_answer_to_signing_has_the_name_of_the_other_description_too(
    client: Client, shared_data: Path
) -> None:
    text = (shared_data / "calls" / "api" / "comcast-vesper-APIs.md").read_text("utf-8")
    example = json.loads(text.partition("```\n")[2].partition("```")[0])
    request = {"attest": "A", "orig": {"tn": "12025550100"}, "dest": {"tn": ["12025550177"]}, "iat": int(AT)}
    response = client.sign(**request).json
    assert response.keys() == example.keys()
    assert example["signingResponse"].keys() <= response["signingResponse"].keys()
