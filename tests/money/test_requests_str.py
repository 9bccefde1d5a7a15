"""Suspicious-transaction reports fit goAML's schema, or are refused with the field that does not."""

from __future__ import annotations

import contextlib
import copy
import json
import sys
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from money import report_cases as cases
from money.request_cases import bitcoin, txid
from quivive.errors import NotInstalled, UsageError
from quivive.money.requests.problems import Refused
from quivive.money.requests.reading import parse
from quivive.money.requests.suspicious_transaction.plain_names import plain_name
from quivive.money.requests.suspicious_transaction.reader import read_report
from quivive.money.requests.suspicious_transaction.schema import faults
from quivive.money.requests.suspicious_transaction.writer import Report, report


@pytest.fixture(scope="session")
def folder(shared_data: Path) -> Path:
    return shared_data / "money" / "goaml"


@pytest.fixture(scope="session")
def schema(folder: Path) -> Path:
    return folder / "goAMLSchema_5.0.2_uae_patched.xsd"


@pytest.fixture(scope="session")
def compiled(schema: Path) -> Any:
    """The schema itself, untouched by our code."""
    import xmlschema

    return xmlschema.XMLSchema11(str(schema))


def made(value: Any, **how: Any) -> Report:
    return report(parse(json.dumps(value).encode(), "report.json"), **how)


def refused(value: Any, **how: Any) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        made(value, **how)
    return {problem.place: problem.text for problem in caught.value.problems}


def assert_fits(compiled: Any, found: Report) -> None:
    errors = [f"{error.path}: {error.reason}" for error in compiled.iter_errors(ET.fromstring(found.text()))]
    assert errors == []


def test_a_report_fits_the_schema(compiled: Any) -> None:
    assert_fits(compiled, made(cases.report()))


@pytest.mark.parametrize("receiver", cases.HOLDERS)
@pytest.mark.parametrize("sender", cases.HOLDERS)
def test_every_kind_of_holder_fits(compiled: Any, sender: str, receiver: str) -> None:
    one = cases.transaction(**{
        "from": cases.side(sender, cases.HOLDERS[sender], conductor=cases.person()),
        "to": cases.side(receiver, cases.HOLDERS[receiver],
                         foreign_currency={"code": "USD", "amount": "3400.5", "rate": "3.6725"}),
    })  # fmt: skip
    assert_fits(compiled, made(cases.report(transactions=[one])))


def test_several_transactions_and_several_parties_fit(compiled: Any) -> None:
    parties = cases.transaction(2)
    del parties["from"], parties["to"]
    parties["parties"] = [
        {"role": "RMITR", "client": "true", "person": cases.client(), "funds": "CASH", "country": "AE"},
        {"role": "BNFCR", "wallet": cases.wallet(), "country": "-", "significance": "9"},
    ]
    assert_fits(compiled, made(cases.report(transactions=[cases.transaction(1), parties])))


def test_a_report_of_parties_without_a_transaction_fits(compiled: Any) -> None:
    value = cases.report(
        activity={"parties": [{"wallet": cases.wallet(), "reason": "Named in 14 complaints."}]}
    )
    del value["transactions"]
    assert_fits(compiled, made(value))


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .'-äöüßéèñçåøæłžščřğıİőűþðÞÐœŒ"
_LATIN = st.text(_LETTERS, min_size=1, max_size=40).filter(lambda text: text.strip() != "")
_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp")), max_size=300)


@given(
    first=_LATIN,
    last=_LATIN,
    reason=_TEXT.filter(lambda text: text.strip() != ""),
    amount=st.decimals(0, 10**12, places=2, allow_nan=False),
    when=st.datetimes(min_value=datetime(1900, 1, 1)),
    holder=st.sampled_from(sorted(cases.HOLDERS)),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_fits(
    compiled: Any, first: str, last: str, reason: str, amount: Any, when: Any, holder: str
) -> None:
    held = cases.person(first, last) if holder == "person" else cases.HOLDERS[holder]
    one = cases.transaction(amount=f"{amount:f}", date=when.isoformat(), to=cases.side(holder, held))
    assert_fits(compiled, made(cases.report(transactions=[one], reason=reason), plain_names=True))


def test_the_golden_report_is_read_and_written_back_whole(folder: Path, compiled: Any) -> None:
    golden = (folder / "golden_STR.xml").read_bytes()
    found = report(read_report(golden, "golden_STR.xml"))
    assert_fits(compiled, found)
    given_texts = [(e.tag, e.text.strip()) for e in ET.fromstring(golden).iter() if e.text and e.text.strip()]
    assert [(e.tag, e.text) for e in found.root.iter() if e.text and e.text.strip()] == given_texts


_TWO = [
    cases.transaction(to=cases.side("entity", cases.entity())),
    cases.transaction(2, to=cases.side("account", cases.account())),
]


@pytest.mark.parametrize("value", [cases.report(), cases.report(transactions=_TWO)])
def test_what_was_written_reads_back_the_same(value: Any) -> None:
    text = made(value).text()
    assert report(read_report(text.encode(), "again.xml")).text() == text


def test_a_name_in_other_letters_is_kept_in_the_comments(compiled: Any) -> None:
    value = cases.report(
        transactions=[cases.transaction(to=cases.side("person", cases.person("Zoë", "Müller-Åkesson")))]
    )
    found = made(value, plain_names=True)
    person = found.root.find(".//to_person")
    assert person is not None
    assert (person.findtext("first_name"), person.findtext("last_name")) == ("Zoe", "Mueller-Aakesson")
    assert person.findtext("comments") == "Name as given: Zoë Müller-Åkesson."
    assert_fits(compiled, found)


def test_a_name_in_another_script_must_come_as_in_the_passport() -> None:
    value = cases.report(reporting_person=cases.person("Оксана", "Sample"))
    assert "as the passport does" in refused(value, plain_names=True)["/reporting_person/first_name"]


def test_without_plain_names_letters_stay_as_they_are() -> None:
    assert "Zoë" in made(cases.report(reporting_person=cases.person("Zoë"))).text()


_NAMES = {"Łukasz": "Lukasz", "Þórður": "Thordur", "Straße": "Strasse", "O’Neil": "O'Neil",
          "Nguyễn": "Nguyen", "İlker": "Ilker"}  # fmt: skip


@pytest.mark.parametrize(("name", "plain"), _NAMES.items())
def test_names_in_plain_letters(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_wallet_is_an_account_whose_number_is_its_address(compiled: Any) -> None:
    account = made(cases.report()).root.find(".//to_account")
    assert account is not None
    assert account.findtext("account") == bitcoin("wallet")
    assert account.findtext("institution_code") == "UNHOSTED"
    assert account.findtext("comments") == "Wallet of virtual assets on Bitcoin."


def test_the_transaction_id_stands_in_the_comments() -> None:
    comments = made(cases.report()).root.findtext("transaction/comments")
    assert comments == f"Blockchain transaction on Bitcoin: {txid('one')}."


def changed(value: dict[str, Any], to: Any, *path: Any) -> dict[str, Any]:
    copied = copy.deepcopy(value)
    here: Any = copied
    for step in path[:-1]:
        here = here[step]
    if to is None:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return copied


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("rentity_id",), None, "is missing"),
        (("indicators",), None, "is missing"),
        (("transactions",), None, "list at least one"),
        (("transactions", 0, "to"), None, "needs from and to"),
        (("transactions", 0, "amount"), "-5", "no amount"),
        (("transactions", 0, "amount"), "120,000.00", "no amount"),
        (("transactions", 0, "amount"), "1" * 20, "larger than goAML can hold"),
        (("transactions", 0, "amount"), "1." + "1" * 14, "more than 13 digits"),
        (("transactions", 0, "date"), "15.11.2026", "no date"),
        (("transactions", 0, "date"), "1700-01-01", "before 1753"),
        (("transactions", 0, "txid"), "12ab", "no transaction id"),
        (("transactions", 0, "to", "wallet", "address"), bitcoin("wallet")[:-1], "no well-formed address"),
        (("transactions", 0, "to", "wallet", "chain"), "eth", "not of Ethereum"),
        (("transactions", 0, "to", "wallet", "unhosted"), None, "who hosts it"),
        (("transactions", 0, "to", "person"), cases.person(), "exactly one of"),
        (("transactions", 0, "to", "conductor"), cases.person(), "of the paying side"),
        (
            ("transactions", 0, "from", "person", "first_name"),
            "x" * 101,
            "too long: 101 characters, at most 100",
        ),
        (("transactions", 0, "from", "country"), "UAE", "no country code"),
        (("transactions", 0, "from", "person", "phones", 0, "number"), None, "is missing"),
        (("reason",), "x" * 8001, "too long: 8001 characters, at most 8000"),
        (("reason",), "a\u0001b", "cannot be seen (U+0001)"),
        (("reason",), "a\ufffeb", "cannot be seen (U+FFFE)"),
        (("currency",), "BTC", "no currency code"),
        (("rentity_id",), "0x1", "no whole number"),
        (("reporting_person", "email"), "nobody", "no email address"),
        (("transactions", 0, "teler"), "x", "did you mean 'teller'?"),
        (("rentity_branch",), ["x"], "not a text"),
        (("location",), "x", "not a table"),
        (("transactions",), "x", "not a table"),
    ],
)
def test_what_goaml_cannot_hold_is_refused_with_its_field(
    path: tuple[Any, ...], value: Any, said: str
) -> None:
    found = refused(changed(cases.report(), value, *path))
    assert any(said in text for text in found.values()), found


def test_all_faults_are_told_at_once() -> None:
    value = changed(
        changed(changed(cases.report(), None, "reference"), "x", "date"), "-", "transactions", 0, "amount"
    )
    assert refused(value).keys() >= {"/reference", "/date", "/transactions/0/amount"}


def test_a_units_own_codes_are_told_with_their_field(schema: Path) -> None:
    value = changed(cases.report(), "PIGEON", "transactions", 0, "mode")
    (fault,) = faults(made(value), schema)
    assert fault.place == "/transactions/0/mode"
    assert "'PIGEON', which is no code of this unit" in fault.text


def test_what_a_unit_wants_more_is_told_with_its_part(schema: Path) -> None:
    value = changed(cases.report(), None, "transactions", 0, "from", "person", "birthdate")
    (fault,) = faults(made(value), schema)
    assert fault.place == "/transactions/0/from/person"
    assert "lacks 'birthdate'" in fault.text


def test_a_name_that_a_unit_does_not_take_is_told(schema: Path) -> None:
    (fault,) = faults(made(cases.report(reporting_person=cases.person("Zoë"))), schema)
    assert fault.place == "/reporting_person/first_name"
    assert "characters that this unit does not take: 'Zoë'" in fault.text


def test_the_schema_as_the_unit_publishes_it_gives_the_same(folder: Path) -> None:
    published = folder / "goAMLSchema_fiu_original.xsd"
    assert faults(made(cases.report()), published) == []
    assert len(faults(made(cases.report(reporting_person=cases.person("Zoë"))), published)) == 1


_XS = 'xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
_NO_SCHEMAS = [
    "",
    "no xml",
    "<a/>",
    f"<{_XS}/>",
    f'<!DOCTYPE a [<!ENTITY b "c">]><{_XS}>&b;</xs:schema>',
    f'<{_XS}><xs:include schemaLocation="http://schema.example/a.xsd"/></xs:schema>',
]


@pytest.mark.parametrize("text", _NO_SCHEMAS)
def test_what_is_no_schema_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "unit.xsd").write_text(text)
    with pytest.raises(UsageError, match=r"unit\.xsd"):
        faults(made(cases.report()), tmp_path / "unit.xsd")


def test_without_xmlschema_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "xmlschema", None)
    with pytest.raises(NotInstalled, match="pip install xmlschema"):
        faults(made(cases.report()), tmp_path / "unit.xsd")


_HOSTILE = [
    "",
    "<report",
    "<!DOCTYPE report [<!ENTITY a 'b'>]><report>&a;</report>",
    "<report>&a;</report>",
    "<other/>",
    "<report><banana/></report>",
    "<report>" + "<transaction>" * 200 + "</transaction>" * 200 + "</report>",
]


@pytest.mark.parametrize("text", _HOSTILE)
def test_hostile_xml_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        report(read_report(text.encode(), "old.xml"))


_ANY = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(
    _ANY,
    st.sampled_from(["transactions", "reporting_person", "location", "indicators", "activity", "reason"]),
)
@settings(max_examples=80, deadline=None)
def test_no_shape_of_a_part_leaks_another_error(value: Any, part: str) -> None:
    with contextlib.suppress(UsageError):
        made(cases.report(**{part: value}))
