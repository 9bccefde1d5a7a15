from pathlib import Path

import pytest

from quivive import config
from quivive.errors import BadConfig


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "quivive.toml"
    path.write_text(text)
    return path


def test_defaults_need_no_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = config.load(environ={"QUIVIVE_HOME": str(tmp_path / "home")})
    assert settings.language == "en"
    assert settings.origins == {}


def test_the_file_gives_house_lists_limits_and_origins(tmp_path):
    path = write(
        tmp_path,
        """
        [check]
        language = "de"
        [limits]
        depth = 3
        seconds = 5
        [house]
        own_domains = ["Bank.Example"]
        good_senders = ["news@example.org"]
        lists = ["bad.csv"]
        [house.bad_values]
        "+12025550123" = "our case 7, 2026-10-01"
        """,
    )
    settings = config.load(path, {})
    assert settings.language == "de"
    assert settings.limits.depth == 3
    assert settings.limits.seconds == 5.0
    assert settings.house.own_domains == {"bank.example"}
    assert settings.house.bad_values == {"+12025550123": "our case 7, 2026-10-01"}
    assert settings.lists == (tmp_path / "bad.csv",)
    assert settings.origins["language"] == str(path)


def test_the_environment_goes_before_the_file(tmp_path):
    path = write(tmp_path, '[check]\nlanguage = "de"\njobs = 2\n')
    settings = config.load(path, {"QUIVIVE_LANGUAGE": "es", "QUIVIVE_JOBS": "4"})
    assert (settings.language, settings.jobs) == ("es", 4)
    assert settings.origins["language"] == "environment (QUIVIVE_LANGUAGE)"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[check", "does not read as TOML"),
        ("[chek]\nx = 1", "unknown table [chek]"),
        ("[check]\nlang = 'de'", "unknown key 'lang'"),
        ("[check]\njobs = 'two'", "must be int"),
        ("[house]\nown_domains = 'x'", "must be a list"),
        ("[house.bad_values]\nx = 1", "must be a table of strings"),
    ],
)
def test_a_wrong_file_is_refused_naming_the_place(tmp_path, text, says):
    with pytest.raises(BadConfig, match=r"quivive\.toml") as error:
        config.load(write(tmp_path, text), {})
    assert says in str(error.value)


def test_a_wrong_environment_variable_is_named():
    with pytest.raises(BadConfig, match="QUIVIVE_JOBS"):
        config.load(environ={"QUIVIVE_JOBS": "many", "QUIVIVE_HOME": "/nonexistent"})


def test_what_calls_are_judged_by_is_read_from_the_files_named(tmp_path):
    (tmp_path / "chain.pem").write_bytes(b"chain")
    (tmp_path / "sti-pa.crl").write_bytes(b"list")
    path = write(
        tmp_path,
        """
        [calls]
        crls = ["sti-pa.crl"]
        [calls.certificates]
        "https://cert.example.org/a.pem" = "chain.pem"
        [calls.trunks]
        "203.0.113.0/24" = "international"
        """,
    )
    trust = config.call_trust(config.load(path, {}).calls)
    assert trust.certificates == {"https://cert.example.org/a.pem": b"chain"}
    assert (trust.crls, trust.roots) == ((b"list",), None)
    assert trust.trunks == {"203.0.113.0/24": "international"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[calls]\nroots = ["a"]', "roots"),
        ('[calls]\ncrls = "a"', "crls"),
        ('[calls]\ncertificates = "a"', "certificates"),
        ('[calls]\nunknown = "a"', "unknown key"),
    ],
)
def test_a_wrong_table_of_calls_is_refused_by_name(tmp_path, text, why):
    with pytest.raises(BadConfig, match=why):
        config.load(write(tmp_path, text), {})


def test_a_file_of_calls_that_is_not_there_is_named(tmp_path):
    path = write(tmp_path, '[calls]\nroots = "missing.pem"')
    with pytest.raises(BadConfig, match=r"missing\.pem"):
        config.call_trust(config.load(path, {}).calls)


AASIST = {
    "name": "AASIST",
    "for": "synthetic-voice",
    "url": "https://models.example.org/aasist.onnx",
    "sha256": "0" * 64,
    "licence": "MIT",
    "input": "float32[1, n]",
    "rate": 16000,
    "seconds": 4.0375,
    "machine": 0,
    "person": 1,
}


def model_table(**changes: object) -> str:
    rows = {key: value for key, value in {**AASIST, **changes}.items() if value is not None}
    return "[[models]]\n" + "".join(f"{key} = {value!r}\n" for key, value in rows.items())


def test_models_of_others_are_read_with_their_contract(tmp_path):
    path = write(tmp_path, model_table() + model_table(name="other", person=None, output=2))
    aasist, other = config.load(path, {}).models
    assert (aasist.name, aasist.purpose, aasist.samples) == ("AASIST", "synthetic-voice", 64_600)
    assert (aasist.machine, aasist.person, aasist.output) == (0, 1, 0)
    assert (other.machine, other.person, other.output) == (0, None, 2)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sha256": None}, "says nothing of sha256"),
        ({"sha256": "ABC"}, "64 hexadecimal digits"),
        ({"url": "ftp://models.example.org/a"}, "https, http or file"),
        ({"for": "edited-image"}, "synthetic-voice"),
        ({"input": "float32[1, 64600]"}, r"float32\[1, n\]"),
        ({"rate": 2}, "4000 to 48000"),
        ({"rate": "fast"}, "must be int"),
        ({"seconds": 1000.0}, "0.5 to 60"),
        ({"machine": None, "person": None}, "which logit"),
        ({"machine": 1}, "which logit"),
        ({"person": -1}, "column"),
        ({"name": ""}, "printable"),
        ({"licence": " "}, "licence"),
        ({"pickle": "model.pkl"}, "unknown key 'pickle'"),
    ],
)
def test_a_model_that_does_not_keep_to_the_contract_is_refused_by_name(tmp_path, changes, why):
    with pytest.raises(BadConfig, match=why):
        config.load(write(tmp_path, model_table(**changes)), {})


@pytest.mark.parametrize("text", ["models = 3", "models = [1, 2]", "[models]\nname = 'a'"])
def test_models_that_are_no_tables_are_refused(tmp_path, text):
    with pytest.raises(BadConfig, match="models"):
        config.load(write(tmp_path, text), {})


def test_two_models_of_one_name_are_refused(tmp_path):
    with pytest.raises(BadConfig, match="same name"):
        config.load(write(tmp_path, model_table() * 2), {})


def test_ledgers_and_tags_are_named_beside_the_file(tmp_path):
    path = write(tmp_path, '[money]\nledgers = ["btc"]\ntags = ["own.yaml", "/lists/ofac.txt"]')
    assert config.load(path, {}).money == config.MoneyFiles(
        (tmp_path / "btc",), (tmp_path / "own.yaml", Path("/lists/ofac.txt"))
    )
    with pytest.raises(BadConfig, match=r"\[money\] ledgers must be a list"):
        config.load(write(tmp_path, '[money]\nledgers = "btc"'), {})
