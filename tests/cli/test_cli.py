import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner

from quivive.cli import cli
from quivive.cli.check import write_items
from quivive.intake import derive, take

SCAM = "Hi mum, I lost my phone, this is my new number. Buy two gift cards and send me the codes"


def run(*args: str, input: str | bytes | None = None):
    """The command in this process; its exit status as the shell would see it."""
    result = CliRunner().invoke(cli, list(args), input=input, standalone_mode=False)
    status = result.return_value if isinstance(result.return_value, int) else 0
    return result, status


def test_a_scam_exits_with_1_and_says_act():
    result, status = run("check", "--text", SCAM)
    assert status == 1
    assert result.stdout.startswith("ACT NOW")


def test_exit_zero_hides_what_was_found_from_the_shell():
    assert run("check", "--text", SCAM, "--exit-zero")[1] == 0


def test_an_ordinary_message_exits_with_0_but_does_not_read_as_safe():
    result, status = run("check", "--text", "See you at seven, bring the salad please", "--no-embeddings")
    assert status == 0
    assert "does not make it safe" in " ".join(result.stdout.split())


def test_what_could_not_be_examined_exits_with_3(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"\x00\x01\x02\x03")
    result, status = run("check", str(path))
    assert status == 3
    assert result.stdout.startswith("COULD NOT LOOK")


def test_standard_input_folders_and_values_are_read(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text(SCAM)
    (tmp_path / "sub" / "b.txt").write_text("hello")
    (tmp_path / ".hidden").write_text("x")
    result, _ = run("check", str(tmp_path), "--json", "--jobs", "1")
    assert [r["name"] for r in json.loads(result.stdout)] == ["a.txt", "sub/b.txt"]
    result, _ = run("check", "-", "--json", input=SCAM)
    assert json.loads(result.stdout)["attention"] == "act"
    result, _ = run("check", "+442079460958", "--json")
    assert json.loads(result.stdout)["observables"][0]["value"] == "+442079460958"


def test_json_lines_come_in_input_order():
    result, _ = run("check", "--text", "one", "--text", "two", "--jsonl", "--jobs", "1")
    assert [json.loads(line)["items"][0]["text"] for line in result.stdout.splitlines()] == ["one", "two"]


def test_the_report_speaks_the_readers_language():
    assert run("check", "--text", SCAM, "--lang", "de")[0].stdout.startswith("JETZT HANDELN")
    assert run("check", "--text", SCAM, "--lang", "es")[0].stdout.startswith("ACTÚE AHORA")


def test_an_old_report_is_drawn_again_in_another_form_and_language(tmp_path):
    path = tmp_path / "r.json"
    run("check", "--text", SCAM, "--json", "-o", str(path))
    assert "<!doctype html>" in run("render", str(path), "--format", "html", "--lang", "de")[0].stdout
    assert "Was jetzt zu tun ist" in run("render", str(path), "--lang", "de")[0].stdout


def test_feedback_is_kept_as_data_without_the_text(tmp_path, monkeypatch):
    monkeypatch.setenv("QUIVIVE_HOME", str(tmp_path / "home"))
    path = tmp_path / "r.json"
    run("check", "--text", SCAM, "--json", "-o", str(path))
    run("feedback", str(path), "--wrong", "flag/gift-card-payment", "--note", "asked by the real daughter")
    line = json.loads((tmp_path / "home" / "feedback.jsonl").read_text())
    assert (line["verdict"], line["code"]) == ("wrong", "flag/gift-card-payment")
    assert line["text"] is None


def test_explain_lists_and_explains_detectors():
    assert "messages.flags" in run("explain")[0].stdout
    text = run("explain", "messages.flags")[0].stdout
    assert "flag/gift-card-payment" in text


def test_doctor_shows_versions_data_dates_and_the_origin_of_settings(monkeypatch):
    monkeypatch.setenv("QUIVIVE_LANGUAGE", "de")
    text = run("doctor")[0].stdout
    assert "environment (QUIVIVE_LANGUAGE)" in text
    assert "red flag rules" in text
    assert "NOT INSTALLED" not in text


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("chek",), "Did you mean 'check'?"),
        (("check",), "Nothing to check"),
        (("check", "no-such-file"), "--text"),
        (("explain", "messages.flag"), "Did you mean 'messages.flags'?"),
        (("check", "--text", "x", "--lang", "xx"), "There is no language 'xx'"),
        (("render", "no-such-report"), "cannot be read"),
    ],
)
def test_wrong_use_says_the_way_out_and_exits_with_2(args, says):
    done = subprocess.run(
        [sys.executable, "-m", "quivive", *args], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_help_does_not_load_what_it_does_not_need():
    run_help = "from quivive.cli import cli; cli(['--help'], standalone_mode=False)"
    code = f"import sys; {run_help}; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for heavy in ("numpy", "quivive.workbench", "rich", "jinja2", "yaml", "onnxruntime"):
        assert f"'{heavy}'" not in done.stdout


def test_extract_writes_what_was_found_inside_under_names_that_the_evidence_cannot_choose(tmp_path):
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../escape.txt", "Your parcel is held")
        archive.writestr(".hidden", "text")
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    out = tmp_path / "out"
    result = CliRunner().invoke(
        cli, ["check", str(tmp_path / "a.zip"), "--extract", str(out), "--exit-zero", "--json"]
    )
    assert result.exit_code == 0
    names = sorted(path.name for path in out.iterdir())
    assert len(names) == 2
    assert all(re.fullmatch(r"[0-9a-f]{12}-[\w-][\w.-]*", name) for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "out"]
    assert any(path.read_bytes() == b"Your parcel is held" for path in out.iterdir())


def test_what_has_no_name_of_its_own_gets_the_ending_of_its_kind(bench, tmp_path):
    call = take(b"RIFF", "call.wav", "audio/x-wav")
    found = [
        derive(call, "words of channel 2", "Hello", origin="words"),
        derive(call, "words", "Hello?", origin="words"),
        derive(call, "note.md", "Hello!", origin="attachment"),
    ]
    write_items(replace(bench.check(b"x", name="x.txt"), items=(call, *found)), tmp_path)
    names = sorted(path.name[13:] for path in tmp_path.iterdir())
    assert names == ["note.md", "words.txt", "words_of_channel_2.txt"]


def test_without_extract_no_file_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(cli, ["check", "--text", "Your parcel is held"])
    assert list(tmp_path.iterdir()) == []
