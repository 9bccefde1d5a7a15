"""Documentation shows what the program says today; `python docs/generate.py` writes it."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest

from conftest import ROOT


def load(name: str, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(monkeypatch):
    monkeypatch.chdir(ROOT)
    generate = load("generate", ROOT / "docs" / "generate.py")
    for path, text in generate.pages().items():
        assert path.read_text("utf-8") == text, f"{path.name} is stale: python docs/generate.py"


def test_the_page_of_benchmarks_shows_the_result_files():
    script = ROOT / "benchmarks" / "table.py"
    assert not subprocess.run([sys.executable, str(script), "--check"], check=False).returncode


def test_links_between_pages_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} names {target}"


def test_the_readmes_test_command_is_the_one_ci_runs():
    commands = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 2
    assert "quivive check examples/grandchild" in commands[0]
    assert commands[1].endswith(".venv/bin/pytest -n 2")


def test_every_figure_of_the_readme_has_a_result_file():
    for name in ("messages", "flags", "speed", "fuzz", "ocr"):
        assert json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["1-text-message.txt", "2-chat.txt", "3-mail.eml", "6-wallet.txt"])
def test_the_example_case_is_what_its_generator_writes(name, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    make = load("make_example", ROOT / "examples" / "make.py")
    monkeypatch.setattr(make, "CASE", tmp_path)
    make.main()
    assert (tmp_path / name).read_bytes() == (ROOT / "examples" / "grandchild" / name).read_bytes()
