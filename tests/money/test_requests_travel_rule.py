"""A Travel Rule message is whole by IVMS101's schema and its rules C1 to C12, or refused with every place."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from money.request_cases import NOW, bitcoin, evm
from quivive.errors import UsageError
from quivive.money.requests.problems import Refused
from quivive.money.requests.reading import parse
from quivive.money.requests.travel_rule.forms import drawn
from quivive.money.requests.travel_rule.message import Message, message
from quivive.money.requests.travel_rule.rules import lei

LEI = "EXAM00PLE00QUIVIVE59"
"""Made up; its check digits are right."""


@pytest.fixture(scope="session")
def folder(shared_data: Path) -> Path:
    return shared_data / "money" / "ivms101"


@pytest.fixture(scope="session")
def schema(folder: Path) -> Any:
    return jsonschema.Draft7Validator(json.loads((folder / "json-schema.json").read_text("utf-8")))


def natural() -> dict[str, Any]:
    return {
        "naturalPerson": {
            "name": {
                "nameIdentifier": [
                    {"primaryIdentifier": "Sample", "secondaryIdentifier": "Robin",
                     "nameIdentifierType": "LEGL"}
                ]
            },
            "geographicAddress": [
                {"addressType": "HOME", "streetName": "Example Street", "buildingNumber": "1",
                 "postCode": "9490", "townName": "Sampleton", "country": "LI"}
            ],
            "dateAndPlaceOfBirth": {"dateOfBirth": "1990-01-31", "placeOfBirth": "Sampleton"},
        }
    }  # fmt: skip


def legal(kind: str = "LEIX", number: str = LEI, **more: str) -> dict[str, Any]:
    return {
        "legalPerson": {
            "name": {
                "nameIdentifier": [
                    {"legalPersonName": "Example Exchange Ltd.", "legalPersonNameIdentifierType": "LEGL"}
                ]
            },
            "nationalIdentification": {"nationalIdentifier": number, "nationalIdentifierType": kind} | more,
            "countryOfRegistration": "LI",
        }
    }


def whole() -> dict[str, Any]:
    return {
        "Originator": {"originatorPersons": [natural()], "accountNumber": [bitcoin("sender")]},
        "Beneficiary": {"beneficiaryPersons": [natural()], "accountNumber": [evm("receiver")]},
        "OriginatingVASP": {"originatingVASP": legal()},
        "BeneficiaryVASP": {"beneficiaryVASP": legal("RAID", "X-1", registrationAuthority="RA000999")},
        "transferPath": [
            {"intermediaryVASP": legal(), "sequence": 0},
            {"intermediaryVASP": legal(), "sequence": 1},
        ],
        "payloadMetadata": {"transliterationMethod": ["cyrl"]},
    }


SIMPLE = """
originator:
  accounts: [{sender}]
  persons:
    - family_name: Sample
      given_names: Robin
      local_family_name: Зразок
      born: 1990-01-31
      birthplace: Sampleton
      residence: NO
      customer_number: 0042
      address: {{street: Example Street, number: 1, postcode: 9490, town: Sampleton, country: NO}}
      id: {{type: passport, number: X123, country: NO}}
beneficiary:
  accounts: ["{receiver}"]
  persons:
    - company: Example Trading Ltd
      trading_name: Example
      registered_in: LI
      id: {{type: company register, number: FL-1, authority: RA000999}}
originating_vasp:
  company: Example Exchange Ltd
  id: {{type: lei, number: {lei}}}
beneficiary_vasp:
  company: Sample Exchange Ltd
  address: {{lines: [1 Example Street], town: Sampleton, country: LI}}
intermediaries:
  - company: Example Relay Ltd
transliteration: [cyrl]
""".format(sender=bitcoin("sender"), receiver=evm("receiver"), lei=LEI)


def made(value: Any, form: Any = "code") -> Message:
    return message(parse(json.dumps(value).encode(), "message.json"), NOW, form)


def refused(value: Any, form: Any = "code") -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        made(value, form)
    return {problem.place: problem.text for problem in caught.value.problems}


def changed(to: Any, *path: Any) -> dict[str, Any]:
    value = whole()
    here: Any = value
    for step in path[:-1]:
        here = here[step]
    if to is None:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return value


PERSON = ("Originator", "originatorPersons", 0, "naturalPerson")
COMPANY = ("OriginatingVASP", "originatingVASP", "legalPerson")
OTHER = ("BeneficiaryVASP", "beneficiaryVASP", "legalPerson")


def test_a_whole_message_fits_the_schema(schema: Any) -> None:
    found = made(whole())
    assert found.notes == ()
    assert [error.message for error in schema.iter_errors(drawn(found.content, "code"))] == []


_EXAMPLES = [
    "complete-example",
    "complete-example-legal-person",
    "asset-transfer-authorization-request-natual-2-natual-example",
    "asset-transfer-authorization-response-natual-2-natual-example",
]


@pytest.mark.parametrize("name", _EXAMPLES)
def test_every_published_example_is_read(folder: Path, schema: Any, name: str) -> None:
    data = (folder / f"{name}.json").read_bytes()
    found = message(parse(data, name), NOW)
    output = drawn(found.content, "code")
    if "request" in name:
        assert [note.place for note in found.notes] == ["/beneficiaryVASP"]
    else:
        assert [error.message for error in schema.iter_errors(output)] == []
    if name.endswith("legal-person"):
        assert all("placeholder" in note.text for note in found.notes)
        assert len(found.notes) == 2
    given = json.loads(data)
    assert output["Originator"]["accountNumber"] == given["Originator"]["accountNumber"]
    assert (
        output["OriginatingVASP"]["originatingVASP"]["legalPerson"]["name"]
        == (given["OriginatingVASP"]["originatingVASP"]["legalPerson"]["name"])
    )


def test_simple_words_become_the_standards_structure(schema: Any) -> None:
    found = message(parse(SIMPLE.encode(), "message.yaml"), NOW)
    output = drawn(found.content, "code")
    assert [error.message for error in schema.iter_errors(output)] == []
    person = output["Originator"]["originatorPersons"][0]["naturalPerson"]
    assert person["countryOfResidence"] == "NO"
    assert person["customerIdentification"] == "0042"
    assert person["nationalIdentification"]["nationalIdentifierType"] == "CCPT"
    assert person["name"]["localNameIdentifier"][0]["primaryIdentifier"] == "Зразок"
    company = output["Beneficiary"]["beneficiaryPersons"][0]["legalPerson"]
    types = [each["legalPersonNameIdentifierType"] for each in company["name"]["nameIdentifier"]]
    assert types == ["LEGL", "TRAD"]
    assert output["transferPath"]["transferPath"][0]["sequence"] == 0


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("born: 1990-01-31", "born: 2990-01-31", "/originator/persons/0/born", "future"),
        ("birthplace: Sampleton", "note: x", "/originator/persons/0/birthplace", "is missing"),
        (
            "family_name: Sample",
            "familyname: Sample",
            "/originator/persons/0/familyname",
            "did you mean 'family_name'?",
        ),
        (LEI, LEI[:-1] + "4", "/originating_vasp/id/number", "C11"),
        ("authority: RA000999", "country: LI", "/beneficiary/persons/0/id/country", "C9"),
        ("originating_vasp:", "beneficiary_vap:", "/originating_vasp", "is missing"),
    ],
)
def test_a_fault_is_placed_where_the_user_wrote_it(old: str, new: str, place: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        message(parse(SIMPLE.replace(old, new, 1).encode(), "message.yaml"), NOW)
    found = {problem.place: problem.text for problem in caught.value.problems}
    assert said in found[place]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (changed(None, *PERSON, "name"), "is missing"),
        (
            changed([natural() | legal()], "Originator", "originatorPersons"),
            "either a naturalPerson or a legalPerson",
        ),
        (changed([{}], "Originator", "originatorPersons"), "either a naturalPerson or a legalPerson"),
        (changed("2026-11-22", *PERSON, "dateAndPlaceOfBirth", "dateOfBirth"), "in the past (C2)"),
        (changed("1990-02-30", *PERSON, "dateAndPlaceOfBirth", "dateOfBirth"), "no day of the calendar"),
        (changed("UK", *PERSON, "geographicAddress", 0, "country"), "no country code"),
        (changed("CCPT", *COMPANY, "nationalIdentification", "nationalIdentifierType"), "(C7)"),
        (changed("SHRT", *COMPANY, "name", "nameIdentifier", 0, "legalPersonNameIdentifierType"), "(C5)"),
        (changed("ALIA", *PERSON, "name", "nameIdentifier", 0, "nameIdentifierType"), "(C6)"),
        (changed(None, *PERSON, "geographicAddress", 0, "streetName"), "(C8)"),
        (changed("LI", *COMPANY, "nationalIdentification", "countryOfIssue"), "(C9)"),
        (changed("RA000999", *COMPANY, "nationalIdentification", "registrationAuthority"), "(C9)"),
        (changed(None, *OTHER, "nationalIdentification", "registrationAuthority"), "(C9)"),
        (changed("RA99", *OTHER, "nationalIdentification", "registrationAuthority"), "(C10)"),
        (changed(LEI[:-2] + "00", *COMPANY, "nationalIdentification", "nationalIdentifier"), "(C11)"),
        (changed("2", "transferPath", 1, "sequence"), "(C12)"),
        (changed("0", "transferPath", 1, "sequence"), "(C12)"),
        (changed("x" * 101, *PERSON, "name", "nameIdentifier", 0, "primaryIdentifier"), "too long"),
        (changed("NICK", *PERSON, "name", "nameIdentifier", 0, "nameIdentifierType"), "must be one of"),
        (changed(None, "Originator", "accountNumber"), "is missing"),
        (changed([evm("x")[:-1] + "g"], "Originator", "accountNumber"), None),
        (changed(["bc1q" + "x" * 30], "Originator", "accountNumber"), "no well-formed address"),
        (changed(None, "OriginatingVASP"), "is missing"),
        (changed("x", "Originator", "accountNumbr"), "did you mean 'accountNumber'?"),
        (changed(["klingon"], "payloadMetadata", "transliterationMethod"), "must be one of"),
        (changed("a\u202eb", *PERSON, "customerIdentification"), "cannot be seen"),
        (changed("a\nb", *PERSON, "customerIdentification"), "several lines"),
        (
            changed([f"line {n}" for n in range(8)], *PERSON, "geographicAddress", 0, "addressLine"),
            "at most 7",
        ),
    ],
)
def test_each_rule_of_the_standard_is_kept(value: Any, said: str | None) -> None:
    if said is None:
        assert made(value)
        return
    found = refused(value)
    assert any(said in text for text in found.values()), found


def test_an_originator_with_nothing_but_a_name_is_refused() -> None:
    value = changed(None, *PERSON, "dateAndPlaceOfBirth")
    del value["Originator"]["originatorPersons"][0]["naturalPerson"]["geographicAddress"]
    assert "(C1)" in refused(value)["/Originator/originatorPersons/0/naturalPerson"]
    value["Originator"]["originatorPersons"].insert(0, legal())
    assert made(value), "beside a company it is who acts for it"


def test_a_company_that_sends_is_identified() -> None:
    company = legal()
    del company["legalPerson"]["nationalIdentification"]
    value = changed([company], "Originator", "originatorPersons")
    assert "(C4)" in refused(value)["/Originator/originatorPersons/0/legalPerson"]


def test_all_faults_are_told_at_once_with_their_places() -> None:
    value = changed("UK", *PERSON, "geographicAddress", 0, "country")
    value["OriginatingVASP"]["originatingVASP"]["legalPerson"]["nationalIdentification"][
        "nationalIdentifier"
    ] = "X"
    del value["Beneficiary"]["beneficiaryPersons"]
    assert refused(value).keys() == {
        "/Originator/originatorPersons/0/naturalPerson/geographicAddress/0/country",
        "/OriginatingVASP/originatingVASP/legalPerson/nationalIdentification/nationalIdentifier",
        "/Beneficiary/beneficiaryPersons",
    }


def test_local_letters_are_a_note_where_the_network_allows_them() -> None:
    value = changed("Зразок", *PERSON, "name", "nameIdentifier", 0, "primaryIdentifier")
    (note,) = made(value).notes
    assert "localNameIdentifier" in note.text
    assert "localNameIdentifier" in next(iter(refused(value, "2023").values()))


def test_the_names_of_each_version() -> None:
    first = drawn(made(whole(), "2020").content, "2020")
    assert (
        first["originator"]["originatorPersons"][0]["naturalPerson"]["geographicAddress"][0]["postcode"]
        == "9490"
    )
    assert first["payloadMetadata"] == {"transliterationMethod": ["cyrl"], "payloadVersion": "101"}
    later = drawn(made(whole(), "2023").content, "2023")
    person = later["originator"]["originatorPerson"][0]
    assert person["accountNumber"] == [bitcoin("sender")]
    (name,) = person["naturalPerson"]["name"]["nameIdentifier"]
    assert name["naturalPersonNameIdentifierType"] == "LEGL"
    assert later["payloadMetadata"]["payloadVersion"] == "101.2023"


@pytest.mark.parametrize("form", ["code", "2020", "2023"])
def test_what_one_version_writes_every_version_reads(form: Any) -> None:
    content = made(whole(), form).content
    again = made(drawn(content, form)).content
    expected = dict(content) if form == "code" else {**content, "payloadMetadata": again["payloadMetadata"]}
    assert again == expected


@pytest.mark.parametrize(("text", "right"), [
    (LEI, True), (LEI[::-1], False), (LEI.lower(), False), (LEI + "0", False), ("", False),
    ("5493001KJTIIGC8Y1R12", True), ("5493001KJTIIGC8Y1R21", False)])  # fmt: skip
def test_the_check_digits_of_a_legal_entity_identifier(text: str, right: bool) -> None:
    assert lei(text) is right


_NAME = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=100).filter(
    str.strip
)
_SHOWN = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp", "Zs"))
_LOCAL = st.text(_SHOWN, min_size=1, max_size=100)


@given(_NAME, _NAME, _LOCAL, st.dates(max_value=NOW.date()).filter(lambda day: day < NOW.date()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_fits_the_schema(
    schema: Any, family: str, given_names: str, local: str, born: Any
) -> None:
    value = copy.deepcopy(whole())
    name = value["Originator"]["originatorPersons"][0]["naturalPerson"]["name"]
    name["nameIdentifier"][0] |= {"primaryIdentifier": family, "secondaryIdentifier": given_names}
    name["localNameIdentifier"] = [{"primaryIdentifier": local, "nameIdentifierType": "LEGL"}]
    birth = value["Originator"]["originatorPersons"][0]["naturalPerson"]["dateAndPlaceOfBirth"]
    birth["dateOfBirth"] = born.isoformat()
    found = made(value)
    assert [error.message for error in schema.iter_errors(drawn(found.content, "code"))] == []


_ANY = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(
    _ANY, st.sampled_from(["Originator", "Beneficiary", "OriginatingVASP", "transferPath", "payloadMetadata"])
)
@settings(max_examples=80, deadline=None)
def test_no_shape_of_a_part_leaks_another_error(value: Any, part: str) -> None:
    with contextlib.suppress(UsageError):
        made(changed(value, part) if value is not None else changed([], part))


@given(
    _ANY,
    st.sampled_from(["originator", "beneficiary", "originating_vasp", "intermediaries", "transliteration"]),
)
@settings(max_examples=80, deadline=None)
def test_no_shape_of_simple_words_leaks_another_error(value: Any, part: str) -> None:
    document = parse(SIMPLE.encode(), "x")
    assert isinstance(document, dict)
    with contextlib.suppress(UsageError):
        made({**document, part: value})
